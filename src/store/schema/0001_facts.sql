-- Facts. Every key is a function of content, so a row is the same whichever
-- file, machine or order it came from. Times are UTC milliseconds, money is
-- nano-USD, NULL is "not known".

-- Texts that repeat: models, tools, branches, folders, paths of edited files.
CREATE TABLE name (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Transcript files, and how far each was read. `verdict`: 0 = holds sessions
-- of this repository, 1 = does not (looked at, so that it is not read again).
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  verdict INTEGER NOT NULL,
  format TEXT,
  agent_run TEXT,
  file_key INTEGER NOT NULL,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  session TEXT,
  head_at INTEGER NOT NULL,
  prefix_hash INTEGER NOT NULL
) STRICT;

-- What could not be read. A torn tail goes away when the file has grown.
CREATE TABLE problem (
  path TEXT NOT NULL,
  offset INTEGER NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (path, offset, kind)
) STRICT, WITHOUT ROWID;

-- Rows of types this version does not know, counted by name.
CREATE TABLE unknown_row (
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (path, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  agent INTEGER NOT NULL
) STRICT;

-- Working folders and branches a session was seen in.
CREATE TABLE session_place (
  session INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  PRIMARY KEY (session, folder)
) STRICT, WITHOUT ROWID;

-- One billed request. `is_copy, head_at, ordinal` is its place: the earliest
-- file that holds it owns it. `sources` is a bit set of transcript::CallSource.
CREATE TABLE call (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  agent_run INTEGER,
  is_copy INTEGER NOT NULL,
  head_at INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  at INTEGER,
  model INTEGER,
  branch INTEGER,
  has_usage INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  is_complete INTEGER NOT NULL,
  has_stop_reason INTEGER NOT NULL,
  modifiers INTEGER NOT NULL,
  recorded_cost INTEGER,
  sources INTEGER NOT NULL,
  parent INTEGER
) STRICT;

-- One tool call, asked for by a response and answered by a later row.
CREATE TABLE tool_call (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  agent_run INTEGER,
  is_copy INTEGER NOT NULL,
  head_at INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  name INTEGER,
  call INTEGER,
  asked_at INTEGER,
  answered_at INTEGER,
  answered_ordinal INTEGER,
  is_error INTEGER,
  makes_commits INTEGER NOT NULL,
  agent_type INTEGER
) STRICT;

-- Lines a tool call added to a file: hashes, eight bytes each.
CREATE TABLE edit (
  tool_call INTEGER NOT NULL,
  path INTEGER NOT NULL,
  source INTEGER NOT NULL,
  added BLOB NOT NULL,
  PRIMARY KEY (tool_call, path)
) STRICT, WITHOUT ROWID;

-- Commit ids that a tool's output named as just made.
CREATE TABLE sighting (
  tool_call INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  is_operation INTEGER NOT NULL,
  PRIMARY KEY (tool_call, prefix)
) STRICT, WITHOUT ROWID;

-- Rows that begin, steer or end turns.
CREATE TABLE mark (
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  is_copy INTEGER NOT NULL,
  head_at INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  at INTEGER,
  kind INTEGER NOT NULL,
  value INTEGER,
  source INTEGER,
  offset INTEGER
) STRICT;

CREATE TABLE agent_run (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  agent_type INTEGER,
  parent INTEGER,
  is_async INTEGER NOT NULL
) STRICT;

-- Tool calls that started or resumed a subagent run.
CREATE TABLE agent_spawn (
  agent_run INTEGER NOT NULL,
  tool_call INTEGER NOT NULL,
  PRIMARY KEY (agent_run, tool_call)
) STRICT, WITHOUT ROWID;

-- The client's own running total of a session for a model (the largest seen).
CREATE TABLE reported_usage (
  session INTEGER NOT NULL,
  model INTEGER NOT NULL,
  at INTEGER,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  PRIMARY KEY (session, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE pull_request (
  session INTEGER NOT NULL,
  number INTEGER NOT NULL,
  repository INTEGER,
  at INTEGER,
  PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;

-- Commits. `scanned`: 0 = not looked into, 1 = files are below, 2 = some blobs
-- are missing here, 3 = too old to matter for any session.
CREATE TABLE git_commit (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  author_time INTEGER NOT NULL,
  commit_time INTEGER NOT NULL,
  author INTEGER NOT NULL,
  author_hash INTEGER NOT NULL,
  parents INTEGER NOT NULL,
  patch_key INTEGER,
  scanned INTEGER NOT NULL,
  is_reachable INTEGER NOT NULL
) STRICT;

-- Added lines of a commit by file; `added` holds hashes of non-trivial lines.
CREATE TABLE commit_file (
  git_commit INTEGER NOT NULL,
  path INTEGER NOT NULL,
  old_path INTEGER,
  added_lines INTEGER,
  deleted_lines INTEGER,
  added BLOB NOT NULL,
  PRIMARY KEY (git_commit, path)
) STRICT, WITHOUT ROWID;

-- What a commit's message says of sessions. `kind`: 1 = a session of an agent,
-- 2 = another tool's id, 3 = an agent without a session.
CREATE TABLE claim (
  git_commit INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  key_text TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (git_commit, kind, key_text, value)
) STRICT, WITHOUT ROWID;

-- Small facts about the store itself.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions whose facts changed since the last derivation.
CREATE TABLE dirty_session (
  session INTEGER PRIMARY KEY
) STRICT;
