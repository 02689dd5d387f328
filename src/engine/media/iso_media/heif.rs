//! Items of a HEIF file (ISO/IEC 23008-12): properties and data locations. Offsets and lengths are checked against the
//! file size.

use std::borrow::Cow;
use std::collections::HashMap;

use super::box_headers::{MAX_PARTS, parts};
use super::fields::Fields;
use super::items::{Items, Reference};
use super::{ByteSpan, MetadataItemKind, boxes};

/// Auxiliary types of alpha planes.
const ALPHA: [&[u8]; 2] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0",
    b"urn:mpeg:hevc:2015:auxid:1\0",
];

/// A property: its type and the range of its payload.
type ItemProperty = ([u8; 4], ByteSpan);

/// The image items of a file in memory.
pub struct Heif<'a> {
    bytes: &'a [u8],
    items: Items,
    /// Identifier of the primary item.
    pub primary: u32,
    properties: Vec<ItemProperty>,
    /// For each item: 1-based indices of its properties.
    associations: HashMap<u32, Vec<usize>>,
}

impl<'a> Heif<'a> {
    /// Parses the items of a file; `None` if it has none.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut source = bytes;
        let all = parts(&mut source, 0, bytes.len() as u64);
        let meta = all.iter().find(|part| &part.kind == b"meta")?;
        let items = Items::read(&mut source, meta)?;
        let mut heif = Self {
            bytes,
            primary: items.primary?,
            items,
            properties: Vec::new(),
            associations: HashMap::new(),
        };
        heif.read_properties();
        Some(heif)
    }

    fn read_properties(&mut self) -> Option<()> {
        let part = self.items.part(b"iprp")?;
        let span = (
            usize::try_from(part.body).ok()?,
            usize::try_from(part.end).ok()?,
        );
        for (kind, span) in boxes(self.bytes, span).take(16) {
            match &kind {
                b"ipco" => {
                    let all = boxes(self.bytes, span).take(MAX_PARTS as usize);
                    self.properties.extend(all);
                }
                b"ipma" => {
                    self.read_associations(self.bytes.get(span.0..span.1)?);
                }
                _ => {}
            }
        }
        Some(())
    }

    fn read_associations(&mut self, content: &[u8]) -> Option<()> {
        let mut fields = Fields(content);
        let head = fields.number(4)?;
        let (version, wide) = (head >> 24, head & 1 == 1);
        let count = fields.number(4)?.min(MAX_PARTS);
        for _ in 0..count {
            let id = fields.number(if version > 0 { 4 } else { 2 })?;
            let list = self.associations.entry(u32::try_from(id).ok()?);
            let list = list.or_default();
            for _ in 0..fields.number(1)? {
                // The highest bit marks an essential property.
                let number = match wide {
                    true => fields.number(2)? & 0x7fff,
                    false => fields.number(1)? & 0x7f,
                };
                list.push(usize::try_from(number).ok()?);
            }
        }
        Some(())
    }

    /// The type of an item.
    pub fn kind(&self, id: u32) -> Option<&[u8; 4]> {
        self.items.kinds.get(&id)
    }

    /// The Exif item of the primary picture, including its offset prefix.
    pub fn exif(&self) -> Option<Cow<'a, [u8]>> {
        let mut metadata = self.items.metadata.iter();
        let (id, _) = metadata.find(|(_, kind)| *kind == MetadataItemKind::Exif)?;
        self.data(*id)
    }

    /// The ranges of an item's data; `None` if parts of it are outside the file.
    pub fn spans(&self, id: u32) -> Option<Vec<ByteSpan>> {
        let place = self
            .items
            .places
            .items
            .iter()
            .find(|place| place.id == id)?;
        // Overlapping extents could multiply the size of the file.
        let mut left = self.bytes.len();
        let extents = self.items.extents(place)?;
        let spans = extents.into_iter().map(|(at, length)| {
            let at = usize::try_from(at).ok()?;
            let end = match usize::try_from(length).ok()? {
                // Zero means up to the end of the file.
                0 => self.bytes.len(),
                length => at.checked_add(length)?,
            };
            left = left.checked_sub(self.bytes.get(at..end)?.len())?;
            Some((at, end))
        });
        spans.collect()
    }

    /// An item's data; `None` if parts of it are outside the file.
    pub fn data(&self, id: u32) -> Option<Cow<'a, [u8]>> {
        let spans = self.spans(id)?;
        if let [(start, end)] = spans[..] {
            return self.bytes.get(start..end).map(Cow::Borrowed);
        }
        let pieces = spans.iter().map(|(start, end)| &self.bytes[*start..*end]);
        Some(Cow::Owned(pieces.collect::<Vec<_>>().concat()))
    }

    /// The properties of an item in order: type and payload.
    pub fn properties(&self, id: u32) -> impl Iterator<Item = (&[u8; 4], &'a [u8])> {
        let numbers = self.associations.get(&id).into_iter().flatten();
        let properties = numbers.filter_map(|number| self.properties.get(number.checked_sub(1)?));
        properties.filter_map(|(kind, (start, end))| Some((kind, self.bytes.get(*start..*end)?)))
    }

    /// The payload of an item's first property of this type.
    pub fn property(&self, id: u32, kind: &[u8; 4]) -> Option<&'a [u8]> {
        let mut properties = self.properties(id);
        properties.find_map(|(known, content)| (known == kind).then_some(content))
    }

    /// The items that an item references.
    pub fn references(&self, kind: &[u8; 4], from: u32) -> &[u32] {
        let is = |r: &&Reference| r.kind == *kind && r.from == from;
        let found = self.items.references.iter().find(is);
        found.map_or(&[], |reference| &reference.to)
    }

    /// The items that reference an item.
    pub fn items_referencing(&self, kind: &[u8; 4], to: u32) -> impl Iterator<Item = u32> {
        let refers = move |r: &&Reference| r.kind == *kind && r.to.contains(&to);
        self.items.references.iter().filter(refers).map(|r| r.from)
    }

    /// The alpha auxiliary item of an item.
    pub fn alpha(&self, id: u32) -> Option<u32> {
        let is_alpha = |id: &u32| {
            let kind = self.property(*id, b"auxC");
            let kind = kind.and_then(|content| content.get(4..));
            kind.is_some_and(|kind| ALPHA.iter().any(|known| kind.starts_with(known)))
        };
        self.items_referencing(b"auxl", id).find(is_alpha)
    }

    /// The payloads of an item's `colr` properties.
    pub fn colours(&self, id: u32) -> impl Iterator<Item = &'a [u8]> {
        let all = self.properties(id);
        all.filter_map(|(kind, content)| (kind == b"colr").then_some(content))
    }

    /// The ICC profile of an item.
    pub fn profile(&self, id: u32) -> Option<&'a [u8]> {
        self.colours(id).find_map(|content| {
            let profile = content.strip_prefix(b"prof");
            profile.or_else(|| content.strip_prefix(b"rICC"))
        })
    }

    /// A copy of the file with another primary item.
    pub fn with_primary(&self, id: u32) -> Option<Vec<u8>> {
        let part = self.items.part(b"pitm")?;
        let start = usize::try_from(part.body).ok()?;
        let wide = *self.bytes.get(start)? > 0;
        let number = id.to_be_bytes();
        let number = if wide { &number[..] } else { &number[2..] };
        let fits = wide || id <= u32::from(u16::MAX);
        let mut bytes = self.bytes.to_vec();
        let place = bytes.get_mut(start + 4..start + 4 + number.len())?;
        place.copy_from_slice(number);
        fits.then_some(bytes)
    }

    /// Width and height of an item (`ispe`).
    pub fn size(&self, id: u32) -> Option<(u32, u32)> {
        let mut fields = Fields(self.property(id, b"ispe")?.get(4..)?);
        let mut side = || u32::try_from(fields.number(4)?).ok();
        Some((side()?, side()?))
    }
}
