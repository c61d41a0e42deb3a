//! `agent-trace pr comment`: what became of the comment on a pull request.

use serde::Serialize;

/// A forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum ForgeKind {
    /// github.com and GitHub Enterprise Server
    #[value(name = "github")]
    #[serde(rename = "github")]
    GitHub,
    /// gitlab.com and GitLab's own servers
    #[value(name = "gitlab")]
    #[serde(rename = "gitlab")]
    GitLab,
    /// Gitea and Forgejo
    #[value(name = "gitea", alias = "forgejo")]
    Gitea,
}

/// What happens to an earlier comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum CommentBehavior {
    /// It gets the new text
    #[default]
    Update,
    /// It stays, and a new one is written
    New,
    /// It is folded away, and a new one is written; where comments cannot be hidden, as `update`
    HideAndNew,
    /// It is deleted, and a new one is written
    DeleteAndNew,
    /// It stays as it is; nothing more is written
    Once,
    /// No comment is read or written
    Off,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentAction {
    /// A comment was written.
    Created,
    /// The comment got the new text.
    Updated,
    /// It says that already.
    Unchanged,
    /// It is of a later state.
    Outdated,
    /// There is one, and one is enough ([`CommentBehavior::Once`]).
    AlreadyThere,
    /// Nothing was asked for ([`CommentBehavior::Off`]).
    Off,
    /// The token may not comment, such as that of a pull request from a fork.
    Forbidden,
    /// Nothing was sent: this is what would be (`--dry-run`).
    DryRun,
}

/// What became of the comment. `agent-trace/pull-comment/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommentReport {
    /// The pull request; `null` if it did not have to be known.
    pub pull: Option<u64>,
    /// What was done.
    pub action: CommentAction,
    /// Where the comment is read; `null` if there is none or the forge does not say.
    pub url: Option<String>,
    /// How many earlier comments were hidden or deleted.
    pub retired: u64,
    /// Why nothing was done, or why comments are left that should be gone; `null` if all went well.
    pub problem: Option<String>,
    /// The comment in Markdown, only of a dry run.
    pub body: Option<String>,
}
