//! Picture formats, told by a file's first bytes and never by its name.

use super::exif::{self, Exif};
use super::{DecodeError, Limits, Picture, other_kinds, raster};

/// How one format is read. Implementations hold nothing; [`FORMATS`] lists them.
pub trait PictureFormat: Sync {
    /// What messages call it.
    fn name(&self) -> &'static str;

    /// Whether a file that begins so is of this format. `bytes` may be the beginning of a file only.
    fn probe(&self, bytes: &[u8]) -> bool;

    /// Whether these first bytes are enough to take a file for a picture whose name does not say that it is one.
    fn is_certain(&self, bytes: &[u8]) -> bool {
        self.probe(bytes)
    }

    /// The EXIF fields that can be read.
    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        exif::fields(bytes)
    }

    /// Smaller pictures inside the file that may be shown in its place, the best for a short side of so many pixels
    /// first. Each is a picture file of its own.
    fn previews<'a>(&self, bytes: &'a [u8], min_short_side: u32) -> Vec<&'a [u8]> {
        let _ = (bytes, min_short_side);
        Vec::new()
    }

    /// Width and height of the picture that a preview of this size stands for, where the file names them.
    fn full_size(&self, bytes: &[u8], preview: (u32, u32)) -> Option<(u32, u32)> {
        let _ = (bytes, preview);
        None
    }

    /// Decodes the picture, at the smallest scale that keeps its short side at `min_short_side` pixels or more if the
    /// format allows that, and otherwise in full. Memory is reserved of `limits` before it is taken.
    ///
    /// # Errors
    /// If it is damaged beyond reading, of a kind that is not read, or beyond the limits.
    fn decode(
        &self,
        bytes: &[u8],
        min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError>;
}

/// All formats that are read; the first whose probe agrees takes a file.
static FORMATS: &[&dyn PictureFormat] = &[
    &super::jpeg::Jpeg,
    &super::png::Png,
    &raster::WEBP,
    &raster::GIF,
    // Most RAW files are TIFF as well.
    &super::raw::Raw,
    &super::tiff::Tiff,
    &super::bmp::Bmp,
    &raster::QOI,
    &super::ico::Ico,
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

/// Tells the format of a file from its bytes.
///
/// # Errors
/// With what the file is instead, if it is no picture that can be read.
pub fn sniff(bytes: &[u8]) -> Result<&'static dyn PictureFormat, DecodeError> {
    if let Some(format) = FORMATS.iter().find(|format| format.probe(bytes)) {
        return Ok(*format);
    }
    if let Some(known) = other_kinds::tell(bytes) {
        return Err(known);
    }
    // Last, because TGA has no magic number: only a plausible header.
    if super::tga::Tga.probe(bytes) {
        return Ok(&super::tga::Tga);
    }
    Err(DecodeError::NotAPhoto(
        "its content is of no known picture format",
    ))
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A picture that is read.
    Picture,
    /// A picture that is not.
    Unread,
    /// A video.
    Video,
    /// Something else.
    Other,
}

/// What a file that begins so holds, for those whose names do not say it.
#[must_use]
pub fn content(head: &[u8]) -> Content {
    match sniff(head) {
        Ok(format) if format.is_certain(head) => Content::Picture,
        Err(DecodeError::Unsupported(_)) => Content::Unread,
        #[cfg(feature = "video")]
        _ if crate::engine::media::video::is_video(head) => Content::Video,
        _ => Content::Other,
    }
}
