//! The parts of metadata that this program understands.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::engine::media::mark::{Colour, Flag, Mark};
use crate::engine::media::photo::Taken;
use crate::engine::media::places::Coordinates;

/// Most characters of a description that are kept in memory.
const MAX_KEPT: usize = 1_000;

/// What one source says of a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFacts {
    /// Keywords, and the last words of hierarchical ones that are not among them.
    pub keywords: Vec<String>,
    /// Keywords with those above them, separated by `|`.
    pub hierarchical: Vec<String>,
    /// Stars, 0 to 5; -1 for a reject.
    pub rating: Option<i8>,
    /// The name of a colour.
    pub colour: Option<String>,
    /// When the photo was taken.
    pub taken: Option<Taken>,
    /// Where the photo was taken.
    pub position: Option<Coordinates>,
    /// The camera, as it calls itself.
    pub camera: Option<String>,
    /// The lens, as it calls itself.
    pub lens: Option<String>,
    /// What the photo shows, in words.
    pub description: Option<String>,
    /// When the metadata was changed last, as it says itself.
    pub modified: Option<Timestamp>,
}

impl SourceFacts {
    /// These, and for each property of which these say nothing what others say.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        if self.keywords.is_empty() {
            self.keywords = others.keywords;
        }
        if self.hierarchical.is_empty() {
            self.hierarchical = others.hierarchical;
        }
        self.rating = self.rating.or(others.rating);
        self.colour = self.colour.or(others.colour);
        self.taken = self.taken.or(others.taken);
        self.position = self.position.or(others.position);
        self.camera = self.camera.or(others.camera);
        self.lens = self.lens.or(others.lens);
        self.description = self.description.or(others.description);
        self.modified = self.modified.max(others.modified);
        self
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The decision that another program wrote down.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let rating = self.rating.unwrap_or_default();
        Mark {
            flag: if rating < 0 { Flag::Reject } else { Flag::None },
            stars: rating.max(0) as u8,
            colour: self.colour.as_deref().and_then(Colour::named),
        }
    }
}

/// A description as facts hold it; nothing if it is empty.
#[must_use]
pub fn shortened(text: &str) -> Option<String> {
    let text = text.trim_matches(['\0', ' ', '\n', '\r', '\t']);
    (!text.is_empty()).then(|| text.chars().take(MAX_KEPT).collect())
}

/// A rating in stars, as text has it.
#[must_use]
pub fn stars(text: &str) -> Option<i8> {
    let rating: f32 = text.trim().parse().ok()?;
    (rating.is_finite()).then(|| rating.round().clamp(-1.0, 5.0) as i8)
}

/// A rating in percent, as Windows has it: 1, 25, 50, 75, 99.
#[must_use]
pub fn stars_of_percent(percent: f32) -> Option<i8> {
    match percent {
        0.0 => Some(0),
        1.0..=100.0 => Some(1 + (percent / 25.0).round().min(4.0) as i8),
        _ => None,
    }
}

/// A moment as XMP has it; without a time zone, it is taken as UTC.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok();
    zoned.or_else(|| {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_of_all_spellings_are_stars() {
        let all = ["5", " 3.0", "-1", "9", "-7", "4.4", "NaN", "five", ""];
        let read = all.map(stars);
        assert_eq!(
            read,
            [
                Some(5),
                Some(3),
                Some(-1),
                Some(5),
                Some(-1),
                Some(4),
                None,
                None,
                None
            ]
        );
        let percent = [0.0, 1.0, 25.0, 50.0, 75.0, 99.0, 100.0, -1.0];
        assert_eq!(
            percent.map(stars_of_percent),
            [
                Some(0),
                Some(1),
                Some(2),
                Some(3),
                Some(4),
                Some(5),
                Some(5),
                None
            ]
        );
    }

    #[test]
    fn moments_are_compared_across_zones() {
        assert!(moment("2024-05-01T10:00:00+02:00") < moment("2024-05-01T09:00:00"));
        assert_eq!(moment("once"), None);
    }

    #[test]
    fn what_one_source_does_not_say_another_does() {
        let mine = SourceFacts {
            keywords: vec!["sea".into()],
            ..SourceFacts::default()
        };
        let theirs = SourceFacts {
            keywords: vec!["holiday".into()],
            rating: Some(4),
            ..SourceFacts::default()
        };
        let both = mine.or(theirs);
        assert_eq!((both.keywords, both.rating), (vec!["sea".into()], Some(4)));
    }

    #[test]
    fn facts_hold_the_beginning_of_a_description() {
        assert_eq!(shortened(" \0\n"), None);
        assert_eq!(shortened(" sea \0").as_deref(), Some("sea"));
        assert_eq!(
            shortened(&"é".repeat(3_000)).map(|text| text.chars().count()),
            Some(MAX_KEPT)
        );
    }
}
