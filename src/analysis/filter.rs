//! Which part of the books an answer is about.

use chrono_tz::Tz;

use crate::model::Timestamp;
use crate::report::Scope;

/// Filters with their names already looked up.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Nothing before this instant.
    pub since: Option<Timestamp>,
    /// Nothing at or after this instant.
    pub until: Option<Timestamp>,
    /// Key and id of the only session.
    pub session: Option<(i64, String)>,
    /// Name ids of the model as asked for.
    pub models: Option<(Vec<i64>, String)>,
    /// Name ids of the branch as asked for.
    pub branches: Option<(Vec<i64>, String)>,
    /// Zone in which days are cut.
    pub zone: Tz,
    /// The reader's clock: tells pending from discarded.
    pub now: Timestamp,
}

/// A table whose rows can be summed, and how.
#[derive(Debug)]
pub(super) struct Sums {
    /// The table.
    pub(super) from: &'static str,
    /// The condition on it.
    pub(super) scope: String,
    /// The number of requests.
    pub(super) calls: &'static str,
    /// The number of those whose output is not final.
    pub(super) incomplete: &'static str,
}

/// One slot of `spend`, in milliseconds.
pub(super) const QUARTER_MS: i64 = 900_000;

impl Filter {
    /// Everything.
    pub fn all(zone: Tz, now: Timestamp) -> Filter {
        Filter { since: None, until: None, session: None, models: None, branches: None, zone, now }
    }

    /// Returns the filters as reports echo them.
    pub fn scope(&self) -> Scope {
        Scope {
            since: self.since,
            until: self.until,
            branch: self.branches.as_ref().map(|(_, name)| name.clone()),
            session: self.session.as_ref().map(|(_, id)| id.clone()),
            model: self.models.as_ref().map(|(_, name)| name.clone()),
            timezone: self.zone.name().to_owned(),
        }
    }

    /// Tells whether the books in quarters of an hour can answer.
    pub(super) fn fits_quarters(&self) -> bool {
        [self.since, self.until].iter().flatten().all(|at| at.0 % QUARTER_MS == 0)
    }

    /// Returns the condition on `ledger`; every value in it is a number.
    pub(super) fn on_ledger(&self) -> String {
        self.conditions("at", 1)
    }

    /// Returns the condition on `spend`.
    pub(super) fn on_spend(&self) -> String {
        self.conditions("quarter", QUARTER_MS)
    }

    /// Returns where sums of requests are read: in quarters of an hour where the filter allows, else request by request.
    pub(super) fn sums(&self) -> Sums {
        match self.fits_quarters() {
            true => Sums { from: "spend", scope: self.on_spend(), calls: "sum(calls)", incomplete: "sum(incomplete)" },
            false => {
                Sums { from: "ledger", scope: self.on_ledger(), calls: "count(*)", incomplete: "sum(NOT is_complete)" }
            }
        }
    }

    fn conditions(&self, time: &str, unit: i64) -> String {
        let list = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let mut conditions = vec!["1".to_owned()];
        conditions.extend(self.since.map(|at| format!("{time} >= {}", at.0 / unit)));
        conditions.extend(self.until.map(|at| format!("{time} < {}", at.0 / unit)));
        conditions.extend(self.session.as_ref().map(|(key, _)| format!("session = {key}")));
        conditions.extend(self.models.as_ref().map(|(ids, _)| format!("model IN ({})", list(ids))));
        conditions.extend(self.branches.as_ref().map(|(ids, _)| format!("branch IN ({})", list(ids))));
        conditions.join(" AND ")
    }
}
