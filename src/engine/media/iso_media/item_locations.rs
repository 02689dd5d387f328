//! The item location box `iloc` (ISO/IEC 14496-12, 8.11.3).

use memchr::memmem;

use super::box_headers::{MAX_EXTENTS, MAX_PARTS};
use super::fields::Fields;

/// Contents of an `iloc` box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLocations {
    version: u8,
    flags: u32,
    /// Four 4-bit field widths: offsets, lengths, base offsets and extent indices.
    widths: u16,
    pub items: Vec<ItemLocation>,
}

/// Location of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemLocation {
    /// Item identifier.
    pub id: u32,
    /// Construction method: 0 file offsets, 1 offsets in `idat`, 2 offsets in another item.
    pub method: u16,
    /// Data reference index; 0 is this file.
    pub reference: u16,
    /// Base offset, which is added to each extent offset.
    pub base: u64,
    /// Extents of the item.
    pub extents: Vec<Extent>,
}

/// Extent of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    index: u64,
    /// Offset.
    pub at: u64,
    /// Length in bytes.
    pub length: u64,
}

impl ItemLocations {
    /// Width in bytes of a field: 0 offsets, 1 lengths, 2 base offsets, 3 extent indices.
    fn width(&self, number: u16) -> usize {
        let width = usize::from(self.widths >> (12 - 4 * number) & 0xf);
        // Version 0 has no extent indices.
        if number == 3 && self.version == 0 {
            0
        } else {
            width
        }
    }

    fn id_width(&self) -> usize {
        if self.version < 2 { 2 } else { 4 }
    }

    /// Parses the payload of the box.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let head = fields.number(4)?;
        let mut places = Self {
            version: u8::try_from(head >> 24).ok().filter(|v| *v <= 2)?,
            flags: u32::try_from(head & 0xff_ffff).ok()?,
            widths: u16::try_from(fields.number(2)?).ok()?,
            items: Vec::new(),
        };
        if (0..4).any(|number| ![0, 4, 8].contains(&places.width(number))) {
            return None;
        }
        let count = fields.number(places.id_width())?;
        if count > MAX_PARTS {
            return None;
        }
        let mut left = MAX_EXTENTS;
        for _ in 0..count {
            let item = places.place(&mut fields, &mut left)?;
            places.items.push(item);
        }
        Some(places)
    }

    /// Parses the next item. `left` bounds the number of extents, since extents of zero-width fields take no bytes.
    fn place(&self, fields: &mut Fields, left: &mut u64) -> Option<ItemLocation> {
        let id = u32::try_from(fields.number(self.id_width())?).ok()?;
        let method = match self.version {
            0 => 0,
            _ => fields.number(2)?,
        };
        let reference = fields.number(2)?;
        let base = fields.number(self.width(2))?;
        let count = fields.number(2)?;
        *left = left.checked_sub(count)?;
        let extents = (0..count).map(|_| {
            Some(Extent {
                index: fields.number(self.width(3))?,
                at: fields.number(self.width(0))?,
                length: fields.number(self.width(1))?,
            })
        });
        Some(ItemLocation {
            id,
            extents: extents.collect::<Option<_>>()?,
            method: u16::try_from(method).ok()?,
            reference: u16::try_from(reference).ok()?,
            base,
        })
    }

    /// Serialises the payload; `None` if a number exceeds its field width.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = (u32::from(self.version) << 24 | self.flags)
            .to_be_bytes()
            .to_vec();
        bytes.extend(self.widths.to_be_bytes());
        push(&mut bytes, self.items.len() as u64, self.id_width())?;
        for item in &self.items {
            push(&mut bytes, item.id.into(), self.id_width())?;
            match self.version {
                0 if item.method != 0 => return None,
                0 => {}
                _ => bytes.extend(item.method.to_be_bytes()),
            }
            bytes.extend(item.reference.to_be_bytes());
            push(&mut bytes, item.base, self.width(2))?;
            push(&mut bytes, item.extents.len() as u64, 2)?;
            for extent in &item.extents {
                push(&mut bytes, extent.index, self.width(3))?;
                push(&mut bytes, extent.at, self.width(0))?;
                push(&mut bytes, extent.length, self.width(1))?;
            }
        }
        Some(bytes)
    }

    /// The location of an item with a single extent.
    pub fn single_extent(&self, id: u32, at: u64, length: u64) -> ItemLocation {
        // If offsets have zero width, the base offset holds the position.
        let (base, at) = match self.width(0) {
            0 => (at, 0),
            _ => (0, at),
        };
        let extent = Extent {
            index: 0,
            at,
            length,
        };
        ItemLocation {
            id,
            base,
            extents: vec![extent],
            ..ItemLocation::default()
        }
    }

    /// Updates all offsets after data has moved: `moved` maps an old offset and length to the new offset.
    pub fn follow(&mut self, moved: impl Fn(u64, u64) -> Option<u64>) -> Option<()> {
        let by_base = self.width(0) == 0;
        for item in self.items.iter_mut().filter(|item| item.method == 0) {
            // An extent of length 0 is the whole file, which cannot be relocated.
            if item.reference != 0 || item.extents.iter().any(|extent| extent.length == 0) {
                return None;
            }
            let base = item.base;
            for extent in &mut item.extents {
                let to = moved(base.checked_add(extent.at)?, extent.length)?;
                match by_base {
                    true => item.base = to,
                    false => extent.at = to.checked_sub(base)?,
                }
            }
        }
        Some(())
    }
}

