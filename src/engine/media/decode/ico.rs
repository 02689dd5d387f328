//! ICO: the largest picture, which is a BMP or PNG file.

use image::ImageFormat;

use super::format::PictureFormat;
use super::raster::{self, Raster};
use super::{DecodeError, DecodeLimits, Picture, png};

const NAME: &str = "ICO";
const DIRECTORY: usize = 6;
const ENTRY: usize = 16;
/// Maximum number of pictures that are tried: entries may share data that is slow to decode.
const MAX_TRIES: usize = 16;

pub static ICO: Raster = Raster {
    name: NAME,
    probe: |bytes| bytes.starts_with(b"\0\0\x01\0"),
    is_certain,
    decode,
};

/// Checks that the reserved byte of the first entry is zero and that its picture lies after the directory.
fn is_certain(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<22>() else {
        return false;
    };
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let offset = u32::from_le_bytes([header[18], header[19], header[20], header[21]]);
    let count = word(4);
    (1..=256).contains(&count)
        && header[9] == 0
        && word(10) <= 1
        && word(12) <= 32
        && offset >= 6 + 16 * u32::from(count)
}

fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    let mut result = Err(DecodeError::Damaged {
        format: NAME,
        reason: "none of its pictures are in the file".into(),
    });
    for (entry, picture) in pictures(bytes).into_iter().take(MAX_TRIES) {
        result = match png::Png.probe(picture) {
            true => png::Png.decode(picture, 0, limits),
            false => {
                // The decoder takes whole files, so it gets one with this picture alone.
                let mut file = b"\0\0\x01\0\x01\0".to_vec();
                file.extend_from_slice(&entry[..12]);
                file.extend(((DIRECTORY + ENTRY) as u32).to_le_bytes());
                file.extend_from_slice(picture);
                raster::decode(&file, ImageFormat::Ico, NAME, limits)
            }
        };
        // The next picture may be intact.
        if !result.as_ref().is_err_and(DecodeError::is_of_picture) {
            break;
        }
    }
    result
}

/// The directory entries with their pictures, the largest and deepest first.
fn pictures(bytes: &[u8]) -> Vec<(&[u8; ENTRY], &[u8])> {
    let count = bytes.get(4).copied().unwrap_or_default();
    let entries = bytes.get(DIRECTORY..).unwrap_or_default().as_chunks().0;
    let word = |entry: &[u8; ENTRY], at: usize| {
        let word = entry[at..].first_chunk().copied().unwrap_or_default();
        u32::from_le_bytes(word) as usize
    };
    let entries = entries.iter().take(usize::from(count));
    let found = entries.filter_map(|entry: &[u8; ENTRY]| {
        let rest = bytes.get(word(entry, 12)..)?;
        let picture = &rest[..word(entry, 8).min(rest.len())];
        (!picture.is_empty()).then_some((entry, picture))
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(entry, picture)| {
        // Zero means 256.
        let side = |side: u8| u32::from(side.wrapping_sub(1)) + 1;
        let area = match (png::Png.probe(picture), picture.get(16..24)) {
            // The directory cannot state larger sizes; the PNG header can.
            (true, Some(sides)) => {
                let side = |at: usize| {
                    sides[at..]
                        .first_chunk()
                        .map_or(0, |s| u32::from_be_bytes(*s))
                };
                u64::from(side(0)) * u64::from(side(4))
            }
            _ => u64::from(side(entry[0])) * u64::from(side(entry[1])),
        };
        std::cmp::Reverse((area, entry[6]))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bytes_need_an_entry_that_is_possible() {
        let mut icon = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0".to_vec();
        assert!(ICO.is_certain(&icon));
        icon[9] = 7;
        assert!(!ICO.is_certain(&icon));
    }
}
