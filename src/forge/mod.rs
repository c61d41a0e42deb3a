//! Comments on pull requests, and what became of them: GitHub, GitLab, Gitea and Forgejo behind one trait.
//!
//! - [`Site`], [`Token`] and [`Target`] say where, as whom and on which pull request, from what a runner tells.
//! - [`connect`] returns a [`Forge`]: list, create, update, delete and hide comments.
//! - [`post()`] keeps one comment a pull request and key: it decides from the comments that are there, then acts.
//! - [`GraphPulls`], [`RestPulls`] and [`GitLabPulls`] are each a [`PullSource`], which [`walk`] and [`read_some`] read from the last change on.
//! - [`add_summary`] and [`set_outputs`] tell the runner.
//!
//! Every call waits for its answer and ends: a request after 30 s, all pauses of a run after 60 s ([`Patience`]).
//! Answers are untrusted: only numbers, logins and the first line of our own comments are used.
//!
//! Must not know: what stands in the comment, git, the store; variables and paths are handed in.

mod api;
mod comments;
mod error;
mod event;
mod gitea;
mod github;
mod gitlab;
mod gitlab_pulls;
mod graph_pulls;
mod marker;
mod order;
mod outputs;
mod patience;
mod plan;
mod post;
mod proxy;
mod pull_facts;
mod pull_walk;
mod remembered;
mod remote;
mod rest_pulls;
mod site;
mod token;
mod transport;

pub use api::{Comment, CommentId, Forge, Head, PullNumber};
pub use error::ForgeError;
pub use event::Target;
pub use gitea::Gitea;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use gitlab_pulls::GitLabPulls;
pub use graph_pulls::GraphPulls;
pub use marker::{Key, Marker, State};
pub use order::IsAncestor;
pub use outputs::{add_summary, set_outputs};
pub use patience::Patience;
pub use post::{Outcome, Posting, post};
pub use pull_facts::{
    Asked, Budget, CheckState, Memory, PullCommitFact, PullEvent, PullEventKind, PullFacts, PullPage, PullPhase,
    PullSource,
};
pub use pull_walk::{OVERLAP_MS, PAGE, Place, Step, read_some, walk};
pub use remote::repository_at;
pub use rest_pulls::RestPulls;
pub use site::Site;
pub use token::{Token, gh_folder};

use crate::report::ForgeKind as Kind;

/// Returns a client of a repository; nothing is sent yet.
///
/// # Errors
/// [`ForgeError::Client`] if there are no certificates to trust.
pub fn connect(site: &Site, token: &Token, patience: Patience) -> Result<Box<dyn Forge>, ForgeError> {
    Ok(match site.kind {
        Kind::GitHub => Box::new(GitHub::new(site, token, patience)?),
        Kind::GitLab => Box::new(GitLab::new(site, token, patience)?),
        Kind::Gitea => Box::new(Gitea::new(site, token, patience)?),
    })
}
