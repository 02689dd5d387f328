//! Sort orders, groups and filters.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::findings::Kind;
use super::labels::LabelId;
use crate::engine::organize::marks::{Colour, Flag};
use crate::t;

/// What photos are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// By the match of the label that a photo is grouped or filtered by, otherwise by its highest one.
    #[default]
    #[serde(alias = "BestLabel")]
    BestMatch,
    /// By the match of one label.
    Match(LabelId),
    /// By the probability of one label.
    Probability(LabelId),
    /// By the match of what is typed into the search box.
    Search,
    /// By the file's name.
    Name,
    /// By when the photo was taken; those that do not say come last.
    Taken,
    /// By when the file was last changed.
    Modified,
    /// By the file's length.
    Size,
    /// By the number of pixels.
    Dimensions,
    /// By stars.
    Stars,
    /// By colour, in the order of their keys; those without come last.
    Colour,
    /// By country, region and town; those without come last.
    Place,
}

/// An order of photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sorting {
    /// What by.
    pub key: SortKey,
    /// Highest, newest or last in the alphabet first.
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
    /// What fits the search best first.
    #[must_use]
    pub fn of_search() -> Self {
        Self {
            key: SortKey::Search,
            descending: true,
        }
    }
}

/// What photos are put together by, under headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grouping {
    /// Nothing: no headings.
    Nothing,
    /// The label that fits best.
    #[default]
    Label,
    /// The month in which they were taken.
    Month,
    /// The day on which they were taken.
    Day,
    /// The folder that they are in.
    Folder,
    /// The camera.
    Camera,
    /// Country, region and town.
    Place,
    /// Their stars.
    Rating,
}

impl Grouping {
    /// All, in the order in which they are offered.
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

    /// What it is called.
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

/// How the sides of a photo relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AspectShape {
    /// Wider than high.
    Landscape,
    /// Higher than wide.
    Portrait,
    /// As wide as high, within a twentieth.
    Square,
    /// At least twice as long on one side as on the other.
    Panorama,
}

impl AspectShape {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::Landscape,
        Self::Portrait,
        Self::Square,
        Self::Panorama,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Landscape => t!("shape-landscape"),
            Self::Portrait => t!("shape-portrait"),
            Self::Square => t!("shape-square"),
            Self::Panorama => t!("shape-panorama"),
        }
    }

    /// Whether a photo of these sides, upright, has it.
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

/// Which photos a label filter lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelFit {
    /// All.
    #[default]
    All,
    /// Those that fit some label.
    AnyLabel,
    /// Those that fit one label.
    Label(LabelId),
    /// Those that fit none: "something else".
    Nothing,
}

/// Which decisions a filter lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlagFilter {
    /// All.
    #[default]
    All,
    /// Picks.
    Picked,
    /// Rejects.
    Rejected,
    /// Everything but rejects.
    NotRejected,
    /// What is not decided.
    Undecided,
}

impl FlagFilter {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Picked,
        Self::Rejected,
        Self::NotRejected,
        Self::Undecided,
    ];

    /// What it is called.
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

    /// Whether a decision passes.
    #[must_use]
    pub fn lets_through(self, flag: Flag) -> bool {
        match self {
            Self::All => true,
            Self::Picked => flag == Flag::Pick,
            Self::Rejected => flag == Flag::Reject,
            Self::NotRejected => flag != Flag::Reject,
            Self::Undecided => flag == Flag::None,
        }
    }
}

/// Which photos are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// By label.
    pub fit: LabelFit,
    /// With one label: those just below its line too, after the others. [`Self::set_fit`] keeps it from outliving the
    /// label.
    pub near: bool,
    /// By pick or reject.
    pub flag: FlagFilter,
    /// At least so many stars.
    pub min_stars: u8,
    /// Of this colour.
    pub colour: Option<Colour>,
    /// A part of a keyword, in any case.
    pub keyword: String,
    /// A town, region or country, or its beginning, in any spelling.
    pub place: String,
    /// With coordinates, or without.
    pub located: Option<bool>,
    /// An ending of names, in lower case.
    pub ending: Option<String>,
    /// Taken on this day or later, as `2024-05-01` or a beginning of it.
    pub from: String,
    /// Taken on this day or earlier, the same.
    pub to: String,
    /// A part of the name, in any case.
    pub name: String,
    /// The camera, as it calls itself.
    pub camera: Option<String>,
    /// The lens, as it calls itself.
    pub lens: Option<String>,
    /// The folder that they are in, or one above it.
    pub folder: Option<PathBuf>,
    /// How the sides relate.
    pub shape: Option<AspectShape>,
    /// What was found of them without labels.
    pub kind: Option<Kind>,
    /// Only what failed or came with a warning.
    pub failures: bool,
    /// What fits the search badly is shown too.
    pub search_shows_all: bool,
}

impl Filter {
    /// Filters by label; only with one label, those just below its line may be shown too.
    pub fn set_fit(&mut self, fit: LabelFit, near: bool) {
        self.fit = fit;
        self.near = near && matches!(fit, LabelFit::Label(_));
    }

    /// Whether it lets everything through.
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
    fn shapes_are_told_by_the_sides() {
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
