//! What other tools and commit messages say of lines, laid under what is known here.
//!
//! Hearsay never takes a line away from what the store has evidence for. It fills lines of which nothing is known, and
//! it can refute one thing: that a line is a person's because no session was there. Where it says something else than
//! the evidence, that is counted.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::directory::Directory;
use super::error::AnalysisError;
use crate::interop::{AgentClaim, Contributor, FileClaims};
use crate::model::{CommitId, LineClass, LineGrade, LineReason};
use crate::report::{BlameLine, DeclaredParty, DeclaredSource};
use crate::store::Reader;

/// How reports call notes of this program.
pub const OWN_NOTE: &str = "agent-trace note";

/// What others say, by commit.
#[derive(Debug, Clone, Default)]
pub struct Hearsay(pub HashMap<CommitId, CommitHearsay>);

/// What others say of one commit.
#[derive(Debug, Clone, Default)]
pub struct CommitHearsay {
    /// Claims on lines by path, each with its source; the first source that has a line decides.
    pub files: HashMap<String, Vec<(&'static str, FileClaims)>>,
    /// Who had a part in it, without any word of lines.
    pub names: Vec<NamedParty>,
}

/// Somebody a commit is said to come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedParty {
    /// Where that is said.
    pub source: String,
    /// The id that stands there, if it is not the session's.
    pub id: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// The session.
    pub session: Option<String>,
}

/// What a claim is to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    /// Nothing is known of the line: the claim says whose it is.
    Fills,
    /// The line is thought a person's because no session was there, and the claim names one that is not known here.
    Refutes,
    /// Both say the same.
    Agrees,
    /// The claim says something else.
    Contradicts,
    /// The claim decides nothing; it names who had a part.
    Names,
}

/// Lays what others say under the lines, and returns what came of it, by source.
///
/// # Errors
/// What the store reports.
pub fn lay_under(
    reader: &Reader,
    lines: &mut [BlameLine],
    hearsay: &Hearsay,
) -> Result<Vec<DeclaredSource>, AnalysisError> {
    if hearsay.0.is_empty() {
        return Ok(Vec::new());
    }
    let sessions = Sessions::new(reader, hearsay)?;
    let mut counts: BTreeMap<String, DeclaredSource> = BTreeMap::new();
    for line in lines {
        let Some(of_commit) = line.commit.and_then(|commit| hearsay.0.get(&commit)) else { continue };
        for (source, claims) in of_commit.files.get(&line.path).into_iter().flatten() {
            let Some(by) = claims.of(line.original_line) else { continue };
            if *source == OWN_NOTE && line.class == LineClass::Agent {
                continue; // It was made from evidence like that here, and adds nothing to it.
            }
            let meeting = sessions.meeting(line, by);
            count(counts.entry((*source).to_owned()).or_default(), source, meeting);
            sessions.apply(line, by, meeting, source);
        }
        if line.class == LineClass::Unknown && line.source.is_none() && !of_commit.names.is_empty() {
            name(line, &of_commit.names);
            let source = line.source.clone().unwrap_or_default();
            count(counts.entry(source.clone()).or_default(), &source, Meeting::Names);
        }
    }
    Ok(counts.into_values().collect())
}

fn count(counts: &mut DeclaredSource, source: &str, meeting: Meeting) {
    counts.source = source.to_owned();
    let number = match meeting {
        Meeting::Fills => &mut counts.lines,
        Meeting::Agrees => &mut counts.agreed,
        Meeting::Contradicts => &mut counts.contradicted,
        Meeting::Names => &mut counts.named,
        Meeting::Refutes => {
            counts.lines += 1;
            &mut counts.contradicted
        }
    };
    *number += 1;
}

/// Says who the commit of a line of unknown origin is said to come from; the line stays unknown.
fn name(line: &mut BlameLine, names: &[NamedParty]) {
    let sources: std::collections::BTreeSet<&str> = names.iter().map(|name| name.source.as_str()).collect();
    line.source = Some(sources.into_iter().collect::<Vec<_>>().join(", "));
    let same = |of: fn(&NamedParty) -> Option<&String>| {
        let mut said: Vec<&String> = names.iter().filter_map(of).collect();
        said.dedup();
        (said.len() == 1).then(|| said[0].clone())
    };
    line.agent = line.agent.take().or_else(|| same(|name| name.agent.as_ref()));
    line.session = line.session.take().or_else(|| same(|name| name.session.as_ref()));
    line.session_short = line.session_short.take().or_else(|| line.session.as_deref().map(short));
    if line.grade == LineGrade::None {
        line.grade = LineGrade::Declared;
    }
}

