//! One line of a note.

use super::field::{decode, decode_text, encode, number};
use super::ids::SessionMark;
use super::usage::Usage;

/// How a commit and a session are known to belong together; the best one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClaimGrade {
    /// The session made the commit.
    Produced,
    /// The commit's message or a pull request names the session.
    Declared,
    /// Lines the session wrote stand in the commit.
    Landed,
}

impl ClaimGrade {
    const ALL: [ClaimGrade; 3] = [ClaimGrade::Produced, ClaimGrade::Declared, ClaimGrade::Landed];

    /// Returns the word in a line.
    pub fn name(self) -> &'static str {
        match self {
            ClaimGrade::Produced => "produced",
            ClaimGrade::Declared => "declared",
            ClaimGrade::Landed => "landed",
        }
    }
}

/// `s1`: a session made the commit or wrote in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// The session.
    pub session: SessionMark,
    /// The agent's name.
    pub agent: String,
    /// How sure it is.
    pub grade: ClaimGrade,
    /// Words for what it rests on, sorted: `printed-id`, `lines`, …
    pub evidence: Vec<String>,
}

/// `l1`: lines a session wrote, valid for one blob.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lines {
    /// The session.
    pub session: SessionMark,
    /// First digits of the blob's id.
    pub blob: String,
    /// First and last line of each range, from 1, ascending.
    pub ranges: Vec<(u64, u64)>,
    /// The path in the commit.
    pub path: Vec<u8>,
}

impl Lines {
    /// Returns how many lines they are.
    pub fn count(&self) -> u64 {
        self.ranges.iter().fold(0u64, |sum, (first, last)| sum.saturating_add(last - first + 1))
    }
}

/// `n1`: how many lines a session wrote in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Count {
    /// The session.
    pub session: SessionMark,
    /// How many.
    pub lines: u64,
    /// The path in the commit.
    pub path: Vec<u8>,
}

/// `f1`: commits that this one was made from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lineage {
    /// `amend`, `rebase`, `squash`, …
    pub kind: String,
    /// First digits of their ids, sorted.
    pub commits: Vec<String>,
}

/// One line of a note that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Record {
    /// `u1`.
    Usage(Usage),
    /// `s1`.
    Claim(Claim),
    /// `l1`.
    Lines(Lines),
    /// `n1`.
    Count(Count),
    /// `f1`.
    Lineage(Lineage),
    /// `x1`: nothing of this session counts any more.
    Redaction(SessionMark),
    /// A type of a later version; kept as it is.
    Unknown(String),
}

impl Record {
    /// Reads a line without its end; `None` if it is none of ours or damaged.
    pub fn parse(line: &str) -> Option<Record> {
        if line.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let (kind, rest) = words.split_first()?;
        match *kind {
            "u1" => Usage::parse(rest).map(Record::Usage),
            "s1" => claim(rest).map(Record::Claim),
            "l1" => lines(rest).map(Record::Lines),
            "n1" => count(rest).map(Record::Count),
            "f1" => lineage(rest).map(Record::Lineage),
            "x1" => match rest {
                [session] => SessionMark::parse(session).map(Record::Redaction),
                _ => None,
            },
            kind if is_type(kind) => Some(Record::Unknown(words.join(" "))),
            _ => None,
        }
    }

    /// Returns the canonical line, without its end.
    pub fn render(&self) -> String {
        match self {
            Record::Usage(usage) => usage.render(),
            Record::Claim(claim) => {
                let head = format!("s1 {} {} {}", claim.session, encode(claim.agent.as_bytes()), claim.grade.name());
                std::iter::once(head).chain(claim.evidence.iter().cloned()).collect::<Vec<_>>().join(" ")
            }
            Record::Lines(lines) => {
                let range = |(first, last): &(u64, u64)| match first == last {
                    true => first.to_string(),
                    false => format!("{first}-{last}"),
                };
                let ranges: Vec<String> = lines.ranges.iter().map(range).collect();
                format!("l1 {} {} {} {}", lines.session, lines.blob, ranges.join(","), encode(&lines.path))
            }
            Record::Count(count) => format!("n1 {} {} {}", count.session, count.lines, encode(&count.path)),
            Record::Lineage(lineage) => format!("f1 {} {}", lineage.kind, lineage.commits.join(",")),
            Record::Redaction(session) => format!("x1 {session}"),
            Record::Unknown(line) => line.clone(),
        }
    }

    /// Returns the session it speaks of.
    pub fn session(&self) -> Option<&SessionMark> {
        match self {
            Record::Usage(usage) => Some(&usage.session),
            Record::Claim(claim) => Some(&claim.session),
            Record::Lines(lines) => Some(&lines.session),
            Record::Count(count) => Some(&count.session),
            Record::Redaction(session) => Some(session),
            Record::Lineage(_) | Record::Unknown(_) => None,
        }
    }
}

/// A letter and a number: what later versions will call their records.
fn is_type(word: &str) -> bool {
    let mut characters = word.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_lowercase());
    let digits = characters.as_str();
    begins && (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Small words of our own making: evidence, kinds of lineage.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_hex(text: &str, least: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (least..=64).contains(&text.len()) && text.bytes().all(is_digit)
}

fn claim(words: &[&str]) -> Option<Claim> {
    let [session, agent, grade, evidence @ ..] = words else { return None };
    let grade = ClaimGrade::ALL.into_iter().find(|known| known.name() == *grade)?;
    if !evidence.iter().all(|word| is_word(word)) {
        return None;
    }
    let mut evidence: Vec<String> = evidence.iter().map(|word| (*word).to_owned()).collect();
    evidence.sort();
    evidence.dedup();
    Some(Claim { session: SessionMark::parse(session)?, agent: decode_text(agent)?, grade, evidence })
}

fn lines(words: &[&str]) -> Option<Lines> {
    let [session, blob, ranges, path] = words else { return None };
    let ranges: Vec<(u64, u64)> = ranges.split(',').map(range).collect::<Option<_>>()?;
    let is_ascending = ranges.windows(2).all(|pair| pair[0].1 < pair[1].0);
    if !is_hex(blob, 7) || !is_ascending {
        return None;
    }
    Some(Lines { session: SessionMark::parse(session)?, blob: (*blob).to_owned(), ranges, path: decode(path)? })
}

fn range(text: &str) -> Option<(u64, u64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first >= 1 && first <= last).then_some((first, last))
}

fn count(words: &[&str]) -> Option<Count> {
    let [session, lines, path] = words else { return None };
    Some(Count { session: SessionMark::parse(session)?, lines: number(lines)?, path: decode(path)? })
}

fn lineage(words: &[&str]) -> Option<Lineage> {
    let [kind, commits] = words else { return None };
    let mut commits: Vec<String> = commits.split(',').map(str::to_owned).collect();
    commits.sort();
    commits.dedup();
    (is_word(kind) && commits.iter().all(|id| is_hex(id, 7))).then(|| Lineage { kind: (*kind).to_owned(), commits })
}
