//! Dates of photos as numbers, and parsing of typed dates.

pub use crate::text::{day_of, day_text};

use crate::t;
use crate::text::month_name;

/// A day as a sortable decimal number, such as 20240514.
pub type Day = u32;

/// The month of a day, such as 202405.
#[must_use]
pub fn month_of(day: Day) -> u32 {
    day / 100
}

/// The display text of a month, such as "May 2024".
#[must_use]
pub fn month_text(month: u32) -> String {
    t!(
        "date-month",
        month = month_name(month % 100),
        number = month % 100,
        year = (month / 100).to_string()
    )
}

/// The display text of a range, shortened: "3 to 14 May 2024", "30 April to 2 May 2024", "2019 to 2024".
#[must_use]
pub fn span_text(first: Day, last: Day) -> String {
    let (month, last_month) = (month_of(first) % 100, month_of(last) % 100);
    let year = |day: Day| (day / 10_000).to_string();
    if first == last {
        day_text(first)
    } else if month_of(first) == month_of(last) {
        t!(
            "date-days",
            first = first % 100,
            last = last % 100,
            month = month_name(month),
            number = month,
            year = year(last)
        )
    } else if first / 10_000 == last / 10_000 {
        t!(
            "date-months",
            first = first % 100,
            month = month_name(month),
            number = month,
            last = last % 100,
            last_month = month_name(last_month),
            last_number = last_month,
            year = year(last)
        )
    } else {
        t!("date-years", first = year(first), last = year(last))
    }
}

/// An error message if a typed text is not a date or the beginning of one. Empty text is valid.
#[must_use]
pub fn problem(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &&str, digits: usize| {
        let all = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        all.then(|| part.parse::<u32>().ok()).flatten()
    };
    let right = match parts.as_slice() {
        [year] => number(year, 4).is_some(),
        [year, month] => number(year, 4).is_some() && is_month(number(month, 2)),
        [year, month, day] => {
            is_month(number(month, 2))
                && number(year, 4)
                    .zip(number(month, 2))
                    .zip(number(day, 2))
                    .is_some_and(|((year, month), day)| {
                        let (year, month) = (year as i16, month as i8);
                        jiff::civil::Date::new(year, month, day as i8).is_ok()
                    })
        }
        _ => false,
    };
    (!right).then(|| t!("date-how"))
}

/// An error message about the typed dates of a range, either of which may be empty: one of them is wrong, or the first
/// is after the last.
#[must_use]
pub fn range_problem(from: &str, to: &str) -> Option<&'static str> {
    let (from, to) = (from.trim(), to.trim());
    let wrong = problem(from).or_else(|| problem(to));
    // Compared as far as both are given: a year includes its months.
    let start = from.get(..to.len()).unwrap_or(from);
    let is_reversed = !to.is_empty() && start > to;
    wrong.or_else(|| is_reversed.then(|| t!("date-order")))
}

/// Whether a word is a date or the beginning of one, with a year from 1900 to 2099.
#[must_use]
pub fn is_date(word: &str) -> bool {
    let year = word.get(..4).and_then(|year| year.parse::<u32>().ok());
    year.is_some_and(|year| (1900..2100).contains(&year)) && problem(word).is_none()
}

/// Whether a date such as `2024-05-14T10:00:00` lies between two date prefixes, inclusively.
#[must_use]
pub fn lies_within(taken: &str, from: &str, to: &str) -> bool {
    let end = taken.get(..to.len()).unwrap_or(taken);
    taken >= from && end <= to
}

fn is_month(month: Option<u32>) -> bool {
    month.is_some_and(|month| (1..=12).contains(&month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_from_dates() {
        assert_eq!(day_of("2024-05-14T10:00:00"), Some(20_240_514));
        assert_eq!(day_of("2024-05"), None);
        assert_eq!(day_of("2024/05/14"), None);
    }

    #[test]
    fn a_year_holds_all_its_days() {
        let taken = "2024-05-14T10:00:00";
        for (from, to) in [
            ("2024", "2024"),
            ("2024-05", "2024-05"),
            ("2024-05-14", "2024-05-14"),
            ("2023-12", "2024-05"),
        ] {
            assert!(lies_within(taken, from, to), "{from} {to}");
        }
        for (from, to) in [("2025", "2025"), ("2024-06", "2024-08"), ("2023", "2023")] {
            assert!(!lies_within(taken, from, to), "{from} {to}");
        }
        assert!(is_date("2019") && is_date("2019-05-31"));
        assert!(!is_date("1080") && !is_date("2019-13") && !is_date("4032"));
    }

    #[test]
    fn spans_read_as_people_write_them() {
        let span = |first, last| span_text(first, last);
        assert_eq!(span(20_240_514, 20_240_514), "14 May 2024");
        assert_eq!(span(20_240_503, 20_240_514), "3 to 14 May 2024");
        assert_eq!(span(20_240_430, 20_240_502), "30 April to 2 May 2024");
        assert_eq!(span(20_191_231, 20_240_101), "2019 to 2024");
        assert_eq!(month_text(202_402), "February 2024");
    }

    #[test]
    fn only_dates_and_beginnings_of_dates_are_taken() {
        for right in ["", " 2024 ", "2024-05", "2024-02-29"] {
            assert_eq!(problem(right), None, "{right}");
        }
        for wrong in ["24", "2024-13", "2024-02-30", "May 2024", "2024-05-01-02"] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_range_ends_after_it_begins() {
        for (from, to) in [
            ("", ""),
            ("2024", ""),
            ("", "2024"),
            ("2024-05", "2024"),
            ("2024", "2024-05"),
            (" 2024-05-31", "2024-05 "),
        ] {
            assert_eq!(range_problem(from, to), None, "{from} {to}");
        }
        for (from, to) in [
            ("2025", "2024"),
            ("2024", "2023-12"),
            ("2024-06", "2024-05-31"),
            ("May", ""),
            ("2024", "24"),
        ] {
            assert!(range_problem(from, to).is_some(), "{from} {to}");
        }
    }
}
