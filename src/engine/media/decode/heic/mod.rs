//! HEIC and HEIF: HEVC still pictures from phones and some cameras.

mod colours;
mod thumbnail;

use std::borrow::Cow;
use std::collections::HashMap;

use heic_decoder::{ColorInfo, DecodeOptions, DecodedImage, HeifError, ImageInfo, RgbOptions};

use super::alpha::composite_over_white;
use super::cicp::{Cicp, ToSrgb, UNSPECIFIED};
use super::detached::detached;
use super::format::PictureFormat;
use super::heif_transform as transform;
use super::iso_media::{self, Heif};
use super::limits::area;
use super::{DecodeError, DecodeLimits, Orientation, Picture, colour};

/// The name in messages.
const NAME: &str = "HEIC";
/// Matrix coefficients of ITU-R BT.601 (ITU-T H.273).
const BT_601: u16 = 6;
/// Copies of a coded picture in the decoder: as stored, as NAL units, and these without emulation prevention bytes.
const DECODER_COPIES: u64 = 3;

pub struct Heic;

impl PictureFormat for Heic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        iso_media::brands(bytes).is_some_and(|brands| brands.is_heic())
    }

    fn thumbnail(
        &self,
        bytes: &[u8],
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Option<Picture>, DecodeError> {
        thumbnail::decode(bytes, limits)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        decode(bytes, limits)
    }
}

/// The file without defects that the decoder rejects.
fn repaired(bytes: &[u8]) -> Cow<'_, [u8]> {
    colours::without_invalid(iso_media::without_empty_properties(bytes))
}

/// Decodes the primary picture in full, with the container's rotation, mirroring and cropping. The EXIF orientation
/// duplicates these and is used only if the container has none, as some converters leave it.
fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    let bytes = repaired(bytes);
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let copied = copied(&bytes);
    limits.reserve(0, 0, copied)?;
    let info = heic_decoder::probe(&bytes).map_err(refused)?;
    let (width, height) = (side(info.coded_width), side(info.coded_height));
    let need = area(width, height, bytes_per_pixel(&info)).saturating_add(copied);
    limits.reserve(width, height, need)?;
    let has_rotation = iso_media::has_rotation(&bytes);
    let heif = Heif::read(&bytes).filter(transforms_after_decoding);
    let options = DecodeOptions {
        apply_transforms: heif.is_none(),
    };
    let owned = bytes.to_vec();
    let work = move || heic_decoder::decode_with(&owned, &options);
    let mut image = detached(limits.cancel, work)?.map_err(refused)?;
    let profile = image.metadata.icc_profile.take();
    let rgb = in_srgb(&image, profile.as_deref())?;
    let size = (side(image.width), side(image.height));
    let (crop, orientation) = heif.map_or((None, None), |heif| {
        let id = heif.primary;
        let crop = transform::crop(&heif, id, size);
        (crop, transform::orientation(&heif, id))
    });
    let (width, height, rgb) = transform::cropped(rgb, size, crop);
    Ok(Picture {
        orientation: orientation.or(has_rotation.then(Orientation::default)),
        ..Picture::whole(width, height, rgb)
    })
}

/// Whether cropping and rotation can be applied after decoding. This takes less memory: RGB is smaller than the planes,
/// which the decoder would rotate by a quarter turn at a time.
fn transforms_after_decoding(heif: &Heif<'_>) -> bool {
    let id = heif.primary;
    let order = heif.properties(id).filter_map(|(kind, _)| match kind {
        b"clap" => Some(0),
        b"irot" => Some(1),
        b"imir" => Some(2),
        _ => None,
    });
    matches!(heif.kind(id), Some(b"hvc1" | b"grid"))
        && heif.alpha(id).is_none()
        && order.is_sorted_by(|a, b| a < b)
}

/// Converts to sRGB RGB by this ICC profile, or by the colour description of the picture.
fn in_srgb(image: &DecodedImage, profile: Option<&[u8]>) -> Result<Vec<u8>, DecodeError> {
    let to_srgb = match profile {
        Some(_) => None,
        None => image.color_info.and_then(|info| cicp(&info).to_srgb()),
    };
    let mut rgb = to_rgb(image, to_srgb.as_ref()).map_err(refused)?;
    if let Some(profile) = profile {
        colour::to_srgb(&mut rgb, profile);
    }
    Ok(rgb)
}

