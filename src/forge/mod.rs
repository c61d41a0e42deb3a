//! Comments on pull requests: GitHub, GitLab, Gitea and Forgejo behind one trait.
//!
//! - [`Site`], [`Token`] and [`Target`] say where, as whom and on which pull request, from what a runner tells.
//! - [`connect`] returns a [`Forge`]: list, create, update, delete and hide comments.
//! - [`post()`] keeps one comment a pull request and key: it decides from the comments that are there, then acts.
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
mod marker;
mod order;
mod outputs;
mod patience;
mod plan;
mod post;
mod site;
mod token;
mod transport;

pub use api::{Comment, CommentId, Forge, Head, PullNumber};
pub use error::ForgeError;
pub use event::Target;
pub use gitea::Gitea;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use marker::{Key, Marker, State};
pub use order::IsAncestor;
pub use outputs::{add_summary, set_outputs};
pub use patience::Patience;
pub use post::{Outcome, Posting, post};
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
