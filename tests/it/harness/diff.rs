//! The line diff that Claude Code stores beside every edit (`structuredPatch`).

use serde_json::{Value, json};

/// Unchanged lines kept on either side of a change.
const CONTEXT: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Kept(&'t str),
    Removed(&'t str),
    Added(&'t str),
}

/// Returns the hunks that turn `before` into `after`, as Claude Code writes them.
pub(crate) fn structured_patch(before: &str, after: &str) -> Value {
    let lines = diff(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let hunks: Vec<Value> = hunk_ranges(&lines).into_iter().map(|(from, to)| hunk(&lines, from, to)).collect();
    json!(hunks)
}

/// The classic table of longest common subsequences; test files are small.
fn diff<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    let mut common = vec![vec![0usize; after.len() + 1]; before.len() + 1];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            common[old][new] = match before[old] == after[new] {
                true => common[old + 1][new + 1] + 1,
                false => common[old + 1][new].max(common[old][new + 1]),
            };
        }
    }
    let (mut old, mut new, mut lines) = (0, 0, Vec::new());
    while old < before.len() || new < after.len() {
        if old < before.len() && new < after.len() && before[old] == after[new] {
            lines.push(Line::Kept(before[old]));
            (old, new) = (old + 1, new + 1);
        } else if new == after.len() || old < before.len() && common[old + 1][new] >= common[old][new + 1] {
            lines.push(Line::Removed(before[old]));
            old += 1;
        } else {
            lines.push(Line::Added(after[new]));
            new += 1;
        }
    }
    lines
}

/// Ranges of `lines` that hold a change and its context; overlapping ones are one.
fn hunk_ranges(lines: &[Line<'_>]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (index, _) in lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Kept(_))) {
        let (from, to) = (index.saturating_sub(CONTEXT), (index + CONTEXT + 1).min(lines.len()));
        match ranges.last_mut() {
            Some(last) if from <= last.1 => last.1 = to,
            _ => ranges.push((from, to)),
        }
    }
    ranges
}

fn hunk(lines: &[Line<'_>], from: usize, to: usize) -> Value {
    let old = |lines: &[Line<'_>]| lines.iter().filter(|line| !matches!(line, Line::Added(_))).count();
    let new = |lines: &[Line<'_>]| lines.iter().filter(|line| !matches!(line, Line::Removed(_))).count();
    // As in every unified diff: an empty side starts at the line before it.
    let start = |before: usize, count: usize| if count == 0 { before } else { before + 1 };
    let (head, body) = (&lines[..from], &lines[from..to]);
    json!({
        "oldStart": start(old(head), old(body)), "oldLines": old(body),
        "newStart": start(new(head), new(body)), "newLines": new(body),
        "lines": body.iter().map(text).collect::<Vec<_>>(),
    })
}

fn text(line: &Line<'_>) -> String {
    match line {
        Line::Kept(text) => format!(" {text}"),
        Line::Removed(text) => format!("-{text}"),
        Line::Added(text) => format!("+{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::World;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_two_sides_of_a_diff_are_the_two_texts(before in "([abc]\n){0,12}", after in "([abc]\n){0,12}") {
            let lines = diff(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
            let side = |skip: fn(&Line<'_>) -> bool| -> String {
                lines.iter().filter(|line| !skip(line)).map(|line| format!("{}\n", &text(line)[1..])).collect()
            };
            prop_assert_eq!(side(|line| matches!(line, Line::Added(_))), before.as_str());
            prop_assert_eq!(side(|line| matches!(line, Line::Removed(_))), after.as_str());
        }
    }

    #[test]
    fn hunks_are_those_of_git() {
        let before: String = (0..30).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 4\n", "").replace("line 20\n", "twenty\nand more\n");
        let world = World::new();
        world.write("a.txt", &before);
        world.commit("a");
        world.write("a.txt", &after);
        let git = world.git(["diff", "-U3"]).success().stdout;
        let header = |hunk: &Value| {
            let number = |key: &str| hunk[key].as_u64().unwrap();
            format!(
                "@@ -{},{} +{},{} @@",
                number("oldStart"),
                number("oldLines"),
                number("newStart"),
                number("newLines")
            )
        };
        let patch = structured_patch(&before, &after);
        let hunks = patch.as_array().unwrap();
        assert_eq!(hunks.len(), 2);
        for hunk in hunks {
            assert!(git.contains(&header(hunk)), "{} is not in\n{git}", header(hunk));
            let body: Vec<_> = hunk["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            assert!(git.contains(&body.join("\n")), "{body:?} is not in\n{git}");
        }
    }

    #[test]
    fn equal_texts_have_no_hunk() {
        assert_eq!(structured_patch("a\nb\n", "a\nb\n"), json!([]));
    }
}
