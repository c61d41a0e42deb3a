//! Walking history: which commits exist, who made them and what they claim.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use gix::ObjectId;
use gix::mailmap::Snapshot;
use gix::objs::{CommitRef, Kind};

use super::error::GitError;
use super::known_agents::agent_of_email;
use super::object_id::{to_commit_id, to_object_id};
use super::pull_mentions::{PullMention, pull_mention};
use super::refs::{Tips, first_63_bits};
use super::repo::Repo;
use super::trailers::{Claim, parse_claims};
use crate::model::{CommitId, Timestamp};

/// What a commit says about itself. Holds neither message nor e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// The commit.
    pub id: CommitId,
    /// Its parents, first parent first; also those that are not here (shallow clone).
    pub parents: Vec<CommitId>,
    /// When the change was made; a rebase keeps it. Malformed dates are 1970, as in git.
    pub author_time: Timestamp,
    /// When the commit object was made.
    pub commit_time: Timestamp,
    /// The author's name after `.mailmap`.
    pub author_name: String,
    /// 63 bits of a hash of the author's lower-case e-mail after `.mailmap`; `None` if there is none.
    ///
    /// Tells authors apart on every machine alike. Not a secret: who knows an address can hash it.
    pub author_email_hash: Option<i64>,
    /// What message and author address claim about agents.
    pub claims: Vec<Claim>,
    /// Claims that were malformed and dropped.
    pub rejected_claims: u32,
    /// The pull request that the message says it lands.
    pub pull: Option<PullMention>,
    /// More than one parent.
    pub is_merge: bool,
}

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// New commits, parents before children, otherwise by author time.
    pub commits: Vec<CommitFacts>,
    /// Commits named as parent or tip that are not here: shallow boundary, partial clone, damage.
    pub missing: Vec<CommitId>,
    /// Commits that are here but cannot be decoded.
    pub unreadable: Vec<CommitId>,
}

impl Repo {
    /// Returns every commit reachable from the tips without passing a `known` one.
    ///
    /// What lies behind a known commit must be known too. Commits that a force
    /// push left behind are simply not reached. Reading a commit takes about 12 µs.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if the object database as a whole cannot be read.
    pub fn commits(&self, tips: &Tips, known: &dyn Fn(&CommitId) -> bool) -> Result<Walk, GitError> {
        let local = self.local();
        let mailmap = local.open_mailmap();
        let mut walk = Walk::default();
        let mut seen = HashSet::new();
        let mut waiting: Vec<CommitId> = tips.tips.iter().map(|tip| tip.id).collect();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) || known(&id) {
                continue;
            }
            let found = local.try_find_object(to_object_id(&id));
            let Some(object) = found.map_err(|error| self.unreadable(error))? else {
                walk.missing.push(id);
                continue;
            };
            match (object.kind, decoded(&object)) {
                (Kind::Commit, Some(commit)) => {
                    let facts = facts(id, &commit, &mailmap);
                    waiting.extend(&facts.parents);
                    walk.commits.push(facts);
                }
                (Kind::Commit, None) => walk.unreadable.push(id),
                _ => {}
            }
        }
        walk.commits = parents_first(walk.commits);
        walk.missing.sort();
        walk.unreadable.sort();
        Ok(walk)
    }
}

pub(super) fn decoded<'a>(object: &'a gix::Object<'_>) -> Option<CommitRef<'a>> {
    CommitRef::from_bytes(&object.data, object.id.kind()).ok()
}

fn facts(id: CommitId, commit: &CommitRef<'_>, mailmap: &Snapshot) -> CommitFacts {
    let parents: Vec<_> = commit.parents().filter_map(|parent: ObjectId| to_commit_id(&parent)).collect();
    let seconds = |time: Option<gix::date::Time>| Timestamp::from_seconds(time.map_or(0, |time| time.seconds));
    let author = commit.author().ok();
    let mapped = author.map(|author| mailmap.resolve_cow(author.trim()));
    let mut found = parse_claims(commit.message);
    if let Some(agent_name) = author.and_then(|author| agent_of_email(&author.email.to_string())) {
        found.add(Claim::AgentOnly { agent_name });
    }
    CommitFacts {
        id,
        author_time: seconds(author.and_then(|author| author.time().ok())),
        commit_time: seconds(commit.committer().ok().and_then(|committer| committer.time().ok())),
        author_name: mapped.as_ref().map(|author| author.name.to_string()).unwrap_or_default(),
        author_email_hash: mapped.and_then(|author| email_hash(&author.email)),
        claims: found.claims,
        rejected_claims: found.rejected,
        pull: pull_mention(&String::from_utf8_lossy(commit.message)),
        is_merge: parents.len() > 1,
        parents,
    }
}

