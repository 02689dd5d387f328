//! Broken colour boxes of HEIC.

use std::borrow::Cow;

use super::super::cicp::Cicp;
use super::iso_media;

/// The file without the names of colour boxes that are too short or name a reserved matrix: the decoder refuses such boxes,
/// and ignores those without a name that it knows, so that the colours of the coded picture count.
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

/// Bytes of a box's content that names colours by numbers: its name, three numbers and the range.
const MIN_LENGTH: usize = 11;
const NO_NAME: &[u8] = b"none";
