//! ISO base media files (ISO/IEC 14496-12 and 23008-12): HEIC, AVIF, CR3, JPEG XL and videos.
//!
//! [`parts`] iterates over boxes of a file that is read piecewise, and [`boxes`] over those of bytes in memory.
//! [`Items`] parses the item descriptions in a `meta` box, and [`Heif`] adds the properties of each picture.

mod box_headers;
mod fields;
mod heif;
mod item_locations;
mod items;
pub mod track;

use std::borrow::Cow;

pub use box_headers::{IsoBox, MAX_META, content, part, parts};
pub use fields::Fields;
pub use heif::Heif;
pub use item_locations::{ItemLocation, has_excessive_extents, push};
pub use items::{Items, MAX_ITEMS, MetadataItemKind};
pub use track::PictureTrack;

/// The brands of a file, which identify its format.
pub struct Brands<'a> {
    pub major: &'a [u8; 4],
    all: &'a [[u8; 4]],
}

/// The brands of a file that starts with an `ftyp` box.
pub fn brands(bytes: &[u8]) -> Option<Brands<'_>> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let all = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    let all = all.as_chunks::<4>().0;
    let major = all.first().unwrap_or(b"    ");
    Some(Brands { major, all })
}

/// Brands of AV1 and HEVC pictures and sequences.
const AVIF: &[&[u8; 4]] = &[b"avif", b"avis"];
const HEIC: &[&[u8; 4]] = &[
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs",
];
/// Other brands of pictures and sequences: those that do not tell the coding, profiles, and codings that are not
/// supported.
const GENERAL: &[&[u8; 4]] = &[
    b"mif1", b"mif2", b"msf1", b"miaf", b"MiHA", b"MiHB", b"MiHE", b"MA1A", b"MA1B", b"1pic",
    b"avci", b"avcs", b"jpeg", b"jpgs", b"j2ki", b"j2is", b"vvic", b"vvis",
];

impl Brands<'_> {
    /// Whether it is AVIF, by the major brand, or by the compatible brands if the major brand is general.
    pub fn is_avif(&self) -> bool {
        let is_compatible = || self.all.iter().any(|brand| AVIF.contains(&brand));
        AVIF.contains(&self.major) || self.is_general() && is_compatible()
    }

    /// Whether it is HEIC or HEIF.
    pub fn is_heic(&self) -> bool {
        HEIC.contains(&self.major) || self.is_general() && !self.is_avif()
    }

    fn is_general(&self) -> bool {
        GENERAL.contains(&self.major)
    }
}

/// Replaces associations with property index 0 (none), which some phones write and the decoder rejects. They are set to
/// the item's first property, which is then listed twice, without effect.
pub fn without_empty_properties(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    let Some(ipma) = association_box(&bytes) else {
        return bytes;
    };
    for (at, first) in empty_properties(&bytes, ipma).unwrap_or_default() {
        bytes.to_mut()[at] = first;
    }
    bytes
}

/// Start and end of a box's payload in a slice.
pub type ByteSpan = (usize, usize);

/// The boxes in a span: type and payload. Stops at the first malformed box.
pub fn boxes(bytes: &[u8], (start, end): ByteSpan) -> impl Iterator<Item = ([u8; 4], ByteSpan)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let mut source = bytes;
        let part =
            box_headers::part(&mut source, at as u64, end as u64).filter(|part| part.is_whole)?;
        let body = usize::try_from(part.body).ok()?;
        at = usize::try_from(part.end).ok()?;
        Some((part.kind, (body, at)))
    })
}

/// Whether any item has a rotation or mirroring property.
pub fn has_rotation(bytes: &[u8]) -> bool {
    property_boxes(bytes).any(|(kind, _)| matches!(&kind, b"irot" | b"imir"))
}

/// All item properties of the file: type and payload.
pub fn property_boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], ByteSpan)> {
    let all = properties(bytes).and_then(|span| child(bytes, span, b"ipco"));
    boxes(bytes, all.unwrap_or((0, 0)))
}

/// The payload of the first box of this type in a span.
pub fn child(bytes: &[u8], span: ByteSpan, wanted: &[u8; 4]) -> Option<ByteSpan> {
    let found = boxes(bytes, span).find(|(kind, _)| kind == wanted);
    found.map(|(_, span)| span)
}

