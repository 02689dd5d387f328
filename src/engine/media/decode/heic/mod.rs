//! HEIC and HEIF: HEVC still pictures from phones and some cameras.

mod coded_size;
mod colours;
mod thumbnail;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use heic_decoder::{ColorInfo, DecodeOptions, DecodedImage, HeifError, ImageInfo, RgbOptions};

use super::alpha::composite_over_white;
use super::cicp::{Cicp, ToSrgb, UNSPECIFIED};
use super::detached::detached;
use super::format::PictureFormat;
use super::heif_transform as transform;
use super::iso_media::{self, Heif};
use super::{DecodeError, DecodeLimits, Orientation, Picture, colour};

/// The name in messages.
const NAME: &str = "HEIC";
/// Matrix coefficients of ITU-R BT.601 (ITU-T H.273).
const BT_601: u16 = 6;
/// Copies of a coded picture in the decoder: as stored, as NAL units, and these without emulation prevention bytes.
const DECODER_COPIES: u64 = 3;
/// Bytes per byte of a decoder configuration, of which the decoder lists the NAL units, even empty ones.
const CONFIGURATION_BYTES: u64 = 24;

/// Type of boxes whose content is ignored.
const FREE: &[u8] = b"free";

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
///
/// # Errors
/// Returns an error if the decoder would allocate lists that are much longer than the file.
fn repaired(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DecodeError> {
    match iso_media::has_excessive_extents(bytes) {
        true => Err(damaged()),
        false => Ok(colours::without_invalid(
            iso_media::without_empty_properties(bytes),
        )),
    }
}

/// Decodes the primary picture in full, with the container's rotation, mirroring and cropping. The EXIF orientation
/// duplicates these and is used only if the container has none, as some converters leave it.
fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    let bytes = repaired(bytes)?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let coded = CodedParts::of(&bytes);
    limits.reserve(0, 0, coded.copied)?;
    let heif = Heif::read(&bytes).filter(transforms_after_decoding);
    let plain = match &heif {
        Some(_) => without_crops(&bytes),
        None => Cow::Borrowed(&*bytes),
    };
    let info = heic_decoder::probe(&plain).map_err(refused)?;
    let (width, height) = (side(info.coded_width), side(info.coded_height));
    limits.reserve(width, height, coded.need(&info))?;
    let has_rotation = iso_media::has_rotation(&bytes);
    let options = DecodeOptions {
        apply_transforms: heif.is_none(),
    };
    let owned = plain.into_owned();
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

/// The file without crops, over some of which the decoder rejects a file even if it does not apply them.
fn without_crops(bytes: &[u8]) -> Cow<'_, [u8]> {
    let properties = iso_media::property_boxes(bytes);
    let crops = properties.filter(|(kind, _)| kind == b"clap");
    let mut plain = Cow::Borrowed(bytes);
    for (_, (start, _)) in crops {
        let kind = start - FREE.len()..start;
        // The header of a box with a 64-bit size ends with the size.
        if bytes[kind.clone()] == *b"clap" {
            plain.to_mut()[kind].copy_from_slice(FREE);
        }
    }
    plain
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

/// What the decoder takes for the coded pictures of a file.
struct CodedParts {
    /// Bytes copied from the file: all of it once, and the coded pictures and their configurations by the decoder, which
    /// copies those of each tile even if several share data.
    copied: u64,
    /// Number of pixels that are coded for the picture or for its alpha, whichever has more. Parameter sets can state
    /// larger sizes than the container, of which the decoder crops the rest.
    pixels: u64,
}

impl CodedParts {
    fn of(bytes: &[u8]) -> Self {
        let whole = bytes.len() as u64;
        let Some(heif) = Heif::read(bytes) else {
            return Self {
                copied: whole,
                pixels: 0,
            };
        };
        let auxiliary = heif.items_referencing(b"auxl", heif.primary);
        let (mut copied, mut known) = (whole, HashMap::<u32, u64>::new());
        for id in parts(&heif, auxiliary.chain([heif.primary])) {
            let length = known.entry(id).or_insert_with(|| {
                let spans = heif.spans(id).unwrap_or_default();
                let data: u64 = spans.iter().map(|(start, end)| (end - start) as u64).sum();
                let configuration = heif.property(id, b"hvcC").map_or(0, <[u8]>::len) as u64;
                DECODER_COPIES * data + CONFIGURATION_BYTES * configuration
            });
            copied = copied.saturating_add(*length);
        }
        let pictures = [Some(heif.primary), heif.alpha(heif.primary)];
        let pixels = pictures.into_iter().flatten();
        Self {
            copied,
            pixels: pixels
                .map(|id| pixels_of(&heif, id))
                .max()
                .unwrap_or_default(),
        }
    }

    /// Bytes that decoding takes.
    fn need(&self, info: &ImageInfo) -> u64 {
        let picture = (info.coded_width as u64).saturating_mul(info.coded_height as u64);
        let pixels = picture.max(self.pixels);
        pixels
            .saturating_mul(bytes_per_pixel(info))
            .saturating_add(self.copied)
    }
}

/// These items and the ones that they consist of or are predicted from, each as often as it is used.
fn parts(heif: &Heif<'_>, items: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut open: Vec<u32> = items.collect();
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    while let Some(id) = open.pop() {
        // The parts of each item are listed once, in case of reference cycles.
        if known.insert(id) {
            open.extend(heif.references(b"dimg", id));
            open.extend(heif.references(b"pred", id));
        }
        found.push(id);
    }
    found
}

/// The number of pixels that are coded for an item.
fn pixels_of(heif: &Heif<'_>, id: u32) -> u64 {
    let mut known = HashMap::<u32, u64>::new();
    let pixels = parts(heif, std::iter::once(id)).into_iter().map(|id| {
        *known.entry(id).or_insert_with(|| {
            let configuration = heif.property(id, b"hvcC");
            configuration
                .and_then(coded_size::pixels)
                .unwrap_or_default()
        })
    });
    pixels.fold(0, u64::saturating_add)
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
        _ => damaged(),
    }
}

fn damaged() -> DecodeError {
    DecodeError::damaged(NAME, "its picture data ends early or contradicts itself")
}