/// Returns who is said to have had a part in a commit, with their lines, beyond the sessions it is linked with.
pub fn parties(hearsay: &CommitHearsay, linked: &[&str]) -> Vec<DeclaredParty> {
    let mut found: BTreeMap<DeclaredParty, u64> = BTreeMap::new();
    for (source, file) in hearsay.files.values().flatten() {
        for claim in &file.0 {
            let agent = claim.by.agent().cloned().unwrap_or_default();
            let party = DeclaredParty {
                source: (*source).to_owned(),
                is_person: claim.by == Contributor::Human,
                agent: agent.agent,
                session: agent.session.map(|session| session.to_string()),
                ..DeclaredParty::default()
            };
            *found.entry(party).or_default() += claim.lines.count();
        }
    }
    let with_lines = found.into_iter().map(|(party, lines)| DeclaredParty { lines: Some(lines), ..party });
    let is_known = |name: &&NamedParty| match &name.session {
        Some(session) => linked.contains(&session.as_str()),
        None => name.id.is_none() && !linked.is_empty(),
    };
    let named = hearsay.names.iter().filter(|name| !is_known(name)).cloned().map(|name| DeclaredParty {
        source: name.source,
        agent: name.agent,
        session: name.session,
        id: name.id,
        ..DeclaredParty::default()
    });
    with_lines.chain(named).collect()
}

