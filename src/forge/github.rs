//! GitHub, github.com and Enterprise Server.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Comment, CommentId, Forge, Head, PullNumber};
use super::comments::{Comments, User};
use super::error::{ForgeError, plain};
use super::patience::Patience;
use super::site::Site;
use super::token::Token;
use super::transport::{Ask, Auth, Condition, Method, Transport};

/// A repository on GitHub.
pub struct GitHub {
    rest: Transport,
    /// `None` if it is the same host.
    graphql: Option<Transport>,
    graphql_path: String,
    root: String,
}

impl GitHub {
    /// Returns a client of a repository; nothing is sent yet.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(site: &Site, token: &Token, patience: Patience) -> Result<GitHub, ForgeError> {
        let graphql = site.graphql.as_ref();
        let elsewhere = graphql.filter(|graphql| graphql.origin != site.api.origin);
        Ok(GitHub {
            rest: Transport::new(&site.api, &site.proxies, token, Auth::Bearer, patience)?,
            graphql: elsewhere
                .map(|base| Transport::new(base, &site.proxies, token, Auth::Bearer, patience))
                .transpose()?,
            graphql_path: graphql.map_or_else(|| "/graphql".to_owned(), |graphql| graphql.path.clone()),
            root: format!("{}/repos/{}", site.api.path, site.repository),
        })
    }

    fn comments(&self) -> Comments<'_> {
        Comments { transport: &self.rest, root: &self.root }
    }

    /// Asks what may be asked twice.
    fn graphql(&self, query: &str, variables: Value) -> Result<Value, ForgeError> {
        let transport = self.graphql.as_ref().unwrap_or(&self.rest);
        let body = json!({ "query": query, "variables": variables });
        let path = self.graphql_path.clone();
        let ask = Ask {
            method: Method::Post,
            path,
            body: Some(&body),
            is_repeatable: true,
            condition: Condition::OfTransport,
        };
        let answer: GraphAnswer = transport.read(&ask)?;
        match answer.errors.first() {
            None => Ok(answer.data),
            Some(error) => Err(ForgeError::Refused {
                host: transport.host().to_owned(),
                asked: "GraphQL".to_owned(),
                status: if error.kind == "FORBIDDEN" { 403 } else { 200 },
                message: plain(&error.message),
            }),
        }
    }

    fn pulls(&self, path: &str, head: &Head) -> Result<Vec<PullNumber>, ForgeError> {
        let pulls = self.rest.pages::<Pull>(path)?;
        let is_it = |pull: &Pull| pull.state == "open" && pull.head.is(head);
        Ok(pulls.into_iter().filter(is_it).map(|pull| PullNumber(pull.number)).collect())
    }
}

impl Forge for GitHub {
    /// A workflow's token may not ask `GET /user`, so GraphQL is asked first.
    fn viewer(&self) -> Result<String, ForgeError> {
        let named = self.graphql("query { viewer { login } }", json!({}));
        let login = named.ok().and_then(|data| Some(data["viewer"]["login"].as_str()?.to_owned()));
        login.map_or_else(|| viewer_by_rest(&self.rest, self.root.split("/repos/").next().unwrap_or_default()), Ok)
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
        true
    }

    fn hide(&self, comment: &Comment) -> Result<(), ForgeError> {
        const HIDE: &str = "mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) \
                            { minimizedComment { isMinimized } } }";
        self.graphql(HIDE, json!({ "id": comment.node })).map(|_| ())
    }

    /// A commit's pulls, else those of the branch: the first list lacks most pull requests from forks.
    fn pulls_of(&self, head: &Head) -> Result<Vec<PullNumber>, ForgeError> {
        let by_commit = format!("{}/commits/{}/pulls?per_page=100", self.root, head.commit);
        // A commit that only the fork has is not found (404, or 422 with `No commit found`).
        let found = match self.pulls(&by_commit, head) {
            Err(ForgeError::Refused { status: 404 | 422, .. }) => Vec::new(),
            other => other?,
        };
        let Some((owner, branch)) = head.branch.as_ref().filter(|_| found.is_empty()) else { return Ok(found) };
        let label = escaped(&format!("{owner}:{branch}"));
        self.pulls(&format!("{}/pulls?state=open&head={label}&per_page=100", self.root), head)
    }
}

/// `GET /user`, for tokens of people.
pub(super) fn viewer_by_rest(transport: &Transport, api: &str) -> Result<String, ForgeError> {
    match transport.read::<User>(&Ask::get(format!("{api}/user"))) {
        Ok(user) => Ok(user.login),
        Err(ForgeError::Refused { host, status: 403 | 404, .. }) => Err(ForgeError::Nameless { host }),
        Err(error) => Err(error),
    }
}

/// Percent-encodes all but letters, digits and `-._~`.
pub(super) fn escaped(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[derive(Debug, Deserialize)]
struct GraphAnswer {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Vec<GraphError>,
}

#[derive(Debug, Deserialize)]
struct GraphError {
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Pull {
    number: u64,
    state: String,
    head: PullHead,
}

#[derive(Debug, Deserialize)]
struct PullHead {
    sha: String,
    /// `None` if the fork is gone.
    repo: Option<PullRepository>,
}

#[derive(Debug, Deserialize)]
struct PullRepository {
    full_name: String,
}

impl PullHead {
    fn is(&self, head: &Head) -> bool {
        let of = self.repo.as_ref().map(|repo| repo.full_name.as_str());
        self.sha == head.commit && head.repository.as_deref().is_none_or(|wanted| of == Some(wanted))
    }
}
