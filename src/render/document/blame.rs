//! `agent-trace blame` as a page.

use std::collections::HashMap;

use super::block::Document;
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::model::NanoUsd;
use crate::render::amount::dollars;
use crate::render::git_date::git_date;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::render::zone::Zone;
use crate::report::{BlameColumns, BlameLine, BlamePrompt, BlameReport, DeclaredSource, LineClass, LineGrade};

/// Width of a tab, as terminals have it.
const TAB: usize = 8;

/// Sessions that are named below the lines.
const SESSIONS: usize = 5;

/// Characters of a prompt that are shown beside a line.
const PROMPT: usize = 40;

/// Returns the page.
pub(super) fn document(report: &BlameReport) -> Document {
    Document::new(&report.timezone).with_table(table(report)).with_all(list("", legend(report), Role::Muted))
}

fn table(report: &BlameReport) -> Table {
    let BlameColumns { cost, path, number, short, date, .. } = report.columns;
    let zone = Zone::named(&report.timezone);
    let prompts: HashMap<(&str, u64), &BlamePrompt> =
        report.prompts.iter().map(|prompt| ((prompt.session.as_str(), prompt.turn), prompt)).collect();
    let prompt = |line: &BlameLine| {
        let known = prompts.get(&(line.session.as_deref()?, line.turn?))?;
        Some(known.prompt.as_deref().unwrap_or("(the transcript is gone)"))
    };
    let shown = |is_shown: bool, cell: Cell| if is_shown { cell } else { Cell::Blank };
    Table::of(&report.lines)
        .with(Column::id("commit", "commit"), |line| Cell::text(commit(line, report.columns.digits)))
        .with(Column::path("path", "path"), |line| shown(path, Cell::text(&line.path)))
        .with(Column::name("who", "who"), |line| tone(line, who(line, report.columns)))
        .with(Column::data("class"), |line| Cell::text(line.class.name()))
        .with(Column::data("grade"), |line| Cell::text(line.grade.name()))
        .with(Column::data("reason"), |line| Cell::text(line.reason.name()))
        .with(Column::data("source"), |line| Cell::maybe(line.source.as_deref()))
        .with(Column::name("date", "at"), |line| shown(!short, Cell::text(git_date(line.at, date, zone))))
        .with(Column::money("cost $", "cost_usd"), |line| match line.cost {
            Some(amount) if cost => Cell::Money(Some(amount)),
            _ => Cell::Blank,
        })
        .with(Column::text("prompt", "prompt").for_people(), |line| Cell::maybe(prompt(line).map(beginning).as_deref()))
        .with(Column::data("prompt"), |line| Cell::maybe(prompt(line)))
        .with(Column::number("was", "original_line"), |line| shown(number, Cell::count(u64::from(line.original_line))))
        .with(Column::number("line", "line"), |line| Cell::count(u64::from(line.line)))
        .with(Column::text("text", "text"), |line| tone(line, with_blanks(&line.text)))
        .build()
}

fn commit(line: &BlameLine, digits: Option<usize>) -> String {
    let id = line.commit.map(|id| id.to_string());
    id.map_or_else(|| "not yet".into(), |id| id.chars().take(digits.unwrap_or(10)).collect())
}

/// A mark says what the colour says: `=` shown by an edit or by states of the file, `~` inferred, `:` somebody says so,
/// `?` unknown.
fn who(line: &BlameLine, columns: BlameColumns) -> String {
    let author = if columns.address { &line.address } else { &line.author };
    let mark = match (line.class, line.grade) {
        (LineClass::Unknown, _) => '?',
        (_, LineGrade::Exact | LineGrade::Matched) => '=',
        (_, LineGrade::Declared) => ':',
        _ => '~',
    };
    match (line.class, columns.short) {
        (LineClass::Agent, _) => format!("{mark} {} {}", writer(line), line.session_short.as_deref().unwrap_or("—")),
        (LineClass::Human, true) => format!("{mark} human"),
        (LineClass::Unknown, true) => mark.to_string(),
        (_, false) => format!("{mark} {author}"),
    }
}

/// Returns the name of who wrote a line of an agent, as well as it is known.
fn writer(line: &BlameLine) -> &str {
    line.model.as_deref().or(line.agent.as_deref()).unwrap_or("agent")
}

fn tone(line: &BlameLine, text: String) -> Cell {
    let role = match line.class {
        LineClass::Agent => Role::Hint,
        LineClass::Human => Role::Plain,
        LineClass::Unknown => Role::Muted,
    };
    Cell::Toned { text, role }
}

/// Returns as much of a prompt as fits beside a line.
fn beginning(prompt: &str) -> String {
    let line = prompt.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(PROMPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn with_blanks(text: &str) -> String {
    let mut wide = String::with_capacity(text.len());
    for character in text.trim_end_matches('\r').chars() {
        match character {
            '\t' => wide.extend(std::iter::repeat_n(' ', TAB - wide.chars().count() % TAB)),
            other => wide.push(other),
        }
    }
    wide
}

fn legend(report: &BlameReport) -> Vec<String> {
    let totals = report.totals;
    let lines = totals.agent + totals.human + totals.unknown;
    let cost = if report.columns.cost { format!(", {}", dollars(totals.cost)) } else { String::new() };
    let percent =
        |part: u64| (part * 100).checked_div(lines).map_or_else(String::new, |percent| format!(" ({percent} %)"));
    let mut sentences = vec![format!(
        "{}: {}{} by agents, {} by people, {} unknown{cost}",
        counted(lines, "line"),
        grouped(totals.agent),
        percent(totals.agent),
        grouped(totals.human),
        grouped(totals.unknown)
    )];
    sentences.extend(sessions(report));
    sentences
        .push("= shown by an edit or by states of the file, ~ inferred, ? no evidence: the commit's author".to_owned());
    sentences.extend(report.declared.iter().filter_map(declared));
    sentences
}

/// What came of a source that speaks of lines.
fn declared(source: &DeclaredSource) -> Option<String> {
    let parts = [
        (source.lines, "on its word (:)"),
        (source.agreed, "as is known without it"),
        (source.contradicted, "against what is known here"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(lines, _)| *lines > 0)
        .map(|(lines, what)| format!("{} {what}", counted(*lines, "line")))
        .collect();
    (!parts.is_empty()).then(|| format!("{}: {}", source.source, parts.join(", ")))
}

/// Returns who of the agents wrote most, one sentence a session and model.
fn sessions(report: &BlameReport) -> Vec<String> {
    let mut counts: Vec<((&str, &str), u64, NanoUsd)> = Vec::new();
    for line in report.lines.iter().filter(|line| line.class == LineClass::Agent) {
        let key = (writer(line), line.session_short.as_deref().unwrap_or("—"));
        let cost = line.cost.unwrap_or_default();
        match counts.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, lines, sum)) => (*lines, *sum) = (*lines + 1, *sum + cost),
            None => counts.push((key, 1, cost)),
        }
    }
    counts.sort_by_key(|(key, lines, _)| (std::cmp::Reverse(*lines), *key));
    let more = counts.len().saturating_sub(SESSIONS);
    let sentence = |((writer, session), lines, cost): &((&str, &str), u64, NanoUsd)| {
        let cost = if report.columns.cost { format!(", {}", dollars(*cost)) } else { String::new() };
        format!("{writer} {session}: {}{cost}", counted(*lines, "line"))
    };
    let mut sentences: Vec<String> = counts.iter().take(SESSIONS).map(sentence).collect();
    sentences.extend((more > 0).then(|| format!("and {more} more")));
    sentences
}
