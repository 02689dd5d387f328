//! Formats counts with singular or plural nouns.

use std::fmt::Display;

/// "1 photo", "2 photos".
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

/// A size in the unit in which it is shown: kilobytes without decimals, larger units with one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// Bytes.
    Bytes(u64),
    /// Thousands of bytes.
    Kilobytes(f64),
    /// Millions of bytes.
    Megabytes(f64),
    /// Billions of bytes.
    Gigabytes(f64),
}

impl Size {
    /// The size of a number of bytes.
    #[must_use]
    pub fn of(count: u64) -> Self {
        // Each unit ends where its number would be rounded up to 1,000.
        match count {
            0..1_000 => Self::Bytes(count),
            1_000..999_500 => Self::Kilobytes(count as f64 / 1e3),
            999_500..999_950_000 => Self::Megabytes(count as f64 / 1e6),
            _ => Self::Gigabytes(count as f64 / 1e9),
        }
    }
}

/// Formats a size with its unit.
#[must_use]
pub fn bytes(count: u64) -> String {
    match Size::of(count) {
        Size::Bytes(count) => counted(count, "byte", "bytes"),
        Size::Kilobytes(number) => format!("{number:.0} kB"),
        Size::Megabytes(number) => format!("{number:.1} MB"),
        Size::Gigabytes(number) => format!("{number:.1} GB"),
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
        assert_eq!(counted(2_u32, "copy", "copies"), "2 copies");
    }
}
