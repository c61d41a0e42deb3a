//! Which deleted file became which added one: git's default rename detection.
//!
//! Own code instead of gix's, which compares every candidate pair line by line
//! (a commit that moves a thousand files takes minutes), fails as a whole when
//! one blob is missing, and depends on the attributes of what is checked out.
//! The steps and limits are those of git 2.31 and later with `-M`.

use std::collections::HashMap;

use gix::ObjectId;

use super::blob::{MAX_BYTES, Side, is_binary};
use super::similarity::{MAX_SCORE, Spans};
use super::tree_changes::Pair;

/// Half of the larger file, `-M50%`.
const MIN_SCORE: u64 = MAX_SCORE / 2;
/// Enough if the file kept its name and only moved.
const MIN_SCORE_SAME_NAME: u64 = MAX_SCORE * 3 / 4;
/// `diff.renameLimit`: beyond this many squared, only exact and same-name renames are found.
const RENAME_LIMIT: usize = 1000;
/// How many sources are kept per added file.
const CANDIDATES: usize = 4;

/// Joins deletions and additions that are one rename.
pub(super) fn join_renames(local: &gix::Repository, pairs: Vec<Pair>) -> Vec<Pair> {
    let (mut sources, rest): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| pair.new.is_none());
    let (mut targets, mut result): (Vec<_>, Vec<_>) = rest.into_iter().partition(|pair| pair.old.is_none());
    if !sources.is_empty() && !targets.is_empty() {
        sources.sort_by(|a, b| path(&a.old).cmp(path(&b.old)));
        targets.sort_by(|a, b| path(&a.new).cmp(path(&b.new)));
        let mut search = Search::new(local, &sources, &targets);
        search.match_identical();
        search.match_same_names();
        search.match_similar();
        let Search { source_of, .. } = search;
        for (target, source) in source_of.iter().enumerate() {
            targets[target].old = source.and_then(|source| sources[source].old.take());
        }
    }
    result.extend(targets);
    result.extend(sources.into_iter().filter(|pair| pair.old.is_some()));
    result
}

fn path(side: &Option<Side>) -> &[u8] {
    side.as_ref().map_or(&[], |side| &side.path)
}

struct Search<'a> {
    local: &'a gix::Repository,
    sources: Vec<Candidate<'a>>,
    targets: Vec<Candidate<'a>>,
    source_of: Vec<Option<usize>>,
    is_used: Vec<bool>,
}

struct Candidate<'a> {
    side: &'a Side,
    name: &'a [u8],
    /// Read when first needed; `Some(None)`: cannot be compared.
    size: Option<Option<u64>>,
    spans: Option<Option<Spans>>,
}

impl<'a> Candidate<'a> {
    fn new(side: &'a Side) -> Self {
        let name = side.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        Candidate { side, name, size: None, spans: None }
    }

    fn size(&mut self, local: &gix::Repository) -> Option<u64> {
        let side = self.side;
        *self.size.get_or_insert_with(|| side.size(local).ok().filter(|&size| side.is_file() && size <= MAX_BYTES))
    }

    fn load(&mut self, local: &gix::Repository) {
        let side = self.side;
        self.spans.get_or_insert_with(|| {
            let content = side.read(local).ok()?;
            Some(Spans::of(&content, !is_binary(&content)))
        });
    }
}

impl<'a> Search<'a> {
    fn new(local: &'a gix::Repository, sources: &'a [Pair], targets: &'a [Pair]) -> Self {
        let sources: Vec<_> = sources.iter().filter_map(|pair| pair.old.as_ref()).map(Candidate::new).collect();
        let targets: Vec<_> = targets.iter().filter_map(|pair| pair.new.as_ref()).map(Candidate::new).collect();
        let (source_of, is_used) = (vec![None; targets.len()], vec![false; sources.len()]);
        Search { local, sources, targets, source_of, is_used }
    }

    fn join(&mut self, source: usize, target: usize) {
        self.source_of[target] = Some(source);
        self.is_used[source] = true;
    }

    fn open_targets(&self) -> Vec<usize> {
        (0..self.targets.len()).filter(|&target| self.source_of[target].is_none()).collect()
    }

