//! Appearance features, computed once from decoded pixels and stored: a small greyscale grid for duplicate detection,
//! and measures of sharpness, darkness, clipping and emptiness. No I/O; docs/heap.md has the formulas.

mod comparison;
mod grid;
mod quality;

use super::decode::Pixels;
use super::preprocess::{EmptyPicture, FitMode, Preprocess, ResampleFilter, Resampler};

pub use comparison::{ComparedGrid, CropMatch};
pub use grid::{GRID, GreyGrid, GridTransform, PerceptualHash, TURNS};
pub use quality::PictureQuality;

/// Incremented when the same picture yields different values, so that stored features are recomputed.
const VERSION: u8 = 1;
/// Long side in pixels of the picture on which quality is measured.
const MEASURED_SIDE: u32 = 512;
/// Size in bytes of the serialised form without the camera name.
const FIXED: usize = 1 + GreyGrid::BYTES + PictureQuality::BYTES;

/// The appearance of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// The greyscale grid.
    pub grid: GreyGrid,
    /// Measures of sharpness, darkness, clipping and emptiness.
    pub quality: PictureQuality,
    /// The camera model from the metadata.
    pub camera: Option<String>,
}

impl Appearance {
    /// Computes the features of a decoded picture.
    ///
    /// # Errors
    /// Returns an error if the picture has no pixels.
    pub fn of(
        resampler: &mut Resampler,
        pixels: &Pixels,
        camera: Option<String>,
    ) -> Result<Self, EmptyPicture> {
        let measured = resampler.thumbnail(pixels, MEASURED_SIDE)?;
        let spec = Preprocess {
            side: GRID as u32,
            fit: FitMode::Stretch,
            filter: ResampleFilter::Bilinear,
            mean: [0.0; 3],
            std: [1.0; 3],
        };
        let small = resampler.crop(&measured, &spec)?;
        Ok(Self {
            grid: GreyGrid::of(&small),
            quality: PictureQuality::of(&measured),
            camera,
        })
    }

    /// Serialises the features.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED);
        bytes.push(VERSION);
        bytes.extend(self.grid.bytes());
        bytes.extend(self.quality.to_bytes());
        bytes.extend(self.camera.iter().flat_map(|camera| camera.bytes()));
        bytes
    }

    /// Deserialises the features; `None` if another version wrote them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fixed, camera) = bytes.split_at_checked(FIXED)?;
        let (version, rest) = fixed.split_first()?;
        let (grid, quality) = rest.split_at(GreyGrid::BYTES);
        let camera = std::str::from_utf8(camera).ok()?;
        (*version == VERSION).then_some(Self {
            grid: GreyGrid::from_bytes(grid)?,
            quality: PictureQuality::from_bytes(quality)?,
            camera: (!camera.is_empty()).then(|| camera.to_owned()),
        })
    }
}

/// Luma from 0 to 255 (ITU-R BT.601).
fn luma(rgb: &[u8; 3]) -> u8 {
    let [red, green, blue] = rgb.map(u32::from);
    ((299 * red + 587 * green + 114 * blue + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::decode::Orientation;

    #[test]
    fn what_is_kept_is_read_back_and_what_is_older_is_not() {
        let pixel = |n: u32| [(n % 251) as u8, (n / 7 % 256) as u8, (n % 13) as u8];
        let rgb = (0..640 * 480).flat_map(pixel).collect();
        let pixels = Pixels::new(640, 480, rgb, Orientation::default());
        for camera in [None, Some("A camera".to_owned())] {
            let appearance =
                Appearance::of(&mut Resampler::default(), &pixels, camera).expect("a picture");
            let mut bytes = appearance.to_bytes();
            assert_eq!(Appearance::from_bytes(&bytes), Some(appearance));
            bytes[0] = 0;
            assert_eq!(Appearance::from_bytes(&bytes), None);
        }
        assert_eq!(Appearance::from_bytes(&[VERSION; 20]), None);
    }
}
