//! Explains why a photo matches a label, as a heat map of the relevant regions.
//!
//! Windows of the photo are covered, and shown alone, and each variant is encoded again (occlusion; Zeiler and Fergus,
//! "Visualizing and understanding convolutional networks", 2014). This needs only the model's embeddings, so it works
//! for every model family. The whole photo is squeezed into the model's square input, because a centre crop of a wide
//! photo would leave its sides unexplained.

use std::path::Path;

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::index::session::SessionError;
use crate::engine::media::decode::{self, Pixels};
use crate::engine::media::preprocess::{Crop, FitMode, Preprocess, Resampler};
use crate::engine::search::math::log_odds;
use crate::engine::search::score::Scorer;
use crate::engine::search::teach::TrainingSet;

/// Number of cells per side of the map.
pub const CELLS: usize = 9;
/// Side and stride of the occlusion window, in cells.
const WINDOW: usize = 3;
const STEP: usize = 2;
/// Number of windows per side.
const WINDOWS: usize = (CELLS - WINDOW) / STEP + 1;
/// Width, in cells, over which a window's edge fades; a hard edge would itself look like a feature to the model.
const FADE: f32 = 0.5;
/// Long side, in pixels, of the image under the map.
const DRAWN_SIDE: u32 = 1024;
/// Brightness factor where the heat is 0.
const MIN_BRIGHTNESS: f32 = 0.35;

/// Where in a photo a label is visible.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Match score of the whole photo, 0 to 1.
    pub matched: f32,
    /// [`CELLS`] × [`CELLS`] cells, row by row, 1 at the hottest; all 0 if no region matters more than another.
    pub cells: Vec<f32>,
}

impl HeatMap {
    /// The interpolated heat at a point; both coordinates from 0 to 1.
    #[must_use]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let place = |along: f32| (along * CELLS as f32 - 0.5).clamp(0.0, (CELLS - 1) as f32);
        let (x, y) = (place(x), place(y));
        let (left, top) = ((x as usize).min(CELLS - 2), (y as usize).min(CELLS - 2));
        let (dx, dy) = (x - left as f32, y - top as f32);
        let row = |y: usize| {
            let row = &self.cells[y * CELLS + left..][..2];
            row[0] + (row[1] - row[0]) * dx
        };
        let (above, below) = (row(top), row(top + 1));
        above + (below - above) * dy
    }

    /// Overlays the map: hot regions are bright and tinted, the rest is dark.
    #[must_use]
    pub fn over(&self, mut pixels: Pixels) -> Pixels {
        let (width, height) = (pixels.width as usize, pixels.height as usize);
        for (at, rgb) in pixels.rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let x = (at % width) as f32 + 0.5;
            let y = (at / width) as f32 + 0.5;
            let heat = self.at(x / width as f32, y / height as f32);
            let light = MIN_BRIGHTNESS + (1.0 - MIN_BRIGHTNESS) * heat;
            // Black through red to yellow.
            let colour = [255.0, 255.0 * (2.0 * heat - 1.0).max(0.0), 0.0];
            let tint = 0.45 * heat;
            for (value, colour) in rgb.iter_mut().zip(colour) {
                *value = ((1.0 - tint) * light * f32::from(*value) + tint * colour) as u8;
            }
        }
        pixels
    }
}

impl Library {
    /// Computes the heat map of a photo for a label. Also returns the photo, upright and scaled down to screen size.
    ///
    /// # Errors
    /// Returns an error if the photo cannot be read, the label is invalid, or the model fails.
    pub fn explain(
        &self,
        path: &Path,
        label: &TrainingSet,
        cancel: &Cancel,
    ) -> Result<(HeatMap, Pixels), LibraryError> {
        let refuse = |message: String| {
            LibraryError::from(SessionError::Picture {
                path: path.into(),
                message,
            })
        };
        let session = self.session();
        let spec = Preprocess {
            fit: FitMode::Stretch,
            ..session.model().info().preprocess
        };
        let bytes = decode::read_file(path, cancel).map_err(|failure| refuse(failure.message))?;
        let side = DRAWN_SIDE.max(2 * spec.side);
        let decoded = decode::decode(&bytes, side, cancel).map_err(|e| refuse(e.to_string()))?;
        let mut resampler = Resampler::default();
        let whole = resampler
            .crop(&decoded.pixels, &spec)
            .map_err(|e| refuse(e.to_string()))?;
        let drawn = resampler.thumbnail(&decoded.pixels, DRAWN_SIDE);
        let drawn = drawn.map_err(|e| refuse(e.to_string()))?;
        drop(decoded);
        let classifiers = session.teach_all(std::slice::from_ref(label))?;
        let map = self.heat(&session.classifier_scorer(&classifiers), &whole, cancel)?;
        Ok((map, drawn))
    }

