//! Dates in file names.

use std::ffi::OsStr;
use std::path::Path;

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};

use super::{DateNumbers, at, date, taken};
use crate::engine::media::taken::Taken;

/// Earliest year accepted in file names: files named by date come from digital cameras and phones.
const FIRST_NAMED_YEAR: i16 = 1990;

/// Parses the date in a file name: `IMG-20190501-WA0001`, `PXL_20230704_101112123`, `Screenshot_2024-05-01-10-00-00`,
/// `signal-2024-05-01-100000`, `2024-05-01 10.00.00`, Unix milliseconds as in `FB_IMG_1558375918123`, or Telegram's
/// `photo_1@01-05-2024_10-00-00`.
#[must_use]
pub fn from_file_name(path: &Path) -> Option<Taken> {
    // The extension too: names without one may have dots between the numbers.
    let name = path.file_name().map(OsStr::to_string_lossy)?;
    if let Some((_, text)) = name.split_once('@')
        && let Some(found) = day_first(text).and_then(taken)
    {
        return Some(found);
    }
    let mut rest = &name[..];
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let run = &rest[start..];
        let before = &name[..name.len() - run.len()];
        if !follows_day(before, run)
            && let Some(found) = named(run).and_then(taken)
        {
            return Some(found);
        }
        let end = run.find(|c: char| !c.is_ascii_digit());
        rest = end.map_or("", |end| &run[end..]);
    }
    None
}

/// Parses the date at the start of a string of digits.
fn named(text: &str) -> Option<DateTime> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut numbers = DateNumbers(text);
    match digits {
        8 | 14 | 17 => {
            let year = numbers.next(4)?.0;
            let (month, day) = (numbers.next(2)?.0, numbers.next(2)?.0);
            let date = date(year, month, day, FIRST_NAMED_YEAR)?;
            let time = numbers.named_time();
            // As one number, it is only a date if all of it is one: other programs number their files.
            let time = if digits == 8 {
                Some(time.unwrap_or_default())
            } else {
                time
            };
            at(date, time?)
        }
        13 => {
            let milliseconds = text[..13].parse().ok()?;
            let at = Timestamp::from_millisecond(milliseconds).ok()?;
            let at = at.to_zoned(TimeZone::UTC).datetime();
            (at.year() >= FIRST_NAMED_YEAR).then_some(at)
        }
        4 => {
            // The separators are equal: in `01-05-2024_10-12-33` the time follows the year.
            let (year, separator) = numbers.next(4)?;
            if !matches!(separator, '-' | '_' | '.') {
                return None;
            }
            numbers.0 = &numbers.0[1..];
            let month = numbers.field(2, &[separator])?;
            let (day, after) = numbers.next(2)?;
            if after.is_ascii_digit() {
                return None;
            }
            let date = date(year, month, day, FIRST_NAMED_YEAR)?;
            at(date, numbers.named_time().unwrap_or_default())
        }
        _ => None,
    }
}

/// Parses the date and time in the names of Telegram Desktop's exports, which start with the day.
fn day_first(text: &str) -> Option<DateTime> {
    let mut numbers = DateNumbers(text);
    let (day, month) = (numbers.field(2, &['-'])?, numbers.field(2, &['-'])?);
    let year = numbers.next(4)?.0;
    let date = date(year, month, day, FIRST_NAMED_YEAR)?;
    at(date, numbers.named_time()?)
}

/// Whether a run that starts with a year is in a date that starts with the day or the month: `01-05-2024-10-12-33`.
fn follows_day(before: &str, run: &str) -> bool {
    let (Some(separator), [.., a, b, first, c, d, second]) =
        (run.as_bytes().get(4), before.as_bytes())
    else {
        return false;
    };
    let are_equal = first == separator && second == separator;
    are_equal && [a, b, c, d].iter().all(|digit| digit.is_ascii_digit())
}

