//! Sort orders, grouping and filters.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::findings::Kind;
use super::labels::LabelId;
use crate::engine::organize::marks::{Colour, Flag};
use crate::t;

/// The property that photos are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// The match of the label by which photos are grouped or filtered, otherwise the highest match of any label.
    #[default]
    #[serde(alias = "BestLabel")]
    BestMatch,
    /// The match of one label.
    Match(LabelId),
    /// The probability of one label.
    Probability(LabelId),
    /// The match with the search text.
    Search,
    /// The file name.
    Name,
    /// The time at which the photo was taken; photos without one come last.
    Taken,
    /// The modification time of the file.
    Modified,
    /// The file size.
    Size,
    /// The number of pixels.
    Dimensions,
    /// The star rating.
    Stars,
    /// The colour mark, in the order of the colour keys; photos without one come last.
    Colour,
    /// Country, region and town; photos without them come last.
    Place,
}

/// A sort order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sorting {
    /// The property to sort by.
    pub key: SortKey,
    /// Whether the highest, newest or alphabetically last comes first.
    pub descending: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self {
            key: SortKey::default(),
            descending: true,
        }
    }
}

impl Sorting {
    /// Best search match first.
    #[must_use]
    pub fn of_search() -> Self {
        Self {
            key: SortKey::Search,
            descending: true,
        }
    }
}

/// How photos are grouped under headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grouping {
    /// Not grouped, without headings.
    Nothing,
    /// By best fitting label.
    #[default]
    Label,
    /// By month.
    Month,
    /// By day.
    Day,
    /// By folder.
    Folder,
    /// By camera.
    Camera,
    /// By country, region and town.
    Place,
    /// By star rating.
    Rating,
}

impl Grouping {
    /// All variants, in display order.
    pub const ALL: [Self; 8] = [
        Self::Nothing,
        Self::Label,
        Self::Month,
        Self::Day,
        Self::Folder,
        Self::Camera,
        Self::Place,
        Self::Rating,
    ];

    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => t!("group-none"),
            Self::Label => t!("group-label"),
            Self::Month => t!("group-month"),
            Self::Day => t!("group-day"),
            Self::Folder => t!("group-folder"),
            Self::Camera => t!("group-camera"),
            Self::Place => t!("group-place"),
            Self::Rating => t!("group-rating"),
        }
    }
}

/// A category of aspect ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AspectShape {
    /// Wider than high.
    Landscape,
    /// Higher than wide.
    Portrait,
    /// Sides equal within 5 %.
    Square,
    /// One side at least twice as long as the other.
    Panorama,
}

impl AspectShape {
    /// All variants, in display order.
    pub const ALL: [Self; 4] = [
        Self::Landscape,
        Self::Portrait,
        Self::Square,
        Self::Panorama,
    ];

    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Landscape => t!("shape-landscape"),
            Self::Portrait => t!("shape-portrait"),
            Self::Square => t!("shape-square"),
            Self::Panorama => t!("shape-panorama"),
        }
    }

    /// Whether an upright photo of this size belongs to the category.
    #[must_use]
    pub fn is_of(self, width: u32, height: u32) -> bool {
        let (width, height) = (u64::from(width), u64::from(height));
        let (long, short) = (width.max(height), width.min(height));
        let square = 20 * (long - short) <= long;
        match self {
            Self::Landscape => width > height && !square,
            Self::Portrait => height > width && !square,
            Self::Square => square,
            Self::Panorama => long >= 2 * short,
        }
    }
}

/// A filter by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelFit {
    /// No filter.
    #[default]
    All,
    /// Photos that fit any label.
    AnyLabel,
    /// Photos that fit one label.
    Label(LabelId),
    /// Photos that fit no label ("something else").
    Nothing,
}

/// A filter by pick or reject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlagFilter {
    /// No filter.
    #[default]
    All,
    /// Picks.
    Picked,
    /// Rejects.
    Rejected,
    /// Everything but rejects.
    NotRejected,
    /// Neither picked nor rejected.
    Undecided,
}

