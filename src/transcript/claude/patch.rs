//! Where an edit changed a file, from the client's patch and from the texts of the edit.
//!
//! Clients up to 2.1 write tabs as blanks into `structuredPatch`, so that its lines are not the file's. The patch is
//! asked for places; lines come from the texts of the edit where they are whole lines. That the old text was the only
//! one of its kind in the file makes it context enough.

use std::collections::HashMap;

use super::super::edit::Change;
use super::super::json::{Count, List};
use super::row::Hunk as PatchHunk;
use crate::model::{Hunk, LineMark};

/// Returns the change that a patch describes; `None` if it has no places.
pub(super) fn change_of_patch(patch: &List<PatchHunk<'_>>) -> Option<Change> {
    let hunks: Vec<Hunk> = patch.0.iter().map(hunk).collect::<Option<_>>()?;
    (!hunks.is_empty()).then(|| Change { hunks, ..Change::default() })
}

fn hunk(patch: &PatchHunk<'_>) -> Option<Hunk> {
    let side = |gone: char| {
        let lines = texts(patch).filter(move |(kind, _)| *kind != gone);
        lines.map(|(_, text)| LineMark::of(text.as_bytes())).collect::<Vec<_>>()
    };
    let (old_start, new_start) = (number(patch.old_start)?, number(patch.new_start)?);
    Some(Hunk { old_start: old_start.max(1), old: side('+'), new_start: new_start.max(1), new: side('-') })
}

/// Returns the lines of a hunk with their kinds; what is no line of the file (`\ No newline …`) is left out.
fn texts<'p>(patch: &'p PatchHunk<'_>) -> impl Iterator<Item = (char, &'p str)> {
    let lines = patch.lines.0.iter().filter_map(|line| line.as_deref());
    lines.filter_map(|line| {
        let kind = line.chars().next().filter(|kind| matches!(kind, ' ' | '+' | '-'))?;
        Some((kind, &line[1..]))
    })
}

fn number(count: Count) -> Option<u32> {
    match count {
        Count::Valid(number) => u32::try_from(number).ok(),
        _ => None,
    }
}

/// Lines of one side of a patch, by number.
type Numbered<'p> = HashMap<u32, &'p str>;

/// Returns the change that replaced one text with another, at the place the patch tells.
pub(super) fn change_of_edit(old: &str, new: &str, patch: &List<PatchHunk<'_>>) -> Option<Change> {
    let (old, new) = whole_lines(old, new);
    let (old_at, new_at) = first_change(patch)?;
    let same = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let same = u32::try_from(same).ok()?;
    let (Some(old_start), Some(new_start)) = (old_at.checked_sub(same), new_at.checked_sub(same)) else {
        return change_of_patch(patch);
    };
    if old_start == 0 || new_start == 0 {
        return change_of_patch(patch);
    }
    let (before, after) = (numbered(patch, '+')?, numbered(patch, '-')?);
    let mut hunk =
        Hunk { old_start, old: marks(&old, old_start, &before), new_start, new: marks(&new, new_start, &after) };
    leave_out_parts(&mut hunk, &old, &before);
    Some(Change { hunks: vec![hunk], ..Change::default() })
}

/// Splits both texts into lines; what follows the last line end is left out where it is the same in both.
fn whole_lines<'t>(old: &'t str, new: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    if old.last() == new.last() && old.last() == Some(&"") {
        old.pop();
        new.pop();
    }
    (old, new)
}

/// Returns the numbers of the first line that changed, before and after.
fn first_change(patch: &List<PatchHunk<'_>>) -> Option<(u32, u32)> {
    let hunk = patch.0.first()?;
    let same = texts(hunk).take_while(|(kind, _)| *kind == ' ').count();
    let same = u32::try_from(same).ok()?;
    Some((number(hunk.old_start)?.max(1).checked_add(same)?, number(hunk.new_start)?.max(1).checked_add(same)?))
}

fn numbered<'p>(patch: &'p List<PatchHunk<'_>>, gone: char) -> Option<Numbered<'p>> {
    let mut lines = Numbered::new();
    for hunk in &patch.0 {
        let start = number(if gone == '+' { hunk.old_start } else { hunk.new_start })?.max(1);
        let of_side = texts(hunk).filter(|(kind, _)| *kind != gone);
        lines.extend((start..).zip(of_side.map(|(_, text)| text)));
    }
    Some(lines)
}

