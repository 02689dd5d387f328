//! Items of HEIC and AVIF files (ISO/IEC 14496-12, 8.11): types, references and locations.

use std::collections::HashMap;

use super::box_headers::{IsoBox, content, parts};
use super::fields::Fields;
use super::item_locations::{ItemLocation, ItemLocations};
use crate::engine::media::input::ByteSource;

/// Maximum number of bytes read from all metadata items of a file.
pub const MAX_ITEMS: u64 = 16 << 20;

/// Type of a metadata item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataItemKind {
    /// An XMP packet.
    Xmp,
    /// An XMP packet that is compressed or protected.
    SealedXmp,
    /// EXIF.
    Exif,
}

/// A reference from one item to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Reference type.
    pub kind: [u8; 4],
    /// The referencing item.
    pub from: u32,
    /// The referenced items.
    pub to: Vec<u32>,
}

/// The items of a file.
pub struct Items {
    /// Child boxes of `meta`.
    pub parts: Vec<IsoBox>,
    /// The primary item.
    pub primary: Option<u32>,
    /// Identifiers of all items.
    pub numbers: Vec<u32>,
    /// Types of items that have one.
    pub kinds: HashMap<u32, [u8; 4]>,
    /// References between items.
    pub references: Vec<Reference>,
    /// Metadata items of the primary picture, or without a reference to any item.
    pub metadata: Vec<(u32, MetadataItemKind)>,
    /// Item locations.
    pub places: ItemLocations,
}

impl Items {
    /// Parses the item descriptions in a `meta` box.
    pub fn read(input: &mut impl ByteSource, meta: &IsoBox) -> Option<Self> {
        let parts = parts(input, meta.body + 4, meta.end);
        let find = |kind: &[u8; 4]| parts.iter().find(|part| part.kind == *kind);
        let (infos, places) = (find(b"iinf")?, find(b"iloc")?);
        let places = ItemLocations::parse(&content(input, places.body, places.end)?)?;
        let primary = find(b"pitm").and_then(|part| {
            let bytes = content(input, part.body, part.end)?;
            let mut fields = Fields(&bytes);
            let wide = fields.number(4)? >> 24 > 0;
            u32::try_from(fields.number(if wide { 4 } else { 2 })?).ok()
        });
        let references = find(b"iref").map(|part| references(input, part));
        let references = references.unwrap_or_default();
        let mut infos = Infos::read(input, infos)?;
        // Metadata of other items, such as depth maps, does not apply to the picture.
        let mut describes_picture = HashMap::<u32, bool>::new();
        for reference in references.iter().filter(|r| &r.kind == b"cdsc") {
            let is_of_picture = |to: &u32| primary.is_none_or(|primary| *to == primary);
            if !reference.to.is_empty() {
                let found = describes_picture.entry(reference.from).or_default();
                *found |= reference.to.iter().any(is_of_picture);
            }
        }
        let applies = |id: &u32| describes_picture.get(id).copied().unwrap_or(true);
        infos.metadata.retain(|(id, _)| applies(id));
        Some(Self {
            parts,
            primary,
            numbers: infos.numbers,
            kinds: infos.kinds,
            references,
            metadata: infos.metadata,
            places,
        })
    }

    /// The first child box of this type.
    pub fn part(&self, kind: &[u8; 4]) -> Option<&IsoBox> {
        self.parts.iter().find(|part| part.kind == *kind)
    }

    /// Offset and length of each extent; `None` if the item is constructed from other items or lies in another file.
    pub fn extents(&self, place: &ItemLocation) -> Option<Vec<(u64, u64)>> {
        let start = match place.method {
            0 => 0,
            1 => self.part(b"idat")?.body,
            _ => return None,
        };
        let start = start.checked_add(place.base)?;
        let extents = place.extents.iter();
        extents
            .map(|extent| Some((start.checked_add(extent.at)?, extent.length)))
            .collect()
    }

    /// The bytes of an item. `left` limits the total read from all items, since many can share one location.
    pub fn bytes(
        &self,
        input: &mut impl ByteSource,
        place: &ItemLocation,
        left: &mut u64,
    ) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for (at, length) in self.extents(place)? {
            *left = left.checked_sub(length)?;
            bytes.extend_from_slice(input.read(at, usize::try_from(length).ok()?)?);
        }
        Some(bytes)
    }
}

/// Parses the item reference box `iref`.
fn references(input: &mut impl ByteSource, part: &IsoBox) -> Vec<Reference> {
    let version = input.array::<1>(part.body).unwrap_or_default();
    let width = if version == [0] { 2 } else { 4 };
    let all = parts(input, part.body + 4, part.end);
    let read = |part: IsoBox| {
        let bytes = content(input, part.body, part.end)?;
        let mut fields = Fields(&bytes);
        let mut next = |width| u32::try_from(fields.number(width)?).ok();
        let (from, count) = (next(width)?, next(2)?);
        Some(Reference {
            kind: part.kind,
            from,
            to: (0..count).map_while(|_| next(width)).collect(),
        })
    };
    all.into_iter().filter_map(read).collect()
}

/// Contents of the item information box `iinf`.
struct Infos {
    numbers: Vec<u32>,
    kinds: HashMap<u32, [u8; 4]>,
    metadata: Vec<(u32, MetadataItemKind)>,
}

impl Infos {
    fn read(input: &mut impl ByteSource, infos: &IsoBox) -> Option<Self> {
        let [version, ..] = input.array::<4>(infos.body)?;
        let skip = if version == 0 { 2 } else { 4 };
        let mut found = Self {
            numbers: Vec::new(),
            kinds: HashMap::new(),
            metadata: Vec::new(),
        };
        for info in parts(input, infos.body + 4 + skip, infos.end) {
            if &info.kind != b"infe" {
                continue;
            }
            let length = usize::try_from(info.end - info.body).ok()?.min(1 << 10);
            let Some(bytes) = input.read(info.body, length) else {
                break;
            };
            found.add(bytes)?;
        }
        Some(found)
    }

    /// Parses one item information entry.
    fn add(&mut self, bytes: &[u8]) -> Option<()> {
        let mut fields = Fields(bytes);
        let version = fields.number(4)? >> 24;
        let id = u32::try_from(fields.number(if version == 3 { 4 } else { 2 })?).ok()?;
        self.numbers.push(id);
        if !(2..=3).contains(&version) {
            return Some(());
        }
        let is_protected = fields.number(2)? != 0;
        let kind = u32::try_from(fields.number(4)?).ok()?.to_be_bytes();
        self.kinds.insert(id, kind);
        let mut texts = fields.0.split(|byte| *byte == 0).skip(1);
        let content = texts.next().unwrap_or_default();
        let encoding = texts.next().unwrap_or_default();
        let kind = match (&kind, content) {
            (b"Exif", _) if !is_protected => MetadataItemKind::Exif,
            (b"mime", b"application/rdf+xml") if is_protected || !encoding.is_empty() => {
                MetadataItemKind::SealedXmp
            }
            (b"mime", b"application/rdf+xml") => MetadataItemKind::Xmp,
            _ => return Some(()),
        };
        self.metadata.push((id, kind));
        Some(())
    }
}
