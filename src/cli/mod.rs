//! The command line as types; the doc comments are the help text.
//!
//! Must not know: what a command does.

mod hooks;
mod lines;
mod notes;
mod prices;
mod pull;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::render::Format;
use crate::report::{CostBy, StatsBy};
use crate::ui::ColourChoice;

pub use hooks::{InstallArgs, UninstallArgs};
pub use lines::{BlameArgs, ExportArgs, StatsArgs};
pub use notes::{NotesAction, PushArgs};
pub use prices::{ExplainArgs, PricesAction, ServiceName};
pub use pull::{
    CiAction, CiInstallArgs, CiUninstallArgs, CommentArgs, PrsArgs, PullAction, PullArgs, SettleArgs, SyncArgs,
};

/// Under which the options of every command stand, apart from a command's own.
const EVERYWHERE: &str = "Options of every command";

/// What every commit, branch, session and model cost: provenance and cost of coding agents' work, from git and
/// transcripts alone.
///
/// Without a command: an overview of this repository on one screen.
#[derive(Debug, Parser)]
#[command(
    name = "agent-trace",
    version,
    propagate_version = true,
    after_help = "Examples:\n  agent-trace                          what agents cost here, on one screen\n  \
agent-trace log                      commits with their cost\n  \
agent-trace cost --by branch         money by branch; also model, day, file, author, …\n  \
agent-trace show HEAD                every cent of a commit\n\n\
Exit codes: 0 done, 1 a check said no, 2 wrong use or surroundings, 70 a bug of this program.\n\
Everything stays on this machine; only `notes push`, `notes fetch`, `settle`, `pr` and `sync` talk to others."
)]
pub struct Cli {
    /// Settings of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Work in this folder instead of the current one
    #[arg(short = 'C', long = "directory", value_name = "PATH", global = true, help_heading = EVERYWHERE)]
    pub directory: Option<PathBuf>,
    /// How to write the answer: table, json, csv or markdown [default: table]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, global = true, help_heading = EVERYWHERE)]
    pub format: Option<FormatName>,
    /// The same as --format json
    #[arg(long, global = true, help_heading = EVERYWHERE, conflicts_with = "format")]
    pub json: bool,
    /// When to use colour: auto (in a terminal, unless NO_COLOR is set), always or never
    #[arg(long, value_name = "WHEN", hide_possible_values = true, default_value = "auto", global = true, help_heading = EVERYWHERE)]
    pub color: ColourChoice,
    /// Say nothing but the answer and errors
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Print long answers as they are
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub no_pager: bool,
    /// Answer from what was read before; do not look for new transcripts and commits
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub no_refresh: bool,
    /// Zone in which days are cut and times are shown, such as Europe/Paris [default: the system's]
    #[arg(long, value_name = "ZONE", env = "TZ", hide_env = true, global = true, help_heading = EVERYWHERE)]
    pub timezone: Option<String>,
}

/// Names of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Aligned text for people
    Table,
    /// One JSON document with a `schema` field
    Json,
    /// The main table, one record a row, exact numbers
    Csv,
    /// GitHub-flavoured Markdown
    Markdown,
    /// A note of git-ai; of `export` only
    #[value(hide = true)]
    GitAi,
    /// A record of the "Agent Trace" format; of `export` only
    #[value(hide = true)]
    AgentTraceRecord,
}

