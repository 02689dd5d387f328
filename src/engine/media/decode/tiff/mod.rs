//! TIFF: the first page, in all variants that libtiff writes. Directories, rows and colours are decoded here; crates
//! decompress strips and tiles.

mod codec;
mod directory;
mod fax;
mod layout;
mod samples;

use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, DecodeLimits, Orientation, Picture, colour, jpeg, warning};
use crate::engine::cancel::Cancel;
use codec::PackedRows;
pub use codec::pack_bits;
pub use directory::value_width;
use directory::{Directory, pages};
use layout::{Compression, PageLayout, Photometric};
use samples::{TiffPainter, extremes, needs_extremes};

const NAME: &str = "TIFF";
const UNREADABLE: &str = "its pixels are missing or contradict themselves";
const SUBFILE: u16 = 254;
const ORIENTATION: u16 = 274;
/// Value of missing strips or tiles.
const MISSING: u8 = 128;
/// Maximum number of times that compressed data is read, and bytes that may be read of a file of any size, in addition to
/// those of the picture.
const MAX_READS: u64 = 8;
const MIN_READ: u64 = 16 << 20;
/// Bytes that take as long as setting up the tables of a decompressor for a strip or tile.
const SETUP: u64 = 4096;
/// Maximum size of all strips or tiles as a multiple of the picture's and of the file's, and bytes that they may have in
/// any case.
const MAX_MADE: u64 = 64;
const MAX_EXPANSION: u64 = 4096;
const MIN_MADE: u64 = 1 << 30;

/// TIFF, including BigTIFF.
pub struct Tiff;

impl PictureFormat for Tiff {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
            .iter()
            .any(|magic| bytes.starts_with(*magic))
    }

    fn decode(
        &self,
        bytes: &[u8],
        min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let (page, count) = shown(bytes, limits.cancel)?;
        let mut picture = match layout::old_jpeg(&page).and_then(|at| bytes.get(at..)) {
            Some(old) if old.starts_with(b"\xff\xd8\xff") => {
                jpeg::Jpeg.decode(old, min_short_side, limits)?
            }
            _ => Page::new(bytes, &page)?.decode(limits)?,
        };
        let orientation = page.number(ORIENTATION);
        let orientation = orientation.and_then(|value| u32::try_from(value).ok());
        picture.orientation = orientation.map(Orientation::from_exif);
        if count > 1 {
            let warning = format!("the first of {count} pages is shown");
            picture.warning.get_or_insert(warning);
        }
        Ok(picture)
    }
}

/// The page to show, and the number of pages. A thumbnail or mask may precede it.
fn shown<'a>(bytes: &'a [u8], cancel: &Cancel) -> Result<(Directory<'a>, usize), DecodeError> {
    let (mut first, mut picture, mut count) = (None, None, 0);
    for page in pages(bytes) {
        if cancel.is_cancelled() {
            return Err(DecodeError::Cancelled);
        }
        first = first.or(Some(page));
        if page.number(SUBFILE).unwrap_or_default() & 5 == 0 {
            picture = picture.or(Some(page));
            count += 1;
        }
    }
    let page = picture.or(first);
    let page = page.ok_or_else(|| damaged("its list of fields is missing"))?;
    Ok((page, count))
}

/// Decodes the first page, whatever its kind.
pub fn first_page(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    let page = pages(bytes).next();
    let page = page.ok_or_else(|| damaged("its list of fields is missing"))?;
    Page::new(bytes, &page)?.decode(limits)
}

fn damaged(reason: &str) -> DecodeError {
    DecodeError::damaged(NAME, reason)
}

/// A page that is being decoded.
struct Page<'a> {
    bytes: &'a [u8],
    layout: PageLayout<'a>,
}

