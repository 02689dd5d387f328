//! BMP, including OS/2 headers.

use std::borrow::Cow;

use image::ImageFormat;

use super::DecodeError;
use super::raster::{self, Raster};

const NAME: &str = "BMP";
/// Size of the file header.
const FILE_HEADER: usize = 14;
/// Size of BITMAPINFOHEADER, with which all later headers begin.
const INFO: usize = 40;
/// Maximum size of the OS/2 2.x header, which may be truncated.
const OS_2: usize = 64;

pub static BMP: Raster = Raster {
    name: NAME,
    probe: |bytes| bytes.starts_with(b"BM"),
    is_certain,
    decode: |bytes, limits| {
        let bytes = with_usual_header(bytes)?;
        raster::decode(&bytes, ImageFormat::Bmp, NAME, limits)
    },
};

/// Whether the header has one of the known sizes.
fn is_certain(bytes: &[u8]) -> bool {
    let size = bytes.get(14..18).and_then(|size| size.first_chunk());
    let known = [12, 16, 40, 52, 56, 64, 108, 124];
    size.is_some_and(|size| known.contains(&u32::from_le_bytes(*size)))
}

/// Replaces an OS/2 2.x header, which has the same first fields but another length, by one that the decoder supports.
fn with_usual_header(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DecodeError> {
    let word = |at: usize| {
        bytes
            .get(at..)?
            .first_chunk()
            .map(|word| u32::from_le_bytes(*word))
    };
    let size = word(FILE_HEADER).unwrap_or_default() as usize;
    // The decoder supports the longer Windows headers and the shortest ones.
    let is_known = !(16..=OS_2).contains(&size) || matches!(size, INFO | 52 | 56);
    let header = bytes.get(FILE_HEADER..FILE_HEADER + size);
    let (Some(header), Some(offset), false) = (header, word(10), is_known) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let mut usual = [0; INFO];
    let length = size.min(INFO);
    usual[..length].copy_from_slice(&header[..length]);
    usual[..4].copy_from_slice(&(INFO as u32).to_le_bytes());
    // From 3 on, OS/2 and Windows assign different compression methods.
    if usual[16] > 2 {
        return Err(DecodeError::Unsupported("BMP files with this compression"));
    }
    let moved = (offset as usize + INFO).saturating_sub(size) as u32;
    let mut file = bytes[..FILE_HEADER].to_vec();
    file[10..14].copy_from_slice(&moved.to_le_bytes());
    file.extend(usual);
    file.extend_from_slice(&bytes[FILE_HEADER + size..]);
    Ok(Cow::Owned(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::decode::format::PictureFormat;

    #[test]
    fn two_letters_need_a_header_of_a_known_size() {
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        assert!(BMP.is_certain(&bmp));
        bmp[14] = 0x29;
        assert!(BMP.probe(&bmp) && !BMP.is_certain(&bmp));
        assert!(!BMP.is_certain(b"BMW of my uncle, and other cars"));
    }
}
