//! Writes TIFF structures, the basis of camera RAW containers.

use super::{TAKEN, YELLOW};
use Value::{Bytes, Long, Longs, Short, Shorts, Text};

pub(super) enum Value {
    Short(u16),
    Shorts([u16; 3]),
    Long(u32),
    Longs(Vec<u32>),
    Text(&'static str),
    Bytes(Vec<u8>),
}

/// A TIFF structure that grows; its first directory is written last.
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    little: bool,
}

impl Writer {
    pub(super) fn new(little: bool, magic: &[u8; 4]) -> Self {
        let bytes = [&magic[..], &[0; 4]].concat();
        Self { bytes, little }
    }

    pub(super) fn short(&self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    pub(super) fn long(&self, value: u32) -> [u8; 4] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    /// Appends bytes, and returns their offset and length.
    pub(super) fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
        let at = self.bytes.len();
        self.bytes.extend(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        (at as u32, bytes.len() as u32)
    }

    pub(super) fn directory(&mut self, fields: &[(u16, Value)], next: u32) -> u32 {
        let mut entries = self.short(fields.len() as u16).to_vec();
        for (tag, value) in fields {
            let longs = |values: &[u32]| values.iter().flat_map(|v| self.long(*v)).collect();
            let (kind, count, bytes): (u16, usize, Vec<u8>) = match value {
                Short(value) => (3, 1, self.short(*value).to_vec()),
                Shorts(values) => {
                    let bytes = values.iter().flat_map(|v| self.short(*v));
                    (3, 3, bytes.collect())
                }
                Long(value) => (4, 1, longs(&[*value])),
                Longs(values) => (4, values.len(), longs(values)),
                Text(text) => (2, text.len() + 1, [text.as_bytes(), &[0]].concat()),
                Bytes(bytes) => (7, bytes.len(), bytes.clone()),
            };
            entries.extend(self.short(*tag));
            entries.extend(self.short(kind));
            entries.extend(self.long(count as u32));
            let place = match bytes.len() {
                0..=4 => [&bytes[..], &vec![0; 4 - bytes.len()]].concat(),
                _ => {
                    let at = self.put(&bytes).0;
                    self.long(at).to_vec()
                }
            };
            entries.extend(place);
        }
        entries.extend(self.long(next));
        self.put(&entries).0
    }

    /// The complete structure with this first directory.
    pub(super) fn finish(mut self, first: u32) -> Vec<u8> {
        let first = self.long(first);
        self.bytes[4..8].copy_from_slice(&first);
        self.bytes
    }

    /// An Exif directory with the date.
    pub(super) fn exif(&mut self, more: Vec<(u16, Value)>) -> u32 {
        let mut fields = vec![(0x9003, Text(TAKEN))];
        fields.extend(more);
        fields.extend([(0xa002, Long(6000)), (0xa003, Long(4500))]);
        self.directory(&fields, 0)
    }

    /// A directory that points to a JPEG.
    pub(super) fn jpeg(&mut self, jpeg: &[u8], next: u32) -> u32 {
        let (at, length) = self.put(jpeg);
        let fields = [(0x103, Short(6)), (0x201, Long(at)), (0x202, Long(length))];
        self.directory(&fields, next)
    }

    /// A directory whose picture data is a JPEG.
    pub(super) fn strip(&mut self, jpeg: &[u8], more: Vec<(u16, Value)>, next: u32) -> u32 {
        let (at, length) = self.put(jpeg);
        let mut fields = vec![(0x103, Short(7)), (0x111, Long(at)), (0x117, Long(length))];
        fields.extend(more);
        self.directory(&fields, next)
    }

    /// A directory of sensor data.
    pub(super) fn sensor(&mut self, compression: u16) -> u32 {
        let fields = [
            (0xfe, Long(0)),
            (0x100, Long(6032)),
            (0x101, Long(4520)),
            (0x103, Short(compression)),
            (0x106, Short(32_803)),
        ];
        self.directory(&fields, 0)
    }

    /// The fields of a first directory with a small uncompressed picture.
    pub(super) fn plain(&mut self, width: u32, height: u32) -> Vec<(u16, Value)> {
        let pixels = YELLOW.repeat((width * height) as usize);
        let (at, length) = self.put(&pixels);
        vec![
            (0xfe, Long(1)),
            (0x100, Long(width)),
            (0x101, Long(height)),
            (0x102, Shorts([8; 3])),
            (0x103, Short(1)),
            (0x106, Short(2)),
            (0x111, Long(at)),
            (0x112, Short(6)),
            (0x115, Short(3)),
            (0x116, Long(height)),
            (0x117, Long(length)),
        ]
    }
}
