//! JPEG marker segments (ITU-T T.81, annex B): frame, components, tables and scans.

use super::bits::Huffman;

/// Maximum number of segments examined before the frame.
const MAX_SEGMENTS: usize = 1024;

/// The file is left to other decoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

/// Coding process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Each block is coded at once.
    Sequential,
    /// Coefficients are refined in several scans, by frequency and bit.
    Progressive,
}

/// Contents of the segments read so far.
pub struct JpegHeader {
    /// Full width in pixels.
    pub width: u32,
    /// Full height in pixels.
    pub height: u32,
    pub coding: Coding,
    /// Components in coding order; the first is luma.
    pub components: Vec<Component>,
    /// Quantisation tables in zigzag order.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// DC Huffman tables.
    pub dc: [Option<Huffman>; 4],
    /// AC Huffman tables.
    pub ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: usize,
}

/// A component of the frame.
#[derive(Clone, Copy)]
pub struct Component {
    /// Component identifier.
    pub id: u8,
    /// Horizontal sampling factor: blocks per MCU.
    pub horizontal: usize,
    /// Vertical sampling factor.
    pub vertical: usize,
    /// Index of the quantisation table.
    pub quantisation: usize,
}

/// A scan header: components and range of coefficients.
pub struct ScanHeader {
    /// Components in coding order.
    pub components: Vec<ScanComponent>,
    /// Start of spectral selection, in zigzag order.
    pub first: usize,
    /// End of spectral selection, inclusive.
    pub last: usize,
    /// Successive approximation, high bit position; 0 in the first scan of a coefficient.
    pub high: u8,
    /// Successive approximation, low bit position.
    pub low: u8,
    /// Offset of the entropy-coded data.
    pub data: usize,
}

/// A component of a scan.
#[derive(Clone, Copy)]
pub struct ScanComponent {
    /// Index in the frame.
    pub index: usize,
    /// Index of the DC Huffman table.
    pub dc: usize,
    /// Index of the AC Huffman table.
    pub ac: usize,
}

/// Reads up to the first scan header.
pub fn read_header(bytes: &[u8]) -> Result<(JpegHeader, ScanHeader), Unsupported> {
    let mut header = JpegHeader {
        width: 0,
        height: 0,
        coding: Coding::Sequential,
        components: Vec::new(),
        quantisation: [None; 4],
        dc: [const { None }; 4],
        ac: [const { None }; 4],
        restart_interval: 0,
    };
    let scan = header.next_scan(bytes, 2)?.ok_or(Unsupported)?;
    Ok((header, scan))
}

/// The segments before the entropy-coded data: second byte of the marker, and payload, which may be truncated. Bytes
/// outside of segments are skipped up to the next marker.
pub fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        for _ in 0..MAX_SEGMENTS {
            at += memchr::memchr(0xff, bytes.get(at..)?)?;
            match *bytes.get(at + 1)? {
                0xff => at += 1,
                0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
                0xd9 | 0xda => return None,
                marker => {
                    let length = usize::from(word(bytes, at + 2).ok()?).max(2);
                    let end = (at + 2 + length).min(bytes.len());
                    let content = bytes.get(at + 4..end)?;
                    at += 2 + length;
                    return Some((marker, content));
                }
            }
        }
        None
    })
}

/// Finds the frame header: its marker and parameters (B.2.2).
fn frame(bytes: &[u8]) -> Option<(u8, &[u8])> {
    if !bytes.starts_with(b"\xff\xd8\xff") {
        return None;
    }
    let mut at = 2;
    for _ in 0..MAX_SEGMENTS {
        let (marker, segment) = next_segment(bytes, &mut at).ok()?;
        match marker {
            // JPEG-LS may have its preset parameters before the frame.
            0xc4 | 0xcc | 0xdb | 0xdd | 0xde | 0xe0..=0xef | 0xf8 | 0xfe => {}
            0xc0..=0xcf | 0xf7 => return Some((marker, segment)),
            _ => return None,
        }
    }
    None
}

/// Width and height, if the frame is supported: 8-bit baseline, extended sequential or progressive. Data may follow the
/// file in `bytes`.
pub fn frame_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (0xc0..=0xc2, segment) = frame(bytes)? else {
        return None;
    };
    let side = |at: usize| word(segment, at).ok().filter(|side| *side > 0);
    let eight_bits = segment.first() == Some(&8);
    let (height, width) = (side(1)?, side(3)?);
    eight_bits.then_some((width.into(), height.into()))
}

/// Maximum number of scans of a file that is left to a decoder without such a limit.
const MAX_SCANS: usize = 256;

/// Whether a file has so many scans that decoding takes minutes: each can cover a large picture in a few bytes.
pub fn has_excessive_scans(bytes: &[u8]) -> bool {
    let (mut at, mut scans) = (2, 0);
    let marker_from = |at: usize| Some(at + memchr::memchr(0xff, bytes.get(at..)?)?);
    while let Some(found) = marker_from(at) {
        at = match bytes.get(found + 1) {
            None | Some(0xd9) => return false,
            Some(0xff) => found + 1,
            Some(0x00 | 0x01 | 0xd0..=0xd8) => found + 2,
            Some(marker) => {
                scans += usize::from(*marker == 0xda);
                if scans > MAX_SCANS {
                    return true;
                }
                found + 2 + usize::from(word(bytes, found + 2).unwrap_or_default())
            }
        };
    }
    false
}

