//! What agent-trace answers, in the words of a story.

use super::world::World;
use serde_json::Value;

/// Questions that most stories end with.
impl World {
    /// Runs a command of agent-trace with `--json` and returns its answer.
    #[track_caller]
    pub(crate) fn ask<const N: usize>(&self, args: [&str; N]) -> Value {
        self.ask_with(&args, &[])
    }

    /// The same, with environment variables of its own.
    #[track_caller]
    pub(crate) fn ask_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Value {
        self.run_with(&[args, &["--json"]].concat(), variables).success().json()
    }

    /// Returns the money by one dimension, after checking that it is all there.
    #[track_caller]
    pub(crate) fn costs(&self, by: &str) -> Costs {
        Costs::of(self.ask(["cost", "--by", by]))
    }
}

/// An answer of `cost`.
#[derive(Debug)]
pub(crate) struct Costs {
    pub(crate) json: Value,
}

impl Costs {
    /// Takes an answer and checks the law: rows, rows beyond the limit and leftovers are the total.
    #[track_caller]
    pub(crate) fn of(json: Value) -> Costs {
        let costs = Costs { json };
        let leftovers = if costs.json["by"] == "commit" || costs.json["by"] == "pr" { costs.left_in_all() } else { 0 };
        let listed: i64 = costs.rows().iter().map(cost_of).sum();
        let beyond = number(&costs.json["not_listed"]["cost_nano_usd"]);
        assert_eq!(listed + beyond + leftovers, costs.total(), "money is lost or made in {:#}", costs.json);
        costs
    }

    /// Returns the total in nano-USD.
    #[track_caller]
    pub(crate) fn total(&self) -> i64 {
        number(&self.json["total_nano_usd"])
    }

    /// Returns the rows.
    pub(crate) fn rows(&self) -> &[Value] {
        self.json["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns labels and amounts, in the order of the rows.
    pub(crate) fn amounts(&self) -> Vec<(String, i64)> {
        let label = |row: &Value| row["key"]["label"].as_str().unwrap().to_owned();
        self.rows().iter().map(|row| (label(row), cost_of(row))).collect()
    }

    /// Returns the row whose id, label or subject is `name`.
    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        let is_named = |row: &&Value| ["id", "label", "subject"].iter().any(|key| row["key"][*key] == name);
        self.rows().iter().find(is_named)
    }

    /// Returns the cost of the row whose id, label or subject is `name`.
    #[track_caller]
    pub(crate) fn of_row(&self, name: &str) -> i64 {
        cost_of(self.find(name).unwrap_or_else(|| panic!("no row `{name}` in {:#}", self.json)))
    }

    /// Returns how a commit's cost reached it: direct, same turn, exploration.
    #[track_caller]
    pub(crate) fn parts(&self, name: &str) -> [i64; 3] {
        let row = self.find(name).unwrap_or_else(|| panic!("no row `{name}` in {:#}", self.json));
        ["direct_nano_usd", "same_turn_nano_usd", "exploration_nano_usd"].map(|part| number(&row["parts"][part]))
    }

    /// Returns kinds and amounts of the money at no commit.
    pub(crate) fn left(&self) -> Vec<(String, i64)> {
        let kinds = self.json["unattributed"].as_array().unwrap().iter();
        kinds.map(|left| (left["kind"].as_str().unwrap().to_owned(), number(&left["cost_nano_usd"]))).collect()
    }

    fn left_in_all(&self) -> i64 {
        self.left().iter().map(|(_, cost)| cost).sum()
    }
}

/// A row without a price adds nothing.
fn cost_of(row: &Value) -> i64 {
    row["cost_nano_usd"].as_i64().unwrap_or(0)
}

#[track_caller]
fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}