impl FlagFilter {
    /// All variants, in display order.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Picked,
        Self::Rejected,
        Self::NotRejected,
        Self::Undecided,
    ];

    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => t!("flag-all"),
            Self::Picked => t!("flag-picked"),
            Self::Rejected => t!("flag-rejected"),
            Self::NotRejected => t!("flag-not-rejected"),
            Self::Undecided => t!("flag-undecided"),
        }
    }

    /// Whether a flag passes the filter.
    #[must_use]
    pub fn accepts_flag(self, flag: Flag) -> bool {
        match self {
            Self::All => true,
            Self::Picked => flag == Flag::Pick,
            Self::Rejected => flag == Flag::Reject,
            Self::NotRejected => flag != Flag::Reject,
            Self::Undecided => flag == Flag::None,
        }
    }
}

/// The filters for the displayed photos. All of them must pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Filter by label.
    pub fit: LabelFit,
    /// With [`LabelFit::Label`], also show photos just below the threshold, after the others. [`Self::set_fit`] resets
    /// it together with the label.
    pub near: bool,
    /// Filter by pick or reject.
    pub flag: FlagFilter,
    /// Minimum number of stars.
    pub min_stars: u8,
    /// The colour mark.
    pub colour: Option<Colour>,
    /// Part of a keyword, case-insensitive.
    pub keyword: String,
    /// A town, region or country or the beginning of one, in any spelling.
    pub place: String,
    /// With coordinates (`true`) or without (`false`).
    pub located: Option<bool>,
    /// A file name extension in lower case.
    pub ending: Option<String>,
    /// Taken on this day or later; `2024-05-01` or a prefix of it.
    pub from: String,
    /// Taken on this day or earlier, in the same form.
    pub to: String,
    /// Part of the file name, case-insensitive.
    pub name: String,
    /// The camera name from the metadata.
    pub camera: Option<String>,
    /// The lens name from the metadata.
    pub lens: Option<String>,
    /// The folder of the photos, or one above it.
    pub folder: Option<PathBuf>,
    /// The aspect ratio.
    pub shape: Option<AspectShape>,
    /// A kind of finding.
    pub kind: Option<Kind>,
    /// Only files with errors or warnings.
    pub failures: bool,
    /// Also show photos that fit the search poorly.
    pub search_shows_all: bool,
}

impl Filter {
    /// Sets the filter by label. `near` takes effect only with a single label.
    pub fn set_fit(&mut self, fit: LabelFit, near: bool) {
        self.fit = fit;
        self.near = near && matches!(fit, LabelFit::Label(_));
    }

    /// Whether no filter is active. `search_shows_all` does not count.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        let ignored = Self {
            search_shows_all: self.search_shows_all,
            ..Self::default()
        };
        *self == ignored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_follow_from_the_aspect_ratio() {
        let shapes = |width, height| -> Vec<AspectShape> {
            let all = AspectShape::ALL.into_iter();
            all.filter(|shape| shape.is_of(width, height)).collect()
        };
        assert_eq!(shapes(4000, 3000), [AspectShape::Landscape]);
        assert_eq!(shapes(3000, 4000), [AspectShape::Portrait]);
        assert_eq!(shapes(1000, 1040), [AspectShape::Square]);
        assert_eq!(
            shapes(6000, 2000),
            [AspectShape::Landscape, AspectShape::Panorama]
        );
    }

    #[test]
    fn what_is_just_below_a_line_goes_with_its_label() {
        let mut filter = Filter::default();
        filter.set_fit(LabelFit::Label(3), true);
        assert!(filter.near);
        filter.set_fit(LabelFit::AnyLabel, true);
        assert!(!filter.near);
        filter.set_fit(LabelFit::All, false);
        assert!(filter.is_clear());
    }

    #[test]
    fn orders_that_were_kept_by_earlier_versions_are_read() {
        let kept = r#"{"key":"BestLabel","descending":true}"#;
        let sorting: Sorting = serde_json::from_str(kept).expect("an order");
        assert_eq!(sorting, Sorting::default());
    }
}
