//! Dates of photos, parsed from metadata and file names.
//!
//! Dates are local time of the device that wrote them. Time zones are ignored, so that a trip is sorted by local clock
//! time. Unix timestamps are taken as UTC. Impossible dates are rejected: nonexistent days, years before photography
//! and the future. `docs/metadata.md` lists the order of sources.

mod names;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::taken::Taken;

pub use names::from_file_name;

/// The year of the earliest photograph.
const FIRST_YEAR: i16 = 1826;

/// Parses a date as found in EXIF, XMP, IPTC and QuickTime fields: separated by `:`, `-`, `/` or `.`, with or without a
/// time. Fractions of a second and UTC offsets are ignored. The first digit of two may be a space or missing, and an
/// unknown time may be blank, as EXIF specifies.
#[must_use]
pub fn parse(text: &str) -> Option<Taken> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let mut numbers = DateNumbers(text);
    let (year, rest) = match numbers.next(4)? {
        (year, '0'..='9') => (year, numbers.0),
        (year, ':' | '-' | '/' | '.') => (year, &numbers.0[1..]),
        _ => return None,
    };
    numbers.0 = rest;
    let month = numbers.short_field(&[':', '-', '/', '.'])?;
    let day = numbers.short()?.0;
    let date = date(year, month, day, FIRST_YEAR)?;
    let time = match numbers.0.chars().next() {
        None => Some((0, 0, 0)),
        Some(' ' | 'T' | 't') => {
            numbers.0 = numbers.0[1..].trim_start();
            match numbers.0.trim_matches([':', ' ']).is_empty() {
                true => Some((0, 0, 0)),
                false => numbers.time(),
            }
        }
        // A time zone, which XML allows after a date without a time.
        Some('Z' | 'z' | '+') => Some((0, 0, 0)),
        Some('0'..='9') => numbers.time(),
        Some(_) => None,
    };
    taken(at(date, time?)?)
}

/// Parses an RFC 2822 date, which PNG recommends: `Wed, 01 May 2024 10:00:00 +0200`.
#[must_use]
pub fn parse_mail(text: &str) -> Option<Taken> {
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    taken(at.datetime())
}

/// Converts a Unix timestamp in seconds, as in Google Takeout. It has no time zone, so the result is in UTC. Zero is
/// rejected: programs write it for unknown dates.
#[must_use]
pub fn from_unix_seconds(seconds: i64) -> Option<Taken> {
    if seconds == 0 {
        return None;
    }
    let at = Timestamp::from_second(seconds).ok()?;
    taken(at.to_zoned(TimeZone::UTC).datetime())
}

/// The unparsed remainder of a string of numbers and separators.
#[derive(Clone, Copy)]
struct DateNumbers<'a>(&'a str);

impl DateNumbers<'_> {
    /// Takes a number of exactly `width` digits and the character after it, or a space at the end.
    fn next(&mut self, width: usize) -> Option<(i16, char)> {
        let digits = self.0.get(..width)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = &self.0[width..];
        let after = self.0.chars().next().unwrap_or(' ');
        Some((digits.parse().ok()?, after))
    }

    /// Takes a number of one or two digits, with an optional leading space, and the character after it.
    fn short(&mut self) -> Option<(i16, char)> {
        self.0 = self.0.strip_prefix(' ').unwrap_or(self.0);
        let is_two = self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        self.next(if is_two { 2 } else { 1 })
    }

    /// Takes a number of one or two digits and its separator, which must be one of `separators`.
    fn short_field(&mut self, separators: &[char]) -> Option<i16> {
        let (number, after) = self.short()?;
        if separators.contains(&after) {
            self.0 = &self.0[after.len_utf8()..];
        } else if !after.is_ascii_digit() {
            return None;
        }
        Some(number)
    }

    /// Takes a number of `width` digits and its separator, which must be one of `separators`.
    fn field(&mut self, width: usize, separators: &[char]) -> Option<i16> {
        let (number, after) = self.next(width)?;
        if separators.contains(&after) {
            self.0 = &self.0[after.len_utf8()..];
        } else if !after.is_ascii_digit() {
            return None;
        }
        Some(number)
    }

    /// Takes hours, minutes and optional seconds; a following fraction or UTC offset is ignored.
    fn time(&mut self) -> Option<(i16, i16, i16)> {
        let hour = self.short_field(&[':', '.'])?;
        let (minute, after) = self.short()?;
        if matches!(after, ':' | '.') {
            self.0 = &self.0[1..];
        }
        let second = match after {
            ':' | '.' | '0'..='9' => self.short()?.0,
            _ => 0,
        };
        Some((self.of_day(hour), minute, second))
    }

    /// The hour of the day if a mark of its half follows: `PM`, `p.m.`, `p. m.`.
    fn of_day(&self, hour: i16) -> i16 {
        let fraction = |c: char| c == '.' || c.is_ascii_digit();
        let rest = self.0.trim_start_matches(fraction);
        let mut letters = rest.chars().filter(|c| *c != '.' && !c.is_whitespace());
        match (letters.next(), letters.next()) {
            (Some('A' | 'a'), Some('M' | 'm')) if hour == 12 => 0,
            (Some('P' | 'p'), Some('M' | 'm')) if hour < 12 => hour + 12,
            _ => hour,
        }
    }
}

