//! HEIC and HEIF: still pictures in HEVC, as phones and some cameras write them.

use heic_decoder::{ColorInfo, DecodedImage, HeifError, RgbOptions};

use super::alpha::over_white;
use super::detached::detached;
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, Limits, Picture, colour, iso_media};

/// What messages call the format.
const NAME: &str = "HEIC";
/// Bytes that a pixel takes while it is decoded: planes of 32-bit samples, then RGB.
const BYTES_PER_PIXEL: u64 = 13;
/// The matrix of ITU-R BT.601 in ITU-T H.273.
const BT_601: u16 = 6;
/// What H.273 calls unspecified.
const UNSPECIFIED: u16 = 2;
/// The primaries of Display P3 in H.273.
const DISPLAY_P3: u16 = 12;

/// HEIC and HEIF.
pub struct Heic;

impl PictureFormat for Heic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        iso_media::brands(bytes).is_some_and(|brands| brands.is_heic())
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        decode(bytes, limits)
    }
}

/// Decodes the primary picture in full, with the container's rotation, mirroring and cropping. EXIF's orientation
/// repeats them and must not be applied as well; only where the container has none, as after some converters, it counts.
fn decode(bytes: &[u8], limits: &mut Limits<'_>) -> Result<Picture, DecodeError> {
    let bytes = iso_media::without_empty_properties(bytes);
    let info = heic_decoder::probe(&bytes).map_err(refused)?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = (side(info.coded_width), side(info.coded_height));
    limits.reserve(width, height, area(width, height, BYTES_PER_PIXEL))?;
    let upright = iso_media::has_rotation(&bytes);
    let owned = bytes.into_owned();
    let mut image =
        detached(limits.cancel, move || heic_decoder::decode(&owned))?.map_err(refused)?;
    let profile = image.metadata.icc_profile.take();
    let primaries = image.color_info.map(|info| info.color_primaries);
    let mut rgb = to_rgb(&image).map_err(refused)?;
    match profile {
        Some(profile) => colour::to_srgb(&mut rgb, &profile),
        None if primaries == Some(DISPLAY_P3) => colour::display_p3_to_srgb(&mut rgb),
        None => {}
    }
    let picture = Picture::whole(side(image.width), side(image.height), rgb);
    Ok(match upright {
        true => picture.turned_already(),
        false => picture,
    })
}

fn to_rgb(image: &DecodedImage) -> Result<Vec<u8>, HeifError> {
    let mut options = RgbOptions::default();
    // Phones leave the matrix out and mean BT.601, as JPEG does.
    let info = image.color_info.unwrap_or(ColorInfo {
        matrix_coefficients: UNSPECIFIED,
        ..ColorInfo::default()
    });
    if info.matrix_coefficients == UNSPECIFIED {
        options.color = Some(ColorInfo {
            matrix_coefficients: BT_601,
            ..info
        });
    }
    if image.alpha.is_none() {
        return Ok(image.to_rgb8_with_options(&options)?.data);
    }
    let rgba = image.to_rgba8_with_options(&options)?;
    let premultiplied = rgba.premultiplied;
    let over = |pixel: &[u8; 4]| {
        let [red, green, blue, alpha] = *pixel;
        match premultiplied {
            true => [red, green, blue].map(|value| value.saturating_add(255 - alpha)),
            false => over_white(*pixel),
        }
    };
    Ok(rgba.data.as_chunks().0.iter().flat_map(over).collect())
}

fn refused(error: HeifError) -> DecodeError {
    match error {
        HeifError::Unsupported(_) => DecodeError::UnsupportedKind(NAME),
        HeifError::LimitExceeded(_) => DecodeError::Damaged {
            format: NAME,
            reason: "it claims more pixels than a photo has".into(),
        },
        _ => DecodeError::Damaged {
            format: NAME,
            reason: "its picture data ends early or contradicts itself".into(),
        },
    }
}
