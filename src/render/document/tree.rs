//! A session's tree as a table: the first column draws the branches.

use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::report::{Node, NodeKind};

struct Line<'a> {
    depth: u64,
    branches: String,
    node: &'a Node,
}

/// Returns one row a node, in the order of the tree.
pub(super) fn tree(nodes: &[Node]) -> Table {
    let mut lines = Vec::new();
    for node in nodes {
        push(&mut lines, node, 0, String::new(), String::new());
    }
    Table::of(&lines)
        .with(Column::data("depth"), |line| Cell::count(line.depth))
        .with(Column::data("kind"), |line| Cell::text(kind_name(line.node.kind)))
        .with(Column::data("id"), |line| Cell::maybe(line.node.id.as_deref()))
        .with(Column::text("what", "label"), |line| Cell::Branch {
            lines: line.branches.clone(),
            text: line.node.label.clone(),
        })
        .with(Column::number("at", "at").optional(), |line| line.node.at.map_or(Cell::Blank, |at| Cell::At(Some(at))))
        .with(Column::number("took", "duration_ms"), |line| known(line.node.duration_ms, Cell::Duration))
        .with(Column::number("of it waiting", "wait_ms").optional(), |line| known(line.node.wait_ms, Cell::Duration))
        .with(Column::number("tokens", "tokens").optional(), |line| {
            known(line.node.tokens.map(|tokens| tokens.total()), Cell::Count)
        })
        .with(Column::data("own_usd"), |line| known(line.node.own, Cell::Money))
        .with(Column::money("cost $", "cost_usd").for_people(), |line| cost(line.node))
        .with(Column::name("status", "status").optional(), |line| Cell::maybe(line.node.status.as_deref()))
        .with(Column::name("went to", "went_to"), |line| Cell::maybe(line.node.went_to.as_deref()))
        .build()
}

fn push<'a>(lines: &mut Vec<Line<'a>>, node: &'a Node, depth: u64, branches: String, below: String) {
    lines.push(Line { depth, branches, node });
    for (index, child) in node.children.iter().enumerate() {
        let is_last = index + 1 == node.children.len();
        let (branch, trunk) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        push(lines, child, depth + 1, format!("{below}{branch}"), format!("{below}{trunk}"));
    }
}

fn known<T>(value: Option<T>, cell: impl Fn(Option<T>) -> Cell) -> Cell {
    if value.is_some() { cell(value) } else { Cell::Blank }
}

/// A tool or wait that bills nothing has no cost; a call without a price has an unknown one.
fn cost(node: &Node) -> Cell {
    if node.cost_missing.is_some() { Cell::Money(None) } else { known(node.cost, Cell::Money) }
}

fn kind_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Turn => "turn",
        NodeKind::Call => "call",
        NodeKind::Tool => "tool",
        NodeKind::Subagent => "subagent",
        NodeKind::Wait => "wait",
        NodeKind::Overhead => "overhead",
        NodeKind::Event => "event",
    }
}
