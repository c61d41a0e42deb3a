-- What hooks recorded at the moment it happened. Transcripts are written late
-- and deleted early; these facts join them by the same natural keys. Times are
-- UTC milliseconds, NULL is "not known".

-- How far each file of the spool was read.
CREATE TABLE spool_file (
  name TEXT PRIMARY KEY,
  offset INTEGER NOT NULL,
  prefix_hash INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Commits that a hook saw being made. `state`: what git was doing: 0 nothing
-- else, 1 rebase, 2 cherry-pick, 3 revert, 4 merge, 5 squash. A commit that stands here without a row in `captured_by` was made
-- by no agent that this machine knows of.
CREATE TABLE captured_commit (
  git_commit BLOB PRIMARY KEY,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which sessions made it or wrote what is in it. `evidence`: 1 the environment,
-- 2 process ancestry, 3 the only session at work in the worktree, 4 a file of the
-- commit is, byte for byte, what the session left.
CREATE TABLE captured_by (
  git_commit BLOB NOT NULL,
  session INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  tool_call INTEGER,
  agent_run INTEGER,
  PRIMARY KEY (git_commit, session)
) STRICT, WITHOUT ROWID;

-- Commits that took the place of others. `kind`: 1 amend, 2 rebase.
CREATE TABLE rewrite (
  old BLOB NOT NULL,
  new BLOB NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (old, new)
) STRICT, WITHOUT ROWID;
CREATE INDEX rewrite_by_new ON rewrite (new);

-- When a tool call was about to run, when it was done, how long it ran.
CREATE TABLE tool_moment (
  tool_call INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  tool INTEGER,
  agent_run INTEGER,
  before_at INTEGER,
  after_at INTEGER,
  run_ms INTEGER,
  is_denied INTEGER NOT NULL
) STRICT;
CREATE INDEX tool_moment_of_session ON tool_moment (session);

-- What a file was after a tool call wrote it: the git blob id of its bytes.
CREATE TABLE file_state (
  tool_call INTEGER NOT NULL,
  path INTEGER NOT NULL,
  session INTEGER NOT NULL,
  blob BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tool_call, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_state_by_blob ON file_state (blob);

-- Steps in the life of a session. `kind` is capture::Moment, `detail` what
-- the client says of it (source, reason, tool); never text of a person.
CREATE TABLE session_moment (
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  detail TEXT NOT NULL,
  agent_run INTEGER,
  PRIMARY KEY (session, at, kind, detail)
) STRICT, WITHOUT ROWID;
