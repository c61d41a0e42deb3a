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
use crate::report::{BlameLine, DeclaredSource};
use crate::store::Reader;

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
        if !is_decided && !(meeting == Meeting::Names && is_open) {
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
