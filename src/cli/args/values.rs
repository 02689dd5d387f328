//! Parsers of argument values.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use lumisift::engine::files::paths::absolute;
use lumisift::engine::organize::marks::Colour;
use lumisift::t;

/// Parses a path and makes it absolute, because paths are stored (in journals, records and the store) and must not
/// depend on the current folder. Symbolic links are not resolved.
pub fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| absolute(&path))
}

/// Like `path`, but leaves URLs unchanged.
pub fn path_or_url() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| match is_url(&path) {
        true => path,
        false => absolute(&path),
    })
}

/// Whether an argument is a URL rather than a path.
pub fn is_url(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    let starts = |scheme: &str| {
        let head = text.get(..scheme.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    starts("https://") || starts("http://")
}

/// Parses the name of a contact sheet, which must be a web page or a JPEG.
pub fn sheet_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("html" | "htm" | "jpg" | "jpeg") => Ok(path),
        _ => Err(t!("usage-sheet-file").into()),
    }
}

/// Parses the name of a colour label.
pub fn colour(text: &str) -> Result<Colour, String> {
    Colour::named(text).ok_or_else(|| t!("usage-colours").into())
}

/// Parses a match score, 0 to 1.
pub fn match_value(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err(t!("usage-match-value").into()),
    }
}

/// Parses a percentage greater than 0 and at most 100.
#[cfg(feature = "arrow")]
pub fn share() -> impl TypedValueParser<Value = f64> {
    clap::builder::StringValueParser::new().try_map(|text| match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 100.0 => Ok(value),
        _ => Err(t!("usage-share")),
    })
}
