//! Works around malformed colour boxes of HEIC.

use std::borrow::Cow;

use super::super::cicp::Cicp;
use super::iso_media;

/// Renames the colour type of `colr` boxes that are too short or declare a reserved matrix. The decoder rejects such
/// boxes, but ignores unknown types and then uses the colours of the bitstream.
pub fn without_invalid(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut fixed = Cow::Borrowed(bytes);
    for (kind, (start, end)) in iso_media::property_boxes(bytes) {
        let content = &bytes[start..end];
        let is_broken = content.starts_with(b"nclx")
            && (content.len() < MIN_LENGTH || Cicp::of_box(content).is_none());
        if &kind == b"colr" && is_broken {
            fixed.to_mut()[start..start + NO_NAME.len()].copy_from_slice(NO_NAME);
        }
    }
    fixed
}

/// Minimum payload of an `nclx` colour box: type, three code points and range flag.
const MIN_LENGTH: usize = 11;
const NO_NAME: &[u8] = b"none";
