//! The hooks of git that capture needs.

/// A hook of git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Adds the trailer.
    PrepareCommitMsg,
    /// Adds the trailer where an editor was open before; on request, because every commit would feel it.
    CommitMsg,
    /// Records the commit.
    PostCommit,
    /// Records what an amend or a rebase replaced.
    PostRewrite,
    /// Records a merge, which has no post-commit.
    PostMerge,
    /// Sends the notes along.
    PrePush,
}

impl Hook {
    /// Every hook, in the order in which git runs them.
    pub const ALL: [Hook; 6] =
        [Hook::PrepareCommitMsg, Hook::CommitMsg, Hook::PostCommit, Hook::PostRewrite, Hook::PostMerge, Hook::PrePush];

    /// Returns git's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Hook::PrepareCommitMsg => "prepare-commit-msg",
            Hook::CommitMsg => "commit-msg",
            Hook::PostCommit => "post-commit",
            Hook::PostRewrite => "post-rewrite",
            Hook::PostMerge => "post-merge",
            Hook::PrePush => "pre-push",
        }
    }

    /// Tells whether git writes to its standard input (`githooks(5)`).
    pub fn has_input(self) -> bool {
        matches!(self, Hook::PostRewrite | Hook::PrePush)
    }

    /// Tells whether it serves the trailers only.
    pub fn is_for_trailers(self) -> bool {
        matches!(self, Hook::PrepareCommitMsg | Hook::CommitMsg)
    }
}