/// Returns the marks of lines; those that are a part of a line only, of the line that the patch has there.
fn marks(lines: &[&str], start: u32, patch: &Numbered<'_>) -> Vec<LineMark> {
    let mark = |(number, text): (u32, &&str)| match patch.get(&number) {
        Some(whole) if is_part(text, whole) => LineMark::of(whole.as_bytes()),
        _ => LineMark::of(text.as_bytes()),
    };
    (start..).zip(lines).map(mark).collect()
}

fn is_part(text: &str, whole: &str) -> bool {
    let (text, whole) = (text.trim_ascii(), whole.trim_ascii());
    text.len() < whole.len() && whole.contains(text)
}

/// A line at either end that did not change and is not whole is no context.
fn leave_out_parts(hunk: &mut Hunk, old: &[&str], before: &Numbered<'_>) {
    let is_part_at = |index: usize| {
        let number = u32::try_from(index).ok().and_then(|index| hunk.old_start.checked_add(index));
        let whole = number.and_then(|number| before.get(&number));
        old.get(index).zip(whole).is_some_and(|(text, whole)| is_part(text, whole))
    };
    let (is_first, is_last) = (is_part_at(0), is_part_at(old.len().saturating_sub(1)));
    if is_last && hunk.old.len() > 1 && hunk.old.last() == hunk.new.last() {
        hunk.old.pop();
        hunk.new.pop();
    }
    if is_first && hunk.old.len() > 1 && hunk.old.first() == hunk.new.first() {
        hunk.old.remove(0);
        hunk.new.remove(0);
        hunk.old_start += 1;
        hunk.new_start += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<LineMark> {
        LineMark::of_text(text.as_bytes())
    }

    fn patch(json: &str) -> List<PatchHunk<'_>> {
        serde_json::from_str(json).unwrap()
    }

    fn only_hunk(change: Option<Change>) -> Hunk {
        let change = change.unwrap();
        assert_eq!(change.hunks.len(), 1);
        change.hunks[0].clone()
    }

    const PATCH: &str = r#"[{"oldStart": 4, "oldLines": 4, "newStart": 4, "newLines": 5,
        "lines": [" fn one() {", "     let a  = 1;", "-    old(a);", "+    new(a);", "+    more(a);", " }"]}]"#;

    #[test]
    fn lines_are_those_of_the_edit_at_the_place_of_the_patch() {
        let old = "fn one() {\n\tlet a\t= 1;\n\told(a);\n";
        let new = "fn one() {\n\tlet a\t= 1;\n\tnew(a);\n\tmore(a);\n";
        let hunk = only_hunk(change_of_edit(old, new, &patch(PATCH)));
        assert_eq!((hunk.old_start, hunk.new_start), (4, 4));
        assert_eq!((hunk.old, hunk.new), (lines(old), lines(new)));
    }

    #[test]
    fn parts_of_lines_are_lines_of_the_patch_or_no_context() {
        let hunk = only_hunk(change_of_edit("old(a)", "new(a);\n    more(a)", &patch(PATCH)));
        assert_eq!((hunk.old_start, hunk.new_start), (6, 6));
        assert_eq!((hunk.old, hunk.new), (lines("old(a);"), lines("new(a);\nmore(a);")));
        let hunk = only_hunk(change_of_edit("= 1;\n    old(a);", "= 1;\n    new(a);\n    more(a);", &patch(PATCH)));
        assert_eq!((hunk.old_start, hunk.new_start), (6, 6));
        assert_eq!((hunk.old, hunk.new), (lines("old(a);"), lines("new(a);\nmore(a);")));
    }

    #[test]
    fn a_patch_alone_tells_places_and_lines() {
        let hunk = only_hunk(change_of_patch(&patch(PATCH)));
        assert_eq!(hunk.old, lines("fn one() {\nlet a  = 1;\nold(a);\n}"));
        assert_eq!(hunk.new, lines("fn one() {\nlet a  = 1;\nnew(a);\nmore(a);\n}"));
        assert_eq!(change_of_patch(&patch(r#"[{"lines": ["+a line"]}]"#)), None);
        assert_eq!(change_of_patch(&patch("[]")), None);
    }

    #[test]
    fn deleted_lines_leave_nothing() {
        let text = r#"[{"oldStart": 2, "newStart": 2, "lines": [" before", "-gone line", " after"]}]"#;
        let hunk = only_hunk(change_of_edit("gone line\n", "", &patch(text)));
        assert_eq!((hunk.old_start, hunk.old, hunk.new), (3, lines("gone line"), Vec::new()));
    }
}
