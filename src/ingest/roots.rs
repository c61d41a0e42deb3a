//! Where agents keep their transcripts.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The folders in which agents keep their state. They need not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// Claude Code: each may hold `projects/`.
    pub claude: Vec<PathBuf>,
    /// Gemini CLI: each may hold `tmp/` and `projects.json`.
    pub gemini: Vec<PathBuf>,
}

impl Roots {
    /// Returns the folders that `environment` (a lookup of variables) and the home folder name.
    ///
    /// `CLAUDE_CONFIG_DIR` replaces `~/.claude` and `$XDG_CONFIG_HOME/claude` (some versions of 2025 wrote there)
    /// and may list several folders. `GEMINI_CLI_HOME` replaces the home. An empty variable is an unset one.
    pub fn find(environment: &dyn Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Roots {
        let variable = |name| environment(name).filter(|value| !value.is_empty());
        let claude = match variable("CLAUDE_CONFIG_DIR") {
            Some(value) => listed(&value),
            None => default_claude(variable("XDG_CONFIG_HOME").map(PathBuf::from), home),
        };
        let gemini_home = variable("GEMINI_CLI_HOME").map(PathBuf::from).or_else(|| home.map(Path::to_owned));
        Roots { claude, gemini: gemini_home.map(|home| home.join(".gemini")).into_iter().collect() }
    }
}

fn default_claude(config_home: Option<PathBuf>, home: Option<&Path>) -> Vec<PathBuf> {
    // The XDG specification: a relative path is to be ignored.
    let config_home = config_home.filter(|path| path.is_absolute()).or_else(|| home.map(|home| home.join(".config")));
    let folders = home.map(|home| home.join(".claude")).into_iter().chain(config_home.map(|path| path.join("claude")));
    folders.collect()
}

/// Splits at commas and at the separator of `PATH`; a folder whose name holds one of them is taken whole.
fn listed(value: &OsStr) -> Vec<PathBuf> {
    if Path::new(value).is_dir() {
        return vec![PathBuf::from(value)];
    }
    let mut folders = Vec::new();
    for path in env::split_paths(value) {
        // A name that is not Unicode cannot be split without unsafe code, and nobody lists such names.
        let parts: Vec<PathBuf> = match path.to_str() {
            Some(text) => text.split(',').map(|part| PathBuf::from(part.trim())).collect(),
            None => vec![path],
        };
        for part in parts {
            if !part.as_os_str().is_empty() && !folders.contains(&part) {
                folders.push(part);
            }
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(variables: &[(&str, &OsStr)]) -> Roots {
        let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Roots::find(&lookup, Some(Path::new("/home/dev")))
    }

    fn paths(texts: &[&str]) -> Vec<PathBuf> {
        texts.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn without_variables_the_home_has_both_places_of_claude() {
        let roots = find(&[("CLAUDE_CONFIG_DIR", OsStr::new(""))]);
        assert_eq!(roots.claude, paths(&["/home/dev/.claude", "/home/dev/.config/claude"]));
        assert_eq!(roots.gemini, paths(&["/home/dev/.gemini"]));
    }

    #[test]
    fn variables_replace_the_home() {
        let roots = find(&[("CLAUDE_CONFIG_DIR", OsStr::new("/c")), ("GEMINI_CLI_HOME", OsStr::new("/g"))]);
        assert_eq!(roots.claude, paths(&["/c"]));
        assert_eq!(roots.gemini, [Path::new("/g").join(".gemini")]);
    }

    #[test]
    fn several_folders_are_split_at_commas_and_at_the_separator_of_the_system() {
        let joined = env::join_paths(["/a,/b", "/c", "/a"]).unwrap();
        assert_eq!(find(&[("CLAUDE_CONFIG_DIR", &joined)]).claude, paths(&["/a", "/b", "/c"]));
        assert_eq!(find(&[("CLAUDE_CONFIG_DIR", OsStr::new(" /a, ,/b,"))]).claude, paths(&["/a", "/b"]));
    }

    #[test]
    fn a_folder_with_a_comma_in_its_name_is_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a,b");
        std::fs::create_dir(&path).unwrap();
        assert_eq!(find(&[("CLAUDE_CONFIG_DIR", path.as_os_str())]).claude, [path]);
    }

    #[cfg(unix)]
    #[test]
    fn a_relative_xdg_folder_is_ignored() {
        let claude = |value| find(&[("XDG_CONFIG_HOME", OsStr::new(value))]).claude;
        assert_eq!(claude("/x"), paths(&["/home/dev/.claude", "/x/claude"]));
        assert_eq!(claude("x"), paths(&["/home/dev/.claude", "/home/dev/.config/claude"]));
    }

    #[test]
    fn nobody_without_a_home_has_folders() {
        assert_eq!(Roots::find(&|_| None, None), Roots::default());
    }
}
