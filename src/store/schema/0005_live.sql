-- What is known of a shell command's files. `files`: how many it changed for
-- sure. `is_complete`: every file that it changed in its work tree is known, here
-- or in `doubtful_file`. `is_ambiguous`: it has rows there. A command without a
-- row may have changed anything.
CREATE TABLE command_scan (
  tool_call INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  files INTEGER NOT NULL,
  is_complete INTEGER NOT NULL,
  is_ambiguous INTEGER NOT NULL
) STRICT;

-- Files that a command may have changed, or somebody else while it ran; `path`
-- from the top of the work tree. `reason`: 1 what it was before is not known,
-- 2 written after the command, 3 another command or edit meanwhile, 4 not named
-- by the command, 5 git may have brought it, 6 cannot be compared, 7 the state
-- is lost, 8 a later version's.
CREATE TABLE doubtful_file (
  tool_call INTEGER NOT NULL,
  path INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  PRIMARY KEY (tool_call, path)
) STRICT, WITHOUT ROWID;