impl FormatName {
    /// Returns the name as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            FormatName::Table => "table",
            FormatName::Json => "json",
            FormatName::Csv => "csv",
            FormatName::Markdown => "markdown",
            FormatName::GitAi => "git-ai",
            FormatName::AgentTraceRecord => "agent-trace-record",
        }
    }

    /// Returns the format of a report; `None` for those of other tools.
    pub fn of_report(self) -> Option<Format> {
        match self {
            FormatName::Table => Some(Format::Table),
            FormatName::Json => Some(Format::Json),
            FormatName::Csv => Some(Format::Csv),
            FormatName::Markdown => Some(Format::Markdown),
            FormatName::GitAi | FormatName::AgentTraceRecord => None,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read new transcripts and commits
    ///
    /// Without PATH: the sessions of this repository, found by the folders their rows name, under
    /// $CLAUDE_CONFIG_DIR or ~/.claude, ~/.config/claude and ~/.gemini. With PATH: these transcripts, folders and tar
    /// archives, wherever they were made; their paths are matched to this repository. Reading twice changes nothing.
    #[command(after_help = "Examples:\n  agent-trace ingest\n  agent-trace ingest ~/backup/transcripts.tar.xz")]
    Ingest {
        /// Files, folders or tar archives
        paths: Vec<PathBuf>,
        /// Silently, and not at all while another agent-trace is reading; for hooks
        #[arg(long, hide = true)]
        background: bool,
    },
    /// Whose the lines of commits are that no hook saw, from transcripts alone
    ///
    /// Reads what is new, as every command does, and says what is known of the lines of commits made before the hooks
    /// were installed. With --notes these commits get their notes, also where notes are not switched on.
    #[command(after_help = "Examples:\n  agent-trace backfill --dry-run\n  agent-trace backfill --notes")]
    Backfill {
        /// Write notes for commits of sessions
        #[arg(long)]
        notes: bool,
        /// Read and write nothing, only say what is known and how many notes there would be
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
    /// Money by commit, session, model, day, branch, …
    #[command(after_help = "Examples:\n  agent-trace cost --by commit\n  agent-trace cost --by month --format csv\n  \
agent-trace cost --by model --since 2026-01-01 --branch main")]
    Cost {
        /// What a row is: commit, session, turn, model, day, week, month, branch, author, agent, tool, file, pr or none
        #[arg(long, value_name = "WHAT", default_value = "commit", value_parser = parse_cost_by)]
        by: CostBy,
        /// Show at most this many rows; the rest is summed
        #[arg(short = 'n', long, value_name = "N")]
        limit: Option<usize>,
        /// Which part of the books
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Commits, newest first, with cost and the lines they added: by agents, people, unknown
    #[command(after_help = "Examples:\n  agent-trace log\n  agent-trace log -n 50 feature/login")]
    Log {
        /// Where to start [default: HEAD]
        revision: Option<String>,
        /// Show at most this many commits
        #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// Which part of the books
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Explain every cent of a commit, a session or a turn
    #[command(
        after_help = "Examples:\n  agent-trace show HEAD\n  agent-trace show 4de02c81\n  agent-trace show 4de02c81:3 --prompt"
    )]
    Show {
        /// A commit, the beginning of a session's id, or SESSION:TURN
        target: String,
        /// Read the prompt of the turn from its transcript, if that still exists
        #[arg(long)]
        prompt: bool,
    },
    /// Every line of a file with who wrote it: an agent, a person, or unknown
    ///
    /// The lines are those of `git blame`, with its options; its -C is called --copies here. A line is an agent's if an
    /// edit wrote it that landed in the commit git blames, a person's only if a hook saw the commit and nothing else
    /// can have written it, and unknown otherwise.
    #[command(
        after_help = "Examples:\n  agent-trace blame src/lib.rs\n  agent-trace blame -L :main --cost src/main.rs\n  \
agent-trace blame -w -M v1.0 -- src/lib.rs\n  agent-trace blame --line-porcelain src/lib.rs"
    )]
    Blame(BlameArgs),
    /// Lines by who wrote them: agents, people, unknown
    ///
    /// With a range, or without anything (all of HEAD): the lines that its commits added, as `git log --numstat` counts
    /// them. With paths alone: the lines of these files as they are now, as `blame` has them. Lock files, files that
    /// .gitattributes calls linguist-generated, and commits of .git-blame-ignore-revs are counted apart.
    #[command(after_help = "Examples:\n  agent-trace stats\n  agent-trace stats main..feature --by model\n  \
agent-trace stats src tests --by directory --depth 1\n  agent-trace stats HEAD~60.. -- src")]
    Stats(StatsArgs),
    /// How one line came to be: commit, session, turn, tool call, what was looked at before, cost
    ///
    /// Of other tool calls of the turn their names are shown, and the files they wrote; what they read is stored
    /// nowhere.
    #[command(after_help = "Examples:\n  agent-trace why src/lib.rs:17\n  agent-trace why --prompt src/lib.rs:17\n  \
agent-trace why v1.0 src/lib.rs:17 --json")]
    Why {
        /// A commit to blame from, and the line
        #[arg(value_name = "[REV] FILE:LINE", required = true, num_args = 1..=2)]
        target: Vec<String>,
        /// Read the prompt of the turn from its transcript, if that still exists
        #[arg(long)]
        prompt: bool,
    },
    /// Sessions, newest first
    #[command(after_help = "Examples:\n  agent-trace sessions\n  agent-trace sessions --since 7d --json")]
    Sessions {
        /// Show at most this many sessions; the rest is summed
        #[arg(short = 'n', long, value_name = "N")]
        limit: Option<usize>,
        /// Which part of the books
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Usage in git notes: write it, look at it, share it with a team
    ///
    /// Where notes are on, every ingest writes into refs/notes/agent-trace which sessions made a commit and what they
    /// used: tokens, money, times and hashed names; no prompt, no code, no name of a person.
    #[command(
        after_help = "Examples:\n  agent-trace notes on --remote origin   write notes here; git fetch brings those of others\n  \
agent-trace notes show HEAD~2\n  agent-trace notes push && agent-trace notes fetch\n  agent-trace notes verify"
    )]
    Notes {
        /// What about them
        #[command(subcommand)]
        action: NotesAction,
    },
    /// What a pull request cost, from git notes alone
    ///
    /// No database and no transcript is needed: a fresh clone and the notes tell.
    #[command(after_help = "Example:\n  agent-trace pr report --base origin/main --fetch")]
    Pr {
        /// What about it
        #[command(subcommand)]
        action: PullAction,
    },
    /// Fetch what became of pull requests from their forge: GitHub, GitLab, Gitea or Forgejo
    ///
    /// Only what changed since the last time, page by page: stopped anywhere, it goes on there. Open pull requests, and
    /// those merged in the last 30 days, are asked for again. Kept are titles, labels, logins, times, ids of commits and
    /// what reviews and checks came to; no text, no address. The token is that of --token-env, GITHUB_TOKEN, GH_TOKEN or
    /// what gh stored; the repository is --repo, the runner's, or the remote upstream or origin. Exit code 1 if the
    /// forge's limit stopped it: the answer says when to go on.
    #[command(after_help = "Examples:\n  agent-trace sync github\n  agent-trace sync github --since 90d\n  \
