//! `ci install` and `ci uninstall`: workflows that comment on pull requests and carry notes to what landed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::context::Context;
use super::install::steps;
use crate::cli::{CiAction, CiInstallArgs, CiUninstallArgs};
use crate::error::{Error, ExitCode};
use crate::git::Repo;
use crate::install::{
    Blanks, Runner, Workflow, WorkflowFiles, WorkflowPlan, apply, install_workflows, uninstall_workflows,
};
use crate::report::{CiReport, ForgeKind, ForkWay, Report};

/// Runs `agent-trace ci`.
pub(super) fn run(context: &Context<'_>, action: &CiAction) -> Result<ExitCode, Error> {
    match action {
        CiAction::Install(args) => install(context, args),
        CiAction::Uninstall(args) => uninstall(context, args),
    }
}

fn install(context: &Context<'_>, args: &CiInstallArgs) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let (root, forge) = (root(&repo)?, args.forge.map_or_else(|| detected(&repo), Ok)?);
    let forks = forks(forge, args.forks)?;
    let blanks = blanks(&repo, args)?;
    let files = WorkflowFiles::read(&root);
    let wanted = wanted(forks, !args.no_settle);
    let found = install_workflows(&root, runner(forge), &wanted, &blanks, &files, args.force);
    let next = next(forge, &wanted);
    let report = CiReport {
        forge: Some(forge),
        forks: Some(forks),
        reference: Some(blanks.reference),
        next,
        ..report(&found, args.dry_run)
    };
    done(context, &found, args.dry_run, Report::CiInstall(Box::new(report)))
}

fn uninstall(context: &Context<'_>, args: &CiUninstallArgs) -> Result<ExitCode, Error> {
    let found = uninstall_workflows(&WorkflowFiles::read(&root(&context.repo()?)?), args.force);
    let report = report(&found, args.dry_run);
    done(context, &found, args.dry_run, Report::CiUninstall(Box::new(report)))
}

fn done(context: &Context<'_>, found: &WorkflowPlan, is_dry_run: bool, report: Report) -> Result<ExitCode, Error> {
    if !is_dry_run {
        apply(&found.plan)?;
    }
    context.print(&report)?;
    Ok(if found.kept.is_empty() { ExitCode::Ok } else { ExitCode::Negative })
}

fn report(found: &WorkflowPlan, dry_run: bool) -> CiReport {
    let kept = found.kept.iter().map(|path| path.display().to_string()).collect();
    CiReport { dry_run, steps: steps(&found.plan.actions), kept, ..CiReport::default() }
}

fn root(repo: &Repo) -> Result<PathBuf, Error> {
    repo.work_dir().map(Path::to_owned).ok_or_else(|| {
        Error::user("a bare repository has no workflows").with_hint("run it in a clone, and commit what it writes")
    })
}

fn runner(forge: ForgeKind) -> Runner {
    match forge {
        ForgeKind::GitHub => Runner::GitHub,
        ForgeKind::GitLab => Runner::GitLab,
        ForgeKind::Gitea => Runner::Gitea,
    }
}

/// By the name of the server; Forgejo and Gitea have no name in common.
fn detected(repo: &Repo) -> Result<ForgeKind, Error> {
    let unknown = || {
        let error = Error::user("it is not known which forge this repository is on");
        error.with_hint("name it: agent-trace ci install --forge github, gitlab or gitea")
    };
    let remote = repo.default_remote().ok_or_else(unknown)?;
    let address = repo.address_of(&remote, Duration::from_secs(10))?.to_ascii_lowercase();
    let host = host(&address);
    let names = [
        ("github", ForgeKind::GitHub),
        ("gitlab", ForgeKind::GitLab),
        ("gitea", ForgeKind::Gitea),
        ("forgejo", ForgeKind::Gitea),
        ("codeberg", ForgeKind::Gitea),
    ];
    names.into_iter().find(|(name, _)| host.contains(name)).map(|(_, forge)| forge).ok_or_else(unknown)
}

