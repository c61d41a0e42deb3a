//! The parts of a page.

use super::cell::Cell;
use super::table::Table;
use crate::model::NanoUsd;
use crate::render::theme::Role;

/// A page made of blocks.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) struct Document {
    /// IANA name of the zone in which instants are shown.
    pub(in crate::render) timezone: String,
    /// The blocks, in order.
    pub(in crate::render) blocks: Vec<Block>,
    data: Option<Table>,
}

/// One part of a page.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) enum Block {
    /// A title.
    Heading(String),
    /// Names with values.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// Amounts in words, the total last.
    Sums(Vec<Sum>),
    /// Sentences under a title.
    List {
        /// The title; empty for none.
        title: String,
        /// The sentences.
        items: Vec<String>,
        /// Their colour.
        role: Role,
    },
}

/// A name with a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) struct Fact {
    /// The name.
    pub(in crate::render) name: String,
    /// The value.
    pub(in crate::render) value: Cell,
}

/// An amount with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::render) struct Sum {
    /// The name.
    pub(in crate::render) name: String,
    /// The amount; `None` is unknown.
    pub(in crate::render) amount: Option<NanoUsd>,
    /// What it is made of.
    pub(in crate::render) detail: String,
}

impl Document {
    /// Returns an empty page.
    pub(in crate::render) fn new(timezone: &str) -> Document {
        Document { timezone: timezone.to_owned(), blocks: Vec::new(), data: None }
    }

    /// Adds a block.
    pub(in crate::render) fn with(mut self, block: Block) -> Document {
        self.blocks.push(block);
        self
    }

    /// Adds blocks.
    pub(in crate::render) fn with_all(mut self, blocks: impl IntoIterator<Item = Block>) -> Document {
        self.blocks.extend(blocks);
        self
    }

    /// Adds a title.
    pub(in crate::render) fn with_heading(self, text: impl Into<String>) -> Document {
        self.with(Block::Heading(text.into()))
    }

    /// Adds a table; the first one is what CSV prints.
    pub(in crate::render) fn with_table(self, table: Table) -> Document {
        self.with(Block::Table(table))
    }

    /// Adds names with values.
    pub(in crate::render) fn with_facts<const N: usize>(self, facts: [(&str, Cell); N]) -> Document {
        let fact = |(name, value): (&str, Cell)| Fact { name: name.to_owned(), value };
        self.with(Block::Facts(facts.into_iter().filter(|(_, value)| *value != Cell::Blank).map(fact).collect()))
    }

    /// Makes this table, which people do not see, the one that CSV prints.
    pub(in crate::render) fn with_data(self, table: Table) -> Document {
        Document { data: Some(table), ..self }
    }

    /// Returns the table that CSV prints.
    pub(in crate::render) fn data(&self) -> Option<&Table> {
        let first = self.blocks.iter().find_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        self.data.as_ref().or(first)
    }
}
