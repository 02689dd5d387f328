//! From a file's bytes to upright RGB pixels, no larger than needed and within limits.
//!
//! The format is told by the bytes, never by the name. One decode serves the thumbnail and the
//! model's input.

mod colour;
mod deep_png;
#[cfg(feature = "heic")]
mod detached;
mod embedded;
mod exif;
mod format;
#[cfg(feature = "heic")]
mod heic;
#[cfg_attr(
    not(feature = "heic"),
    allow(dead_code, reason = "other formats need the boxes alone")
)]
mod iso_media;
mod jpeg;

use std::io::{Cursor, ErrorKind};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::memory_budget::{DecodeMemory, MemoryBudget, NoMemory, Reservation, size_text};
use super::photo::{Failure, Stage, Taken};
use crate::engine::cancel::{Cancel, CancelReader};
use crate::engine::files::regular::read_regular;

pub use exif::{Orientation, camera_facts};
pub use format::{Format, sniff};

/// Bytes that a decoder may take for tables, whatever the picture's size.
const TABLES: u64 = 64 << 20;

/// Most bytes of a file that is read at all.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// RGB pixels as they are stored, and how to turn them upright.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Width in pixels, before turning.
    pub width: u32,
    /// Height in pixels, before turning.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
    /// How the picture must be turned to be upright.
    pub orientation: Orientation,
    /// How much of width and height the picture covers: at a scale its right and lower edges may lie
    /// within a pixel.
    pub covered: (f64, f64),
}

impl Pixels {
    /// Pixels that the picture covers whole.
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: Vec<u8>, orientation: Orientation) -> Self {
        Self {
            width,
            height,
            rgb,
            orientation,
            covered: (width.into(), height.into()),
        }
    }

    /// The same picture, turned and mirrored as its orientation says.
    #[must_use]
    pub fn upright(self) -> Self {
        self.orientation.apply(self)
    }
}

/// A decoded picture with what its file said about it.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The pixels, possibly of a smaller scale than the file's.
    pub pixels: Pixels,
    /// Width of the full picture in pixels, upright.
    pub width: u32,
    /// Height of the full picture in pixels, upright.
    pub height: u32,
    /// When the photo was taken, by the camera's clock.
    pub taken: Option<Taken>,
    /// What was wrong with the file, where it could be read all the same.
    pub warning: Option<String>,
    /// What the pixels take of the memory that decoders share.
    _memory: Option<Arc<Reservation>>,
}

/// A file's bytes, with what they take of the memory that decoders share.
#[derive(Debug)]
pub struct FileBytes {
    bytes: Vec<u8>,
    _memory: Option<Reservation>,
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a picture cannot be decoded. Each message is one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// A file without content.
    #[error("the file is empty")]
    Empty,
    /// A file of another kind.
    #[error("not a photo: {0}")]
    NotAPhoto(&'static str),
    /// A picture format that is known but not read.
    #[error("{0} files cannot be read yet: convert the photo to JPEG")]
    Unsupported(&'static str),
    /// Beyond the memory that decoders share.
    #[error(
        "the photo of {width} x {height} pixels needs {} of memory to decode; the limit is {}: \
         raise it in Settings or with --memory", size_text(*need), size_text(*limit)
    )]
    TooLarge {
        /// Claimed width.
        width: u32,
        /// Claimed height.
        height: u32,
        /// Bytes that it needs.
        need: u64,
        /// Bytes that there are.
        limit: u64,
    },
    /// A thread could not be started.
    #[error("no thread could be started ({0}): close other programs and try again")]
    NoThread(String),
    /// The decoder refused it.
    #[error("damaged {format}: {reason}")]
    Damaged {
        /// What it should have been.
        format: &'static str,
        /// The decoder's words.
        reason: String,
    },
}

/// Reads a file whole, once there is memory for it.
///
/// # Errors
/// If it is no regular file, too large, or cannot be read, or `cancel` was raised.
pub fn read_file(path: &Path, cancel: &Cancel) -> Result<FileBytes, Failure> {
    let refuse = |message| Failure::new(path, Stage::Read, message);
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let files = &DecodeMemory::of_process().files;
    let memory = files
        .reserve_at_most_all(length.min(MAX_FILE_BYTES), cancel)
        .map_err(|_| Failure::new(path, Stage::Read, DecodeError::Cancelled))?;
    let bytes = read_regular(path, MAX_FILE_BYTES).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => refuse("a folder, not a photo"),
        ErrorKind::InvalidInput => refuse("not a regular file, so it was not opened"),
        ErrorKind::FileTooLarge => refuse("larger than 1 GB, which is more than a photo takes"),
        _ => Failure::io(path, Stage::Read, &error),
    })?;
    Ok(FileBytes {
        bytes,
        _memory: Some(memory),
    })
}

