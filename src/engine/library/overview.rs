//! Photos that may not be worth keeping: duplicates, bursts, technical flaws, and kinds of image that are rarely kept.

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
use crate::engine::search::math::log_odds;
use crate::engine::search::teach::TrainingSet;

/// Photos scored between two checks for cancellation.
const AT_ONCE: usize = 8192;

/// The labels that the flaws of content are computed from; `docs/heap.md` has the figures. They compete as matches of
/// whole pictures and not as negated words of one query, because a single part of a tall receipt can look like a page.
const LABELS: [&str; 7] = [
    "screenshot of a phone or computer",
    "document with printed text, \"a page of a book\"",
    "\"a receipt from a shop\"",
    // The starter knows no memes, but many of them are drawn.
    "\"a cartoon\", \"a comic\"",
    "\"a screenshot of a website\"",
    "\"a diagram\"",
    "\"a page of printed text\"",
];
const SCREENSHOT: usize = 0;
const DOCUMENT: usize = 1;
const RECEIPT: usize = 2;
const MEME: usize = 3;
const WEBSITE: usize = 4;
const DIAGRAM: usize = 5;
const PAGE: usize = 6;

/// Factors of the odds of a screenshot.
const SIZED_LIKE_A_SCREEN: f32 = 5.0;
const NAMED_SCREENSHOT: f32 = 20.0;

/// Common screens in pixels, the short side first, besides those of [`is_screen_size`].
const SCREENS: [(u32, u32); 24] = [
    (640, 1136),
    (720, 1280),
    (750, 1334),
    (768, 1366),
    (828, 1792),
    (900, 1440),
    (900, 1600),
    (1050, 1680),
    (1080, 1920),
    (1125, 2436),
    (1170, 2532),
    (1179, 2556),
    (1200, 1920),
    (1206, 2622),
    (1242, 2208),
    (1242, 2688),
    (1284, 2778),
    (1290, 2796),
    (1320, 2868),
    (1440, 2560),
    (1600, 2560),
    (1800, 2880),
    (2160, 3840),
    (2880, 5120),
];

/// Parts of names that systems and programs give to screenshots, in lower case.
const SCREENSHOT_NAMES: [&str; 11] = [
    "screenshot",
    "screen shot",
    "screen_shot",
    "bildschirmfoto",
    "capture d’écran",
    "capture d'écran",
    "captura de pantalla",
    "captura de tela",
    "スクリーンショット",
    "截屏",
    "屏幕截图",
];

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
            Self::Receipt => 0.6,
            Self::Screenshot | Self::Document => 0.1,
            Self::Meme => 0.2,
            Self::Blurred | Self::BlownOut => 0.5,
        }
    }

    /// The label that detects it, as an index into [`LABELS`], and the labels of similar pictures that count against
    /// it, with weights; for flaws of content.
    fn labels(self) -> Option<(usize, &'static [(usize, f32)])> {
        match self {
            Self::Screenshot => Some((SCREENSHOT, &[])),
            Self::Document => Some((DOCUMENT, &[(RECEIPT, 4.0), (WEBSITE, 4.0), (DIAGRAM, 4.0)])),
            Self::Receipt => Some((RECEIPT, &[(PAGE, 0.2), (WEBSITE, 1.0)])),
            Self::Meme => Some((MEME, &[(WEBSITE, 4.0), (DIAGRAM, 4.0)])),
            _ => None,
        }
    }

    /// The score of a flaw of content, from the matches of [`LABELS`]. The odds of its label are multiplied by
    /// `evidence`.
    fn among(self, matches: &[f32], evidence: f32) -> Option<f32> {
        let (own, rivals) = self.labels()?;
        let odds = |label: usize| log_odds(matches[label]).exp() as f32;
        let own = odds(own) * evidence;
        let rivals: f32 = rivals
            .iter()
            .map(|(label, weight)| weight * odds(*label))
            .sum();
        Some(own / (own + 1.0 + rivals))
    }

    /// The score computed from the decoded image, for technical flaws; `None` for other flaws and inconclusive images.
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

