-- What one tool call did to one file, as marks of lines (model::LineMark), never
-- as code. `source`: 1 = the transcript (`path` as written there, home folder
-- removed; session and time are those of the tool call), 2 = states of the file
-- that hooks recorded (`path` from the top of the work tree `tree`). Sums are
-- numbers over the marks of the whole file (LineMark::sum), NULL where it is not
-- known whole. `hunks`: model::Hunk, packed; one hunk from line 1 with no line
-- before, whose lines are those of `after_sum`, writes the whole file.
CREATE TABLE file_change (
  tool_call INTEGER NOT NULL,
  path INTEGER NOT NULL,
  source INTEGER NOT NULL,
  tree INTEGER,
  session INTEGER,
  at INTEGER,
  before_sum INTEGER,
  after_sum INTEGER,
  hunks BLOB NOT NULL,
  PRIMARY KEY (tool_call, path, source)
) STRICT, WITHOUT ROWID;
