//! The comment on a pull request.
//!
//! Markdown for a forge, within its limits: sections give way one after another, and what was left out is said; no
//! table is ever cut in the middle. Every text that came with the pull request is a stranger's.

use super::amount::dollars;
use super::document::{headline, remarks, short, signed};
use super::grouping::grouped;
use super::markdown_text::markdown_text;
use crate::report::{BudgetVerdict, Missing, PullCommitRow, PullReport, PullSession, PullUsage};

/// How large a comment may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommentLimit {
    /// Unicode characters.
    pub chars: usize,
    /// Bytes.
    pub bytes: usize,
}

impl CommentLimit {
    /// Well below what GitHub takes (65,536 characters).
    pub const GITHUB: CommentLimit = CommentLimit { chars: 60_000, bytes: 240_000 };
}

/// Whose word the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// The notes of this repository.
    Notes,
    /// A file that another job wrote.
    File,
    /// A fork: its notes, or a job that ran in it.
    Fork,
}

/// What is around the report.
#[derive(Debug, Clone, Copy)]
pub struct CommentFrame<'a> {
    /// How large the comment may be.
    pub limit: CommentLimit,
    /// The address of the complete report, made by us and not by the pull request.
    pub link: Option<&'a str>,
    /// Whose word it is.
    pub vouched: Vouched,
}

/// How much a comment tells; each step tells less.
#[derive(Debug, Clone, Copy)]
struct Detail {
    commits: usize,
    sessions: usize,
    models: usize,
    has_notes: bool,
}

const STEPS: [Detail; 6] = [
    Detail { commits: usize::MAX, sessions: usize::MAX, models: usize::MAX, has_notes: true },
    Detail { commits: 50, sessions: 30, models: 30, has_notes: true },
    Detail { commits: 20, sessions: 10, models: 10, has_notes: true },
    Detail { commits: 0, sessions: 10, models: 10, has_notes: true },
    Detail { commits: 0, sessions: 0, models: 5, has_notes: true },
    Detail { commits: 0, sessions: 0, models: 0, has_notes: false },
];

/// Returns the comment, without the marker that makes it ours.
pub fn pull_comment(report: &PullReport, frame: &CommentFrame<'_>) -> String {
    let texts = STEPS.iter().map(|detail| text(report, *detail, frame));
    let is_small = |text: &String| text.len() <= frame.limit.bytes && text.chars().count() <= frame.limit.chars;
    let mut last = String::new();
    for text in texts {
        if is_small(&text) {
            return text;
        }
        last = text;
    }
    last
}

fn text(report: &PullReport, detail: Detail, frame: &CommentFrame<'_>) -> String {
    let mut text = format!("### {}{}\n\n", warning(report), markdown_text(&capital(&headline(report))));
    text.push_str(doubt(frame.vouched));
    if report.coverage.traced > 0 {
        text.push_str(&summary(report));
    }
    if detail.has_notes {
        remarks(report).iter().for_each(|remark| text.push_str(&format!("> {}\n", markdown_text(remark))));
        text.push('\n');
    }
    if report.coverage.traced > 0 {
        text.push_str(&models(report, detail.models));
        text.push_str(&commits(report, detail.commits));
        text.push_str(&sessions(report, detail.sessions));
    }
    text + &foot(report, frame.link)
}

fn doubt(vouched: Vouched) -> &'static str {
    match vouched {
        Vouched::Notes => "",
        Vouched::File => "> Taken from the report of an earlier job.\n\n",
        Vouched::Fork => {
            "> **Self-reported by a fork**: nothing of this was recorded or checked by this repository.\n\n"
        }
    }
}

