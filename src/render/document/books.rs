//! The bottom of every list: unattributed, total, what is not covered.

use super::block::{Block, Sum};
use crate::model::{NanoUsd, Timestamp};
use crate::render::amount::{self, dollars};
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::render::zone::Zone;
use crate::report::{
    Auxiliary, AuxiliaryKind, Books, Bucket, BucketCost, Coverage, CoverageKind, Incomplete, LeftoverKind, NotListed,
    PriceTable, Scope, UnpricedModel,
};

/// Where the unattributed money of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Beside the rows: both together are the total.
    BesideRows,
    /// In the rows, which are the total.
    InRows,
}

impl Place {
    fn remark(self, books: &Books) -> &'static str {
        match self {
            Place::InRows if !books.unattributed.is_empty() => ", in the rows above",
            Place::InRows | Place::BesideRows => "",
        }
    }
}

/// Returns sums, gaps and prices.
pub(super) fn bottom(books: &Books, not_listed: NotListed, rows: &str, place: Place) -> Vec<Block> {
    let mut sums = Vec::new();
    if not_listed.rows > 0 {
        let detail = format!("({} more {rows})", grouped(not_listed.rows));
        sums.push(Sum { name: "not listed".into(), amount: Some(not_listed.cost), detail });
    }
    let (amount, detail) = (Some(books.unattributed_total()), leftovers(books) + place.remark(books));
    sums.push(Sum { name: "unattributed".into(), amount, detail });
    sums.push(Sum { name: "total".into(), amount: Some(books.total), detail: String::new() });
    let mut blocks = vec![Block::Sums(sums)];
    blocks.extend(list(
        "in the total, in no row of their own",
        books.auxiliary.iter().map(auxiliary).collect(),
        Role::Plain,
    ));
    blocks.extend(list("not covered", gaps(books), Role::Warning));
    blocks.extend(list("", vec![prices(&books.prices)], Role::Muted));
    blocks
}

/// Returns what the filters left, as a sentence; empty without filters.
pub(super) fn scope(scope: &Scope) -> Option<Block> {
    let zone = Zone::named(&scope.timezone);
    let instant = |name: &str, at: Option<Timestamp>| at.map(|at| format!("{name} {}", zone.minute(at)));
    let named = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name} {text}"));
    let parts = [
        instant("since", scope.since),
        instant("until", scope.until),
        named("branch", &scope.branch),
        named("session", &scope.session),
        named("model", &scope.model),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let zone = if scope.timezone.is_empty() { "UTC" } else { &scope.timezone };
    let sentence = format!("only {} ({zone})", parts.join(", "));
    (!parts.is_empty()).then(|| Block::List { title: String::new(), items: vec![sentence], role: Role::Muted })
}

/// Returns a list, unless there is nothing in it.
pub(super) fn list(title: &str, items: Vec<String>, role: Role) -> Option<Block> {
    (!items.is_empty()).then(|| Block::List { title: title.to_owned(), items, role })
}

/// Returns the money at no commit by reason, in parentheses.
pub(super) fn leftovers(books: &Books) -> String {
    let decimals = amount::decimals_for(books.unattributed.iter().map(|leftover| leftover.cost));
    let part = |(name, cost): (&str, NanoUsd)| format!("{name} {}", amount::fixed(cost, decimals));
    let parts: Vec<String> =
        books.unattributed.iter().map(|left| part((leftover_name(left.kind), left.cost))).collect();
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
}

/// Returns the name of a reason.
pub(super) fn leftover_name(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::Pending => "pending",
        LeftoverKind::Discarded => "discarded",
        LeftoverKind::Tail => "tail",
        LeftoverKind::NoCommit => "no commit",
        LeftoverKind::Overhead => "overhead",
        LeftoverKind::Auxiliary => "auxiliary",
    }
}

/// Returns the name of a bucket.
pub(super) fn bucket_name(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Direct => "direct",
        Bucket::SameTurn => "same turn",
        Bucket::Exploration => "exploration",
        Bucket::Pending => leftover_name(LeftoverKind::Pending),
        Bucket::Discarded => leftover_name(LeftoverKind::Discarded),
        Bucket::Tail => leftover_name(LeftoverKind::Tail),
        Bucket::NoCommit => leftover_name(LeftoverKind::NoCommit),
        Bucket::Overhead => leftover_name(LeftoverKind::Overhead),
        Bucket::Auxiliary => leftover_name(LeftoverKind::Auxiliary),
    }
}

/// Returns where money went, as `0.41 direct + 2.66 same turn`.
pub(super) fn buckets(buckets: &[BucketCost]) -> String {
    let decimals = amount::decimals_for(buckets.iter().map(|bucket| bucket.cost));
    let part = |bucket: &BucketCost| format!("{} {}", amount::fixed(bucket.cost, decimals), bucket_name(bucket.bucket));
    buckets.iter().filter(|bucket| bucket.cost != NanoUsd::ZERO).map(part).collect::<Vec<_>>().join(" + ")
}

