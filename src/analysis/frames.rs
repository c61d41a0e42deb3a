//! Frames, and the only place with their column names.

use polars::prelude::{Column, DataFrame, Expr, IntoLazy, LazyFrame, NamedFrom, Series, col};

use super::error::AnalysisError;
use super::filter::Filter;
use crate::store::Reader;

/// Columns of the spending frame; the same for both tables it can come from.
pub(super) mod spend {
    pub(crate) const SESSION: &str = "session";
    pub(crate) const QUARTER: &str = "quarter";
    pub(crate) const AGENT: &str = "agent";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const MODEL: &str = "model";
    pub(crate) const BRANCH: &str = "branch";
    pub(crate) const CALLS: &str = "calls";
    pub(crate) const INCOMPLETE: &str = "incomplete";
    pub(crate) const UNPRICED: &str = "unpriced_calls";
    pub(crate) const INPUT: &str = "input";
    pub(crate) const OUTPUT: &str = "output";
    pub(crate) const CACHE_READ: &str = "cache_read";
    pub(crate) const CACHE_WRITE_5M: &str = "cache_write_5m";
    pub(crate) const CACHE_WRITE_1H: &str = "cache_write_1h";
    pub(crate) const WEB_SEARCHES: &str = "web_searches";
    pub(crate) const COST: &str = "cost";
}

/// Sums that every row of a report has.
pub(super) const SUMS: [&str; 10] = [
    spend::CALLS,
    spend::INCOMPLETE,
    spend::UNPRICED,
    spend::INPUT,
    spend::OUTPUT,
    spend::CACHE_READ,
    spend::CACHE_WRITE_5M,
    spend::CACHE_WRITE_1H,
    spend::WEB_SEARCHES,
    spend::COST,
];

/// Returns the spending in scope: quarters of an hour where the filter allows, else single requests.
pub(super) fn spending(reader: &Reader, filter: &Filter, names: &[&'static str]) -> Result<DataFrame, AnalysisError> {
    let by_quarter = filter.fits_quarters();
    let expressions: Vec<&str> = names.iter().map(|name| expression(name, by_quarter)).collect();
    let from = if by_quarter {
        format!("spend WHERE {}", filter.on_spend())
    } else {
        format!("ledger WHERE {}", filter.on_ledger())
    };
    let values = reader.columns(&expressions, &from, &[])?;
    frame(names, values)
}

fn expression(name: &'static str, by_quarter: bool) -> &'static str {
    match (name, by_quarter) {
        (spend::UNPRICED, true) => "CASE WHEN unpriced IS NULL THEN 0 ELSE calls END",
        (spend::UNPRICED, false) => "unpriced IS NOT NULL",
        (spend::CALLS, false) => "1",
        (spend::INCOMPLETE, false) => "NOT is_complete",
        (spend::QUARTER, false) => "at / 900000",
        _ => name,
    }
}

/// Builds a frame of whole-number columns.
pub(super) fn frame(names: &[&str], values: Vec<Vec<Option<i64>>>) -> Result<DataFrame, AnalysisError> {
    let columns = names.iter().zip(values).map(|(name, values)| Column::from(Series::new((*name).into(), values)));
    Ok(DataFrame::new_infer_height(columns.collect())?)
}

/// One group: its key, then its sums in the order of [`SUMS`], then the number of sessions.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) key: Option<i64>,
    pub(super) extra: Option<i64>,
    pub(super) sums: [i64; 10],
    /// Nothing in the group has a price.
    pub(super) has_no_price: bool,
    pub(super) sessions: i64,
}

impl Group {
    /// Returns one of [`SUMS`].
    pub(super) fn sum(&self, name: &str) -> i64 {
        SUMS.iter().position(|sum| *sum == name).map_or(0, |index| self.sums[index])
    }
}

/// Groups the spending by one column (and a second one), in a stable order.
pub(super) fn grouped(spending: DataFrame, key: &str, extra: Option<&str>) -> Result<Vec<Group>, AnalysisError> {
    let keys: Vec<Expr> = std::iter::once(key).chain(extra).map(col).collect();
    let mut sums: Vec<Expr> = SUMS.iter().map(|name| col(*name).sum()).collect();
    sums.push(col(spend::COST).is_not_null().any(true).alias("has_price"));
    let by_session = key == spend::SESSION;
    if !by_session {
        sums.push(col(spend::SESSION).n_unique().cast(polars::prelude::DataType::Int64).alias("sessions"));
    }
    let lazy: LazyFrame = spending.lazy();
    let groups = lazy.group_by_stable(keys).agg(sums).collect()?;
    let ints = |name: &str| -> Result<Vec<Option<i64>>, AnalysisError> {
        Ok(groups.column(name)?.as_materialized_series().i64()?.iter().collect())
    };
    let keys = ints(key)?;
    let extras = extra.map(ints).transpose()?;
    let sums = SUMS.iter().map(|name| ints(name)).collect::<Result<Vec<_>, _>>()?;
    let priced: Vec<Option<bool>> = groups.column("has_price")?.as_materialized_series().bool()?.iter().collect();
    let sessions = if by_session { vec![Some(1); keys.len()] } else { ints("sessions")? };
    let group = |index: usize| Group {
        key: keys[index],
        extra: extras.as_ref().and_then(|extras| extras[index]),
        sums: std::array::from_fn(|sum| sums[sum][index].unwrap_or(0)),
        has_no_price: priced[index] != Some(true),
        sessions: sessions[index].unwrap_or(0),
    };
    Ok((0..keys.len()).map(group).collect())
}
