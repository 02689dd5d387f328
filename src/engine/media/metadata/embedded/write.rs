//! Writes an XMP packet into a photo. Only the packet changes, which is verified before the photo is replaced.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use super::input::{ByteSource, Input};
use super::{ContainerFormat, MetadataBlocks, heif, jpeg, png, tiff, webp};
use crate::engine::files::patch::{self, Patch};
use crate::engine::files::regular::open_regular;
use crate::engine::files::replace;
use crate::engine::media::metadata::edit::{Additions, PlannedContents};
use crate::engine::media::metadata::error::MetadataError;
use crate::engine::media::metadata::xmp::{
    DESCRIPTION, EXTENDED, HIERARCHY, LABEL, Packet, RATING, SUBJECT, TAGS,
};
use crate::engine::media::photo::ContentId;

/// Properties that are written, and so must not be in an extended packet as well.
const WRITTEN: [super::super::xmp::XmpProperty; 5] = [SUBJECT, HIERARCHY, TAGS, RATING, LABEL];

/// Whether the extension is that of TIFF too: camera RAW has the same structure, and originals are never modified.
fn is_plain_tiff(photo: &Path) -> bool {
    let ending = photo.extension().unwrap_or_default();
    ["tif", "tiff"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// The planned contents of the packet, and the patches of the file.
pub type EmbeddedEdit = (PlannedContents, Vec<Patch>);

/// Plans the changes of a photo; `None` if it has everything already.
///
/// # Errors
/// Returns an error if the photo cannot be written.
pub fn plan(photo: &Path, additions: &Additions) -> Result<Option<EmbeddedEdit>, MetadataError> {
    let file = open_regular(photo)?;
    let mut input = Input::new(file);
    let format = ContainerFormat::of(&mut input).ok_or(MetadataError::UnknownFormat)?;
    let blocks = MetadataBlocks::of(format, &mut input);
    // A packet beside it would replace what is in it.
    if !blocks.text_xmp.is_empty() {
        return Err(MetadataError::SeveralPackets);
    }
    let mut packets = blocks.xmp.iter();
    let mut packet = match packets.next() {
        Some(bytes) => Packet::parse(bytes)?,
        None => Packet::empty(),
    };
    for other in packets {
        let extended = packet.simple(EXTENDED).is_some();
        let other = Packet::parse(other)?;
        let ours = |property: &_| !other.list(*property).is_empty();
        let describes = additions.description.is_some() && ours(&DESCRIPTION);
        if !extended || describes || WRITTEN.iter().any(ours) {
            return Err(MetadataError::SeveralPackets);
        }
    }
    if packet.simple(EXTENDED).is_some() && blocks.xmp.len() < 2 {
        return Err(MetadataError::PartMissing);
    }
    let Some(contents) = PlannedContents::of(&mut packet, additions)? else {
        return Ok(None);
    };
    let patches = match format {
        ContainerFormat::Jpeg => in_jpeg(&mut input, &packet),
        ContainerFormat::Png => in_png(&mut input, &packet.to_bytes()?),
        ContainerFormat::WebP => in_webp(&mut input, &packet.to_bytes()?),
        ContainerFormat::Tiff if is_plain_tiff(photo) => {
            let end = photo.metadata()?.len();
            tiff::patches(&mut input, end, &packet.to_bytes()?).ok_or(MetadataError::UnusualLayout)
        }
        ContainerFormat::Boxes => {
            let end = photo.metadata()?.len();
            let there = !blocks.xmp.is_empty();
            let patches = heif::patches(&mut input, end, there, &packet.to_bytes()?);
            patches.ok_or(MetadataError::UnusualLayout)
        }
        ContainerFormat::Tiff => Err(MetadataError::CameraRaw),
        ContainerFormat::Gif => Err(MetadataError::Gif),
        ContainerFormat::Psd => Err(MetadataError::Photoshop),
    };
    patches.map(|patches| Some((contents, patches)))
}

/// Reads a range that is to be replaced.
fn part<R: Read + Seek>(
    input: &mut Input<R>,
    at: u64,
    length: usize,
) -> Result<Vec<u8>, MetadataError> {
    let bytes = input.read(at, length).ok_or(MetadataError::UnusualLayout)?;
    Ok(bytes.to_vec())
}

/// Patches for a JPEG: replaces the XMP segment, or inserts one after JFIF and EXIF.
fn in_jpeg<R: Read + Seek>(
    input: &mut Input<R>,
    packet: &Packet,
) -> Result<Vec<Patch>, MetadataError> {
    let mut bytes = packet.to_bytes()?;
    if bytes.len() > jpeg::MAX_PACKET {
        bytes = packet.without_padding()?;
    }
    if bytes.len() > jpeg::MAX_PACKET {
        return Err(MetadataError::TooLargeForJpeg);
    }
    let length = u16::try_from(2 + jpeg::XMP.len() + bytes.len())?;
    let mut new = vec![0xff, 0xe1];
    new.extend(length.to_be_bytes());
    new.extend(jpeg::XMP);
    new.extend(bytes);
    let (mut at, mut place) = (2, 2);
    while let Some(segment) = jpeg::segment(input, at) {
        let start = segment.start;
        at = segment.body + segment.length as u64;
        let head = part(input, segment.body, segment.length.min(jpeg::XMP.len()))?;
        match segment.marker {
            0xe1 if head == jpeg::XMP => {
                let length = usize::try_from(at - start)?;
                let old = part(input, start, length)?;
                return Ok(vec![Patch {
                    at: start,
                    old,
                    new,
                }]);
            }
            0xe0 => place = at,
            0xe1 if head.starts_with(jpeg::EXIF) => place = at,
            _ => {}
        }
    }
    Ok(vec![Patch {
        at: place,
        old: Vec::new(),
        new,
    }])
}

/// Patches for a PNG: replaces the XMP chunk, or inserts one before the image data.
fn in_png<R: Read + Seek>(
    input: &mut Input<R>,
    packet: &[u8],
) -> Result<Vec<Patch>, MetadataError> {
    let mut new = b"iTXt".to_vec();
    new.extend(png::XMP);
    // Not compressed, empty language tag, empty translated keyword.
    new.extend([0; 4]);
    new.extend(packet);
    let length = u32::try_from(new.len() - 4)?;
    let checksum = crc32fast::hash(&new);
    new.splice(0..0, length.to_be_bytes());
    new.extend(checksum.to_be_bytes());
    let (mut at, mut place) = (8, None);
    while let Some([a, b, c, d, kind @ ..]) = input.array::<8>(at) {
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        let end = at + 12 + length;
        match &kind {
            b"iTXt" if input.read(at + 8, png::XMP.len()) == Some(png::XMP) => {
                let length = usize::try_from(end - at)?;
                let old = part(input, at, length)?;
                return Ok(vec![Patch { at, old, new }]);
            }
            b"IDAT" | b"IEND" => place = place.or(Some(at)),
            _ => {}
        }
        if &kind == b"IEND" {
            break;
        }
        at = end;
    }
    let patch = |at| Patch {
        at,
        old: Vec::new(),
        new,
    };
    Ok(vec![patch(place.ok_or(MetadataError::UnusualLayout)?)])
}

/// Patches for a WebP: replaces the XMP chunk, or appends one, and updates the header.
fn in_webp<R: Read + Seek>(
    input: &mut Input<R>,
    packet: &[u8],
) -> Result<Vec<Patch>, MetadataError> {
    let chunks = webp::chunks(input);
    let length = u32::try_from(packet.len())?;
    let mut new = b"XMP ".to_vec();
    new.extend(length.to_le_bytes());
    new.extend(packet);
    new.resize(new.len() + new.len() % 2, 0);
    let first = chunks.first().ok_or(MetadataError::UnusualLayout)?;
    let mut patches = Vec::new();
    if &first.name == b"VP8X" {
        let old = part(input, first.body, 1)?;
        let new = vec![old[0] | webp::HAS_XMP];
        if old != new {
            let at = first.body;
            patches.push(Patch { at, old, new });
        }
    } else {
        let head = part(input, first.body, first.length.min(10) as usize)?;
        let head = webp::extended_head(&first.name, &head).ok_or(MetadataError::UnusualLayout)?;
        patches.push(Patch {
            at: first.start,
            old: Vec::new(),
            new: head,
        });
    }
    let there = chunks.iter().find(|chunk| &chunk.name == b"XMP ");
    let (at, old) = match there {
        Some(chunk) => {
            let length = usize::try_from(chunk.end() - chunk.start)?;
            (chunk.start, part(input, chunk.start, length)?)
        }
        None => (
            chunks.last().ok_or(MetadataError::UnusualLayout)?.end(),
            Vec::new(),
        ),
    };
    patches.push(Patch { at, old, new });
    let size = input.array::<4>(4).ok_or(MetadataError::UnusualLayout)?;
    let grown = |size: u32| {
        let by = |patch: &Patch| patch.new.len() as i64 - patch.old.len() as i64;
        let growth: i64 = patches.iter().map(by).sum();
        u32::try_from(i64::from(size) + growth)
    };
    let end = chunks.last().map_or(0, webp::RiffChunk::end);
    if end != u64::from(u32::from_le_bytes(size)) + 8 {
        return Err(MetadataError::UnusualLayout);
    }
    let new = grown(u32::from_le_bytes(size))?.to_le_bytes().to_vec();
    patches.insert(
        0,
        Patch {
            at: 4,
            old: size.to_vec(),
            new,
        },
    );
    Ok(patches)
}

/// Applies patches to a photo. Before the new file replaces the old one, it is verified that reversing the patches
/// restores the old bytes exactly. In formats with offsets to picture data, that data must also be identical at the new
/// offsets.
///
/// # Errors
/// Returns an error if the photo differs from the planned state or cannot be written; it is then unchanged.
pub fn write(photo: &Path, temporary: &Path, patches: &[Patch]) -> io::Result<()> {
    let mut file = open_regular(photo)?;
    let before = patch::content(&mut file, &[])?;
    let pictures = pictures(&file)?;
    let back = patch::reversed(patches);
    replace::replace(
        photo,
        temporary,
        |new| patch::copy(&mut file, patches, new),
        |new| {
            let mut new = File::open(new)?;
            let is_same =
                patch::content(&mut new, &back)? == before && self::pictures(&new)? == pictures;
            match is_same {
                true => Ok(()),
                false => Err(io::Error::other(
                    "the copy differs from the file: try again",
                )),
            }
        },
    )
}

/// A hash of the picture data, for formats with offsets to it.
fn pictures(file: &File) -> io::Result<Option<ContentId>> {
    match ContainerFormat::of(&mut Input::new(file)) {
        Some(ContainerFormat::Boxes) => heif::pictures(file),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::*;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let image = RgbImage::from_fn(31, 17, |x, y| image::Rgb([x as u8 * 8, y as u8 * 8, 90]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(image)
            .write_to(&mut bytes, format)
            .expect("encodes");
        bytes.into_inner()
    }

    fn additions(keyword: &str) -> Additions {
        Additions {
            keywords: vec![keyword.into()],
            rating: Some(4),
            ..Additions::default()
        }
    }

    #[test]
    fn packets_are_written_read_and_taken_back() {
        let dir = tempfile::tempdir().expect("a folder");
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Tiff,
        ] {
            let photo = dir.path().join("photo.tif");
            let bytes = picture(format);
            fs::write(&photo, &bytes).expect("written");
            let pixels = image::load_from_memory(&bytes).expect("decodes");
            let (mut steps, temporary) = (Vec::new(), dir.path().join("temporary"));
            for keyword in ["cat", "a longer keyword"] {
                let planned = plan(&photo, &additions(keyword)).expect("planned");
                let (_, patches) = planned.expect("a change");
                write(&photo, &temporary, &patches).expect("written");
                steps.push(patches);
            }
            let again = plan(&photo, &additions("cat")).expect("read");
            assert_eq!(again, None, "{format:?}");
            let facts = super::super::facts_of(&photo);
            assert_eq!(facts.keywords, ["cat", "a longer keyword"], "{format:?}");
            assert_eq!(facts.rating, Some(4));
            let after = fs::read(&photo).expect("there");
            let same = image::load_from_memory(&after).expect("decodes");
            assert_eq!(same, pixels, "{format:?}");
            for patches in steps.iter().rev() {
                let back = patch::reversed(patches);
                write(&photo, &temporary, &back).expect("written");
            }
            assert_eq!(fs::read(&photo).expect("there"), bytes, "{format:?}");
            assert!(write(&photo, &temporary, &patch::reversed(&steps[0])).is_err());
            assert!(!temporary.exists());
        }
    }

    #[test]
    fn what_cannot_be_written_into_is_refused_and_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let photo = dir.path().join("photo");
        for bytes in [
            picture(ImageFormat::Tiff),
            b"no photo at all, really".to_vec(),
        ] {
            fs::write(&photo, &bytes).expect("written");
            assert!(plan(&photo, &additions("cat")).is_err());
        }
        // ImageMagick's packet, which a second one would replace.
        let mut png = picture(ImageFormat::Png);
        let text = b"Raw profile type xmp\0\nxmp\n9\n3c7061636b65742f3e";
        let length = (text.len() as u32).to_be_bytes();
        let chunk = [&length[..], b"tEXt", text, &[0; 4]].concat();
        png.splice(33..33, chunk);
        fs::write(&photo, png).expect("written");
        assert!(matches!(
            plan(&photo, &additions("cat")),
            Err(MetadataError::SeveralPackets)
        ));
        // More metadata than one segment holds.
        fs::write(&photo, picture(ImageFormat::Jpeg)).expect("written");
        let long = "long ".repeat(20_000);
        assert!(plan(&photo, &additions(&long)).is_err());
    }
}
