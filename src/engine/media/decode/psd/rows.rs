//! The rows of the merged picture, planar, raw or compressed.

use std::io::Read;

use super::sections::Sections;
use super::{DecodeError, damaged};
use crate::engine::media::decode::tiff::pack_bits;

/// Reads rows of all channels.
pub struct ChannelRows<'a> {
    width: usize,
    height: usize,
    depth: usize,
    row_bytes: usize,
    data: ChannelData<'a>,
    samples: Vec<f32>,
    is_truncated: bool,
}

enum ChannelData<'a> {
    Plain(&'a [u8]),
    /// Compressed data, with offset and length of each row.
    Packed(&'a [u8], Vec<(usize, usize)>),
    Inflated(Vec<u8>),
}

impl<'a> ChannelRows<'a> {
    pub fn new(sections: &Sections<'a>) -> Result<Self, DecodeError> {
        let (width, height) = (sections.width as usize, sections.height as usize);
        let row_bytes = (width * sections.depth).div_ceil(8);
        let data = match sections.compression {
            0 => ChannelData::Plain(sections.picture),
            1 => {
                let size = if sections.is_large { 4 } else { 2 };
                let count = height * sections.channels;
                let (lengths, rows) = (sections.picture)
                    .split_at_checked(count * size)
                    .ok_or_else(|| damaged("its list of rows is cut"))?;
                let mut at = 0;
                let places = lengths.chunks_exact(size).map(|length| {
                    let number = |sum, byte: &u8| sum << 8 | usize::from(*byte);
                    let length = length.iter().fold(0_usize, number);
                    let start = at;
                    at += length;
                    (start, length)
                });
                ChannelData::Packed(rows, places.collect())
            }
            2 | 3 => {
                let most = (row_bytes * height * sections.channels) as u64;
                let mut bytes = Vec::new();
                let inflated = flate2::read::ZlibDecoder::new(sections.picture);
                // The data before an error is used: the file may be truncated.
                let _ = inflated.take(most).read_to_end(&mut bytes);
                if sections.compression == 3 {
                    undo_differencing(&mut bytes, row_bytes, sections.depth);
                }
                ChannelData::Inflated(bytes)
            }
            _ => {
                return Err(DecodeError::Unsupported(
                    "Photoshop files with this compression",
                ));
            }
        };
        let whole = row_bytes * height * sections.channels;
        let is_truncated = match &data {
            ChannelData::Plain(bytes) => bytes.len() < whole,
            ChannelData::Inflated(bytes) => bytes.len() < whole,
            ChannelData::Packed(rows, places) => {
                (places.last()).is_some_and(|(start, length)| rows.len() < start + length)
            }
        };
        Ok(Self {
            width,
            height,
            depth: sections.depth,
            row_bytes,
            data,
            samples: Vec::new(),
            is_truncated,
        })
    }

    /// Whether the picture data is truncated.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Reads row `y` of the first `channels` channels, planar, scaled to 0..1; 32-bit samples are left as stored.
    pub fn read(&mut self, y: usize, channels: usize) -> Option<&[f32]> {
        self.samples.clear();
        for channel in 0..channels {
            let row = channel * self.height + y;
            let unpacked: Vec<u8>;
            let bytes = match &self.data {
                ChannelData::Plain(bytes) => {
                    bytes.get(row * self.row_bytes..)?.get(..self.row_bytes)?
                }
                ChannelData::Inflated(bytes) => {
                    bytes.get(row * self.row_bytes..)?.get(..self.row_bytes)?
                }
                ChannelData::Packed(bytes, places) => {
                    let (start, length) = *places.get(row)?;
                    let packed = bytes.get(start..start.checked_add(length)?)?;
                    unpacked = pack_bits(packed, self.row_bytes);
                    unpacked.get(..self.row_bytes)?
                }
            };
            match self.depth {
                1 => {
                    let bit = |x: usize| bytes[x / 8] >> (7 - x % 8) & 1;
                    self.samples
                        .extend((0..self.width).map(|x| f32::from(bit(x))));
                }
                8 => self
                    .samples
                    .extend(bytes.iter().map(|value| f32::from(*value) / 255.0)),
                16 => {
                    let values = bytes.as_chunks::<2>().0.iter();
                    let values = values.map(|value| f32::from(u16::from_be_bytes(*value)));
                    self.samples.extend(values.map(|value| value / 65_535.0));
                }
                _ => {
                    let values = bytes.as_chunks::<4>().0.iter();
                    self.samples
                        .extend(values.map(|value| f32::from_be_bytes(*value)));
                }
            }
        }
        Some(&self.samples)
    }
}

/// Reverses horizontal differencing.
fn undo_differencing(bytes: &mut [u8], row_bytes: usize, depth: usize) {
    for row in bytes.chunks_exact_mut(row_bytes) {
        match depth {
            16 => {
                let numbers = row.as_chunks_mut::<2>().0;
                for at in 1..numbers.len() {
                    let [left, own] = [at - 1, at].map(|at| u16::from_be_bytes(numbers[at]));
                    numbers[at] = own.wrapping_add(left).to_be_bytes();
                }
            }
            32 => {
                for at in 1..row.len() {
                    row[at] = row[at].wrapping_add(row[at - 1]);
                }
                // All the most significant bytes of a row come first, then the next ones.
                let copy = row.to_vec();
                let count = copy.len() / 4;
                for (index, number) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    *number = [0, 1, 2, 3].map(|byte| copy[byte * count + index]);
                }
            }
            _ => {
                for at in 1..row.len() {
                    row[at] = row[at].wrapping_add(row[at - 1]);
                }
            }
        }
    }
}
