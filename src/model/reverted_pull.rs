//! The line by which forges say that one pull request takes another back.

/// Returns the number in `Reverts o/r#12` or `Reverts #12`, if that is all there is on a line.
pub fn reverted_pull(line: &str) -> Option<u64> {
    let (repository, number) = line.trim().strip_prefix("Reverts ")?.split_once('#')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    let is_repository = repository.is_empty() || repository.contains('/') && repository.bytes().all(is_name);
    let number = number.trim_end_matches('.');
    let is_number = (1..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_repository && is_number).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_after_other_words_is_no_revert() {
        assert_eq!(reverted_pull("Reverts o/r#12"), Some(12));
        assert_eq!(reverted_pull("  Reverts #12.\r"), Some(12));
        for line in ["Reverts what #12 did", "Reverts o/r#12 and o/r#13", "This Reverts o/r#12", "Reverts o/r#", ""] {
            assert_eq!(reverted_pull(line), None, "{line}");
        }
    }
}
