//! What the Entire CLI keeps of a checkpoint: which sessions a commit came from.
//!
//! A commit names the checkpoint in its message (`Entire-Checkpoint`). The checkpoint is a folder with a
//! `metadata.json` and one folder a session, `0/`, `1/`, …, each with its own `metadata.json`; it stands in the tree of
//! the branch `entire/checkpoints/v1`, or alone behind a reference of its own. Transcripts lie beside; they are not
//! looked at.

use serde::Deserialize;

use super::tool::agent_of_tool;
use super::word;
use crate::model::SessionId;

/// No honest checkpoint has more sessions.
const MAX_SESSIONS: usize = 64;

/// What a checkpoint's own file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Numbers of the folders of its sessions.
    pub folders: Vec<u32>,
    /// Its session, in the layout without folders.
    pub session: Option<CheckpointSession>,
}

/// One session of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointSession {
    /// The session, as its agent names it.
    pub session: SessionId,
    /// The agent, as this program names it if it knows it.
    pub agent: Option<String>,
}

/// Returns where a checkpoint is: references with the folder in their tree, the likeliest first; none for a text that
/// is no id of a checkpoint.
pub fn checkpoint_places(id: &str) -> Vec<(String, String)> {
    let is_hex = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let is_ulid = id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let mut places = Vec::new();
    if is_hex {
        let folder = format!("{}/{}/", &id[..2], &id[2..]);
        for reference in ["refs/heads/entire/checkpoints/v1", "refs/remotes/origin/entire/checkpoints/v1"] {
            places.push((reference.to_owned(), folder.clone()));
        }
    }
    if is_hex || is_ulid {
        places.push((format!("refs/entire/checkpoints/{}/{id}", &id[id.len() - 2..]), String::new()));
    }
    places
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    sessions: Option<Vec<WireSession>>,
}

#[derive(Deserialize)]
struct WireSession {
    #[serde(default)]
    metadata: Option<String>,
}

impl Checkpoint {
    /// Reads the `metadata.json` of a checkpoint; `None` if it is none.
    pub fn parse(bytes: &[u8]) -> Option<Checkpoint> {
        let wire: Wire = serde_json::from_slice(bytes).ok()?;
        let folder = |session: &WireSession| {
            let mut parts = session.metadata.as_deref()?.rsplit('/');
            parts.next().filter(|file| *file == "metadata.json")?;
            parts.next()?.parse().ok()
        };
        let folders = wire.sessions.iter().flatten().filter_map(folder).take(MAX_SESSIONS).collect();
        Some(Checkpoint { folders, session: session(&wire) })
    }
}

impl CheckpointSession {
    /// Reads the `metadata.json` of a session; `None` if it names none.
    pub fn parse(bytes: &[u8]) -> Option<CheckpointSession> {
        session(&serde_json::from_slice(bytes).ok()?)
    }
}

fn session(wire: &Wire) -> Option<CheckpointSession> {
    let session = word::session(wire.session_id.as_deref()?)?;
    Some(CheckpointSession {
        session,
        agent: wire.agent.as_deref().and_then(word::name).map(|name| agent_of_tool(&name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sessions_are_found_where_the_layout_has_them() {
        let text = r#"{"checkpoint_id":"8cfa910f8ef9","strategy":"manual-commit","files_touched":["a"],"sessions":[
            {"metadata":"/8c/fa910f8ef9/0/metadata.json"},{"metadata":"/8c/fa910f8ef9/2/metadata.json"},
            {"metadata":"/8c/fa910f8ef9/x/metadata.json"},{"metadata":null},{}]}"#;
        assert_eq!(Checkpoint::parse(text.as_bytes()), Some(Checkpoint { folders: vec![0, 2], session: None }));
        let session = r#"{"session_id":"2026-01-22-2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4","agent":"Claude Code"}"#;
        let found = CheckpointSession::parse(session.as_bytes()).unwrap();
        assert_eq!(found.session.as_str(), "2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4");
        assert_eq!(found.agent.as_deref(), Some("claude-code"));
        assert_eq!(Checkpoint::parse(session.as_bytes()).unwrap().session, Some(found));
        assert_eq!(CheckpointSession::parse(br#"{"session_id":"../../x"}"#), None);
    }

    #[test]
    fn only_ids_become_places() {
        let places = checkpoint_places("8cfa910f8ef9");
        assert_eq!(places[0], ("refs/heads/entire/checkpoints/v1".to_owned(), "8c/fa910f8ef9/".to_owned()));
        assert_eq!(places[2], ("refs/entire/checkpoints/f9/8cfa910f8ef9".to_owned(), String::new()));
        let ulid = "01KVBJCWYA4YW6J5M9GP655HZN";
        assert_eq!(checkpoint_places(ulid), [(format!("refs/entire/checkpoints/ZN/{ulid}"), String::new())]);
        for text in ["", "8cfa", "../../../../x", "8CFA910F8EF9", "8cfa910f8e/9", "ééééééééééééé"] {
            assert_eq!(checkpoint_places(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..80), id in ".{0,30}") {
            let _ = (Checkpoint::parse(&bytes), CheckpointSession::parse(&bytes), checkpoint_places(&id));
        }
    }
}
