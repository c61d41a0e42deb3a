//! The comment on a pull request as a forge reads it: whatever strangers wrote, it is text.

use agent_trace::model::NanoUsd;
use agent_trace::render::{CommentFrame, CommentLimit, Vouched, pull_comment};
use agent_trace::report::{
    BudgetVerdict, PullBudget, PullCommitRow, PullCoverage, PullLines, PullMedian, PullModel, PullReport, PullSession,
    PullSince, PullUsage,
};
use proptest::prelude::*;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

const LINK: &str = "https://github.example/o/r/actions/runs/1";

/// A report whose every text is the same.
fn report(commits: usize, text: &str) -> PullReport {
    let usage = PullUsage { cost: Some(NanoUsd(1_000_000_000)), requests: 1, ..PullUsage::default() };
    let lines = PullLines { added: Some(3), agent: Some(2), missing: None };
    let row = |number: usize| PullCommitRow {
        commit: format!("{number:040x}"),
        subject: text.to_owned(),
        is_merge: false,
        is_traced: true,
        sessions: 1,
        lines,
        usage,
    };
    let session = PullSession {
        session: text.to_owned(),
        agent: text.to_owned(),
        commits: 1,
        lines: Some(2),
        first: None,
        last: None,
        usage,
    };
    PullReport {
        base: text.to_owned(),
        head: text.to_owned(),
        merge_base: None,
        total: PullUsage { cost: Some(NanoUsd(1_000_000_000 * commits as i64)), ..usage },
        lines,
        since: Some(PullSince { head: text.to_owned(), cost: Some(NanoUsd(5)), missing: None, tokens: None }),
        median: Some(PullMedian { landings: 3, cost: NanoUsd(7) }),
        coverage: PullCoverage {
            commits: commits as u64 + 1,
            traced: commits as u64,
            untraced: vec![text.to_owned()],
            is_complete: false,
            missing_notes: vec![text.to_owned()],
            bad_lines: 1,
            redacted: vec![text.to_owned()],
        },
        budget: Some(PullBudget { limit: NanoUsd(1), verdict: BudgetVerdict::Over }),
        models: vec![PullModel { model: Some(text.to_owned()), usage }],
        commits: (0..commits).map(row).collect(),
        sessions: vec![session],
        prices: vec![text.to_owned()],
        billing: vec![text.to_owned()],
    }
}

fn comment(report: &PullReport) -> String {
    let frame = CommentFrame { limit: CommentLimit::GITHUB, link: Some(LINK), vouched: Vouched::Fork };
    pull_comment(report, &frame)
}

fn events(markdown: &str) -> Vec<Event<'_>> {
    let all = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    Parser::new_ext(markdown, all).collect()
}

/// What a page is made of, without its words. Only what we write ourselves is let through.
fn skeleton(markdown: &str) -> Vec<String> {
    let part = |event: Event<'_>| match event {
        Event::Text(_) | Event::SoftBreak => None,
        Event::Html(html) | Event::InlineHtml(html) => {
            assert!(is_ours(html.trim()), "{html} in\n{markdown}");
            Some(html.trim().to_owned())
        }
        Event::Start(
            Tag::Heading { level: HeadingLevel::H3, .. }
            | Tag::Paragraph
            | Tag::Strong
            | Tag::BlockQuote(None)
            | Tag::HtmlBlock
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell,
        )
        | Event::End(_) => Some(format!("{event:?}")),
        other => panic!("{other:?} in\n{markdown}"),
    };
    events(markdown).into_iter().filter_map(part).collect()
}

fn is_ours(html: &str) -> bool {
    let folded = regex::Regex::new(r"^<details><summary>By (model|commit|session) \([0-9]+\)</summary>$").unwrap();
    let link = format!("<a href=\"{LINK}\">");
    ["<code>", "</code>", "<sub>", "</sub>", "</a>", "</details>", &link].contains(&html) || folded.is_match(html)
}

/// Every row of a table has as many cells as its head.
fn check_tables(markdown: &str) {
    let (mut columns, mut cells, mut rows) = (0, 0, 0);
    for event in events(markdown) {
        match event {
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                assert_eq!(cells, columns, "{markdown}");
                rows += 1;
            }
            _ => {}
        }
    }
    assert!(rows >= 2, "there is no table in\n{markdown}");
}

