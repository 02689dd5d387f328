//! The embedded thumbnail of phones and cameras (`thmb`, ISO/IEC 23008-12), which decodes within milliseconds.

use heic_decoder::DecodeOptions;

use super::super::cicp::Cicp;
use super::super::detached::detached;
use super::super::heif_transform::{self as transform, Window};
use super::super::iso_media::Heif;
use super::super::limits::area;
use super::super::{DecodeError, DecodeLimits, Picture};
use super::{CodedParts, color_info, in_srgb, refused, repaired};

/// Minimum short side in pixels, sufficient for a grid cell.
const MIN_SHORT_SIDE: u32 = 200;
/// Minimum ratio of the picture's pixels to the thumbnail's; below it the thumbnail saves too little time.
const MIN_PIXEL_RATIO: u64 = 8;
/// Tolerance in pixels when aspect ratios are compared.
const ROUNDING: u64 = 2;

/// Decodes the thumbnail of the primary picture, unless it may show different content.
pub fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Option<Picture>, DecodeError> {
    let bytes = repaired(bytes)?;
    let Some(heif) = Heif::read(&bytes) else {
        return Ok(None);
    };
    let Some(thumbnail) = Thumbnail::of(&heif) else {
        return Ok(None);
    };
    thumbnail.decode(&heif, limits)
}

/// A thumbnail and its full picture.
struct Thumbnail {
    id: u32,
    window: Window,
    /// Size of the full picture, after cropping and before rotation.
    full: (u32, u32),
}

/// The visible part of a coded picture, cropped by `clap` and without block padding; `None` if `clap` is invalid.
fn window(heif: &Heif<'_>, id: u32) -> Option<Window> {
    let size = heif.size(id)?;
    match heif.property(id, b"clap") {
        Some(_) => transform::crop(heif, id, size),
        None => Some((0, 0, size.0, size.1)),
    }
}

impl Thumbnail {
    fn of(heif: &Heif<'_>) -> Option<Self> {
        let primary = heif.primary;
        // A thumbnail has no alpha channel and would show what transparency hides.
        if heif.alpha(primary).is_some() {
            return None;
        }
        let (_, _, width, height) = window(heif, primary)?;
        let full = (width, height);
        let all = heif.items_referencing(b"thmb", primary);
        let all = all.filter(|id| heif.kind(*id) == Some(b"hvc1"));
        let all = all.filter_map(|id| Some((id, window(heif, id)?)));
        let mut all: Vec<(u32, Window)> = all
            .filter(|(_, window)| is_small_copy((window.2, window.3), full))
            .collect();
        let short_side = |window: &Window| window.2.min(window.3);
        all.sort_by_key(|(_, window)| short_side(window));
        let enough = all
            .iter()
            .find(|(_, window)| short_side(window) >= MIN_SHORT_SIDE);
        let (id, window) = *enough.or(all.last())?;
        // Some writers rotate the full picture only, which leaves the thumbnail's orientation unknown.
        let turn = |id| transform::orientation(heif, id);
        (turn(id) == turn(primary)).then_some(Self { id, window, full })
    }

    fn decode(
        &self,
        heif: &Heif<'_>,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Option<Picture>, DecodeError> {
        let Some(file) = heif.with_primary(self.id) else {
            return Ok(None);
        };
        let info = heic_decoder::probe(&file).map_err(refused)?;
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let (width, height) = (side(info.coded_width), side(info.coded_height));
        let need = CodedParts::of(&file).need(&info);
        limits.reserve(width, height, need.saturating_add(file.len() as u64))?;
        // The decoder rejects crops that exceed the picture without padding.
        let options = DecodeOptions {
            apply_transforms: false,
        };
        let work = move || heic_decoder::decode_with(&file, &options);
        let mut image = detached(limits.cancel, work)?.map_err(refused)?;
        let mut profile = image.metadata.icc_profile.take();
        if heif.colours(self.id).next().is_none() {
            // Without colour properties of its own, it uses those of the full picture.
            profile = heif.profile(heif.primary).map(<[u8]>::to_vec);
            let mut named = heif.colours(heif.primary).filter_map(Cicp::of_box);
            let named = named.find(Cicp::has_assigned_matrix);
            image.color_info = named.map(color_info).or(image.color_info);
        }
        let size = (side(image.width), side(image.height));
        let (left, top, width, height) = self.window;
        if left + width > size.0 || top + height > size.1 {
            return Ok(None);
        }
        let rgb = in_srgb(&image, profile.as_deref())?;
        let (width, height, rgb) = transform::cropped(rgb, size, Some(self.window));
        Ok(Some(Picture {
            orientation: transform::orientation(heif, self.id),
            stands_for: Some(self.full),
            ..Picture::whole(width, height, rgb)
        }))
    }
}

/// Whether the aspect ratio matches that of a much larger picture.
fn is_small_copy(small: (u32, u32), full: (u32, u32)) -> bool {
    let differs = area(small.0, full.1, 1).abs_diff(area(small.1, full.0, 1));
    area(small.0, small.1, MIN_PIXEL_RATIO) <= area(full.0, full.1, 1)
        && differs <= ROUNDING * u64::from(full.0.max(full.1))
}