/// The item properties box `iprp`.
fn properties(bytes: &[u8]) -> Option<ByteSpan> {
    let (start, end) = child(bytes, (0, bytes.len()), b"meta")?;
    // Version and flags precede the children of `meta`.
    child(bytes, (start + 4, end), b"iprp")
}

/// The item property association box `ipma`.
fn association_box(bytes: &[u8]) -> Option<ByteSpan> {
    child(bytes, properties(bytes)?, b"ipma")
}

/// Associations with property index 0: their offsets, and the item's first property.
fn empty_properties(bytes: &[u8], (start, end): ByteSpan) -> Option<Vec<(usize, u8)>> {
    let content = bytes.get(start..end)?;
    let (header, entries) = content.split_first_chunk::<8>()?;
    let (version, wide) = (header[0], header[3] & 1 == 1);
    let items = u32::from_be_bytes(*header.last_chunk()?);
    let id_width = if version == 0 { 2 } else { 4 };
    let width = if wide { 2 } else { 1 };
    let mut at = start + 8;
    let mut found = Vec::new();
    let mut rest = entries;
    for _ in 0..items {
        let count = usize::from(*rest.get(id_width)?);
        let list = rest.get(id_width + 1..)?.get(..count * width)?;
        at += id_width + 1;
        // In two-byte entries the first byte has a flag and the high bits, which are zero in all real files.
        let index = |entry: &[u8]| entry[width - 1] & if wide { 0xff } else { 0x7f };
        let first = list
            .chunks_exact(width)
            .map(index)
            .find(|index| *index != 0);
        for (n, entry) in list.chunks_exact(width).enumerate() {
            if index(entry) == 0 {
                found.push((at + n * width + width - 1, first?));
            }
        }
        at += count * width;
        rest = &rest[id_width + 1 + count * width..];
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u32 + 8).to_be_bytes();
        [&size[..], kind, content].concat()
    }

    fn file(ipma: &[u8]) -> Vec<u8> {
        let properties = boxed(
            b"iprp",
            &[boxed(b"ipco", &[]), boxed(b"ipma", ipma)].concat(),
        );
        let meta = boxed(b"meta", &[vec![0; 4], properties].concat());
        [boxed(b"ftyp", b"heic\0\0\0\0"), meta].concat()
    }

    #[test]
    fn entries_without_a_property_name_the_first_one() {
        let narrow = file(&[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 3, 0x81, 0, 5, 0, 2, 1, 2]);
        let fixed = without_empty_properties(&narrow);
        let want = file(&[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 3, 0x81, 1, 5, 0, 2, 1, 2]);
        assert_eq!(*fixed, want);
        let wide = file(&[1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0, 0x80, 3]);
        let want = file(&[1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 3, 0x80, 3]);
        assert_eq!(*without_empty_properties(&wide), want);
    }

    #[test]
    fn rotation_is_found_among_the_properties() {
        let with = |property: &[u8; 4]| {
            let properties = boxed(b"ipco", &boxed(property, &[1]));
            let meta = [vec![0; 4], boxed(b"iprp", &properties)].concat();
            [boxed(b"ftyp", b"heic"), boxed(b"meta", &meta)].concat()
        };
        assert!(has_rotation(&with(b"irot")) && has_rotation(&with(b"imir")));
        assert!(!has_rotation(&with(b"pixi")) && !has_rotation(b""));
    }

    #[test]
    fn a_description_that_is_cut_off_has_no_children() {
        // A box of size 0 whose payload would start after its end.
        let empty = [boxed(b"ftyp", b"heic"), boxed(b"meta", &[]), vec![0; 24]].concat();
        assert!(!has_rotation(&empty));
        assert_eq!(*without_empty_properties(&empty), *empty);
        assert!(Heif::read(&empty).is_none());
    }

    #[test]
    fn whole_and_cut_files_stay_as_they_are() {
        let whole = file(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 2]);
        assert!(matches!(without_empty_properties(&whole), Cow::Borrowed(_)));
        for end in 0..whole.len() {
            let cut = &whole[..end];
            assert_eq!(*without_empty_properties(cut), *cut);
        }
    }
}
