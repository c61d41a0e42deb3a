//! What differs between two trees, file by file.

use gix::ObjectId;
use gix::diff::tree::Recorder;
use gix::diff::tree::recorder::Change;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;

use super::blob::Side;

/// A file before and after; at least one side is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) old: Option<Side>,
    pub(super) new: Option<Side>,
}

/// Returns the changed files from one tree to another (`None`: the empty tree). No renames yet.
pub(super) fn tree_changes(
    local: &gix::Repository,
    old: Option<ObjectId>,
    new: ObjectId,
) -> Result<Vec<Pair>, gix::Error> {
    let old = old.map(|id| local.find_tree(id)).transpose()?;
    let new = local.find_tree(new)?;
    let format = local.object_hash();
    let old_entries = TreeRefIter::from_bytes(old.as_ref().map_or(&[][..], |tree| &tree.data), format);
    let new_entries = TreeRefIter::from_bytes(&new.data, format);
    let mut recorder = Recorder::default();
    let state = gix::diff::tree::State::default();
    gix::diff::tree(old_entries, new_entries, state, &local.objects, &mut recorder).map_err(gix::Error::from_error)?;
    Ok(recorder.records.into_iter().filter_map(pair_of).collect())
}

/// Folders are passed over: their files are listed too.
fn pair_of(change: Change) -> Option<Pair> {
    let side = |path, mode: EntryMode, id| (!mode.is_tree()).then(|| Side { path, kind: mode.kind(), id });
    let pair = match change {
        Change::Addition { entry_mode, oid, path, .. } => Pair { old: None, new: side(path, entry_mode, oid) },
        Change::Deletion { entry_mode, oid, path, .. } => Pair { old: side(path, entry_mode, oid), new: None },
        Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => {
            Pair { old: side(path.clone(), previous_entry_mode, previous_oid), new: side(path, entry_mode, oid) }
        }
    };
    (pair.old.is_some() || pair.new.is_some()).then_some(pair)
}