    fn open_sources(&self) -> Vec<usize> {
        (0..self.sources.len()).filter(|&source| !self.is_used[source]).collect()
    }

    /// The same content; a source of the same name first. Links and submodules must stay what they are.
    fn match_identical(&mut self) {
        let mut by_id: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (n, source) in self.sources.iter().enumerate() {
            by_id.entry(source.side.id).or_default().push(n);
        }
        for target in 0..self.targets.len() {
            let wanted = &self.targets[target];
            let fits = |&source: &usize| !self.is_used[source] && same_sort(self.sources[source].side, wanted.side);
            let same = by_id.get(&wanted.side.id).into_iter().flatten().copied().filter(fits);
            // Of equals the first, as git: `min_by_key` keeps it.
            let best = same.take(100).min_by_key(|&source| self.sources[source].name != wanted.name);
            if let Some(source) = best {
                self.join(source, target);
            }
        }
    }

    /// A name only one deleted and one added file have.
    fn match_same_names(&mut self) {
        let sources = unique_names(self.open_sources(), &self.sources);
        let targets = unique_names(self.open_targets(), &self.targets);
        let mut both: Vec<_> = sources.iter().filter_map(|(name, &s)| Some((s, *targets.get(name)?))).collect();
        both.sort_unstable();
        for (source, target) in both {
            if self.score(source, target, MIN_SCORE_SAME_NAME) >= MIN_SCORE_SAME_NAME {
                self.join(source, target);
            }
        }
    }

    /// Every open source against every open target; the best scores are served first.
    fn match_similar(&mut self) {
        let (sources, targets) = (self.open_sources(), self.open_targets());
        if sources.len() * targets.len() > RENAME_LIMIT * RENAME_LIMIT {
            return;
        }
        let mut matches = Vec::new();
        for &target in &targets {
            matches.extend(self.best_sources(&sources, target));
        }
        matches.sort_by_key(|found| std::cmp::Reverse((found.score, found.same_name)));
        for found in matches {
            if self.source_of[found.target].is_none() && !self.is_used[found.source] {
                self.join(found.source, found.target);
            }
        }
    }

    fn best_sources(&mut self, sources: &[usize], target: usize) -> Vec<Match> {
        let mut best: Vec<Match> = Vec::new();
        for &source in sources {
            let score = self.score(source, target, MIN_SCORE);
            if score >= MIN_SCORE {
                let same_name = self.sources[source].name == self.targets[target].name;
                best.push(Match { source, target, score, same_name });
                best.sort_by_key(|found| std::cmp::Reverse((found.score, found.same_name)));
                best.truncate(CANDIDATES);
            }
        }
        best
    }

    /// Returns the similarity, or 0 as soon as the sizes alone rule `least` out.
    fn score(&mut self, source: usize, target: usize, least: u64) -> u64 {
        let (old, new) = (&mut self.sources[source], &mut self.targets[target]);
        let (Some(old_size), Some(new_size)) = (old.size(self.local), new.size(self.local)) else {
            return 0;
        };
        let (largest, difference) = (old_size.max(new_size), old_size.abs_diff(new_size));
        if largest * (MAX_SCORE - least) < difference * MAX_SCORE {
            return 0;
        }
        old.load(self.local);
        new.load(self.local);
        match (&old.spans, &new.spans) {
            (Some(Some(old)), Some(Some(new))) => old.score(new),
            _ => 0,
        }
    }
}

struct Match {
    source: usize,
    target: usize,
    score: u64,
    same_name: bool,
}

fn same_sort(a: &Side, b: &Side) -> bool {
    a.kind == b.kind || (a.is_file() && b.is_file())
}

fn unique_names<'a>(open: Vec<usize>, all: &[Candidate<'a>]) -> HashMap<&'a [u8], usize> {
    let mut count: HashMap<&[u8], usize> = HashMap::new();
    for &n in &open {
        *count.entry(all[n].name).or_default() += 1;
    }
    open.into_iter().filter(|&n| count[all[n].name] == 1).map(|n| (all[n].name, n)).collect()
}