/// The name of a file whose coding process is not supported (B.1.1.3, table B.1; ITU-T T.87, C.1.1).
pub fn unsupported_kind(bytes: &[u8]) -> Option<&'static str> {
    let (marker, segment) = frame(bytes)?;
    match marker {
        0xc3 | 0xc7 | 0xcb | 0xcf => Some("Lossless JPEG files"),
        0xc9 | 0xca => Some("Arithmetic-coded JPEG files"),
        0xc5 | 0xc6 | 0xcd | 0xce => Some("Hierarchical JPEG files"),
        0xf7 => Some("JPEG-LS files"),
        _ if *segment.first()? > 8 => Some("12-bit JPEG files"),
        _ => None,
    }
}

/// The end of the entropy-coded data from `at`: the next marker that is not a restart marker.
pub fn end_of_data(bytes: &[u8], mut at: usize) -> Result<usize, Unsupported> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..).ok_or(Unsupported)?).ok_or(Unsupported)?;
        match bytes.get(at + 1).ok_or(Unsupported)? {
            0 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Ok(at),
        }
    }
}

/// Reads the next marker segment and moves `at` past it.
fn next_segment<'a>(bytes: &'a [u8], at: &mut usize) -> Result<(u8, &'a [u8]), Unsupported> {
    while bytes.get(*at) == Some(&0xff) && bytes.get(*at + 1) == Some(&0xff) {
        *at += 1;
    }
    let marker = match bytes.get(*at..*at + 2) {
        Some([0xff, marker]) => *marker,
        _ => return Err(Unsupported),
    };
    let length = usize::from(word(bytes, *at + 2)?);
    let start = *at + 4;
    let end = *at + 2 + length;
    let segment = bytes.get(start..end).ok_or(Unsupported)?;
    *at = end;
    Ok((marker, segment))
}

fn word(bytes: &[u8], at: usize) -> Result<u16, Unsupported> {
    match bytes.get(at..at + 2) {
        Some([high, low]) => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(Unsupported),
    }
}

impl JpegHeader {
    /// Reads the segments from `at` to the next scan header. `None` at the end of the picture.
    pub fn next_scan(
        &mut self,
        bytes: &[u8],
        mut at: usize,
    ) -> Result<Option<ScanHeader>, Unsupported> {
        loop {
            if bytes
                .get(at..)
                .is_some_and(|rest| rest.starts_with(&[0xff, 0xd9]))
            {
                return Ok(None);
            }
            let (marker, segment) = next_segment(bytes, &mut at)?;
            match marker {
                // Huffman-coded frames: baseline, extended sequential and progressive (B.2.2).
                0xc0..=0xc2 if self.components.is_empty() => {
                    if marker == 0xc2 {
                        self.coding = Coding::Progressive;
                    }
                    self.read_frame(segment)?;
                }
                0xc4 => self.read_huffman(segment)?,
                0xdb => self.read_quantisation(segment)?,
                0xdd => self.restart_interval = usize::from(word(segment, 0)?),
                0xda => return self.read_scan(segment, at).map(Some),
                // Adobe segment with transform 0: the components are not YCbCr.
                0xee if segment.starts_with(b"Adobe") && segment.get(11) == Some(&0) => {
                    return Err(Unsupported);
                }
                0xe0..=0xef | 0xfe => {}
                _ => return Err(Unsupported),
            }
        }
    }

    fn read_frame(&mut self, segment: &[u8]) -> Result<(), Unsupported> {
        let count = usize::from(*segment.get(5).ok_or(Unsupported)?);
        if segment[0] != 8 || !matches!(count, 1 | 3) || segment.len() != 6 + 3 * count {
            return Err(Unsupported);
        }
        self.height = word(segment, 1)?.into();
        self.width = word(segment, 3)?.into();
        for part in segment[6..].chunks_exact(3) {
            let component = Component {
                id: part[0],
                horizontal: usize::from(part[1] >> 4),
                vertical: usize::from(part[1] & 15),
                quantisation: usize::from(part[2]),
            };
            self.components.push(component);
        }
        // A single component is never interleaved, whatever its sampling factors (A.2.2).
        if let [only] = &mut self.components[..] {
            (only.horizontal, only.vertical) = (1, 1);
        }
        let usual = |c: &Component| {
            matches!((c.horizontal, c.vertical), (1 | 2, 1 | 2)) && c.quantisation < 4
        };
        let luma_first = self.components.iter().all(|c| {
            c.horizontal <= self.components[0].horizontal
                && c.vertical <= self.components[0].vertical
        });
        let rgb = self.components.iter().map(|c| c.id).eq(*b"RGB");
        let fine = self.components.iter().all(usual) && luma_first && !rgb;
        if fine && self.width > 0 && self.height > 0 {
            Ok(())
        } else {
            Err(Unsupported)
        }
    }

