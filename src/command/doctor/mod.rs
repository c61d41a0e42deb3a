//! `doctor`: proves that recording works, and says what to do where it does not.

mod checks;
mod trial;

use super::context::Context;
use super::status::status;
use crate::error::{Error, ExitCode};
use crate::report::{DoctorReport, Finding, FindingSeverity, Report};

/// Runs `agent-trace doctor`.
pub(super) fn run(context: &Context<'_>) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let status = status(context, &repo)?;
    let mut findings = checks::all(context, &repo, &status);
    findings.extend(trial::trials(&repo, &status));
    let healthy = findings.iter().all(|finding| finding.severity < FindingSeverity::Error);
    context.print(&Report::Doctor(DoctorReport { healthy, findings }))?;
    Ok(if healthy { ExitCode::Ok } else { ExitCode::Negative })
}

fn good(check: &str, message: impl Into<String>) -> Finding {
    Finding { severity: FindingSeverity::Good, check: check.to_owned(), message: message.into(), remedy: None }
}

fn warning(check: &str, message: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { severity: FindingSeverity::Warning, remedy: Some(remedy.into()), ..good(check, message) }
}

fn broken(check: &str, message: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { severity: FindingSeverity::Error, ..warning(check, message, remedy) }
}