fn warning(report: &PullReport) -> &'static str {
    let is_over = report.budget.is_some_and(|budget| budget.verdict == BudgetVerdict::Over);
    if is_over { "⚠ " } else { "" }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn summary(report: &PullReport) -> String {
    let since = report.since.as_ref().and_then(|since| since.cost).map_or_else(|| "–".to_owned(), signed);
    let median = report.median.map_or_else(|| "–".to_owned(), |median| dollars(median.cost));
    let tokens = &report.total.tokens;
    let lines = match (report.lines.agent, report.lines.added) {
        (Some(agent), Some(added)) => format!("{} / {}", grouped(agent), grouped(added)),
        _ => "not known".to_owned(),
    };
    let mut text = String::from("| | This PR | Since last push | Repository median¹ |\n|---|--:|--:|--:|\n");
    let mut row = |name: &str, this: &str, since: &str, median: &str| {
        text.push_str(&format!("| {name} | {this} | {since} | {median} |\n"));
    };
    row(cost_name(report), &format!("**{}**", money(&report.total)), &since, &median);
    let all = format!("{} / {} / {}", grouped(tokens.input), grouped(tokens.output), grouped(tokens.cache_read));
    row("Tokens in / out / cache read", &all, "", "");
    row("Agent lines / added lines", &lines, "", "");
    row("Commits with a trace", &format!("{} of {}", report.coverage.traced, report.coverage.commits), "", "");
    text.push('\n');
    if let Some(budget) = report.budget {
        let verdict = match budget.verdict {
            BudgetVerdict::Ok => "kept",
            BudgetVerdict::Over => "exceeded",
            BudgetVerdict::Unknown => "not exceeded by what is known",
        };
        text.push_str(&format!("**Budget** {} per pull request: {verdict}\n\n", dollars(budget.limit)));
    }
    text
}

/// Who has a plan does not pay by the token.
fn cost_name(report: &PullReport) -> &'static str {
    match report.billing.as_slice() {
        [only] if only == "api" => "Cost",
        _ => "Cost (API-equivalent)",
    }
}

fn money(usage: &PullUsage) -> String {
    match (usage.cost, usage.cost_missing) {
        (Some(cost), _) => dollars(cost),
        (None, Some(Missing::Unpriced)) => "no price".to_owned(),
        (None, Some(Missing::NoSession)) => "no trace".to_owned(),
        (None, _) => "not recorded".to_owned(),
    }
}

/// A folded table; nothing if it has no rows to show.
fn folded(title: &str, header: &str, rows: &[String], left_out: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    if rows.is_empty() {
        return format!("{title} ({whole}): left out here for its length.\n\n");
    }
    let rest = if left_out > 0 { format!("\n{left_out} more are left out here.\n") } else { String::new() };
    format!("<details><summary>{title} ({whole})</summary>\n\n{header}\n{}{rest}\n</details>\n\n", rows.concat())
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", markdown_text(&clipped(text)))
}

/// Nobody needs more of a title in a table.
const MAX_TEXT: usize = 72;

