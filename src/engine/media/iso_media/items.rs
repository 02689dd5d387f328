//! The items of a HEIC or AVIF (ISO/IEC 14496-12, 8.11): what each one is, what it describes, and where it lies.

use std::collections::HashMap;

use super::box_headers::{IsoBox, content, parts};
use super::fields::Fields;
use super::item_locations::{ItemLocation, ItemLocations};
use crate::engine::media::input::ByteSource;

/// Most bytes of metadata that are read of a file's items, all together.
pub const MAX_ITEMS: u64 = 16 << 20;

/// What an item of metadata is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataItemKind {
    /// An XMP packet.
    Xmp,
    /// An XMP packet that is compressed or encrypted.
    SealedXmp,
    /// EXIF.
    Exif,
}

/// What an item says of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What the others are to it.
    pub kind: [u8; 4],
    /// The item.
    pub from: u32,
    /// The others.
    pub to: Vec<u32>,
}

/// The items of a file.
pub struct Items {
    /// The boxes that describe them.
    pub parts: Vec<IsoBox>,
    /// The picture that is shown.
    pub primary: Option<u32>,
    /// The numbers of all items.
    pub numbers: Vec<u32>,
    /// The types of items that have one.
    pub kinds: HashMap<u32, [u8; 4]>,
    /// What they are to each other.
    pub references: Vec<Reference>,
    /// Items of metadata about the picture that is shown, or about none in particular.
    pub metadata: Vec<(u32, MetadataItemKind)>,
    /// Their locations.
    pub places: ItemLocations,
}

impl Items {
    /// Reads what a `meta` box says of its items.
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
        // Depth maps and the like have metadata of their own.
        infos.metadata.retain(|(id, _)| {
            let mut described = references
                .iter()
                .filter(|r| &r.kind == b"cdsc" && r.from == *id)
                .flat_map(|r| &r.to)
                .peekable();
            let describes_none = described.peek().is_none();
            describes_none || primary.is_none_or(|primary| described.any(|to| *to == primary))
        });
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

    /// The box of a kind that describes items.
    pub fn part(&self, kind: &[u8; 4]) -> Option<&IsoBox> {
        self.parts.iter().find(|part| part.kind == *kind)
    }

    /// The places and lengths of an item in the file; nothing if it is made of other items or in another file.
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

    /// The bytes of an item. `left` is how many may be read yet of this file's items, many of which can share one location.
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

/// Reads the references between items.
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

/// What the box `iinf` says.
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

    /// One item.
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
