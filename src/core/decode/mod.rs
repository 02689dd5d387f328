//! From a file's bytes to upright RGB pixels, no larger than needed and within limits.
//!
//! The format is told by the bytes, never by the name. One decode serves the thumbnail and the
//! model's input.

mod colour;
mod detached;
mod embedded;
mod exif;
mod format;
#[cfg(feature = "heic")]
mod heic;
mod iso_media;
mod jpeg;

use std::io::{Cursor, ErrorKind};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader};

use super::cancel::{Cancel, CancelReader};
use super::photo::{Failure, Stage, Taken};
use super::regular::read_regular;

pub use exif::{Orientation, camera_facts};
pub use format::{Format, sniff};

/// Most bytes that the pixels of one picture may take.
pub const MAX_PIXEL_BYTES: u64 = 512 << 20;

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
    /// Beyond the limits.
    #[error("{width} x {height} pixels are more than the {} MB that one photo may take", MAX_PIXEL_BYTES >> 20)]
    TooLarge {
        /// Claimed width.
        width: u32,
        /// Claimed height.
        height: u32,
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

/// Reads a file whole.
///
/// # Errors
/// If it is no regular file, too large, or cannot be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let refuse = |message| Failure::new(path, Stage::Read, message);
    read_regular(path, MAX_FILE_BYTES).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => refuse("a folder, not a photo"),
        ErrorKind::FileTooLarge => refuse("larger than 1 GB, which is more than a photo takes"),
        _ => Failure::io(path, Stage::Read, &error),
    })
}

/// Decodes a picture at the smallest scale that keeps its short side at `min_short_side` pixels or
/// more, where the format can be decoded at a scale (JPEG), otherwise in full.
///
/// # Errors
/// If the bytes are no picture, damaged beyond reading, larger than the limits, or `cancel` was raised.
pub fn decode(bytes: &[u8], min_short_side: u32, cancel: &Cancel) -> Result<Decoded, DecodeError> {
    if cancel.is_cancelled() {
        return Err(DecodeError::Cancelled);
    }
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let format = sniff(bytes)?;
    let decoded = match format {
        Format::Jpeg => jpeg::decode(bytes, min_short_side, cancel),
        Format::Other(format, name) => decode_other(bytes, format, name, cancel),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(bytes, cancel),
        #[cfg(feature = "jxl")]
        Format::Jxl => decode_jxl(bytes, cancel),
    };
    match decoded {
        Err(_) if cancel.is_cancelled() => Err(DecodeError::Cancelled),
        other => other.map(|raw| {
            // Metadata stands before a JPEG's picture data, which need not be searched.
            let head = match format {
                Format::Jpeg => jpeg::first_scan(bytes).unwrap_or(bytes.len()),
                _ => bytes.len(),
            };
            raw.with_facts(&bytes[..head])
        }),
    }
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

    fn with_facts(self, bytes: &[u8]) -> Decoded {
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
        }
    }
}

fn check_size(width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), DecodeError> {
    let bytes = u64::from(width) * u64::from(height) * bytes_per_pixel;
    if bytes > MAX_PIXEL_BYTES {
        Err(DecodeError::TooLarge { width, height })
    } else {
        Ok(())
    }
}

fn decode_other(
    bytes: &[u8],
    format: image::ImageFormat,
    name: &'static str,
    cancel: &Cancel,
) -> Result<RawPicture, DecodeError> {
    let reader = CancelReader::new(Cursor::new(bytes), cancel);
    let mut reader = ImageReader::with_format(reader, format);
    reader.limits(limits());
    let decoder = reader.into_decoder().map_err(|e| damaged(name, &e))?;
    decode_with(decoder, name)
}

#[cfg(feature = "jxl")]
fn decode_jxl(bytes: &[u8], cancel: &Cancel) -> Result<RawPicture, DecodeError> {
    const NAME: &str = "JPEG XL";
    let reader = CancelReader::new(Cursor::new(bytes), cancel);
    let decoder = jxl_image_rs_integration::JxlDecoder::new(reader);
    let picture = decode_with(decoder.map_err(|e| damaged(NAME, &e))?, NAME)?;
    // The decoder turns pictures by the codestream's own orientation, which EXIF's repeats.
    Ok(RawPicture {
        upright: true,
        ..picture
    })
}

/// The limits that count are checked against the size that the header claims.
fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(2 * MAX_PIXEL_BYTES);
    limits
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
) -> Result<RawPicture, DecodeError> {
    let (width, height) = decoder.dimensions();
    check_size(
        width,
        height,
        u64::from(decoder.color_type().bytes_per_pixel()).max(3),
    )?;
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

/// Eight-bit RGB, transparent parts over white.
fn flatten(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_rgb8().into_raw();
    }
    let rgba = image.into_rgba8();
    rgba.pixels()
        .flat_map(|pixel| {
            let [red, green, blue, alpha] = pixel.0;
            [red, green, blue].map(|value| over_white(value, alpha))
        })
        .collect()
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

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
        assert_eq!(
            decode(&png, 224, &Cancel::default()).err(),
            Some(DecodeError::TooLarge {
                width: 60_000,
                height: 60_000
            })
        );
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
                None => include_bytes!("../../../tests/fixtures/progressive/grey.jpg").to_vec(),
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