/// Decodes a picture at the smallest scale that keeps its short side at `min_short_side` pixels or
/// more, where the format can be decoded at a scale (JPEG), otherwise in full. Waits until there is memory
/// for it; what is returned holds it, and must be dropped before the same thread decodes another.
///
/// # Errors
/// If the bytes are no picture, damaged beyond reading, larger than the limits, or `cancel` was raised.
pub fn decode(bytes: &[u8], min_short_side: u32, cancel: &Cancel) -> Result<Decoded, DecodeError> {
    let budget = &DecodeMemory::of_process().pixels;
    decode_within(bytes, min_short_side, budget, cancel)
}

/// As [`decode`], within a budget of the caller's.
///
/// # Errors
/// As [`decode`].
pub fn decode_within(
    bytes: &[u8],
    min_short_side: u32,
    budget: &Arc<MemoryBudget>,
    cancel: &Cancel,
) -> Result<Decoded, DecodeError> {
    if cancel.is_cancelled() {
        return Err(DecodeError::Cancelled);
    }
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let format = sniff(bytes)?;
    let mut memory = Memory::new(budget, cancel);
    let decoded = match format {
        Format::Jpeg => jpeg::decode(bytes, min_short_side, &mut memory),
        Format::Other(format, name) => decode_other(bytes, format, name, &mut memory),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(bytes, &mut memory),
        #[cfg(feature = "jxl")]
        Format::Jxl => decode_jxl(bytes, &mut memory),
    };
    match decoded {
        Err(_) if cancel.is_cancelled() => Err(DecodeError::Cancelled),
        other => other.map(|raw| {
            // Metadata stands before a JPEG's picture data, which need not be searched.
            let head = match format {
                Format::Jpeg => jpeg::first_scan(bytes).unwrap_or(bytes.len()),
                _ => bytes.len(),
            };
            let memory = memory.keep(raw.rgb.len() as u64);
            raw.with_facts(&bytes[..head], memory)
        }),
    }
}

/// What one decode takes of the memory that decoders share.
struct Memory<'a> {
    budget: &'a Arc<MemoryBudget>,
    cancel: &'a Cancel,
    held: Option<Reservation>,
}

impl<'a> Memory<'a> {
    fn new(budget: &'a Arc<MemoryBudget>, cancel: &'a Cancel) -> Self {
        Self {
            budget,
            cancel,
            held: None,
        }
    }

    /// Waits for memory for a picture, in place of what was held for an earlier attempt.
    fn reserve(&mut self, width: u32, height: u32, need: u64) -> Result<(), DecodeError> {
        self.held = None;
        let held = self.budget.reserve(need, self.cancel);
        self.held = Some(held.map_err(|refused| match refused {
            NoMemory::Cancelled => DecodeError::Cancelled,
            NoMemory::Beyond { limit } => DecodeError::TooLarge {
                width,
                height,
                need,
                limit,
            },
        })?);
        Ok(())
    }

    /// What is still needed after the decode.
    fn keep(self, bytes: u64) -> Option<Arc<Reservation>> {
        self.held.map(|mut held| {
            held.shrink_to(bytes);
            Arc::new(held)
        })
    }
}

/// Bytes for so many pixels.
fn area(width: u32, height: u32, bytes_per_pixel: u64) -> u64 {
    (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel)
}

/// A picture as a decoder leaves it.
struct RawPicture {
    scaled_width: u32,
    scaled_height: u32,
    rgb: Vec<u8>,
    full_width: u32,
    full_height: u32,
    /// Whether the decoder has turned it already, so that EXIF's orientation must not be applied again.
    upright: bool,
    warning: Option<String>,
}

impl RawPicture {
    /// The scale of the decode: 1, or a half, a quarter or an eighth, whose pixels are counted up.
    fn scale(&self) -> f64 {
        let long = f64::from(self.full_width.max(self.full_height));
        let scaled = f64::from(self.scaled_width.max(self.scaled_height));
        [0.125, 0.25, 0.5]
            .into_iter()
            .find(|scale| (long * scale).ceil() >= scaled)
            .unwrap_or(1.0)
    }

    fn with_facts(self, bytes: &[u8], memory: Option<Arc<Reservation>>) -> Decoded {
        let mut facts = exif::read(bytes);
        if self.upright {
            facts.orientation = Orientation::default();
        }
        let swapped = facts.orientation.swaps_sides();
        let (width, height) = if swapped {
            (self.full_height, self.full_width)
        } else {
            (self.full_width, self.full_height)
        };
        Decoded {
            pixels: Pixels {
                covered: (
                    f64::from(self.full_width) * self.scale(),
                    f64::from(self.full_height) * self.scale(),
                ),
                ..Pixels::new(
                    self.scaled_width,
                    self.scaled_height,
                    self.rgb,
                    facts.orientation,
                )
            },
            width,
            height,
            taken: facts.taken,
            warning: self.warning,
            _memory: memory,
        }
    }
}

