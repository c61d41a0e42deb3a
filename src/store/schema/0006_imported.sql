-- Lines of commits that files of other tools give to somebody: what they say,
-- not what is known. `source`: 1 a record of the "Agent Trace" format. `class`:
-- 1 an agent, 2 a person, 3 several or not said. `lines` holds ranges, first and
-- last line of each in four bytes. A record is replaced as a whole.
CREATE TABLE imported_lines (
  git_commit BLOB NOT NULL,
  path INTEGER NOT NULL,
  source INTEGER NOT NULL,
  record TEXT NOT NULL,
  part INTEGER NOT NULL,
  class INTEGER NOT NULL,
  agent INTEGER,
  model INTEGER,
  session TEXT,
  lines BLOB NOT NULL,
  PRIMARY KEY (git_commit, path, source, record, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_by_record ON imported_lines (source, record);
