//! Two days that every command is shown with.

use super::claude::SubagentRows;
use super::world::World;
use serde_json::json;

const DAY: i64 = 86_400;

/// The sample: three sessions, four models (one without a price), a branch, commits of agents and of a person.
impl World {
    /// Returns a repository after two days of work.
    ///
    /// Monday: `limit` (sonnet) explores with a subagent, edits and commits, talks on. Tuesday, on branch
    /// `tides`: `tides` (opus) edits two files and commits one; `lost` asks a model without a price. A person
    /// commits before, after and in between.
    pub(crate) fn sample() -> World {
        let world = World::new();
        world.write("README.md", "# Sails\n\nHow to sew sails.\n");
        world.write("src/login.rs", "pub fn login(user: &str) -> bool {\n    !user.is_empty()\n}\n");
        world.commit("start");
        world.advance(DAY);
        monday(&world);
        world.advance(DAY);
        tuesday(&world);
        world
    }
}

fn monday(world: &World) {
    let session = world.claude("limit").subagents(SubagentRows::Progress);
    session.says("how does login work?");
    let agent = session.sends("Explore", "find the login code");
    agent.uses("Grep", json!({"pattern": "login"}), "src/login.rs").finishes("it is in src/login.rs");
    session.replies("it only looks for a name").stops();
    session.tokens(6, 400, 30_000, 900, 100).says("limit the length of names");
    let checked = "    let name = user.trim();\n    !name.is_empty() && name.len() < 64";
    session.edits("src/login.rs", "    !user.is_empty()", checked).commits("limit names").stops();
    session.says("thanks").replies("you are welcome").stops();
    world.write("NEWS.md", "- names have a limit\n");
    world.commit("news");
}

fn tuesday(world: &World) {
    let _ = world.git(["checkout", "--quiet", "-b", "tides"]).success();
    let session = world.claude("tides").model("claude-opus-4-6").with_stop_reasons();
    session.says("add tides");
    session.writes("src/tides.rs", "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n");
    session.commits("tides").stops();
    session.says("and harbours").writes("src/harbour.rs", "pub const HARBOURS: [&str; 1] = [\"Hull\"];\n").stops();
    world.claude("lost").model("model-of-2031").says("where am I?").replies("at sea").stops();
}