fn decode_other(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    memory: &mut Memory<'_>,
) -> Result<RawPicture, DecodeError> {
    if format == ImageFormat::Png
        && let Some(picture) = deep_png::decode(bytes, memory)?
    {
        return Ok(picture);
    }
    let reader = CancelReader::new(Cursor::new(bytes), memory.cancel);
    let mut reader = ImageReader::with_format(reader, format);
    // What counts is reserved by the size that the header claims.
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(
        memory
            .budget
            .limit()
            .saturating_mul(2)
            .saturating_add(TABLES),
    );
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|e| damaged(name, &e))?;
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    decode_with(decoder, name, per_pixel, memory)
}

#[cfg(feature = "jxl")]
fn decode_jxl(bytes: &[u8], memory: &mut Memory<'_>) -> Result<RawPicture, DecodeError> {
    const NAME: &str = "JPEG XL";
    /// Samples that the decoder keeps for a pixel besides those that it gives.
    const KEPT: u64 = 12;
    let reader = CancelReader::new(Cursor::new(bytes), memory.cancel);
    let decoder = jxl_image_rs_integration::JxlDecoder::new(reader);
    let decoder = decoder.map_err(|e| damaged(NAME, &e))?;
    let per_pixel = u64::from(decoder.color_type().bytes_per_pixel()) + KEPT;
    let picture = decode_with(decoder, NAME, per_pixel, memory)?;
    // The decoder turns pictures by the codestream's own orientation, which EXIF's repeats.
    Ok(RawPicture {
        upright: true,
        ..picture
    })
}

fn damaged(name: &'static str, error: &image::ImageError) -> DecodeError {
    // Some decoders report over several lines.
    let text = error.to_string();
    let reason = text.lines().next().unwrap_or_default().trim().into();
    DecodeError::Damaged {
        format: name,
        reason,
    }
}

fn decode_with(
    mut decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    memory: &mut Memory<'_>,
) -> Result<RawPicture, DecodeError> {
    let (width, height) = decoder.dimensions();
    memory.reserve(width, height, area(width, height, per_pixel))?;
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|e| damaged(name, &e))?;
    let mut rgb = flatten(image);
    if let Some(profile) = profile {
        colour::to_srgb(&mut rgb, &profile);
    }
    Ok(RawPicture {
        scaled_width: width,
        scaled_height: height,
        rgb,
        full_width: width,
        full_height: height,
        upright: false,
        warning: None,
    })
}

/// Most bytes that a decode takes for a pixel: what the decoder gives, what it keeps meanwhile, and the
/// eight-bit RGB that is made of it.
fn bytes_per_pixel(format: ImageFormat, colour: ColorType) -> u64 {
    let given = u64::from(colour.bytes_per_pixel());
    let made = match colour {
        ColorType::Rgb8 | ColorType::Rgba8 => 0,
        // Alpha goes through eight-bit RGBA.
        _ if colour.has_alpha() => 4,
        _ => 3,
    };
    let kept = match format {
        // Coefficients of a progressive file.
        ImageFormat::Jpeg => 6,
        // The canvas on which frames are painted, and the frame.
        ImageFormat::Gif | ImageFormat::WebP => 4,
        // A copy of all samples.
        ImageFormat::Tiff => given,
        _ => 0,
    };
    // The decoder is gone before the pixels are converted.
    given + made.max(kept)
}

/// Eight-bit RGB, transparent parts over white.
fn flatten(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_rgb8().into_raw();
    }
    // In place: a second copy would double the memory.
    let mut samples = image.into_rgba8().into_raw();
    let pixels = samples.len() / 4;
    for at in 0..pixels {
        let pixel = [0, 1, 2, 3].map(|channel| samples[4 * at + channel]);
        samples[3 * at..3 * at + 3].copy_from_slice(&over_white(pixel));
    }
    samples.truncate(3 * pixels);
    samples.shrink_to_fit();
    samples
}

