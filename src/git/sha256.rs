//! SHA-256 of bytes: Gemini CLI names a project's folder by that of its path.

/// Returns the SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha256);
    hasher.update(bytes);
    // Only SHA-1 can refuse (a collision attack); gix has one signature for both.
    hasher.try_finalize().map_or_else(|_| String::new(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_fips_180_agree() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((sha256_hex(b""), sha256_hex(b"abc")), (empty.to_owned(), abc.to_owned()));
    }
}
