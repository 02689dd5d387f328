//! Chooses which of several duplicates to keep, and explains why.

use std::cmp::Ordering;
use std::path::Path;

use crate::engine::media::mark::{Flag, Mark};
use crate::engine::media::paired_files::RAW;

/// Sharpness is compared in steps of this size.
const SHARPER: f32 = 0.05;
/// Modification times are compared in steps of this size, in nanoseconds: the 2 seconds of FAT, which would otherwise
/// make copies on such drives older than their originals.
const AGE_STEP_NS: i64 = 2_000_000_000;
/// Words that programs add to the names of copies.
const COPY_WORDS: &[&str] = &[
    "copy",
    "copia",
    "copie",
    "kopie",
    "kopi",
    "duplicate",
    "edited",
    "thumb",
    "small",
    "preview",
];

/// How much of the original data a format preserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormatRank {
    /// A reduced palette or size.
    Reduced,
    /// Lossy compression.
    Lossy,
    /// Lossless.
    Lossless,
    /// Raw sensor data.
    Raw,
}

impl FormatRank {
    /// Determines the rank from a file's extension; `has_raw` says whether a RAW file is paired with it.
    #[must_use]
    pub fn of(path: &Path, has_raw: bool) -> Self {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        match ending.to_str().unwrap_or_default() {
            ending if has_raw || RAW.contains(&ending) => Self::Raw,
            "png" | "tif" | "tiff" | "psd" | "psb" | "bmp" | "exr" | "tga" | "qoi" => {
                Self::Lossless
            }
            "gif" | "ico" => Self::Reduced,
            _ => Self::Lossy,
        }
    }
}

/// Properties that decide which duplicate to keep.
#[derive(Clone, Debug)]
pub struct KeeperTraits<'a> {
    /// The user's mark.
    pub mark: Mark,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The format's rank.
    pub format: FormatRank,
    /// Whether its metadata names the camera, which programs that edit or send photos often remove.
    pub has_camera: bool,
    /// Sharpness, 0 to 1.
    pub sharpness: Option<f32>,
    /// The number of metadata facts: date, camera, place, keywords.
    pub facts: u32,
    /// The modification time, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The length in bytes.
    pub bytes: u64,
    /// The path.
    pub path: &'a Path,
}

impl KeeperTraits<'_> {
    /// Orders the better photo first; total, since no two files have equal paths.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        self.verdict(other).0
    }

    /// Why this photo is better than another, in a few words; `None` if it is not.
    #[must_use]
    pub fn reason(&self, other: &Self) -> Option<String> {
        let (ordering, reason) = self.verdict(other);
        (ordering == Ordering::Less).then_some(reason)
    }

    /// Compares two photos by each criterion in order of priority.
    fn verdict(&self, other: &Self) -> (Ordering, String) {
        let better = |a: u64, b: u64| b.cmp(&a);
        let pixels = |of: &Self| u64::from(of.size.0) * u64::from(of.size.1);
        let steps = |of: &Self| (of.sharpness.unwrap_or(0.0) / SHARPER).floor() as u64;
        let plain = |of: &Self| u64::from(!is_named_copy(of.path));
        // Times before 1970 are errors, and say nothing about age.
        let age = |of: &Self| match of.modified_ns {
            ..=0 => i64::MAX,
            modified => modified / AGE_STEP_NS,
        };
        let flag = |of: &Self| of.mark.flag.rank().into();
        let (width, height) = self.size;
        let decided = |mark: &Mark| match (mark.flag, mark.stars) {
            (Flag::Pick, _) => "you picked it".to_owned(),
            (_, 0) => "you did not reject it".to_owned(),
            (_, 1) => "1 star".to_owned(),
            (_, stars) => format!("{stars} stars"),
        };
        let tests: [(Ordering, &dyn Fn() -> String); 10] = [
            (better(flag(self), flag(other)), &|| decided(&self.mark)),
            (
                better(self.mark.stars.into(), other.mark.stars.into()),
                &|| {
                    decided(&Mark {
                        flag: Flag::None,
                        ..self.mark
                    })
                },
            ),
            (better(pixels(self), pixels(other)), &|| {
                format!("more pixels ({width} x {height})")
            }),
            (other.format.cmp(&self.format), &|| {
                "a less lossy format".into()
            }),
            (other.has_camera.cmp(&self.has_camera), &|| {
                "with camera data".into()
            }),
            (better(steps(self), steps(other)), &|| "sharper".into()),
            (better(self.facts.into(), other.facts.into()), &|| {
                "more metadata".into()
            }),
            (better(plain(self), plain(other)), &|| {
                "not named as a copy".into()
            }),
            // Encoding again often makes a file larger, but rarely older.
            (age(self).cmp(&age(other)), &|| "an older file".into()),
            (better(self.bytes, other.bytes), &|| "a larger file".into()),
        ];
        for (ordering, reason) in tests {
            if ordering != Ordering::Equal {
                return (ordering, reason());
            }
        }
        let length = |of: &Self| of.path.as_os_str().len();
        let by_path = length(self)
            .cmp(&length(other))
            .then_with(|| self.path.cmp(other.path));
        (by_path, "a shorter or earlier path".into())
    }
}

