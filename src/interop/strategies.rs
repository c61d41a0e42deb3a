//! Lines to be told to others, for property tests.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{AuthoredLines, LineSet};
use crate::model::SessionId;

/// Lines of one session in a file.
pub(super) fn authored(path: &str) -> AuthoredLines {
    AuthoredLines {
        path: path.to_owned(),
        lines: LineSet::default(),
        session: SessionId::parse("5f1c").unwrap(),
        mark: "s_00112233445566".to_owned(),
        agent: "claude-code".to_owned(),
        model: None,
        provider: None,
    }
}

/// Lines of files, each line of one session only; paths of every kind, models known and not.
pub(super) fn authored_lines() -> impl Strategy<Value = Vec<AuthoredLines>> {
    let path = prop_oneof!["[a-c]{1,2}", "[a-b ]{1,4}", "(src/)?[a-zé\"]{1,3}\\.rs", Just("---".to_owned())];
    let file = (path, prop::collection::btree_map(1u32..40, (0usize..3, 0usize..3), 1..20));
    prop::collection::vec(file, 0..5).prop_map(|files| {
        let files: BTreeMap<String, BTreeMap<u32, (usize, usize)>> = files.into_iter().collect();
        files.iter().flat_map(|(path, lines)| of_file(path, lines)).collect()
    })
}

fn of_file(path: &str, lines: &BTreeMap<u32, (usize, usize)>) -> Vec<AuthoredLines> {
    let mut owners: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
    lines.iter().for_each(|(line, owner)| owners.entry(*owner).or_default().push(*line));
    let session = ["2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4", "T-77", "1b7f0c1e-0000-4000-8000-00000000000a"];
    let agent = ["claude-code", "amp", "codex"];
    let model = [Some("claude-opus-4-5"), None, Some("gpt 5")];
    let of = |((who, what), lines): ((usize, usize), Vec<u32>)| AuthoredLines {
        lines: lines.into_iter().collect(),
        session: SessionId::parse(session[who]).unwrap(),
        mark: format!("s_0000000000000{who}"),
        agent: agent[who].to_owned(),
        model: model[what].map(str::to_owned),
        provider: (what == 0).then(|| "anthropic".to_owned()),
        ..authored(path)
    };
    owners.into_iter().map(of).collect()
}
