//! Between our commit ids and gix's object ids.

use gix::ObjectId;

use crate::model::CommitId;

/// Returns gix's form of a commit id.
pub(super) fn to_object_id(id: &CommitId) -> ObjectId {
    match id {
        CommitId::Sha1(bytes) => ObjectId::from_bytes_or_panic(bytes),
        CommitId::Sha256(bytes) => ObjectId::from_bytes_or_panic(bytes),
    }
}

/// Returns our form of an object id; `None` for a hash kind this version does not know.
pub(super) fn to_commit_id(id: &gix::oid) -> Option<CommitId> {
    CommitId::from_bytes(id.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_round_trip() {
        for hex in ["ab".repeat(20), "cd".repeat(32)] {
            let id = CommitId::parse(&hex).unwrap();
            assert_eq!(to_object_id(&id).to_string(), hex);
            assert_eq!(to_commit_id(&to_object_id(&id)), Some(id));
        }
    }
}
