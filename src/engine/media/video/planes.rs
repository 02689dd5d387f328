//! Converts luma and chroma planes to RGB, no larger than needed.

use crate::engine::media::decode::{Cicp, Conversion, UNSPECIFIED, eight_bits};

/// Luma coefficients of red and blue in BT.709.
const BT_709: (f32, f32) = (0.2126, 0.0722);
/// BT.2020, both as primaries and as matrix coefficients (non-constant luminance) in H.273.
const BT_2020: u16 = 9;
/// Short side in pixels from which frames default to BT.709.
const HIGH_DEFINITION: u32 = 720;
/// Maximum reduction factor.
const MAX_SHRINK: u32 = 8;

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
    /// more. Colours that the container specifies take precedence over the bitstream's.
    pub fn to_rgb(&self, min_short_side: u32, of_file: Option<Cicp>) -> Rgb {
        let short = self.width.min(self.height);
        let fits = |by: &u32| short / by >= min_short_side.max(1);
        let by = [MAX_SHRINK, 4, 2].into_iter().find(fits).unwrap_or(1);
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

    /// The declared colours. What the container leaves unspecified is taken from the bitstream; a matrix that neither
    /// specifies depends on the primaries and the frame size.
    fn meant(&self, of_file: Option<Cicp>) -> Cicp {
        let is_halved = self.halved != (false, false);
        let declared = [of_file, self.colour].into_iter().flatten();
        let declared: Vec<Cicp> = declared
            .map(|colour| colour.with_possible_matrix(is_halved))
            .collect();
        let first = |field: fn(&Cicp) -> u16| {
            let mut values = declared.iter().map(field);
            values.find(|value| *value != UNSPECIFIED)
        };
        let primaries = first(|colour| colour.primaries).unwrap_or(UNSPECIFIED);
        let usual = if primaries == BT_2020 {
            BT_2020
        } else if self.height.min(self.width) >= HIGH_DEFINITION {
            1
        } else {
            6
        };
        Cicp {
            primaries,
            transfer: first(|colour| colour.transfer).unwrap_or(UNSPECIFIED),
            matrix: first(|colour| colour.matrix).unwrap_or(usual),
            full_range: declared.iter().any(|colour| colour.full_range),
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
        let mut planes_of_rgb = grey_frame(1, 1, 8, [100, 200, 50]);
        planes_of_rgb.halved = (false, false);
        assert_eq!(first(&planes_of_rgb, full(0)), [50, 100, 200]);
        let mut grey = grey_frame(8, 8, 8, [235, 0, 0]);
        grey.chroma = None;
        assert_eq!(first(&grey, None), [255; 3]);
    }

    #[test]
    fn impossible_matrices_are_not_applied() {
        for matrix in [0, 3, 255] {
            let colour = Some(Cicp {
                primaries: 1,
                transfer: 1,
                matrix,
                full_range: false,
            });
            // Pure red in BT.601, the default of small frames.
            let mut red = grey_frame(8, 8, 8, [81, 90, 240]);
            assert_eq!(red.to_rgb(8, colour).rgb[..3], [254, 0, 0], "{matrix}");
            red.colour = colour;
            assert_eq!(red.to_rgb(8, None).rgb[..3], [254, 0, 0], "{matrix}");
            red.halved = (true, false);
            assert_eq!(red.meant(None).matrix, 6, "{matrix}");
        }
    }

    #[test]
    fn what_is_unspecified_does_not_hide_what_is_declared() {
        let colour = |primaries, transfer, matrix| Cicp {
            primaries,
            transfer,
            matrix,
            full_range: false,
        };
        let meant = |side, of_file, of_stream| {
            let mut frame = grey_frame(side, side, 10, [500, 512, 512]);
            frame.colour = of_stream;
            frame.meant(of_file)
        };
        let (hdr, none) = (colour(9, 16, 2), colour(2, 2, 2));
        let p3 = colour(12, 1, 2);
        for (side, matrix) in [(8, 6), (720, 1)] {
            let want = colour(12, 1, matrix);
            assert_eq!(meant(side, Some(p3), None), want);
            assert_eq!(meant(side, None, Some(p3)), want);
            assert_eq!(meant(side, Some(none), Some(p3)), want);
            assert_eq!(meant(side, None, None), colour(2, 2, matrix));
        }
        let both = meant(8, Some(hdr), Some(colour(1, 1, 1)));
        assert_eq!(both, colour(9, 16, 1));
        let both = meant(8, Some(colour(2, 2, 9)), Some(hdr));
        assert_eq!(both, colour(9, 16, 9));
        let both = meant(8, Some(colour(1, 1, 1)), Some(colour(9, 16, 9)));
        assert_eq!(both, colour(1, 1, 1));
    }

    #[test]
    fn bt_2020_without_a_matrix_has_its_own() {
        for (side, matrix) in [(8, 0), (720, 2), (720, 3)] {
            let mut frame = grey_frame(side, side, 10, [500, 512, 512]);
            let declared = Cicp {
                primaries: 9,
                transfer: 18,
                matrix,
                full_range: false,
            };
            let want = Cicp {
                matrix: 9,
                ..declared
            };
            assert_eq!(frame.meant(Some(declared)), want);
            frame.colour = Some(declared);
            assert_eq!(frame.meant(None), want);
        }
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