fn auxiliary(auxiliary: &Auxiliary) -> String {
    let what = match auxiliary.kind {
        AuxiliaryKind::SessionTotals => "requests known only from the clients' session totals",
        AuxiliaryKind::Telemetry => "requests known only from telemetry",
        AuxiliaryKind::SubagentFinalReplies => "final replies of subagents without a transcript",
    };
    let cost = auxiliary.cost.map_or_else(|| "cost unknown".to_owned(), dollars);
    let calls = auxiliary.calls.map_or_else(String::new, |calls| format!("{} ", grouped(calls)));
    format!("{cost}: {calls}{what}, {} tokens", grouped(auxiliary.tokens.total()))
}

/// Returns a sentence for every gap.
pub(super) fn gaps(books: &Books) -> Vec<String> {
    let unpriced = books.unpriced.iter().map(unpriced);
    let coverage = books.coverage.iter().map(coverage);
    incomplete(books.incomplete).into_iter().chain(unpriced).chain(coverage).collect()
}

/// Returns what placeholders do to the total.
pub(super) fn incomplete(incomplete: Incomplete) -> Option<String> {
    let Incomplete { calls, of_calls } = incomplete;
    let percent = (u128::from(calls) * 100).checked_div(u128::from(of_calls)).unwrap_or(0);
    let sentence = format!(
        "{} of {} calls ({percent} %) have a placeholder for their output: the total is a floor",
        grouped(calls),
        grouped(of_calls)
    );
    (calls > 0).then_some(sentence)
}

fn unpriced(model: &UnpricedModel) -> String {
    let name = model.model.as_deref().unwrap_or("no model");
    let (calls, tokens) = (counted(model.calls, "call"), grouped(model.tokens.total()));
    format!("{calls} of `{name}` without a price ({}): {tokens} tokens", model.reason)
}

/// Returns the sentence of a gap.
pub(super) fn coverage(gap: &Coverage) -> String {
    let of = gap.of.map_or_else(String::new, |of| format!(" of {}", grouped(of)));
    let (count, is_one) = (grouped(gap.count), gap.of.unwrap_or(gap.count) == 1);
    let s = |one: &str, many: &str| format!("{count}{of} {}", if is_one { one } else { many });
    let detail = gap.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
    let sentence = match gap.kind {
        CoverageKind::CommitsWithoutSession => s("commit has no session", "commits have no session"),
        CoverageKind::CommitsWithoutContent => {
            s("commit has no content in this clone", "commits have no content in this clone")
        }
        CoverageKind::CommitsNotScanned => s("commit is not compared yet", "commits are not compared yet"),
        CoverageKind::SessionsWithoutSubagentFiles => {
            s("session misses files of its subagents", "sessions miss files of their subagents")
        }
        CoverageKind::SessionsWithoutTranscript => s(
            "session has no transcript any more; its facts are kept",
            "sessions have no transcript any more; their facts are kept",
        ),
        CoverageKind::SubagentFinalRepliesOnly => {
            s("subagent is known by its final reply only", "subagents are known by their final reply only")
        }
        CoverageKind::Problems => {
            s("piece of a transcript could not be read", "pieces of transcripts could not be read")
        }
        CoverageKind::UnknownRows => s("row is of an unknown type", "rows are of unknown types"),
        CoverageKind::CallsWithoutTime => s("call has no time", "calls have no time"),
        CoverageKind::CallsWithoutModel => s("call has no model", "calls have no model"),
        CoverageKind::StaleTranscripts => {
            s("transcript changed since it was read", "transcripts changed since they were read")
        }
        CoverageKind::Other => return gap.detail.clone().unwrap_or_else(|| s("unnamed gap", "unnamed gaps")),
    };
    sentence + &detail
}

/// Returns what the amounts mean.
pub(super) fn prices(prices: &PriceTable) -> String {
    let own = match prices.sources.len() {
        0 | 1 => String::new(),
        _ => format!(", overridden by {}", prices.sources[1..].join(", ")),
    };
    format!("API-equivalent, at the prices of {} (table {}{own})", prices.date, prices.version)
}

/// Returns `1 call`, `2 calls`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_sentences() {
        let gap = |kind, count, of, detail: Option<&str>| {
            coverage(&Coverage { kind, count, of, detail: detail.map(Into::into) })
        };
        assert_eq!(gap(CoverageKind::CommitsWithoutSession, 3, Some(41), None), "3 of 41 commits have no session");
        assert_eq!(gap(CoverageKind::CommitsWithoutSession, 1, Some(41), None), "1 of 41 commits have no session");
        assert_eq!(gap(CoverageKind::CallsWithoutTime, 1, None, None), "1 call has no time");
        assert_eq!(
            gap(CoverageKind::Problems, 2, None, Some("agent-trace problems")),
            "2 pieces of transcripts could not be read (agent-trace problems)"
        );
        assert_eq!(gap(CoverageKind::Other, 1, None, Some("whole sentence")), "whole sentence");
    }

    #[test]
    fn a_floor_is_called_a_floor() {
        let sentence = incomplete(Incomplete { calls: 2026, of_calls: 2095 });
        let expected = "2,026 of 2,095 calls (96 %) have a placeholder for their output: the total is a floor";
        assert_eq!(sentence.as_deref(), Some(expected));
        assert_eq!(incomplete(Incomplete { calls: 0, of_calls: 5 }), None);
    }
}
