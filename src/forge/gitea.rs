//! Gitea and Forgejo: GitHub's comments without GraphQL, so nothing can be hidden.

use serde::Deserialize;

use super::api::{Comment, CommentId, Forge, Head, PullNumber};
use super::comments::Comments;
use super::error::ForgeError;
use super::github::viewer_by_rest;
use super::patience::Patience;
use super::site::Site;
use super::token::Token;
use super::transport::{Ask, Auth, Transport};

/// A repository on Gitea or Forgejo.
pub struct Gitea {
    rest: Transport,
    api: String,
    root: String,
}

impl Gitea {
    /// Returns a client of a repository; nothing is sent yet.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(site: &Site, token: &Token, patience: Patience) -> Result<Gitea, ForgeError> {
        let rest = Transport::new(&site.api, &site.proxies, token, Auth::Bearer, patience)?;
        let api = site.api.path.clone();
        Ok(Gitea { rest, root: format!("{api}/repos/{}", site.repository), api })
    }

    fn comments(&self) -> Comments<'_> {
        Comments { transport: &self.rest, root: &self.root }
    }
}

impl Forge for Gitea {
    fn viewer(&self) -> Result<String, ForgeError> {
        viewer_by_rest(&self.rest, &self.api)
    }

    fn comments(&self, pull: PullNumber) -> Result<Vec<Comment>, ForgeError> {
        self.comments().list(pull)
    }

    fn create(&self, pull: PullNumber, body: &str) -> Result<Comment, ForgeError> {
        self.comments().create(pull, body)
    }

    fn update(&self, _pull: PullNumber, id: CommentId, body: &str) -> Result<Comment, ForgeError> {
        self.comments().update(id, body)
    }

    fn delete(&self, _pull: PullNumber, id: CommentId) -> Result<(), ForgeError> {
        self.comments().delete(id)
    }

    fn can_hide(&self) -> bool {
        false
    }

    /// Never asked for: [`Gitea::can_hide`] is false.
    fn hide(&self, _comment: &Comment) -> Result<(), ForgeError> {
        Ok(())
    }

    fn pulls_of(&self, head: &Head) -> Result<Vec<PullNumber>, ForgeError> {
        let ask = Ask::get(format!("{}/commits/{}/pull", self.root, head.commit));
        match self.rest.read::<Pull>(&ask) {
            Ok(pull) if pull.state == "open" && pull.is_of(head) => Ok(vec![PullNumber(pull.number)]),
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Pull {
    number: u64,
    state: String,
    head: Option<PullHead>,
}

#[derive(Debug, Deserialize)]
struct PullHead {
    repo: Option<PullRepository>,
}

#[derive(Debug, Deserialize)]
struct PullRepository {
    full_name: String,
}

impl Pull {
    fn is_of(&self, head: &Head) -> bool {
        let repo = self.head.as_ref().and_then(|head| head.repo.as_ref());
        head.repository.as_ref().is_none_or(|wanted| repo.is_some_and(|repo| repo.full_name == *wanted))
    }
}
