//! Formats counts with singular or plural nouns.

use std::fmt::Display;

/// "1 photo", "2 photos".
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

/// "1 photo", "9,804 photos".
#[must_use]
pub fn counted_thousands(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", thousands(count))
}

/// Adds thousands separators, as in 9,804.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a size with its unit.
#[must_use]
pub fn bytes(count: u64) -> String {
    // Each unit ends where its number would be rounded up to 1,000.
    match count {
        0..1_000 => counted(count, "byte", "bytes"),
        1_000..999_500 => format!("{:.0} kB", count as f64 / 1e3),
        999_500..999_950_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

/// Like [`bytes()`], but rounded up, for space that is needed. Never equal to a smaller size by [`bytes_rounded_down`].
#[must_use]
pub fn bytes_rounded_up(count: u64) -> String {
    let step = last_digit(count);
    bytes(count.div_ceil(step).saturating_mul(step))
}

/// Like [`bytes()`], but rounded down, for space that is free.
#[must_use]
pub fn bytes_rounded_down(count: u64) -> String {
    let step = last_digit(count);
    bytes(count / step * step)
}

/// The value of the last digit that [`bytes`] prints.
fn last_digit(count: u64) -> u64 {
    match count {
        0..1_000 => 1,
        1_000..1_000_000 => 1_000,
        1_000_000..1_000_000_000 => 100_000,
        _ => 100_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(9_804), "9,804");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }

    #[test]
    fn sizes_have_the_unit_of_their_rounded_number() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999_499), "999 kB");
        assert_eq!(bytes(999_500), "1.0 MB");
        assert_eq!(bytes(999_949_999), "999.9 MB");
        assert_eq!(bytes(999_950_000), "1.0 GB");
    }

    #[test]
    fn needed_space_is_rounded_up_and_free_space_down() {
        let texts = |count: u64| (bytes_rounded_up(count), bytes_rounded_down(count));
        let both = |up: &str, down: &str| (up.to_owned(), down.to_owned());
        assert_eq!(texts(999), both("999 bytes", "999 bytes"));
        assert_eq!(texts(1_001), both("2 kB", "1 kB"));
        assert_eq!(texts(1 << 20), both("1.1 MB", "1.0 MB"));
        assert_eq!(texts(5_000_000), both("5.0 MB", "5.0 MB"));
        assert_eq!(texts(999_999_999), both("1.0 GB", "999.9 MB"));
        assert_eq!(texts(1_000_000_001), both("1.1 GB", "1.0 GB"));
    }

    #[test]
    fn one_is_singular_and_none_is_plural() {
        assert_eq!(counted(0_usize, "photo", "photos"), "0 photos");
        assert_eq!(counted(1_u64, "copy", "copies"), "1 copy");
        assert_eq!(counted_thousands(1, "photo", "photos"), "1 photo");
        assert_eq!(counted_thousands(9_804, "photo", "photos"), "9,804 photos");
        assert_eq!(counted(2_u32, "copy", "copies"), "2 copies");
    }
}
