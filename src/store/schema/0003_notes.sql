-- What this machine last wrote into the note of a commit, as canonical lines:
-- only what is ours may be taken back.
CREATE TABLE note_state (
  git_commit BLOB PRIMARY KEY,
  written BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- At which commits requests had shares when notes were last written: work that
-- moves away from a commit that is gone takes the name of its slice along.
CREATE TABLE note_share (
  call INTEGER NOT NULL,
  git_commit INTEGER NOT NULL,
  PRIMARY KEY (call, git_commit)
) STRICT, WITHOUT ROWID;
