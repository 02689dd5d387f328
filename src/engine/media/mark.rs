//! Decisions about a photo: pick or reject, stars, and a colour.

use serde::{Deserialize, Serialize};

/// Whether a photo is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// Not decided.
    #[default]
    None,
    /// To keep.
    Pick,
    /// To be left out.
    Reject,
}

impl Flag {
    /// How much it speaks for a photo, higher for more.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Reject => 0,
            Self::None => 1,
            Self::Pick => 2,
        }
    }
}

/// A colour by which photos are put together; those that Lightroom and Bridge know.
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
    /// All, in the order of their keys.
    pub const ALL: [Self; 5] = [
        Self::Red,
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Purple,
    ];

    /// As `xmp:Label` has it.
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

    /// The colour of a name, in capitals or not.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|colour| colour.name().eq_ignore_ascii_case(name.trim()))
    }

    /// From the number that the database keeps.
    pub(in crate::engine) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    pub(in crate::engine) fn number(colour: Option<Self>) -> u8 {
        colour.map_or(0, |colour| colour as u8 + 1)
    }
}

/// What a person decided about one photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Pick or reject.
    pub flag: Flag,
    /// Stars, 0 to 5.
    pub stars: u8,
    /// A colour.
    pub colour: Option<Colour>,
}
