//! Who may use whom inside the crate.
//!
//! Reads the `crate::…` paths of `src/` and compares them with the table below, which ARCHITECTURE.md quotes.

use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A module and the modules it may use. `main` and the crate's root (`lib`) may use every module.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("lines", &["model"]),
    ("clock", &["model"]),
    ("paths", &[]),
    ("transcript", &["model"]),
    ("git", &["model"]),
    ("capture", &["model", "clock", "transcript", "git"]),
    ("scan", &["model", "clock", "git", "capture"]),
    ("notes", &["model"]),
    ("interop", &["model"]),
    ("pricing", &["model"]),
    ("store", &["model"]),
    ("ingest", &["model", "lines", "transcript", "git", "capture", "store"]),
    ("derive", &["model", "pricing", "store"]),
    ("authorship", &["model", "lines", "git", "store"]),
    ("install", &[]),
    ("noting", &["model", "git", "notes", "interop", "store", "derive"]),
    ("report", &["model"]),
    ("runner", &["report"]),
    ("pull", &["model", "notes", "report"]),
    ("settle", &["model", "git", "notes", "report"]),
    ("analysis", &["model", "interop", "derive", "store", "report"]),
    ("forge", &["model", "report", "runner"]),
    ("render", &["model", "report"]),
    (
        "error",
        &[
            "model",
            "paths",
            "transcript",
            "git",
            "pricing",
            "store",
            "ingest",
            "derive",
            "authorship",
            "install",
            "noting",
            "runner",
            "analysis",
            "forge",
            "render",
        ],
    ),
    ("ui", &["error", "paths", "render"]),
    ("cli", &["report", "error", "render", "ui"]),
    (
        "command",
        &[
            "model",
            "clock",
            "paths",
            "transcript",
            "git",
            "capture",
            "scan",
            "notes",
            "interop",
            "pricing",
            "store",
            "ingest",
            "derive",
            "authorship",
            "install",
            "noting",
            "report",
            "runner",
            "pull",
            "settle",
            "analysis",
            "forge",
            "render",
            "error",
            "ui",
            "cli",
        ],
    ),
];

/// Files whose module is the crate itself, or another crate.
const ROOTS: [&str; 3] = ["bin", "lib", "main"];

#[test]
fn every_module_uses_only_what_lies_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let path = module_path(file.strip_prefix(&src).unwrap());
        if ROOTS.contains(&path[0].as_str()) {
            continue;
        }
        wrong.extend(violations(&path, &std::fs::read_to_string(&file).unwrap()));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_table_has_no_way_back_up() {
    for (index, (module, below)) in MAY_USE.iter().enumerate() {
        for used in *below {
            let known = MAY_USE[..index].iter().any(|(earlier, _)| earlier == used);
            assert!(known, "`{module}` uses `{used}`, which does not stand above it in the table");
        }
    }
}

#[test]
fn the_architecture_page_quotes_the_table() {
    let page = include_str!("../../ARCHITECTURE.md");
    for (module, below) in MAY_USE {
        let below = if below.is_empty() { "nothing".to_owned() } else { below.join(", ") };
        let line = format!("| `{module}` | {below} |");
        assert!(page.contains(&line), "ARCHITECTURE.md lacks the line\n{line}");
    }
}

#[test]
fn every_spelling_of_a_forbidden_use_is_found() {
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for text in [
        "use crate::git::Repository;",
        "use crate::{model::Usage, git::Repository};",
        "use crate::{\n    model::{Usage, NanoUsd},\n    git,\n};",
        "fn f() { crate::git::open() }",
        "use super::super::git;",
        "pub(crate) use super::super::git::Repository;",
        "fn f() { agent_trace::git::open() }",
    ] {
        let found = violations(&path(&["store", "read"]), text);
        assert_eq!(found, ["`store::read` may not use `git`"], "{text}");
    }
    for text in [
        "use crate::model::Usage;",
        "use super::git;",
        "// use crate::git::Repository;",
        "/// See [`crate::git::Repository`].",
        "pub(crate) fn git() {}",
        "#[cfg(test)]\nmod tests {\n    use crate::git::Repository;\n}",
        "use crate::store::open;",
    ] {
        assert_eq!(violations(&path(&["store", "read"]), text), Vec::<String>::new(), "{text}");
    }
    let unknown = violations(&path(&["store"]), "use crate::helpers::x;");
    assert_eq!(unknown, ["`store` may not use `helpers`"]);
    assert_eq!(violations(&path(&["helpers"]), "").len(), 1, "a module outside the table got in");
}

fn violations(path: &[String], text: &str) -> Vec<String> {
    let name = path.join("::");
    let Some((_, below)) = MAY_USE.iter().find(|(module, _)| *module == path[0]) else {
        return vec![format!("`{name}` is in no layer: add it to the table of tests/it/layers.rs")];
    };
    let allowed = |used: &String| *used == path[0] || below.contains(&used.as_str());
    let used = used_modules(path, &code_of(text));
    used.into_iter().filter(|used| !allowed(used)).map(|used| format!("`{name}` may not use `{used}`")).collect()
}

/// The text without comments and without the tests at its end, which may use anything.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Returns the modules of the crate's root that paths in `code` begin with.
fn used_modules(path: &[String], code: &str) -> BTreeSet<String> {
    let root = Regex::new(r"\b(?:crate|agent_trace)::(?:([a-z_]\w*)|\{)").unwrap();
    let supers = Regex::new(r"\b((?:super::)+)(?:([a-z_]\w*)|\{)").unwrap();
    let mut used = BTreeSet::new();
    for found in root.captures_iter(code) {
        collect(&mut used, found.get(1).map(|name| name.as_str()), &code[found.get(0).unwrap().end()..]);
    }
    for found in supers.captures_iter(code) {
        let above = found[1].matches("super").count();
        if above >= path.len() {
            collect(&mut used, found.get(2).map(|name| name.as_str()), &code[found.get(0).unwrap().end()..]);
        }
    }
    used
}

/// Adds one name, or the first names inside the braces that `rest` begins in.
fn collect(used: &mut BTreeSet<String>, name: Option<&str>, rest: &str) {
    if let Some(name) = name {
        used.insert(name.to_owned());
        return;
    }
    let (mut depth, mut item) = (0, String::new());
    for character in rest.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => insert_first(used, &std::mem::take(&mut item)),
            _ if depth == 0 => item.push(character),
            _ => {}
        }
    }
    insert_first(used, &item);
}

fn insert_first(used: &mut BTreeSet<String>, item: &str) {
    let first = item.trim().split("::").next().unwrap_or_default();
    if !first.is_empty() && first != "self" {
        used.insert(first.to_owned());
    }
}

/// `git/log.rs` → `git::log`, `git/mod.rs` → `git`.
fn module_path(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file.with_extension("").iter().map(|n| n.to_str().unwrap().to_owned()).collect();
    if names.len() > 1 && names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
