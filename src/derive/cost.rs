//! What each counted request cost, and requests that stand in no row.

use rustc_hash::FxHashMap;

use super::lanes::Lanes;
use crate::model::{Timestamp, Usage};
use crate::pricing::{ModelPrices, PriceBook, Terms, Unpriced};
use crate::store::{CallFact, CallKind, Names, SessionFacts, modifiers_of};

/// Prices by name id of the model, looked up once each.
pub(super) struct Prices<'b> {
    book: &'b PriceBook,
    names: &'b Names,
    known: FxHashMap<i64, Result<ModelPrices<'b>, Unpriced>>,
}

impl<'b> Prices<'b> {
    pub(super) fn new(book: &'b PriceBook, names: &'b Names) -> Prices<'b> {
        Prices { book, names, known: FxHashMap::default() }
    }

    /// Returns the texts that models and tools are numbers of.
    pub(super) fn names(&self) -> &'b Names {
        self.names
    }

    /// Returns the cost in nano-USD, or why it is not known.
    pub(super) fn cost(&mut self, call: &CallFact, model: Option<i64>) -> Result<i64, &'static str> {
        let usage = call.usage.ok_or("usage-unknown")?;
        let priced = self.priced(call, model, &usage);
        match (priced, call.recorded_cost) {
            (Ok(cost), _) => Ok(cost),
            (Err(_), Some(recorded)) => Ok(recorded), // Rule 12: the client's own figure, only without a price.
            (Err(reason), None) => Err(reason),
        }
    }

    fn priced(&mut self, call: &CallFact, model: Option<i64>, usage: &Usage) -> Result<i64, &'static str> {
        let (book, names) = (self.book, self.names);
        let model = model.ok_or("model-unknown")?;
        let look_up = || book.resolve(names.get(model).unwrap_or_default());
        let prices = (*self.known.entry(model).or_insert_with(look_up)).map_err(Unpriced::name)?;
        let (speed, geo, service) = modifiers_of(call.modifiers);
        let at = Timestamp(call.at.unwrap_or(call.place.head_at));
        prices.cost(at, usage, Terms { speed, geo, service }).map(|cost| cost.0).map_err(|reason| reason.name())
    }
}

/// Returns requests that the client counted but no row shows, as one request a model.
///
/// The client's running total (`cost-state`) holds titles, summaries and
/// warm-up, and the final output counts that rows lack (rule 5). What it has
/// more than the rows is one visible, separate entry; never less than nothing.
pub(super) fn unrecorded(facts: &SessionFacts, lanes: &Lanes) -> Vec<CallFact> {
    let mut recorded: FxHashMap<Option<i64>, Usage> = FxHashMap::default();
    for call in facts.calls.iter().filter(|call| lanes.is_counted(call)) {
        let sum = recorded.entry(lanes.model(call)).or_default();
        *sum = add(*sum, call.usage.unwrap_or_default());
    }
    let rest = facts.reported.iter().filter_map(|reported| {
        let known = recorded.get(&Some(reported.model)).copied().unwrap_or_default();
        let usage = subtract(reported.usage, known);
        (!usage.is_zero()).then(|| entry(facts, reported.model, reported.at, usage))
    });
    rest.collect()
}

fn entry(facts: &SessionFacts, model: i64, at: Option<i64>, usage: Usage) -> CallFact {
    let place = crate::store::Place { is_copy: false, head_at: at.unwrap_or(0), ordinal: i64::MAX, session: facts.key };
    CallFact {
        key: crate::model::derived_key("Auxiliary", facts.key, model),
        kind: CallKind::Auxiliary,
        place,
        agent_run: None,
        at,
        model: Some(model),
        branch: None,
        usage: Some(usage),
        is_complete: true,
        modifiers: 0,
        recorded_cost: None,
        sources: 0,
        parent: None,
    }
}

fn each(one: Usage, other: Usage, join: impl Fn(u64, u64) -> u64) -> Usage {
    Usage {
        input: join(one.input, other.input),
        output: join(one.output, other.output),
        cache_read: join(one.cache_read, other.cache_read),
        cache_write_5m: join(one.cache_write_5m, other.cache_write_5m),
        cache_write_1h: join(one.cache_write_1h, other.cache_write_1h),
        web_searches: join(one.web_searches, other.web_searches),
    }
}

fn add(one: Usage, other: Usage) -> Usage {
    each(one, other, u64::saturating_add)
}

fn subtract(one: Usage, other: Usage) -> Usage {
    each(one, other, u64::saturating_sub)
}
