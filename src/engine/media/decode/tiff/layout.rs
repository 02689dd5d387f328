//! Storage layout and photometric interpretation of a page. Anything unsupported is rejected here, so that no picture
//! is shown incorrectly.

use super::directory::{Directory, FieldValues, NumberEncoding};
use super::fax::RowCoding;
use super::{DecodeError, damaged};

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const SAMPLES: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_LENGTHS: u16 = 279;
const PLANAR: u16 = 284;
const GROUP_3_OPTIONS: u16 = 292;
const PREDICTOR: u16 = 317;
const COLOUR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_LENGTHS: u16 = 325;
const INK_SET: u16 = 332;
const EXTRA_SAMPLES: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
const JPEG_TABLES: u16 = 347;
const JPEG_OFFSET: u16 = 513;
const LUMA: u16 = 529;
const SUBSAMPLING: u16 = 530;
const REFERENCE: u16 = 532;
const PROFILE: u16 = 34_675;

/// Maximum number of samples per pixel.
const MAX_SAMPLES: u64 = 64;
/// Maximum number of strips or tiles per page.
const MAX_CHUNKS: u64 = 1 << 22;

/// Data type of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    Unsigned,
    Signed,
    Float,
}

/// Compression of strips or tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
    Zstd,
    Lzma,
    Fax(RowCoding),
    Jpeg,
    WebP,
}

/// Photometric interpretation.
#[derive(Clone, Debug, PartialEq)]
pub enum Photometric {
    Grey { white_is_zero: bool },
    Rgb,
    Palette(Vec<[u8; 3]>),
    Cmyk,
    YCbCr(YCbCr),
    Lab { offset: bool },
}

/// Parameters of YCbCr.
#[derive(Clone, Debug, PartialEq)]
pub struct YCbCr {
    /// Luma coefficients of red, green and blue.
    pub luma: [f32; 3],
    /// Horizontal and vertical subsampling factors.
    pub shared: (usize, usize),
    /// Reference black and white for each of Y, Cb and Cr.
    pub reference: [f32; 6],
}

/// Transparency: sample index, and whether colours are premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alpha {
    pub sample: usize,
    pub is_associated: bool,
}

/// How a page is stored.
pub struct PageLayout<'a> {
    pub width: u32,
    pub height: u32,
    pub samples: usize,
    pub bits: usize,
    pub format: SampleFormat,
    pub meaning: Photometric,
    pub alpha: Option<Alpha>,
    pub codec: Compression,
    pub predictor: u64,
    /// Whether samples are stored in separate planes.
    pub is_planar: bool,
    /// Whether the bit order within bytes is reversed.
    pub is_reversed: bool,
    pub numbers: NumberEncoding,
    /// Width and height of a strip or tile.
    pub chunk: (u32, u32),
    pub is_tiled: bool,
    pub offsets: FieldValues<'a>,
    pub lengths: Option<FieldValues<'a>>,
    pub jpeg_tables: &'a [u8],
    pub profile: Option<&'a [u8]>,
}

fn unsupported(what: &'static str) -> DecodeError {
    DecodeError::Unsupported(what)
}

