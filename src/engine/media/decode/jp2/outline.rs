//! Properties of a JPEG 2000 file that are read before decoding (ITU-T T.800, annex I).

use super::CODESTREAM;
use super::codestream::{self, Codestream};
use crate::engine::media::input::ByteSource;
use crate::engine::media::iso_media::{IsoBox, parts};

/// Depth of palette columns, coded minus one, from which on the decoder cannot read them.
const MAX_DEPTH: u8 = 31;

/// Merges the codestreams of a file into one with the maximum of their requirements. Returns `None` if there is none or
/// one is inconsistent.
pub fn of(bytes: &[u8]) -> Option<Codestream> {
    let mut input = bytes;
    let end = bytes.len() as u64;
    if bytes.starts_with(CODESTREAM) {
        return codestream::read(bytes, (0, end), false);
    }
    let (mut outline, mut mapped) = (None::<Codestream>, 0);
    for part in parts(&mut input, 0, end) {
        match &part.kind {
            b"jp2c" => {
                let has_end = part.is_whole && part.end < end;
                let mut stream = codestream::read(bytes, (part.body, part.end), has_end)?;
                if let Some(before) = outline {
                    stream.channels = stream.channels.max(before.channels);
                    stream.lists = stream.lists.max(before.lists);
                    stream.is_high_throughput |= before.is_high_throughput;
                }
                outline = Some(stream);
            }
            b"jp2h" => mapped = mapped.max(palette_channels(&mut input, &part)?),
            _ => {}
        }
    }
    let mut outline = outline?;
    // The channels of a palette replace the components.
    outline.channels = outline.channels.max(mapped);
    Some(outline)
}

/// The number of channels that the palette of a header makes of the components; 0 without a palette. `None` if it is
/// invalid: the decoder panics over depths that a `u32` cannot hold, and over a palette that makes no channels.
fn palette_channels(input: &mut &[u8], header: &IsoBox) -> Option<u64> {
    let within = parts(input, header.body, header.end);
    let of_kind = |kind: [u8; 4]| within.iter().filter(move |part| part.kind == kind);
    let mut channels = 0;
    for part in of_kind(*b"pclr") {
        // After the number of entries (two bytes). The highest bit of a depth is its sign.
        let [columns] = input.array(part.body + 2)?;
        let depths = input.read(part.body + 3, columns.into())?;
        if columns == 0 || depths.iter().any(|depth| depth & 0x7f >= MAX_DEPTH) {
            return None;
        }
        channels = channels.max(u64::from(columns));
    }
    if channels > 0 {
        for part in of_kind(*b"cmap") {
            let mapped = (part.end - part.body) / 4;
            channels = channels.max((mapped > 0).then_some(mapped)?);
        }
    }
    Some(channels)
}

/// The file without its colour specification boxes, for files whose colour specification is invalid.
pub fn without_colours(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut input = bytes;
    let header = parts(&mut input, 0, bytes.len() as u64);
    let header = header.iter().find(|part| &part.kind == b"jp2h")?;
    let mut repaired = bytes.to_vec();
    for part in parts(&mut input, header.body, header.end) {
        if &part.kind == b"colr" {
            let kind = usize::try_from(part.start).ok()? + 4;
            repaired.get_mut(kind..kind + 4)?.copy_from_slice(b"free");
        }
    }
    (repaired != bytes).then_some(repaired)
}
