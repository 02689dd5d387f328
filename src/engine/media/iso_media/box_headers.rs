//! Box headers: type, size and payload.

use crate::engine::media::input::ByteSource;

/// Maximum number of boxes or items examined.
pub const MAX_PARTS: u64 = 20_000;
/// Maximum number of extents of all items together.
pub const MAX_EXTENTS: u64 = 1 << 18;
/// Maximum size of a `meta` box.
pub const MAX_META: u64 = 16 << 20;

/// The header of a box.
pub struct IsoBox {
    /// Box type.
    pub kind: [u8; 4],
    /// Offset of the box.
    pub start: u64,
    /// Offset of the payload.
    pub body: u64,
    /// Offset of the end, limited to the end of the parent.
    pub end: u64,
    /// Whether the box fits within its parent. A box of size 0 extends to the end of the file.
    pub is_whole: bool,
}

/// Reads the header of the box at offset `at`, in a parent that ends at `end`.
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

/// The boxes in a range of offsets.
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

/// The bytes of a range, unless it is too large for metadata.
pub fn content(input: &mut impl ByteSource, at: u64, end: u64) -> Option<Vec<u8>> {
    let length = end.checked_sub(at).filter(|length| *length <= MAX_META)?;
    let bytes = input.read(at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}
