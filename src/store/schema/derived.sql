-- Opinions. Dropped and rebuilt whenever DERIVED_VERSION, the prices or the
-- facts below them change; nothing here is the only copy of anything.

-- Rows of one session stand together: what a session that grew leaves behind is
-- a few neighbouring pages, not one page for every request.

CREATE TABLE turn (
  session INTEGER NOT NULL,
  key INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  end INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  active_ms INTEGER,
  active_is_clamped INTEGER NOT NULL,
  tool_ms INTEGER NOT NULL,
  waiting_ms INTEGER,
  waiting_is_inferred INTEGER NOT NULL,
  inputs INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  tools INTEGER NOT NULL,
  prompt_source INTEGER,
  prompt_offset INTEGER,
  PRIMARY KEY (session, key)
) STRICT, WITHOUT ROWID;

-- One row for every request that is counted: its turn, its cost, and what of
-- the cost no commit got. cost = unattributed + sum of its shares, always.
CREATE TABLE ledger (
  session INTEGER NOT NULL,
  call INTEGER NOT NULL,
  turn INTEGER,
  kind INTEGER NOT NULL,
  at INTEGER,
  agent INTEGER NOT NULL,
  model INTEGER,
  branch INTEGER,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  is_complete INTEGER NOT NULL,
  cost INTEGER,
  unpriced TEXT,
  bucket INTEGER NOT NULL,
  unattributed INTEGER NOT NULL,
  PRIMARY KEY (session, call),
  CHECK ((cost IS NULL) = (unpriced IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE share (
  session INTEGER NOT NULL,
  call INTEGER NOT NULL,
  git_commit INTEGER NOT NULL,
  nano INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  PRIMARY KEY (session, call, git_commit)
) STRICT, WITHOUT ROWID;
CREATE INDEX share_of_commit ON share (git_commit);

-- Why a commit is thought to be a session's. `evidence` is a bit set, `grade`
-- the best of it: 1 produced, 2 declared, 3 landed.
CREATE TABLE link (
  git_commit INTEGER NOT NULL,
  session INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  PRIMARY KEY (git_commit, session)
) STRICT, WITHOUT ROWID;

-- Lines of a commit that a tool call wrote.
CREATE TABLE landed (
  tool_call INTEGER NOT NULL,
  git_commit INTEGER NOT NULL,
  path INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  PRIMARY KEY (tool_call, git_commit, path)
) STRICT, WITHOUT ROWID;

-- Which path of the repository a path in a transcript means, as ids of names.
CREATE TABLE written_path (
  written INTEGER PRIMARY KEY,
  path INTEGER NOT NULL
) STRICT;

-- What the shares of a session rest on; the same number means the same shares.
CREATE TABLE session_state (
  session INTEGER PRIMARY KEY,
  signature INTEGER NOT NULL
) STRICT;

-- What linking needs of a session, packed (store::evidence): a new commit or a
-- session that grew is weighed against all others without reading their rows.
CREATE TABLE evidence (
  session INTEGER PRIMARY KEY,
  edits BLOB NOT NULL,
  sightings BLOB NOT NULL
) STRICT;

-- The books in quarters of an hour: what most reports need of them, a tenth
-- of the rows. Sums of `ledger`, made in the same transaction.
CREATE TABLE spend (
  session INTEGER NOT NULL,
  part INTEGER NOT NULL,
  quarter INTEGER,
  agent INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  model INTEGER,
  branch INTEGER,
  bucket INTEGER NOT NULL,
  unpriced TEXT,
  calls INTEGER NOT NULL,
  incomplete INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  cost INTEGER,
  unattributed INTEGER NOT NULL,
  PRIMARY KEY (session, part)
) STRICT, WITHOUT ROWID;

-- Commits whose lines are recorded. `signature`: what the records rest on; the
-- same number means the same records. `class`, `grade` and `reason` hold for
-- lines of the commit that stand in no record.
CREATE TABLE line_commit (
  git_commit INTEGER PRIMARY KEY,
  signature INTEGER NOT NULL,
  class INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  reason INTEGER NOT NULL
) STRICT;

-- Files of these commits, with the content the numbers of their lines hold for.
CREATE TABLE line_file (
  git_commit INTEGER NOT NULL,
  path INTEGER NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (git_commit, path)
) STRICT, WITHOUT ROWID;

-- Who wrote the lines a commit added to a file: every one of them stands in
-- exactly one row. `first` is the number of the first line in the commit's file,
-- from 1, `count` how many lines follow each other. `class`, `grade`, `reason`:
-- model::LineClass, LineGrade, LineReason. `session` and `tool_call` are known
-- for lines of agents only. `number`, `parts`: the request of the tool call landed
-- `parts` lines in the commit (`landed`), of which the first line here is the
-- numberth, from 0, and the next ones follow: each has that part of the request's
-- share. NULL where a line has no part of the cost.
CREATE TABLE line_record (
  git_commit INTEGER NOT NULL,
  path INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  class INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  session INTEGER,
  tool_call INTEGER,
  number INTEGER,
  parts INTEGER,
  PRIMARY KEY (git_commit, path, first)
) STRICT, WITHOUT ROWID;