/// Flaw scores of photos, in photo order.
#[derive(Clone, Debug, Default)]
pub struct Flaws {
    /// For each of [`Flaw::ALL`], one score per photo; NaN where unknown.
    numbers: Vec<Vec<f32>>,
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

/// How much more likely a screenshot is, judged by the file: the factor of its odds.
fn screenshot_evidence(photo: &Photo, appearance: Option<&Appearance>) -> f32 {
    let name = text(photo.file.path.file_name()).to_lowercase();
    // macOS stores accents as characters of their own.
    let name = name.replace("e\u{301}", "é");
    let is_named = SCREENSHOT_NAMES.iter().any(|part| name.contains(part));
    let has_no_camera = appearance.is_some_and(|appearance| appearance.camera.is_none());
    let is_still = photo.facts.video.is_none();
    let is_sized =
        has_no_camera && is_still && is_screen_size(photo.facts.width, photo.facts.height);
    let factors = [
        (is_named, NAMED_SCREENSHOT),
        (is_sized, SIZED_LIKE_A_SCREEN),
    ];
    let hold = factors.into_iter().filter(|(holds, _)| *holds);
    hold.map(|(_, factor)| factor).product()
}

/// Whether a screen has this size: one of [`SCREENS`], or a phone of a common width that is 1.9 to 2.4 times as high.
fn is_screen_size(width: u32, height: u32) -> bool {
    let (wide, high) = (u64::from(width), u64::from(height));
    let is_tall = 19 * wide < 10 * high && 10 * high < 24 * wide;
    SCREENS.contains(&(width.min(height), width.max(height)))
        || (matches!(width, 720 | 1080 | 1440) && is_tall)
}

fn text(name: Option<&OsStr>) -> Cow<'_, str> {
    name.unwrap_or_default().to_string_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::files::content_id::ContentId;
    use crate::engine::media::decode::{Orientation, Pixels};
    use crate::engine::media::photo::{Candidate, PhotoFacts};
    use crate::engine::media::preprocess::Resampler;

    const EVEN: [f32; LABELS.len()] = [0.5; LABELS.len()];

    #[test]
    fn every_label_is_a_valid_query() {
        for label in LABELS {
            assert!(label_query(label, &Wording::default()).is_ok(), "{label}");
        }
        assert_eq!(LABELS.len(), PAGE + 1);
    }

    #[test]
    fn similar_pictures_count_against_a_flaw() {
        assert_eq!(Flaw::Screenshot.among(&EVEN, 1.0), Some(0.5));
        // 1 / (1 + 1 + 4 + 4 + 4), with odds of 1 each.
        let close = |a: Option<f32>, b: f32| (a.unwrap() - b).abs() < 1e-4;
        assert!(close(Flaw::Document.among(&EVEN, 1.0), 1.0 / 14.0));
        let mut alone = [0.0; LABELS.len()];
        alone[DOCUMENT] = 0.5;
        assert!(close(Flaw::Document.among(&alone, 1.0), 0.5));
        alone[RECEIPT] = 0.9;
        assert!(close(Flaw::Document.among(&alone, 1.0), 1.0 / 38.0));
        for flaw in Flaw::ALL {
            for matches in [[0.0; LABELS.len()], [1.0; LABELS.len()]] {
                let number = flaw.among(&matches, NAMED_SCREENSHOT * SIZED_LIKE_A_SCREEN);
                assert!(number.is_none_or(|number| (0.0..=1.0).contains(&number)));
            }
        }
        assert_eq!(Flaw::Dark.among(&EVEN, 1.0), None);
    }

    #[test]
    fn evidence_multiplies_the_odds() {
        let number = Flaw::Screenshot.among(&EVEN, SIZED_LIKE_A_SCREEN);
        assert!((number.unwrap() - 5.0 / 6.0).abs() < 1e-5);
    }

    #[test]
    fn screens_are_known_by_their_size() {
        let screens = [
            (1920, 1080),
            (1080, 1920),
            (1170, 2532),
            (1080, 2400),
            (1440, 3200),
        ];
        for (width, height) in screens {
            assert!(is_screen_size(width, height), "{width} x {height}");
        }
        let others = [
            (4032, 3024),
            (1080, 1080),
            (2400, 1080),
            (1080, 2700),
            (500, 375),
            (0, 0),
        ];
        for (width, height) in others {
            assert!(!is_screen_size(width, height), "{width} x {height}");
        }
    }

    #[test]
    fn the_file_tells_a_screenshot() {
        let pixels = Pixels::new(64, 64, vec![90; 64 * 64 * 3], Orientation::default());
        let appearance = |camera: Option<&str>| {
            let camera = camera.map(ToOwned::to_owned);
            Appearance::of(&mut Resampler::default(), &pixels, camera).unwrap()
        };
        let (plain, of_camera) = (appearance(None), appearance(Some("A camera")));
        let photo = |name: &str, width, height| Photo {
            file: Candidate {
                path: name.into(),
                size: 1,
                modified_ns: 0,
            },
            facts: PhotoFacts {
                content: ContentId::of(b"picture"),
                width,
                height,
                taken: None,
                warning: None,
                video: None,
            },
        };
        let screen = photo("a.png", 1080, 1920);
        assert_eq!(
            screenshot_evidence(&screen, Some(&plain)),
            SIZED_LIKE_A_SCREEN
        );
        assert_eq!(screenshot_evidence(&screen, Some(&of_camera)), 1.0);
        assert_eq!(screenshot_evidence(&screen, None), 1.0);
        for name in ["Screenshot_2024.png", "Capture d\u{2019}e\u{301}cran.png"] {
            let named = photo(name, 300, 200);
            assert_eq!(
                screenshot_evidence(&named, Some(&plain)),
                NAMED_SCREENSHOT,
                "{name}"
            );
        }
    }
}
