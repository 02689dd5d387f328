//! Capture dates and their sources.

use std::fmt;

/// Capture date in the camera's local time, without a time zone: `2024-05-01T10:00:00`. Ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    text: String,
    source: DateSource,
}

/// The source of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateSource {
    /// Metadata in the file: EXIF, XMP or IPTC-IIM.
    Photo,
    /// The file name.
    Name,
    /// The JSON file of Google Takeout beside it.
    Takeout,
}

impl DateSource {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Name => "name",
            Self::Takeout => "takeout",
        }
    }

    /// The note after the date if its source is not the metadata.
    #[must_use]
    pub fn note(self) -> &'static str {
        match self {
            Self::Photo => "",
            Self::Name => " (from the name)",
            Self::Takeout => " (from Google Takeout)",
        }
    }
}

impl Taken {
    /// A date in the form above from the store, with the metadata as its source.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self {
            text,
            source: DateSource::Photo,
        }
    }

    /// The same date with another source.
    #[must_use]
    pub fn from_source(self, source: DateSource) -> Self {
        Self { source, ..self }
    }

    /// The date in the form above.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since an arbitrary epoch, for comparison.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        let taken: jiff::civil::DateTime = self.text.get(..19)?.parse().ok()?;
        let day = taken.date().since(jiff::civil::date(1900, 1, 1)).ok()?;
        let time = taken.time();
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(i64::from(day.get_days()) * 86_400 + of_day)
    }

    /// The source of the date.
    #[must_use]
    pub fn source(&self) -> DateSource {
        self.source
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
