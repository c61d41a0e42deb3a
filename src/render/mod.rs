//! How answers look: text, JSON, CSV and Markdown. Pure functions, no input or output, no clock.
//!
//! ```text
//! Report ─ json ─▶ JSON
//! Report ─ document ─▶ Document ─ text ─▶ terminal
//!                               ├ markdown ─▶ GFM
//!                               └ csv ─▶ its main table
//! ```
//!
//! Everything in a report may come from a stranger (subjects, branches, models): each format makes it harmless in its
//! own way (`safe_text`, `markdown_text`, `csv`).
//!
//! Must not know: where the answers come from, terminals, streams.

mod amount;
mod answer;
mod csv;
mod document;
mod duration;
mod fit;
mod format;
mod git_date;
mod grouping;
mod json;
mod markdown;
mod markdown_text;
mod pull_comment;
mod safe_text;
mod sparkline;
mod table;
mod text;
mod text_width;
mod theme;
mod zone;

pub use amount::dollars;
pub use answer::{Options, RenderError, render};
pub use duration::duration;
pub use format::Format;
pub use grouping::grouped;
pub use pull_comment::{CommentFrame, CommentLimit, Vouched, pull_comment};
pub use safe_text::safe_text;
pub use theme::{Role, Theme};
