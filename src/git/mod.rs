//! Git without a child process: commits, their claims and their lines.
//!
//! The only module that reads repositories with gix. It hands out plain facts (`CommitFacts`,
//! `CommitChanges`) and keeps e-mail addresses and code to itself: what leaves
//! is hashes, counts, names of people, paths and validated ids.
//!
//! Must not know: transcripts, prices, the store, reports or the terminal.

mod aside;
mod attributes;
mod blame;
mod blame_many;
mod blame_stream;
mod blamed_text;
mod blob;
mod blob_id;
mod branches;
mod changes;
mod changes_many;
mod children;
mod commit_lines;
mod commits;
mod error;
mod follow_lines;
mod history;
mod ignored_revisions;
mod ignores;
mod known_agents;
mod line_changes;
mod lookup;
mod merge_method;
mod note_lookup;
mod notes;
mod notes_merge;
mod notes_some;
mod notes_sync;
mod notes_write;
mod object_id;
mod patch_key;
mod path_text;
mod program;
mod pull_fetch;
mod pull_heads;
mod pull_mentions;
mod pull_range;
mod pull_refs;
mod refs;
mod reftable;
mod remote_urls;
mod renames;
mod repo;
mod rev_list;
mod sha256;
mod similarity;
mod sketch;
#[cfg(test)]
mod test_repo;
mod tracked_files;
mod trailers;
mod tree_changes;
mod tree_file;
mod trial;
mod work_tree;
mod worktrees;

pub use aside::Visit;
pub use attributes::generated_files;
pub use blame::{Blame, BlameQuery, BlamedLine, blame, known_files};
pub use blame_many::blame_many;
pub use blame_stream::{BlamedGroup, blame_stream};
pub use blob_id::blob_id;
pub use changes::{CommitChanges, FileChange, FileContent, OpaqueReason};
pub use commit_lines::{CommitLines, CommitText};
pub use commits::{CommitFacts, Walk};
pub use error::{ChangeError, GitError};
pub use follow_lines::{FollowedLines, LineFollower, LineRanges};
pub use history::ListedCommit;
pub use ignored_revisions::IgnoredRevisions;
pub use ignores::is_ignored_by_patterns;
pub use line_changes::LineChanges;
pub use merge_method::MergedPull;
pub use notes::{NOTES_REF, Notes};
pub use notes_merge::NotesMerge;
pub use notes_some::SomeNotes;
pub use notes_sync::NotesPush;
pub use notes_write::{NoteEdit, NoteStamp};
pub use patch_key::PatchKey;
pub use path_text::path_text;
pub use program::{GitProgram, gits_on_path, hooks_dir, hooks_path_setting, is_ignored, program_answer, reference};
pub use pull_fetch::PullEnds;
pub use pull_mentions::{MentionForm, PullMention, pull_mention, pull_title};
pub use pull_range::{Landing, PullCommit, PullRange};
pub use pull_refs::PullHead;
pub use refs::{Tip, Tips};
pub use repo::{ObjectFormat, Repo};
pub use rev_list::rev_list;
pub use sha256::sha256_hex;
pub use sketch::Sketch;
pub use tracked_files::tracked_files;
pub use trailers::{Claim, Claims, ForeignKey, parse_claims};
pub use trial::{Trial, TrialHooks};
pub use work_tree::{ChangedFile, MovedFile, changed_files, contents, moved_files};
