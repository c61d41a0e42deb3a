//! GitLab: comments are notes of a merge request.

use http::HeaderName;
use serde::Deserialize;
use serde_json::json;

use super::api::{Comment, CommentId, Forge, Head, PullNumber};
use super::comments::gone;
use super::error::ForgeError;
use super::github::escaped;
use super::patience::Patience;
use super::site::Site;
use super::token::Token;
use super::transport::{Ask, Auth, Condition, Method, Transport};

/// A project on GitLab.
pub struct GitLab {
    rest: Transport,
    api: String,
    root: String,
}

impl GitLab {
    /// Returns a client of a project; nothing is sent yet.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(site: &Site, token: &Token, patience: Patience) -> Result<GitLab, ForgeError> {
        let auth = match token.is_job() {
            true => Auth::Header(HeaderName::from_static("job-token")),
            false => Auth::Bearer,
        };
        let api = site.api.path.clone();
        let root = format!("{api}/projects/{}", escaped(&site.repository));
        Ok(GitLab { rest: Transport::new(&site.api, &site.proxies, token, auth, patience)?, api, root })
    }

    fn notes(&self, pull: PullNumber) -> String {
        format!("{}/merge_requests/{pull}/notes", self.root)
    }

    fn write(&self, method: Method, path: String, body: &str) -> Result<Comment, ForgeError> {
        let body = json!({ "body": inert(body) });
        let ask = Ask {
            is_repeatable: method != Method::Post,
            method,
            path,
            body: Some(&body),
            condition: Condition::OfTransport,
        };
        self.rest.read::<Note>(&ask).map(Comment::from)
    }
}

impl Forge for GitLab {
    fn viewer(&self) -> Result<String, ForgeError> {
        match self.rest.read::<Author>(&Ask::get(format!("{}/user", self.api))) {
            Ok(user) => Ok(user.username),
            Err(ForgeError::Refused { host, status: 401 | 403 | 404, .. }) => Err(ForgeError::Nameless { host }),
            Err(error) => Err(error),
        }
    }

    fn comments(&self, pull: PullNumber) -> Result<Vec<Comment>, ForgeError> {
        let path = format!("{}?order_by=created_at&sort=asc&per_page=100", self.notes(pull));
        let notes = self.rest.pages::<Note>(&path)?;
        let mut comments: Vec<Comment> = notes.into_iter().filter(|note| !note.system).map(Comment::from).collect();
        comments.sort_by_key(|comment| comment.id);
        comments.dedup_by_key(|comment| comment.id);
        Ok(comments)
    }

    fn create(&self, pull: PullNumber, body: &str) -> Result<Comment, ForgeError> {
        self.write(Method::Post, self.notes(pull), body)
    }

    fn update(&self, pull: PullNumber, id: CommentId, body: &str) -> Result<Comment, ForgeError> {
        self.write(Method::Put, format!("{}/{id}", self.notes(pull)), body)
    }

    fn delete(&self, pull: PullNumber, id: CommentId) -> Result<(), ForgeError> {
        gone(self.rest.run(&Ask::delete(format!("{}/{id}", self.notes(pull)))))
    }

    fn can_hide(&self) -> bool {
        false
    }

    /// Never asked for: [`GitLab::can_hide`] is false.
    fn hide(&self, _comment: &Comment) -> Result<(), ForgeError> {
        Ok(())
    }

    fn pulls_of(&self, head: &Head) -> Result<Vec<PullNumber>, ForgeError> {
        let path = format!("{}/repository/commits/{}/merge_requests?per_page=100", self.root, head.commit);
        let found = self.rest.pages::<MergeRequest>(&path)?;
        let is_it = |request: &MergeRequest| request.state == "opened" && request.sha.as_ref() == Some(&head.commit);
        Ok(found.into_iter().filter(is_it).map(|request| PullNumber(request.iid)).collect())
    }
}

/// GitLab obeys lines that begin with `/`, such as `/close`.
fn inert(body: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix('/') {
        Some(rest) => format!("&#47;{rest}"),
        None => line.to_owned(),
    };
    body.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[derive(Debug, Deserialize)]
struct Note {
    id: u64,
    body: Option<String>,
    author: Option<Author>,
    /// Written by GitLab itself.
    #[serde(default)]
    system: bool,
}

#[derive(Debug, Deserialize)]
struct Author {
    username: String,
}

#[derive(Debug, Deserialize)]
struct MergeRequest {
    iid: u64,
    state: String,
    sha: Option<String>,
}

impl From<Note> for Comment {
    fn from(note: Note) -> Comment {
        Comment {
            id: CommentId(note.id),
            node: None,
            author: note.author.map(|author| author.username),
            body: note.body.unwrap_or_default(),
            is_hidden: false,
            url: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(inert("a/b\n/close\n  /label ~x\n\nend"), "a/b\n&#47;close\n&#47;label ~x\n\nend");
    }
}
