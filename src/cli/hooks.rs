//! Arguments of the commands that put hooks in and take them out.
//!
//! Must not know: what a command does.

use clap::Args;

use crate::report::SettingsScope;

/// What to install.
#[derive(Debug, Clone, Args)]
pub struct InstallArgs {
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Leave commit messages alone: notes only
    #[arg(long)]
    pub no_trailers: bool,
    /// Also stamp messages that an agent writes in an editor: one more hook, felt by every commit
    #[arg(long, conflicts_with = "no_trailers")]
    pub editor: bool,
    /// Do not send notes along with `git push`
    #[arg(long)]
    pub no_push: bool,
    /// Which settings of Claude Code: local (.claude/settings.local.json), project (.claude/settings.json, shared),
    /// user (~/.claude/settings.json, all repositories) or none [default: local, user with --global]
    #[arg(long, value_name = "SCOPE", hide_possible_values = true)]
    pub scope: Option<SettingsScope>,
    /// For all repositories of this user, in git's and Claude Code's own settings; needs git 2.54 or later
    #[arg(long)]
    pub global: bool,
}

/// What to take out.
#[derive(Debug, Clone, Args)]
pub struct UninstallArgs {
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Which settings of Claude Code: local, project, user or none [default: local and project, user with --global]
    #[arg(long, value_name = "SCOPE", hide_possible_values = true)]
    pub scope: Option<SettingsScope>,
    /// What was installed for all repositories of this user
    #[arg(long)]
    pub global: bool,
}