    /// Computes the heat map of an image that is already scaled to the model's input size.
    fn heat(
        &self,
        scorer: &Scorer,
        whole: &Crop,
        cancel: &Cancel,
    ) -> Result<HeatMap, LibraryError> {
        let windows = || (0..WINDOWS * WINDOWS).map(|n| (n % WINDOWS * STEP, n / WINDOWS * STEP));
        let nothing = Crop {
            side: whole.side,
            rgb: mean_colour(whole).repeat(whole.rgb.len() / 3),
        };
        let mut pictures = vec![whole.clone(), nothing.clone()];
        pictures.extend(windows().map(|window| blend(whole, &nothing, window)));
        pictures.extend(windows().map(|window| blend(&nothing, whole, window)));
        let session = self.session();
        let batch = session.model().info().batch_sizes().0;
        let mut matches = Vec::with_capacity(pictures.len());
        for batch in pictures.chunks(batch) {
            let vectors = session.model().embed_images(batch, cancel)?;
            let each = vectors
                .rows()
                .map(|vector| session.score_vector(scorer, vector).matches[0]);
            matches.extend(each);
        }
        let odds: Vec<f32> = matches.iter().map(|m| log_odds(*m) as f32).collect();
        let (covered, alone) = odds[2..].split_at(WINDOWS * WINDOWS);
        let missed = spread(covered.iter().map(|covered| odds[0] - covered));
        let shown = spread(alone.iter().map(|alone| alone - odds[1]));
        let mut cells: Vec<f32> = missed.iter().zip(shown).map(|(a, b)| a + b).collect();
        scale(&mut cells);
        Ok(HeatMap {
            matched: matches[0],
            cells,
        })
    }
}

/// Averages, for each cell, the heat of the windows that cover it, and scales the maximum to 1. Negative heat counts as
/// 0.
fn spread(heat: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut cells = vec![0f32; CELLS * CELLS];
    let mut counts = vec![0f32; CELLS * CELLS];
    for (n, heat) in heat.enumerate() {
        let (left, top) = (n % WINDOWS * STEP, n / WINDOWS * STEP);
        for y in top..top + WINDOW {
            for x in left..left + WINDOW {
                cells[y * CELLS + x] += heat.max(0.0);
                counts[y * CELLS + x] += 1.0;
            }
        }
    }
    cells
        .iter_mut()
        .zip(counts)
        .for_each(|(cell, count)| *cell /= count.max(1.0));
    scale(&mut cells);
    cells
}

fn scale(cells: &mut [f32]) {
    let most = cells.iter().copied().fold(0f32, f32::max);
    if most > 0.0 {
        cells.iter_mut().for_each(|cell| *cell /= most);
    }
}

fn mean_colour(crop: &Crop) -> [u8; 3] {
    let pixels = crop.rgb.as_chunks::<3>().0;
    let mut sums = [0u64; 3];
    for pixel in pixels {
        sums.iter_mut()
            .zip(pixel)
            .for_each(|(sum, v)| *sum += u64::from(*v));
    }
    sums.map(|sum| (sum / pixels.len().max(1) as u64) as u8)
}

/// Blends a window of `inside` into `outside`, with soft edges.
fn blend(outside: &Crop, inside: &Crop, (left, top): (usize, usize)) -> Crop {
    let side = outside.side as usize;
    let cell = side as f32 / CELLS as f32;
    let share = |at: usize, first: usize| {
        let at = (at as f32 + 0.5) / cell;
        // No fading along the image's own border.
        let before = if first == 0 {
            f32::MAX
        } else {
            at - first as f32
        };
        let last = first + WINDOW;
        let after = if last == CELLS {
            f32::MAX
        } else {
            last as f32 - at
        };
        ((before.min(after) / FADE) + 0.5).clamp(0.0, 1.0)
    };
    let across: Vec<f32> = (0..side).map(|x| share(x, left)).collect();
    let mut rgb = outside.rgb.clone();
    let pixels = rgb.as_chunks_mut::<3>().0.iter_mut();
    for (at, (to, from)) in pixels.zip(inside.rgb.as_chunks::<3>().0).enumerate() {
        let share = across[at % side] * share(at / side, top);
        if share > 0.0 {
            for (to, from) in to.iter_mut().zip(from) {
                *to = (f32::from(*to) * (1.0 - share) + f32::from(*from) * share).round() as u8;
            }
        }
    }
    Crop {
        side: outside.side,
        rgb,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_replaced_and_fades_into_the_rest() {
        let crop = |value: u8| Crop {
            side: 90,
            rgb: vec![value; 90 * 90 * 3],
        };
        let blended = blend(&crop(0), &crop(200), (2, 0));
        let at = |x: usize, y: usize| blended.rgb[(y * 90 + x) * 3];
        assert_eq!(
            [at(35, 0), at(35, 15), at(0, 0), at(35, 80)],
            [200, 200, 0, 0]
        );
        assert!((1..200).contains(&at(19, 10)), "{}", at(19, 10));
    }

    #[test]
    fn heat_lies_where_windows_matter_and_is_drawn_there() {
        let mut windows = vec![-1.0; WINDOWS * WINDOWS];
        windows[WINDOWS - 1] = 3.0;
        let map = HeatMap {
            matched: 0.5,
            cells: spread(windows.into_iter()),
        };
        assert!(map.at(0.9, 0.1) > 0.9 && map.at(0.1, 0.1) == 0.0 && map.at(0.9, 0.9) == 0.0);
        let grey = Pixels::new(
            90,
            90,
            vec![100; 90 * 90 * 3],
            decode::Orientation::default(),
        );
        let drawn = map.over(grey);
        let at = |x: usize, y: usize| drawn.rgb[(y * 90 + x) * 3];
        assert!(at(85, 5) > 150 && at(5, 85) < 50);
        let none = spread(std::iter::repeat_n(-1.0, WINDOWS * WINDOWS));
        assert!(none.iter().all(|cell| *cell == 0.0));
    }
}
