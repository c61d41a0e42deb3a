//! Sums and rates over pull requests, grouped by polars.

use polars::prelude::{Column, DataFrame, DataType, Expr, IntoLazy, NamedFrom, QuantileMethod, Series, col, lit};

use super::error::AnalysisError;
use super::pull_rows::PullLine;
use super::wilson::rate;
use crate::model::NanoUsd;
use crate::report::{Missing, PullOutcome, PullSource, PullState, PullTime};

const GROUP: &str = "group";
/// Counts: zero or one a pull request.
const COUNTS: [&str; 15] = [
    "pulls",
    "open",
    "draft",
    "merged",
    "landed",
    "closed",
    "unknown",
    "reverted",
    "accepted",
    "ended",
    "as_is",
    "as_is_of",
    "with_cost",
    "accepted_with_cost",
    "of_forge",
];
/// Amounts in nano-USD.
const AMOUNTS: [&str; 3] = ["cost", "accepted_cost", "wasted"];
/// Durations in milliseconds; empty where it did not happen.
const TIMES: [&str; 2] = ["first_review_ms", "merge_ms"];

/// Returns what became of the pull requests of each group; `groups` says which group each is in, from 0.
pub(super) fn outcomes(lines: &[PullLine], groups: &[usize], count: usize) -> Result<Vec<PullOutcome>, AnalysisError> {
    let frame = frame(lines, groups)?;
    let sums = COUNTS.iter().chain(&AMOUNTS).map(|name| col(*name).sum());
    let known = TIMES.iter().map(|name| col(*name).count().cast(DataType::Int64).alias(format!("{name}_of")));
    let middle = |name: &&str| quantile(name, 0.5, "median");
    let most = |name: &&str| quantile(name, 0.9, "p90");
    let all: Vec<Expr> = sums.chain(known).chain(TIMES.iter().map(middle)).chain(TIMES.iter().map(most)).collect();
    let found = frame.lazy().group_by_stable([col(GROUP)]).agg(all).collect()?;
    let mut outcomes = vec![PullOutcome { ..empty() }; count];
    for row in 0..found.height() {
        let number = |name: &str| -> Result<Option<i64>, AnalysisError> {
            Ok(found.column(name)?.as_materialized_series().i64()?.get(row))
        };
        if let Some(outcome) = number(GROUP)?.and_then(|group| outcomes.get_mut(group as usize)) {
            *outcome = read(&number)?;
        }
    }
    Ok(outcomes)
}

/// A value that occurred, never one between two.
fn quantile(name: &str, part: f64, suffix: &str) -> Expr {
    col(name).quantile(lit(part), QuantileMethod::Nearest).cast(DataType::Int64).alias(format!("{name}_{suffix}"))
}

fn empty() -> PullOutcome {
    PullOutcome {
        acceptance: rate(0, 0, Missing::NotApplicable),
        as_is: rate(0, 0, Missing::NotApplicable),
        wasted_missing: Some(Missing::NotApplicable),
        ..PullOutcome::default()
    }
}

fn frame(lines: &[PullLine], groups: &[usize]) -> Result<DataFrame, AnalysisError> {
    let column = |name: &str, of: &dyn Fn(&PullLine) -> Option<i64>| {
        Column::from(Series::new(name.into(), lines.iter().map(of).collect::<Vec<_>>()))
    };
    let mut columns =
        vec![Column::from(Series::new(GROUP.into(), groups.iter().map(|group| *group as i64).collect::<Vec<_>>()))];
    columns.extend(COUNTS.iter().map(|name| column(name, &|line| Some(i64::from(counts(line, name))))));
    columns.extend(AMOUNTS.iter().map(|name| column(name, &|line| amount(line, name))));
    let millis = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok());
    columns.push(column(TIMES[0], &|line| millis(line.row.first_review_ms)));
    columns.push(column(TIMES[1], &|line| millis(line.row.merge_ms)));
    Ok(DataFrame::new_infer_height(columns)?)
}