    fn read_quantisation(&mut self, mut segment: &[u8]) -> Result<(), Unsupported> {
        while let [kind, rest @ ..] = segment {
            let (wide, slot) = (kind >> 4, usize::from(kind & 15));
            let length = if wide == 0 { 64 } else { 128 };
            let values = rest.get(..length).ok_or(Unsupported)?;
            let mut table = [0; 64];
            for (i, value) in table.iter_mut().enumerate() {
                *value = if wide == 0 {
                    values[i].into()
                } else {
                    word(values, 2 * i)?
                };
            }
            *self.quantisation.get_mut(slot).ok_or(Unsupported)? = Some(table);
            segment = &rest[length..];
        }
        Ok(())
    }

    fn read_huffman(&mut self, mut segment: &[u8]) -> Result<(), Unsupported> {
        while let [kind, rest @ ..] = segment {
            let counts = rest.first_chunk::<16>().ok_or(Unsupported)?;
            let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
            let values = rest.get(16..16 + total).ok_or(Unsupported)?;
            let table = Huffman::new(counts, values).ok_or(Unsupported)?;
            let tables = if kind >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            *tables.get_mut(usize::from(kind & 15)).ok_or(Unsupported)? = Some(table);
            segment = &rest[16 + total..];
        }
        Ok(())
    }

    /// Parses a scan header: components in frame order and the coded part of them (B.2.3).
    fn read_scan(&self, segment: &[u8], data: usize) -> Result<ScanHeader, Unsupported> {
        let count = usize::from(*segment.first().ok_or(Unsupported)?);
        let [parts @ .., first, last, bits] = segment.get(1..).ok_or(Unsupported)? else {
            return Err(Unsupported);
        };
        if count == 0 || parts.len() != 2 * count {
            return Err(Unsupported);
        }
        let mut components: Vec<ScanComponent> = Vec::with_capacity(count);
        for part in parts.chunks_exact(2) {
            let behind = components.last().map_or(0, |c| c.index + 1);
            let mut ids = self.components.iter().skip(behind).map(|c| c.id);
            let index = behind + ids.position(|id| id == part[0]).ok_or(Unsupported)?;
            components.push(ScanComponent {
                index,
                dc: usize::from(part[1] >> 4),
                ac: usize::from(part[1] & 15),
            });
        }
        Ok(ScanHeader {
            components,
            first: usize::from(*first),
            last: usize::from(*last),
            high: bits >> 4,
            low: bits & 15,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_found_behind_fill_bytes_and_stray_data() {
        let file = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xe1\0\x03cxyz\xff\xfe\0\x09cut";
        let found: Vec<_> = segments(file).collect();
        assert_eq!(found, [(0xe0, &b"ab"[..]), (0xe1, b"c"), (0xfe, b"cut")]);
        for end in 0..file.len() {
            let _ = segments(&file[..end]).count();
        }
        assert_eq!(segments(b"\xff\xd8\xff\xda\0\x02\xff\xe1\0\x02").count(), 0);
    }

    #[test]
    fn kinds_of_frames_that_are_not_read_are_named() {
        let file = |marker: u8, precision: u8| {
            let frame = [0xff, marker, 0, 11, precision, 0, 8, 0, 8, 1, 1, 0x11, 0];
            [&[0xff, 0xd8, 0xff, 0xfe, 0, 3, 7][..], &frame].concat()
        };
        assert_eq!(unsupported_kind(&file(0xc0, 8)), None);
        assert_eq!(unsupported_kind(&file(0xc2, 8)), None);
        assert_eq!(unsupported_kind(&file(0xc1, 12)), Some("12-bit JPEG files"));
        assert_eq!(
            unsupported_kind(&file(0xc3, 16)),
            Some("Lossless JPEG files")
        );
        assert_eq!(
            unsupported_kind(&file(0xc9, 8)),
            Some("Arithmetic-coded JPEG files")
        );
        assert_eq!(
            unsupported_kind(&file(0xc5, 8)),
            Some("Hierarchical JPEG files")
        );
        let mut near_lossless = file(0xf7, 8);
        assert_eq!(unsupported_kind(&near_lossless), Some("JPEG-LS files"));
        near_lossless.splice(2..2, [0xff, 0xf8, 0, 3, 1]);
        assert_eq!(unsupported_kind(&near_lossless), Some("JPEG-LS files"));
        assert_eq!(frame_size(&file(0xc2, 8)), Some((8, 8)));
        assert_eq!(frame_size(&file(0xc3, 8)), None);
    }

    #[test]
    fn data_ends_at_a_marker_that_is_not_its_own() {
        let data = [1, 0xff, 0, 2, 0xff, 0xd3, 3, 0xff, 0xff, 0xc4, 9];
        assert_eq!(end_of_data(&data, 0), Ok(8));
        assert_eq!(end_of_data(&data[..8], 0), Err(Unsupported));
        assert_eq!(end_of_data(&data, 20), Err(Unsupported));
    }
}
