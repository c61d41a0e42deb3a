//! What people read of installing, status and doctor. The paths are invented: those of a test differ in length.

use agent_trace::model::Timestamp;
use agent_trace::render::{Format, Options, Theme, render};
use agent_trace::report::{
    DoctorReport, Finding, FindingSeverity, GitStatus, HookForm, HookStanding, HookStatus, InstallReport, InstallStep,
    ManualHook, ProgramStatus, Report, SettingsScope, SettingsStanding, SettingsStatus, SpoolStatus, StatusReport,
    StepKind,
};
use snapbox::{IntoData as _, assert_data_eq, str};

fn page(report: &Report) -> String {
    let options = Options { format: Format::Table, width: 100, theme: Theme::Plain, is_pretty: false };
    render(report, &options).unwrap()
}

fn step(step: StepKind, path: &str, to: Option<&str>) -> InstallStep {
    InstallStep { step, path: path.into(), to: to.map(str::to_owned) }
}

fn installed() -> InstallReport {
    InstallReport {
        dry_run: false,
        form: Some(HookForm::Files),
        hooks_dir: Some("/home/ada/shop/.git/hooks".into()),
        program: Some("/home/ada/.cargo/bin/agent-trace-hook".into()),
        steps: vec![
            step(
                StepKind::Rename,
                "/home/ada/shop/.git/hooks/post-commit",
                Some("/home/ada/shop/.git/hooks/post-commit.before-agent-trace"),
            ),
            step(StepKind::Create, "/home/ada/shop/.git/hooks/post-commit", None),
            step(StepKind::Change, "/home/ada/shop/.claude/settings.local.json", None),
        ],
        ..InstallReport::default()
    }
}

