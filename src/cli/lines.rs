//! Arguments of the commands about lines.
//!
//! Must not know: what a command does.

use clap::Args;

use super::parse_stats_by;
use crate::report::StatsBy;

/// What to blame, and how.
#[derive(Debug, Clone, Args)]
pub struct BlameArgs {
    /// A commit or a range to blame from, and the file
    #[arg(value_name = "[REV] FILE", required = true, num_args = 1..=2)]
    pub target: Vec<String>,
    /// Only these lines: START,END, START,+COUNT, /REGEX/ or :FUNCTION; more than once for more
    #[arg(short = 'L', value_name = "RANGE", allow_hyphen_values = true)]
    pub lines: Vec<String>,
    /// Ignore white space when comparing
    #[arg(short = 'w')]
    pub ignore_space: bool,
    /// Find lines that moved within the file
    #[arg(short = 'M', long, value_name = "SCORE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub moves: Option<String>,
    /// Find lines that came from other files; twice and three times for more of them (git's -C)
    #[arg(long, value_name = "SCORE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub copies: Vec<String>,
    /// Nothing older than this
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look through this commit
    #[arg(long, value_name = "REV")]
    pub ignore_rev: Vec<String>,
    /// Look through the commits of this file
    #[arg(long, value_name = "FILE")]
    pub ignore_revs_file: Vec<String>,
    /// Follow only the first parent of merges
    #[arg(long)]
    pub first_parent: bool,
    /// Blame this text in place of the file's
    #[arg(long, value_name = "FILE")]
    pub contents: Option<String>,
    /// How to write dates: git's default, iso, iso-strict, rfc, short, relative, raw or unix [default: to the minute]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true,
        value_parser = ["default", "iso", "iso-strict", "raw", "relative", "rfc", "short", "unix"])]
    pub date: Option<String>,
    /// Digits of commit ids
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(4..=64))]
    pub abbrev: Option<u8>,
    /// Show the address of the author
    #[arg(short = 'e', long)]
    pub show_email: bool,
    /// Show the number of the line in its commit
    #[arg(short = 'n', long)]
    pub show_number: bool,
    /// Show the path in the commit
    #[arg(short = 'f', long)]
    pub show_name: bool,
    /// Leave out author and date
    #[arg(short = 's')]
    pub short: bool,
    /// Show dates as seconds since 1970
    #[arg(short = 't')]
    pub unix: bool,
    /// Show what each line cost
    #[arg(long)]
    pub cost: bool,
    /// Show how the prompt of each line's turn begins, read from its transcript, if that still exists
    #[arg(long)]
    pub prompt: bool,
    /// Write git's porcelain, with agent-… headers
    #[arg(short = 'p', long, conflicts_with_all = ["json", "format"])]
    pub porcelain: bool,
    /// The same, with all headers for every line
    #[arg(long, conflicts_with_all = ["json", "format", "porcelain"])]
    pub line_porcelain: bool,
    /// Write what is found at once, in git's form for programs, with agent-… headers
    #[arg(long, conflicts_with_all = ["json", "format", "porcelain", "line_porcelain", "prompt"])]
    pub incremental: bool,
}

/// Which lines to count, and how.
#[derive(Debug, Clone, Args)]
pub struct StatsArgs {
    /// Revisions and ranges as git log takes them, or paths
    #[arg(value_name = "RANGE|PATH")]
    pub targets: Vec<String>,
    /// Only these files and folders
    #[arg(last = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// What a row is: class, model, session, agent, author, commit, directory or file
    #[arg(long, value_name = "WHAT", default_value = "class", value_parser = parse_stats_by)]
    pub by: StatsBy,
    /// With --by directory: how many levels of folders
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Show at most this many rows; the rest is summed
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only commits since this: 2026-01-23, 2026-01-23T10:00, an RFC 3339 time, or 7d, 12h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only commits before this
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// What to tell others.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// A commit, or a range of them (A..B)
    #[arg(default_value = "HEAD")]
    pub range: String,
    /// Write notes of git-ai into refs/notes/ai, for commits that have none
    #[arg(long)]
    pub write: bool,
}
