//! What a runner of workflows tells us, and what we tell it: the summary of the step and values for later steps.

use std::path::PathBuf;

use crate::error::Error;
use crate::forge::{add_summary, set_outputs};
use crate::report::{BudgetVerdict, PullReport};

/// The runner of this process, if there is one.
pub(super) struct Runner {
    read: fn(&str) -> Option<String>,
}

impl Runner {
    pub(super) fn of_process() -> Runner {
        Runner { read: super::pull_ends::variable }
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        (self.read)(name)
    }

    /// Grows with every run of a workflow: a later run knows more of the same commits.
    pub(super) fn run_number(&self) -> Option<u64> {
        ["GITHUB_RUN_NUMBER", "CI_PIPELINE_IID"].iter().find_map(|name| self.value(name)?.parse().ok())
    }

    /// Where people see this run.
    pub(super) fn link(&self) -> Option<String> {
        let github = || {
            let [server, repository, run] =
                ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(|name| self.value(name));
            Some(format!("{}/{}/actions/runs/{}", server?, repository?, run?))
        };
        self.value("CI_PIPELINE_URL").or_else(github).filter(|link| is_link(link))
    }

    /// Sets one value for later steps, where there are such.
    pub(super) fn output(&self, name: &'static str, value: String) -> Result<(), Error> {
        self.outputs(&[(name, value)])
    }

    fn outputs(&self, values: &[(&'static str, String)]) -> Result<(), Error> {
        let Some(path) = self.value("GITHUB_OUTPUT").map(PathBuf::from) else { return Ok(()) };
        Ok(set_outputs(&path, values)?)
    }
}

/// What stands in Markdown as an address and cannot end it.
fn is_link(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#=&%".contains(&byte);
    (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(is_plain)
}

/// Writes the summary of the step and the values, where the runner has a place for them.
pub(super) fn tell(runner: &Runner, report: &PullReport, text: &str) -> Result<(), Error> {
    if let Some(path) = runner.value("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        add_summary(&path, text)?;
    }
    runner.outputs(&values(report))
}

/// Numbers; what is not known is empty.
fn values(report: &PullReport) -> Vec<(&'static str, String)> {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let tokens = &report.total.tokens;
    let budget = report.budget.map(|budget| match budget.verdict {
        BudgetVerdict::Ok => "ok",
        BudgetVerdict::Over => "over",
        BudgetVerdict::Unknown => "unknown",
    });
    vec![
        ("total_usd", report.total.cost.map(|cost| cost.to_text(6)).unwrap_or_default()),
        ("tokens_in", tokens.input.to_string()),
        ("tokens_out", tokens.output.to_string()),
        ("tokens_cache", tokens.cache_read.saturating_add(tokens.cache_write()).to_string()),
        ("ai_lines", number(report.lines.agent)),
        ("added_lines", number(report.lines.added)),
        ("ai_share", report.lines.agent_percent().map(|share| format!("{share:.1}")).unwrap_or_default()),
        ("sessions", report.sessions.len().to_string()),
        ("commits_total", report.coverage.commits.to_string()),
        ("commits_traced", report.coverage.traced.to_string()),
        ("budget_status", budget.unwrap_or_default().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_address_is_a_link() {
        assert!(is_link("https://github.com/o/r/actions/runs/1"));
        for bad in ["javascript:alert(1)", "https://h/\"><img>", "https://h/) [x](y", "ftp://h"] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
