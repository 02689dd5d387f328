//! Photos that may not be worth keeping: duplicates, bursts, technical flaws, and kinds of image that are rarely kept.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use half::f16;

use super::content_flaws::{LABELS, screenshot_evidence};
use super::flaws::{Flaw, Flaws};
use super::{Indexed, Library, LibraryError, check};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::mark::Mark;
use crate::engine::media::photo::Photo;
use crate::engine::search::bursts::{self, Burst, BurstInput, BurstRule};
use crate::engine::search::label_set::{Wording, label_query};
use crate::engine::search::teach::TrainingSet;

/// Photos scored between two checks for cancellation.
const AT_ONCE: usize = 8192;

impl Library {
    /// Scores the flaws of photos; `appearances` is in the same order.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read, the model fails, or `cancel` was raised.
    pub fn flaws(
        &self,
        indexed: &Indexed,
        appearances: &[Option<Appearance>],
        cancel: &Cancel,
    ) -> Result<Flaws, LibraryError> {
        let wording = Wording {
            exactly: true,
            as_typed: true,
            ..Wording::default()
        };
        let queries = LABELS
            .iter()
            .filter_map(|label| label_query(label, &wording).ok());
        let training_sets: Vec<TrainingSet> = queries.map(TrainingSet::of).collect();
        let session = self.session();
        session.store().finish_checks();
        let scorer = session.classifier_scorer(&session.teach_all(&training_sets)?);
        let rows = indexed.rows();
        let mut numbers = vec![Vec::with_capacity(rows.len()); Flaw::ALL.len()];
        let mut photos = indexed.photos.iter().zip(appearances);
        for some in rows.chunks(AT_ONCE) {
            check(cancel)?;
            let scores = session.score(&scorer, some)?;
            for (at, (photo, appearance)) in (0..some.len()).zip(photos.by_ref()) {
                let matches = scores.matches_of(at);
                let evidence = screenshot_evidence(&photo.0, appearance.as_ref());
                for (flaw, numbers) in Flaw::ALL.into_iter().zip(&mut numbers) {
                    let evidence = match flaw {
                        Flaw::Screenshot => evidence,
                        _ => 1.0,
                    };
                    let measured = || flaw.of(&appearance.as_ref()?.quality);
                    let number = flaw.among(matches, evidence).or_else(measured);
                    numbers.push(number.unwrap_or(f32::NAN));
                }
            }
        }
        Ok(Flaws { numbers })
    }

    /// Finds bursts among photos; `appearances` is in the same order. Photos for which `is_left_out` is true are
    /// ignored.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
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
