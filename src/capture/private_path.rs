//! Files of which nothing is ever kept, not even hashes of their lines: secrets, and what git ignores.

use super::place::Place;
use crate::git::is_ignored_by_patterns;

/// Folders that hold secrets wherever they stand.
const FOLDERS: [&str; 6] = ["secrets", ".secrets", ".ssh", ".aws", ".gnupg", ".git"];

/// Names of files of secrets.
const NAMES: [&str; 6] = [".env", ".netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd"];

/// Ends of their names.
const ENDS: [&str; 6] = [".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx"];

/// Tells whether a path (from the top, with `/`) is that of a secret.
pub fn is_secret(path: &str) -> bool {
    let mut parts = path.split('/').map(str::to_ascii_lowercase).rev();
    let name = parts.next().unwrap_or_default();
    NAMES.contains(&name.as_str())
        || name.starts_with(".env.")
        || name.starts_with("id_rsa")
        || name.starts_with("id_ed25519")
        || ENDS.iter().any(|end| name.ends_with(end))
        || parts.any(|folder| FOLDERS.contains(&folder.as_str()))
}

/// Tells whether nothing of a file may be kept.
pub(super) fn is_private(place: &Place, path: &str) -> bool {
    is_secret(path) || place.top.as_deref().is_none_or(|top| is_ignored_by_patterns(top, &place.common_dir, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for path in [".env", "a/.env.local", "secrets/x/y.txt", "deep/Secrets/a.yml", "k.PEM", ".ssh/config", "id_rsa"]
        {
            assert!(is_secret(path), "{path}");
        }
        for path in ["src/env.rs", "environment", "src/secrets.rs", "keys.rs", "README.md"] {
            assert!(!is_secret(path), "{path}");
        }
    }
}
