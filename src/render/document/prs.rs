//! `agent-trace prs` as a page.

use super::block::{Block, Document, Sum};
use super::books::{self, counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::{Growing, Table};
use crate::model::NanoUsd;
use crate::render::amount::dollars;
use crate::render::duration::duration;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::render::zone::Zone;
use crate::report::{Missing, PrGroup, PrRow, PrsBy, PrsReport, PrsScope, PrsSource, PullOutcome, PullRate, PullTime};

/// Returns the page.
pub(super) fn document(report: &PrsReport) -> Document {
    let mut table = if report.by == PrsBy::Pull { pulls(report) } else { groups(report) };
    push_rest(&mut table, report);
    let definitions = report.definitions.iter().map(|one| format!("{}: {}", one.name, one.text)).collect();
    Document::new(&report.scope.timezone)
        .with_all(list("", scope(&report.scope), Role::Muted))
        .with_table(table)
        .with_all(list("outcome", outcome(&report.outcome), Role::Plain))
        .with(Block::Sums(sums(report)))
        .with_all(list("not covered", gaps(report), Role::Warning))
        .with_all(list("what the words mean", definitions, Role::Muted))
        .with_all(list("", vec![books::prices(&report.books.prices)], Role::Muted))
}

fn pulls(report: &PrsReport) -> Table {
    // Columns that nothing stands in are not shown.
    let is_asked = report.source.repository.is_some();
    let missing = |row: &PrRow| row.forge_missing.filter(|_| is_asked);
    let number = |of: fn(&PrRow) -> Option<u64>| move |row: &PrRow| known(of(row), missing(row));
    let lines = |row: &PrRow| {
        let (part, whole) = (row.lines.map(|lines| lines.landed), row.lines.map(|lines| lines.added));
        if row.commits == 0 { Cell::Blank } else { Cell::Share { part, whole } }
    };
    Table::of(&report.rows)
        .with(Column::data("row"), |_| Cell::text("pull"))
        .with(Column::id("pr", "").for_people(), |row| Cell::Text(format!("#{}", row.number)))
        .with(Column::data("number"), |row| Cell::text(row.number))
        .with(Column::name("state", "").for_people(), |row| Cell::text(row.state.map_or("—", |state| state.name())))
        .with(Column::name("reverted", "").for_people(), |row| {
            row.reverted_by.map_or(Cell::Blank, |by| Cell::Text(format!("by #{by}")))
        })
        .with(Column::data("state"), |row| Cell::maybe(row.state.map(|state| state.name())))
        .with(Column::name("method", "method").optional(), |row| Cell::maybe(row.method.map(|method| method.name())))
        .with(Column::name("author", "author").optional(), |row| Cell::maybe(row.author.as_deref()))
        .with(Column::data("source"), |row| Cell::text(row.source.name()))
        .with(Column::data("created"), |row| row.created.map_or(Cell::Blank, |at| Cell::At(Some(at))))
        .with(Column::number("ended", "ended").optional(), |row| row.ended.map_or(Cell::Blank, |at| Cell::At(Some(at))))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .with(Column::number("sessions", "sessions"), |row| Cell::count(row.sessions))
        .with(Column::data("commits"), |row| Cell::count(row.commits))
        .with(Column::number("agent lines", "").for_people(), lines)
        .with(Column::data("agent_lines"), |row| Cell::Count(row.lines.map(|lines| lines.landed)))
        .with(Column::data("added_lines"), |row| Cell::Count(row.lines.map(|lines| lines.added)))
        .with(Column::number("review", "first_review_ms"), |row| span(row.first_review_ms, missing(row)))
        .with(Column::number("merge", "merge_ms"), |row| span(row.merge_ms, missing(row)))
        .with(Column::number("rounds", "rounds"), number(|row| row.rounds))
        .with(Column::number("after review", "commits_after_review").optional(), number(|row| row.commits_after_review))
        .with(Column::data("force_pushes"), number(|row| row.force_pushes))
        .with(Column::name("checks", "checks").optional(), |row| Cell::maybe(row.checks.map(|checks| checks.name())))
        .with(Column::data("reverted_by"), |row| Cell::maybe(row.reverted_by.map(|by| by.to_string()).as_deref()))
        .with(Column::name("task", "task").optional(), |row| Cell::maybe(row.task.as_deref()))
        .with(Column::data("agent"), |row| Cell::maybe(row.agent.as_deref()))
        .with(Column::data("model"), |row| Cell::maybe(row.model.as_deref()))
        .with(Column::text("title", "title"), |row| Cell::maybe(row.title.as_deref()))
        .build()
}

/// Nothing where it did not happen, a mark where it is not known.
fn known(number: Option<u64>, missing: Option<Missing>) -> Cell {
    if number.is_none() && missing.is_none() { Cell::Blank } else { Cell::Count(number) }
}

fn span(millis: Option<u64>, missing: Option<Missing>) -> Cell {
    if millis.is_none() && missing.is_none() { Cell::Blank } else { Cell::Duration(millis) }
}

fn groups(report: &PrsReport) -> Table {
    let by = report.by.name();
    let table = Table::of(&report.groups)
        .with(Column::data("row"), |_| Cell::text(by))
        .with(Column::id(by, "label"), |group| Cell::text(&group.label))
        .with(Column::data("key"), |group| Cell::maybe(group.key.as_deref()));
    with_counts(table)
        .with(Column::money("cost $", "cost_usd"), |group| Cell::Money(group.outcome.cost))
        .with(Column::money("$ / accepted", "per_accepted_usd"), |group| Cell::Money(group.outcome.per_accepted))
        .with(Column::money("wasted $", "wasted_usd"), |group| Cell::Money(group.outcome.wasted))
        .with(Column::number("review", "first_review_ms"), |group| Cell::Duration(group.outcome.first_review.median_ms))
        .with(Column::data("first_review_p90_ms"), |group| Cell::Duration(group.outcome.first_review.p90_ms))
        .with(Column::number("merge", "merge_ms"), |group| Cell::Duration(group.outcome.merge.median_ms))
        .with(Column::data("merge_p90_ms"), |group| Cell::Duration(group.outcome.merge.p90_ms))
        .build()
}

fn with_counts(table: Growing<'_, PrGroup>) -> Growing<'_, PrGroup> {
    let count = |of: fn(&PullOutcome) -> u64| move |group: &PrGroup| Cell::count(of(&group.outcome));
    let part = |of: fn(&PullRate) -> Option<f64>| {
        move |group: &PrGroup| {
            of(&group.outcome.acceptance).map_or(Cell::Blank, |part| Cell::Text(format!("{part:.4}")))
        }
    };
    table
        .with(Column::number("prs", "pulls"), count(|outcome| outcome.pulls))
        .with(Column::number("open", "open").optional(), count(|outcome| outcome.open + outcome.draft))
        .with(Column::number("merged", "merged"), count(|outcome| outcome.merged))
        .with(Column::number("landed", "landed").optional(), count(|outcome| outcome.landed))
        .with(Column::number("closed", "closed"), count(|outcome| outcome.closed))
        .with(Column::data("unknown"), count(|outcome| outcome.unknown))
        .with(Column::number("reverted", "reverted").optional(), count(|outcome| outcome.reverted))
        .with(Column::number("accepted", "").for_people(), |group| Cell::Text(short_rate(&group.outcome.acceptance)))
        .with(Column::data("accepted"), count(|outcome| outcome.acceptance.count))
        .with(Column::data("ended"), count(|outcome| outcome.acceptance.of))
        .with(Column::data("acceptance"), part(|rate| rate.rate))
        .with(Column::data("acceptance_low"), part(|rate| rate.low))
        .with(Column::data("acceptance_high"), part(|rate| rate.high))
}

/// What people read below the table; without it the column would not sum to the total.
fn push_rest(table: &mut Table, report: &PrsReport) {
    let mut push = |row: &str, cost: NanoUsd| {
        if cost != NanoUsd::ZERO {
            table.push_data_row(vec![("row", Cell::text(row)), ("cost_usd", Cell::Money(Some(cost)))]);
        }
    };
    push("not listed", report.not_listed.cost);
    push("out of scope", report.out_of_scope);
    push("no pull request", report.no_pull);
    for left in &report.books.unattributed {
        push(&format!("unattributed, {}", books::leftover_name(left.kind)), left.cost);
    }
}

fn sums(report: &PrsReport) -> Vec<Sum> {
    let sum = |name: &str, amount: Option<NanoUsd>, detail: String| Sum { name: name.into(), amount, detail };
    let mut sums = Vec::new();
    if report.not_listed.rows > 0 {
        let detail = format!("({} more, in the next line)", grouped(report.not_listed.rows));
        sums.push(sum("not listed", Some(report.not_listed.cost), detail));
    }
    sums.push(sum("pull requests", report.outcome.cost, String::new()));
    if report.out_of_scope != NanoUsd::ZERO {
        sums.push(sum("others", Some(report.out_of_scope), "(pull requests that the filters leave out)".into()));
    }
    let detail = "(commits that no pull request brought)";
    sums.push(sum("no pull request", Some(report.no_pull), detail.into()));
    let (left, detail) = (report.books.unattributed_total(), books::leftovers(&report.books));
    sums.push(sum("unattributed", Some(left), detail));
    sums.push(sum("total", Some(report.books.total), String::new()));
    sums
}

fn outcome(outcome: &PullOutcome) -> Vec<String> {
    let states = [
        (outcome.open, "open"),
        (outcome.draft, "drafts"),
        (outcome.merged, "merged"),
        (outcome.landed, "landed"),
        (outcome.closed, "closed"),
        (outcome.unknown, "not known"),
        (outcome.reverted, "reverted since"),
    ];
    let states = states.iter().filter(|(count, _)| *count > 0);
    let states: Vec<String> = states.map(|(count, name)| format!("{} {name}", grouped(*count))).collect();
    let colon = if states.is_empty() { "" } else { ": " };
    let mut lines = vec![format!("{}{colon}{}", counted(outcome.pulls, "pull request"), states.join(", "))];
    lines.push(format!("acceptance: {}", rate(&outcome.acceptance)));
    lines.extend(outcome.as_is.rate.map(|_| format!("accepted as is: {}", rate(&outcome.as_is))));
    lines.extend(time("first review", &outcome.first_review));
    lines.extend(time("merge time", &outcome.merge));
    let per = |per: NanoUsd| {
        format!("per accepted: {} over {}", dollars(per), counted(outcome.accepted_with_cost, "pull request"))
    };
    lines.extend(outcome.per_accepted.map(per));
    let wasted = outcome.wasted.map_or_else(|| format!("not known{}", why(outcome.wasted_missing)), dollars);
    lines.push(format!("wasted: {wasted}"));
    lines
}

fn rate(rate: &PullRate) -> String {
    let percent = |part: f64| format!("{:.0}", part * 100.0);
    match (rate.rate, rate.low, rate.high) {
        (Some(share), Some(low), Some(high)) => {
            let (count, of) = (grouped(rate.count), grouped(rate.of));
            format!("{} % ({count} of {of}; 95 %: {} to {} %)", percent(share), percent(low), percent(high))
        }
        _ => format!("not known{}", why(rate.missing)),
    }
}

fn short_rate(rate: &PullRate) -> String {
    let percent = |part: f64| format!("{:.0}", part * 100.0);
    match (rate.rate, rate.low, rate.high) {
        (Some(share), Some(low), Some(high)) => {
            format!("{} % of {} ({}–{})", percent(share), rate.of, percent(low), percent(high))
        }
        _ => "—".into(),
    }
}

fn why(missing: Option<Missing>) -> &'static str {
    match missing {
        Some(Missing::NotSynced) => ": only the forge knows which were closed (agent-trace sync)",
        _ => ": none has ended",
    }
}

fn time(name: &str, time: &PullTime) -> Option<String> {
    let (median, most) = (time.median_ms?, time.p90_ms?);
    let of = counted(time.of, "pull request");
    Some(format!("{name}: median {}, nine of ten within {} ({of})", duration(median), duration(most)))
}

fn scope(scope: &PrsScope) -> Vec<String> {
    let zone = Zone::named(&scope.timezone);
    let since = scope.since.map(|at| format!("since {}", zone.minute(at)));
    let until = scope.until.map(|at| format!("until {}", zone.minute(at)));
    let names: Vec<&str> = scope.states.iter().map(|state| state.name()).collect();
    let states = (!names.is_empty()).then(|| names.join(" or "));
    let parts: Vec<String> = [since, until, states].into_iter().flatten().collect();
    if parts.is_empty() { Vec::new() } else { vec![format!("only {} ({})", parts.join(", "), scope.timezone)] }
}

fn gaps(report: &PrsReport) -> Vec<String> {
    let mut gaps = of_source(&report.source, Zone::named(&report.scope.timezone));
    gaps.extend(books::gaps(&report.books));
    gaps
}

fn of_source(source: &PrsSource, zone: Zone) -> Vec<String> {
    let git = counted(source.of_git, "pull request");
    let mut gaps = Vec::new();
    if source.repository.is_none() {
        gaps.push(format!(
            "{git} from git alone: closed and open ones, reviews, checks, authors and times are not known (agent-trace sync)"
        ));
    } else if source.of_git > 0 {
        gaps.push(format!("{git} that the forge did not tell of: no review, checks, author and times"));
    }
    gaps.extend(
        source.since.map(|at| format!("the forge was not asked for what did not change since {}", zone.minute(at))),
    );
    if source.is_partial {
        gaps.push("the last reading of the forge was cut short (agent-trace sync goes on)".into());
    }
    gaps
}
