//! The trait of picture formats.

use super::exif::{self, Exif};
use super::{DecodeError, DecodeLimits, Picture};

/// How one format is read. Implementations hold nothing; [`super::formats`] lists them.
pub trait PictureFormat: Sync {
    /// What messages call it.
    fn name(&self) -> &'static str;

    /// Whether a file that begins so is of this format. `bytes` may be the beginning of a file only.
    fn probe(&self, bytes: &[u8]) -> bool;

    /// Whether these first bytes are enough to take a file for a picture whose name does not show that it is one.
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

    /// The thumbnail in the file, where there is one that shows the same as the picture and this format's pictures take
    /// long. Memory is reserved of `limits` before it is taken.
    ///
    /// # Errors
    /// If it cannot be decoded, or is beyond the limits.
    fn thumbnail(
        &self,
        bytes: &[u8],
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Option<Picture>, DecodeError> {
        let _ = (bytes, limits);
        Ok(None)
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
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError>;
}