/// Position of a strip or tile in the picture.
struct ChunkPosition {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl<'a> Page<'a> {
    fn new(bytes: &'a [u8], page: &Directory<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            bytes,
            layout: PageLayout::of(page)?,
        })
    }

    fn decode(&self, limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
        let layout = &self.layout;
        let (width, height) = (layout.width, layout.height);
        limits.reserve(width, height, self.need())?;
        if self.is_excessive() {
            return Err(damaged(UNREADABLE));
        }
        let mut found = None;
        if needs_extremes(layout) {
            let (mut least, mut most) = (f32::MAX, f32::MIN);
            self.each(limits, |chunks, place| {
                for y in 0..place.height {
                    let row = extremes(layout, chunks, y, place.width);
                    (least, most) = (least.min(row.0), most.max(row.1));
                }
            })?;
            found = Some((least, most));
        }
        let mut painter = TiffPainter::new(layout, found);
        let size = usize::try_from(area(width, height, 3)).unwrap_or(usize::MAX);
        let mut rgb = vec![MISSING; size];
        let warning = self.each(limits, |chunks, place| {
            for y in 0..place.height {
                let at = 3 * ((place.top + y) * width as usize + place.left);
                painter.row(chunks, y, &mut rgb[at..at + 3 * place.width]);
            }
        })?;
        // CMYK has already been converted through the profile.
        let is_plain = matches!(layout.meaning, Photometric::Grey { .. } | Photometric::Rgb)
            || matches!(
                layout.meaning,
                Photometric::YCbCr(_) | Photometric::Palette(_)
            );
        if let Some(profile) = layout.profile.filter(|_| is_plain) {
            colour::to_srgb(&mut rgb, profile);
        }
        Ok(Picture {
            warning,
            ..Picture::whole(width, height, rgb)
        })
    }

    /// Bytes that decoding needs.
    fn need(&self) -> u64 {
        let layout = &self.layout;
        let chunk = area(layout.chunk.0, layout.chunk.1, layout.samples as u64);
        // A strip or tile as stored, and a copy while decompression or the predictor runs.
        let of_chunk = chunk.saturating_mul(2 * layout.bits.div_ceil(8) as u64);
        let of_row = u64::from(layout.chunk.0).saturating_mul(4 * layout.samples as u64);
        let rgb = area(layout.width, layout.height, 3);
        let needs = [of_chunk, of_row, self.need_of_codec(chunk)];
        needs.into_iter().fold(rgb, u64::saturating_add)
    }

    /// Additional bytes for decompressing a strip or tile of `samples` samples.
    fn need_of_codec(&self, samples: u64) -> u64 {
        let copy = match self.layout.codec {
            Compression::Jpeg => true,
            _ => self.layout.is_reversed,
        };
        let copy = match copy {
            true => self.longest(),
            false => 0,
        };
        let own = match self.layout.codec {
            // Coefficients, planes, and the detection of missing parts.
            Compression::Jpeg => samples.saturating_mul(6),
            // The picture with and without alpha.
            Compression::WebP => samples.saturating_mul(2),
            Compression::Zstd => codec::ZSTD_WINDOW,
            Compression::Lzma => u64::from(codec::LZMA_KB) << 10,
            _ => 0,
        };
        own.saturating_add(copy)
    }

    /// Size of the largest compressed strip or tile in bytes.
    fn longest(&self) -> u64 {
        let lengths = (0..self.layout.chunks()).filter_map(|number| self.data(number));
        lengths
            .map(|data| data.len() as u64)
            .max()
            .unwrap_or_default()
    }

    /// Decodes all strips or tiles in order, and returns whether data is missing.
    fn each(
        &self,
        limits: &DecodeLimits<'_>,
        mut take: impl FnMut(&[PackedRows], &ChunkPosition),
    ) -> Result<Option<String>, DecodeError> {
        let layout = &self.layout;
        let (across, down) = layout.grid();
        let planes = if layout.is_planar { layout.samples } else { 1 };
        let (mut missing, mut found) = (0.0_f32, 0_usize);
        for index in 0..across as usize * down as usize {
            if limits.cancel.is_cancelled() {
                return Err(DecodeError::Cancelled);
            }
            let place = self.place(index);
            // The last strip may be shorter; tiles never are.
            let rows = match layout.is_tiled {
                true => layout.chunk.1 as usize,
                false => place.height,
            };
            let number = |plane: usize| plane * across as usize * down as usize + index;
            let chunk = |plane: usize| {
                codec::decode(layout, self.data(number(plane))?, rows, limits.cancel)
            };
            let chunks: Option<Vec<PackedRows>> = (0..planes).map(chunk).collect();
            match chunks {
                Some(chunks) => {
                    missing += chunks
                        .iter()
                        .fold(0.0, |most, chunk| chunk.missing.max(most));
                    found += 1;
                    take(&chunks, &place);
                }
                None => missing += 1.0,
            }
        }
        let percent = 100.0 * missing / (across as usize * down as usize) as f32;
        match found {
            0 => Err(damaged(UNREADABLE)),
            _ if percent <= 0.0 => Ok(None),
            _ => Ok(Some(warning::cut_short((percent.ceil() as usize).min(99)))),
        }
    }

    fn place(&self, index: usize) -> ChunkPosition {
        let layout = &self.layout;
        let across = layout.grid().0 as usize;
        let (width, height) = (layout.chunk.0 as usize, layout.chunk.1 as usize);
        let (left, top) = (index % across * width, index / across * height);
        ChunkPosition {
            left,
            top,
            width: width.min(layout.width as usize - left),
            height: height.min(layout.height as usize - top),
        }
    }

    /// The data of a strip or tile, truncated at the end of the file.
    fn data(&self, number: usize) -> Option<&'a [u8]> {
        let offset = |number| self.layout.offsets.get(number).map(|at| at as usize);
        // The file begins with its header, so offset 0 means that a tile is left out.
        let start = offset(number).filter(|start| *start > 0)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let length = self.layout.lengths.and_then(|all| all.get(number));
        let length = match length {
            Some(length) => length as usize,
            // Without byte counts, each chunk extends to the next.
            None => offset(number + 1)
                .and_then(|next| next.checked_sub(start))
                .filter(|length| *length > 0)
                .unwrap_or(usize::MAX),
        };
        Some(&rest[..length.min(rest.len())])
    }

    /// Whether decoding would take much longer than the sizes of the file and the picture justify: strips may share
    /// data, and tiles may be much larger than the picture.
    fn is_excessive(&self) -> bool {
        let layout = &self.layout;
        let of_chunk = match layout.codec {
            Compression::Jpeg | Compression::WebP | Compression::Zstd | Compression::Lzma => {
                SETUP + layout.jpeg_tables.len() as u64
            }
            _ => 0,
        };
        // Of uncompressed data, no more than the samples is read.
        let is_plain = layout.codec == Compression::None && !layout.is_reversed;
        let count = if is_plain { 0 } else { layout.chunks() };
        let read = (0..count).fold(0_u64, |sum, number| {
            let length = self.data(number).map_or(0, <[u8]>::len) as u64;
            sum.saturating_add(length + of_chunk)
        });
        let file = self.bytes.len() as u64;
        let of_row = layout.row_bytes() as u64;
        let made = (layout.chunks() as u64)
            .saturating_mul(layout.chunk.1.into())
            .saturating_mul(of_row);
        let bits = (layout.samples * layout.bits) as u64;
        let picture = area(layout.width, layout.height, bits) / 8;
        let most_made = (MAX_MADE * picture).min(MAX_EXPANSION * file);
        read > MAX_READS * file + MIN_READ + picture || made > most_made + MIN_MADE
    }
}
