//! Arguments of the commands about pull requests.
//!
//! Must not know: what a command does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::report::{CommentBehavior, ForgeKind, ForkWay, PrsBy, PullState};

/// What to fetch from a forge.
#[derive(Debug, Clone, Args)]
pub struct SyncArgs {
    /// The forge: github, gitlab or gitea (Forgejo too) [default: the runner's, else github]
    #[arg(value_name = "FORGE", hide_possible_values = true)]
    pub forge: Option<ForgeKind>,
    /// The first time: only what changed since this; later: go back so far
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only this pull request
    #[arg(long, value_name = "NUMBER", conflicts_with = "since")]
    pub pull: Option<u64>,
    /// The repository on the forge [default: the runner's, else that of a remote]
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// The variable with the token [default: GITHUB_TOKEN, GH_TOKEN or the forge's own, then what gh stored]
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
    /// Wait at most so many seconds in all if the forge asks for it
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub wait: u64,
    /// Ask GitHub in REST, one by one: slower, but without GraphQL
    #[arg(long)]
    pub rest: bool,
}

/// Which pull requests, and how.
#[derive(Debug, Clone, Args)]
pub struct PrsArgs {
    /// What a row is: pull, task, model, agent, state, month, or author (with --authors)
    #[arg(long, value_name = "WHAT", hide_possible_values = true, default_value = "pull")]
    pub by: PrsBy,
    /// Only those that ended at this time or later, open ones: opened: 2026-01-23, 2026-01-23T10:00, an RFC 3339 time, or
    /// 7d, 12h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only those that ended before this
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only open, draft, merged, landed or closed ones; more than one with commas
    #[arg(long, value_name = "STATE", hide_possible_values = true, value_delimiter = ',')]
    pub state: Vec<PullState>,
    /// Show who opened them
    #[arg(long)]
    pub authors: bool,
    /// Show at most this many; the rest is summed
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
}

/// What to do with a pull request.
#[derive(Debug, Clone, Subcommand)]
pub enum PullAction {
    /// Add up what its commits' notes tell: money, tokens, lines, by model, commit and session
    ///
    /// Exit code 3 if it costs more than --budget and --fail-over is given, 4 if fewer commits have a trace than
    /// --min-coverage asks for.
    #[command(after_help = "Examples:\n  agent-trace pr report --base origin/main\n  \
agent-trace pr report --base origin/main --head feature --fetch --budget 10 --fail-over --json")]
    Report(PullArgs),
    /// Write that into one comment on the pull request, and change it when there is more
    ///
    /// On GitHub, GitLab, Gitea and Forgejo. In a workflow nothing has to be said: repository, pull request, its commits
    /// and the token are the runner's, the summary of the step and values for later steps (total_usd, ai_share,
    /// comment_url, …) are written too. A comment of a later commit is never overwritten; one that somebody else wrote
    /// is never touched. Without the permission to comment, as from a fork, there is a warning and no failure: with
    /// --report, a workflow that may comment (workflow_run) says what one that may not has found; the pull request is
    /// that of the event, and the comment says that a fork reported it. Exit codes are those of `pr report`.
    #[command(after_help = "Examples:\n  agent-trace pr comment --base origin/main --fetch --dry-run\n  \
agent-trace pr comment --base origin/main --fetch --repo octocat/hello --pull 7\n  \
agent-trace pr comment --base origin/main --behavior hide-and-new --require-comment\n  \
agent-trace pr comment --report agent-trace.json")]
    Comment(CommentArgs),
}

/// Which pull request, and what it may cost.
#[derive(Debug, Clone, Args)]
pub struct PullArgs {
    /// What it would be merged into [default: the runner's, else origin/HEAD, origin/main or origin/master]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Its last commit [default: the runner's, else HEAD]
    #[arg(long, value_name = "REV")]
    pub head: Option<String>,
    /// An earlier last commit; the difference is told [default: the runner's]
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Fetch the notes that are wanted, and commits that are missing, from a remote [default: origin, else the runner's
    /// own repository]; nothing of this clone changes
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true)]
    pub fetch: Option<Option<String>>,
    /// Give fetching up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
    /// What it may cost, in dollars
    #[arg(long, value_name = "USD")]
    pub budget: Option<String>,
    /// End with 3 if it costs more
    #[arg(long, requires = "budget")]
    pub fail_over: bool,
    /// End with 4 if fewer of a hundred commits have a trace
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_coverage: Option<u8>,
}

