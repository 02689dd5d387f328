//! From decoded pixels to the input of an image encoder. No I/O.
//!
//! Resizing replicates PIL's anti-aliased filters on 8-bit samples, as in the reference implementations, so that
//! embeddings are reproducible across programs.

use fast_image_resize::images::{Image as Buffer, ImageRef};
use fast_image_resize::{FilterType, IntoImageView, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::decode::Pixels;
use super::multi_crop::{self, CropWindow};
use super::thumbnail::THUMBNAIL_SIDE;

/// Incremented when decoding or preprocessing of the same file changes; part of the key of stored vectors.
pub const PREPROCESS_VERSION: u32 = 4;

/// Input specification of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preprocess {
    /// Side of the square input in pixels.
    pub side: u32,
    /// How a picture is fitted to the square.
    pub fit: FitMode,
    /// Resampling filter.
    pub filter: ResampleFilter,
    /// Mean of each channel, for values scaled to 0-1.
    pub mean: [f32; 3],
    /// Standard deviation of each channel, for values scaled to 0-1.
    pub std: [f32; 3],
}

/// How a picture is fitted to the square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FitMode {
    /// Resizes the short side to this length and crops the centre.
    CentreCrop {
        /// Length of the short side after resizing; at least the model's side.
        short_side: u32,
        /// Rounding of the long side.
        long_side: Rounding,
    },
    /// Resizes both sides, ignoring the aspect ratio.
    Stretch,
}

/// Rounding of lengths to whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Down, as in Hugging Face's image processors.
    Down,
    /// To the nearest.
    Nearest,
}

impl Rounding {
    fn apply(self, length: f64) -> f64 {
        match self {
            Self::Down => length.floor(),
            Self::Nearest => length.round(),
        }
    }
}

/// Resampling filters of the reference implementations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResampleFilter {
    /// PIL's bicubic, a = -0.5.
    Bicubic,
    /// PIL's bilinear.
    Bilinear,
}

/// The model's square input: side x side interleaved 8-bit RGB pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Side in pixels.
    pub side: u32,
    /// Interleaved RGB samples.
    pub rgb: Vec<u8>,
}

/// A resampler with its buffers; use one per thread.
#[derive(Default)]
pub struct Resampler(Resizer);

impl Resampler {
    /// Produces the model's input from a picture.
    ///
    /// # Errors
    /// Returns an error if the picture is empty.
    pub fn crop(&mut self, pixels: &Pixels, spec: &Preprocess) -> Result<Crop, EmptyPicture> {
        if pixels.width == 0 || pixels.height == 0 {
            return Err(EmptyPicture);
        }
        let (width, height) = upright_size(pixels);
        let side = f64::from(spec.side);
        let window = match spec.fit {
            FitMode::Stretch => (0.0, 0.0, width, height),
            FitMode::CentreCrop {
                short_side,
                long_side,
            } => {
                // The reference implementations crop whole pixels of the resized picture.
                let short = f64::from(short_side);
                let (resized_width, resized_height) = if width <= height {
                    (short, long_side.apply(short * height / width))
                } else {
                    (long_side.apply(short * width / height), short)
                };
                let (scale_x, scale_y) = (width / resized_width, height / resized_height);
                let left = ((resized_width - side) / 2.0).floor();
                let top = ((resized_height - side) / 2.0).floor();
                (
                    left * scale_x,
                    top * scale_y,
                    side * scale_x,
                    side * scale_y,
                )
            }
        };
        self.square(pixels, window, spec)
    }

    /// Produces the model's input, and further crops of an elongated picture ([`multi_crop`]).
    ///
    /// # Errors
    /// Returns an error if the picture is empty.
    pub fn crops(&mut self, pixels: &Pixels, spec: &Preprocess) -> Result<Vec<Crop>, EmptyPicture> {
        let mut crops = vec![self.crop(pixels, spec)?];
        for window in multi_crop::windows(upright_size(pixels)) {
            crops.push(self.square(pixels, window, spec)?);
        }
        Ok(crops)
    }

    /// Resizes a window of the upright picture to the model's input.
    fn square(
        &mut self,
        pixels: &Pixels,
        window: CropWindow,
        spec: &Preprocess,
    ) -> Result<Crop, EmptyPicture> {
        let filter = match spec.filter {
            ResampleFilter::Bicubic => FilterType::CatmullRom,
            ResampleFilter::Bilinear => FilterType::Bilinear,
        };
        let square = self.resize(pixels, window, (spec.side, spec.side), filter)?;
        Ok(Crop {
            side: spec.side,
            rgb: square.rgb,
        })
    }

    /// Reduces a picture to at most `long_side` pixels on the long side, upright.
    ///
    /// # Errors
    /// Returns an error if the picture is empty.
    pub fn thumbnail(&mut self, pixels: &Pixels, long_side: u32) -> Result<Pixels, EmptyPicture> {
        let longest = pixels.width.max(pixels.height).max(1);
        let scale = f64::from(long_side) / f64::from(longest);
        if scale >= 1.0 {
            return Ok(pixels.clone().upright());
        }
        let fit = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
        let (width, height) = match pixels.orientation.swaps_sides() {
            true => (fit(pixels.height), fit(pixels.width)),
            false => (fit(pixels.width), fit(pixels.height)),
        };
        let (across, down) = upright_size(pixels);
        let window = (0.0, 0.0, across, down);
        self.resize(pixels, window, (width, height), FilterType::Bilinear)
    }

