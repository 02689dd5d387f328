//! DDS, SGI and PCX, by the decoders of image-extras.

use std::io::Cursor;

use image::{ImageDecoder, ImageResult};
use image_extras::{dds::DdsDecoder, pcx::PCXDecoder, sgi::SgiDecoder};

use super::format::PictureFormat;
use super::raster::{damaged, decode_with};
use super::{DecodeError, Limits, Picture};
use crate::engine::cancel::{Cancel, CancelReader};

type Reader<'a> = CancelReader<'a, Cursor<&'a [u8]>>;

/// One of these formats.
pub struct Extra {
    name: &'static str,
    probe: fn(&[u8]) -> bool,
    open: for<'a> fn(Reader<'a>) -> ImageResult<Box<dyn ImageDecoder + 'a>>,
}

pub static DDS: Extra = Extra {
    name: "DDS",
    probe: |bytes| bytes.starts_with(b"DDS \x7c\0\0\0"),
    open: |reader| Ok(Box::new(DdsDecoder::new(reader)?)),
};
pub static SGI: Extra = Extra {
    name: "SGI",
    // Compression, bytes a sample, and dimensions.
    probe: |bytes| matches!(bytes, [0x01, 0xda, 0 | 1, 1 | 2, 0, 1..=3, ..]),
    open: |reader| Ok(Box::new(SgiDecoder::new(reader)?)),
};
pub static PCX: Extra = Extra {
    name: "PCX",
    probe: is_pcx,
    open: |reader| Ok(Box::new(PCXDecoder::new(reader)?)),
};

/// A header of which every field is one of few, as the magic number is a single byte.
fn is_pcx(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<128>() else {
        return false;
    };
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    matches!(header[..4], [10, 0 | 2..=5, 0 | 1, 1 | 2 | 4 | 8])
        && word(4) <= word(8)
        && word(6) <= word(10)
        && header[64] == 0
        && (1..=4).contains(&header[65])
}

impl PictureFormat for Extra {
    fn name(&self) -> &'static str {
        self.name
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        (self.probe)(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        let cancel: &Cancel = limits.cancel;
        let reader = CancelReader::new(Cursor::new(bytes), cancel);
        let decoder = (self.open)(reader).map_err(|e| damaged(self.name, &e))?;
        // What the decoder gives, a copy in eight bits, and room for its own.
        let per_pixel = 2 * u64::from(decoder.color_type().bytes_per_pixel()) + 4;
        decode_with(decoder, self.name, per_pixel, limits)
    }
}
