//! What a person can sort and filter by.

use serde::{Deserialize, Serialize};

use super::labels::LabelId;
use crate::engine::organize::marks::{Colour, Flag};

/// What photos are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// By the label that fits best, under headers; within each by match.
    #[default]
    BestLabel,
    /// By the highest match of all labels.
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
    /// By country, region and town, under headers; those without come last.
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

/// Which photos a label filter lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
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
    pub fit: Fit,
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
    /// An ending of names, in lower case.
    pub ending: Option<String>,
    /// Taken on this day or later, as `2024-05-01` or a beginning of it.
    pub from: String,
    /// Taken on this day or earlier, the same.
    pub to: String,
    /// A part of the name, in any case.
    pub name: String,
    /// Only what failed or came with a warning.
    pub failures: bool,
    /// What fits the search badly is shown too.
    pub search_shows_all: bool,
}

impl Filter {
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