impl<'a> PageLayout<'a> {
    pub fn of(page: &Directory<'a>) -> Result<Self, DecodeError> {
        let side = |tag| {
            let side = page.number(tag).and_then(|side| u32::try_from(side).ok());
            side.filter(|side| *side > 0)
        };
        let (width, height) = side(WIDTH)
            .zip(side(HEIGHT))
            .ok_or_else(|| damaged("it does not say how large it is"))?;
        let samples = page.number(SAMPLES).unwrap_or(1);
        if !(1..=MAX_SAMPLES).contains(&samples) {
            return Err(unsupported("TIFF files with more than 64 samples a pixel"));
        }
        let samples = samples as usize;
        let (format, bits) = sample_format(page)?;
        let codec = codec(page)?;
        let photometric = page.number(PHOTOMETRIC);
        let photometric = photometric.unwrap_or(if samples >= 3 { 2 } else { 1 });
        let meaning = meaning(page, photometric, bits)?;
        let is_plain = format == SampleFormat::Unsigned && matches!(bits, 8 | 16);
        if matches!(meaning, Photometric::Lab { .. }) && !is_plain
            || matches!(meaning, Photometric::Palette(_)) && format != SampleFormat::Unsigned
        {
            return Err(unsupported("TIFF files with these colours"));
        }
        let colours = match meaning {
            Photometric::Grey { .. } | Photometric::Palette(_) => 1,
            Photometric::Rgb | Photometric::YCbCr(_) | Photometric::Lab { .. } => 3,
            Photometric::Cmyk => 4,
        };
        if samples < colours {
            return Err(damaged("it has fewer samples than its colours need"));
        }
        let tiled = side(TILE_WIDTH).zip(side(TILE_HEIGHT));
        let chunk = tiled.unwrap_or_else(|| {
            let rows = page.number(ROWS_PER_STRIP).unwrap_or(u64::MAX);
            (width, rows.clamp(1, height.into()) as u32)
        });
        let (offsets, lengths) = match tiled {
            Some(_) => (TILE_OFFSETS, TILE_LENGTHS),
            None => (STRIP_OFFSETS, STRIP_LENGTHS),
        };
        let offsets = page.all(offsets).or_else(|| page.all(STRIP_OFFSETS));
        let lengths = page.all(lengths).or_else(|| page.all(STRIP_LENGTHS));
        // Some writers leave the lengths at zero, as in tiles that are left out, whose offset is zero too.
        let is_first = |values: Option<FieldValues<'_>>, value| {
            values.and_then(|values| values.get(0)) == Some(value)
        };
        let is_unknown = is_first(lengths, 0.0) && !is_first(offsets, 0.0);
        let lengths = lengths.filter(|_| !is_unknown);
        let layout = Self {
            width,
            height,
            samples,
            bits: bits as usize,
            format,
            alpha: alpha(page, samples, colours),
            meaning,
            predictor: match codec {
                Compression::Lzw | Compression::Deflate | Compression::Zstd | Compression::Lzma => {
                    page.number(PREDICTOR).unwrap_or(1)
                }
                _ => 1,
            },
            codec,
            is_planar: samples > 1 && page.number(PLANAR) == Some(2),
            is_reversed: page.number(FILL_ORDER) == Some(2) && codec != Compression::Jpeg,
            numbers: page.numbers,
            chunk,
            is_tiled: tiled.is_some(),
            offsets: offsets.ok_or_else(|| damaged("it does not say where its pixels are"))?,
            lengths,
            jpeg_tables: page.raw(JPEG_TABLES).unwrap_or_default(),
            profile: page.raw(PROFILE),
        };
        layout.checked()
    }

    /// Rejects inconsistent or unsupported layouts.
    fn checked(self) -> Result<Self, DecodeError> {
        let predicted = match self.predictor {
            1 => true,
            2 => matches!(self.bits, 8 | 16 | 32 | 64),
            3 => self.format == SampleFormat::Float,
            _ => false,
        };
        if !predicted {
            return Err(unsupported("TIFF files with this predictor"));
        }
        let fits = match self.codec {
            Compression::Fax(_) => self.bits == 1 && (self.samples == 1 || self.is_planar),
            Compression::Jpeg | Compression::WebP => self.bits == 8,
            _ => true,
        };
        if !fits {
            return Err(unsupported(
                "TIFF files with samples of this size in this compression",
            ));
        }
        if let Photometric::YCbCr(colours) = &self.meaning {
            let plain = self.bits == 8 && self.samples == 3 && self.predictor == 1;
            let halved = colours.shared != (1, 1);
            if !plain
                || halved && self.is_planar
                || self.is_planar && self.codec == Compression::Jpeg
            {
                return Err(unsupported("TIFF files with chroma stored in this way"));
            }
        }
        let count = self.chunks() as u64;
        if count > MAX_CHUNKS || count > self.offsets.len() as u64 {
            return Err(damaged("it has fewer strips than its size needs"));
        }
        Ok(self)
    }

    /// Number of strips or tiles across and down.
    pub fn grid(&self) -> (u32, u32) {
        (
            self.width.div_ceil(self.chunk.0),
            self.height.div_ceil(self.chunk.1),
        )
    }

    /// Total number of strips or tiles.
    pub fn chunks(&self) -> usize {
        let (across, down) = self.grid();
        let planes = if self.is_planar { self.samples } else { 1 };
        let of_plane = (across as usize).saturating_mul(down as usize);
        of_plane.saturating_mul(planes)
    }

    /// Samples per pixel in one strip or tile.
    pub fn samples_together(&self) -> usize {
        if self.is_planar { 1 } else { self.samples }
    }

    /// Whether a picture of this size fits a strip or tile, possibly padded to whole blocks.
    pub fn fits(&self, width: usize, height: usize) -> bool {
        width <= self.chunk.0 as usize + 16 && height <= self.chunk.1 as usize + 16
    }

    /// Bytes per row of a strip or tile.
    pub fn row_bytes(&self) -> usize {
        (self.chunk.0 as usize * self.samples_together() * self.bits).div_ceil(8)
    }
}

