//! The name git gives to bytes.

/// Returns the name of a blob with these bytes, in hexadecimal digits; `None` if the hash refuses them (a collision attack).
pub fn blob_id(bytes: &[u8], is_sha256: bool) -> Option<String> {
    let kind = if is_sha256 { gix::hash::Kind::Sha256 } else { gix::hash::Kind::Sha1 };
    let id = gix::objs::compute_hash(kind, gix::objs::Kind::Blob, bytes).ok()?;
    Some(id.to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_bytes_is_gits() {
        assert_eq!(blob_id(b"hello\n", false).unwrap(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let sha256 = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";
        assert_eq!(blob_id(b"hello\n", true).unwrap(), sha256);
    }
}
