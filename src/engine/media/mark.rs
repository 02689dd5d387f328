//! A user's decisions about a photo: flag, star rating and colour label.

use serde::{Deserialize, Serialize};

/// Pick or reject flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// Undecided.
    #[default]
    None,
    /// To be kept.
    Pick,
    /// To be left out.
    Reject,
}

impl Flag {
    /// Sort key: higher is better.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Reject => 0,
            Self::None => 1,
            Self::Pick => 2,
        }
    }
}

/// A colour label, as in Lightroom and Bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum Colour {
    Red,
    Yellow,
    Green,
    Blue,
    Purple,
}

impl Colour {
    /// All colours, in the order of their shortcut keys.
    pub const ALL: [Self; 5] = [
        Self::Red,
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Purple,
    ];

    /// The value of `xmp:Label`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "Red",
            Self::Yellow => "Yellow",
            Self::Green => "Green",
            Self::Blue => "Blue",
            Self::Purple => "Purple",
        }
    }

    /// The colour with this name, ignoring case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|colour| colour.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Converts the number stored in the database.
    pub(in crate::engine) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    pub(in crate::engine) fn number(colour: Option<Self>) -> u8 {
        colour.map_or(0, |colour| colour as u8 + 1)
    }
}

/// A user's decisions about one photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Pick or reject flag.
    pub flag: Flag,
    /// Star rating from 0 to 5.
    pub stars: u8,
    /// Colour label.
    pub colour: Option<Colour>,
}