/// Maximum number of boxes without bytes for extents; a file has one location box.
const MAX_UNSIZED: usize = 16;

/// Whether location boxes of a file may declare more than [`MAX_EXTENTS`] extents, which other parsers allocate. Boxes
/// are found by their type wherever they are, because parsers differ in which they read.
pub fn has_excessive_extents(bytes: &[u8]) -> bool {
    let contents = memmem::find_iter(bytes, b"iloc").filter_map(|at| bytes.get(at + 4..));
    let mut counts = contents.filter_map(unsized_extents).take(MAX_UNSIZED + 1);
    let is_excessive = counts
        .by_ref()
        .take(MAX_UNSIZED)
        .any(|count| count > MAX_EXTENTS);
    is_excessive || counts.next().is_some()
}

/// The number of extents in a box whose extents take no bytes, so that it can exceed the size of the file; `None` for
/// other boxes. `content` is what follows the type of the box, up to the end of the file.
fn unsized_extents(content: &[u8]) -> Option<u64> {
    let mut fields = Fields(content);
    let version = fields.number(4)? >> 24;
    let widths = fields.number(2)?;
    let (has_method, id_width) = (matches!(version, 1 | 2), if version < 2 { 2 } else { 4 });
    let of_extents = if has_method { 0xff0f } else { 0xff00 };
    if widths & of_extents != 0 {
        return None;
    }
    let base_width = usize::try_from(widths >> 4 & 0xf).ok()?;
    // Identifier, construction method, data reference and base offset.
    let before_count = id_width + if has_method { 2 } else { 0 } + 2 + base_width;
    let mut sum = 0;
    for _ in 0..fields.number(id_width)? {
        let Some(count) = fields.take(before_count).and_then(|_| fields.number(2)) else {
            break;
        };
        sum += count;
        if sum > MAX_EXTENTS {
            break;
        }
    }
    Some(sum)
}

/// Appends a big-endian integer of `width` bytes; `None` if it does not fit.
pub fn push(bytes: &mut Vec<u8>, number: u64, width: usize) -> Option<()> {
    let all = number.to_be_bytes();
    let (unused, used) = all.split_at_checked(all.len().checked_sub(width)?)?;
    bytes.extend(used);
    unused.iter().all(|byte| *byte == 0).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_take_no_bytes_are_counted_all_the_same() {
        // Items of 65,535 extents whose offsets and lengths have zero width.
        let items = |count: u16| {
            let item = [0, 1, 0, 0, 0xff, 0xff];
            let head = [&[0; 6][..], &count.to_be_bytes()].concat();
            [head, item.repeat(count.into())].concat()
        };
        let places = ItemLocations::parse(&items(4)).expect("a few");
        assert_eq!(places.items[3].extents.len(), 65_535);
        assert_eq!(ItemLocations::parse(&items(1000)), None);
        let file = |count: u16| [b"\0\0\0\0iloc", &items(count)[..]].concat();
        assert!(!has_excessive_extents(&file(4)));
        assert!(has_excessive_extents(&file(1000)));
        assert!(has_excessive_extents(&file(0).repeat(MAX_UNSIZED + 1)));
        // With lengths of four bytes, the size of the file bounds the number.
        let mut sized = file(1000);
        sized[12] = 0x04;
        assert!(!has_excessive_extents(&sized));
    }
}
