//! Requests whose answers are remembered from run to run, cut down to what matters of them.
//!
//! Must not know: what is asked for.

use std::cell::Cell;

use http::header::ETAG;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ForgeError;
use super::patience::Patience;
use super::pull_facts::{Asked, Memory};
use super::site::Site;
use super::token::Token;
use super::transport::{Ask, Auth, Condition, Method, Transport, has_next};

/// A list with more pages than this is cut.
const MOST_PAGES: u32 = 5;

/// A client of one host with a memory.
pub(super) struct Remembered<'m> {
    pub(super) transport: Transport,
    /// Begins every key of the memory: what one token sees is not for another.
    scope: String,
    memory: &'m dyn Memory,
    asked: Cell<Asked>,
}

impl<'m> Remembered<'m> {
    pub(super) fn new(
        site: &Site,
        token: &Token,
        auth: Auth,
        patience: Patience,
        memory: &'m dyn Memory,
    ) -> Result<Remembered<'m>, ForgeError> {
        Ok(Remembered {
            transport: Transport::new(&site.api, &site.proxies, token, auth, patience)?,
            scope: format!("{} {}", token.fingerprint(), site.api.origin),
            memory,
            asked: Cell::new(Asked::default()),
        })
    }

    /// These forges count requests, not points: their answer itself says when it is enough.
    pub(super) fn used_up(&self) -> ForgeError {
        ForgeError::Limited { host: self.transport.host().to_owned(), pause: std::time::Duration::ZERO }
    }

    pub(super) fn asked(&self) -> Asked {
        self.asked.get()
    }

    /// Returns what matters of an answer, from memory if the forge says that nothing changed; `reduce` is told whether
    /// there is a next page.
    pub(super) fn get<T, R>(&self, path: String, reduce: impl Fn(T, bool) -> R) -> Result<R, ForgeError>
    where
        T: DeserializeOwned,
        R: Serialize + DeserializeOwned,
    {
        let key = format!("{} {path}", self.scope);
        let known = self.memory.recall(&key);
        let known = known.and_then(|(tag, value)| Some((tag, serde_json::from_str::<R>(&value).ok()?)));
        let condition = Condition::OfCaller(known.as_ref().map(|(tag, _)| tag.clone()));
        let ask = Ask { method: Method::Get, path, body: None, is_repeatable: true, condition };
        let reply = self.transport.answer(&ask)?;
        let known = known.filter(|_| reply.status == 304);
        self.count(known.is_some());
        if let Some((_, value)) = known {
            return Ok(value);
        }
        let value = reduce(self.transport.parse(&ask, &reply)?, has_next(&reply.headers));
        if let Some((tag, text)) = reply.headers.get(ETAG).zip(serde_json::to_string(&value).ok()) {
            self.memory.keep(&key, &String::from_utf8_lossy(tag.as_bytes()), &text);
        }
        Ok(value)
    }

    fn count(&self, is_unchanged: bool) {
        let asked = self.asked.get();
        let unchanged = asked.unchanged + u64::from(is_unchanged);
        self.asked.set(Asked { requests: asked.requests + 1, unchanged, ..asked });
    }

    /// Returns what matters of all pages of a list, and whether there would be more; `path` has a query.
    pub(super) fn list<T, R>(&self, path: &str, reduce: impl Fn(T) -> Option<R>) -> Result<(Vec<R>, bool), ForgeError>
    where
        T: DeserializeOwned,
        R: Serialize + DeserializeOwned,
    {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let of_page = |rows: Vec<T>, has_more| -> (Vec<R>, bool) {
                (rows.into_iter().filter_map(&reduce).collect(), has_more)
            };
            let (rows, has_more) = self.get(format!("{path}&page={page}"), of_page)?;
            all.extend(rows);
            if !has_more {
                return Ok((all, false));
            }
        }
        Ok((all, true))
    }
}

/// What is gone, or not for this token, is not known; that is no failure.
pub(super) fn if_allowed<T>(found: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match found {
        Err(error) if error.is_forbidden() || error.is_not_found() => Ok(None),
        other => other.map(Some),
    }
}