/// The common value of a field for all samples; `None` if they differ.
fn uniform_value(page: &Directory<'_>, tag: u16, otherwise: u64) -> Option<u64> {
    let Some(numbers) = page.all(tag) else {
        return Some(otherwise);
    };
    let first = numbers.get(0)?;
    let mut numbers = numbers.first(MAX_SAMPLES as usize);
    let all = numbers.all(|number| number == first);
    all.then_some(first as u64)
}

/// The data type of samples, and their size in bits.
fn sample_format(page: &Directory<'_>) -> Result<(SampleFormat, u64), DecodeError> {
    let bits = uniform_value(page, BITS, 1)
        .ok_or(unsupported("TIFF files with samples of several sizes"))?;
    let format = match uniform_value(page, SAMPLE_FORMAT, 1) {
        // Undefined data is read as unsigned.
        Some(1 | 4) => SampleFormat::Unsigned,
        Some(2) => SampleFormat::Signed,
        Some(3) => SampleFormat::Float,
        _ => {
            return Err(unsupported(
                "TIFF files with complex numbers or samples of several kinds",
            ));
        }
    };
    let fits = match format {
        SampleFormat::Unsigned => (1..=32).contains(&bits),
        SampleFormat::Signed => matches!(bits, 8 | 16 | 32),
        SampleFormat::Float => matches!(bits, 16 | 32 | 64),
    };
    match fits {
        true => Ok((format, bits)),
        false => Err(unsupported("TIFF files with samples of this size")),
    }
}

fn codec(page: &Directory<'_>) -> Result<Compression, DecodeError> {
    let mixed = page.number(GROUP_3_OPTIONS).unwrap_or_default() & 1 == 1;
    Ok(match page.number(COMPRESSION).unwrap_or(1) {
        1 => Compression::None,
        2 => Compression::Fax(RowCoding::Huffman(8)),
        3 => Compression::Fax(RowCoding::Group3 { mixed }),
        4 => Compression::Fax(RowCoding::Group4),
        5 => Compression::Lzw,
        // The page may instead contain a complete JPEG.
        6 if page.number(JPEG_OFFSET).is_none() => {
            return Err(unsupported("TIFF files with old-style JPEG compression"));
        }
        6 | 7 => Compression::Jpeg,
        8 | 32_946 => Compression::Deflate,
        32_771 => Compression::Fax(RowCoding::Huffman(16)),
        32_773 => Compression::PackBits,
        34_712 => return Err(unsupported("TIFF files with JPEG 2000 compression")),
        34_887 => return Err(unsupported("TIFF files with LERC compression")),
        34_925 => Compression::Lzma,
        50_000 => Compression::Zstd,
        50_001 => Compression::WebP,
        50_002 | 52_546 => return Err(unsupported("TIFF files with JPEG XL compression")),
        34_676 | 34_677 => return Err(unsupported("TIFF files with LogLuv colours")),
        _ => return Err(unsupported("TIFF files with this compression")),
    })
}

