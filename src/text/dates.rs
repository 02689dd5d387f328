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
