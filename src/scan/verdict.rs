//! Whether a command changed a file: decided from what is known, without a look at anything.

use std::collections::BTreeSet;

use super::names::Names;
use super::overlap::Overlap;
use crate::capture::{CallStart, Doubt, Effect, FileBlob, FileStat, SeenFiles, is_lock};

/// A command that names nothing it writes and runs for longer cannot be told from somebody who saves a file meanwhile.
const LONG_MS: i64 = 10_000;

/// A file that may have been changed.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) path: String,
    /// Name of its content in the commit from which the command began; `None` if it was not there.
    pub(super) committed: Option<String>,
    /// Its size and times now; `None` if they are not known.
    pub(super) stat: Option<FileStat>,
    /// Its state now; `None` if it cannot be compared.
    pub(super) state: Option<String>,
}

/// All that is known of a command.
pub(super) struct Known<'a> {
    pub(super) call: &'a CallStart,
    /// Begin and end by the clock of the file system, nanoseconds since 1970.
    pub(super) window: (i64, i64),
    pub(super) ran_ms: i64,
    pub(super) seen: Option<&'a SeenFiles>,
    pub(super) effect: Effect,
    /// Git brought contents, as the command's text or the log of `HEAD` says.
    pub(super) brings: bool,
    pub(super) names: &'a Names,
    pub(super) overlap: &'a Overlap,
    /// States of files that are gone since the command began: what has one of them was only moved.
    pub(super) gone: &'a BTreeSet<String>,
    /// The state of a file that is not there.
    pub(super) empty: &'a str,
}

/// Returns the files that the command changed, or may have changed.
pub(super) fn verdicts(known: &Known<'_>, candidates: &[Candidate]) -> Vec<FileBlob> {
    if known.effect == Effect::Brings {
        return Vec::new(); // What it brings was written before.
    }
    let changed: Vec<(&Candidate, FileBlob)> =
        candidates.iter().filter_map(|file| Some((file, known.changed(file)?))).collect();
    let is_one_named = changed.iter().any(|(file, _)| known.names.has(&file.path));
    let decided = changed.into_iter().map(|(file, mut change)| {
        change.doubt = known.doubt(file, is_one_named).or(change.doubt);
        change
    });
    decided.collect()
}

