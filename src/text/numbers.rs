//! Formats numbers and lists for a language.

use std::borrow::Cow;

use super::{Digits, Locale, current};
use crate::engine::plural::Size;
use crate::t;

/// The thousands separator and the decimal separator.
fn separators(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::German | Locale::Spanish => (".", ","),
        // A non-breaking space.
        Locale::French => ("\u{a0}", ","),
        Locale::English | Locale::SimplifiedChinese | Locale::Japanese | Locale::Pseudo => {
            (",", ".")
        }
    }
}

/// Replaces the separators of a formatted number by those of a language.
pub(super) fn localised(plain: &str, grouped: bool, locale: Locale) -> String {
    let (group, point) = separators(locale);
    let (whole, fraction) = match plain.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (plain, None),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    // Spanish does not group four digits.
    let shortest = if locale == Locale::Spanish { 5 } else { 4 };
    let grouped = grouped && digits.len() >= shortest;
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if grouped && at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push_str(point);
        text.push_str(fraction);
    }
    text
}

/// The text for a count, unless it is 0.
pub fn if_any<N: Copy + Default + PartialOrd>(
    count: N,
    text: impl FnOnce(N) -> String,
) -> Option<String> {
    (count > N::default()).then(|| text(count))
}

/// Formats an integer, as in 9,804.
#[must_use]
pub fn count(number: usize) -> String {
    localised(&number.to_string(), true, current())
}

/// Formats a number with a given number of decimals.
#[must_use]
pub fn decimal(number: f64, digits: usize) -> String {
    localised(&format!("{number:.digits$}"), true, current())
}

/// Like [`decimal`], but without thousands separators, as the command line writes numbers: scripts read what it says.
#[must_use]
pub fn decimal_ungrouped(number: f64, digits: usize) -> String {
    localised(&format!("{number:.digits$}"), false, current())
}

/// Formats a proportion as a percentage: 0.853 as 85.3 % with one digit.
#[must_use]
pub fn percent(share: f64, digits: usize) -> String {
    t!("percent", number = decimal(share * 100.0, digits))
}

/// Formats a size with its unit.
#[must_use]
pub fn bytes(count: u64, digits: Digits) -> String {
    let decimal = match digits {
        Digits::Grouped => decimal,
        Digits::Ungrouped => decimal_ungrouped,
    };
    match Size::of(count) {
        Size::Bytes(count) => t!("bytes", count = count),
        Size::Kilobytes(number) => t!("kilobytes", number = decimal(number, 0)),
        Size::Megabytes(number) => t!("megabytes", number = decimal(number, 1)),
        Size::Gigabytes(number) => t!("gigabytes", number = decimal(number, 1)),
    }
}

/// Joins items with the list separator.
#[must_use]
pub fn list<'a>(items: impl IntoIterator<Item = impl Into<Cow<'a, str>>>) -> String {
    let items: Vec<Cow<'a, str>> = items.into_iter().map(Into::into).collect();
    items.join(t!("list-separator"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_separators_of_a_language() {
        let in_locale = |locale| localised("-1234567.50", true, locale);
        assert_eq!(in_locale(Locale::English), "-1,234,567.50");
        assert_eq!(in_locale(Locale::German), "-1.234.567,50");
        assert_eq!(in_locale(Locale::French), "-1\u{a0}234\u{a0}567,50");
        assert_eq!(localised("1234", true, Locale::Spanish), "1234");
        assert_eq!(localised("12345", true, Locale::Spanish), "12.345");
        assert_eq!(localised("123", true, Locale::English), "123");
        assert_eq!(localised("2026", false, Locale::English), "2026");
    }

    #[test]
    fn sizes_percentages_and_lists_follow_the_language() {
        super::super::keep_to_thread(Locale::English);
        let bytes = |count| super::bytes(count, Digits::Grouped);
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(999_499), "999 kB");
        assert_eq!(bytes(999_500), "1.0 MB");
        assert_eq!(bytes(999_949_999), "999.9 MB");
        assert_eq!(bytes(999_950_000), "1.0 GB");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(bytes(1_234_500_000_000), "1,234.5 GB");
        let plain = super::bytes(1_234_500_000_000, Digits::Ungrouped);
        assert_eq!(plain, "1234.5 GB");
        assert_eq!(percent(0.853, 1), "85.3 %");
        assert_eq!(list(["a", "b"]), "a, b");
        super::super::select(Locale::SimplifiedChinese);
        assert_eq!(list(["猫", "狗"]), "猫、狗");
        super::super::select(Locale::German);
        assert_eq!(bytes(1_500_000_000), "1,5 GB");
        assert_eq!(decimal(1234.56, 1), "1.234,6");
        assert_eq!(decimal_ungrouped(1234.56, 1), "1234,6");
        assert_eq!(percent(0.853, 1), "85,3\u{a0}%");
        // The test harness may reuse this thread.
        super::super::select(Locale::English);
    }
}