    /// Resizes to `width` columns in stored orientation, for pixels that are not square.
    ///
    /// # Errors
    /// Returns an error if the picture is empty.
    pub fn stretched(&mut self, mut pixels: Pixels, width: u32) -> Result<Pixels, EmptyPicture> {
        if width == pixels.width {
            return Ok(pixels);
        }
        let orientation = std::mem::take(&mut pixels.orientation);
        let window = (0.0, 0.0, pixels.width.into(), pixels.height.into());
        let size = (width, pixels.height);
        let mut stretched = self.resize(&pixels, window, size, FilterType::Bilinear)?;
        stretched.orientation = orientation;
        Ok(stretched)
    }

    /// Resizes a window of the upright picture, rows first, then columns, as PIL does: both passes round to 8 bits, so
    /// their order affects the result. Sizes refer to the upright picture, so the stored orientation does not matter;
    /// only the small result is rotated.
    fn resize(
        &mut self,
        pixels: &Pixels,
        window: CropWindow,
        (to_width, to_height): (u32, u32),
        filter: FilterType,
    ) -> Result<Pixels, EmptyPicture> {
        let turned = pixels.orientation.swaps_sides();
        let (left, top, width, height) = pixels.orientation.stored(window, pixels.covered);
        let to = match turned {
            true => (to_height, to_width),
            false => (to_width, to_height),
        };
        // Input of the second pass: its part of the window, extended by the filter support.
        let (start, length, to_length, end) = match turned {
            true => (left, width, to.0, pixels.width),
            false => (top, height, to.1, pixels.height),
        };
        let reach = 2.0 * (length / f64::from(to_length)).max(1.0) + 1.0;
        let first = (start - reach).floor().max(0.0);
        let last = (start + length + reach).ceil().min(f64::from(end));
        let kept = last - first;
        let (between, first_window, second_window) = match turned {
            true => (
                (kept as u32, to.1),
                (first, top, kept, height),
                (left - first, 0.0, width, f64::from(to.1)),
            ),
            false => (
                (to.0, kept as u32),
                (left, first, width, kept),
                (0.0, top - first, f64::from(to.0), height),
            ),
        };
        let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgb, PixelType::U8x3)
            .map_err(|_| EmptyPicture)?;
        let half = self.pass(&source, between, first_window, filter)?;
        let small = self.pass(&half, to, second_window, filter)?;
        Ok(Pixels::new(to.0, to.1, small.into_vec(), pixels.orientation).upright())
    }

    /// Resizes a window of a picture in stored orientation.
    fn pass(
        &mut self,
        source: &impl IntoImageView,
        (to_width, to_height): (u32, u32),
        (left, top, width, height): CropWindow,
        filter: FilterType,
    ) -> Result<Buffer<'static>, EmptyPicture> {
        // Rounding errors may exceed the picture by the last bit.
        let (left, top) = (left.max(0.0), top.max(0.0));
        let width = width.min(f64::from(source.width()) - left);
        let height = height.min(f64::from(source.height()) - top);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .use_alpha(false)
            .crop(left, top, width, height);
        let mut target = Buffer::new(to_width, to_height, PixelType::U8x3);
        match self.0.resize(source, &mut target, &options) {
            Ok(()) => Ok(target),
            Err(_) => Err(EmptyPicture),
        }
    }
}

/// Width and height of the covered area of the upright picture.
fn upright_size(pixels: &Pixels) -> (f64, f64) {
    let (width, height) = pixels.covered;
    match pixels.orientation.swaps_sides() {
        true => (height, width),
        false => (width, height),
    }
}

/// A picture without pixels cannot be resized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture has no pixels")]
pub struct EmptyPicture;

impl Preprocess {
    /// Minimum short side at which pictures are decoded: enough for the model and for a thumbnail. All callers use it,
    /// so that vectors of the same picture are equal.
    #[must_use]
    pub fn decoded_side(&self) -> u32 {
        (2 * self.side).max(THUMBNAIL_SIDE)
    }

    /// Normalises a sample of `channel` (0 red, 1 green, 2 blue) to the model's input value.
    #[must_use]
    pub fn normalise(&self, channel: usize, byte: u8) -> f32 {
        (f32::from(byte) / 255.0 - self.mean[channel]) / self.std[channel]
    }

