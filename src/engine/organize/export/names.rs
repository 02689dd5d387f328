//! Names of exported files and folders that are valid on every file system; pure functions.

use std::ffi::{OsStr, OsString};
use std::str::FromStr;

use crate::engine::files::pieces::{Piece, join, pieces};
use crate::engine::media::photo::Taken;

/// Length limit of a name on common file systems, in bytes.
const MAX_NAME_BYTES: usize = 255;
/// Length limit of a folder name made from a label, in bytes.
const MAX_FOLDER_BYTES: usize = 120;
/// The folder of photos without a date.
pub const UNDATED: &str = "undated";

/// A pattern of file names: text with `{name}`, `{label}`, `{date}`, `{match}` and `{n}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<NamePart>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum NamePart {
    Text(String),
    Name,
    Label,
    Date,
    Match,
    Number,
}

/// Why a text is not a valid pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace is not closed.
    #[error("{0:?} has a {{ without its }}")]
    Unclosed(String),
    /// An unknown placeholder.
    #[error(
        "{{{0}}} is unknown: names are made of {{name}}, {{label}}, {{date}}, {{match}} and {{n}}"
    )]
    Unknown(String),
    /// No placeholder distinguishes photos.
    #[error("all photos would get the same name: use {{name}} or {{n}}")]
    OneName,
}

impl Default for Pattern {
    fn default() -> Self {
        Self(vec![NamePart::Name])
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(NamePart::Text(before.into()));
            }
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| PatternError::Unclosed(text.into()))?;
            parts.push(match name {
                "name" => NamePart::Name,
                "label" => NamePart::Label,
                "date" => NamePart::Date,
                "match" => NamePart::Match,
                "n" => NamePart::Number,
                other => return Err(PatternError::Unknown(other.into())),
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(NamePart::Text(rest.into()));
        }
        if parts.iter().all(|part| matches!(part, NamePart::Text(_))) {
            return Err(PatternError::OneName);
        }
        Ok(Self(parts))
    }
}

/// The values of a pattern's placeholders.
#[derive(Clone, Copy, Debug)]
pub struct NameRules<'a> {
    /// The photo's file name without its extension.
    pub stem: &'a OsStr,
    /// The label that the photo is exported under, and its match score.
    pub label: Option<(&'a str, f32)>,
    /// The capture date.
    pub taken: Option<&'a Taken>,
    /// Its number within the export, from 1.
    pub number: usize,
}

impl Pattern {
    /// Formats the name of a photo, without its extension.
    #[must_use]
    pub fn stem(&self, naming: NameRules<'_>) -> OsString {
        let part = |part: &NamePart| -> OsString {
            match part {
                NamePart::Text(text) => text.into(),
                NamePart::Name => naming.stem.into(),
                NamePart::Label => naming.label.map_or("none", |(label, _)| label).into(),
                NamePart::Date => day(naming.taken).into(),
                NamePart::Match => match naming.label {
                    Some((_, matched)) => format!("{:03}", (matched * 100.0).round() as u32).into(),
                    None => "000".into(),
                },
                NamePart::Number => format!("{:04}", naming.number).into(),
            }
        };
        self.0.iter().map(part).collect()
    }
}

fn day(taken: Option<&Taken>) -> &str {
    let text = taken.map_or("", Taken::as_str);
    text.get(..10).unwrap_or(UNDATED)
}

/// The month of a photo, as `2024-05`.
#[must_use]
pub fn month(taken: Option<&Taken>) -> &str {
    let text = taken.map_or("", Taken::as_str);
    text.get(..7).unwrap_or(UNDATED)
}

/// Makes a name valid on every file system: no separators, reserved characters or reserved names, no leading or
/// trailing dots or spaces, not empty. Bytes that are not valid text are kept.
fn portable(name: &OsStr, most: usize) -> OsString {
    let mut name = plain(name);
    let mut length: usize = name.iter().map(|piece| piece.bytes()).sum();
    while length > most {
        length -= name.pop().map_or(length, Piece::bytes);
    }
    let name = trim_end(&name);
    let start = name.iter().position(|piece| !is_margin(*piece));
    let name = &name[start.unwrap_or(name.len())..];
    if name.is_empty() {
        return "unnamed".into();
    }
    let mut named = join(name);
    if is_reserved(&named) {
        named = ["_".into(), named].into_iter().collect();
    }
    named
}

/// Replaces separators and reserved characters by underscores.
fn plain(name: &OsStr) -> Vec<Piece> {
    let plain = |piece: Piece| match piece {
        Piece::Char(c) if c.is_control() || r#"/\:*?"<>|"#.contains(c) => Piece::Char('_'),
        piece => piece,
    };
    pieces(name).into_iter().map(plain).collect()
}

