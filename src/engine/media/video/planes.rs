//! Converts luma and chroma planes to RGB, no larger than needed.

use crate::engine::media::decode::{Cicp, Conversion, eight_bits};

/// Luma coefficients of red and blue in BT.709.
const BT_709: (f32, f32) = (0.2126, 0.0722);
/// Matrix coefficients "unspecified" of H.273.
const UNSPECIFIED: u16 = 2;
/// Short side in pixels from which frames default to BT.709.
const HIGH_DEFINITION: u32 = 720;
/// Maximum reduction factor.
const MOST_SHRINK: u32 = 8;

/// Samples of one plane, row by row without padding.
pub enum PlaneBuffer {
    /// Up to 8 bits.
    Bytes(Vec<u8>),
    /// More than 8 bits.
    Words(Vec<u16>),
}

impl PlaneBuffer {
    fn at(&self, at: usize) -> u32 {
        let sample = match self {
            Self::Bytes(samples) => samples.get(at).copied().map(u32::from),
            Self::Words(samples) => samples.get(at).copied().map(u32::from),
        };
        sample.unwrap_or_default()
    }
}

/// A decoded frame.
pub struct Planes {
    pub width: u32,
    pub height: u32,
    pub luma: PlaneBuffer,
    /// Chroma planes; `None` if the frame is grey.
    pub chroma: Option<[PlaneBuffer; 2]>,
    /// Whether chroma is subsampled horizontally and vertically.
    pub halved: (bool, bool),
    /// Bits per sample.
    pub depth: u8,
    /// Colour description in the bitstream.
    pub colour: Option<Cicp>,
}

/// Frame size and interleaved RGB samples.
pub struct Rgb {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Planes {
    /// Converts to RGB, reduced by the largest power of two that keeps the short side at `min_short_side` pixels or
    /// more. The container's colour description takes precedence over the bitstream's.
    pub fn to_rgb(&self, min_short_side: u32, of_file: Option<Cicp>) -> Rgb {
        let short = self.width.min(self.height);
        let fits = |by: &u32| short / by >= min_short_side.max(1);
        let by = [MOST_SHRINK, 4, 2].into_iter().find(fits).unwrap_or(1);
        let (width, height) = ((self.width / by).max(1), (self.height / by).max(1));
        let colour = self.meant(of_file);
        let depth = u32::from(self.depth);
        let convert = Conversion::new(&colour, depth)
            .unwrap_or_else(|| Conversion::of_shares(BT_709, depth, colour.full_range));
        let to_srgb = colour.to_srgb();
        let shifts = (u32::from(self.halved.0), u32::from(self.halved.1));
        let columns = self.width.div_ceil(1 << shifts.0);
        let mut rgb = Vec::with_capacity((width * height * 3) as usize);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let luma = mean(&self.luma, self.width, (x * by, y * by), (by, by));
            let pixel = match &self.chroma {
                None => [convert.luma(luma); 3],
                Some([blue, red]) => {
                    let corner = ((x * by) >> shifts.0, (y * by) >> shifts.1);
                    let size = ((by >> shifts.0).max(1), (by >> shifts.1).max(1));
                    let chroma = |plane| mean(plane, columns, corner, size);
                    convert.pixel([luma, chroma(blue), chroma(red)])
                }
            };
            rgb.extend(match &to_srgb {
                Some(to_srgb) => to_srgb.convert(pixel),
                None => pixel.map(eight_bits),
            });
        }
        Rgb { width, height, rgb }
    }

    /// The declared colours, or defaults.
    fn meant(&self, of_file: Option<Cicp>) -> Cicp {
        let said = |colour: &Cicp| colour.matrix != UNSPECIFIED;
        let usual = if self.height.min(self.width) >= HIGH_DEFINITION {
            1
        } else {
            6
        };
        let guess = Cicp {
            primaries: UNSPECIFIED,
            transfer: UNSPECIFIED,
            matrix: usual,
            full_range: self.colour.is_some_and(|colour| colour.full_range),
        };
        let full_range = [of_file, self.colour]
            .into_iter()
            .flatten()
            .any(|colour| colour.full_range);
        let colour = of_file
            .filter(said)
            .or(self.colour.filter(said))
            .unwrap_or(guess);
        Cicp {
            full_range,
            ..colour
        }
    }
}

/// The mean of a rectangle of a plane.
fn mean(
    plane: &PlaneBuffer,
    columns: u32,
    (left, top): (u32, u32),
    (wide, high): (u32, u32),
) -> f32 {
    let mut sum = 0;
    for y in top..top + high {
        let start = y as usize * columns as usize + left as usize;
        sum += (start..start + wide as usize)
            .map(|at| plane.at(at))
            .sum::<u32>();
    }
    sum as f32 / (wide * high) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey_frame(width: u32, height: u32, depth: u8, colour: [u16; 3]) -> Planes {
        let area = (width * height) as usize;
        let plane = |value: u16, count: usize| match depth {
            8 => PlaneBuffer::Bytes(vec![value as u8; count]),
            _ => PlaneBuffer::Words(vec![value; count]),
        };
        Planes {
            width,
            height,
            luma: plane(colour[0], area),
            chroma: Some([
                plane(colour[1], area.div_ceil(4)),
                plane(colour[2], area.div_ceil(4)),
            ]),
            halved: (true, true),
            depth,
            colour: None,
        }
    }

    #[test]
    fn colours_follow_their_matrix_range_and_depth() {
        let first = |planes: &Planes, colour| planes.to_rgb(1000, colour).rgb[..3].to_vec();
        // Pure red in BT.601, and in 10-bit BT.709.
        assert_eq!(
            first(&grey_frame(8, 8, 8, [81, 90, 240]), None),
            [254, 0, 0]
        );
        let high = grey_frame(720, 720, 10, [63 * 4, 102 * 4, 240 * 4]);
        assert_eq!(first(&high, None), [255, 1, 0]);
        let full = |matrix| {
            Some(Cicp {
                primaries: 1,
                transfer: 1,
                matrix,
                full_range: true,
            })
        };
        assert_eq!(
            first(&grey_frame(8, 8, 8, [100, 128, 128]), full(6)),
            [100; 3]
        );
        assert_eq!(
            first(&grey_frame(8, 8, 8, [100, 200, 50]), full(0)),
            [50, 100, 200]
        );
        let mut grey = grey_frame(8, 8, 8, [235, 0, 0]);
        grey.chroma = None;
        assert_eq!(first(&grey, None), [255; 3]);
    }

    #[test]
    fn frames_are_shrunk_no_further_than_asked() {
        let size = |side, min| {
            let rgb = grey_frame(side, side, 8, [100, 128, 128]).to_rgb(min, None);
            assert_eq!(rgb.rgb.len() as u32, rgb.width * rgb.height * 3);
            rgb.width
        };
        assert_eq!(
            [size(100, 51), size(100, 50), size(100, 12), size(100, 1)],
            [100, 50, 12, 12]
        );
        assert_eq!([size(3, 1), size(1, 1)], [1, 1]);
    }
}
