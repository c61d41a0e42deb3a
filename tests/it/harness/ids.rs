//! Identifiers that are the same on every machine and in every run.

/// Returns a UUID (version 4 in form) made of a name and a counter.
pub(crate) fn uuid(name: &str, counter: u64) -> String {
    let high = fnv(&format!("{name}/{counter}/high"));
    let low = fnv(&format!("{name}/{counter}/low"));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// Returns `digits` hexadecimal digits made of a name and a counter.
pub(crate) fn hex(name: &str, counter: u64, digits: usize) -> String {
    uuid(name, counter).replace('-', "").chars().cycle().take(digits).collect()
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_name_and_counter_alone() {
        assert_eq!(uuid("fix", 1), uuid("fix", 1));
        assert_ne!(uuid("fix", 1), uuid("fix", 2));
        assert_ne!(uuid("fix", 1), uuid("fax", 1));
        assert_eq!(uuid("fix", 1).len(), 36);
        assert_eq!(hex("fix", 1, 64).len(), 64);
    }
}
