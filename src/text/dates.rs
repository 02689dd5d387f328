//! Names of dates.

use crate::t;

const MONTHS: [&str; 12] = [
    "month-january",
    "month-february",
    "month-march",
    "month-april",
    "month-may",
    "month-june",
    "month-july",
    "month-august",
    "month-september",
    "month-october",
    "month-november",
    "month-december",
];

/// The day of an ISO 8601 date such as `2024-05-14T10:00:00`, as a decimal number such as 20240514.
#[must_use]
pub fn day_of(taken: &str) -> Option<u32> {
    let bytes = taken.as_bytes().get(..10)?;
    let mut day = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match (at, byte) {
            (4 | 7, b'-') => {}
            (4 | 7, _) => return None,
            (_, b'0'..=b'9') => day = day * 10 + u32::from(byte - b'0'),
            _ => return None,
        }
    }
    Some(day)
}

/// The name of a month from 1 to 12.
#[must_use]
pub fn month_name(month: u32) -> &'static str {
    t!(MONTHS[(month.clamp(1, 12) - 1) as usize])
}

/// The display text of a day, such as "14 May 2024" for 20240514.
#[must_use]
pub fn day_text(day: u32) -> String {
    let month = day / 100;
    t!(
        "date-day",
        day = day % 100,
        month = month_name(month % 100),
        number = month % 100,
        year = (month / 100).to_string()
    )
}
