//! Money by tool and by turn.
//!
//! A response's money goes to the tools it asked for, in equal parts: an
//! allocation, not a measurement. A response that asked for none is an answer.

use std::collections::{BTreeMap, HashMap};

use super::cost::{row, timed};
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::frames::{SUMS, frame, grouped, spend};
use crate::derive::TurnKind;
use crate::model::NanoUsd;
use crate::report::{CostKey, CostRow, Missing};
use crate::store::Reader;

#[derive(Default)]
struct Tool {
    cost: NanoUsd,
    is_priced: bool,
    calls: u64,
    unpriced: u64,
}

/// Returns one row for every tool, and one for answers without a tool.
pub(super) fn rows(reader: &Reader, filter: &Filter, directory: &Directory) -> Result<Vec<CostRow>, AnalysisError> {
    let mut tools_of: HashMap<i64, Vec<i64>> = HashMap::new();
    let asked = "SELECT call, coalesce(name, 0) FROM tool_call WHERE call IS NOT NULL ORDER BY call, key";
    for row in reader.rows(asked, &[])? {
        tools_of.entry(row.number(0).unwrap_or(0)).or_default().push(row.number(1).unwrap_or(0));
    }
    let mut tools: BTreeMap<Option<i64>, Tool> = BTreeMap::new();
    let statement = format!("SELECT call, cost FROM ledger WHERE {}", filter.on_ledger());
    for row in reader.rows(&statement, &[])? {
        let asked = row.number(0).and_then(|call| tools_of.get(&call)).map(Vec::as_slice).unwrap_or_default();
        let names: Vec<Option<i64>> =
            if asked.is_empty() { vec![None] } else { asked.iter().copied().map(Some).collect() };
        let parts = NanoUsd(row.number(1).unwrap_or(0)).split(&vec![1; names.len()]);
        for (name, part) in names.into_iter().zip(parts) {
            let tool = tools.entry(name).or_default();
            tool.cost += part;
            tool.calls += 1;
            tool.is_priced |= row.number(1).is_some();
            tool.unpriced += u64::from(row.number(1).is_none());
        }
    }
    let row = |(name, tool): (Option<i64>, Tool)| {
        let id = name.and_then(|name| directory.text(Some(name)));
        let cost = tool.is_priced.then_some(tool.cost);
        CostRow {
            key: CostKey { label: id.clone().unwrap_or_else(|| "(answers)".into()), id, ..CostKey::default() },
            cost,
            cost_missing: cost.is_none().then_some(Missing::Unpriced),
            calls: Some(tool.calls),
            unpriced_calls: Some(tool.unpriced),
            note: Some("allocated".into()),
            ..CostRow::default()
        }
    };
    Ok(tools.into_iter().map(row).collect())
}

/// Returns one row for every turn, and one for requests outside of turns.
pub(super) fn by_turn(reader: &Reader, filter: &Filter, directory: &Directory) -> Result<Vec<CostRow>, AnalysisError> {
    const COLUMNS: [&str; 12] = [
        "turn",
        "session",
        "1",
        "NOT is_complete",
        "unpriced IS NOT NULL",
        "input",
        "output",
        "cache_read",
        "cache_write_5m",
        "cache_write_1h",
        "web_searches",
        "cost",
    ];
    let values = reader.columns(&COLUMNS, &format!("ledger WHERE {}", filter.on_ledger()), &[])?;
    let names: Vec<&str> = ["turn", spend::SESSION].into_iter().chain(SUMS).collect();
    let groups = grouped(frame(&names, values)?, "turn", None)?;
    let mut turns = HashMap::new();
    for turn in reader.rows("SELECT key, session, number, kind, started_at FROM turn", &[])? {
        turns.insert(turn.number(0), turn);
    }
    let key = |turn: Option<i64>| match turns.get(&turn).filter(|_| turn.is_some()) {
        None => CostKey { label: "(no turn)".into(), ..CostKey::default() },
        Some(turn) => {
            let session = turn.number(1).and_then(|key| directory.session(key));
            let number = turn.number(2).unwrap_or(0);
            let label = session.map_or_else(String::new, |name| name.short.clone());
            let id = session.map_or_else(String::new, |name| format!("{}:{number}", name.id));
            let kind = TurnKind::name_of(turn.number(3).unwrap_or(-1)).to_owned();
            timed(id, format!("{label}:{number}"), Some(kind), turn.number(4))
        }
    };
    Ok(groups.iter().map(|group| row(key(group.key), group)).collect())
}