/// How a pull request is commented.
#[derive(Debug, Clone, Args)]
pub struct CommentArgs {
    /// What is said.
    #[command(flatten)]
    pub pull: PullArgs,
    /// Say what this file says, the JSON of `pr report` from another job; nothing of it is believed but its numbers
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "head", "since", "fetch"])]
    pub report: Option<PathBuf>,
    /// Print the comment; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What happens to an earlier comment: update, new, hide-and-new, delete-and-new, once or off
    #[arg(long, value_name = "WHAT", hide_possible_values = true, default_value = "update")]
    pub behavior: CommentBehavior,
    /// Which comment, where a pull request has several of ours
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub key: String,
    /// The pull request [default: the runner's]
    #[arg(long = "pull", value_name = "NUMBER")]
    pub number: Option<u64>,
    /// The repository on the forge [default: the runner's]
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Option<String>,
    /// The forge: github, gitlab or gitea [default: the runner's, else github]
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub forge: Option<ForgeKind>,
    /// The account that comments [default: the forge is asked]
    #[arg(long, value_name = "LOGIN")]
    pub author: Option<String>,
    /// The variable with the token [default: GITHUB_TOKEN, GH_TOKEN or the forge's own, then what gh stored]
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
    /// End with 1 if the token may not comment
    #[arg(long)]
    pub require_comment: bool,
}

/// Which landings to settle, and with whom.
#[derive(Debug, Clone, Default, Args)]
pub struct SettleArgs {
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Fetch notes and commits that are missing from this remote first [default with --push: origin or the only one]
    #[arg(long, value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Push the notes to the remote; never forced, those of others are merged first
    #[arg(long)]
    pub push: bool,
    /// The commits that are new: BEFORE..AFTER, or AFTER alone; those whose notes came late are looked at too [default:
    /// those of the push event, else the default branch]
    #[arg(long, value_name = "BEFORE..AFTER", conflicts_with = "since")]
    pub range: Option<String>,
    /// Nothing but commits that landed since this: 2026-01-23, 2026-01-23T10:00, an RFC 3339 time, or 7d, 12h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look for notes of the pull requests' commits in this remote or URL too, such as a fork; more than once for more
    #[arg(long, value_name = "REMOTE")]
    pub notes_from: Vec<String>,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub timeout: u64,
}

/// What to do with workflows.
#[derive(Debug, Clone, Subcommand)]
pub enum CiAction {
    /// Write workflows that comment on pull requests, and carry notes to the commits that landed
    ///
    /// For GitHub, GitLab, Gitea and Forgejo, with no more permissions than each job needs. No job checks a pull request
    /// out or runs anything of it: commits and notes are read as data. A file that somebody changed stays as it is, and
    /// the exit code is 1.
    #[command(
        after_help = "Examples:\n  agent-trace ci install --dry-run\n  agent-trace ci install --forks target\n  \
agent-trace ci install --forge gitlab --no-settle\n  \
agent-trace ci install --ref 0123456789abcdef0123456789abcdef01234567"
    )]
    Install(CiInstallArgs),
    /// Take the workflows away again
    ///
    /// A file that somebody changed stays as it is, and the exit code is 1.
    #[command(after_help = "Example:\n  agent-trace ci uninstall --dry-run")]
    Uninstall(CiUninstallArgs),
}

/// Which workflows.
#[derive(Debug, Clone, Args)]
pub struct CiInstallArgs {
    /// The forge: github, gitlab or gitea [default: by the address of the remote]
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub forge: Option<ForgeKind>,
    /// Pull requests of forks: workflow-run (their job reports, ours comments), target (pull_request_target; nothing of
    /// theirs is run) or none [default: workflow-run on GitHub, target on Gitea, none on GitLab]
    #[arg(long, value_name = "WAY", hide_possible_values = true)]
    pub forks: Option<ForkWay>,
    /// Carry notes to what landed, on pushes to the default branch; this is the default
    #[arg(long, overrides_with = "no_settle")]
    pub settle: bool,
    /// Do not
    #[arg(long)]
    pub no_settle: bool,
    /// The branch that things land on [default: the remote's]
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
    /// The tag or, better, the commit of agent-trace that the jobs build [default: this version]
    #[arg(long = "ref", value_name = "REV")]
    pub reference: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Overwrite files that somebody changed
    #[arg(long)]
    pub force: bool,
}

/// How workflows are taken away.
#[derive(Debug, Clone, Args)]
pub struct CiUninstallArgs {
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also remove files of ours that somebody changed
    #[arg(long)]
    pub force: bool,
}
