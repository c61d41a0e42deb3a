//! Arguments of `notes`.
//!
//! Must not know: what a command does.

use clap::{Args, Subcommand};

/// What to do with notes.
#[derive(Debug, Clone, Subcommand)]
pub enum NotesAction {
    /// Show what the note of a commit says
    #[command(after_help = "Examples:\n  agent-trace notes show\n  agent-trace notes show 4f2a91c --json")]
    Show {
        /// The commit
        #[arg(default_value = "HEAD")]
        revision: String,
    },
    /// Write notes in this repository from now on
    #[command(after_help = "Examples:\n  agent-trace notes on\n  agent-trace notes on --remote origin")]
    On {
        /// Let `git fetch` bring along the notes of this remote
        #[arg(long, value_name = "REMOTE")]
        remote: Option<String>,
    },
    /// Write no more notes in this repository; what was written stays
    #[command(after_help = "Example:\n  agent-trace notes off --remote origin")]
    Off {
        /// Let `git fetch` no longer bring along the notes of this remote
        #[arg(long, value_name = "REMOTE")]
        remote: Option<String>,
    },
    /// Push notes to a remote; never forced, those of others are merged first
    #[command(after_help = "Examples:\n  agent-trace notes push\n  agent-trace notes push upstream --timeout 10")]
    Push(PushArgs),
    /// Fetch the notes of a remote and merge them into ours
    #[command(after_help = "Example:\n  agent-trace notes fetch origin")]
    Fetch {
        /// The remote [default: remote.pushDefault, origin or the only one]
        remote: Option<String>,
        /// Give up after this many seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        timeout: u64,
    },
    /// Merge another notes reference into ours: the lines of both, each once
    #[command(after_help = "Example:\n  agent-trace notes merge refs/notes/remotes/origin/agent-trace")]
    Merge {
        /// The reference; a name without refs/ is one under refs/notes/
        reference: String,
    },
    /// Read every note; exit code 1 if one is damaged
    #[command(after_help = "Example:\n  agent-trace notes verify --json")]
    Verify,
    /// Remove notes of commits that nothing reaches, if other notes say the same
    ///
    /// Notes of commits that are not in this clone always stay.
    #[command(after_help = "Example:\n  agent-trace notes prune --dry-run")]
    Prune {
        /// Only say which ones
        #[arg(short = 'n', long)]
        dry_run: bool,
    },
}

/// Where to push notes to.
#[derive(Debug, Clone, Args)]
pub struct PushArgs {
    /// The remote [default: remote.pushDefault, origin or the only one]
    pub remote: Option<String>,
    /// The URL behind the remote, as git tells its hooks
    #[arg(hide = true)]
    pub url: Option<String>,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
    /// Silently, only if there is something new, and never with an error; for pre-push
    #[arg(long, hide = true)]
    pub for_hook: bool,
}
