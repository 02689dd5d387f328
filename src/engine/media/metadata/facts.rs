//! The metadata properties that this program uses.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::engine::media::mark::{Colour, Flag, Mark};
use crate::engine::media::photo::Taken;
use crate::engine::media::places::Coordinates;

/// Maximum number of characters of a description that is kept.
const MAX_KEPT: usize = 1_000;
/// Default descriptions written by cameras, besides paths and names ending in "DIGITAL CAMERA".
const CAMERA_DEFAULTS: [&str; 4] = ["SONY DSC", "SAMSUNG", "DCIM", "DEFAULT"];
/// Characters that surround a description without belonging to it.
const BLANK: [char; 5] = ['\0', ' ', '\n', '\r', '\t'];

/// The metadata from one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFacts {
    /// Flat keywords, and leaves of hierarchical ones that are not among them.
    pub keywords: Vec<String>,
    /// Hierarchical keywords, with levels separated by `|`.
    pub hierarchical: Vec<String>,
    /// Star rating from 0 to 5; -1 for rejected.
    pub rating: Option<i8>,
    /// Name of the colour label.
    pub colour: Option<String>,
    /// Capture date.
    pub taken: Option<Taken>,
    /// Digits of the capture time's fraction of a second, without trailing zeros.
    pub sub_seconds: Option<String>,
    /// GPS position.
    pub position: Option<Coordinates>,
    /// Camera model.
    pub camera: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// Description of the content.
    pub description: Option<String>,
    /// Modification date of the metadata, as stated in it.
    pub modified: Option<Timestamp>,
}

impl SourceFacts {
    /// Fills in missing properties from `others`.
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
        self.sub_seconds = self.sub_seconds.or(others.sub_seconds);
        self.position = self.position.or(others.position);
        self.camera = self.camera.or(others.camera);
        self.lens = self.lens.or(others.lens);
        self.description = self.description.or(others.description);
        self.modified = self.modified.max(others.modified);
        self
    }

    /// Whether no property is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The flag, rating and colour label from another program.
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

/// The items in their order, each once. Lists in damaged or malicious files can have hundreds of thousands.
#[must_use]
pub fn unique(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let items = items.into_iter();
    items.filter(|item| seen.insert(item.clone())).collect()
}

/// A description without surrounding white space, shortened to the maximum length; `None` if it is empty or a camera's
/// default.
#[must_use]
pub fn description(text: &str) -> Option<String> {
    let text = text.trim_matches(BLANK);
    let is_kept = !text.is_empty() && !is_camera_default(text);
    is_kept.then(|| text.chars().take(MAX_KEPT).collect())
}

/// Whether a description is one that cameras write by default: a name, or the path of the photo on the memory card.
#[must_use]
pub fn is_camera_default(text: &str) -> bool {
    let text = text.trim_matches(BLANK);
    let upper = text.to_ascii_uppercase();
    let is_path = upper.starts_with("DCIM\\") || upper.starts_with("DCIM/");
    // Cameras write this in capitals; a person may write that a photo shows a digital camera.
    let is_name = text.ends_with("DIGITAL CAMERA");
    is_path || is_name || CAMERA_DEFAULTS.contains(&upper.as_str())
}

/// Parses a star rating.
#[must_use]
pub fn stars(text: &str) -> Option<i8> {
    let rating: f32 = text.trim().parse().ok()?;
    (rating.is_finite()).then(|| rating.round().clamp(-1.0, 5.0) as i8)
}

/// Converts a percent rating of Windows (1, 25, 50, 75, 99) to stars.
#[must_use]
pub fn stars_of_percent(percent: f32) -> Option<i8> {
    match percent {
        0.0 => Some(0),
        1.0..=100.0 => Some(1 + (percent / 25.0).round().min(4.0) as i8),
        _ => None,
    }
}

/// Parses an XMP timestamp; without a time zone it is taken as UTC.
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
    fn repeated_items_are_dropped_in_linear_time() {
        let items = ["b", "a", "b", "c", "a"].map(str::to_owned);
        assert_eq!(unique(items), ["b", "a", "c"]);
        let many = (0..300_000).map(|number: u32| number.to_string());
        assert_eq!(unique(many).len(), 300_000);
    }

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
    fn default_descriptions_of_cameras_are_ignored() {
        for text in [
            "OLYMPUS DIGITAL CAMERA         ",
            "SONY DSC",
            "samsung\0",
            "default",
            "DCIM",
            "DCIM\\100GOPRO\\GOPR0123.JPG",
            "DCIM/100MEDIA/DJI_0001.JPG",
        ] {
            assert_eq!(description(text), None, "{text}");
        }
        for text in ["My first digital camera", "DCIM of my phone", "Samsung TV"] {
            assert_eq!(description(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn facts_hold_the_beginning_of_a_description() {
        assert_eq!(description(" \0\n"), None);
        assert_eq!(description(" sea \0").as_deref(), Some("sea"));
        assert_eq!(
            description(&"é".repeat(3_000)).map(|text| text.chars().count()),
            Some(MAX_KEPT)
        );
    }
}
