//! Rules that mark photos in place.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::engine::media::mark::{Colour, Flag, Mark};
use crate::engine::media::photo::ContentId;

/// The mark that a rule sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RuleMark {
    /// Flag as a pick.
    Pick,
    /// Flag as a reject.
    Reject,
    /// A rating of 1 to 5 stars.
    Stars(u8),
    /// A colour label.
    Colour(Colour),
}

/// The marks cannot be saved, because the window that manages them is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the window is closed")]
pub struct WindowClosed;

/// A text that is not a valid mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a mark: use pick, reject, \"1 star\" to \"5 stars\", red, yellow, green, blue or purple"
)]
pub struct UnknownMark(String);

/// Saves marks.
pub type KeepMarks<'a> = &'a dyn Fn(&[MarkedFile]) -> Result<(), WindowClosed>;

/// A photo that a rule marked, or would mark in a dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedFile {
    /// The rule's name.
    pub rule: String,
    /// The photo's path.
    pub source: PathBuf,
    /// Its content ID, to which marks belong.
    pub content: ContentId,
    /// The mark.
    pub mark: RuleMark,
}

impl RuleMark {
    /// All marks.
    pub const ALL: [Self; 12] = [
        Self::Pick,
        Self::Reject,
        Self::Stars(1),
        Self::Stars(2),
        Self::Stars(3),
        Self::Stars(4),
        Self::Stars(5),
        Self::Colour(Colour::Red),
        Self::Colour(Colour::Yellow),
        Self::Colour(Colour::Green),
        Self::Colour(Colour::Blue),
        Self::Colour(Colour::Purple),
    ];

    /// Adds this mark to a photo's existing one; `None` if the user has already set that part.
    #[must_use]
    pub fn added_to(self, mark: Mark) -> Option<Mark> {
        match self {
            Self::Pick | Self::Reject if mark.flag != Flag::None => None,
            Self::Pick => Some(Mark {
                flag: Flag::Pick,
                ..mark
            }),
            Self::Reject => Some(Mark {
                flag: Flag::Reject,
                ..mark
            }),
            Self::Stars(stars) => (mark.stars == 0).then_some(Mark { stars, ..mark }),
            Self::Colour(colour) => mark.colour.is_none().then_some(Mark {
                colour: Some(colour),
                ..mark
            }),
        }
    }
}

impl fmt::Display for RuleMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pick => f.write_str("pick"),
            Self::Reject => f.write_str("reject"),
            Self::Stars(1) => f.write_str("1 star"),
            Self::Stars(stars) => write!(f, "{stars} stars"),
            Self::Colour(colour) => f.write_str(&colour.name().to_lowercase()),
        }
    }
}

impl FromStr for RuleMark {
    type Err = UnknownMark;

    fn from_str(text: &str) -> Result<Self, UnknownMark> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|mark| mark.to_string() == text.trim());
        found.ok_or_else(|| UnknownMark(text.into()))
    }
}

impl TryFrom<String> for RuleMark {
    type Error = UnknownMark;

    fn try_from(text: String) -> Result<Self, UnknownMark> {
        text.parse()
    }
}

impl From<RuleMark> for String {
    fn from(mark: RuleMark) -> Self {
        mark.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_named_and_a_person_s_own_decision_stays() {
        for mark in RuleMark::ALL {
            assert_eq!(mark.to_string().parse(), Ok(mark));
            let new = mark.added_to(Mark::default()).expect("a decision");
            assert_ne!(new, Mark::default());
            assert_eq!(mark.added_to(new), None, "{mark}");
        }
        assert!("6 stars".parse::<RuleMark>().is_err());
        let rejected = RuleMark::Reject
            .added_to(Mark::default())
            .expect("a decision");
        assert_eq!(RuleMark::Pick.added_to(rejected), None);
        let both = RuleMark::Stars(3).added_to(rejected).expect("a decision");
        assert_eq!((both.flag, both.stars), (Flag::Reject, 3));
    }
}
