//! Whose runner it is.

use crate::report::ForgeKind;

/// Reads a variable of the environment; empty ones are `None`.
pub type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Returns the forge whose runner this is; GitHub if nothing says otherwise.
pub fn kind(env: Env<'_>) -> ForgeKind {
    let has = |name| env(name).is_some();
    match () {
        () if has("GITLAB_CI") => ForgeKind::GitLab,
        () if has("GITEA_ACTIONS") || has("FORGEJO_ACTIONS") => ForgeKind::Gitea,
        () => ForgeKind::GitHub,
    }
}
