//! Detects screenshots, documents, receipts and memes by competing labels. `docs/heap.md` has the rule and its figures.

use unicode_normalization::UnicodeNormalization;

use super::flaws::Flaw;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::Photo;
use crate::engine::search::math::log_odds;

/// The labels that the flaws of content are computed from; `docs/heap.md` has the figures. They compete as matches of
/// whole pictures and not as negated words of one query, because a single part of a tall receipt can look like a page.
pub(super) const LABELS: [&str; 7] = [
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

/// How a flaw of content is detected. Labels are indices into [`LABELS`].
struct ContentRule {
    label: usize,
    /// Factor of the label's odds, with which 0.5 is a good threshold.
    factor: f32,
    /// Labels of similar pictures, which count against it, with weights.
    rivals: &'static [(usize, f32)],
}

impl Flaw {
    /// How it is detected, for flaws of content.
    fn content_rule(self) -> Option<ContentRule> {
        let (label, factor, rivals): (usize, f32, &[(usize, f32)]) = match self {
            Self::Screenshot => (SCREENSHOT, 9.0, &[]),
            Self::Document => (
                DOCUMENT,
                9.0,
                &[(RECEIPT, 4.0), (WEBSITE, 4.0), (DIAGRAM, 4.0)],
            ),
            Self::Receipt => (RECEIPT, 0.67, &[(PAGE, 0.2), (WEBSITE, 1.0)]),
            Self::Meme => (MEME, 2.3, &[(WEBSITE, 4.0), (DIAGRAM, 4.0)]),
            _ => return None,
        };
        Some(ContentRule {
            label,
            factor,
            rivals,
        })
    }

    /// The score of a flaw of content, from the matches of [`LABELS`]. The odds of its label are multiplied by
    /// `evidence`.
    pub(super) fn among(self, matches: &[f32], evidence: f32) -> Option<f32> {
        let rule = self.content_rule()?;
        let odds = |label: usize| log_odds(matches[label]).exp() as f32;
        let own = odds(rule.label) * rule.factor * evidence;
        let rivals: f32 = { rule.rivals }
            .iter()
            .map(|(label, weight)| weight * odds(*label))
            .sum();
        Some(own / (own + 1.0 + rivals))
    }
}

/// How much more likely a screenshot is, judged by the file: the factor of its odds.
pub(super) fn screenshot_evidence(photo: &Photo, appearance: Option<&Appearance>) -> f32 {
    let name = photo.file.path.file_name().unwrap_or_default();
    // macOS stores accents as characters of their own.
    let name: String = name.to_string_lossy().to_lowercase().nfc().collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::files::content_id::ContentId;
    use crate::engine::media::decode::{Orientation, Pixels};
    use crate::engine::media::photo::{Candidate, PhotoFacts};
    use crate::engine::media::preprocess::Resampler;
    use crate::engine::search::label_set::{Wording, label_query};

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
        let close = |a: Option<f32>, b: f32| (a.unwrap() - b).abs() < 1e-4;
        assert!(close(Flaw::Screenshot.among(&EVEN, 1.0), 0.9));
        // 9 / (9 + 1 + 4 + 4 + 4), with odds of 1 each.
        assert!(close(Flaw::Document.among(&EVEN, 1.0), 9.0 / 22.0));
        let mut alone = [0.0; LABELS.len()];
        alone[DOCUMENT] = 0.5;
        assert!(close(Flaw::Document.among(&alone, 1.0), 0.9));
        alone[RECEIPT] = 0.9;
        assert!(close(Flaw::Document.among(&alone, 1.0), 9.0 / 46.0));
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
        assert!((number.unwrap() - 45.0 / 46.0).abs() < 1e-5);
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
