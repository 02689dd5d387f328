//! Fujifilm RAF: a header with the offset of a JPEG.

use super::Preview;

/// The embedded JPEG.
pub fn preview(bytes: &[u8]) -> Option<Preview<'_>> {
    let number = |at: usize| {
        let number = bytes.get(at..)?.first_chunk()?;
        usize::try_from(u32::from_be_bytes(*number)).ok()
    };
    Preview::at(bytes, number(84)?, number(88)?)
}