impl DateNumbers<'_> {
    /// Takes the time that follows the date in a file name.
    fn named_time(mut self) -> Option<(i16, i16, i16)> {
        // What macOS and WhatsApp write. macOS in English writes 3.05.07 PM, in Chinese 下午3.05.07, in Korean 오후 3.05.07.
        let words = [
            " at ",
            " um ",
            " à ",
            " a\u{300} ",
            " às ",
            " a las ",
            " a la(s) ",
            " alle ",
            " om ",
            " kl. ",
            " à(s) ",
            " ore ",
            " o ",
            " saat ",
            " в ",
            "于",
            " 上午",
            " 下午",
            " 午前",
            " 午後",
            " 오전 ",
            " 오후 ",
        ];
        let said = words.iter().find(|word| self.0.starts_with(**word));
        let is_said = said.is_some();
        self.0 = match said {
            Some(word) => &self.0[word.len()..],
            None => self.0.strip_prefix(['_', '-', ' ', 'T']).unwrap_or(self.0),
        };
        let separators = ['.', '-', ':', '_'];
        let hour = match is_said {
            true => self.short_field(&separators)?,
            false => self.field(2, &separators)?,
        };
        let minute = self.field(2, &separators)?;
        let second = self.next(2)?.0;
        let hour = match said {
            Some(&(" 上午" | " 午前" | " 오전 ")) if hour == 12 => 0,
            Some(&(" 下午" | " 午後" | " 오후 ")) if hour < 12 => hour + 12,
            Some(_) => self.of_day(hour),
            None => hour,
        };
        (hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> String {
        from_file_name(Path::new(name)).map_or_else(|| "none".into(), |t| t.as_str().into())
    }

    #[test]
    fn names_of_files_tell_dates() {
        for (name, want) in [
            ("IMG-20190501-WA0001.jpg", "2019-05-01T00:00:00"),
            ("VID-20190501-WA0001.mp4", "2019-05-01T00:00:00"),
            ("PXL_20230704_101112123.jpg", "2023-07-04T10:11:12"),
            ("PXL_20230704_101112123.PORTRAIT.jpg", "2023-07-04T10:11:12"),
            ("IMG_20200229_235959.jpg", "2020-02-29T23:59:59"),
            ("20240501_100000(2).jpg", "2024-05-01T10:00:00"),
            ("20240501100000.jpg", "2024-05-01T10:00:00"),
            (
                "Screenshot_2024-05-01-10-00-00-123_com.app.jpg",
                "2024-05-01T10:00:00",
            ),
            (
                "Screenshot 2024-05-01 at 10.00.00.png",
                "2024-05-01T10:00:00",
            ),
            ("Screenshot_20240501-100000.png", "2024-05-01T10:00:00"),
            ("signal-2024-05-01-100000.jpg", "2024-05-01T10:00:00"),
            ("signal-2024-05-01-10-00-00-123.jpg", "2024-05-01T10:00:00"),
            (
                "WhatsApp Image 2024-05-01 at 10.00.00.jpeg",
                "2024-05-01T10:00:00",
            ),
            (
                "Screenshot 2024-05-01 at 3.05.07\u{202f}PM.png",
                "2024-05-01T15:05:07",
            ),
            (
                "Screenshot 2024-05-01 at 12.00.09 AM.png",
                "2024-05-01T00:00:09",
            ),
            (
                "Bildschirmfoto 2024-05-01 um 10.00.00.png",
                "2024-05-01T10:00:00",
            ),
            ("photo_2024-05-01_10-00-00.jpg", "2024-05-01T10:00:00"),
            ("WIN_20240501_10_00_00_Pro.jpg", "2024-05-01T10:00:00"),
            ("2024-05-01 10.00.00.jpg", "2024-05-01T10:00:00"),
            ("2024_05_01 party.jpg", "2024-05-01T00:00:00"),
            ("FB_IMG_1558375918123.jpg", "2019-05-20T18:11:58"),
            ("1558375918123.jpg", "2019-05-20T18:11:58"),
            ("12345 2024-05-01.jpg", "2024-05-01T00:00:00"),
            ("5550123456789 2024-05-01.jpg", "2024-05-01T00:00:00"),
            ("2024-05-01 10.11.12", "2024-05-01T10:11:12"),
            ("photo_1@02-05-2024_10-11-12.jpg", "2024-05-02T10:11:12"),
            (
                "Captura de pantalla 2024-05-01 a la(s) 3.05.07 p. m..png",
                "2024-05-01T15:05:07",
            ),
            (
                "Capture d’e\u{301}cran 2024-05-01 a\u{300} 10.11.12.png",
                "2024-05-01T10:11:12",
            ),
            ("截屏2024-05-01 下午3.05.07.png", "2024-05-01T15:05:07"),
            ("截屏2024-05-01 上午12.05.07.png", "2024-05-01T00:05:07"),
            (
                "Immagine WhatsApp 2024-05-01 ore 10.11.12.jpeg",
                "2024-05-01T10:11:12",
            ),
            (
                "Imagem do WhatsApp de 2024-05-01 à(s) 10.11.12_1a2b3c4d.jpg",
                "2024-05-01T10:11:12",
            ),
            (
                "Изображение WhatsApp 2024-05-01 в 10.11.12.jpg",
                "2024-05-01T10:11:12",
            ),
            (
                "スクリーンショット 2024-05-01 午後3.05.07.png",
                "2024-05-01T15:05:07",
            ),
            (
                "스크린샷 2024-05-01 오후 3.05.07.png",
                "2024-05-01T15:05:07",
            ),
        ] {
            assert_eq!(named(name), want, "{name}");
        }
        for name in [
            "DSC_0001.jpg",
            "IMG_12345678.jpg",
            "20240231_100000.jpg",
            "99991231.jpg",
            "2024-05.jpg",
            "2024-05-011.jpg",
            "5550123456789.jpg",
            // The day comes first, or the month: which one is unknown.
            "01-05-2024_10-12-33.jpg",
            "01-05-2024-10-12-33.jpg",
            "photo_1@31-02-2024_10-12-33.jpg",
            "received_20190501996112345.jpeg",
            "猫.jpg",
            "",
        ] {
            assert_eq!(named(name), "none", "{name}");
        }
    }
}
