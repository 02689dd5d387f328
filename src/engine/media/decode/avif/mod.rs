//! AVIF: AV1 still pictures, including grids, alpha and up to 12 bits.

mod frame;
mod layer;

use std::sync::Arc;

use super::alpha::composite_over_white;
use super::cicp::Cicp;
use super::detached::detached;
use super::exif::{self, Exif};
use super::format::PictureFormat;
use super::heif_transform as transform;
use super::iso_media::{self, Heif, PictureTrack};
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, colour, embedded};
use layer::{CodedData, CodedLayer};

const NAME: &str = "AVIF";
/// Bytes per pixel of the largest coded picture: 16-bit planes and the decoder's internal state.
const BYTES_PER_CODED_PIXEL: u64 = 12;
/// Bytes per output pixel: RGB and alpha.
const BYTES_PER_PIXEL: u64 = 4;

pub struct Avif;

impl PictureFormat for Avif {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        iso_media::brands(bytes).is_some_and(|brands| brands.is_avif())
    }

    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        let data = Heif::read(bytes)?.exif()?;
        exif::parse(embedded::of_item(&data)?.to_vec())
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let Some(heif) = Heif::read(bytes) else {
            // A sequence without a primary item.
            let plan =
                DecodePlan::of_sequence(bytes).ok_or_else(|| damaged("it has no picture"))?;
            let size = plan.colour.size;
            let rgb = plan.run(bytes, limits)?;
            return Ok(Picture::whole(size.0, size.1, rgb));
        };
        let plan = DecodePlan::of(&heif)?;
        let size = plan.colour.size;
        let profile = plan.profile.clone();
        let rgb = plan.run(bytes, limits)?;
        let (width, height, mut rgb) =
            transform::cropped(rgb, size, transform::crop(&heif, heif.primary, size));
        if let Some(profile) = profile {
            colour::to_srgb(&mut rgb, &profile);
        }
        Ok(Picture {
            orientation: transform::orientation(&heif, heif.primary),
            ..Picture::whole(width, height, rgb)
        })
    }
}

fn damaged(reason: &str) -> DecodeError {
    DecodeError::Damaged {
        format: NAME,
        reason: reason.into(),
    }
}

/// Everything that decoding needs.
struct DecodePlan {
    data: CodedData,
    colour: CodedLayer,
    alpha: Option<CodedLayer>,
    /// Whether colours are premultiplied by alpha.
    premultiplied: bool,
    cicp: Option<Cicp>,
    profile: Option<Vec<u8>>,
}

impl DecodePlan {
    fn of(heif: &Heif<'_>) -> Result<Self, DecodeError> {
        let primary = heif.primary;
        let mut data = CodedData::default();
        let colour = CodedLayer::of(heif, primary, &mut data)?;
        let alpha = heif.alpha(primary);
        // An unreadable alpha layer is ignored.
        let same_size = |layer: &CodedLayer| layer.size == colour.size;
        let layer = alpha.and_then(|id| CodedLayer::of(heif, id, &mut data).ok());
        Ok(Self {
            data,
            alpha: layer.filter(same_size),
            premultiplied: alpha.is_some_and(|id| heif.references(b"prem", primary).contains(&id)),
            colour,
            // The bitstream takes precedence over a box with a reserved matrix.
            cicp: (heif.colours(primary).filter_map(Cicp::of_box)).find(Cicp::has_assigned_matrix),
            profile: heif.profile(primary).map(<[u8]>::to_vec),
        })
    }

    /// The first frame of a sequence.
    fn of_sequence(bytes: &[u8]) -> Option<Self> {
        let track = PictureTrack::first(bytes, b"pict")?;
        bytes.get(track.sample.0..track.sample.1)?;
        let mut data = CodedData::default();
        let frame = data.at(vec![track.sample]);
        Some(Self {
            data,
            colour: CodedLayer::of_frame(frame, track.size),
            alpha: None,
            premultiplied: false,
            cicp: None,
            profile: None,
        })
    }

    /// Decodes within limits, on a thread with its own copy of the data, which a cancelled job need not wait for.
    fn run(self, bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Vec<u8>, DecodeError> {
        let of_data = self.data.bytes();
        // Tiles may share data, but data that partly overlaps could multiply the size of the file.
        if of_data > bytes.len() as u64 {
            return Err(damaged("the parts of its picture data overlap"));
        }
        let (width, height) = self.colour.size;
        let of_alpha = self.alpha.as_ref().map_or(0, CodedLayer::largest);
        let coded = self.colour.largest().max(of_alpha);
        let need = area(width, height, BYTES_PER_PIXEL);
        let need = need.saturating_add(coded.saturating_mul(BYTES_PER_CODED_PIXEL));
        limits.reserve(width, height, need.saturating_add(of_data))?;
        let data = self.data.copied(bytes);
        detached(limits.cancel, move || self.decode(&data))?
    }

    /// Decodes to 8-bit RGB over white.
    fn decode(self, data: &[Arc<[u8]>]) -> Result<Vec<u8>, DecodeError> {
        let (width, height) = self.colour.size;
        let pixels = usize::try_from(area(width, height, 1)).unwrap_or_default();
        let mut rgb = vec![0; pixels * 3];
        let named = self.profile.is_none();
        let cicp = self.cicp;
        self.colour.each(data, |frame, place| {
            let cicp = cicp.unwrap_or_else(|| frame.cicp());
            frame.to_rgb(&cicp, named, |y, row| place.row(&mut rgb, 3, y, row))
        })?;
        if let Some(alpha) = self.alpha {
            let mut opacity = vec![255; pixels];
            alpha.each(data, |frame, place| {
                frame.to_alpha(|y, row| place.row(&mut opacity, 1, y, row));
                Ok(())
            })?;
            for (pixel, opacity) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(opacity) {
                let [red, green, blue] = *pixel;
                *pixel = match self.premultiplied {
                    true => pixel.map(|value| value.saturating_add(255 - opacity)),
                    false => composite_over_white([red, green, blue, opacity]),
                };
            }
        }
        Ok(rgb)
    }
}
