//! The commits made on top of others.

use std::collections::{HashMap, HashSet};

use super::error::GitError;
use super::object_id::{to_commit_id, to_object_id};
use super::repo::Repo;
use crate::model::CommitId;

impl Repo {
    /// Returns the commits whose first parent is one of these, by that parent; all history is walked.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if references or history cannot be read.
    pub fn children_of(&self, parents: &HashSet<CommitId>) -> Result<HashMap<CommitId, Vec<CommitId>>, GitError> {
        let mut children: HashMap<CommitId, Vec<CommitId>> = HashMap::new();
        if parents.is_empty() {
            return Ok(children);
        }
        let local = self.local();
        let tips: Vec<gix::ObjectId> = self.tips()?.tips.iter().map(|tip| to_object_id(&tip.id)).collect();
        let walk = local.rev_walk(tips).all().map_err(|error| self.unreadable(error))?;
        for info in walk.map_while(Result::ok) {
            let parent = info.parent_ids.first().and_then(|parent| to_commit_id(parent));
            if let (Some(parent), Some(child)) =
                (parent.filter(|parent| parents.contains(parent)), to_commit_id(&info.id))
            {
                children.entry(parent).or_default().push(child);
            }
        }
        children.values_mut().for_each(|children| children.sort_unstable());
        Ok(children)
    }
}

#[cfg(test)]
mod tests {
    use crate::git::test_repo::TestRepo;
    use std::collections::HashSet;

    #[test]
    fn children_on_every_branch_are_found() {
        let test = TestRepo::new();
        let root = test.commit("root");
        let one = test.commit("one");
        test.git(&["switch", "-q", "-c", "side", &root.to_string()]);
        let two = test.commit("two");
        let found = test.repo().children_of(&HashSet::from([root, two])).unwrap();
        let mut expected = vec![one, two];
        expected.sort_unstable();
        assert_eq!((found.get(&root), found.get(&two)), (Some(&expected), None));
    }
}
