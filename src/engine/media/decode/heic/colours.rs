//! Works around malformed colour boxes of HEIC.

use std::borrow::Cow;

use super::super::cicp::Cicp;
use super::iso_media;

/// Renames the colour type of `colr` boxes that are too short or declare a reserved matrix. The decoder rejects such
/// boxes, but ignores unknown types and then uses the colours of the bitstream.
pub fn without_invalid(mut bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let properties = iso_media::property_boxes(&bytes);
    let colours = properties.filter(|(kind, _)| kind == b"colr");
    let invalid: Vec<usize> = colours
        .filter(|(_, (start, end))| is_invalid(&bytes[*start..*end]))
        .map(|(_, (start, _))| start)
        .collect();
    for start in invalid {
        bytes.to_mut()[start..start + NO_NAME.len()].copy_from_slice(NO_NAME);
    }
    bytes
}

fn is_invalid(content: &[u8]) -> bool {
    content.starts_with(b"nclx")
        && !Cicp::of_box(content).is_some_and(|colours| colours.has_assigned_matrix())
}

const NO_NAME: &[u8] = b"none";
