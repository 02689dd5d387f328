//! Kinds of photos to clean up, and their thresholds.

use serde::{Deserialize, Serialize};

use crate::engine::library::Flaw;
use crate::t;

/// Number of flaws.
pub(super) const FLAWS: usize = Flaw::ALL.len();
/// Resolution of thresholds from 0 to 1.
const STEPS: f32 = 1000.0;

/// Kinds of photos that the user may want to clean up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Duplicates of other photos.
    Copies,
    /// Series of photos of one scene.
    Bursts,
    /// Screenshots.
    Screenshots,
    /// Photos without any sharp region.
    Blurred,
    /// Receipts and bills.
    Receipts,
    /// Photos or scans of documents.
    Documents,
    /// Captioned pictures made for sharing.
    Memes,
    /// Mostly black photos.
    Dark,
    /// Overexposed photos.
    BlownOut,
    /// Photos almost without content.
    NearEmpty,
    /// Photos without a date.
    Undated,
}

impl Kind {
    /// All variants, in display order.
    pub const ALL: [Self; 11] = [
        Self::Copies,
        Self::Bursts,
        Self::Screenshots,
        Self::Blurred,
        Self::Receipts,
        Self::Documents,
        Self::Memes,
        Self::Dark,
        Self::BlownOut,
        Self::NearEmpty,
        Self::Undated,
    ];

    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Copies => t!("kind-copies"),
            Self::Bursts => t!("kind-bursts"),
            Self::Screenshots => t!("kind-screenshots"),
            Self::Blurred => t!("kind-blurred"),
            Self::Receipts => t!("kind-receipts"),
            Self::Documents => t!("kind-documents"),
            Self::Memes => t!("kind-memes"),
            Self::Dark => t!("kind-dark"),
            Self::BlownOut => t!("kind-blown-out"),
            Self::NearEmpty => t!("kind-near-empty"),
            Self::Undated => t!("kind-undated"),
        }
    }

    /// The display text with a number: "1 burst", "18 blurred", "31 screenshots".
    #[must_use]
    pub fn counted(self, count: usize) -> String {
        match self {
            Self::Copies => t!("count-copies", count = count),
            Self::Bursts => t!("count-bursts", count = count),
            Self::Screenshots => t!("count-screenshots", count = count),
            Self::Blurred => t!("count-blurred", count = count),
            Self::Receipts => t!("count-receipts", count = count),
            Self::Documents => t!("count-documents", count = count),
            Self::Memes => t!("count-memes", count = count),
            Self::Dark => t!("count-dark", count = count),
            Self::BlownOut => t!("count-blown-out", count = count),
            Self::NearEmpty => t!("count-near-empty", count = count),
            Self::Undated => t!("count-undated", count = count),
        }
    }

    /// The corresponding flaw, if the kind is detected by a value with a threshold.
    #[must_use]
    pub fn flaw(self) -> Option<Flaw> {
        match self {
            Self::Screenshots => Some(Flaw::Screenshot),
            Self::Blurred => Some(Flaw::Blurred),
            Self::Receipts => Some(Flaw::Receipt),
            Self::Documents => Some(Flaw::Document),
            Self::Memes => Some(Flaw::Meme),
            Self::Dark => Some(Flaw::Dark),
            Self::BlownOut => Some(Flaw::BlownOut),
            Self::NearEmpty => Some(Flaw::NearEmpty),
            Self::Copies | Self::Bursts | Self::Undated => None,
        }
    }

    /// What the value of a photo means, as text.
    #[must_use]
    pub fn value_meaning(self) -> &'static str {
        match self {
            Self::Blurred => t!("number-blurred"),
            Self::Dark => t!("number-dark"),
            Self::BlownOut => t!("number-blown-out"),
            Self::NearEmpty => t!("number-near-empty"),
            _ => t!("number-fits"),
        }
    }
}

/// Thresholds of all flaws, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lines([u16; FLAWS]);

impl Default for Lines {
    fn default() -> Self {
        Self(Flaw::ALL.map(|flaw| in_steps(flaw.threshold())))
    }
}

fn in_steps(number: f32) -> u16 {
    (number.clamp(0.0, 1.0) * STEPS).round() as u16
}

impl Lines {
    /// The threshold of a flaw, from 0 to 1.
    #[must_use]
    pub fn of(&self, flaw: Flaw) -> f32 {
        f32::from(self.0[flaw as usize]) / STEPS
    }

    /// Sets the threshold of a flaw.
    pub fn set(&mut self, flaw: Flaw, number: f32) {
        self.0[flaw as usize] = in_steps(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_kept_in_thousandths() {
        let mut lines = Lines::default();
        assert_eq!(lines.of(Flaw::Dark), 0.85);
        lines.set(Flaw::Dark, 0.12345);
        assert_eq!(lines.of(Flaw::Dark), 0.123);
        assert_eq!(Kind::Bursts.counted(1), "1 burst");
        assert_eq!(Kind::Copies.counted(2_000), "2,000 copies");
    }
}