fn date(year: i16, month: i16, day: i16, first_year: i16) -> Option<Date> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    date.ok().filter(|date| date.year() >= first_year)
}

/// Combines date and time. Hour 24 and seconds from 60, which cameras and leap seconds produce, carry over.
fn at(date: Date, (hour, minute, second): (i16, i16, i16)) -> Option<DateTime> {
    if hour > 24 || minute > 59 || second > 99 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let midnight = date.to_datetime(Time::midnight());
    midnight.checked_add(seconds.seconds()).ok()
}

/// Rejects dates before photography and in the future, with a margin of one day for time zones ahead of this machine's.
fn taken(at: DateTime) -> Option<Taken> {
    let tomorrow = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
    let tomorrow = tomorrow.checked_add(1.day()).ok()?;
    (at.year() >= FIRST_YEAR && at <= tomorrow)
        .then(|| Taken::from_text(at.strftime("%Y-%m-%dT%H:%M:%S").to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> String {
        parse(text).map_or_else(|| "none".into(), |taken| taken.as_str().into())
    }

    #[test]
    fn every_spelling_of_a_field_is_read() {
        for text in [
            "2024:05:01 10:00:00",
            "2024-05-01 10:00:00",
            "2024/05/01 10:00:00",
            "2024.05.01 10:00:00",
            "2024-05-01T10:00:00",
            "2024-05-01T10:00",
            "2024:05:01 10:00:00.123",
            "2024-05-01T10:00:00.5+02:00",
            "2024-05-01T10:00:00Z",
            "2024:05:01 10:00:00-0800",
            "20240501T100000",
            "20240501 100000+0200",
            " 2024:05:01 10:00:00\0",
            "2024: 5: 1 10: 0: 0",
            "2024-5-1 10:00",
            "2024-05-01 10:00:00.123456-08:00",
            "2024:05:01 10:00:00 +02:00",
        ] {
            assert_eq!(parsed(text), "2024-05-01T10:00:00", "{text}");
        }
        for text in [
            "2024:05:01",
            "2024-05-01",
            "20240501",
            "2024:05:01 ",
            "2024:05:01 00:00:00",
            "2024:05:01   :  :  ",
            "2024-05-01Z",
            "2024-05-01+02:00",
            "2024:05:01 12:00:00 AM",
        ] {
            assert_eq!(parsed(text), "2024-05-01T00:00:00", "{text}");
        }
        for text in ["2024:05:01 03:05:07 PM", "2024:05:01 03:05:07.5 p.m."] {
            assert_eq!(parsed(text), "2024-05-01T15:05:07", "{text}");
        }
        assert_eq!(parsed("2024:05:01 24:00:00"), "2024-05-02T00:00:00");
        assert_eq!(parsed("2024:12:31 23:59:60"), "2025-01-01T00:00:00");
        assert_eq!(parsed("2024:05:01 10:00:75"), "2024-05-01T10:01:15");
    }

    #[test]
    fn dates_that_cannot_be_are_refused() {
        for text in [
            "2024:02:31 10:00:00",
            "2023:02:29 10:00:00",
            "0000:00:00 00:00:00",
            "0001:01:01 00:00:00",
            "2024:13:01 10:00:00",
            "2024:05:01 25:00:00",
            "2024:05:01 10:61:00",
            "2199:05:01 10:00:00",
            "    :  :     :  :  ",
            "yesterday",
            "",
            "2024",
            "2024:05",
        ] {
            assert_eq!(parsed(text), "none", "{text}");
        }
    }

    #[test]
    fn seconds_since_1970_are_utc() {
        let taken = from_unix_seconds(1_258_375_918).expect("a date");
        assert_eq!(taken.as_str(), "2009-11-16T12:51:58");
        // The year 1653, and one before our era.
        for seconds in [
            0,
            i64::MAX,
            i64::MIN,
            32_503_680_000,
            -10_000_000_000,
            -100_000_000_000,
        ] {
            assert_eq!(from_unix_seconds(seconds), None, "{seconds}");
        }
    }

    #[test]
    fn dates_of_mails_have_plausible_years_too() {
        let year = |year: u16| parse_mail(&format!("01 May {year} 10:00:00 +0000"));
        assert!(year(1999).is_some());
        assert_eq!((year(1654), year(2199)), (None, None));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panicking(text in "\\PC{0,40}") {
            let _ = (parse(&text), from_file_name(Path::new(&text)));
        }

        #[test]
        fn near_dates_are_read_without_panicking(text in "[0-9:T. /-]{0,30}") {
            let _ = (parse(&text), from_file_name(Path::new(&text)));
        }
    }
}
