-- Pull requests. Times are UTC milliseconds, NULL is "not known".

-- Commits of which git says which pull request brought them. One row a commit,
-- so no commit is in two. `form`: how the message of `landing` (a key of
-- git_commit) names the number: 1 `Merge pull request #N`, 2 `(#N)`, 3 `Pull
-- Request resolved:`, 4 `Closes …/pull/N`, 5 GitLab's, 6 Bitbucket's, 7 Azure's
-- words; 8: no message does, the commit is behind the head of one that is not
-- merged (`landing` is NULL). `reverts`: the pull request that the message of
-- this very commit takes back.
CREATE TABLE landed_pull (
  git_commit INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  form INTEGER NOT NULL,
  landing INTEGER,
  reverts INTEGER
) STRICT;

-- Heads of pull requests that are references of this clone.
CREATE TABLE pull_head (
  number INTEGER PRIMARY KEY,
  head BLOB NOT NULL
) STRICT;

-- Pull requests as the forge tells of them: no text but title and labels, no
-- address. `state`: 1 open, 2 closed, 3 merged. `author` is a login, NULL where
-- the account is gone. `checks` of the last commit: 0 none, 1 passed, 2 failed,
-- 3 running. `is_cut`: a list of it was longer than what is asked for.
-- `reverts`: the pull request that its text takes back. `labels`: one a line.
CREATE TABLE pull (
  number INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  is_draft INTEGER NOT NULL,
  title TEXT NOT NULL,
  author TEXT,
  author_is_bot INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ended_at INTEGER,
  base_branch TEXT,
  base_id BLOB,
  head_id BLOB,
  merge_id BLOB,
  added_lines INTEGER,
  deleted_lines INTEGER,
  commits INTEGER,
  checks INTEGER,
  reverts INTEGER,
  labels TEXT NOT NULL,
  is_cut INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL
) STRICT;

-- Its commits as the forge lists them, oldest first.
CREATE TABLE pull_commit (
  pull INTEGER NOT NULL,
  place INTEGER NOT NULL,
  id BLOB NOT NULL,
  author_time INTEGER NOT NULL,
  commit_time INTEGER NOT NULL,
  PRIMARY KEY (pull, place)
) STRICT, WITHOUT ROWID;

-- What happened to it, without names. `kind`: 1 ready for review, 2 made a draft,
-- 3 approved, 4 changes asked for, 5 a review or comment with neither (3 to 5 by
-- a person other than the author), 6 the same by a program, 7 its branch was
-- pushed with force, 8 opened again.
CREATE TABLE pull_event (
  pull INTEGER NOT NULL,
  place INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY (pull, place)
) STRICT, WITHOUT ROWID;

-- How far the forge was read. One row: pull requests are those of one repository.
-- `watermark`: nothing that changed before it has to be asked for again. `since`:
-- what changed before was never asked for. `cursor`, `high`, `floor`: where a
-- reading stopped, the newest change it met, and how far down it goes.
CREATE TABLE pull_sync (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  forge TEXT NOT NULL,
  repository TEXT NOT NULL,
  watermark INTEGER,
  since INTEGER,
  cursor TEXT,
  high INTEGER,
  floor INTEGER,
  synced_at INTEGER
) STRICT;

-- What the forge answered before, so that it need not send it again: the tag of
-- an answer and what was taken from it, never the answer itself. `key` begins with
-- a hash of the token and the host, so that no token sees what another may.
CREATE TABLE http_cache (
  key TEXT PRIMARY KEY,
  tag TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