/// A pixel with alpha, over white.
fn over_white(pixel: [u8; 4]) -> [u8; 3] {
    let [red, green, blue, alpha] = pixel.map(u32::from);
    [red, green, blue].map(|c| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).expect("encodes");
        bytes.into_inner()
    }

    fn sample() -> DynamicImage {
        RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 6) as u8, (y * 8) as u8, 128])).into()
    }

    #[test]
    fn every_format_is_told_by_its_bytes() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
            ImageFormat::Tiff,
            ImageFormat::Bmp,
            ImageFormat::Pnm,
            ImageFormat::Qoi,
            ImageFormat::Tga,
            ImageFormat::Ico,
        ] {
            // Icons hold RGBA.
            let image = match format {
                ImageFormat::Ico => sample().into_rgba8().into(),
                _ => sample(),
            };
            let bytes = encode(&image, format);
            let decoded = decode(&bytes, 16, &Cancel::default()).expect("decodes");
            assert_eq!((decoded.width, decoded.height), (40, 30), "{format:?}");
            let pixels = &decoded.pixels;
            assert_eq!(
                pixels.rgb.len() as u32,
                pixels.width * pixels.height * 3,
                "{format:?}"
            );
        }
    }

    #[test]
    fn transparency_goes_over_white() {
        let image = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 0]));
        let decoded = decode(
            &encode(&image.into(), ImageFormat::Png),
            1,
            &Cancel::default(),
        )
        .expect("decodes");
        assert!(decoded.pixels.rgb.iter().all(|v| *v == 255));
    }

    #[test]
    fn deep_and_grey_pictures_become_eight_bit_rgb() {
        let deep =
            image::ImageBuffer::<image::Luma<u16>, _>::from_pixel(3, 3, image::Luma([0x80ff]));
        let bytes = encode(&DynamicImage::ImageLuma16(deep), ImageFormat::Png);
        let decoded = decode(&bytes, 1, &Cancel::default()).expect("decodes");
        assert!(decoded.pixels.rgb.iter().all(|v| (0x80..=0x81).contains(v)));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut png = encode(&sample(), ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        let budget = MemoryBudget::new(512 << 20);
        let refused = decode_within(&png, 224, &budget, &Cancel::default()).err();
        assert_eq!(
            refused.expect("an error").to_string(),
            "the photo of 60000 x 60000 pixels needs 10.1 GB of memory to decode; the limit is 512 MB: \
             raise it in Settings or with --memory"
        );
    }

    #[test]
    fn a_picture_beyond_the_budget_is_read_once_that_is_raised() {
        let deep = image::ImageBuffer::from_pixel(40, 30, Rgb([0x8000_u16; 3]));
        for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Jpeg] {
            let picture = match format {
                ImageFormat::Jpeg => sample(),
                _ => DynamicImage::ImageRgb16(deep.clone()),
            };
            let bytes = encode(&picture, format);
            let budget = MemoryBudget::new(40 * 30);
            let refused = decode_within(&bytes, 30, &budget, &Cancel::default());
            let Err(DecodeError::TooLarge { need, .. }) = refused else {
                panic!("{format:?}: {refused:?}");
            };
            if format == ImageFormat::Png {
                assert_eq!(need, 40 * 30 * 3, "by rows, not whole");
            }
            budget.set_limit(need);
            let decoded = decode_within(&bytes, 30, &budget, &Cancel::default());
            let decoded = decoded.expect("decodes");
            assert_eq!(budget.used(), 40 * 30 * 3, "{format:?}");
            drop(decoded);
            assert_eq!(budget.used(), 0, "{format:?}");
        }
    }

    #[test]
    fn decoders_take_turns_where_memory_is_short() {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, Rgb([9; 3])));
        let bytes = encode(&picture, ImageFormat::Png);
        let budget = MemoryBudget::new(64 * 64 * 3 * 3 / 2);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let decoded = decode_within(&bytes, 64, &budget, &Cancel::default());
                        assert!(budget.used() <= budget.limit());
                        drop(decoded.expect("decodes"));
                    }
                });
            }
        });
        assert_eq!(budget.used(), 0);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
            })
        })
    }

    #[test]
    fn a_cancelled_decode_says_so() {
        let cancel = Cancel::default();
        cancel.cancel();
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let result = decode(&encode(&sample(), format), 16, &cancel);
            assert_eq!(result.err(), Some(DecodeError::Cancelled));
        }
    }

    proptest::proptest! {
        /// Whatever is done to a file's bytes, it is decoded or refused, never a crash.
        #[test]
        fn no_damage_crashes_a_decoder(
            format in 0usize..6,
            changes in proptest::collection::vec((0usize..4000, 0u8..=255), 1..12),
            keep in 10usize..4000,
        ) {
            let formats = [
                ImageFormat::Jpeg, ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp,
            ];
            let mut bytes = match formats.get(format) {
                Some(format) => encode(&sample(), *format),
                None => include_bytes!("../../../../tests/fixtures/progressive/grey.jpg").to_vec(),
            };
            for (at, value) in changes {
                let length = bytes.len();
                bytes[at % length] = value;
            }
            bytes.truncate(keep);
            for side in [4, 16, 1000] {
                if let Ok(decoded) = decode(&bytes, side, &Cancel::default()) {
                    let pixels = decoded.pixels;
                    let length = pixels.width as usize * pixels.height as usize * 3;
                    proptest::prop_assert_eq!(pixels.rgb.len(), length);
                }
            }
        }
    }
}
