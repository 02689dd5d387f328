//! The trait of picture formats.

use super::exif::{self, Exif};
use super::{DecodeError, DecodeLimits, Picture};

/// Reader of one format. Implementations are stateless; [`super::formats`] lists them.
pub trait PictureFormat: Sync {
    /// The name in messages.
    fn name(&self) -> &'static str;

    /// Whether a file is of this format. `bytes` may be a prefix of the file.
    fn probe(&self, bytes: &[u8]) -> bool;

    /// Whether the signature is strong enough to accept a file without a picture extension.
    fn is_certain(&self, bytes: &[u8]) -> bool {
        self.probe(bytes)
    }

    /// The readable EXIF fields.
    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        exif::fields(bytes)
    }

    /// Embedded previews that can replace the picture, best first for a short side of `min_short_side` pixels. Each is
    /// a complete picture file.
    fn previews<'a>(&self, bytes: &'a [u8], min_short_side: u32) -> Vec<&'a [u8]> {
        let _ = (bytes, min_short_side);
        Vec::new()
    }

    /// Width and height of the full picture for which a preview of this size stands, if the file states them.
    fn full_size(&self, bytes: &[u8], preview: (u32, u32)) -> Option<(u32, u32)> {
        let _ = (bytes, preview);
        None
    }

    /// Decodes the embedded thumbnail, if there is one that shows the same content and full decoding is slow in this
    /// format. Memory is reserved from `limits` before it is allocated.
    ///
    /// # Errors
    /// Returns an error if the thumbnail cannot be decoded or exceeds the limits.
    fn thumbnail(
        &self,
        bytes: &[u8],
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Option<Picture>, DecodeError> {
        let _ = (bytes, limits);
        Ok(None)
    }

    /// Decodes the picture, at the smallest supported scale whose short side is at least `min_short_side` pixels, or
    /// else in full. Memory is reserved from `limits` before it is allocated.
    ///
    /// # Errors
    /// Returns an error if the picture is malformed, uses unsupported features or exceeds the limits.
    fn decode(
        &self,
        bytes: &[u8],
        min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError>;
}
