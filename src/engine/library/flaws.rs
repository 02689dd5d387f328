//! Flaws of photos, and their scores.

use crate::engine::media::appearance::PictureQuality;

/// A flaw that a photo has if its score, 0 to 1, reaches a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No part of it is sharp.
    Blurred,
    /// Most of it is black.
    Dark,
    /// Much of it is white.
    BlownOut,
    /// It shows nothing recognisable.
    NearEmpty,
    /// A picture of a screen's content.
    Screenshot,
    /// A document on paper.
    Document,
    /// A receipt or bill.
    Receipt,
    /// A captioned image made for sharing.
    Meme,
}

impl Flaw {
    /// All flaws, in display order.
    pub const ALL: [Self; 8] = [
        Self::Blurred,
        Self::Dark,
        Self::BlownOut,
        Self::NearEmpty,
        Self::Screenshot,
        Self::Document,
        Self::Receipt,
        Self::Meme,
    ];

    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blurred => "blurred",
            Self::Dark => "dark",
            Self::BlownOut => "blown out",
            Self::NearEmpty => "near-empty",
            Self::Screenshot => "screenshot",
            Self::Document => "document",
            Self::Receipt => "receipt",
            Self::Meme => "meme",
        }
    }

    /// The lowest score at which a photo has the flaw.
    #[must_use]
    pub fn threshold(self) -> f32 {
        match self {
            Self::Dark => 0.85,
            Self::NearEmpty => 0.95,
            _ => 0.5,
        }
    }

    /// The score computed from the decoded image, for technical flaws; `None` for other flaws and inconclusive images.
    pub(super) fn of(self, quality: &PictureQuality) -> Option<f32> {
        match self {
            Self::Blurred => quality.sharpness.map(|sharpness| 1.0 - sharpness),
            Self::Dark => Some(quality.dark),
            Self::BlownOut => Some(quality.blown),
            Self::NearEmpty => Some(quality.empty),
            _ => None,
        }
    }
}

/// Flaw scores of photos, in photo order.
#[derive(Clone, Debug, Default)]
pub struct Flaws {
    /// For each of [`Flaw::ALL`], one score per photo; NaN where unknown.
    pub(super) numbers: Vec<Vec<f32>>,
}

impl Flaws {
    /// A photo's score for a flaw, if known.
    #[must_use]
    pub fn number(&self, flaw: Flaw, photo: usize) -> Option<f32> {
        let number = *self.numbers.get(flaw as usize)?.get(photo)?;
        (!number.is_nan()).then_some(number)
    }

    /// Whether a photo has a flaw.
    #[must_use]
    pub fn has(&self, flaw: Flaw, photo: usize) -> bool {
        self.number(flaw, photo)
            .is_some_and(|number| number >= flaw.threshold())
    }
}
