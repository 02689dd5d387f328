//! BMP, also with the headers of OS/2.

use std::borrow::Cow;

use image::ImageFormat;

use super::format::PictureFormat;
use super::{DecodeError, Limits, Picture, raster};

const NAME: &str = "BMP";
/// Bytes before the header.
const FILE_HEADER: usize = 14;
/// Bytes of the header that all later ones begin with.
const INFO: usize = 40;
/// Bytes of the longest header of OS/2, of which the end may be missing.
const OS_2: usize = 64;

/// BMP.
pub struct Bmp;

impl PictureFormat for Bmp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        raster::BMP.probe(bytes)
    }

    fn is_certain(&self, bytes: &[u8]) -> bool {
        raster::BMP.is_certain(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        let bytes = with_usual_header(bytes)?;
        raster::decode(&bytes, ImageFormat::Bmp, NAME, limits)
    }
}

/// The same file with a header that the decoder knows: OS/2's second one begins alike, and is longer or shorter.
fn with_usual_header(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DecodeError> {
    let word = |at: usize| {
        bytes
            .get(at..)?
            .first_chunk()
            .map(|word| u32::from_le_bytes(*word))
    };
    let size = word(FILE_HEADER).unwrap_or_default() as usize;
    // Longer headers of Windows are known, and so are the shortest ones.
    let is_known = !(16..=OS_2).contains(&size) || matches!(size, INFO | 52 | 56);
    let header = bytes.get(FILE_HEADER..FILE_HEADER + size);
    let (Some(header), Some(offset), false) = (header, word(10), is_known) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let mut usual = [0; INFO];
    let length = size.min(INFO);
    usual[..length].copy_from_slice(&header[..length]);
    usual[..4].copy_from_slice(&(INFO as u32).to_le_bytes());
    // Beyond run lengths OS/2 has compressions that Windows calls otherwise.
    if usual[16] > 2 {
        return Err(DecodeError::Unsupported("BMP of this compression"));
    }
    let moved = (offset as usize + INFO).saturating_sub(size) as u32;
    let mut file = bytes[..FILE_HEADER].to_vec();
    file[10..14].copy_from_slice(&moved.to_le_bytes());
    file.extend(usual);
    file.extend_from_slice(&bytes[FILE_HEADER + size..]);
    Ok(Cow::Owned(file))
}
