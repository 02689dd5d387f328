//! Buffered random access to a file, for parsers that need only a small part of it.

use std::io::{Read, Seek, SeekFrom};

/// Bytes buffered at the start of a file.
const HEAD: usize = 32 << 10;
/// Bytes buffered elsewhere.
const PIECE: usize = 512;
/// Maximum number of bytes read per file.
const BUDGET: usize = 32 << 20;

/// Random access to bytes.
pub trait ByteSource {
    /// The `length` bytes at offset `at`; `None` if there are fewer.
    fn read(&mut self, at: u64, length: usize) -> Option<&[u8]>;

    /// The `N` bytes at offset `at`.
    fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        self.read(at, N)?.try_into().ok()
    }
}

impl ByteSource for &[u8] {
    fn read(&mut self, at: u64, length: usize) -> Option<&[u8]> {
        let at = usize::try_from(at).ok()?;
        self.get(at..at.checked_add(length)?)
    }
}

/// A file that is read piecewise, up to a limit.
pub struct Input<R> {
    reader: R,
    piece: Vec<u8>,
    /// Offset of the buffer.
    at: u64,
    left: usize,
}

impl<R: Read + Seek> Input<R> {
    /// Wraps a reader without reading from it.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            piece: Vec::new(),
            at: 0,
            left: BUDGET,
        }
    }
}

impl<R: Read + Seek> ByteSource for Input<R> {
    /// Also returns `None` once the limit of bytes per file is exceeded.
    fn read(&mut self, at: u64, length: usize) -> Option<&[u8]> {
        let inside = |at: u64, piece: &[u8], start: u64| {
            let start = usize::try_from(at.checked_sub(start)?).ok()?;
            let end = start.checked_add(length)?;
            (end <= piece.len()).then_some(start..end)
        };
        if inside(at, &self.piece, self.at).is_none() {
            if length > self.left {
                return None;
            }
            let wanted = length.max(if at == 0 { HEAD } else { PIECE });
            self.piece.clear();
            self.at = at;
            self.reader.seek(SeekFrom::Start(at)).ok()?;
            let mut reader = (&mut self.reader).take(wanted as u64);
            reader.read_to_end(&mut self.piece).ok()?;
            self.left = self.left.saturating_sub(self.piece.len());
        }
        let range = inside(at, &self.piece, self.at)?;
        self.piece.get(range)
    }
}
