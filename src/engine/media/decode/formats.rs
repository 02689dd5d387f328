//! The supported picture formats, detected by content and never by extension.

use super::format::PictureFormat;
use super::{DecodeError, other_kinds, raster};

/// All supported formats; the first whose probe succeeds is used.
static FORMATS: &[&dyn PictureFormat] = &[
    &super::jpeg::Jpeg,
    &super::png::Png,
    &raster::WEBP,
    &raster::GIF,
    // Before TIFF, because most RAW files are TIFF files too.
    &super::raw::Raw,
    &super::tiff::Tiff,
    &super::bmp::BMP,
    &raster::QOI,
    &super::ico::ICO,
    &raster::PNM,
    &super::psd::Psd,
    &super::hdr::Exr,
    &super::hdr::Radiance,
    &super::jp2::Jp2,
    &super::extras::DDS,
    &super::extras::SGI,
    &super::extras::PCX,
    #[cfg(feature = "avif")]
    &super::avif::Avif,
    #[cfg(feature = "heic")]
    &super::heic::Heic,
    #[cfg(feature = "jxl")]
    &super::jxl::Jxl,
];

/// Detects the format of a file from its bytes.
///
/// # Errors
/// Returns an error that names the actual content if the file is not a supported picture.
pub fn sniff(bytes: &[u8]) -> Result<&'static dyn PictureFormat, DecodeError> {
    if let Some(format) = FORMATS.iter().find(|format| format.probe(bytes)) {
        return Ok(*format);
    }
    if let Some(known) = other_kinds::detect(bytes) {
        return Err(known);
    }
    // Last, because TGA has no magic number, only a plausible header.
    if super::tga::TGA.probe(bytes) {
        return Ok(&super::tga::TGA);
    }
    Err(DecodeError::NotAPhoto(
        "its content is not in a known picture format",
    ))
}

/// The kind of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// A supported picture.
    Picture,
    /// An unsupported picture.
    Unread,
    /// A video.
    Video,
    /// A video that only ffmpeg can read.
    FfmpegVideo,
    /// Something else.
    Other,
}

/// The kind of a file from its first bytes, for files whose extension is inconclusive.
#[must_use]
pub fn content(head: &[u8]) -> ContentKind {
    match sniff(head) {
        Ok(format) if format.is_certain(head) => ContentKind::Picture,
        Err(DecodeError::Unsupported(_)) => ContentKind::Unread,
        #[cfg(feature = "video")]
        _ => video(head),
        #[cfg(not(feature = "video"))]
        _ => ContentKind::Other,
    }
}

#[cfg(feature = "video")]
fn video(head: &[u8]) -> ContentKind {
    use crate::engine::media::video::{is_video, needs_ffmpeg};
    match (is_video(head), needs_ffmpeg(head)) {
        (true, true) => ContentKind::FfmpegVideo,
        (true, false) => ContentKind::Video,
        (false, _) => ContentKind::Other,
    }
}
