//! The bottom of every list: total, leftovers, what has no price, what is a placeholder.

use super::coverage;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::{Filter, QUARTER_MS, Sums};
use crate::derive::Bucket;
use crate::model::NanoUsd;
use crate::report::{
    Auxiliary, AuxiliaryKind, Books, Incomplete, Leftover, LeftoverKind, Missing, Payment, PriceTable, TokenCounts,
    UnpricedModel,
};
use crate::store::{CallKind, Reader, Values};

/// What stands under every report and is known before it.
#[derive(Debug, Clone, Default)]
pub struct Stamp {
    /// The price table in use.
    pub prices: PriceTable,
}

/// Work that landed nowhere is pending for this long, and discarded after it.
pub(super) const PENDING_MS: i64 = 14 * 86_400_000;

const TOKENS: &str = "coalesce(sum(input), 0), coalesce(sum(output), 0), coalesce(sum(cache_read), 0),
  coalesce(sum(cache_write_5m), 0), coalesce(sum(cache_write_1h), 0)";

/// Returns the bottom of a list for everything in scope.
pub(super) fn books(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
    stamp: &Stamp,
) -> Result<Books, AnalysisError> {
    let sums = filter.sums();
    let Sums { from, scope, calls, incomplete } = &sums;
    let totals = reader.rows(&format!("SELECT sum(cost), {calls}, {incomplete} FROM {from} WHERE {scope}"), &[])?;
    let number = |index: usize| totals.first().and_then(|row| row.number(index)).unwrap_or(0);
    Ok(Books {
        unattributed: leftovers(reader, filter)?,
        total: NanoUsd(number(0)),
        auxiliary: auxiliary(reader, &sums)?,
        incomplete: Incomplete { calls: number(2) as u64, of_calls: number(1) as u64 },
        unpriced: unpriced(reader, directory, &sums)?,
        prices: stamp.prices.clone(),
        coverage: coverage::coverage(reader)?,
        payment: Payment::ApiEquivalent,
    })
}

/// Returns the money at no commit, by reason.
fn leftovers(reader: &Reader, filter: &Filter) -> Result<Vec<Leftover>, AnalysisError> {
    let oldest = filter.now.0 - PENDING_MS;
    let on_ledger = filter.on_ledger();
    let ledger = |only: &str| {
        format!(
            "SELECT bucket, coalesce(at, 0) >= {oldest}, sum(unattributed) FROM ledger
             WHERE {on_ledger} AND unattributed <> 0{only} GROUP BY 1, 2"
        )
    };
    let statements = match filter.fits_quarters() {
        false => vec![ledger("")],
        // The quarter in which work grows old is read request by request.
        true => {
            let (quarter, scope) = (oldest.div_euclid(QUARTER_MS), filter.on_spend());
            let sums = format!(
                "SELECT bucket, coalesce(quarter, 0) > {quarter}, sum(unattributed) FROM spend
                 WHERE {scope} AND unattributed <> 0 AND quarter IS NOT {quarter} GROUP BY 1, 2"
            );
            let sessions = format!("SELECT session FROM spend WHERE quarter = {quarter}");
            vec![sums, ledger(&format!(" AND at / {QUARTER_MS} = {quarter} AND session IN ({sessions})"))]
        }
    };
    let mut sums = [0i64; LEFTOVERS.len()];
    let mut rows = Vec::new();
    for statement in &statements {
        rows.extend(reader.rows(statement, &[])?);
    }
    for row in rows {
        let bucket = row.number(0).and_then(Bucket::from_code).unwrap_or(Bucket::Overhead);
        let kind = leftover_kind(bucket, row.number(1) == Some(1));
        if let Some(index) = LEFTOVERS.iter().position(|one| *one == kind) {
            sums[index] += row.number(2).unwrap_or(0);
        }
    }
    let found = LEFTOVERS.into_iter().zip(sums).filter(|(_, sum)| *sum != 0);
    Ok(found.map(|(kind, sum)| Leftover { kind, cost: NanoUsd(sum) }).collect())
}

const LEFTOVERS: [LeftoverKind; 6] = [
    LeftoverKind::Pending,
    LeftoverKind::Discarded,
    LeftoverKind::Tail,
    LeftoverKind::NoCommit,
    LeftoverKind::Overhead,
    LeftoverKind::Auxiliary,
];

/// Returns the name of what a bucket leaves over.
pub(super) fn leftover_kind(bucket: Bucket, is_recent: bool) -> LeftoverKind {
    match bucket {
        Bucket::Unlanded if is_recent => LeftoverKind::Pending,
        Bucket::Unlanded => LeftoverKind::Discarded,
        Bucket::Tail => LeftoverKind::Tail,
        Bucket::NoCommit => LeftoverKind::NoCommit,
        Bucket::Auxiliary => LeftoverKind::Auxiliary,
        Bucket::Direct | Bucket::SameTurn | Bucket::Exploration | Bucket::Overhead => LeftoverKind::Overhead,
    }
}

fn auxiliary(reader: &Reader, sums: &Sums) -> Result<Vec<Auxiliary>, AnalysisError> {
    let Sums { from, scope, calls, .. } = sums;
    let kinds = [
        (CallKind::FinalReply, AuxiliaryKind::SubagentFinalReplies),
        (CallKind::Auxiliary, AuxiliaryKind::SessionTotals),
    ];
    let mut found = Vec::new();
    for (kind, name) in kinds {
        let statement = format!("SELECT {calls}, sum(cost), {TOKENS} FROM {from} WHERE {scope} AND kind = ?1");
        let rows = reader.rows(&statement, &[kind.code()])?;
        let Some(row) = rows.first().filter(|row| row.number(0).is_some_and(|calls| calls > 0)) else { continue };
        let cost = row.number(1).map(NanoUsd);
        let calls = (kind == CallKind::FinalReply).then(|| row.number(0).unwrap_or(0) as u64);
        let cost_missing = cost.is_none().then_some(Missing::Unpriced);
        found.push(Auxiliary { kind: name, calls, tokens: tokens(row, 2), cost, cost_missing });
    }
    Ok(found)
}

fn unpriced(reader: &Reader, directory: &Directory, sums: &Sums) -> Result<Vec<UnpricedModel>, AnalysisError> {
    let Sums { from, scope, calls, .. } = sums;
    let statement = format!(
        "SELECT model, unpriced, {calls}, {TOKENS} FROM {from} WHERE {scope} AND unpriced IS NOT NULL
         GROUP BY model, unpriced ORDER BY 3 DESC, 1, 2"
    );
    let model = |row: &Values| UnpricedModel {
        model: directory.text(row.number(0)),
        reason: row.text(1).unwrap_or_default().to_owned(),
        calls: row.number(2).unwrap_or(0) as u64,
        tokens: tokens(row, 3),
    };
    Ok(reader.rows(&statement, &[])?.iter().map(model).collect())
}

/// Reads five token sums from a row.
pub(super) fn tokens(row: &Values, first: usize) -> TokenCounts {
    let count = |index: usize| row.number(first + index).unwrap_or(0).max(0) as u64;
    TokenCounts {
        input: count(0),
        output: count(1),
        cache_read: count(2),
        cache_write_5m: count(3),
        cache_write_1h: count(4),
    }
}