fn is_margin(piece: Piece) -> bool {
    piece.is(' ') || piece.is('.')
}

fn trim_end(name: &[Piece]) -> &[Piece] {
    let end = name.iter().rposition(|piece| !is_margin(*piece));
    &name[..end.map_or(0, |end| end + 1)]
}

/// Whether the name is a reserved device name on Windows.
fn is_reserved(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let name = name.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        let number = name.strip_prefix(prefix);
        number.is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    matches!(name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Converts a label to a folder name.
#[must_use]
pub fn folder_name(label: &str) -> String {
    let name = portable(OsStr::new(label), MAX_FOLDER_BYTES);
    name.to_string_lossy().into_owned()
}

/// Builds a file name from a stem, a number if it is at least 2, and a suffix (".jpg", ".jpg.xmp").
#[must_use]
pub fn file_name(stem: impl AsRef<OsStr>, number: u32, suffix: impl AsRef<OsStr>) -> OsString {
    let number = match number {
        0 | 1 => String::new(),
        number => format!(" ({number})"),
    };
    let suffix = plain(suffix.as_ref());
    // Windows strips trailing dots and spaces.
    let suffix = join(trim_end(&suffix));
    let most = MAX_NAME_BYTES.saturating_sub(number.len() + suffix.len() + 1);
    let stem = portable(stem.as_ref(), most.max(16));
    [stem, number.into(), suffix].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_become_names_of_folders() {
        assert_eq!(folder_name("beach"), "beach");
        assert_eq!(folder_name("a/b\\c: \"d\"?"), "a_b_c_ _d__");
        assert_eq!(folder_name(" .. "), "unnamed");
        assert_eq!(folder_name("CON"), "_CON");
        assert_eq!(folder_name("com7"), "_com7");
        assert_eq!(folder_name("猫"), "猫");
    }

    #[test]
    fn patterns_are_filled_in() {
        let taken = Taken::from_text("2024-05-01T10:00:00".into());
        let naming = NameRules {
            stem: OsStr::new("IMG_1"),
            label: Some(("my cat", 0.974)),
            taken: Some(&taken),
            number: 7,
        };
        let filled = |text: &str| text.parse::<Pattern>().map(|p| p.stem(naming));
        assert_eq!(
            filled("{date} {label} {match} {n} {name}!"),
            Ok("2024-05-01 my cat 097 0007 IMG_1!".into())
        );
        assert_eq!(Pattern::default().stem(naming), "IMG_1");
        assert_eq!(filled("holiday"), Err(PatternError::OneName));
        assert_eq!(filled("{nme}"), Err(PatternError::Unknown("nme".into())));
        assert!(filled("{name").is_err());
        let undated = NameRules {
            taken: None,
            label: None,
            ..naming
        };
        let pattern: Pattern = "{date}-{label}".parse().expect("a pattern");
        assert_eq!(pattern.stem(undated), "undated-none");
        assert_eq!(month(Some(&taken)), "2024-05");
    }

    #[test]
    fn numbers_and_endings_fit_into_the_longest_name() {
        assert_eq!(file_name("a", 1, ".jpg"), "a.jpg");
        assert_eq!(file_name("a", 2, ".jpg.xmp"), "a (2).jpg.xmp");
        assert_eq!(file_name("a:b", 1, ".jpg"), "a_b.jpg");
        assert_eq!(file_name("a", 1, ".jpg "), "a.jpg");
        let long = file_name("猫".repeat(200), 12, ".jpeg");
        let text = long.to_str().expect("text");
        assert!(text.len() <= MAX_NAME_BYTES && text.ends_with(" (12).jpeg"));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_stay() {
        use std::os::unix::ffi::{OsStrExt, OsStringExt};
        let name = file_name(
            OsStr::from_bytes(b"a\xe9:"),
            2,
            OsStr::from_bytes(b".j\xff"),
        );
        assert_eq!(name.into_vec(), b"a\xe9_ (2).j\xff");
    }

    proptest! {
        #[test]
        fn every_text_gives_one_usable_name(text in "\\PC*", number in 1u32..200) {
            for name in [folder_name(&text).into(), file_name(&text, number, ".jpg")] {
                prop_assert!(!name.is_empty() && name.len() <= MAX_NAME_BYTES);
                prop_assert!(name != "." && name != "..");
                prop_assert_eq!(Path::new(&name).components().count(), 1);
            }
        }
    }
}
