//! Photos that may not be worth keeping: duplicates, bursts, and photos with technical flaws or of kinds that are rarely kept.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use half::f16;

use super::{Indexed, Library, LibraryError, check};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::{Appearance, PictureQuality};
use crate::engine::media::mark::Mark;
use crate::engine::media::photo::Photo;
use crate::engine::search::bursts::{self, Burst, BurstInput, BurstRule};
use crate::engine::search::label_set::{Wording, label_query};
use crate::engine::search::teach::TrainingSet;

/// Photos that are scored between two looks at the flag that ends it.
const AT_ONCE: usize = 8192;

/// A property that photos have or have not, by a number from 0 to 1 with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing in it is sharp.
    Blurred,
    /// Most of it is black.
    Dark,
    /// Much of it is white.
    BlownOut,
    /// Nothing is to be seen in it.
    NearEmpty,
    /// A picture of a screen's content.
    Screenshot,
    /// A document on paper.
    Document,
    /// A receipt or a bill.
    Receipt,
    /// A captioned image that is made to be shared.
    Meme,
}

impl Flaw {
    /// All of them, in the order in which they are listed.
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

    /// Its name.
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

    /// From which number on a photo has it.
    #[must_use]
    pub fn threshold(self) -> f32 {
        match self {
            Self::Dark => 0.85,
            Self::NearEmpty => 0.95,
            _ => 0.5,
        }
    }

    /// The label that detects it, if it is about what a photo shows.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::Screenshot => Some("screenshot of a phone or computer"),
            Self::Document => Some("document with printed text"),
            Self::Receipt => Some("receipt, invoice"),
            Self::Meme => Some("meme with a caption"),
            _ => None,
        }
    }

    /// The number that the decoded picture gives; none if it says nothing.
    fn of(self, quality: &PictureQuality) -> Option<f32> {
        match self {
            Self::Blurred => quality.sharpness.map(|sharpness| 1.0 - sharpness),
            Self::Dark => Some(quality.dark),
            Self::BlownOut => Some(quality.blown),
            Self::NearEmpty => Some(quality.empty),
            _ => None,
        }
    }
}

/// What is known of each photo, in the order of photos.
#[derive(Clone, Debug, Default)]
pub struct Flaws {
    /// For each of [`Flaw::ALL`], each photo's number; NaN where it is unknown.
    numbers: Vec<Vec<f32>>,
}

impl Flaws {
    /// A photo's number for a flaw, if it is known.
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

impl Library {
    /// The flaws of photos, whose appearances are in the same order.
    ///
    /// # Errors
    /// If the store cannot be read, the model fails, or `cancel` was raised.
    pub fn flaws(
        &self,
        indexed: &Indexed,
        appearances: &[Option<Appearance>],
        cancel: &Cancel,
    ) -> Result<Flaws, LibraryError> {
        let labels = Flaw::ALL.into_iter().filter_map(Flaw::label);
        let wording = Wording {
            exactly: true,
            as_typed: true,
            ..Wording::default()
        };
        let queries = labels.filter_map(|label| label_query(label, &wording).ok());
        let training_sets: Vec<TrainingSet> = queries.map(TrainingSet::of).collect();
        let session = self.session();
        session.store().finish_checks();
        let scorer = session.classifier_scorer(&session.teach_all(&training_sets)?);
        let rows = indexed.rows();
        let mut matches: Vec<Vec<f32>> = vec![Vec::with_capacity(rows.len()); training_sets.len()];
        for some in rows.chunks(AT_ONCE) {
            check(cancel)?;
            let scores = session.score(&scorer, some)?;
            for at in 0..some.len() {
                let of_photo = scores.matches_of(at);
                let columns = matches.iter_mut().zip(of_photo);
                columns.for_each(|(column, matched)| column.push(*matched));
            }
        }
        let mut matches = matches.into_iter();
        let numbers = Flaw::ALL.into_iter().map(|flaw| {
            if flaw.label().is_some() {
                return matches.next().unwrap_or_default();
            }
            let number = |appearance: &Option<Appearance>| {
                let quality = appearance.as_ref().map(|a| &a.quality);
                quality
                    .and_then(|quality| flaw.of(quality))
                    .unwrap_or(f32::NAN)
            };
            appearances.iter().map(number).collect()
        });
        Ok(Flaws {
            numbers: numbers.collect(),
        })
    }

    /// Bursts among photos, whose appearances are in the same order; those that `is_left_out` are in none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn bursts(
        &self,
        photos: &[(Photo, u32)],
        appearances: &[Option<Appearance>],
        mark: impl Fn(&Photo) -> Mark,
        is_left_out: impl Fn(usize) -> bool,
        rule: &BurstRule,
    ) -> Result<Vec<Burst>, LibraryError> {
        let vectors = self.session().vectors()?;
        let names: Vec<_> = photos
            .iter()
            .zip(appearances)
            .map(|((photo, _), appearance)| {
                let path = &photo.file.path;
                let camera = appearance.as_ref().and_then(|a| a.camera.as_deref());
                let folder = || text(path.parent().map(Path::as_os_str)).into_owned();
                let camera = camera.map_or_else(folder, ToOwned::to_owned);
                (camera, text(path.file_name()))
            })
            .collect();
        let shot = |at: usize| {
            let (photo, row) = &photos[at];
            let is_in = photo.facts.video.is_none() && !is_left_out(at);
            let seconds = photo.facts.taken.as_ref().and_then(|taken| taken.seconds());
            let vector: Option<&[f16]> = vectors.row(*row);
            BurstInput {
                seconds: seconds.filter(|_| is_in),
                camera: &names[at].0,
                name: &names[at].1,
                vector,
                quality: appearances[at].as_ref().map(|a| a.quality),
                mark: mark(photo),
            }
        };
        let shots: Vec<BurstInput<'_>> = (0..photos.len()).map(shot).collect();
        Ok(bursts::find(&shots, rule))
    }
}

fn text(name: Option<&OsStr>) -> Cow<'_, str> {
    name.unwrap_or_default().to_string_lossy()
}