agent-trace sync github --pull 7\n  agent-trace sync gitea --repo octocat/hello")]
    Sync(SyncArgs),
    /// Carry notes of pull requests' commits to the commits they landed as: squashed, rebased, queued, imported
    ///
    /// Looks at the commits that are new on the default branch, finds the commits they were made from (the same patch,
    /// the same lines, the pull request that the message names), and lets their notes say the same. Without such
    /// evidence nothing is carried. A merge commit needs nothing: its commits have their notes. Running it twice
    /// changes nothing; notes that were pushed late are carried the next time.
    ///
    /// In a workflow on `push`, the range is that of the event. Without --push and --remote nothing is fetched. Exit
    /// codes: 0 done, also if there is nothing to settle; 2 if git, the remote or the range do not allow it.
    #[command(after_help = "Examples:\n  agent-trace settle --dry-run\n  agent-trace settle --push\n  \
agent-trace settle --push --range 4f2a91c..8b00d12\n  \
agent-trace settle --remote upstream --notes-from https://git.example/fork.git --since 30d --json")]
    Settle(SettleArgs),
    /// Pull requests: what agents cost in them, and what became of them
    ///
    /// Without `agent-trace sync` they are those that commits of the default branch name, fetched heads, and those that
    /// sessions opened; reviews, checks, and which ones were closed are not known then. Names of authors are shown only
    /// with --authors.
    #[command(after_help = "Examples:\n  agent-trace prs -n 20\n  agent-trace prs --by model --since 90d\n  \
agent-trace prs --state closed --json")]
    Prs(PrsArgs),
    /// Workflows for pull requests: write them into this work tree, or take them away
    #[command(after_help = "Examples:\n  agent-trace ci install --dry-run\n  agent-trace ci install\n  \