/// As much of an unknown session's id as people are shown.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// Sessions that others name and that are known here, with their short ids and agents.
struct Sessions(HashMap<String, (String, &'static str)>);

impl Sessions {
    fn new(reader: &Reader, hearsay: &Hearsay) -> Result<Sessions, AnalysisError> {
        let claims =
            hearsay.0.values().flat_map(|commit| commit.files.values().flatten()).flat_map(|(_, file)| &file.0);
        let named: HashSet<&str> =
            claims.filter_map(|claim| claim.by.agent()?.session.as_ref()).map(|session| session.as_str()).collect();
        let known = reader.known_sessions(&named)?;
        if known.is_empty() {
            return Ok(Sessions(HashMap::new()));
        }
        let directory = Directory::new(reader)?;
        let name = |id: &String| {
            let (_, name) = *directory.sessions_like(id).iter().find(|(_, name)| name.id == *id)?;
            Some((id.clone(), (name.short.clone(), name.agent.name())))
        };
        Ok(Sessions(known.iter().filter_map(name).collect()))
    }

    fn knows(&self, claim: &AgentClaim) -> bool {
        claim.session.as_ref().is_some_and(|session| self.0.contains_key(session.as_str()))
    }

    fn meeting(&self, line: &BlameLine, by: &Contributor) -> Meeting {
        match (line.class, by) {
            (LineClass::Agent, Contributor::Agent(claim)) if same(line, claim) => Meeting::Agrees,
            (LineClass::Human, Contributor::Human) => Meeting::Agrees,
            (LineClass::Human, Contributor::Agent(claim)) if line.source.is_none() && !self.knows(claim) => {
                Meeting::Refutes
            }
            (LineClass::Unknown, Contributor::Agent(_)) => Meeting::Fills,
            (LineClass::Unknown, Contributor::Human) if !is_suspect(line.reason) => Meeting::Fills,
            (_, Contributor::Unclear(_)) => Meeting::Names,
            _ => Meeting::Contradicts,
        }
    }

    fn apply(&self, line: &mut BlameLine, by: &Contributor, meeting: Meeting, source: &'static str) {
        let is_open = line.class == LineClass::Unknown && line.source.is_none();
        let is_decided = matches!(meeting, Meeting::Fills | Meeting::Refutes);
        let is_name = meeting == Meeting::Names && is_open;
        if !(is_decided || is_name) {
            return;
        }
        if is_decided {
            line.class = if by.agent().is_some() { LineClass::Agent } else { LineClass::Human };
            line.reason = LineReason::Declared;
        }
        line.grade = LineGrade::Declared;
        line.source = Some(source.to_owned());
        let claim = by.agent().cloned().unwrap_or_default();
        let session = claim.session.map(|session| session.to_string());
        let known = session.as_ref().and_then(|session| self.0.get(session));
        line.session_short = known.map(|(short, _)| short.clone()).or_else(|| session.as_deref().map(short));
        line.agent = known.map(|(_, agent)| (*agent).to_owned()).or(claim.agent);
        line.session = session;
        line.model = claim.model.map(|model| model.rsplit('/').next().unwrap_or_default().to_owned());
    }
}

/// Tells whether a claim names the session, or at least the agent, that the line is known to be of.
fn same(line: &BlameLine, claim: &AgentClaim) -> bool {
    match (&line.session, &claim.session) {
        (Some(ours), Some(theirs)) => ours == theirs.as_str(),
        _ => line.agent.as_ref().zip(claim.agent.as_ref()).is_none_or(|(ours, theirs)| ours == theirs),
    }
}

/// Tells whether a session of this machine may have written the line: then it is no person's on somebody's word.
fn is_suspect(reason: LineReason) -> bool {
    matches!(reason, LineReason::Command | LineReason::NotRead | LineReason::OtherEdit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::{LineClaim, LineSet};
    use crate::model::{NanoUsd, SessionId, Timestamp};
    use proptest::prelude::*;

    fn line(class: LineClass, grade: LineGrade, reason: LineReason, session: Option<&str>) -> BlameLine {
        BlameLine {
            line: 1,
            class,
            grade,
            reason,
            commit: Some(CommitId::Sha1([7; 20])),
            path: "a".into(),
            original_line: 1,
            author: String::new(),
            address: String::new(),
            at: Timestamp(0),
            session: session.map(str::to_owned),
            session_short: session.map(str::to_owned),
            agent: session.map(|_| "claude-code".to_owned()),
            turn: None,
            call: None,
            tool_call: None,
            model: None,
            source: None,
            cost: session.map(|_| NanoUsd(5)),
            cost_missing: None,
            text: String::new(),
        }
    }

    prop_compose! {
        fn known_line()(
            class in prop::sample::select(vec![LineClass::Agent, LineClass::Human, LineClass::Unknown]),
            grade in prop::sample::select(vec![LineGrade::Exact, LineGrade::Matched, LineGrade::Inferred]),
            reason in prop::sample::select(vec![LineReason::Edit, LineReason::Command, LineReason::NoSession, LineReason::NoEvidence]),
        ) -> BlameLine {
            let is_agent = class == LineClass::Agent;
            let grade = if class == LineClass::Unknown { LineGrade::None } else { grade };
            line(class, grade, reason, is_agent.then_some("ours"))
        }
    }

    fn contributor() -> impl Strategy<Value = Contributor> {
        let session = prop::sample::select(vec![None, Some("ours"), Some("theirs")]);
        (0..3, session, any::<bool>()).prop_map(|(kind, session, is_named)| {
            let claim = AgentClaim {
                agent: is_named.then(|| "cursor".to_owned()),
                session: session.and_then(|id| SessionId::parse(id).ok()),
                model: is_named.then(|| "openai/gpt-5".to_owned()),
            };
            match kind {
                0 => Contributor::Agent(claim),
                1 => Contributor::Unclear(claim),
                _ => Contributor::Human,
            }
        })
    }

    fn sessions() -> Sessions {
        Sessions(HashMap::from([("ours".to_owned(), ("our".to_owned(), "claude-code"))]))
    }

    proptest! {
        /// Whatever is claimed, in whatever order: evidence of this clone stays as it is.
        #[test]
        fn evidence_is_never_outranked(before in known_line(), claims in prop::collection::vec(contributor(), 1..4)) {
            let mut after = before.clone();
            for by in &claims {
                let meeting = sessions().meeting(&after, by);
                sessions().apply(&mut after, by, meeting, "a note");
            }
            let may_change = match before.class {
                LineClass::Agent => false,
                LineClass::Human => claims.iter().any(|by| matches!(by, Contributor::Agent(claim) if !sessions().knows(claim))),
                LineClass::Unknown => true,
            };
            prop_assert!(may_change || after == before, "{after:?}");
            if after != before {
                prop_assert_eq!((after.grade, after.source.as_deref()), (LineGrade::Declared, Some("a note")));
                prop_assert_eq!(after.cost, before.cost);
            }
            let is_suspect = before.class == LineClass::Unknown && before.reason == LineReason::Command;
            prop_assert!(!is_suspect || after.class != LineClass::Human);
        }
    }

    #[test]
    fn the_first_source_that_has_a_line_decides_and_the_second_is_counted() {
        let mut one = line(LineClass::Unknown, LineGrade::None, LineReason::NoEvidence, None);
        let theirs = AgentClaim { session: SessionId::parse("theirs").ok(), ..AgentClaim::default() };
        for (by, expected) in [
            (Contributor::Agent(theirs.clone()), Meeting::Fills),
            (Contributor::Human, Meeting::Contradicts),
            (Contributor::Agent(theirs), Meeting::Agrees),
        ] {
            let meeting = sessions().meeting(&one, &by);
            assert_eq!(meeting, expected);
            sessions().apply(&mut one, &by, meeting, "a note");
        }
        assert_eq!((one.class, one.session.as_deref()), (LineClass::Agent, Some("theirs")));
    }

    #[test]
    fn parties_are_counted_and_links_are_not_repeated() {
        let claim = |lines: &str, by| LineClaim { lines: LineSet::parse(lines).unwrap(), by };
        let cursor = AgentClaim { agent: Some("cursor".into()), ..AgentClaim::default() };
        let claims = FileClaims(vec![claim("1-4", Contributor::Agent(cursor)), claim("5", Contributor::Human)]);
        let name = |session: Option<&str>| NamedParty {
            source: "Agent-Session".into(),
            session: session.map(str::to_owned),
            ..NamedParty::default()
        };
        let said = CommitHearsay {
            files: HashMap::from([("a".to_owned(), vec![("a note", claims)])]),
            names: vec![name(Some("ours")), name(Some("theirs")), name(None)],
        };
        let lines = |linked: &[&str]| parties(&said, linked).iter().map(|party| party.lines).collect::<Vec<_>>();
        assert_eq!(lines(&[]), [Some(4), Some(1), None, None, None]);
        assert_eq!(lines(&["ours"]), [Some(4), Some(1), None]);
    }
}
