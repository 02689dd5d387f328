//! The conditions of a search text on names, dates, marks, labels, folders and tags.

use std::path::Path;

use super::name_pattern::{contains_folded, describes, matches};
use crate::app::document::calendar;
use crate::app::document::filter::FlagFilter;
use crate::app::document::labels::Label;
use crate::app::document::library::LibraryItem;
use crate::app::document::scored::LabelScores;
use crate::engine::media::scan::is_media_name;
use crate::engine::organize::marks::Mark;
use crate::engine::search::query::{is_minus, is_quotation_mark};

/// Conditions other than meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// File name patterns such as `img_40*`, folded.
    pub(super) names: Vec<String>,
    /// Range of date prefixes, inclusive.
    pub(super) dates: Option<(String, String)>,
    pub(super) min_stars: u8,
    pub(super) flag: FlagFilter,
    /// Folded parts of labels that must fit.
    pub(super) labels: Vec<String>,
    pub(super) folders: Vec<String>,
    /// Folded words that must describe the photo.
    tags: Vec<String>,
}

/// Seasons and months with their first and last months.
const SEASONS: [(&str, u32, u32); 17] = [
    ("spring", 3, 5),
    ("summer", 6, 8),
    ("autumn", 9, 11),
    ("fall", 9, 11),
    ("winter", 12, 2),
    ("january", 1, 1),
    ("february", 2, 2),
    ("march", 3, 3),
    ("april", 4, 4),
    ("may", 5, 5),
    ("june", 6, 6),
    ("july", 7, 7),
    ("august", 8, 8),
    ("september", 9, 9),
    ("october", 10, 10),
    ("november", 11, 11),
    ("december", 12, 12),
];

/// The first and last months of a season or month that starts in a year.
fn season(name: &str, year: u32) -> Option<((u32, u32), (u32, u32))> {
    let (_, first, last) = SEASONS.iter().find(|season| season.0 == name)?;
    // Winter ends in the next year.
    let ends = if last < first { year + 1 } else { year };
    Some(((year, *first), (ends, *last)))
}

/// Date prefixes for a range of months.
fn months(from: (u32, u32), to: (u32, u32)) -> (String, String) {
    let text = |(year, month): (u32, u32)| format!("{year:04}-{month:02}");
    (text(from), text(to))
}

impl Terms {
    /// Parses `label:cat`, `tag:dog`, `folder:holiday`, `name:IMG`, `stars:3`, `is:picked`.
    pub fn parse_keyed(&mut self, word: &str) -> bool {
        if let Some((key, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) {
            let value = value.trim_matches(is_quotation_mark).to_owned();
            match key {
                "label" => self.labels.push(value),
                "folder" => self.folders.push(value),
                "tag" => self.tags.push(value),
                "name" => self.names.push(value),
                "stars" | "rating" => match value.trim_end_matches('+').parse() {
                    Ok(stars @ 0..=5) => self.min_stars = stars,
                    _ => return false,
                },
                "is" => match value.as_str() {
                    "picked" => self.flag = FlagFilter::Picked,
                    "rejected" => self.flag = FlagFilter::Rejected,
                    "undecided" => self.flag = FlagFilter::Undecided,
                    _ => return false,
                },
                _ => return false,
            }
            return true;
        }
        false
    }

    /// Takes a word as a file name if it contains a wildcard, an underscore and digits, or a media file extension.
    pub fn parse_name_term(&mut self, word: &str) -> bool {
        let pattern = word.contains('*') || word.contains('?');
        let digits = word.bytes().any(|byte| byte.is_ascii_digit());
        let numbered = word.contains('_') && digits;
        let is_name = pattern || numbered || is_media_name(Path::new(word));
        let is_sign = |c: char| is_quotation_mark(c) || is_minus(c);
        let plain = !word.starts_with(is_sign) && !word.contains(':');
        if is_name && plain {
            self.names.push(word.to_owned());
        }
        is_name && plain
    }

    /// Parses `2019`, `2019-05`, `2019-05-31`.
    pub fn parse_date_term(&mut self, word: &str) -> bool {
        let is_date = calendar::is_date(word);
        if is_date {
            self.dates = Some((word.to_owned(), word.to_owned()));
        }
        is_date
    }

    /// Parses what follows "last": "year", "month", or the name of a season or month.
    pub fn parse_last_term(&mut self, what: &str, (year, month): (u32, u32)) -> bool {
        let dates = match what {
            "year" => Some(((year - 1).to_string(), (year - 1).to_string())),
            "month" if month == 1 => Some(months((year - 1, 12), (year - 1, 12))),
            "month" => Some(months((year, month - 1), (year, month - 1))),
            _ => {
                // The most recent one that is over.
                let started = (year.saturating_sub(2)..=year).rev();
                let mut seasons = started.filter_map(|started| season(what, started));
                seasons
                    .find(|(_, end)| *end < (year, month))
                    .map(|(first, end)| months(first, end))
            }
        };
        let found = dates.is_some();
        self.dates = dates.or(self.dates.take());
        found
    }

    /// Parses a season or month and its year, such as `summer 2016` or `May 2016`.
    pub fn parse_season_term(&mut self, what: &str, year: &str) -> bool {
        let is_year = year.len() == 4 && calendar::is_date(year);
        let year = year.parse::<u32>().ok().filter(|_| is_year);
        let dates = year.and_then(|year| season(what, year));
        let found = dates.is_some();
        let dates = dates.map(|(first, end)| months(first, end));
        self.dates = dates.or(self.dates.take());
        found
    }

    /// Whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a photo meets the conditions other than tags.
    pub fn conditions_met(
        &self,
        item: &LibraryItem,
        mark: Mark,
        scored: LabelScores<'_>,
        id: u32,
    ) -> bool {
        mark.stars >= self.min_stars
            && self.flag.accepts_flag(mark.flag)
            && self
                .names
                .iter()
                .all(|pattern| matches(pattern, &item.name))
            && self.dates.as_ref().is_none_or(|dates| within(item, dates))
            && (self.folders.is_empty() || self.in_folders(item))
            && self.labels.iter().all(|text| fits(text, scored, id))
    }

    /// Whether all tags are among the words that describe a photo.
    pub fn has_tags<'w, W: Iterator<Item = &'w str>>(&self, words: impl Fn() -> W) -> bool {
        // A tag is empty after the opening quotation mark is typed, and must not hide all photos.
        let matches_description =
            |tag: &String| tag.is_empty() || words().any(|word| describes(word, tag));
        self.tags.iter().all(matches_description)
    }

    fn in_folders(&self, item: &LibraryItem) -> bool {
        let folder = item.file.path.parent().unwrap_or(Path::new(""));
        let folder = folder.to_string_lossy();
        self.folders
            .iter()
            .all(|part| contains_folded(&folder, part))
    }
}

fn within(item: &LibraryItem, (from, to): &(String, String)) -> bool {
    let taken = item.facts().and_then(|facts| facts.taken.as_ref());
    taken.is_some_and(|taken| calendar::lies_within(taken.as_str(), from, to))
}

fn fits(text: &str, scored: LabelScores<'_>, id: u32) -> bool {
    let named = |label: &Label| contains_folded(&label.text, text);
    let mut labels = scored.labels.iter().enumerate();
    labels.any(|(at, label)| named(label) && scored.fits(at, id))
}
