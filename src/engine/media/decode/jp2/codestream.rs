//! The marker segments of a JPEG 2000 codestream (ITU-T T.800, annex A), read to bound the memory for decoding it. The
//! decoder allocates lists of tiles, precincts and code-blocks whose lengths even a short file can make huge.

use crate::engine::media::input::ByteSource;

/// Rsiz flag: capabilities are described in a CAP marker segment (ITU-T T.814).
const EXTENDED: u64 = 1 << 14;
/// The SOC marker.
const START: u64 = 0xff4f;
const SIZE: u64 = 0xff51;
const CAPABILITIES: u64 = 0xff50;
const STYLE: u64 = 0xff52;
const STYLE_OF_CHANNEL: u64 = 0xff53;
const QUANTISATION: u64 = 0xff5c;
const QUANTISATION_OF_CHANNEL: u64 = 0xff5d;
const PACKED_HEADERS: u64 = 0xff60;
const TILE_PART: u64 = 0xff90;
const DATA: u64 = 0xff93;
const END: u64 = 0xffd9;
/// Maximum number of tiles: tile indices have 16 bits.
const MAX_TILES: u64 = 1 << 16;
/// Maximum number of channels that are examined.
const MAX_CHANNELS: u64 = 16;

/// Bytes that the decoder allocates for each tile, tile component and tile part; each precinct; each code-block with
/// its nodes in two tag trees; each layer of a code-block; and each codeword segment.
const OF_TILE: u64 = 128;
const OF_CHANNEL: u64 = 256;
const OF_TILE_PART: u64 = 128;
const OF_PRECINCT: u64 = 160;
const OF_BLOCK: u64 = 288;
const OF_LAYER: u64 = 24;
const OF_PIECE: u64 = 32;
/// Factor by which the capacity of a list may exceed its length.
const GROWTH: u64 = 2;

/// Properties of a codestream.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Codestream {
    pub channels: u64,
    /// Whether it uses the high-throughput block coder (part 15).
    pub is_high_throughput: bool,
    /// Whether it is truncated.
    pub is_truncated: bool,
    /// Bytes of the decoder's lists.
    pub lists: u64,
}

/// Coding style of a component.
struct Style {
    /// Maximum number of codeword segments of a code-block per layer.
    pieces: u64,
    /// Log2 of the code-block size.
    block: (u32, u32),
    /// Log2 of the precinct sizes, from the lowest resolution.
    precincts: Vec<(u32, u32)>,
}

/// Contents of the marker segments read so far.
#[derive(Default)]
struct Markers<'a> {
    bytes: &'a [u8],
    end: u64,
    /// Tile size, and number of tiles.
    tile: (u64, u64),
    tiles: u64,
    tile_parts: u64,
    styles: Vec<Style>,
    layers: u64,
    /// Bytes of the longest list of quantisation steps, and of all packed packet headers.
    steps: u64,
    packed: u64,
    stream: Codestream,
}

/// Reads the codestream in this byte range. `has_end` means that its container continues after it, so it cannot be
/// truncated. Returns `None` if it is inconsistent.
pub fn read(bytes: &[u8], (start, end): (u64, u64), has_end: bool) -> Option<Codestream> {
    let mut markers = Markers {
        bytes,
        end,
        ..Markers::default()
    };
    markers.size(start)?;
    let mut at = start + 2;
    let mut is_truncated = None;
    while is_truncated.is_none() {
        match markers.number(at, 2) {
            None => is_truncated = Some(!has_end),
            Some(END) => is_truncated = Some(false),
            Some(TILE_PART) => match markers.tile_part(at, has_end)? {
                TilePart::Next(next) => at = next,
                TilePart::Last { is_truncated: cut } => is_truncated = Some(cut),
            },
            Some(marker) if markers.tile_parts == 0 => match markers.segment(marker, at)? {
                Some(next) => at = next,
                None => is_truncated = Some(true),
            },
            // Data after the last tile is not read.
            Some(_) => is_truncated = Some(false),
        }
    }
    markers.stream.is_truncated = is_truncated.unwrap_or_default();
    markers.stream.lists = markers.lists(end - start);
    Some(markers.stream)
}

