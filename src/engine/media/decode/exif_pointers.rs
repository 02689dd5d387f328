//! Counts the directories of an EXIF structure. The EXIF library reads every directory that a pointer leads to, and
//! pointers to overlapping directories could make it list billions of fields of a small file.

use std::collections::HashSet;

/// Tags of pointers to the Exif, GPS and interoperability directories.
const POINTERS: [u32; 3] = [0x8769, 0x8825, 0xa005];
/// Maximum number of directories in the main chain, as in the EXIF library, and of those that pointers lead to.
const MAX_CHAIN: usize = 8;
const MAX_CHILDREN: usize = 64;

/// Whether a TIFF structure has too many pointers to directories.
pub fn are_excessive(tiff: &[u8]) -> bool {
    let little = match tiff.first_chunk() {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return false,
    };
    let mut directories = Directories {
        tiff,
        little,
        children: Vec::new(),
        known: HashSet::new(),
    };
    let mut next = directories.number(4, 4);
    for _ in 0..MAX_CHAIN {
        let offset = next.filter(|offset| *offset > 0);
        next = offset.and_then(|offset| directories.read(offset));
    }
    let mut read = 0;
    while let Some(child) = directories.children.get(read).copied() {
        if read == MAX_CHILDREN {
            return true;
        }
        directories.read(child);
        read += 1;
    }
    false
}

struct Directories<'a> {
    tiff: &'a [u8],
    little: bool,
    /// Offsets to which pointers lead.
    children: Vec<u32>,
    known: HashSet<u32>,
}

impl Directories<'_> {
    fn number(&self, at: usize, width: usize) -> Option<u32> {
        let bytes = self.tiff.get(at..at.checked_add(width)?)?.iter();
        let sum = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(match self.little {
            true => bytes.rev().fold(0, sum),
            false => bytes.fold(0, sum),
        })
    }

    /// Lists the pointers of the directory at this offset, as far as needed, and returns the offset of the next one.
    fn read(&mut self, offset: u32) -> Option<u32> {
        let start = usize::try_from(offset).ok()?;
        let count = self.number(start, 2)? as usize;
        for index in 0..count {
            let field = start + 2 + 12 * index;
            let tag = self.number(field, 2)?;
            if !POINTERS.contains(&tag) || self.children.len() > MAX_CHILDREN {
                continue;
            }
            // A pointer is usually a `LONG`, and the library accepts a `BYTE` or a `SHORT`.
            let width = match self.number(field + 2, 2)? {
                1 => 1,
                3 => 2,
                _ => 4,
            };
            let child = self.number(field + 8, width)?;
            if self.known.insert(child) {
                self.children.push(child);
            }
        }
        self.number(start + 2 + 12 * count, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with this many pointers to the Exif directory, each to another offset.
    fn pointers(count: u16) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        tiff.extend(count.to_le_bytes());
        for number in 0..count {
            tiff.extend([0x69, 0x87, 4, 0, 1, 0, 0, 0]);
            tiff.extend((10 + u32::from(number)).to_le_bytes());
        }
        tiff.extend([0; 4]);
        tiff
    }

    #[test]
    fn pointers_to_many_directories_are_excessive() {
        assert!(!are_excessive(&pointers(1)));
        assert!(are_excessive(&pointers(1000)));
        for end in 0..40 {
            are_excessive(&pointers(3)[..end]);
        }
    }

    #[test]
    fn pointers_to_one_directory_and_cycles_are_not() {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x64".to_vec();
        for _ in 0..100 {
            tiff.extend(b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x08");
        }
        tiff.extend([0, 0, 0, 8]);
        assert!(!are_excessive(&tiff));
    }
}
