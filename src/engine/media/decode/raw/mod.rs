//! Camera RAW, shown by its embedded JPEG previews; sensor data is not developed.
//!
//! Each container has a module that finds previews and metadata; this one chooses a preview.

mod cr3;
mod crw;
mod exif_builder;
mod raf;
mod search;
pub(super) mod tiff;

use std::cmp::Reverse;

use super::exif::{self, Exif};
use super::format::PictureFormat;
use super::tiff::first_page;
use super::{DecodeError, DecodeLimits, Picture, iso_media, jpeg};
use tiff::TiffStructure;

const NAME: &str = "RAW";
/// Short side in pixels below which the whole file is searched for a better preview.
const SMALL: u32 = 300;
/// Maximum number of previews examined.
const MAX_PREVIEWS: usize = 64;
/// Tolerance of the aspect ratio between picture and preview: previews are cropped to whole blocks.
const PROPORTIONS: f64 = 0.1;

/// Camera RAW.
pub struct Raw;

/// Container format of a RAW file.
enum RawContainer<'a> {
    /// TIFF, or TIFF with another magic number: DNG and the files of most makers.
    Tiff(TiffStructure<'a>),
    /// Canon CR3.
    Cr3,
    /// Canon CIFF (CRW).
    Crw,
    /// Fujifilm RAF.
    Raf,
    /// Other containers, which are searched for JPEGs.
    Unknown,
}

/// A JPEG or JPEG XL picture inside a RAW file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Preview<'a> {
    bytes: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> Preview<'a> {
    /// The picture at this location, if readable. Lossless JPEG is rejected as sensor data.
    fn at(bytes: &'a [u8], start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?.min(bytes.len());
        let bytes = bytes.get(start..end)?;
        let (width, height) = jpeg::frame_size(bytes)?;
        Some(Self {
            bytes,
            width,
            height,
        })
    }

    fn short_side(&self) -> u32 {
        self.width.min(self.height)
    }

    fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

impl<'a> RawContainer<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        if bytes.starts_with(b"FUJIFILMCCD-RAW") {
            return Some(Self::Raf);
        }
        if crw::is_crw(bytes) {
            return Some(Self::Crw);
        }
        if iso_media::brands(bytes).is_some_and(|brands| brands.major == b"crx ") {
            return Some(Self::Cr3);
        }
        if bytes.starts_with(b"FOVb") || bytes.starts_with(b"\0MRM") {
            return Some(Self::Unknown);
        }
        TiffStructure::open(bytes)
            .filter(TiffStructure::is_raw)
            .map(Self::Tiff)
    }

    fn previews(&self, bytes: &'a [u8]) -> Vec<Preview<'a>> {
        let mut found = match self {
            Self::Tiff(tiff) => tiff.previews(),
            Self::Cr3 => cr3::previews(bytes),
            Self::Crw => crw::previews(bytes),
            Self::Raf => raf::preview(bytes).into_iter().collect(),
            Self::Unknown => Vec::new(),
        };
        if found.iter().all(|preview| preview.short_side() < SMALL) {
            found.extend(search::previews(bytes));
        }
        found.truncate(MAX_PREVIEWS);
        found
    }

    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        match self {
            Self::Tiff(tiff) => exif::parse(tiff.exif()),
            Self::Cr3 => exif::parse(cr3::exif(bytes)?),
            Self::Crw => exif::parse(crw::exif(bytes)?),
            Self::Raf => jpeg::Jpeg.exif(raf::preview(bytes)?.bytes),
            Self::Unknown => None,
        }
    }

    /// Sizes stated in the file, one of which is that of the full picture.
    fn sizes(&self, bytes: &[u8]) -> Vec<(u32, u32)> {
        match self {
            Self::Tiff(tiff) => tiff.sizes(),
            Self::Cr3 => cr3::size(bytes).into_iter().collect(),
            Self::Crw => crw::size(bytes).into_iter().collect(),
            Self::Raf | Self::Unknown => Vec::new(),
        }
    }
}

impl PictureFormat for Raw {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        RawContainer::of(bytes).is_some()
    }

    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        RawContainer::of(bytes)?.exif(bytes)
    }

    /// Sorted: sufficiently large previews from the smallest on, then smaller ones from the largest on.
    fn previews<'a>(&self, bytes: &'a [u8], min_short_side: u32) -> Vec<&'a [u8]> {
        let Some(container) = RawContainer::of(bytes) else {
            return Vec::new();
        };
        let mut previews = container.previews(bytes);
        previews.sort_by_key(|preview| match preview.short_side() >= min_short_side {
            true => (false, preview.area(), Reverse(0)),
            false => (true, 0, Reverse(preview.area())),
        });
        previews.into_iter().map(|preview| preview.bytes).collect()
    }

    /// The first stated size that matches the preview's aspect ratio and is not smaller.
    fn full_size(&self, bytes: &[u8], (width, height): (u32, u32)) -> Option<(u32, u32)> {
        let proportions = f64::from(width) / f64::from(height.max(1));
        let fits = |(w, h): &(u32, u32)| {
            let named = f64::from(*w) / f64::from((*h).max(1));
            *w >= width && *h >= height && (named / proportions - 1.0).abs() < PROPORTIONS
        };
        RawContainer::of(bytes)?.sizes(bytes).into_iter().find(fits)
    }

    /// Without a readable preview: the small uncompressed picture at the start of some files.
    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        match RawContainer::of(bytes) {
            Some(RawContainer::Tiff(tiff)) if tiff.begins_with_plain_picture() => {
                match first_page(bytes, limits) {
                    Ok(picture) => {
                        let orientation = self.exif(bytes).as_ref().and_then(exif::orientation);
                        Ok(picture.into_preview(self, bytes, orientation))
                    }
                    Err(DecodeError::Damaged { .. }) => Err(DecodeError::NoPreview),
                    Err(error) => Err(error),
                }
            }
            _ => Err(DecodeError::NoPreview),
        }
    }
}
