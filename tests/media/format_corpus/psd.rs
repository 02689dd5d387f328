//! Writes Photoshop files.

use super::SIZE;

use std::io::Write;

use image::RgbImage;

/// How a file is written.
pub struct Psd<'a> {
    pub is_large: bool,
    pub depth: u16,
    pub mode: u16,
    pub palette: Vec<u8>,
    pub resources: Vec<(u16, Vec<u8>)>,
    pub layers: Option<i16>,
    pub compression: u16,
    /// Samples of all channels, one channel after another.
    pub planes: Vec<Vec<u8>>,
    pub size: &'a (u32, u32),
}

impl Psd<'_> {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = b"8BPS\0".to_vec();
        file.push(if self.is_large { 2 } else { 1 });
        file.extend([0; 6]);
        file.extend((self.planes.len() as u16).to_be_bytes());
        file.extend(self.size.1.to_be_bytes());
        file.extend(self.size.0.to_be_bytes());
        file.extend(self.depth.to_be_bytes());
        file.extend(self.mode.to_be_bytes());
        file.extend((self.palette.len() as u32).to_be_bytes());
        file.extend(&self.palette);
        let mut resources = Vec::new();
        for (id, content) in &self.resources {
            resources.extend(b"8BIM");
            resources.extend(id.to_be_bytes());
            resources.extend([0; 2]);
            resources.extend((content.len() as u32).to_be_bytes());
            resources.extend(content);
            resources.resize(resources.len().next_multiple_of(2), 0);
        }
        file.extend((resources.len() as u32).to_be_bytes());
        file.extend(resources);
        let length = |length: usize| match self.is_large {
            true => (length as u64).to_be_bytes().to_vec(),
            false => (length as u32).to_be_bytes().to_vec(),
        };
        let layers = self
            .layers
            .map(|count| [length(2), count.to_be_bytes().to_vec()].concat());
        let layers = layers.unwrap_or_default();
        file.extend(length(layers.len()));
        file.extend(layers);
        file.extend(self.compression.to_be_bytes());
        let row = (self.size.0 as usize * usize::from(self.depth)).div_ceil(8);
        let rows: Vec<&[u8]> = self
            .planes
            .iter()
            .flat_map(|plane| plane.chunks(row))
            .collect();
        match self.compression {
            0 => file.extend(rows.concat()),
            1 => {
                let packed: Vec<Vec<u8>> = rows.iter().map(|row| pack(row)).collect();
                for row in &packed {
                    let length = row.len();
                    match self.is_large {
                        true => file.extend((length as u32).to_be_bytes()),
                        false => file.extend((length as u16).to_be_bytes()),
                    }
                }
                file.extend(packed.concat());
            }
            _ => {
                let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
                zlib.write_all(&rows.concat()).expect("compressed");
                file.extend(zlib.finish().expect("compressed"));
            }
        }
        file
    }
}

/// A run at the beginning of the row, then literals.
fn pack(row: &[u8]) -> Vec<u8> {
    let run = row
        .iter()
        .take_while(|value| **value == row[0])
        .count()
        .min(128);
    let mut packed = vec![(1 - run as i16) as u8, row[0]];
    for part in row[run..].chunks(128) {
        packed.push(part.len() as u8 - 1);
        packed.extend(part);
    }
    packed
}

pub fn psd(mode: u16, planes: Vec<Vec<u8>>) -> Psd<'static> {
    Psd {
        is_large: false,
        depth: 8,
        mode,
        palette: Vec::new(),
        resources: Vec::new(),
        layers: None,
        compression: 1,
        planes,
        size: &SIZE,
    }
}

pub fn planes(image: &RgbImage) -> Vec<Vec<u8>> {
    let plane = |at: usize| image.pixels().map(|pixel| pixel[at]).collect();
    (0..3).map(plane).collect()
}
