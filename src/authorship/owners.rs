//! Which tool call wrote which added line.
//!
//! The store knows how many lines of a file each tool call landed, and which lines it wrote. What is looked for is an
//! assignment in which every tool call lands exactly that many: a matching, found by improving step by step.

use std::collections::HashMap;

use crate::model::LineHash;

/// A tool call that landed lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// So many.
    lines: usize,
    /// What it wrote, with how often.
    wrote: HashMap<LineHash, usize>,
}

impl Source {
    pub(super) fn new(lines: usize, wrote: impl IntoIterator<Item = LineHash>) -> Source {
        let mut source = Source { lines, wrote: HashMap::new() };
        wrote.into_iter().for_each(|hash| *source.wrote.entry(hash).or_default() += 1);
        source
    }
}

/// Returns for every line the index of the source it came from; of two that fit, the first.
pub(super) fn owners(lines: &[Option<LineHash>], sources: &[Source]) -> Vec<Option<usize>> {
    let mut matching = Matching {
        lines,
        sources,
        owner: vec![None; lines.len()],
        taken: vec![Vec::new(); sources.len()],
        used: HashMap::new(),
    };
    for line in 0..lines.len() {
        matching.place(line, &mut vec![false; sources.len()]);
    }
    matching.owner
}

struct Matching<'a> {
    lines: &'a [Option<LineHash>],
    sources: &'a [Source],
    owner: Vec<Option<usize>>,
    /// Lines by source.
    taken: Vec<Vec<usize>>,
    /// How often a source stands for a text.
    used: HashMap<(usize, LineHash), usize>,
}

impl Matching<'_> {
    /// Finds a place for a line, moving others on where that helps.
    fn place(&mut self, line: usize, tried: &mut Vec<bool>) -> bool {
        let Some(hash) = self.lines[line] else { return false };
        for source in 0..self.sources.len() {
            if tried[source] || !self.can_write_one_more(source, hash) {
                continue;
            }
            tried[source] = true;
            if self.taken[source].len() < self.sources[source].lines || self.make_room(source, tried) {
                self.owner[line] = Some(source);
                self.taken[source].push(line);
                *self.used.entry((source, hash)).or_default() += 1;
                return true;
            }
        }
        false
    }

    fn can_write_one_more(&self, source: usize, hash: LineHash) -> bool {
        let wrote = self.sources[source].wrote.get(&hash).copied().unwrap_or(0);
        self.used.get(&(source, hash)).copied().unwrap_or(0) < wrote
    }

    /// Moves one line of a source to another source.
    fn make_room(&mut self, source: usize, tried: &mut Vec<bool>) -> bool {
        for at in 0..self.taken[source].len() {
            let line = self.taken[source][at];
            if self.place(line, tried) {
                self.taken[source].remove(at);
                let used = self.lines[line].and_then(|hash| self.used.get_mut(&(source, hash)));
                used.into_iter().for_each(|used| *used = used.saturating_sub(1));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(numbers: &[i64]) -> Vec<Option<LineHash>> {
        numbers.iter().map(|number| (*number > 0).then_some(LineHash(*number))).collect()
    }

    fn source(lines: usize, wrote: &[i64]) -> Source {
        Source::new(lines, wrote.iter().map(|number| LineHash(*number)))
    }

    #[test]
    fn a_line_gives_way_where_another_fits_nowhere_else() {
        let sources = [source(1, &[1, 2]), source(1, &[1])];
        assert_eq!(owners(&lines(&[1, 2]), &sources), [Some(1), Some(0)]);
    }

    #[test]
    fn of_two_that_fit_the_first_is_taken_and_what_nobody_wrote_is_nobodys() {
        let sources = [source(2, &[1, 3]), source(1, &[1, 2])];
        assert_eq!(owners(&lines(&[1, 0, 4, 2, 3]), &sources), [Some(0), None, None, Some(1), Some(0)]);
    }

    proptest! {
        /// Whatever was landed, by whichever rule: every tool call gets as many lines as it landed.
        #[test]
        fn every_source_gets_what_it_landed(
            file in prop::collection::vec((0i64..6, prop::option::of(0usize..4)), 0..24),
            more in prop::collection::vec((1i64..6, 0usize..4), 0..12),
        ) {
            let mut landed = [0; 4];
            let mut wrote = vec![Vec::new(); 4];
            for (hash, owner) in &file {
                if let (Some(owner), true) = (owner, *hash > 0) {
                    landed[*owner] += 1;
                    wrote[*owner].push(*hash);
                }
            }
            more.iter().for_each(|(hash, owner)| wrote[*owner].push(*hash));
            let sources: Vec<Source> = landed.iter().zip(&wrote).map(|(lines, wrote)| source(*lines, wrote)).collect();
            let hashes: Vec<i64> = file.iter().map(|(hash, _)| *hash).collect();
            let found = owners(&lines(&hashes), &sources);
            for (index, wrote) in wrote.iter().enumerate() {
                let own: Vec<i64> =
                    found.iter().zip(&hashes).filter(|(owner, _)| **owner == Some(index)).map(|(_, hash)| *hash).collect();
                prop_assert_eq!(own.len(), landed[index]);
                let count = |list: &[i64], hash: i64| list.iter().filter(|other| **other == hash).count();
                prop_assert!(own.iter().all(|hash| count(&own, *hash) <= count(wrote, *hash)));
            }
        }
    }
}
