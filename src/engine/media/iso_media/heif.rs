//! The pictures of a HEIF file (ISO/IEC 23008-12): their properties, and where their data lies.
//! Offsets and lengths are checked against the length of the file.

use std::borrow::Cow;
use std::collections::HashMap;

use super::box_headers::{MAX_PARTS, parts};
use super::fields::Fields;
use super::items::{Items, Reference};
use super::{ByteSpan, MetadataItemKind, boxes};

/// How the item of transparency is called.
const ALPHA: [&[u8]; 2] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0",
    b"urn:mpeg:hevc:2015:auxid:1\0",
];

/// A property of an item: its kind, and where its content lies.
type ItemProperty = ([u8; 4], ByteSpan);

/// The pictures of a file that is at hand.
pub struct Heif<'a> {
    bytes: &'a [u8],
    items: Items,
    /// The picture that is shown.
    pub primary: u32,
    properties: Vec<ItemProperty>,
    /// Numbers of an item's properties, counted from one.
    associations: HashMap<u32, Vec<usize>>,
}

impl<'a> Heif<'a> {
    /// The pictures of a file that has some.
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
                // The highest bit says that the property must be understood.
                let number = match wide {
                    true => fields.number(2)? & 0x7fff,
                    false => fields.number(1)? & 0x7f,
                };
                list.push(usize::try_from(number).ok()?);
            }
        }
        Some(())
    }

    /// What an item is.
    pub fn kind(&self, id: u32) -> Option<&[u8; 4]> {
        self.items.kinds.get(&id)
    }

    /// The EXIF of the picture that is shown, with what stands before it.
    pub fn exif(&self) -> Option<Cow<'a, [u8]>> {
        let mut metadata = self.items.metadata.iter();
        let (id, _) = metadata.find(|(_, kind)| *kind == MetadataItemKind::Exif)?;
        self.data(*id)
    }

    /// The location of an item's data, unless parts of it are outside the file.
    pub fn spans(&self, id: u32) -> Option<Vec<ByteSpan>> {
        let place = self
            .items
            .places
            .items
            .iter()
            .find(|place| place.id == id)?;
        // Pieces that overlap could make more of a file than there is.
        let mut left = self.bytes.len();
        let extents = self.items.extents(place)?;
        let spans = extents.into_iter().map(|(at, length)| {
            let at = usize::try_from(at).ok()?;
            let end = match usize::try_from(length).ok()? {
                // To the end.
                0 => self.bytes.len(),
                length => at.checked_add(length)?,
            };
            left = left.checked_sub(self.bytes.get(at..end)?.len())?;
            Some((at, end))
        });
        spans.collect()
    }

    /// An item's data, unless parts of it are outside the file.
    pub fn data(&self, id: u32) -> Option<Cow<'a, [u8]>> {
        let spans = self.spans(id)?;
        if let [(start, end)] = spans[..] {
            return self.bytes.get(start..end).map(Cow::Borrowed);
        }
        let pieces = spans.iter().map(|(start, end)| &self.bytes[*start..*end]);
        Some(Cow::Owned(pieces.collect::<Vec<_>>().concat()))
    }

    /// The properties of an item, in their order: kind and content.
    pub fn properties(&self, id: u32) -> impl Iterator<Item = (&[u8; 4], &'a [u8])> {
        let numbers = self.associations.get(&id).into_iter().flatten();
        let properties = numbers.filter_map(|number| self.properties.get(number.checked_sub(1)?));
        properties.filter_map(|(kind, (start, end))| Some((kind, self.bytes.get(*start..*end)?)))
    }

    /// The content of an item's first property of a kind.
    pub fn property(&self, id: u32, kind: &[u8; 4]) -> Option<&'a [u8]> {
        let mut properties = self.properties(id);
        properties.find_map(|(known, content)| (known == kind).then_some(content))
    }

    /// The items that an item refers to.
    pub fn references(&self, kind: &[u8; 4], from: u32) -> &[u32] {
        let is = |r: &&Reference| r.kind == *kind && r.from == from;
        let found = self.items.references.iter().find(is);
        found.map_or(&[], |reference| &reference.to)
    }

    /// The items that refer to an item.
    pub fn referring(&self, kind: &[u8; 4], to: u32) -> impl Iterator<Item = u32> {
        let refers = move |r: &&Reference| r.kind == *kind && r.to.contains(&to);
        self.items.references.iter().filter(refers).map(|r| r.from)
    }

    /// The item of an item's transparency.
    pub fn alpha(&self, id: u32) -> Option<u32> {
        let is_alpha = |id: &u32| {
            let kind = self.property(*id, b"auxC");
            let kind = kind.and_then(|content| content.get(4..));
            kind.is_some_and(|kind| ALPHA.iter().any(|known| kind.starts_with(known)))
        };
        self.referring(b"auxl", id).find(is_alpha)
    }

    /// What an item says of its colours: the contents of its `colr` boxes.
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

    /// A copy of the file in which another item is the picture that is shown.
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

    /// Width and height of an item.
    pub fn size(&self, id: u32) -> Option<(u32, u32)> {
        let mut fields = Fields(self.property(id, b"ispe")?.get(4..)?);
        let mut side = || u32::try_from(fields.number(4)?).ok();
        Some((side()?, side()?))
    }
}
