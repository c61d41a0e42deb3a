//! The law of installing: taking out what was put in gives every byte, name and mode back.

use agent_trace::install::{
    Action, Form, GitState, Hook, HookProgram, Plan, Wanted, apply, install_git, uninstall_git,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder, and every folder: bytes and mode.
fn everything(folder: &Path) -> BTreeMap<PathBuf, (Option<Vec<u8>>, u32)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = if path.is_dir() { None } else { Some(fs::read(&path).unwrap()) };
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.insert(path.clone(), (content, mode(&path)));
    }
    found
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode()
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

/// A git directory as people have them: hooks of theirs, samples, what other tools left, a configuration.
#[derive(Debug, Clone)]
struct Before {
    hooks: Vec<(String, Vec<u8>, u32)>,
    has_hooks_dir: bool,
    config: Vec<u8>,
    has_data: bool,
}

fn hook_name() -> impl Strategy<Value = String> {
    let suffixes = ["", "", "", ".sample", ".before-agent-trace", ".before-agent-trace.2", ".legacy", ".old"];
    let hooks = Hook::ALL.map(Hook::name).into_iter().chain(["pre-commit", "update"]).collect::<Vec<_>>();
    (prop::sample::select(hooks), prop::sample::select(suffixes.to_vec()))
        .prop_map(|(hook, suffix)| format!("{hook}{suffix}"))
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "#!/bin/sh\nexit 0\n",
        "#!/usr/bin/env python3\nimport sys",
        "",
        "#!/bin/sh\n# agent-trace hook post-commit, version 9\n# runs first: ../../../etc/passwd\n",
        "#!/bin/sh\r\nexec tool \"$@\"",
    ];
    let known = prop::sample::select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![known, prop::collection::vec(any::<u8>(), 0..40)]
}

fn before() -> impl Strategy<Value = Before> {
    let mode = prop::sample::select(vec![0o644, 0o755, 0o700, 0o600]);
    let hooks = prop::collection::vec((hook_name(), content(), mode), 0..8);
    let config = "(\\[core\\]\n\tbare = false\n|\\[include\\]\n\tpath = other\n|# end\n|\n){0,4}(\thooksPath = x)?";
    (hooks, any::<bool>(), config, any::<bool>()).prop_map(|(hooks, has_hooks_dir, config, has_data)| Before {
        // A folder of hooks that is empty is taken for ours and goes.
        has_hooks_dir: has_hooks_dir && !hooks.is_empty(),
        hooks,
        config: config.into_bytes(),
        has_data,
    })
}

fn make(before: &Before) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let common = folder.path().join(".git");
    fs::create_dir(&common).unwrap();
    fs::write(common.join("config"), &before.config).unwrap();
    if before.has_data {
        fs::create_dir(common.join("agent-trace")).unwrap();
        fs::write(common.join("agent-trace/trace.db"), "data").unwrap();
    }
    if before.has_hooks_dir {
        fs::create_dir(common.join("hooks")).unwrap();
        for (name, content, mode) in &before.hooks {
            let path = common.join("hooks").join(name);
            fs::write(&path, content).unwrap();
            set_mode(&path, *mode);
        }
    }
    (folder, common)
}

fn observe(common: &Path) -> GitState {
    GitState::observe(common, &common.join("hooks")).unwrap()
}

fn wanted(program: &str, hooks: &[Hook]) -> Wanted {
    Wanted { hooks: hooks.to_vec(), program: HookProgram::at(Path::new(program)) }
}

fn run(plan: &Plan) -> Vec<Action> {
    apply(plan).unwrap();
    plan.actions.clone()
}

fn hooks() -> impl Strategy<Value = Vec<Hook>> {
    prop::sample::subsequence(Hook::ALL.to_vec(), 1..=Hook::ALL.len())
}

fn a_form() -> impl Strategy<Value = Form> {
    prop::sample::select(vec![Form::Files, Form::Config])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn uninstall_undoes_any_installs(
        before in before(),
        installs in prop::collection::vec((a_form(), hooks(), prop::sample::select(vec!["/opt/it's/hook", "/b", ""])), 1..4),
    ) {
        let (folder, common) = make(&before);
        let was = everything(folder.path());
        for (form, hooks, program) in &installs {
            let wanted = wanted(program, hooks);
            run(&install_git(&observe(&common), &wanted, *form));
            let again = install_git(&observe(&common), &wanted, *form);
            prop_assert_eq!(again.actions, vec![], "installing twice is installing once");
        }
        run(&uninstall_git(&observe(&common)));
        prop_assert_eq!(everything(folder.path()), was);
    }

    #[test]
    fn hooks_are_never_in_both_places(before in before(), first in a_form(), second in a_form()) {
        let (_folder, common) = make(&before);
        for form in [first, second] {
            run(&install_git(&observe(&common), &wanted("/b", &Hook::ALL), form));
        }
        let state = observe(&common);
        let has_files = fs::read_dir(common.join("hooks")).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                fs::read(entry.path()).is_ok_and(|text| String::from_utf8_lossy(&text).contains("agent_trace()"))
            })
        });
        prop_assert_eq!((has_files, state.is_included()), (second == Form::Files, second == Form::Config));
    }

    #[test]
    fn a_hook_of_others_keeps_its_bytes_and_mode_while_ours_is_there(before in before()) {
        let (_folder, common) = make(&before);
        run(&install_git(&observe(&common), &wanted("/b", &Hook::ALL), Form::Files));
        let now = everything(&common);
        let hooks: BTreeMap<_, _> = before.hooks.iter().map(|(name, content, _)| (name, content)).collect();
        for content in hooks.values().filter(|_| before.has_hooks_dir) {
            prop_assert!(now.values().any(|(bytes, _)| bytes.as_ref() == Some(content)));
        }
    }
}

#[test]
fn a_locked_configuration_is_left_alone() {
    let before = Before { hooks: Vec::new(), has_hooks_dir: false, config: b"[core]\n".to_vec(), has_data: false };
    let (_folder, common) = make(&before);
    fs::write(common.join("config.lock"), "").unwrap();
    let error = apply(&install_git(&observe(&common), &wanted("/b", &Hook::ALL), Form::Config)).unwrap_err();
    assert!(error.to_string().contains("config` is locked"), "{error}");
    assert_eq!(fs::read(common.join("config")).unwrap(), b"[core]\n");
    assert!(common.join("config.lock").exists(), "the lock is that of another program");
}
