//! The formats of an answer.

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// Aligned text for people
    #[default]
    Table,
    /// One JSON document with a `schema` field
    Json,
    /// The main table, one record a row, exact numbers
    Csv,
    /// GitHub-flavoured Markdown
    Markdown,
}
