//! JPEG, decoded straight to a smaller scale in the frequency domain.

use std::io::Cursor;

use image::ImageFormat;
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

use super::{DecodeError, RawPicture, check_size, decode_other};
use crate::core::cancel::{Cancel, CancelReader};

/// Most pixels of a baseline file, which is decoded row by row at its small scale.
const MAX_BASELINE_PIXELS: u64 = 1 << 30;

pub fn decode(
    bytes: &[u8],
    min_short_side: u32,
    cancel: &Cancel,
) -> Result<RawPicture, DecodeError> {
    match decode_scaled(bytes, min_short_side, cancel) {
        Ok(picture) => Ok(picture),
        Err(Refusal::Limit(error)) => Err(error),
        // The other decoder reads files that this one refuses, damaged ones in part.
        Err(Refusal::Decoder(reason)) => decode_other(bytes, ImageFormat::Jpeg, "JPEG", cancel)
            .map(|picture| RawPicture {
                warning: Some(damage(bytes, &reason)),
                ..picture
            }),
    }
}

enum Refusal {
    Limit(DecodeError),
    Decoder(String),
}

impl From<jpeg_decoder::Error> for Refusal {
    fn from(error: jpeg_decoder::Error) -> Self {
        Self::Decoder(error.to_string())
    }
}

fn decode_scaled(
    bytes: &[u8],
    min_short_side: u32,
    cancel: &Cancel,
) -> Result<RawPicture, Refusal> {
    let mut decoder = Decoder::new(CancelReader::new(Cursor::new(bytes), cancel));
    decoder.read_info()?;
    let full = decoder
        .info()
        .ok_or_else(|| Refusal::Decoder("no picture in it".into()))?;
    let (full_width, full_height) = (u32::from(full.width), u32::from(full.height));
    let pixels = u64::from(full_width) * u64::from(full_height);
    // Only baseline files are decoded without keeping coefficients of the full size.
    if full.coding_process != CodingProcess::DctSequential || pixels > MAX_BASELINE_PIXELS {
        check_size(full_width, full_height, 3).map_err(Refusal::Limit)?;
    }
    let (width, height) = scaled_size(full.width, full.height, min_short_side);
    let (width, height) = decoder.scale(width, height)?;
    let (width, height) = (u32::from(width), u32::from(height));
    check_size(width, height, 4).map_err(Refusal::Limit)?;
    let data = decoder.decode()?;
    let format = decoder
        .info()
        .map_or(PixelFormat::RGB24, |info| info.pixel_format);
    Ok(RawPicture {
        scaled_width: width,
        scaled_height: height,
        rgb: to_rgb(data, format),
        full_width,
        full_height,
        warning: ends_early(bytes).then(|| damage(bytes, "no end mark")),
    })
}

/// The size at the smallest of the scales 1/8, 1/4, 1/2 and 1 whose short side is long enough.
///
/// The decoder chooses by either side, so it is asked for the exact size of the wanted scale.
fn scaled_size(width: u16, height: u16, min_short_side: u32) -> (u16, u16) {
    let at = |side: u16, eighths: u32| (u32::from(side) * eighths).div_ceil(8) as u16;
    let enough = |eighths: &u32| u32::from(at(width.min(height), *eighths)) >= min_short_side;
    let eighths = [1, 2, 4].into_iter().find(enough).unwrap_or(8);
    (at(width, eighths), at(height, eighths))
}

fn to_rgb(data: Vec<u8>, format: PixelFormat) -> Vec<u8> {
    match format {
        PixelFormat::RGB24 => data,
        PixelFormat::L8 => data.iter().flat_map(|grey| [*grey; 3]).collect(),
        // 16-bit samples come in the machine's byte order.
        PixelFormat::L16 => data
            .as_chunks::<2>()
            .0
            .iter()
            .flat_map(|sample| [(u16::from_ne_bytes(*sample) >> 8) as u8; 3])
            .collect(),
        PixelFormat::CMYK32 => data
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|[cyan, magenta, yellow, black]| {
                [*cyan, *magenta, *yellow].map(|ink| {
                    let light = (255 - u32::from(ink)) * (255 - u32::from(*black));
                    ((light + 127) / 255) as u8
                })
            })
            .collect(),
    }
}

/// Whether the mark that ends every whole file is missing after the first picture data. Cameras
/// append data behind it, and thumbnails in the metadata, before it, end with the same mark.
fn ends_early(bytes: &[u8]) -> bool {
    let data = bytes
        .windows(2)
        .rposition(|pair| pair == [0xff, 0xda])
        .unwrap_or(0);
    !bytes[data..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

fn damage(bytes: &[u8], reason: &str) -> String {
    if ends_early(bytes) {
        "the file is cut short: only the part that is there was read".into()
    } else {
        format!("the file is damaged ({reason}): only the part that could be read was used")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

    fn jpeg(image: DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image
            .write_to(&mut bytes, ImageFormat::Jpeg)
            .expect("encodes");
        bytes.into_inner()
    }

    fn gradient(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x % 256) as u8, (y % 256) as u8, 60])
        })
        .into()
    }

    #[test]
    fn the_smallest_sufficient_scale_is_used() {
        let bytes = jpeg(gradient(1600, 1200));
        for (asked, width) in [(100, 200), (150, 200), (151, 400), (448, 800), (900, 1600)] {
            let picture = decode(&bytes, asked, &Cancel::default()).expect("decodes");
            assert_eq!(picture.scaled_width, width, "short side of {asked}");
            assert_eq!((picture.full_width, picture.full_height), (1600, 1200));
        }
    }

    #[test]
    fn grey_files_become_rgb() {
        let grey = GrayImage::from_pixel(64, 64, Luma([77]));
        let picture = decode(&jpeg(grey.into()), 64, &Cancel::default()).expect("decodes");
        assert!(picture.rgb.iter().all(|v| v.abs_diff(77) <= 1));
    }

    #[test]
    fn a_file_cut_short_is_read_as_far_as_it_goes_and_said_so() {
        let bytes = jpeg(gradient(640, 480));
        let picture =
            decode(&bytes[..bytes.len() / 2], 224, &Cancel::default()).expect("decodes in part");
        assert!(picture.warning.expect("a warning").contains("cut short"));
        assert!(
            decode(&bytes, 224, &Cancel::default())
                .expect("decodes")
                .warning
                .is_none()
        );
    }

    #[test]
    fn inks_become_light() {
        let inks = vec![0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255];
        assert_eq!(
            to_rgb(inks, PixelFormat::CMYK32),
            [255, 255, 255, 0, 255, 255, 0, 0, 0]
        );
    }
}
