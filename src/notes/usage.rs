//! `u1`: what a slice of a session consumed with one model.

use super::counters::{Counter, Counters};
use super::field::{decode_text, encode, number};
use super::ids::{SessionMark, SliceId};

/// When something happened, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first request.
    pub first: i64,
    /// The last one; never before the first.
    pub last: i64,
}

/// One `u1` record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Usage {
    /// The slice.
    pub slice: SliceId,
    /// Its session.
    pub session: SessionMark,
    /// The agent's name.
    pub agent: String,
    /// The model as recorded; empty if not known.
    pub model: String,
    /// Of the records of a slice and model only those of the greatest generation count.
    pub generation: u64,
    /// What was consumed.
    pub counters: Counters,
    /// The day of the price table.
    pub prices: Option<String>,
    /// `api`, `plan`, or `None` where nobody said who pays.
    pub billing: Option<String>,
    /// When.
    pub span: Option<Span>,
    /// Words of later versions, kept as they are.
    pub extra: Vec<String>,
}

impl Usage {
    /// Reads the words after `u1`.
    pub(super) fn parse(words: &[&str]) -> Option<Usage> {
        let [slice, session, agent, model, values @ ..] = words else { return None };
        let mut usage = Usage {
            slice: SliceId::parse(slice)?,
            session: SessionMark::parse(session)?,
            agent: decode_text(agent)?,
            model: decode_text(model)?,
            generation: 0,
            counters: Counters::default(),
            prices: None,
            billing: None,
            span: None,
            extra: Vec::new(),
        };
        values.iter().try_for_each(|word| usage.take(word))?;
        usage.extra.sort();
        usage.extra.dedup();
        Some(usage)
    }

    fn take(&mut self, word: &str) -> Option<()> {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        if let Some(counter) = Counter::ALL.into_iter().find(|counter| counter.key() == key) {
            self.counters.set(counter, number(value)?);
            return Some(());
        }
        match key {
            "g" => self.generation = number(value)?,
            "pv" => self.prices = Some(decode_text(value)?),
            "bill" if value == "?" => self.billing = None,
            "bill" => self.billing = Some(decode_text(value)?),
            "t" => self.span = Some(Span::parse(value)?),
            _ => self.extra.push(word.to_owned()),
        }
        Some(())
    }

    /// Returns the canonical line.
    pub(super) fn render(&self) -> String {
        let Usage { slice, session, .. } = self;
        let (agent, model) = (encode(self.agent.as_bytes()), encode(self.model.as_bytes()));
        let mut line = format!("u1 {slice} {session} {agent} {model}");
        let mut add = |word: String| {
            line.push(' ');
            line.push_str(&word);
        };
        for counter in Counter::ALL {
            let value = self.counters.get(counter);
            if value > 0 || !counter.is_optional() {
                add(format!("{}={value}", counter.key()));
            }
        }
        if self.generation > 0 {
            add(format!("g={}", self.generation));
        }
        self.prices.iter().for_each(|day| add(format!("pv={}", encode(day.as_bytes()))));
        add(format!("bill={}", self.billing.as_ref().map_or("?".into(), |payer| encode(payer.as_bytes()))));
        self.span.iter().for_each(|span| add(format!("t={}+{}", span.first, span.last - span.first)));
        self.extra.iter().for_each(|word| add(word.clone()));
        line
    }

    /// Returns what both records of one slice and model say together.
    ///
    /// A semilattice: any order and number of joins gives the same record.
    pub fn join(self, other: Usage) -> Usage {
        match self.generation.cmp(&other.generation) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => self.join_equals(other),
        }
    }

    fn join_equals(self, other: Usage) -> Usage {
        let mut extra = [self.extra, other.extra].concat();
        extra.sort();
        extra.dedup();
        Usage {
            slice: self.slice.max(other.slice),
            session: self.session.max(other.session),
            agent: self.agent.max(other.agent),
            model: self.model.max(other.model),
            generation: self.generation,
            counters: self.counters.max(other.counters),
            prices: self.prices.max(other.prices),
            billing: self.billing.max(other.billing),
            span: Span::join(self.span, other.span),
            extra,
        }
    }
}

impl Span {
    /// `1760000000+840`
    fn parse(text: &str) -> Option<Span> {
        let (first, seconds) = text.split_once('+')?;
        let (first, seconds) = (number(first)? as i64, number(seconds)? as i64);
        Some(Span { first, last: first + seconds })
    }

    /// Returns the span that holds both.
    pub fn join(one: Option<Span>, other: Option<Span>) -> Option<Span> {
        match (one, other) {
            (Some(one), Some(other)) => {
                Some(Span { first: one.first.min(other.first), last: one.last.max(other.last) })
            }
            (one, other) => one.or(other),
        }
    }
}