#[test]
fn installing() {
    assert_data_eq!(
        page(&Report::Install(Box::new(installed()))),
        str![[r#"
hooks of git  scripts in the folder of hooks
hooks folder  /home/ada/shop/.git/hooks
program       /home/ada/.cargo/bin/agent-trace-hook

step    file                                        new name
────────────────────────────────────────────────────────────────────────────────────────────────────
rename  /home/ada/shop/.git/hooks/post-commit       …/shop/.git/hooks/post-commit.before-agent-trace
create  /home/ada/shop/.git/hooks/post-commit
change  /home/ada/shop/.claude/settings.local.json

3 steps done

"#]]
        .raw()
    );
    let planned = InstallReport { dry_run: true, warnings: vec!["git does not ignore it".into()], ..installed() };
    assert_data_eq!(
        page(&Report::Install(Box::new(planned))),
        str![[r#"
hooks of git  scripts in the folder of hooks
hooks folder  /home/ada/shop/.git/hooks
program       /home/ada/.cargo/bin/agent-trace-hook

step    file                                        new name
────────────────────────────────────────────────────────────────────────────────────────────────────
rename  /home/ada/shop/.git/hooks/post-commit       …/shop/.git/hooks/post-commit.before-agent-trace
create  /home/ada/shop/.git/hooks/post-commit
change  /home/ada/shop/.claude/settings.local.json

3 steps planned, nothing was done

to know
  git does not ignore it

"#]]
        .raw()
    );
    let again = InstallReport { steps: Vec::new(), ..installed() };
    assert_data_eq!(
        page(&Report::Install(Box::new(again))),
        str![[r#"
hooks of git  scripts in the folder of hooks
hooks folder  /home/ada/shop/.git/hooks
program       /home/ada/.cargo/bin/agent-trace-hook

already installed: nothing to change

"#]]
        .raw()
    );
}

#[test]
fn lines_to_add_by_hand() {
    let manual = ManualHook {
        hook: "post-commit".into(),
        path: "/home/ada/shop/.husky/post-commit".into(),
        line: "if command -v agent-trace-hook >/dev/null 2>&1; then agent-trace-hook git post-commit \"$@\" || :; fi"
            .into(),
    };
    let report = InstallReport {
        form: Some(HookForm::Manual),
        hooks_dir: Some("/home/ada/shop/.husky/_".into()),
        manual: vec![manual],
        ..InstallReport::default()
    };
    assert_data_eq!(page(&Report::Install(Box::new(report))), str![[r#"
hooks of git  lines to add by hand
hooks folder  /home/ada/shop/.husky/_

nothing could be installed

the folder of hooks is not this clone's own; add these lines to its files
  /home/ada/shop/.husky/post-commit: if command -v agent-trace-hook >/dev/null 2>&1; then agent-trace-hook git post-commit "$@" || :; fi

"#]].raw());
}

#[test]
fn uninstalling() {
    let steps = vec![
        step(
            StepKind::Rename,
            "/home/ada/shop/.git/hooks/post-commit.before-agent-trace",
            Some("/home/ada/shop/.git/hooks/post-commit"),
        ),
        step(StepKind::Remove, "/home/ada/shop/.git/hooks/pre-push", None),
        step(StepKind::RemoveFolder, "/home/ada/shop/.claude", None),
    ];
    assert_data_eq!(
        page(&Report::Uninstall(Box::new(InstallReport { steps, ..InstallReport::default() }))),
        str![[r#"
step             file                                          new name
────────────────────────────────────────────────────────────────────────────────────────────────────
rename           …p/.git/hooks/post-commit.before-agent-trace  /home/ada/shop/.git/hooks/post-commit
remove           /home/ada/shop/.git/hooks/pre-push
remove if empty  /home/ada/shop/.claude

3 steps done

"#]]
        .raw()
    );
    assert_data_eq!(
        page(&Report::Uninstall(Box::default())),
        str![[r#"
nothing of agent-trace is installed

"#]]
        .raw()
    );
}

#[test]
fn status() {
    let hook = |hook: &str, state, runs_first: Option<&str>| HookStatus {
        hook: hook.into(),
        state,
        runs_first: runs_first.map(str::to_owned),
    };
    let settings =
        |scope, path: &str, state, events| SettingsStatus { scope, path: path.into(), state, events, of_events: 15 };
    let program = |name: &str, version: Option<&str>| ProgramStatus {
        name: name.into(),
        path: format!("/home/ada/.cargo/bin/{name}"),
        version: version.map(str::to_owned),
    };
    let report = StatusReport {
        switched_off: false,
        form: Some(HookForm::Files),
        hooks_dir: "/home/ada/shop/.git/hooks".into(),
        hooks_path: None,
        hooks: vec![
            hook("commit-msg", HookStanding::Installed, None),
            hook("post-commit", HookStanding::Outdated, Some("post-commit.before-agent-trace")),
            hook("post-merge", HookStanding::TakenOver, None),
            hook("pre-push", HookStanding::Absent, None),
        ],
        settings: vec![
            settings(
                SettingsScope::Local,
                "/home/ada/shop/.claude/settings.local.json",
                SettingsStanding::Partial,
                Some(3),
            ),
            settings(SettingsScope::User, "/home/ada/.claude/settings.json", SettingsStanding::Unreadable, None),
        ],
        programs: vec![program("agent-trace", Some("0.1.0")), program("agent-trace-hook", None)],
        gits: vec![GitStatus {
            path: "/usr/bin/git".into(),
            version: Some("2.47.3".into()),
            reads_config_hooks: false,
        }],
        spool: SpoolStatus {
            files: 2,
            bytes: 12_345,
            last_event: Some("commit".into()),
            last_at: Some(Timestamp(1_769_140_453_205)),
        },
        notes: Some("a1b2c3d4e5".repeat(4)),
    };
    assert_data_eq!(
        page(&Report::Status(Box::new(report))),
        str![[r#"
hooks of git        scripts in the folder of hooks
hooks folder        /home/ada/shop/.git/hooks
waiting to be read  12,345 bytes in 2 files
last event          commit
last event at       2026-01-23 03:54
notes               a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5

hook of git  state                    runs first
────────────────────────────────────────────────────────────────────
commit-msg   installed
post-commit  outdated                 post-commit.before-agent-trace
post-merge   taken over by a manager
pre-push     not installed

Claude Code  state             events  file
─────────────────────────────────────────────────────────────────────────────────
local        partly installed    3/15  /home/ada/shop/.claude/settings.local.json
user         not readable           —  /home/ada/.claude/settings.json

program           version  file
────────────────────────────────────────────────────────────────
agent-trace       0.1.0    /home/ada/.cargo/bin/agent-trace
agent-trace-hook  —        /home/ada/.cargo/bin/agent-trace-hook

git     hooks in configuration  file
────────────────────────────────────────────
2.47.3  no                      /usr/bin/git

"#]]
        .raw()
    );
}

#[test]
fn doctor() {
    let finding = |severity, check: &str, message: &str, remedy: Option<&str>| Finding {
        severity,
        check: check.into(),
        message: message.into(),
        remedy: remedy.map(str::to_owned),
    };
    let findings = vec![
        finding(FindingSeverity::Good, "git", "`/usr/bin/git` 2.47.3", None),
        finding(
            FindingSeverity::Error,
            "hooks",
            "post-commit: a manager put ours aside",
            Some("agent-trace install-hooks, also after every run of the manager's install"),
        ),
        finding(
            FindingSeverity::Warning,
            "clock",
            "the last event is of a time to come",
            Some("set the system's clock: times of events order commits and tools"),
        ),
    ];
    assert_data_eq!(
        page(&Report::Doctor(DoctorReport { healthy: false, findings })),
        str![[r#"
check  result   what came out
─────────────────────────────────────────────────────
git    good     `/usr/bin/git` 2.47.3
hooks  broken   post-commit: a manager put ours aside
clock  warning  the last event is of a time to come

what to do
  hooks: agent-trace install-hooks, also after every run of the manager's install
  clock: set the system's clock: times of events order commits and tools

recording does not work here

"#]]
        .raw()
    );
}
