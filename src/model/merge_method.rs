//! How a pull request came onto its branch.

/// What the merge button, or whoever stands in for it, did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MergeMethod {
    /// A commit with two parents.
    Merge,
    /// One new commit in place of all. A pull request of one commit is called so too: a rebase looks the same.
    Squash,
    /// Every commit again.
    Rebase,
    /// Its own commits.
    FastForward,
}

impl MergeMethod {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MergeMethod::Merge => "merge",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
            MergeMethod::FastForward => "fast_forward",
        }
    }
}
