//! Canon CRW (CIFF): a heap with its directory at the end.

use super::Preview;
use super::exif_builder::ExifBuilder;
use crate::engine::media::dates;

/// Maximum number of entries examined per directory.
const MAX_ENTRIES: usize = 256;
/// Maximum nesting of directories.
const MAX_DEPTH: usize = 8;
/// Maximum number of entries in all directories.
const MAX_FOUND: usize = 2048;

const JPEG: u16 = 0x2007;
const THUMBNAIL: u16 = 0x2008;
const MODEL: u16 = 0x080a;
const TIME: u16 = 0x180e;
const IMAGE: u16 = 0x1810;

/// Whether a file is a CIFF heap.
pub fn is_crw(bytes: &[u8]) -> bool {
    (bytes.starts_with(b"II") || bytes.starts_with(b"MM")) && bytes.get(6..14) == Some(b"HEAPCCDR")
}

struct CiffDirectory<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Type, offset and length of each value.
    entries: Vec<(u16, usize, usize)>,
}

impl<'a> CiffDirectory<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut heap = Self {
            bytes,
            little: bytes.starts_with(b"II"),
            entries: Vec::new(),
        };
        let header = heap.number(2, 4)? as usize;
        heap.read(header, bytes.len(), 0);
        Some(heap)
    }

    fn number(&self, at: usize, width: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let sum = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        })
    }

    /// Reads the directory of the heap in this byte range, and nested heaps.
    fn read(&mut self, start: usize, end: usize, depth: usize) -> Option<()> {
        let table = start.checked_add(self.number(end.checked_sub(4)?, 4)? as usize)?;
        let count = self.number(table, 2)? as usize;
        for index in 0..count.min(MAX_ENTRIES) {
            let at = table + 2 + 10 * index;
            let tag = u16::try_from(self.number(at, 2)?).ok()?;
            // The upper two bits tell whether the value is in the entry itself.
            let (place, length) = match tag & 0xc000 {
                0 => {
                    let length = self.number(at + 2, 4)? as usize;
                    (start.checked_add(self.number(at + 6, 4)? as usize)?, length)
                }
                _ => (at + 2, 8),
            };
            let Some(value_end) = place
                .checked_add(length)
                .filter(|value_end| *value_end <= end)
            else {
                continue;
            };
            if self.entries.len() >= MAX_FOUND {
                return None;
            }
            match tag & 0x3800 {
                0x2800 | 0x3000 if depth < MAX_DEPTH => {
                    self.read(place, value_end, depth + 1);
                }
                _ => self.entries.push((tag & 0x3fff, place, length)),
            }
        }
        Some(())
    }

    fn find(&self, kind: u16) -> Option<(usize, usize)> {
        let found = self.entries.iter().find(|(known, ..)| *known == kind);
        found.map(|(_, at, length)| (*at, *length))
    }
}

/// The JPEG and the thumbnail.
pub fn previews(bytes: &[u8]) -> Vec<Preview<'_>> {
    let Some(heap) = CiffDirectory::open(bytes) else {
        return Vec::new();
    };
    let found = [JPEG, THUMBNAIL]
        .into_iter()
        .filter_map(|kind| heap.find(kind));
    found
        .filter_map(|(at, length)| Preview::at(bytes, at, length))
        .collect()
}

/// The camera's metadata as a TIFF structure.
pub fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let heap = CiffDirectory::open(bytes)?;
    let mut builder = ExifBuilder::new(true);
    if let Some((at, _)) = heap.find(IMAGE) {
        // Clockwise rotation in degrees.
        match heap.number(at + 12, 4) {
            Some(90) => builder.orientation(6),
            Some(180) => builder.orientation(3),
            Some(270) => builder.orientation(8),
            _ => builder.orientation(1),
        }
    }
    let time = heap.find(TIME).and_then(|(at, _)| heap.number(at, 4));
    if let Some(taken) = time.and_then(|time| dates::from_unix_seconds(time.into())) {
        // Local time of the camera, encoded as if it were UTC.
        builder.taken(&taken.as_str().replace('-', ":").replace('T', " "));
    }
    let model = heap
        .find(MODEL)
        .and_then(|(at, length)| bytes.get(at..at + length));
    // Make, then model.
    if let Some(name) = model.and_then(|names| names.split(|byte| *byte == 0).nth(1)) {
        builder.model(&String::from_utf8_lossy(name));
    }
    Some(builder.build())
}

/// Size of the full picture.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let heap = CiffDirectory::open(bytes)?;
    let (at, _) = heap.find(IMAGE)?;
    Some((heap.number(at, 4)?, heap.number(at + 4, 4)?))
}