    /// [`Self::normalise`] of every byte, by channel.
    #[must_use]
    pub fn table(&self) -> [[f32; 256]; 3] {
        let mut table = [[0.0; 256]; 3];
        for (channel, values) in table.iter_mut().enumerate() {
            for (byte, value) in (0..=255u8).zip(values) {
                *value = self.normalise(channel, byte);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::decode::Orientation;

    fn spec(side: u32, fit: FitMode) -> Preprocess {
        Preprocess {
            side,
            fit,
            filter: ResampleFilter::Bicubic,
            mean: [0.5; 3],
            std: [0.25; 3],
        }
    }

    fn picture(width: u32, height: u32, orientation: Orientation) -> Pixels {
        // Left half black, right half white.
        let row = (0..width).flat_map(|x| if x < width / 2 { [0u8; 3] } else { [255; 3] });
        let rgb = std::iter::repeat_n(row.collect::<Vec<_>>(), height as usize)
            .flatten()
            .collect();
        Pixels::new(width, height, rgb, orientation)
    }

    #[test]
    fn crops_have_the_asked_size_for_any_proportions() {
        let mut resampler = Resampler::default();
        for (width, height) in [(1, 1), (3, 900), (900, 3), (224, 224), (640, 427)] {
            for fit in [
                FitMode::CentreCrop {
                    short_side: 224,
                    long_side: Rounding::Down,
                },
                FitMode::Stretch,
            ] {
                let pixels = picture(width, height, Orientation::default());
                let crop = resampler.crop(&pixels, &spec(224, fit)).expect("a crop");
                assert_eq!(crop.rgb.len(), 224 * 224 * 3);
            }
        }
    }

    #[test]
    fn orientation_is_applied_to_crop_and_thumbnail() {
        let mut resampler = Resampler::default();
        // Orientation 6: the stored left edge is the top of the scene.
        let pixels = picture(400, 200, Orientation::from_exif(6));
        let crop = resampler
            .crop(
                &pixels,
                &spec(
                    100,
                    FitMode::CentreCrop {
                        short_side: 100,
                        long_side: Rounding::Down,
                    },
                ),
            )
            .expect("a crop");
        assert_eq!(crop.rgb[..3], [0, 0, 0]);
        assert_eq!(crop.rgb[100 * 99 * 3..][..3], [255, 255, 255]);
        let thumbnail = resampler.thumbnail(&pixels, 100).expect("a thumbnail");
        assert_eq!((thumbnail.width, thumbnail.height), (50, 100));
    }

    /// An asymmetric picture of this upright size, in the stored form of this orientation.
    fn stored(width: u32, height: u32, value: u32) -> Pixels {
        let upright = |x: u32, y: u32| {
            let wave = |n: u32, step: u32| ((x * step + y * (step + n) + x * y / 7) % 251) as u8;
            [wave(3, 5), wave(11, 2), wave(5, 17)]
        };
        let orientation = Orientation::from_exif(value);
        let (across, down) = match orientation.swaps_sides() {
            true => (height, width),
            false => (width, height),
        };
        let mut pixels = Pixels::new(
            across,
            down,
            vec![0; (width * height * 3) as usize],
            orientation,
        );
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let part = (f64::from(x), f64::from(y), 1.0, 1.0);
            let (left, top, ..) = orientation.stored(part, pixels.covered);
            let at = (top as u32 * across + left as u32) as usize * 3;
            pixels.rgb[at..at + 3].copy_from_slice(&upright(x, y));
        }
        pixels
    }

    #[test]
    fn all_orientations_give_the_same_crops_and_thumbnails() {
        let mut resampler = Resampler::default();
        let spec = spec(
            32,
            FitMode::CentreCrop {
                short_side: 33,
                long_side: Rounding::Down,
            },
        );
        for (width, height) in [(101, 75), (75, 101), (97, 97), (200, 61), (61, 200)] {
            let upright = stored(width, height, 1);
            let crops = resampler.crops(&upright, &spec).expect("crops");
            let thumbnail = resampler.thumbnail(&upright, 40).expect("a thumbnail");
            for value in 2..=8 {
                let turned = stored(width, height, value);
                let same = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1);
                let all = resampler.crops(&turned, &spec).expect("crops");
                assert_eq!(all.len(), crops.len());
                for (crop, want) in all.iter().zip(&crops) {
                    assert!(same(&crop.rgb, &want.rgb), "{width} x {height}, {value}");
                }
                let small = resampler.thumbnail(&turned, 40).expect("a thumbnail");
                assert_eq!(
                    (small.width, small.height),
                    (thumbnail.width, thumbnail.height)
                );
                assert!(
                    same(&small.rgb, &thumbnail.rgb),
                    "{width} x {height}, {value}"
                );
            }
        }
    }

    #[test]
    fn small_pictures_are_not_enlarged_as_thumbnails() {
        let thumbnail = Resampler::default()
            .thumbnail(&picture(20, 10, Orientation::default()), 320)
            .expect("ok");
        assert_eq!((thumbnail.width, thumbnail.height), (20, 10));
    }

    #[test]
    fn an_empty_picture_is_refused() {
        let empty = Pixels::new(0, 0, vec![], Orientation::default());
        let spec = spec(224, FitMode::Stretch);
        assert!(Resampler::default().crop(&empty, &spec).is_err());
    }

    #[test]
    fn normalisation_follows_mean_and_deviation() {
        let spec = spec(224, FitMode::Stretch);
        assert!((spec.normalise(0, 255) - 2.0).abs() < 1e-6);
        assert!((spec.table()[2][0] + 2.0).abs() < 1e-6);
    }
}
