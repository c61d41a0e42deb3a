//! Comments as GitHub and, after it, Gitea and Forgejo have them.

use serde::Deserialize;
use serde_json::json;

use super::api::{Comment, CommentId, PullNumber};
use super::error::ForgeError;
use super::transport::{Ask, Condition, Method, Transport};

/// The comments of one repository.
pub(super) struct Comments<'t> {
    pub(super) transport: &'t Transport,
    /// `/repos/owner/name` below the path of the API.
    pub(super) root: &'t str,
}

impl Comments<'_> {
    pub(super) fn list(&self, pull: PullNumber) -> Result<Vec<Comment>, ForgeError> {
        let path = format!("{}/issues/{pull}/comments?per_page=100", self.root);
        let mut comments: Vec<Comment> = self.transport.pages::<Wire>(&path)?.into_iter().map(Comment::from).collect();
        comments.sort_by_key(|comment| comment.id);
        comments.dedup_by_key(|comment| comment.id);
        Ok(comments)
    }

    pub(super) fn create(&self, pull: PullNumber, body: &str) -> Result<Comment, ForgeError> {
        let path = format!("{}/issues/{pull}/comments", self.root);
        let body = json!({ "body": body });
        let ask = Ask {
            method: Method::Post,
            path,
            body: Some(&body),
            is_repeatable: false,
            condition: Condition::OfTransport,
        };
        self.transport.read::<Wire>(&ask).map(Comment::from)
    }

    /// PATCH: octocrab's own `update_comment` sends POST, which GitHub does not have there.
    pub(super) fn update(&self, id: CommentId, body: &str) -> Result<Comment, ForgeError> {
        let body = json!({ "body": body });
        let ask = Ask {
            method: Method::Patch,
            path: self.path(id),
            body: Some(&body),
            is_repeatable: true,
            condition: Condition::OfTransport,
        };
        self.transport.read::<Wire>(&ask).map(Comment::from)
    }

    pub(super) fn delete(&self, id: CommentId) -> Result<(), ForgeError> {
        gone(self.transport.run(&Ask::delete(self.path(id))))
    }

    fn path(&self, id: CommentId) -> String {
        format!("{}/issues/comments/{id}", self.root)
    }
}

/// What is not there need not be deleted.
pub(super) fn gone(deleted: Result<(), ForgeError>) -> Result<(), ForgeError> {
    match deleted {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}

/// The few fields that matter, all but the number optional: forges differ.
#[derive(Debug, Deserialize)]
struct Wire {
    id: u64,
    node_id: Option<String>,
    html_url: Option<String>,
    body: Option<String>,
    user: Option<User>,
    /// Why it is hidden.
    minimized: Option<serde_json::Value>,
}

/// An account.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
}

impl From<Wire> for Comment {
    fn from(wire: Wire) -> Comment {
        Comment {
            id: CommentId(wire.id),
            node: wire.node_id,
            author: wire.user.map(|user| user.login),
            body: wire.body.unwrap_or_default(),
            is_hidden: wire.minimized.is_some(),
            url: wire.html_url,
        }
    }
}
