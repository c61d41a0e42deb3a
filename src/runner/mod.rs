//! What a runner of workflows says of itself: which forge it belongs to, which pull request it is about, how it logs in.
//!
//! GitHub, Gitea and Forgejo write the event into a file, GitLab into variables. A fork can write names of branches in
//! it and its own commits, nothing else: ids are checked for their form, addresses for their server.
//!
//! Must not know: the network, git, what is done with it; variables are handed in.

mod error;
mod event;
mod kind;
mod login;

pub use error::RunnerError;
pub use event::{Event, Run};
pub use kind::{Env, kind};
pub use login::Login;