pub(super) fn email_hash(email: &[u8]) -> Option<i64> {
    let email = email.trim_ascii().to_ascii_lowercase();
    let mut hasher = blake3::Hasher::new();
    (!email.is_empty()).then(|| first_63_bits(hasher.update(&email)))
}

/// Kahn's algorithm; among commits whose parents are out, the earliest author time goes first.
fn parents_first(commits: Vec<CommitFacts>) -> Vec<CommitFacts> {
    let place: HashMap<CommitId, usize> = commits.iter().enumerate().map(|(n, commit)| (commit.id, n)).collect();
    let mut children = vec![Vec::new(); commits.len()];
    let mut open_parents = vec![0usize; commits.len()];
    for (child, commit) in commits.iter().enumerate() {
        for &parent in commit.parents.iter().filter_map(|parent| place.get(parent)) {
            children[parent].push(child);
            open_parents[child] += 1;
        }
    }
    let key = |n: usize| Reverse((commits[n].author_time, commits[n].id, n));
    let mut ready: BinaryHeap<_> = (0..commits.len()).filter(|&n| open_parents[n] == 0).map(key).collect();
    let mut order = Vec::with_capacity(commits.len());
    while let Some(Reverse((_, _, next))) = ready.pop() {
        order.push(next);
        for &child in &children[next] {
            open_parents[child] -= 1;
            if open_parents[child] == 0 {
                ready.push(key(child));
            }
        }
    }
    let mut commits: Vec<_> = commits.into_iter().map(Some).collect();
    order.into_iter().filter_map(|n| commits[n].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use crate::model::SessionId;

    fn walk(repo: &Repo) -> Walk {
        repo.commits(&repo.tips().unwrap(), &|_| false).unwrap()
    }

    fn ids(walk: &Walk) -> Vec<CommitId> {
        walk.commits.iter().map(|commit| commit.id).collect()
    }

    fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
        items.sort();
        items
    }

    /// main: one - two - merge; side: one - left.
    fn forked() -> TestRepo {
        let test = TestRepo::new();
        test.write("a", "1\n");
        test.commit("one");
        test.git(&["checkout", "-q", "-b", "side"]);
        test.write("b", "1\n");
        test.commit("left");
        test.git(&["checkout", "-q", "main"]);
        test.write("a", "2\n");
        test.commit("two");
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        test
    }

    #[test]
    fn the_walk_gives_what_git_log_gives_parents_first() {
        let test = forked();
        let listed = test.git(&["log", "--all", "--reverse", "--author-date-order", "--format=%H %P|%at|%ct|%an"]);
        let walk = walk(&test.repo());
        let ours: Vec<String> = walk
            .commits
            .iter()
            .map(|commit| {
                let family: Vec<_> = [commit.id].iter().chain(&commit.parents).map(CommitId::to_string).collect();
                let (author, committer) = (commit.author_time.0 / 1000, commit.commit_time.0 / 1000);
                format!(
                    "{}{}|{author}|{committer}|{}",
                    family.join(" "),
                    if family.len() == 1 { " " } else { "" },
                    commit.author_name
                )
            })
            .collect();
        assert_eq!(ours, listed.lines().collect::<Vec<_>>());
        assert_eq!(walk.commits.iter().filter(|commit| commit.is_merge).count(), 1);
        assert!(walk.missing.is_empty() && walk.unreadable.is_empty());
    }

    #[test]
    fn known_commits_stop_the_walk() {
        let test = forked();
        let repo = test.repo();
        let (two, left) = (test.id("main^1"), test.id("side"));
        let new = repo.commits(&repo.tips().unwrap(), &|id| *id == two || *id == left).unwrap();
        assert_eq!(ids(&new), [test.id("main")]);
        assert_eq!(repo.commits(&repo.tips().unwrap(), &|_| true).unwrap(), Walk::default());
    }

    #[test]
    fn what_a_force_push_left_behind_is_not_reached() {
        let test = TestRepo::new();
        let one = test.commit("one");
        let old = test.commit("old");
        test.git(&["reset", "-q", "--hard", "HEAD~1"]);
        let new = test.commit("new");
        let repo = test.repo();
        assert_eq!(ids(&walk(&repo)), [one, new]);
        let known = [one, old];
        let later = repo.commits(&repo.tips().unwrap(), &|id| known.contains(id)).unwrap();
        assert_eq!(ids(&later), [new]);
    }

    #[test]
    fn a_shallow_boundary_is_noted_and_no_error() {
        let test = TestRepo::new();
        test.commit("one");
        let two = test.commit("two");
        let three = test.commit("three");
        test.git(&["clone", "-q", "--depth=1", &test.url(), "../shallow"]);
        let walk = walk(&Repo::discover(&test.sibling("shallow")).unwrap());
        assert_eq!((ids(&walk), walk.missing), (vec![three], vec![two]));
    }

    #[test]
    fn tags_of_files_and_orphans_are_no_obstacle() {
        let test = forked();
        test.git(&["tag", "file", "HEAD:a"]);
        test.git(&["tag", "tree", "HEAD^{tree}"]);
        test.git(&["checkout", "-q", "--orphan", "pages"]);
        test.commit("pages");
        let listed = test.git(&["rev-list", "--all"]);
        let listed: Vec<_> = listed.lines().map(|id| CommitId::parse(id).unwrap()).collect();
        assert_eq!(sorted(ids(&walk(&test.repo()))), sorted(listed));
    }

    #[test]
    fn authors_are_mailmapped_and_addresses_hashed() {
        let test = TestRepo::new();
        test.write(".mailmap", "Ada Lovelace <countess@example.com> <ada@example.com>\n");
        test.commit("one");
        test.git(&["commit", "-q", "--allow-empty", "--author=Other <COUNTESS@example.com>", "-m", "two"]);
        test.git(&["commit", "-q", "--allow-empty", "--author=Nobody <>", "-m", "three"]);
        let commits = walk(&test.repo()).commits;
        assert_eq!(commits[0].author_name, "Ada Lovelace");
        assert!(commits[0].author_email_hash.is_some_and(|hash| hash > 0));
        assert_eq!(commits[1].author_email_hash, commits[0].author_email_hash);
        assert_eq!(commits[2].author_email_hash, None);
    }

    #[test]
    fn claims_come_from_message_and_author() {
        let test = TestRepo::new();
        test.commit("one\n\nAgent-Session: claude-code/abc\nAgent-Session: claude-code/../x\n");
        test.git(&["commit", "-q", "--allow-empty", "--author=Claude <noreply@anthropic.com>", "-m", "two"]);
        let commits = walk(&test.repo()).commits;
        let session = SessionId::parse("abc").unwrap();
        assert_eq!(commits[0].claims, [Claim::Session { agent_name: "claude-code".into(), session }]);
        assert_eq!(commits[0].rejected_claims, 1);
        assert_eq!(commits[1].claims, [Claim::AgentOnly { agent_name: "claude-code" }]);
    }

    /// Whatever git takes for a trailer of ours in the last paragraph, we read too.
    #[test]
    fn trailers_agree_with_git_interpret_trailers() {
        use std::io::Write;
        let test = TestRepo::new();
        for body in [
            "Agent-Session: a/1",
            "Text.\n\nAgent-Session: a/1\nSigned-off-by: A <a@b.c>\nagent-session: a/2",
            "Text\n\nAgent-Session : a/1",
            "Text\n\nAgent-Session: a/1\n\nnot the last paragraph",
            "Text\n\n> Agent-Session: a/1",
        ] {
            let message = format!("Subject\n\n{body}\n");
            let mut git = test.command();
            git.args(["interpret-trailers", "--parse"]).stdin(std::process::Stdio::piped());
            let mut child = git.stdout(std::process::Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let listed = String::from_utf8(output.stdout).unwrap();
            let ours = parse_claims(message.as_bytes()).claims;
            let by_git: Vec<_> = listed.lines().filter_map(|line| line.split_once(": a/").map(|(_, id)| id)).collect();
            assert!(!by_git.is_empty() || !body.ends_with("a/1") || body.contains('>'), "{body}: {listed}");
            for id in by_git {
                let session = SessionId::parse(id).unwrap();
                assert!(ours.contains(&Claim::Session { agent_name: "a".into(), session }), "{body}");
            }
        }
    }

    #[test]
    fn damaged_commits_are_listed_and_the_rest_is_read() {
        let test = TestRepo::new();
        let one = test.commit("one");
        test.write("raw", "tree nonsense\n");
        let bad = test.git(&["hash-object", "-t", "commit", "-w", "--literally", "raw"]);
        let bad = CommitId::parse(bad.trim()).unwrap();
        std::fs::write(test.path().join(".git/refs/heads/bad"), format!("{bad}\n")).unwrap();
        let walk = walk(&test.repo());
        assert_eq!((ids(&walk), walk.unreadable), (vec![one], vec![bad]));
    }

    #[test]
    fn sha256_repositories_are_walked() {
        let Some(test) = TestRepo::with(&["--object-format=sha256"]) else {
            return; // git before 2.29.
        };
        let one = test.commit("one");
        assert!(matches!(one, CommitId::Sha256(_)));
        let two = test.commit("two");
        let repo = test.repo();
        assert_eq!(repo.object_format(), super::super::repo::ObjectFormat::Sha256);
        assert_eq!(ids(&walk(&repo)), [one, two]);
    }
}
