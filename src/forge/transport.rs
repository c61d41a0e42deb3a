//! Requests to one host: repeated if that is harmless, paused if the host asks, never without an end.
//!
//! Must not know: what is asked for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, ETAG, HeaderName, IF_NONE_MATCH, LINK, LOCATION};
use http::{HeaderMap, HeaderValue};
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::error::{ForgeError, plain};
use super::patience::{Patience, asked_pause};
use super::proxy::{self, Proxies};
use super::site::Base;
use super::token::Token;

/// A pull request with more comments is a forum.
const MOST_PAGES: u32 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

/// One request.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Path and query, from the root of the host.
    pub(super) path: String,
    pub(super) body: Option<&'a Value>,
    /// Whether making it twice is the same as making it once.
    pub(super) is_repeatable: bool,
    /// Which earlier answer would do.
    pub(super) condition: Condition,
}

/// Who remembers earlier answers to GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// The transport, for one run; its answers are always whole.
    OfTransport,
    /// The caller, who has the answer of this tag and is told 304 if it still holds.
    OfCaller(Option<String>),
}

impl Ask<'_> {
    pub(super) fn get(path: String) -> Ask<'static> {
        Ask { method: Method::Get, path, body: None, is_repeatable: true, condition: Condition::OfTransport }
    }

    pub(super) fn delete(path: String) -> Ask<'static> {
        Ask { method: Method::Delete, path, body: None, is_repeatable: true, condition: Condition::OfTransport }
    }

    fn is_write(&self) -> bool {
        self.method != Method::Get && !(self.method == Method::Post && self.is_repeatable)
    }

    /// Method and path, for messages.
    fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", format!("{:?}", self.method).to_ascii_uppercase())
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: String,
}

/// How a token is sent.
pub(super) enum Auth {
    Bearer,
    /// A header of the forge's own.
    Header(HeaderName),
}