impl Known<'_> {
    /// Returns the change of a file since the command began; `None` if there is none, or it is somebody else's for sure.
    fn changed(&self, file: &Candidate) -> Option<FileBlob> {
        let change = |blob: &str, before: Option<&str>, doubt: Option<Doubt>| {
            let before = before.map(str::to_owned);
            Some(FileBlob { path: file.path.clone(), blob: blob.to_owned(), before, doubt })
        };
        let is_older = file.stat.is_some_and(|stat| stat.last() < self.window.0);
        let Some(now) = file.state.as_deref() else {
            return if is_older { None } else { change("", None, Some(Doubt::Unread)) };
        };
        if self.overlap.edits.get(&file.path).is_some_and(|left| left == now) {
            return None; // The edit's own record tells.
        }
        match self.before(file) {
            Some(before) if before == now || (before == self.empty && self.gone.contains(now)) => None,
            Some(before) => change(now, Some(before), None),
            None if is_older => None,
            None => change(now, None, Some(Doubt::Before)),
        }
    }

    /// Returns what a file was when the command began.
    fn before<'f>(&'f self, file: &'f Candidate) -> Option<&'f str> {
        if let Some(state) = self.call.states.get(&file.path) {
            return Some(state);
        }
        if self.call.was_absent(&file.path) {
            return Some(self.empty);
        }
        let seen = self.seen.filter(|seen| seen.is_complete && !seen.missed.contains(&file.path))?;
        match seen.states.get(&file.path).map(String::as_str) {
            Some("") => Some(self.empty),
            Some(state) => Some(state),
            None => Some(file.committed.as_deref().unwrap_or(self.empty)),
        }
    }

    /// Returns why a change may be somebody else's, whatever the file was before.
    fn doubt(&self, file: &Candidate, is_one_named: bool) -> Option<Doubt> {
        let is_late = file.stat.is_none_or(|stat| stat.last() > self.window.1);
        let is_edited = self.overlap.edits.contains_key(&file.path);
        match () {
            () if is_late => Some(Doubt::Late),
            () if self.overlap.has_command || is_edited => Some(Doubt::Overlap),
            () if self.brings => Some(Doubt::Brought),
            () if !self.fits(&file.path, is_one_named) => Some(Doubt::NotNamed),
            () => None,
        }
    }

    /// Tells whether the command's text allows that it wrote a file.
    fn fits(&self, path: &str, is_one_named: bool) -> bool {
        let allows = match self.effect {
            Effect::Named => false,
            Effect::Checks => is_lock(path),
            _ => !is_one_named && self.ran_ms <= LONG_MS,
        };
        allows || self.names.has(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const EMPTY: &str = "empty";

    /// What may be so, beside a command that changed a file from `old` to `new` within its time.
    #[derive(Debug, Clone, Copy)]
    struct Case {
        effect: Effect,
        is_named: bool,
        is_before_known: bool,
        is_late: bool,
        overlaps: bool,
        is_edited: bool,
        brings: bool,
        is_long: bool,
    }

    const PLAIN: Case = Case {
        effect: Effect::Anything,
        is_named: false,
        is_before_known: true,
        is_late: false,
        overlaps: false,
        is_edited: false,
        brings: false,
        is_long: false,
    };

    fn candidate(path: &str, at: i64, state: &str) -> Candidate {
        let stat = Some(FileStat { size: 1, modified: at, changed: at, inode: 1 });
        Candidate { path: path.into(), committed: Some("old".into()), stat, state: Some(state.into()) }
    }

    fn decide(case: Case, candidates: &[Candidate]) -> Vec<FileBlob> {
        let seen = SeenFiles { is_complete: true, ..SeenFiles::default() };
        let edits = if case.is_edited { BTreeMap::from([("a".into(), "edited".into())]) } else { BTreeMap::new() };
        let names: &[&str] = if case.is_named { &["a"] } else { &[] };
        let known = Known {
            call: &CallStart::default(),
            window: (100, 200),
            ran_ms: if case.is_long { LONG_MS + 1 } else { 1 },
            seen: case.is_before_known.then_some(&seen),
            effect: case.effect,
            brings: case.brings,
            names: &Names::of_paths(names),
            overlap: &Overlap { has_command: case.overlaps, edits },
            gone: &BTreeSet::from(["moved".into()]),
            empty: EMPTY,
        };
        verdicts(&known, candidates)
    }

    fn doubts(case: Case) -> Vec<Option<Doubt>> {
        let at = if case.is_late { 201 } else { 150 };
        decide(case, &[candidate("a", at, "new")]).into_iter().map(|file| file.doubt).collect()
    }

    #[test]
    fn each_reason_alone_is_a_doubt() {
        assert_eq!(doubts(PLAIN), [None]);
        assert_eq!(doubts(Case { is_before_known: false, ..PLAIN }), [Some(Doubt::Before)]);
        assert_eq!(doubts(Case { is_late: true, ..PLAIN }), [Some(Doubt::Late)]);
        assert_eq!(doubts(Case { overlaps: true, ..PLAIN }), [Some(Doubt::Overlap)]);
        assert_eq!(doubts(Case { is_edited: true, ..PLAIN }), [Some(Doubt::Overlap)]);
        assert_eq!(doubts(Case { brings: true, ..PLAIN }), [Some(Doubt::Brought)]);
        assert_eq!(doubts(Case { is_long: true, ..PLAIN }), [Some(Doubt::NotNamed)]);
        assert_eq!(doubts(Case { is_long: true, is_named: true, ..PLAIN }), [None]);
        assert_eq!(doubts(Case { effect: Effect::Named, ..PLAIN }), [Some(Doubt::NotNamed)]);
        assert_eq!(doubts(Case { effect: Effect::Checks, ..PLAIN }), [Some(Doubt::NotNamed)]);
        assert_eq!(doubts(Case { effect: Effect::Brings, ..PLAIN }), []);
    }

    #[test]
    fn where_a_named_file_was_changed_others_are_in_doubt() {
        let named = Case { is_named: true, ..PLAIN };
        let found = decide(named, &[candidate("a", 150, "new"), candidate("b", 150, "new")]);
        assert_eq!(found.iter().map(|file| file.doubt).collect::<Vec<_>>(), [None, Some(Doubt::NotNamed)]);
    }

    #[test]
    fn what_did_not_change_was_changed_before_or_only_moved_is_no_change() {
        assert_eq!(decide(PLAIN, &[candidate("a", 150, "old")]), []);
        let moved = Candidate { committed: None, ..candidate("b", 150, "moved") };
        assert_eq!(decide(PLAIN, &[moved]), []);
        assert_eq!(decide(Case { is_before_known: false, ..PLAIN }, &[candidate("a", 99, "new")]), []);
        assert_eq!(decide(Case { is_edited: true, ..PLAIN }, &[candidate("a", 150, "edited")]), []);
    }

    proptest! {
        /// Whatever comes together: one reason to doubt is enough, and only a change without any is the command's.
        #[test]
        fn nothing_is_certain_that_has_a_reason_against_it(
            effect in prop::sample::select(vec![Effect::Named, Effect::Checks, Effect::Anything, Effect::Unknown]),
            flags in prop::array::uniform7(any::<bool>()),
        ) {
            let [is_named, is_before_known, is_late, overlaps, is_edited, brings, is_long] = flags;
            let case = Case { effect, is_named, is_before_known, is_late, overlaps, is_edited, brings, is_long };
            let told = effect == Effect::Named || effect == Effect::Checks;
            let is_certain = is_before_known && !is_late && !overlaps && !is_edited && !brings
                && (is_named || !told && !is_long);
            prop_assert_eq!(doubts(case)[0].is_none(), is_certain, "{:?}", case);
        }
    }
}
