//! Numbers with their nouns.

use std::fmt::Display;

/// "1 photo", "2 photos".
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_none_is_plural() {
        assert_eq!(counted(0_usize, "photo", "photos"), "0 photos");
        assert_eq!(counted(1_u64, "copy", "copies"), "1 copy");
        assert_eq!(counted(2_u32, "copy", "copies"), "2 copies");
    }
}