impl Auth {
    fn header(self, token: &Token) -> Result<(HeaderName, HeaderValue), ForgeError> {
        let (name, text) = match self {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", token.secret())),
            Auth::Header(name) => (name, token.secret().to_owned()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|error| ForgeError::Client(Box::new(error)))?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

/// A client of one host.
pub(super) struct Transport {
    runtime: Runtime,
    client: Octocrab,
    host: String,
    patience: Patience,
    paused: Cell<Duration>,
    not_before: Cell<Option<Instant>>,
    written: Cell<Option<Instant>>,
    /// Lists that were read before, by path: an answer of 304 is free of limits.
    known: RefCell<HashMap<String, Reply>>,
}

impl Transport {
    pub(super) fn new(
        base: &Base,
        proxies: &Proxies,
        token: &Token,
        auth: Auth,
        patience: Patience,
    ) -> Result<Transport, ForgeError> {
        let proxy = proxies.to(base)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ForgeError::Client(Box::new(error)))?;
        let client = {
            // The client starts a task of its own, which needs to know where.
            let _inside = runtime.enter();
            match &proxy {
                Some(proxy) => proxy::client(base, proxy, auth.header(token)?).map_err(ForgeError::Client)?,
                None => client(base, token, auth).map_err(|error| ForgeError::Client(Box::new(error)))?,
            }
        };
        Ok(Transport {
            runtime,
            client,
            host: base.host().to_owned(),
            patience,
            paused: Cell::new(Duration::ZERO),
            not_before: Cell::new(None),
            written: Cell::new(None),
            known: RefCell::new(HashMap::new()),
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the answer to a request as what it should be.
    pub(super) fn read<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, ForgeError> {
        let reply = self.answer(ask)?;
        self.parse(ask, &reply)
    }

    /// Makes a request whose answer says nothing but that it was done.
    pub(super) fn run(&self, ask: &Ask<'_>) -> Result<(), ForgeError> {
        self.answer(ask).map(|_| ())
    }

    /// Returns a list from all its pages; `path` has a query.
    pub(super) fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let ask = Ask::get(format!("{path}&page={page}"));
            let reply = self.answer(&ask)?;
            all.extend(self.parse::<Vec<T>>(&ask, &reply)?);
            if !has_next(&reply.headers) {
                return Ok(all);
            }
        }
        Err(ForgeError::Endless { host: self.host.clone(), asked: Ask::get(path.to_owned()).name(), most: MOST_PAGES })
    }

    pub(super) fn parse<T: DeserializeOwned>(&self, ask: &Ask<'_>, reply: &Reply) -> Result<T, ForgeError> {
        serde_json::from_str(&reply.body).map_err(|source| ForgeError::Unreadable {
            host: self.host.clone(),
            asked: ask.name(),
            source,
        })
    }

    /// Asks until there is an answer that asking again would not change.
    pub(super) fn answer(&self, ask: &Ask<'_>) -> Result<Reply, ForgeError> {
        for tried in 1.. {
            self.keep_away(ask)?;
            let answer = self.once(ask);
            let pause = match &answer {
                Ok(reply) if reply.status < 400 => return answer,
                Ok(reply) => match asked_pause(reply.status, &reply.headers, &reply.body) {
                    Some(pause) => self.limited(pause, ask, tried)?,
                    None => self.patience.pause_after(tried).filter(|_| reply.status >= 500),
                },
                Err(error) => self.patience.pause_after(tried).filter(|_| error.may_have_happened()),
            };
            match pause.filter(|_| ask.is_repeatable) {
                Some(pause) if self.may_pause(pause) => self.not_before.set(Some(Instant::now() + pause)),
                _ => return answer.and_then(|reply| Err(self.refused(ask, &reply))),
            }
        }
        Err(ForgeError::Limited { host: self.host.clone(), pause: Duration::ZERO })
    }

    /// Every request to a host that has enough of us waits, not only the one that was refused.
    fn limited(&self, pause: Duration, ask: &Ask<'_>, tried: u32) -> Result<Option<Duration>, ForgeError> {
        self.not_before.set(Some(Instant::now() + pause));
        match ask.is_repeatable && tried < self.patience.tries && self.may_pause(pause) {
            true => Ok(Some(pause)),
            false => Err(ForgeError::Limited { host: self.host.clone(), pause }),
        }
    }

    fn may_pause(&self, pause: Duration) -> bool {
        self.paused.get() + pause <= self.patience.pauses
    }

    /// Waits until the host wants to hear of us again.
    fn keep_away(&self, ask: &Ask<'_>) -> Result<(), ForgeError> {
        let after_write =
            self.written.get().filter(|_| ask.is_write()).map(|written| written + self.patience.between_writes);
        let Some(moment) = self.not_before.get().max(after_write) else { return Ok(()) };
        let pause = moment.saturating_duration_since(Instant::now());
        if !self.may_pause(pause) {
            return Err(ForgeError::Limited { host: self.host.clone(), pause });
        }
        self.paused.set(self.paused.get() + pause);
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
        Ok(())
    }

    /// Asks once, and once more where a repository was renamed.
    fn once(&self, ask: &Ask<'_>) -> Result<Reply, ForgeError> {
        let reply = self.send(ask, &ask.path)?;
        let moved = matches!(reply.status, 301 | 302 | 307 | 308).then(|| self.moved_to(&reply)).flatten();
        match moved {
            Some(path) => self.send(ask, &path),
            None if (300..400).contains(&reply.status) && reply.status != 304 => Err(self.refused(ask, &reply)),
            None => Ok(reply),
        }
    }

    /// The token goes to no other host, so only a path is taken.
    fn moved_to(&self, reply: &Reply) -> Option<String> {
        let location = reply.headers.get(LOCATION)?.to_str().ok()?;
        let path = match location.split_once("://") {
            Some((_, rest)) => rest.strip_prefix(self.host.as_str())?,
            None => location,
        };
        path.starts_with('/').then(|| path.to_owned())
    }

    fn send(&self, ask: &Ask<'_>, path: &str) -> Result<Reply, ForgeError> {
        let is_kept = ask.method == Method::Get && ask.condition == Condition::OfTransport;
        let known = self.known.borrow().get(path).filter(|_| is_kept).cloned();
        let sent =
            async { tokio::time::timeout(self.patience.request, self.exchange(ask, path, known.as_ref())).await };
        let reply = match self.runtime.block_on(sent) {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => return Err(self.silent(ask, error)),
            Err(late) => return Err(self.silent(ask, late)),
        };
        if ask.is_write() {
            self.written.set(Some(Instant::now()));
        }
        if let Some(known) = known.filter(|_| reply.status == 304) {
            return Ok(known);
        }
        if is_kept && reply.status == 200 && reply.headers.contains_key(ETAG) {
            self.known.borrow_mut().insert(path.to_owned(), reply.clone());
        }
        Ok(reply)
    }

    async fn exchange(&self, ask: &Ask<'_>, path: &str, known: Option<&Reply>) -> Result<Reply, octocrab::Error> {
        let client = &self.client;
        let answer = match ask.method {
            Method::Get => client._get_with_headers(path, Some(condition(ask, known))).await,
            Method::Post => client._post(path, ask.body).await,
            Method::Patch => client._patch(path, ask.body).await,
            Method::Put => client._put(path, ask.body).await,
            Method::Delete => client._delete(path, ask.body).await,
        }?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Reply { status, headers, body: client.body_to_string(answer).await? })
    }

    fn silent(&self, ask: &Ask<'_>, source: impl std::error::Error + Send + Sync + 'static) -> ForgeError {
        ForgeError::NoAnswer { host: self.host.clone(), asked: ask.name(), source: Box::new(source) }
    }

    fn refused(&self, ask: &Ask<'_>, reply: &Reply) -> ForgeError {
        ForgeError::Refused {
            host: self.host.clone(),
            asked: ask.name(),
            status: reply.status,
            message: plain(&words(&reply.body)),
        }
    }
}

/// `build` and `personal_token` panic on nothing that [`Base`] and [`Token`] let through.
fn client(base: &Base, token: &Token, auth: Auth) -> octocrab::Result<Octocrab> {
    let builder = Octocrab::builder().base_uri(base.origin.as_str())?;
    match auth {
        Auth::Bearer => builder.personal_token(token.secret()),
        Auth::Header(name) => builder.add_header(name, token.secret().to_owned()),
    }
    .build()
}

fn condition(ask: &Ask<'_>, known: Option<&Reply>) -> HeaderMap {
    let tag: Option<HeaderValue> = match &ask.condition {
        Condition::OfCaller(tag) => tag.as_deref().and_then(|tag| HeaderValue::from_str(tag).ok()),
        Condition::OfTransport => known.and_then(|known| known.headers.get(ETAG).cloned()),
    };
    tag.map(|tag| (IF_NONE_MATCH, tag)).into_iter().collect()
}

/// GitHub and Gitea say `rel="next"`, GitLab also `x-next-page`. The address itself is not used: it may name another
/// host than the one the token is for.
pub(super) fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    links.into_iter().any(|link| link.contains("rel=\"next\""))
        || headers.get("x-next-page").is_some_and(|page| !page.is_empty())
}

/// `message`, and what `errors` say below it; the whole text if it is no JSON.
fn words(body: &str) -> String {
    let Ok(answer) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let of = |name: &str| answer.get(name).map(text);
    let message = of("message").or_else(|| of("error")).unwrap_or_default();
    of("errors").map_or(message.clone(), |errors| format!("{message} {errors}"))
}
