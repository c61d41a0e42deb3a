//! Pages as text for people.

use super::amount::dollars;
use super::document::{Block, Document, Fact, Sum};
use super::safe_text::safe_text;
use super::text_width::text_width;
use super::theme::{Role, Theme};
use super::zone::Zone;
use super::{amount, table};

/// Returns the page; blocks that follow each other closely belong together.
pub(super) fn render(document: &Document, width: usize, theme: Theme) -> String {
    let zone = Zone::named(&document.timezone);
    let mut text = String::new();
    let mut is_under_heading = true;
    for block in &document.blocks {
        let shown = self::block(block, zone, width, theme);
        if shown.is_empty() {
            continue;
        }
        if !is_under_heading {
            text.push('\n');
        }
        text.push_str(&shown);
        is_under_heading = matches!(block, Block::Heading(_));
    }
    if text.is_empty() { "\n".into() } else { text }
}

fn block(block: &Block, zone: Zone, width: usize, theme: Theme) -> String {
    match block {
        Block::Heading(text) => theme.paint(Role::Heading, &safe_text(text)) + "\n",
        Block::Facts(facts) => self::facts(facts, zone, theme),
        Block::Table(table) => table::render(table, zone, width, theme),
        Block::Sums(sums) => self::sums(sums, theme),
        Block::List { title, items, role } => list(title, items, *role, theme),
    }
}

fn facts(facts: &[Fact], zone: Zone, theme: Theme) -> String {
    let width = facts.iter().map(|fact| text_width(&fact.name)).max().unwrap_or(0);
    let line = |fact: &Fact| {
        let decimals = amount::decimals_for(fact.value.amount());
        let name = theme.paint(Role::Muted, &format!("{:width$}", fact.name));
        format!("{name}  {}\n", safe_text(&fact.value.shown(decimals, zone)))
    };
    facts.iter().map(line).collect()
}

fn sums(sums: &[Sum], theme: Theme) -> String {
    let amount = |sum: &Sum| sum.amount.map_or_else(|| "—".to_owned(), dollars);
    let names = sums.iter().map(|sum| text_width(&sum.name)).max().unwrap_or(0);
    let amounts = sums.iter().map(|sum| text_width(&amount(sum))).max().unwrap_or(0);
    let line = |sum: &Sum| {
        let name = theme.paint(Role::Heading, &format!("{:names$}", sum.name));
        let amount = theme.paint(Role::Money, &format!("{:>amounts$}", amount(sum)));
        let detail = if sum.detail.is_empty() { String::new() } else { format!(" {}", safe_text(&sum.detail)) };
        format!("{name} {amount}{detail}\n")
    };
    sums.iter().map(line).collect()
}

fn list(title: &str, items: &[String], role: Role, theme: Theme) -> String {
    let indent = if title.is_empty() { "" } else { "  " };
    let mut text = String::new();
    if !title.is_empty() {
        text.push_str(&theme.paint(if role == Role::Plain { Role::Heading } else { role }, &format!("{title}\n")));
    }
    let colour = if role == Role::Muted { role } else { Role::Plain };
    for item in items {
        text.push_str(&format!("{indent}{}\n", theme.paint(colour, &safe_text(item))));
    }
    text
}