/// How to continue after a tile part.
enum TilePart {
    Next(u64),
    Last { is_truncated: bool },
}

impl Markers<'_> {
    fn number(&self, at: u64, width: usize) -> Option<u64> {
        let mut bytes = self.bytes;
        let inside = at.checked_add(width as u64)? <= self.end;
        let bytes = inside.then(|| bytes.read(at, width)).flatten()?;
        Some(
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }

    /// Reads picture and tile sizes from the SIZ segment (A.5.1).
    fn size(&mut self, start: u64) -> Option<()> {
        let size = start + 2;
        if self.number(start, 2)? != START || self.number(size, 2)? != SIZE {
            return None;
        }
        self.stream.is_high_throughput = self.number(size + 4, 2)? & EXTENDED != 0;
        let side = |at: u64| {
            let full = self.number(size + 6 + at, 4)?;
            let tile = self.number(size + 22 + at, 4)?;
            let offset = self.number(size + 30 + at, 4)?;
            let count = full.checked_sub(offset)?.div_ceil(tile.max(1));
            Some((tile.min(full), count))
        };
        let (across, down) = (side(0)?, side(4)?);
        self.stream.channels = self.number(size + 38, 2)?;
        self.tile = (across.0, down.0);
        self.tiles = across.1.checked_mul(down.1)?;
        (self.tiles <= MAX_TILES).then_some(())
    }

    /// Reads a marker segment and returns the offset of the next one; `Some(None)` if the file ends first. `None` if a
    /// length is wrong: the decoder might resume at another offset.
    fn segment(&mut self, marker: u64, at: u64) -> Option<Option<u64>> {
        // Markers without a segment.
        if let 0xff30..=0xff3f = marker {
            return Some(Some(at + 2));
        }
        let Some(length) = self.number(at + 2, 2) else {
            return Some(None);
        };
        let next = at + 2 + length;
        if length < 2 {
            return None;
        }
        if next > self.end {
            return Some(None);
        }
        let body = at + 4;
        let of_channel = if self.stream.channels < 257 { 1 } else { 2 };
        match marker {
            CAPABILITIES => self.stream.is_high_throughput = true,
            STYLE => {
                let layers = self.number(body + 2, 2)?;
                self.layers = self.layers.max(layers);
                let end = self.style(self.number(body, 1)?, body + 5)?;
                (end == next).then_some(())?;
            }
            STYLE_OF_CHANNEL => {
                let flags = self.number(body + of_channel, 1)?;
                let end = self.style(flags, body + of_channel + 1)?;
                (end == next).then_some(())?;
            }
            QUANTISATION | QUANTISATION_OF_CHANNEL => self.steps = self.steps.max(4 * length),
            PACKED_HEADERS => self.packed += length,
            _ => {}
        }
        Some(Some(next))
    }

    /// Reads the coding style of a component (A.6.1) and returns the offset after it.
    fn style(&mut self, flags: u64, at: u64) -> Option<u64> {
        let mut numbers = (at..).map(|at| self.number(at, 1));
        let mut number = || u32::try_from(numbers.next()??).ok();
        let levels = number()?;
        let block = (number()?.checked_add(2)?, number()?.checked_add(2)?);
        let coding = number()?;
        let _transform = number()?;
        let count = levels.checked_add(1).filter(|count| *count <= 33)?;
        let precincts = match flags & 1 {
            0 => vec![(15, 15); count as usize],
            _ => (0..count)
                .map(|_| number().map(|sides| (sides & 15, sides >> 4)))
                .collect::<Option<Vec<_>>>()?,
        };
        let end = at + 5 + if flags & 1 == 0 { 0 } else { u64::from(count) };
        self.styles.push(Style {
            // One segment, unless the block coder is bypassed or terminated after each pass.
            pieces: if coding & 5 == 0 { 1 } else { 164 },
            block,
            precincts,
        });
        Some(end)
    }

    /// Reads a tile part (A.4.2): its header, which may override the coding style, and its data.
    fn tile_part(&mut self, at: u64, has_end: bool) -> Option<TilePart> {
        let cut = Some(TilePart::Last { is_truncated: true });
        self.tile_parts += 1;
        let Some(length) = self.number(at + 6, 4) else {
            return cut;
        };
        let header = at + 12;
        let data = match length {
            0 => self.end.saturating_sub(header),
            length => length.checked_sub(12)?,
        };
        let end = header.checked_add(data)?;
        let mut at = header;
        while at < end {
            match self.number(at, 2) {
                None => return cut,
                Some(DATA | END) => break,
                Some(marker) => match self.segment(marker, at)? {
                    Some(next) => at = next,
                    None => return cut,
                },
            }
        }
        if at > end {
            return None;
        }
        let is_last = length == 0 || end > self.end;
        if !is_last {
            return Some(TilePart::Next(end));
        }
        let is_ended = self.number(self.end - 2, 2) == Some(END);
        Some(TilePart::Last {
            is_truncated: end > self.end || !(has_end || is_ended),
        })
    }

    /// Bytes of all lists, for a codestream of `length` bytes.
    fn lists(&self, length: u64) -> u64 {
        let channels = self.stream.channels.min(MAX_CHANNELS);
        let of_tile = OF_TILE + channels * (OF_CHANNEL + self.steps);
        let of_tiles = self.tiles.saturating_mul(of_tile);
        let of_parts = self.tile_parts * OF_TILE_PART + 8 * self.packed;
        let of_style = self.styles.iter().map(|style| self.of_style(style, length));
        let of_channel = of_style.max().unwrap_or_default();
        of_channel
            .saturating_mul(channels)
            .saturating_add(of_tiles)
            .saturating_add(of_parts)
            .saturating_mul(GROWTH)
    }

    /// Bytes of the lists of a tile component with this coding style.
    fn of_style(&self, style: &Style, length: u64) -> u64 {
        let (mut precincts, mut blocks) = (0_u64, 0_u64);
        let levels = style.precincts.len();
        for (level, exponents) in style.precincts.iter().enumerate() {
            let bands = if level == 0 { 1 } else { 3 };
            let shift = (levels - 1 - level) as u32;
            let along = |side: u64, precinct: u32, block: u32| {
                let side = (side >> shift.min(63)) + 2;
                let count = (side >> precinct) + 2;
                let (side, precinct) = match level {
                    0 => (side, precinct),
                    _ => (side.div_ceil(2), precinct.saturating_sub(1)),
                };
                // Code-blocks do not span precincts.
                (count, (side >> block.min(precinct)) + 2)
            };
            let across = along(self.tile.0, exponents.0, style.block.0);
            let down = along(self.tile.1, exponents.1, style.block.1);
            precincts = precincts.saturating_add(bands * across.0.saturating_mul(down.0));
            blocks = blocks.saturating_add(bands * across.1.saturating_mul(down.1));
        }
        // The length of a codeword segment takes at least three bits.
        let pieces = (8 * length / 3).min(blocks.saturating_mul(self.layers * style.pieces));
        let of_block = OF_BLOCK + self.layers * OF_LAYER;
        (precincts.saturating_mul(OF_PRECINCT))
            .saturating_add(blocks.saturating_mul(of_block))
            .saturating_add(pieces.saturating_mul(OF_PIECE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A codestream of one component with the given sizes, code-blocks of 64 x 64 samples and optional precincts.
    fn codestream(side: u32, tile: u32, precincts: Option<u8>, rest: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"\xff\x4f\xff\x51\0\x29\0\0".to_vec();
        for number in [side, side, 0, 0, tile, tile, 0, 0] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend([0, 1, 7, 1, 1]);
        let has_precincts = u8::from(precincts.is_some());
        let precincts: Vec<u8> = precincts.map_or(Vec::new(), |one| vec![one; 6]);
        let length = 12 + precincts.len() as u8;
        bytes.extend([
            0xff,
            0x52,
            0,
            length,
            has_precincts,
            0,
            0,
            1,
            0,
            5,
            4,
            4,
            0,
            1,
        ]);
        bytes.extend(precincts);
        bytes.extend(rest.concat());
        bytes
    }

    const PART: &[u8] = b"\xff\x90\0\x0a\0\0\0\0\0\x12\0\x01\xff\x93abcd";
    const EOC: &[u8] = b"\xff\xd9";

    fn of(file: &[u8]) -> Option<Codestream> {
        read(file, (0, file.len() as u64), false)
    }

    #[test]
    fn a_codestream_is_whole_if_its_end_is_marked() {
        let whole = codestream(64, 64, None, &[PART, PART, EOC]);
        let stream = of(&whole).expect("a picture");
        assert_eq!((stream.channels, stream.is_truncated), (1, false));
        for cut in [2, 3, 7, 12, 20] {
            let cut = &whole[..whole.len() - cut];
            assert!(of(cut).expect("a picture").is_truncated);
        }
        let unmarked = &whole[..whole.len() - 2];
        let span = (0, unmarked.len() as u64);
        assert!(!read(unmarked, span, true).expect("a picture").is_truncated);
        for end in 0..whole.len() {
            let _ = of(&whole[..end]);
        }
    }

    #[test]
    fn the_other_coder_is_told_by_marker_and_capabilities() {
        let plain = codestream(64, 64, None, &[PART, EOC]);
        let cap = b"\xff\x50\0\x08\0\x02\0\0\0\0";
        let marker = codestream(64, 64, None, &[cap, PART, EOC]);
        let mut capable = plain.clone();
        capable[6] |= 0x40;
        let streams = [&plain, &marker, &capable].map(|file| of(file).expect("a picture"));
        assert_eq!(
            streams.map(|stream| stream.is_high_throughput),
            [false, true, true]
        );
    }

    #[test]
    fn lists_are_counted_as_the_file_chooses_their_lengths() {
        let lists = |tile: u32, precincts: Option<u8>| {
            let file = codestream(4096, tile, precincts, &[PART, EOC]);
            of(&file).map(|stream| stream.lists)
        };
        // There are few 64 x 64 code-blocks, but many precincts of two samples a side.
        assert!(
            lists(4096, None) < Some(16 << 20),
            "{:?}",
            lists(4096, None)
        );
        assert!(lists(4096, Some(0x11)) > Some(4 << 30));
        assert!(lists(64, Some(0x11)) < lists(4096, Some(0x11)));
        assert!(lists(16, None) > lists(64, None), "more tiles take more");
        assert_eq!(lists(15, None), None, "more tiles than there can be");
        // Coding styles of single tiles count too.
        let style = b"\xff\x52\0\x12\x01\0\0\x01\0\x05\x04\x04\0\x01\x11\x11\x11\x11\x11\x11";
        let length = (12 + style.len() as u32 + 2).to_be_bytes();
        let part = [&PART[..6], &length, &[0, 1], style, b"\xff\x93"].concat();
        let file = codestream(4096, 4096, None, &[&part, EOC]);
        assert!(of(&file).expect("a picture").lists > 4 << 30);
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let mut file = codestream(64, 64, None, &[PART, EOC]);
        let style = 45 + 3;
        assert_eq!(file[style - 3..style + 1], [0xff, 0x52, 0, 12]);
        file[style] = 13;
        assert_eq!(of(&file), None);
    }
}
