//! Answers from the books: frames of whole numbers, grouped by polars, into [`crate::report`] structs.
//!
//! Column names of frames stand in `frames` only. Prices were joined when
//! the books were made; here nothing is guessed, and every answer says what
//! it leaves out.
//!
//! Must not know: SQL beyond names of columns, git objects, terminals.

mod added_lines;
mod authored;
mod blame;
mod books;
mod commits;
mod cost;
mod cost_commit;
mod cost_file;
mod cost_pull;
mod cost_tool;
mod coverage;
mod declared;
mod directory;
mod error;
mod exclusion;
mod filter;
mod frames;
mod line_costs;
mod log;
mod overview;
mod period;
mod prompt;
mod prs;
mod pull_facts;
mod pull_money;
mod pull_of_commit;
mod pull_outcomes;
mod pull_owners;
mod pull_rows;
mod pull_times;
mod sessions;
mod show_commit;
mod show_session;
mod stats;
mod task_type;
mod tree;
mod why;
mod wilson;

pub use added_lines::{AddedFile, added_files};
pub use authored::{AuthoredFile, authored};
pub use blame::blame;
pub use books::Stamp;
pub use commits::{CommitText, Texts};
pub use cost::{CostGit, cost};
pub use declared::{CommitHearsay, Hearsay, NamedParty, OWN_NOTE, lay_under, parties};
pub use directory::{Directory, SessionName};
pub use error::AnalysisError;
pub use exclusion::exclusion;
pub use filter::Filter;
pub use log::log;
pub use overview::{OverviewFacts, overview};
pub use prompt::{PromptText, prompts};
pub use prs::{PrsForm, PrsGit, prs};
pub use pull_facts::{ForgePull, Lineage, Lineages, PullBranchCommit, PullGit, loose_commits};
pub use pull_rows::Titles;
pub use sessions::sessions;
pub use show_commit::show_commit;
pub use show_session::{show_session, show_turn};
pub use stats::{Excluded, LineStats, StatsForm};
pub use why::{Why, WhyFacts, why};