/// `https://user@host:1/path`, `ssh://git@host/path`, `git@host:path`.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let named = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    named.split(':').next().unwrap_or_default()
}

fn forks(forge: ForgeKind, asked: Option<ForkWay>) -> Result<ForkWay, Error> {
    match (forge, asked) {
        (ForgeKind::GitHub, None) => Ok(ForkWay::WorkflowRun),
        (ForgeKind::Gitea, None) => Ok(ForkWay::Target),
        (ForgeKind::GitLab, None) => Ok(ForkWay::None),
        (ForgeKind::Gitea, Some(ForkWay::WorkflowRun)) => {
            Err(Error::user("Gitea and Forgejo have no workflow_run").with_hint("--forks target or --forks none"))
        }
        (ForgeKind::GitLab, Some(ForkWay::WorkflowRun | ForkWay::Target)) => {
            let error = Error::user("a pipeline of GitLab's forks runs their code, so it gets no token");
            Err(error.with_hint("--forks none"))
        }
        (_, Some(asked)) => Ok(asked),
    }
}

fn wanted(forks: ForkWay, settles: bool) -> Vec<Workflow> {
    let of_forks = match forks {
        ForkWay::WorkflowRun => [Workflow::ForkReport, Workflow::ForkComment].as_slice(),
        ForkWay::Target => &[Workflow::Forks],
        ForkWay::None => &[],
    };
    let settle = settles.then_some(Workflow::Settle);
    [Workflow::Comment].into_iter().chain(of_forks.iter().copied()).chain(settle).collect()
}

/// They become text of a file that machines run, so only what cannot end a string of it is let in.
fn blanks(repo: &Repo, args: &CiInstallArgs) -> Result<Blanks, Error> {
    let branch = match &args.branch {
        Some(branch) => branch.clone(),
        None => repo.default_branch(&repo.tips()?).unwrap_or_else(|| "main".to_owned()),
    };
    let reference = args.reference.clone().unwrap_or_else(|| concat!("v", env!("CARGO_PKG_VERSION")).to_owned());
    for (name, text) in [("--branch", &branch), ("--ref", &reference)] {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-+#".contains(&byte) || byte >= 0x80;
        if text.is_empty() || text.starts_with(['-', '+', '#']) || !text.bytes().all(is_plain) {
            let error = Error::user(format!("`{text}` cannot stand in a workflow"));
            return Err(error.with_hint(format!("name another one: {name} NAME")));
        }
    }
    Ok(Blanks { source: env!("CARGO_PKG_REPOSITORY").to_owned(), reference, branch })
}

fn next(forge: ForgeKind, wanted: &[Workflow]) -> Vec<String> {
    let has_settle = wanted.contains(&Workflow::Settle);
    let mut next = Vec::new();
    if forge == ForgeKind::GitLab {
        let files = wanted.iter().map(|workflow| format!("/.gitlab/{}", workflow.file_name()));
        next.push(format!("include them in .gitlab-ci.yml: include: [{}]", files.collect::<Vec<_>>().join(", ")));
        next.push(
            "make a project access token (api, write_repository) and a masked variable GITLAB_TOKEN of it".into(),
        );
    }
    next.push("commit the files and merge them: they run on the default branch's word".into());
    if forge == ForgeKind::Gitea {
        next.push(
            "the jobs run in the image rust:1.89 on runners with the label ubuntu-latest: change what differs".into(),
        );
    }
    next.push("let notes travel: agent-trace install-hooks in the clone of everybody who works with agents".into());
    if has_settle {
        next.push("let the settle job push refs/notes/agent-trace, where rules protect references".into());
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_in_every_form_of_an_address() {
        for address in [
            "https://x@h.example:8443/o/r.git",
            "ssh://git@h.example:22/o/r",
            "git@h.example:o/r.git",
            "https://h.example",
        ] {
            assert_eq!(host(address), "h.example", "{address}");
        }
        assert_eq!(host("/srv/github/r.git"), "");
    }
}