fn counts(line: &PullLine, name: &str) -> bool {
    let row = &line.row;
    let is = |state: PullState| row.state == Some(state);
    let is_accepted = row.state.is_some_and(PullState::is_accepted);
    let is_of_forge = row.source == PullSource::Forge;
    match name {
        "open" => is(PullState::Open),
        "draft" => is(PullState::Draft),
        "merged" => is(PullState::Merged),
        "landed" => is(PullState::Landed),
        "closed" => is(PullState::Closed),
        "unknown" => row.state.is_none(),
        "reverted" => is_accepted && row.reverted_by.is_some(),
        "accepted" => is_accepted && is_of_forge,
        "ended" => row.state.is_some_and(PullState::is_ended) && is_of_forge,
        "as_is" => line.is_as_is == Some(true),
        "as_is_of" => line.is_as_is.is_some(),
        "with_cost" => row.cost.is_some(),
        "accepted_with_cost" => is_accepted && row.cost.is_some(),
        "of_forge" => is_of_forge,
        _ => true,
    }
}

fn amount(line: &PullLine, name: &str) -> Option<i64> {
    let row = &line.row;
    let counts = match name {
        "accepted_cost" => row.state.is_some_and(PullState::is_accepted),
        "wasted" => row.state == Some(PullState::Closed) || row.reverted_by.is_some(),
        _ => true,
    };
    row.cost.filter(|_| counts).map(|cost| cost.0)
}