agent-trace ci uninstall")]
    Ci {
        /// What about them
        #[command(subcommand)]
        action: CiAction,
    },
    /// Keep what another tool says of lines: records of the "Agent Trace" format
    ///
    /// FILE holds one record, a list of them, or one a line (JSON). Their lines are shown by `blame` as declared, with
    /// their source, and never over what is known without them. Importing twice changes nothing. Addresses of
    /// conversations are not kept, only the ids at their ends.
    #[command(after_help = "Example:\n  agent-trace import traces.jsonl")]
    Import {
        /// Files of records
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Lines of agents in the form of another tool: --format git-ai or agent-trace-record
    ///
    /// A note of git-ai, or a record of the "Agent Trace" format, for each commit: ranges of lines with session, agent
    /// and model, as far as they rest on evidence of this clone. No prompt, no name and no address of a person; the
    /// ids of sessions are those of the transcripts. Lines of people are not told: what is known of them is that no
    /// agent wrote them.
    #[command(after_help = "Examples:\n  agent-trace export --format git-ai HEAD~3\n  \
agent-trace export --format agent-trace-record v1.0..HEAD > records.jsonl\n  \
agent-trace export --format git-ai --write main..feature")]
    Export(ExportArgs),
    /// What could not be read, with file, offset and reason
    #[command(after_help = "Example:\n  agent-trace problems --format csv")]
    Problems {
        /// Show at most this many problems
        #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// The price table: list it, explain a price, check it
    #[command(subcommand_required = false, args_conflicts_with_subcommands = true)]
    #[command(
        after_help = "Your own prices: $AGENT_TRACE_PRICES, or prices.csv in ~/.config/agent-trace or .git/agent-trace.\n\n\
Examples:\n  agent-trace prices\n  agent-trace prices explain claude-opus-4-5 --input 1000 --output 200\n  agent-trace prices check"
    )]
    Prices {
        /// What about it
        #[command(subcommand)]
        action: Option<PricesAction>,
    },
    /// Ask the database in SQL; only reading, over documented views
    ///
    /// Views: calls, shares, commits, links, turns, tools, sessions. Money is in nano-USD, times are UTC.
    #[command(after_help = "Examples:\n  agent-trace sql 'select tool, count(*) from tools group by tool'\n  \
agent-trace sql 'select sum(cost_nano_usd) / 1e9 from calls' --json")]
    Sql {
        /// One statement
        statement: String,
        /// Show at most this many rows
        #[arg(short = 'n', long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Record from now on: hooks of git and of Claude Code
    ///
    /// A hook that is there already keeps its bytes, runs first and decides how the hook ends; whatever becomes of
    /// agent-trace, git does not notice. Where the folder of hooks is not this clone's own (core.hooksPath, husky),
    /// they go into the configuration if git is 2.54 or later; otherwise the lines to add are printed and the exit
    /// code is 1. AGENT_TRACE=0 in the environment switches every hook off.
    #[command(after_help = "Examples:\n  agent-trace install-hooks --dry-run\n  agent-trace install-hooks\n  \
agent-trace install-hooks --no-trailers --scope user")]
    InstallHooks(InstallArgs),
    /// Take every hook out again; what was there before is as it was
    #[command(after_help = "Example:\n  agent-trace uninstall-hooks --dry-run")]
    UninstallHooks(UninstallArgs),
    /// What is recorded here: hooks, settings, programs, what waits to be read
    #[command(after_help = "Example:\n  agent-trace status --json")]
    Status,
    /// Prove that recording works, with a throw-away commit; exit code 1 if something is broken
    #[command(after_help = "Example:\n  agent-trace doctor")]
    Doctor,
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  agent-trace completions bash > ~/.local/share/bash-completion/completions/agent-trace"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// What hooks of git and of agents call; silent, and always successful
    ///
    /// The same as the program agent-trace-hook, which starts faster.
    #[command(hide = true)]
    Hook {
        /// claude EVENT, or git HOOK ARGUMENTS…
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  agent-trace man | man -l -")]
    Man,
}

/// Which part of the books.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Nothing before this: 2026-01-23, 2026-01-23T10:00, an RFC 3339 time, or 7d, 12h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Nothing at or after this
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only requests made while this branch was checked out
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
    /// Only this session: the beginning of its id
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Only models whose name contains this
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
}

fn parse_stats_by(text: &str) -> Result<StatsBy, String> {
    let names = || StatsBy::ALL.iter().map(|by| by.name());
    let found = StatsBy::ALL.into_iter().find(|by| by.name() == text);
    found.ok_or_else(|| {
        let meant = crate::error::did_you_mean(text, names());
        meant.unwrap_or_else(|| format!("one of {}", names().collect::<Vec<_>>().join(", ")))
    })
}

fn parse_cost_by(text: &str) -> Result<CostBy, String> {
    let names = || CostBy::ALL.iter().map(|by| by.name());
    let found = CostBy::ALL.into_iter().find(|by| by.name() == text);
    found.ok_or_else(|| {
        let meant = crate::error::did_you_mean(text, names());
        meant.unwrap_or_else(|| format!("one of {}", names().collect::<Vec<_>>().join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_cost_names_every_kind_of_row() {
        let command = Cli::command();
        let by = command.find_subcommand("cost").unwrap().get_arguments().find(|argument| argument.get_id() == "by");
        let help = by.unwrap().get_help().unwrap().to_string();
        let words: Vec<&str> = help.split([' ', ',', ':']).collect();
        for by in CostBy::ALL {
            assert!(words.contains(&by.name()), "`{}` is missing in: {help}", by.name());
        }
    }
}
