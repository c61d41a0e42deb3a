//! Files whose lines nobody writes.

use std::collections::HashMap;

use crate::report::Exclusion;

/// Lock files of package managers, by their names.
const LOCK_FILES: [&str; 30] = [
    "Cargo.lock",
    "Cartfile.resolved",
    "Gemfile.lock",
    "Gopkg.lock",
    "MODULE.bazel.lock",
    "Package.resolved",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "buildscript-gradle.lockfile",
    "composer.lock",
    "conan.lock",
    "deno.lock",
    "flake.lock",
    "glide.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "paket.lock",
    "pdm.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Returns why the lines of a file do not count; `generated` is what `.gitattributes` says of files.
///
/// What the repository says of a file goes before its name.
pub fn exclusion(path: &str, generated: &HashMap<String, bool>) -> Option<Exclusion> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match generated.get(path) {
        Some(true) => Some(Exclusion::Generated),
        Some(false) => None,
        None => LOCK_FILES.contains(&name).then_some(Exclusion::LockFile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_repository_says_goes_before_the_name() {
        let generated = HashMap::from([("yarn.lock".to_owned(), false), ("src/schema.rs".to_owned(), true)]);
        let of = |path: &str| exclusion(path, &generated);
        assert_eq!(of("src/schema.rs"), Some(Exclusion::Generated));
        assert_eq!(of("web/yarn.lock"), Some(Exclusion::LockFile));
        assert_eq!((of("yarn.lock"), of("src/lib.rs"), of("Cargo.lock.md")), (None, None, None));
    }
}
