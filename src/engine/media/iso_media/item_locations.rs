//! Item locations: the box `iloc` (ISO/IEC 14496-12, 8.11.3).

use super::box_headers::{MAX_EXTENTS, MAX_PARTS};
use super::fields::Fields;

/// The box `iloc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLocations {
    version: u8,
    flags: u32,
    /// Four widths of four bits each: of places, lengths, bases and indices.
    widths: u16,
    /// The items.
    pub items: Vec<ItemLocation>,
}

/// The location of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemLocation {
    /// Its number.
    pub id: u32,
    /// What places count from: 0 the file, 1 the box of data, 2 another item.
    pub method: u16,
    /// The file: 0 is this one.
    pub reference: u16,
    /// What is added to each place.
    pub base: u64,
    /// Its pieces.
    pub extents: Vec<Extent>,
}

/// A piece of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    index: u64,
    /// Where it begins.
    pub at: u64,
    /// How long it is.
    pub length: u64,
}

impl ItemLocations {
    /// The width of a number: 0 places, 1 lengths, 2 bases, 3 indices.
    fn width(&self, number: u16) -> usize {
        let width = usize::from(self.widths >> (12 - 4 * number) & 0xf);
        // Only the second version has indices.
        if number == 3 && self.version == 0 {
            0
        } else {
            width
        }
    }

    fn id_width(&self) -> usize {
        if self.version < 2 { 2 } else { 4 }
    }

    /// Reads the content of the box.
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

    /// The next item. `left` is how many pieces there may be yet: those whose numbers have no width take no bytes.
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

    /// The content of the box; nothing if a number does not fit into its width.
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

    /// The location of an item that is a single extent.
    pub fn one_piece(&self, id: u32, at: u64, length: u64) -> ItemLocation {
        // Files whose places have no width say all by the base.
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

    /// Updates the offsets of all extents: `moved` gives the new offset for an old one and its length.
    pub fn follow(&mut self, moved: impl Fn(u64, u64) -> Option<u64>) -> Option<()> {
        let by_base = self.width(0) == 0;
        for item in self.items.iter_mut().filter(|item| item.method == 0) {
            // Without a length, a piece is all of the file.
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

/// Adds a number, the highest byte first; nothing if it is too large.
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
        // Of 65,535 pieces each, whose places and lengths have no width.
        let items = |count: u16| {
            let item = [0, 1, 0, 0, 0xff, 0xff];
            let head = [&[0; 6][..], &count.to_be_bytes()].concat();
            [head, item.repeat(count.into())].concat()
        };
        let places = ItemLocations::parse(&items(4)).expect("a few");
        assert_eq!(places.items[3].extents.len(), 65_535);
        assert_eq!(ItemLocations::parse(&items(1000)), None);
    }
}
