//! Headers of boxes: type, length and content.

use crate::engine::media::input::ByteSource;

/// Most boxes and items that are looked at.
pub const MAX_PARTS: u64 = 20_000;
/// Most extents of all items together.
pub const MAX_EXTENTS: u64 = 1 << 18;
/// Largest description of items that is read.
pub const MAX_META: u64 = 16 << 20;

/// A box.
pub struct IsoBox {
    /// Its kind.
    pub kind: [u8; 4],
    /// Where it begins.
    pub start: u64,
    /// Where its content begins.
    pub body: u64,
    /// Where it ends, or where what it is in does.
    pub end: u64,
    /// Whether it ends where it says itself; one that says nothing goes on to the end of the file.
    pub is_whole: bool,
}

/// The box at a place.
pub fn part(input: &mut impl ByteSource, at: u64, end: u64) -> Option<IsoBox> {
    let [a, b, c, d, kind @ ..] = input.array::<8>(at)?;
    let (body, length) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (at + 8, end.checked_sub(at)?),
        1 => (at + 16, u64::from_be_bytes(input.array(at + 8)?)),
        length => (at + 8, u64::from(length)),
    };
    let own_end = at.checked_add(length)?;
    (own_end.min(end) >= body).then_some(IsoBox {
        kind,
        start: at,
        body,
        end: own_end.min(end),
        is_whole: own_end <= end,
    })
}

/// The boxes between two places.
pub fn parts(input: &mut impl ByteSource, mut at: u64, end: u64) -> Vec<IsoBox> {
    let mut found = Vec::new();
    while at < end && (found.len() as u64) < MAX_PARTS {
        let Some(part) = part(input, at, end) else {
            break;
        };
        at = part.end;
        found.push(part);
    }
    found
}

/// All between two places, unless it is more than metadata can be.
pub fn content(input: &mut impl ByteSource, at: u64, end: u64) -> Option<Vec<u8>> {
    let length = end.checked_sub(at).filter(|length| *length <= MAX_META)?;
    let bytes = input.read(at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}