/// Bytes copied from the file: all of it once, and the coded pictures by the decoder, which copies each tile even if
/// several share data.
fn copied(bytes: &[u8]) -> u64 {
    let whole = bytes.len() as u64;
    let Some(heif) = Heif::read(bytes) else {
        return whole;
    };
    let auxiliary = heif.items_referencing(b"auxl", heif.primary);
    let mut open: Vec<u32> = auxiliary.chain([heif.primary]).collect();
    let (mut sum, mut known) = (whole, HashMap::<u32, u64>::new());
    while let Some(id) = open.pop() {
        let length = known.entry(id).or_insert_with(|| {
            // Each item is visited once, in case of reference cycles.
            open.extend(heif.references(b"dimg", id));
            let spans = heif.spans(id).unwrap_or_default();
            spans.iter().map(|(start, end)| (end - start) as u64).sum()
        });
        sum = sum.saturating_add(DECODER_COPIES * *length);
    }
    sum
}

/// Bytes per pixel during decoding: planes of 32-bit samples, with the planes of grid tiles beside those of the whole;
/// then the whole and its RGB conversion.
fn bytes_per_pixel(info: &ImageInfo) -> u64 {
    let of_planes = match info.chroma_format_idc {
        0 => 4,
        1 => 6,
        2 => 8,
        _ => 12,
    };
    let has_alpha = info.alpha_bit_depth.is_some();
    let (of_alpha, channels) = if has_alpha { (4, 4) } else { (0, 3) };
    let decoding = 2 * of_planes + 2 * of_alpha + 1;
    let is_deep = info.bit_depth_luma > 8;
    let of_channel = if is_deep { 2 } else { 1 };
    let converting = of_planes + of_alpha + of_channel * channels + 3;
    decoding.max(converting)
}

fn cicp(info: &ColorInfo) -> Cicp {
    Cicp {
        primaries: info.color_primaries,
        transfer: info.transfer_characteristics,
        matrix: info.matrix_coefficients,
        full_range: info.full_range,
    }
}

fn color_info(cicp: Cicp) -> ColorInfo {
    ColorInfo {
        color_primaries: cicp.primaries,
        transfer_characteristics: cicp.transfer,
        matrix_coefficients: cicp.matrix,
        full_range: cicp.full_range,
    }
}

fn to_rgb(image: &DecodedImage, to_srgb: Option<&ToSrgb>) -> Result<Vec<u8>, HeifError> {
    let mut options = RgbOptions::default();
    // Phones omit the matrix and mean BT.601, as in JPEG.
    let info = image.color_info.unwrap_or(ColorInfo {
        matrix_coefficients: UNSPECIFIED,
        ..ColorInfo::default()
    });
    let is_halved = matches!(image.chroma_format_idc, 1 | 2);
    if cicp(&info).with_possible_matrix(is_halved).matrix == UNSPECIFIED {
        options.color = Some(ColorInfo {
            matrix_coefficients: BT_601,
            ..info
        });
    }
    let is_deep = image.bit_depth_luma > 8;
    match (image.alpha.is_some(), to_srgb) {
        (false, None) => Ok(image.to_rgb8_with_options(&options)?.data),
        // 8-bit intermediates of HDR pictures would show banding.
        (false, Some(to_srgb)) if is_deep => {
            let rgb = image.to_rgb16_with_options(&options)?.data;
            let part = |value: u16| f32::from(value) / 65_535.0;
            let pixels = rgb.as_chunks::<3>().0.iter();
            Ok(pixels
                .flat_map(|pixel| to_srgb.convert(pixel.map(part)))
                .collect())
        }
        (false, Some(to_srgb)) => {
            let mut rgb = image.to_rgb8_with_options(&options)?.data;
            for pixel in rgb.as_chunks_mut::<3>().0 {
                *pixel = converted(*pixel, Some(to_srgb));
            }
            Ok(rgb)
        }
        (true, to_srgb) => {
            let rgba = image.to_rgba8_with_options(&options)?;
            let premultiplied = rgba.premultiplied;
            let over = |pixel: &[u8; 4]| {
                let [red, green, blue, alpha] = *pixel;
                let [red, green, blue] = converted([red, green, blue], to_srgb);
                match premultiplied {
                    true => [red, green, blue].map(|value| value.saturating_add(255 - alpha)),
                    false => composite_over_white([red, green, blue, alpha]),
                }
            };
            Ok(rgba.data.as_chunks().0.iter().flat_map(over).collect())
        }
    }
}

fn converted(pixel: [u8; 3], to_srgb: Option<&ToSrgb>) -> [u8; 3] {
    match to_srgb {
        Some(to_srgb) => to_srgb.convert(pixel.map(|value| f32::from(value) / 255.0)),
        None => pixel,
    }
}

fn refused(error: HeifError) -> DecodeError {
    match error {
        HeifError::Unsupported(_) => DecodeError::UnsupportedKind(NAME),
        HeifError::LimitExceeded(_) => {
            DecodeError::damaged(NAME, "it claims more pixels than a photo has")
        }
        _ => DecodeError::damaged(NAME, "its picture data ends early or contradicts itself"),
    }
}
