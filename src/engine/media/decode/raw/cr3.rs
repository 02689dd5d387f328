//! Canon CR3: ISO base media boxes with two or three JPEGs and the camera's metadata.

use super::Preview;
use super::exif_builder::ExifBuilder;
use super::tiff::TiffStructure;
use crate::engine::media::iso_media::{ByteSpan, boxes, child, track};

/// UUID of Canon's box in `moov`.
const CANON: [u8; 16] = [
    0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48,
];
/// UUID of the preview box.
const PREVIEW: [u8; 16] = [
    0xea, 0xf4, 0x2b, 0x5e, 0x1c, 0x98, 0x4b, 0x88, 0xb9, 0xfb, 0xb7, 0xdc, 0x40, 0x6e, 0x4d, 0x16,
];
/// Maximum offset of a JPEG from the start of its box.
const HEADER: usize = 64;
/// Maximum number of tracks examined.
const MAX_TRACKS: usize = 8;

/// The payload of the `uuid` box with this identifier.
fn uuid(bytes: &[u8], within: ByteSpan, id: &[u8; 16]) -> Option<ByteSpan> {
    let is = |(start, end): &ByteSpan| bytes.get(*start..*end).is_some_and(|b| b.starts_with(id));
    let mut found = boxes(bytes, within).filter(|(kind, _)| kind == b"uuid");
    let (start, end) = found.find(|(_, span)| is(span))?.1;
    Some((start + 16, end))
}

/// The small preview, the thumbnail, and the full-size JPEG, which is the data of a track.
pub fn previews(bytes: &[u8]) -> Vec<Preview<'_>> {
    let all = (0, bytes.len());
    let mut found = Vec::new();
    // Eight undocumented bytes precede the inner box.
    let preview =
        uuid(bytes, all, &PREVIEW).and_then(|(start, end)| child(bytes, (start + 8, end), b"PRVW"));
    found.extend(preview.and_then(|span| jpeg_in(bytes, span)));
    let Some(movie) = child(bytes, all, b"moov") else {
        return found;
    };
    let thumbnail = uuid(bytes, movie, &CANON).and_then(|span| child(bytes, span, b"THMB"));
    found.extend(thumbnail.and_then(|span| jpeg_in(bytes, span)));
    let tracks = boxes(bytes, movie).filter(|(kind, _)| kind == b"trak");
    found.extend(
        tracks
            .take(MAX_TRACKS)
            .filter_map(|(_, span)| jpeg_of(bytes, span)),
    );
    found
}

fn jpeg_in(bytes: &[u8], (start, end): ByteSpan) -> Option<Preview<'_>> {
    let head = bytes.get(start..end.min(start + HEADER))?;
    let at = memchr::memmem::find(head, b"\xff\xd8\xff")?;
    Preview::at(bytes, start + at, end - start - at)
}

/// The JPEG in the first sample of a track.
fn jpeg_of(bytes: &[u8], track: ByteSpan) -> Option<Preview<'_>> {
    let (start, end) = track::first_sample(bytes, track)?;
    Preview::at(bytes, start, end - start)
}

/// The TIFF structures with the fields of the first IFD and of the Exif IFD.
fn structures(bytes: &[u8]) -> Option<Vec<TiffStructure<'_>>> {
    let movie = child(bytes, (0, bytes.len()), b"moov")?;
    let canon = uuid(bytes, movie, &CANON)?;
    let kinds = [b"CMT1", b"CMT2"];
    let found = kinds.iter().filter_map(|kind| {
        let (start, _) = child(bytes, canon, kind)?;
        TiffStructure::with_header(bytes, start)
    });
    Some(found.collect())
}

/// The camera's metadata as one TIFF structure.
pub fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let structures = structures(bytes)?;
    let little = structures.first()?.is_little();
    let mut builder = ExifBuilder::new(little);
    for structure in structures.iter().filter(|s| s.is_little() == little) {
        structure.add_to(&mut builder);
    }
    Some(builder.build())
}

/// Size of the full picture.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let main = *structures(bytes)?.first()?;
    main.sizes().first().copied()
}