/// Whether a name looks like that of a copy: "IMG (1)", "IMG - Copy", "IMG-edited".
fn is_named_copy(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.to_lowercase();
    let mut words = stem.split(|c: char| !c.is_alphanumeric());
    let number = stem
        .strip_suffix(')')
        .and_then(|stem| stem.rsplit_once('('));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    number.is_some_and(|(_, number)| is_number(number))
        || words.any(|word| COPY_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(path: &str) -> KeeperTraits<'_> {
        KeeperTraits {
            mark: Mark::default(),
            size: (4000, 3000),
            format: FormatRank::of(Path::new(path), false),
            has_camera: true,
            sharpness: Some(0.7),
            facts: 2,
            modified_ns: 500 * AGE_STEP_NS,
            bytes: 1000,
            path: Path::new(path),
        }
    }

    #[test]
    fn what_a_person_decided_comes_first_and_a_path_last() {
        let best = traits("a.jpg");
        let marked = |flag, stars| Mark {
            flag,
            stars,
            ..Mark::default()
        };
        let reason = |worse: &KeeperTraits<'_>| best.reason(worse).expect("better");
        let with = |change: &dyn Fn(&mut KeeperTraits<'_>)| {
            let mut other = best.clone();
            change(&mut other);
            other
        };
        assert_eq!(
            reason(&with(&|t| t.mark = marked(Flag::Reject, 5))),
            "you did not reject it"
        );
        assert_eq!(
            reason(&with(&|t| t.size = (2000, 1500))),
            "more pixels (4000 x 3000)"
        );
        assert_eq!(reason(&with(&|t| t.sharpness = Some(0.5))), "sharper");
        assert_eq!(reason(&with(&|t| t.facts = 1)), "more metadata");
        assert_eq!(reason(&traits("a (1).jpg")), "not named as a copy");
        assert_eq!(reason(&traits("a - Copy.jpg")), "not named as a copy");
        assert_eq!(reason(&traits("b.jpg")), "a shorter or earlier path");
        let later = best.modified_ns + AGE_STEP_NS;
        assert_eq!(reason(&with(&|t| t.modified_ns = later)), "an older file");
        assert_eq!(reason(&with(&|t| t.modified_ns = 0)), "an older file");
        assert_eq!(reason(&with(&|t| t.bytes = 999)), "a larger file");
        // A sharpened or re-encoded photo.
        let edited = with(&|t| {
            t.has_camera = false;
            t.sharpness = Some(0.9);
            t.bytes = 2000;
        });
        assert_eq!(reason(&edited), "with camera data");
        let encoded_again = with(&|t| {
            t.modified_ns = later;
            t.bytes = 2000;
        });
        assert_eq!(reason(&encoded_again), "an older file");
        // The same time on a file system that stores it to the second.
        let rounded = with(&|t| {
            t.modified_ns += AGE_STEP_NS / 2;
            t.bytes = 999;
        });
        assert_eq!(reason(&rounded), "a larger file");
        assert_eq!(traits("b.jpg").reason(&best), None);
        let starred = with(&|t| {
            t.mark = marked(Flag::None, 3);
            t.size = (100, 100);
        });
        assert_eq!(starred.reason(&best).as_deref(), Some("3 stars"));
        assert_eq!(
            traits("a.png").reason(&best).as_deref(),
            Some("a less lossy format")
        );
    }

    #[test]
    fn copies_are_told_by_how_programs_name_them() {
        for name in [
            "IMG (2).jpg",
            "IMG - Kopie.jpg",
            "IMG_copy.png",
            "x-edited.jpg",
        ] {
            assert!(is_named_copy(Path::new(name)), "{name}");
        }
        for name in [
            "IMG_2024.jpg",
            "copyright.jpg",
            "Rome (Italy).jpg",
            "().jpg",
        ] {
            assert!(!is_named_copy(Path::new(name)), "{name}");
        }
    }
}