fn clipped(text: &str) -> String {
    let mut clipped: String = text.chars().take(MAX_TEXT).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

fn models(report: &PullReport, most: usize) -> String {
    let row = |row: &crate::report::PullModel| {
        let tokens = &row.usage.tokens;
        format!(
            "| {} | {} | {} | {} | {} / {} | {} |\n",
            row.model.as_deref().map_or_else(|| "not recorded".to_owned(), code),
            grouped(row.usage.requests),
            grouped(tokens.input),
            grouped(tokens.output),
            grouped(tokens.cache_write()),
            grouped(tokens.cache_read),
            money(&row.usage),
        )
    };
    let rows: Vec<String> = report.models.iter().take(most).map(row).collect();
    let header = "| Model | Requests | In | Out | Cache written / read | Cost |\n|---|--:|--:|--:|--:|--:|";
    folded("By model", header, &rows, report.models.len() - rows.len(), report.models.len())
}

fn commits(report: &PullReport, most: usize) -> String {
    let row = |row: &&PullCommitRow| {
        let lines = match (row.lines.agent, row.lines.added) {
            (Some(agent), Some(added)) => format!("{} / {}", grouped(agent), grouped(added)),
            (None, Some(added)) => format!("– / {}", grouped(added)),
            _ => "–".to_owned(),
        };
        let (id, subject) = (code(short(&row.commit)), code(&row.subject));
        format!("| {id} | {subject} | {} | {lines} | {} |\n", row.sessions, money(&row.usage))
    };
    // The dearest stay longest.
    let mut dearest: Vec<&PullCommitRow> = report.commits.iter().collect();
    dearest.sort_by_key(|row| std::cmp::Reverse(row.usage.cost));
    let rows: Vec<String> = dearest.iter().take(most).map(row).collect();
    let header = "| Commit | Subject | Sessions | Agent / added lines | Cost |\n|---|---|--:|--:|--:|";
    folded("By commit", header, &rows, report.commits.len() - rows.len(), report.commits.len())
}

fn sessions(report: &PullReport, most: usize) -> String {
    let row = |row: &PullSession| {
        let lines = row.lines.map_or_else(|| "–".to_owned(), grouped);
        let (session, agent) = (code(&row.session), code(&row.agent));
        format!("| {session} | {agent} | {} | {lines} | {} |\n", row.commits, money(&row.usage))
    };
    let rows: Vec<String> = report.sessions.iter().take(most).map(row).collect();
    let header = "| Session | Agent | Commits | Lines | Cost |\n|---|---|--:|--:|--:|";
    folded("By session", header, &rows, report.sessions.len() - rows.len(), report.sessions.len())
}

fn foot(report: &PullReport, link: Option<&str>) -> String {
    let median = report.median.map(|median| format!("¹ of the last {} landings with traces. ", median.landings));
    let prices = match report.prices.as_slice() {
        [] => String::new(),
        days => format!("Prices {}. ", markdown_text(&days.join(", "))),
    };
    let link = link.map_or_else(String::new, |link| format!(" <a href=\"{link}\">Complete report</a>."));
    format!(
        "<sub>{}{}Head {}, agent-trace {}, from git notes: what the authors' machines recorded; no prompts and no code are stored.{link}</sub>\n",
        median.unwrap_or_default(),
        prices,
        code(short(&report.head)),
        env!("CARGO_PKG_VERSION"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NanoUsd;
    use crate::report::{PullCoverage, PullLines, PullModel};

    const HOSTILE: &str = "x | @octo <img src=x> --> </details> [x](javascript:1) #1 `y`\u{202e}\n### z";

    fn report(commits: usize, subject: &str) -> PullReport {
        let usage = PullUsage { cost: Some(NanoUsd(1_000_000_000)), requests: 1, ..PullUsage::default() };
        let row = |number: usize| PullCommitRow {
            commit: format!("{number:040x}"),
            subject: subject.to_owned(),
            is_merge: false,
            is_traced: true,
            sessions: 1,
            lines: PullLines { added: Some(3), agent: Some(2), missing: None },
            usage,
        };
        PullReport {
            base: "0".repeat(40),
            head: "1".repeat(40),
            merge_base: None,
            total: PullUsage { cost: Some(NanoUsd(1_000_000_000 * commits as i64)), ..usage },
            lines: PullLines::default(),
            since: None,
            median: None,
            coverage: PullCoverage { commits: commits as u64, traced: commits as u64, ..PullCoverage::default() },
            budget: None,
            models: vec![PullModel { model: Some(subject.to_owned()), usage }],
            commits: (0..commits).map(row).collect(),
            sessions: Vec::new(),
            prices: vec!["2026-11-21".into()],
            billing: Vec::new(),
        }
    }

    fn text(report: &PullReport, chars: usize) -> String {
        let limit = CommentLimit { chars, bytes: 4 * chars };
        pull_comment(report, &CommentFrame { limit, link: None, vouched: Vouched::Notes })
    }

    #[test]
    fn a_long_comment_gives_up_rows_and_says_so_and_cuts_no_table() {
        let report = report(2_000, "a subject of a commit");
        let whole = text(&report, usize::MAX / 4);
        assert!(whole.chars().count() > CommentLimit::GITHUB.chars);
        for limit in [CommentLimit::GITHUB.chars, 6_000, 2_600, 1_200] {
            let text = text(&report, limit);
            assert!(text.chars().count() <= limit, "{limit}: {}", text.chars().count());
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            assert!(text.contains("left out here"), "{text}");
            assert!(text.contains(&dollars(NanoUsd(2_000_000_000_000))), "the total stays: {text}");
        }
    }

    #[test]
    fn nothing_of_a_stranger_is_markup() {
        let text = text(&report(1, HOSTILE), 60_000);
        assert_eq!(text.matches("</details>").count(), 2, "models and commits only: {text}");
        for mark in ["<img", "@octo", " [x](java", "\u{202e}", "\n### z", " `y`"] {
            assert!(!text.contains(mark), "{mark} in {text}");
        }
        assert!(text.contains("-11-21. Head"), "{text}");
    }

    #[test]
    fn no_trace_is_said_in_the_first_line_and_is_no_zero() {
        let mut report = report(1, "x");
        report.coverage = PullCoverage { commits: 1, ..PullCoverage::default() };
        let text = text(&report, 60_000);
        assert!(text.starts_with("### No agent traces on 1 commit\n") && !text.contains('$'), "{text}");
    }
}
