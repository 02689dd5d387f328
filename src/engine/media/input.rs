//! Buffered random access to a file: the first bytes at once, the rest on demand.

use std::io::{Read, Seek, SeekFrom};

/// What is read at once from the head of a file.
const HEAD: usize = 32 << 10;
/// What is read at once elsewhere.
const PIECE: usize = 512;
/// What is read of one file at most.
const BUDGET: usize = 32 << 20;

/// Bytes that are read in pieces.
pub trait ByteSource {
    /// So many bytes from a place; nothing if there are fewer.
    fn read(&mut self, at: u64, length: usize) -> Option<&[u8]>;

    /// A fixed number of bytes from a place.
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

/// A file that is read in pieces, within bounds.
pub struct Input<R> {
    reader: R,
    piece: Vec<u8>,
    /// Where the piece begins.
    at: u64,
    left: usize,
}

impl<R: Read + Seek> Input<R> {
    /// Nothing is read yet.
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
    /// Nothing also if more is asked for than metadata can have.
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
