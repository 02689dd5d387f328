//! TIFF files of every kind, written by hand.
#![allow(dead_code, reason = "each test file uses a part")]

/// A field: tag, type and numbers.
pub struct Field(pub u16, pub u16, pub Vec<u64>);

pub const SHORT: u16 = 3;
pub const LONG: u16 = 4;

/// A page, written as described.
#[derive(Default)]
pub struct Page {
    pub size: (u32, u32),
    /// Compression, photometric interpretation, samples, and bits of each.
    pub kind: (u64, u64, u64, u64),
    /// Width and height of tiles, or the height of strips.
    pub tiles: Option<(u32, u32)>,
    pub rows: u32,
    pub chunks: Vec<Vec<u8>>,
    pub more: Vec<Field>,
    pub big_endian: bool,
    /// Offsets of 64 bits.
    pub is_big: bool,
}

impl Page {
    fn number(&self, value: u64, width: usize) -> Vec<u8> {
        match self.big_endian {
            true => value.to_be_bytes()[8 - width..].to_vec(),
            false => value.to_le_bytes()[..width].to_vec(),
        }
    }

    /// The file with only this page.
    pub fn to_bytes(&self) -> Vec<u8> {
        let of_number = if self.is_big { 8 } else { 4 };
        let mut file = if self.big_endian {
            b"MM".to_vec()
        } else {
            b"II".to_vec()
        };
        file.extend(self.number(if self.is_big { 43 } else { 42 }, 2));
        if self.is_big {
            file.extend(self.number(8, 2));
            file.extend([0; 2]);
        }
        let pointer = file.len();
        file.extend(vec![0; of_number]);
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for chunk in &self.chunks {
            offsets.push(file.len() as u64);
            lengths.push(chunk.len() as u64);
            file.extend(chunk);
            file.resize(file.len().next_multiple_of(2), 0);
        }
        let (compression, photometric, samples, bits) = self.kind;
        let mut fields = vec![
            Field(256, LONG, vec![self.size.0.into()]),
            Field(257, LONG, vec![self.size.1.into()]),
            Field(258, SHORT, vec![bits; samples as usize]),
            Field(259, SHORT, vec![compression]),
            Field(262, SHORT, vec![photometric]),
            Field(277, SHORT, vec![samples]),
        ];
        match self.tiles {
            Some((width, height)) => fields.extend([
                Field(322, LONG, vec![width.into()]),
                Field(323, LONG, vec![height.into()]),
                Field(324, LONG, offsets),
                Field(325, LONG, lengths),
            ]),
            None => fields.extend([
                Field(273, LONG, offsets),
                Field(278, LONG, vec![self.rows.into()]),
                Field(279, LONG, lengths),
            ]),
        }
        fields.extend(
            self.more
                .iter()
                .map(|Field(tag, kind, values)| Field(*tag, *kind, values.clone())),
        );
        fields.sort_by_key(|field| field.0);
        let mut directory = self.number(fields.len() as u64, if self.is_big { 8 } else { 2 });
        for Field(tag, kind, values) in fields {
            let width = match kind {
                1 | 2 | 7 => 1,
                SHORT => 2,
                LONG => 4,
                _ => 8,
            };
            let mut value = Vec::new();
            for number in &values {
                value.extend(self.number(*number, width));
            }
            directory.extend(self.number(tag.into(), 2));
            directory.extend(self.number(kind.into(), 2));
            directory.extend(self.number(values.len() as u64, of_number));
            if value.len() > of_number {
                directory.extend(self.number(file.len() as u64, of_number));
                file.extend(value);
                file.resize(file.len().next_multiple_of(2), 0);
            } else {
                value.resize(of_number, 0);
                directory.extend(value);
            }
        }
        directory.extend(vec![0; of_number]);
        let at = self.number(file.len() as u64, of_number);
        file.splice(pointer..pointer + of_number, at);
        file.extend(directory);
        file
    }
}

/// Strips with this many rows.
pub fn strips(data: &[u8], row: usize, rows: usize) -> Vec<Vec<u8>> {
    data.chunks(row * rows).map(<[u8]>::to_vec).collect()
}

/// Tiles of a picture with this many bytes per pixel, padded at the edges.
pub fn tiles(data: &[u8], size: (u32, u32), bytes: usize, tile: (u32, u32)) -> Vec<Vec<u8>> {
    let (width, height) = (size.0 as usize, size.1 as usize);
    let (across, down) = (tile.0 as usize, tile.1 as usize);
    let mut found = Vec::new();
    for top in (0..height).step_by(down) {
        for left in (0..width).step_by(across) {
            let mut one = vec![0; across * down * bytes];
            for y in 0..down.min(height - top) {
                let length = across.min(width - left) * bytes;
                let from = ((top + y) * width + left) * bytes;
                let to = y * across * bytes;
                one[to..to + length].copy_from_slice(&data[from..from + length]);
            }
            found.push(one);
        }
    }
    found
}
