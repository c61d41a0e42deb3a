//! A world for one test: a repository, a home, a clock, and actors who work in it.
//!
//! ```text
//! let world = World::new();
//! world.write("src/lib.rs", "fn old() {}\n");
//! world.commit("start");
//! let session = world.claude("fix-login").model("claude-sonnet-4-5-20250929");
//! session.says("rename it").edits("src/lib.rs", "old", "new").commits("rename").stops();
//! println!("{}", world.run(["cost"]));
//! ```
//!
//! Nothing sleeps but where times of files are the subject, nothing reaches the network, nothing outside the world's folder is read or written.

mod agent;
mod answer;
mod claude;
mod coder;
mod diff;
mod gemini;
mod git;
mod ids;
#[cfg(unix)]
mod live;
mod money;
mod output;
mod sample;
mod scene;
mod server;
mod spoil;
mod subagent;
mod verdict;
mod words;
mod world;

pub(crate) use agent::{Agent, Tree};
pub(crate) use answer::Costs;
pub(crate) use claude::{Claude, SubagentRows};
#[cfg(unix)]
pub(crate) use live::pause;
#[cfg(feature = "forge")]
pub(crate) use output::Output;
pub(crate) use scene::{Place, Scene, told, told_in};
pub(crate) use server::Server;
pub(crate) use spoil::Spoil;
pub(crate) use verdict::Counts;
pub(crate) use world::{World, rfc3339};
