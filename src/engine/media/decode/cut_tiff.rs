//! What a TIFF still shows whose last strips or tiles are missing.

use super::raw::tiff::{Directory, Field, Tiff};
use super::{DecodeError, Picture, warning};

const COMPRESSION: u16 = 0x0103;
const HEIGHT: u16 = 0x0101;
const ROWS_OF_STRIP: u16 = 0x0116;
const WIDTH: u16 = 0x0100;
const TILE_WIDTH: u16 = 0x0142;
const TILE_HEIGHT: u16 = 0x0143;
/// Where strips are and how long, and the same of tiles.
const PARTS: [(u16, u16); 2] = [(0x0111, 0x0117), (0x0144, 0x0145)];
/// What is shown in place of rows that are missing.
const GREY: u8 = 128;
/// Most bytes that are put behind the end of a file.
const MOST_PADDING: usize = 1 << 30;

/// Decodes a file that is cut short by a decoder of whole ones. Nothing if it is not cut, or shows nothing.
///
/// # Errors
/// As of `decode`.
pub fn decode(
    bytes: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<Picture, DecodeError>,
) -> Result<Option<Picture>, DecodeError> {
    let Some(mended) = Mended::of(bytes) else {
        return Ok(None);
    };
    let mut picture = decode(&mended.bytes)?;
    let rows = (picture.scaled_height as usize * mended.kept_rows).div_ceil(mended.rows.max(1));
    let kept = rows * picture.scaled_width as usize * 3;
    if let Some(missing) = picture.rgb.get_mut(kept..) {
        missing.fill(GREY);
    }
    let missing = (mended.rows - mended.kept_rows) * 100;
    let percent = missing.div_ceil(mended.rows.max(1)).max(1);
    picture.warning = Some(warning::cut_short(percent));
    Ok(Some(picture))
}

/// A file whose missing parts are replaced by the last that is there, so that decoders take it for whole.
struct Mended {
    bytes: Vec<u8>,
    kept_rows: usize,
    rows: usize,
}

impl Mended {
    fn of(bytes: &[u8]) -> Option<Self> {
        let tiff = Tiff::open(bytes)?;
        let main = tiff.main()?;
        let number = |tag: u16| {
            tiff.number(&main, tag)
                .and_then(|n| usize::try_from(n).ok())
        };
        let rows = number(HEIGHT)?;
        let (offsets, lengths) = PARTS
            .iter()
            .find_map(|(offsets, lengths)| Some((main.field(*offsets)?, main.field(*lengths)?)))?;
        let [places, sizes] = [offsets, lengths].map(|field| tiff.numbers(field));
        if places.len() != sizes.len() || places.len() != offsets.count as usize {
            return None;
        }
        let ends: Vec<usize> = (places.iter().zip(&sizes))
            .map(|(place, size)| (*place as usize).saturating_add(*size as usize))
            .collect();
        let whole = ends.iter().take_while(|end| **end <= bytes.len()).count();
        if whole == ends.len() {
            return None;
        }
        let mut mended = bytes.to_vec();
        let mut kept = Self::rows_of(&tiff, &main, whole, rows)?;
        if number(COMPRESSION).unwrap_or(1) == 1 && places.len() == 1 {
            // One strip without compression: grey behind it, as much as it claims.
            let end = ends[0];
            if end - bytes.len() > MOST_PADDING {
                return None;
            }
            mended.resize(end, GREY);
            let there = bytes.len().checked_sub(places[0] as usize)?;
            kept = rows * there / (sizes[0] as usize).max(1);
        } else {
            let last = whole.checked_sub(1)?;
            for at in whole..places.len() {
                put(&mut mended, &tiff, offsets, at, places[last])?;
                put(&mut mended, &tiff, lengths, at, sizes[last])?;
            }
        }
        (kept > 0).then_some(Self {
            bytes: mended,
            kept_rows: kept.min(rows),
            rows,
        })
    }

    /// Rows of the picture that so many parts hold.
    fn rows_of(tiff: &Tiff<'_>, main: &Directory, parts: usize, rows: usize) -> Option<usize> {
        let number = |tag: u16| tiff.number(main, tag).and_then(|n| usize::try_from(n).ok());
        Some(match number(TILE_WIDTH) {
            Some(width) => {
                let across = number(WIDTH)?.div_ceil(width.max(1)).max(1);
                (parts / across).saturating_mul(number(TILE_HEIGHT)?)
            }
            None => parts.saturating_mul(number(ROWS_OF_STRIP).unwrap_or(rows)),
        })
    }
}

/// Replaces a number of a field.
fn put(bytes: &mut [u8], tiff: &Tiff<'_>, field: &Field, at: usize, value: u32) -> Option<()> {
    let width = field.length / (field.count as usize).max(1);
    let place = field.at + at * width;
    let target = bytes.get_mut(place..place + width)?;
    match (width, tiff.is_little()) {
        (2, true) => target.copy_from_slice(&u16::try_from(value).ok()?.to_le_bytes()),
        (2, false) => target.copy_from_slice(&u16::try_from(value).ok()?.to_be_bytes()),
        (4, true) => target.copy_from_slice(&value.to_le_bytes()),
        (4, false) => target.copy_from_slice(&value.to_be_bytes()),
        _ => return None,
    }
    Some(())
}
