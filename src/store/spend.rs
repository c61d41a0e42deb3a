//! The books of one session in quarters of an hour: what most reports need of them, a tenth of the rows.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::derived::LedgerRow;
use crate::model::Usage;

/// The smallest step of any time zone, in milliseconds.
const QUARTER_MS: i64 = 900_000;

/// What requests must share to be summed: quarter, agent, kind, model, branch, bucket and why there is no price.
type Key = (Option<i64>, i64, i64, Option<i64>, Option<i64>, i64, Option<&'static str>);

#[derive(Default)]
struct Sum {
    calls: i64,
    incomplete: i64,
    usage: Usage,
    cost: Option<i64>,
    unattributed: i64,
}

/// Writes the sums of a session's books.
pub(super) fn insert(sql: &Connection, session: i64, ledger: &[LedgerRow]) -> rusqlite::Result<()> {
    let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
    ledger.iter().for_each(|row| sums.entry(key(row)).or_default().add(row));
    let mut statement = sql.prepare_cached(
        "INSERT INTO spend (session, part, quarter, agent, kind, model, branch, bucket, unpriced, calls, incomplete, \
         input, output, cache_read, cache_write_5m, cache_write_1h, web_searches, cost, unattributed) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    for (part, ((quarter, agent, kind, model, branch, bucket, unpriced), sum)) in sums.into_iter().enumerate() {
        let usage = sum.usage;
        statement.execute(params![
            session,
            part as i64,
            quarter,
            agent,
            kind,
            model,
            branch,
            bucket,
            unpriced,
            sum.calls,
            sum.incomplete,
            usage.input as i64,
            usage.output as i64,
            usage.cache_read as i64,
            usage.cache_write_5m as i64,
            usage.cache_write_1h as i64,
            usage.web_searches as i64,
            sum.cost,
            sum.unattributed,
        ])?;
    }
    Ok(())
}

fn key(row: &LedgerRow) -> Key {
    let quarter = row.at.map(|at| at / QUARTER_MS);
    (quarter, row.agent, row.kind.code(), row.model, row.branch, row.bucket, row.cost.err())
}

impl Sum {
    fn add(&mut self, row: &LedgerRow) {
        self.calls += 1;
        self.incomplete += i64::from(!row.is_complete);
        self.usage.input += row.usage.input;
        self.usage.output += row.usage.output;
        self.usage.cache_read += row.usage.cache_read;
        self.usage.cache_write_5m += row.usage.cache_write_5m;
        self.usage.cache_write_1h += row.usage.cache_write_1h;
        self.usage.web_searches += row.usage.web_searches;
        if let Ok(cost) = row.cost {
            *self.cost.get_or_insert(0) += cost;
        }
        self.unattributed += row.unattributed;
    }
}
