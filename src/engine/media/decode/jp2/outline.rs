//! Properties of a JPEG 2000 file that are read before decoding (ITU-T T.800, annex I).

use super::CODESTREAM;
use super::codestream::{self, Codestream};
use crate::engine::media::input::ByteSource;
use crate::engine::media::iso_media::{IsoBox, parts};

/// Merges the codestreams of a file into one with the maximum of their requirements. Returns `None` if there is none or
/// one is inconsistent.
pub fn of(bytes: &[u8]) -> Option<Codestream> {
    let mut input = bytes;
    let end = bytes.len() as u64;
    if bytes.starts_with(CODESTREAM) {
        return codestream::read(bytes, (0, end), false);
    }
    let (mut outline, mut columns) = (None::<Codestream>, 0);
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
            b"jp2h" => columns = columns.max(palette_columns(&mut input, &part)),
            _ => {}
        }
    }
    let mut outline = outline?;
    // Palette columns replace the components.
    outline.channels = outline.channels.max(columns);
    Some(outline)
}

fn palette_columns(input: &mut &[u8], header: &IsoBox) -> u64 {
    let within = parts(input, header.body, header.end);
    let palettes = within.iter().filter(|part| &part.kind == b"pclr");
    // After the number of palette entries (two bytes).
    let columns = palettes.filter_map(|part| input.array::<1>(part.body + 2));
    columns.fold(0, |most, [columns]| most.max(columns.into()))
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