fn read(number: &dyn Fn(&str) -> Result<Option<i64>, AnalysisError>) -> Result<PullOutcome, AnalysisError> {
    let count = |name: &str| Ok::<_, AnalysisError>(number(name)?.unwrap_or(0).max(0) as u64);
    let amount = |name: &str, is_known: bool| {
        Ok::<_, AnalysisError>(number(name)?.filter(|_| is_known).map(NanoUsd).or(is_known.then_some(NanoUsd::ZERO)))
    };
    let time = |name: &str| {
        let millis =
            |suffix: &str| Ok::<_, AnalysisError>(number(&format!("{name}_{suffix}"))?.map(|ms| ms.max(0) as u64));
        Ok::<_, AnalysisError>(PullTime {
            of: count(&format!("{name}_of"))?,
            median_ms: millis("median")?,
            p90_ms: millis("p90")?,
        })
    };
    let (with_cost, accepted_with_cost, of_forge) =
        (count("with_cost")?, count("accepted_with_cost")?, count("of_forge")?);
    let missing = if of_forge == 0 { Missing::NotSynced } else { Missing::NotApplicable };
    let per = number("accepted_cost")?.and_then(|cost| cost.checked_div_euclid(accepted_with_cost as i64));
    Ok(PullOutcome {
        pulls: count("pulls")?,
        open: count("open")?,
        draft: count("draft")?,
        merged: count("merged")?,
        landed: count("landed")?,
        closed: count("closed")?,
        unknown: count("unknown")?,
        reverted: count("reverted")?,
        accepted_with_cost,
        acceptance: rate(count("accepted")?, count("ended")?, missing),
        as_is: rate(count("as_is")?, count("as_is_of")?, missing),
        first_review: time(TIMES[0])?,
        merge: time(TIMES[1])?,
        cost: amount("cost", with_cost > 0)?,
        per_accepted: per.map(NanoUsd),
        wasted: amount("wasted", of_forge > 0)?,
        wasted_missing: (of_forge == 0).then_some(missing),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::PrRow;
    use proptest::prelude::*;

    fn row(number: u64) -> PrRow {
        PrRow {
            number,
            title: None,
            source: PullSource::Forge,
            state: None,
            state_missing: None,
            method: None,
            method_missing: None,
            author: None,
            author_missing: None,
            task: None,
            created: None,
            ended: None,
            first_review_ms: None,
            merge_ms: None,
            rounds: None,
            commits_after_review: None,
            force_pushes: None,
            checks: None,
            forge_missing: None,
            reverted_by: None,
            commits: 0,
            sessions: 0,
            agent: None,
            model: None,
            lines: None,
            cost: None,
            cost_missing: None,
        }
    }

    prop_compose! {
        fn line()(
            state in prop::option::of(prop::sample::select(PullState::ALL.to_vec())),
            is_of_forge in any::<bool>(),
            cost in prop::option::of(0i64..1_000_000_000_000),
            reverted_by in prop::option::of(100u64..200),
            is_as_is in prop::option::of(any::<bool>()),
            merge_ms in prop::option::of(0u64..1_000_000),
        ) -> PullLine {
            let source = if is_of_forge { PullSource::Forge } else { PullSource::Git };
            PullLine { row: PrRow { state, source, cost: cost.map(NanoUsd), reverted_by, merge_ms, ..row(1) }, is_as_is }
        }
    }

    /// Everything that is a sum, and so must be the sum of its parts.
    fn sums(outcome: &PullOutcome) -> Vec<i64> {
        let counts = outcome.by_state().into_iter().chain([
            outcome.pulls,
            outcome.reverted,
            outcome.accepted_with_cost,
            outcome.acceptance.count,
            outcome.acceptance.of,
            outcome.as_is.count,
            outcome.as_is.of,
            outcome.merge.of,
        ]);
        let amounts = [outcome.cost, outcome.wasted].map(|amount| amount.unwrap_or_default().0);
        counts.map(|count| count as i64).chain(amounts).collect()
    }

    proptest! {
        #[test]
        fn groups_are_the_parts_of_the_whole(
            lines in prop::collection::vec(line(), 1..40),
            groups in prop::collection::vec(0usize..5, 40),
        ) {
            let mut lines = lines;
            // Without a forge nothing is said of waste; that is no part either.
            lines.iter_mut().for_each(|line| line.row.source = PullSource::Forge);
            let whole = outcomes(&lines, &vec![0; lines.len()], 1).unwrap();
            let parts = outcomes(&lines, &groups[..lines.len()], 5).unwrap();
            let mut summed = vec![0; sums(&whole[0]).len()];
            for part in &parts {
                summed.iter_mut().zip(sums(part)).for_each(|(sum, part)| *sum += part);
            }
            prop_assert_eq!(summed, sums(&whole[0]));
        }

        #[test]
        fn what_the_forge_did_not_tell_of_is_in_no_rate(lines in prop::collection::vec(line(), 1..20)) {
            let outcome = outcomes(&lines, &vec![0; lines.len()], 1).unwrap()[0];
            let told = lines.iter().filter(|line| line.row.source == PullSource::Forge);
            let ended = told.filter(|line| line.row.state.is_some_and(PullState::is_ended)).count() as u64;
            prop_assert_eq!(outcome.acceptance.of, ended);
            prop_assert!(outcome.acceptance.count <= ended);
            prop_assert_eq!(outcome.acceptance.rate.is_some(), ended > 0);
            let costs: Vec<i64> = lines.iter().filter_map(|line| line.row.cost).map(|cost| cost.0).collect();
            prop_assert_eq!(outcome.cost.map(|cost| cost.0), (!costs.is_empty()).then(|| costs.iter().sum::<i64>()));
            let mut times: Vec<u64> = lines.iter().filter_map(|line| line.row.merge_ms).collect();
            times.sort_unstable();
            if let (Some(median), Some(p90)) = (outcome.merge.median_ms, outcome.merge.p90_ms) {
                prop_assert!(times.contains(&median) && times.contains(&p90) && median <= p90);
                let above = times.iter().filter(|time| **time > p90).count();
                prop_assert!(above * 10 <= times.len() + 5, "{above} of {} above", times.len());
            }
        }
    }
}