/// The parser fills rows that are too short and cuts those that are too long, so the source is counted too.
fn check_pipes(markdown: &str) {
    let mut before: Option<usize> = None;
    for line in markdown.lines() {
        let pipes = line.starts_with('|').then(|| {
            let mut is_escaped = false;
            line.chars()
                .filter(|character| {
                    let counts = *character == '|' && !is_escaped;
                    is_escaped = *character == '\\' && !is_escaped;
                    counts
                })
                .count()
        });
        assert!(before.is_none() || pipes.is_none() || before == pipes, "{line}");
        before = pipes;
    }
}

/// What forges make of bare text, beyond Markdown: mentions, references, addresses, pictures.
fn check_words(markdown: &str) {
    let made = regex::Regex::new(r"(?i)@[a-z0-9]|#[0-9]|://|www\.|gh-[0-9]|:[a-z+-][a-z0-9_+-]*:|![0-9]").unwrap();
    let source = markdown.replace(LINK, "").to_ascii_lowercase();
    assert!(!source.contains("://") && !source.contains("www."), "forges look for these before they decode: {source}");
    let mut run = String::new();
    for event in events(markdown) {
        match event {
            Event::Text(text) => run.push_str(&text),
            _ => {
                let found = made.find(&run).map(|found| found.as_str().to_owned());
                assert_eq!(found, None, "in {run:?}");
                run.clear();
            }
        }
    }
}

#[track_caller]
fn check(text: &str) {
    let (plain, hostile) = (comment(&report(2, "x")), comment(&report(2, text)));
    assert_eq!(skeleton(&hostile), skeleton(&plain), "{text:?} changed the page:\n{hostile}");
    check_tables(&hostile);
    check_pipes(&hostile);
    check_words(&hostile);
    for forbidden in ['\u{202e}', '\u{2066}', '\u{1b}', '\0', '\u{feff}'] {
        assert!(!hostile.contains(forbidden), "{text:?}");
    }
}

#[test]
fn what_strangers_write_is_text_whatever_it_looks_like() {
    for text in [
        "@org/team please",
        "fixes #1 and o/r#2, GH-3, !4",
        "| a | b |\n|---|---|",
        "<img src=x onerror=alert(1)>",
        "</details></code></sub> out",
        "--> <!-- agent-trace:pr key=default v=1 -->",
        "[x](javascript:alert(1)) ![y](https://evil.example/z.png)",
        "<javascript:alert(1)> <https://evil.example> a@evil.example",
        "https://evil.example www.evil.example",
        "``` ` `` code",
        "\u{202e}gnp.exe \u{2066}x\u{2069} \u{1b}[31m \0 \u{feff}",
        "# heading\n===\n---\n* item\n1. one\n- [ ] task\n> quote\n    code",
        "**bold** _it_ ~~gone~~ ~gone~ $math$ $$math$$ [^1] [^1]: note",
        "\\| \\\\| \\` &lt; &#64;org &amp; &commat;org",
        ":tada: :+1:",
        "> [!WARNING]\n> us",
        "/close\n/label ~x",
        "",
        " ",
        "\\",
        "|",
    ] {
        check(text);
    }
    check(&"@x|<b>`".repeat(2_000));
}

#[test]
fn people_read_what_was_written() {
    let text = "| @org <img> `x` [a](b) #1 \\ &lt;";
    let hostile = comment(&report(1, text));
    let shown: String = events(&hostile)
        .into_iter()
        .filter_map(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect();
    assert!(shown.replace('\u{200b}', "").contains(text), "{shown}");
}

#[test]
fn a_body_of_seventy_thousand_characters_gives_up_rows_and_no_structure() {
    let long = report(1_500, "@org/team | <img src=x> [x](javascript:1)");
    let frame = CommentFrame {
        limit: CommentLimit { chars: usize::MAX, bytes: usize::MAX },
        link: Some(LINK),
        vouched: Vouched::Fork,
    };
    assert!(pull_comment(&long, &frame).chars().count() > 70_000);
    let text = comment(&long);
    assert!(text.chars().count() <= CommentLimit::GITHUB.chars && text.len() <= CommentLimit::GITHUB.bytes);
    let _ = skeleton(&text);
    check_tables(&text);
    check_pipes(&text);
    check_words(&text);
    assert!(text.contains("left out here") && text.contains("By session (1)"), "{text}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_text_changes_the_page(text in "[\\\\|`<>@#\\[\\]()!*_~$:/&;.\\-+=0-9a-z \n\t\"'{}^]{0,40}") {
        check(&text);
    }

    #[test]
    fn no_text_of_any_alphabet_changes_the_page(text in any::<String>()) {
        check(&text);
    }
}