/// Offset of a complete old-style JPEG.
pub fn old_jpeg(page: &Directory<'_>) -> Option<usize> {
    let is_old = page.number(COMPRESSION) == Some(6);
    let offset = page.number(JPEG_OFFSET).filter(|_| is_old)?;
    usize::try_from(offset).ok()
}

fn meaning(page: &Directory<'_>, photometric: u64, bits: u64) -> Result<Photometric, DecodeError> {
    Ok(match photometric {
        0 => Photometric::Grey {
            white_is_zero: true,
        },
        // In a transparency mask, white is opaque.
        1 | 4 => Photometric::Grey {
            white_is_zero: false,
        },
        2 => Photometric::Rgb,
        3 => Photometric::Palette(palette(page, bits)?),
        5 if matches!(page.number(INK_SET), None | Some(1)) => Photometric::Cmyk,
        5 => return Err(unsupported("TIFF files with inks other than CMYK")),
        6 => Photometric::YCbCr(ycbcr(page)?),
        8 => Photometric::Lab { offset: false },
        9 => Photometric::Lab { offset: true },
        32_844 | 32_845 => return Err(unsupported("TIFF files with LogLuv colours")),
        32_803 | 34_892 => return Err(unsupported("TIFF files with a sensor's RAW data")),
        _ => return Err(unsupported("TIFF files with these colours")),
    })
}

fn palette(page: &Directory<'_>, bits: u64) -> Result<Vec<[u8; 3]>, DecodeError> {
    if bits > 16 {
        return Err(unsupported("TIFF files with a palette of this size"));
    }
    let size = 1_usize << bits;
    let map = page.all(COLOUR_MAP).filter(|map| map.len() >= 3 * size);
    let map = map.ok_or_else(|| damaged("its palette is missing"))?;
    let map: Vec<f64> = map.first(3 * size).collect();
    // Some writers use 8-bit values in the 16-bit colour map.
    let scale = if map.iter().all(|value| *value < 256.0) {
        1.0
    } else {
        257.0
    };
    let value = |at: usize| (map[at] / scale).round() as u8;
    Ok((0..size)
        .map(|index| [0, 1, 2].map(|channel| value(channel * size + index)))
        .collect())
}

fn ycbcr(page: &Directory<'_>) -> Result<YCbCr, DecodeError> {
    let floats = |tag| -> Vec<f32> {
        let values = page.all(tag).into_iter();
        let values = values.flat_map(|values| values.first(6));
        values.map(|value| value as f32).collect()
    };
    let luma = floats(LUMA);
    let luma = luma.first_chunk().filter(|luma| luma[1].is_normal());
    let reference = floats(REFERENCE);
    let reference = reference.first_chunk::<6>().filter(|values| {
        let spread = |at: usize| (values[at + 1] - values[at]).abs() >= 1.0;
        spread(0) && spread(2) && spread(4)
    });
    let shared = page.all(SUBSAMPLING);
    let shared = shared.and_then(|shared| Some((shared.get(0)? as usize, shared.get(1)? as usize)));
    let shared = shared.unwrap_or((2, 2));
    if ![1, 2, 4].contains(&shared.0) || ![1, 2, 4].contains(&shared.1) {
        return Err(damaged("its chroma subsampling is invalid"));
    }
    Ok(YCbCr {
        luma: luma.copied().unwrap_or([0.299, 0.587, 0.114]),
        shared,
        reference: reference
            .copied()
            .unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]),
    })
}

/// The first extra sample that is declared as alpha.
fn alpha(page: &Directory<'_>, samples: usize, colours: usize) -> Option<Alpha> {
    // Most programs treat a single undeclared extra sample as alpha.
    let left_out = if samples == colours + 1 {
        vec![2.0]
    } else {
        Vec::new()
    };
    let kinds = page.all(EXTRA_SAMPLES);
    let kinds = kinds.map_or(left_out, |kinds| kinds.first(samples).collect());
    let at = kinds
        .iter()
        .position(|kind| matches!(*kind as u64, 1 | 2))?;
    let alpha = Alpha {
        sample: colours + at,
        is_associated: kinds[at] as u64 == 1,
    };
    (alpha.sample < samples).then_some(alpha)
}
