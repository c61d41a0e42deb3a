//! Many files blamed, on all processors.

use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::blame::{Blame, BlameQuery, blame};
use super::error::GitError;

/// As much of a file as git looks at to tell whether it is text.
const LOOKED_AT: u64 = 8_000;

/// Blames files of the work tree, with one process each; `None` for one that is no text or not there.
///
/// `progress` hears from any thread that one is done.
pub fn blame_many(
    start: &Path,
    queries: &[BlameQuery],
    progress: &(dyn Fn() + Sync),
) -> Vec<Result<Option<Blame>, GitError>> {
    let one = |query: &BlameQuery| {
        let found = match is_text(&start.join(&query.file)) {
            true => blame(start, query).map(Some),
            false => Ok(None),
        };
        progress();
        found
    };
    queries.par_iter().with_max_len(1).map(one).collect()
}

fn is_text(path: &Path) -> bool {
    let mut begin = Vec::new();
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let mut read = || std::fs::File::open(path)?.take(LOOKED_AT).read_to_end(&mut begin);
    is_link || (read().is_ok() && !begin.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn texts_are_blamed_in_order_and_the_rest_is_left_out() {
        let test = TestRepo::new();
        test.write("a", "one\ntwo\n");
        test.write("binary", "text\0with a zero\n");
        test.write("gone", "x\n");
        test.commit("one");
        std::fs::remove_file(test.path().join("gone")).unwrap();
        let query = |file: &str| BlameQuery { file: file.into(), ..BlameQuery::default() };
        let found = blame_many(test.path(), &["a", "binary", "gone"].map(query), &|| {});
        let lines: Vec<Option<usize>> = found.into_iter().map(|blame| Some(blame.unwrap()?.lines.len())).collect();
        assert_eq!(lines, [Some(2), None, None]);
    }
}
