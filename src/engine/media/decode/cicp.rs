//! Colour code points (ITU-T H.273) and their conversion to sRGB.

#[cfg(any(feature = "avif", feature = "video"))]
use std::panic::{AssertUnwindSafe, catch_unwind};

#[cfg(any(feature = "avif", feature = "video"))]
use re_rav1d::dav1d::{self, pixel::YUVRange};

use super::tone::{compressed, eight_bits, linear_to_srgb, srgb_to_linear};

/// "Unspecified" for primaries, transfer characteristics and matrix coefficients.
#[cfg(any(feature = "avif", feature = "heic", feature = "video"))]
pub const UNSPECIFIED: u16 = 2;

/// The code points of a file's colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cicp {
    pub primaries: u16,
    pub transfer: u16,
    pub matrix: u16,
    /// Whether samples use the full range instead of the limited (video) range.
    pub full_range: bool,
}

impl Cicp {
    /// Code points of a picture that is coded as RGB.
    pub fn of_rgb(primaries: u8, transfer: u8) -> Self {
        Self {
            primaries: primaries.into(),
            transfer: transfer.into(),
            matrix: 0,
            full_range: true,
        }
    }

    /// Parses the payload of an `nclx` or `nclc` `colr` box (ISO/IEC 14496-12, 12.1.5). QuickTime's `nclc` has no range
    /// flag.
    #[cfg(any(feature = "avif", feature = "heic", feature = "video"))]
    pub fn of_box(content: &[u8]) -> Option<Self> {
        let (kind, numbers) = content.split_first_chunk::<4>()?;
        let fields = numbers.first_chunk::<6>()?;
        let number = |at: usize| u16::from_be_bytes([fields[at], fields[at + 1]]);
        let full_range = match kind {
            b"nclx" => numbers.get(6)? & 0x80 != 0,
            b"nclc" => false,
            _ => return None,
        };
        Some(Self {
            primaries: number(0),
            transfer: number(2),
            matrix: number(4),
            full_range,
        })
    }

    /// The colour description in the sequence header of an AV1 picture. Its enums have the numbers of H.273.
    #[cfg(any(feature = "avif", feature = "video"))]
    pub fn of_av1(picture: &dav1d::Picture) -> Self {
        Self {
            primaries: known(|| picture.color_primaries() as u16),
            transfer: known(|| picture.transfer_characteristic() as u16),
            matrix: known(|| picture.matrix_coefficients() as u16),
            full_range: picture.color_range() == YUVRange::Full,
        }
    }

    /// Whether H.273 assigns a meaning to the matrix, which need not be supported here.
    #[cfg(any(feature = "avif", feature = "heic", feature = "video"))]
    pub fn has_assigned_matrix(&self) -> bool {
        matches!(self.matrix, 0..=2 | 4..=17)
    }

    /// Replaces the matrix by "unspecified" if it is reserved, or if it is the identity and chroma is subsampled.
    #[cfg(any(feature = "avif", feature = "heic", feature = "video"))]
    pub fn with_possible_matrix(self, is_halved: bool) -> Self {
        let is_possible = self.has_assigned_matrix() && (self.matrix != 0 || !is_halved);
        let matrix = if is_possible {
            self.matrix
        } else {
            UNSPECIFIED
        };
        Self { matrix, ..self }
    }

    /// The luma coefficients of red and blue.
    #[cfg(any(feature = "avif", feature = "video"))]
    pub fn luma(&self) -> Option<(f32, f32)> {
        Some(match self.matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 | 10 => (0.2627, 0.0593),
            // Chromaticity-derived: taken from the primaries.
            12 => match self.primaries {
                9 => (0.2627, 0.0593),
                12 => (0.228_97, 0.079_29),
                _ => (0.2126, 0.0722),
            },
            // Unspecified is read as BT.601, as in JPEG.
            UNSPECIFIED | 5 | 6 => (0.299, 0.114),
            _ => return None,
        })
    }

    /// Whether H.273 assigns a meaning to primaries and transfer function, so that they are not left to other sources.
    pub fn has_assigned_colours(&self) -> bool {
        matches!(self.primaries, 1 | 4..=12 | 22) && matches!(self.transfer, 1 | 4..=18)
    }

    /// The conversion to sRGB; `None` if the colours are close enough to sRGB or not supported.
    pub fn to_srgb(self) -> Option<ToSrgb> {
        let primaries = match self.primaries {
            9 => Some(REC_2020),
            11 | 12 => Some(P3),
            _ => None,
        };
        let light = match self.transfer {
            8 => Some(linear as fn(f32) -> f32),
            16 => Some(perceptual as fn(f32) -> f32),
            18 => Some(hybrid as fn(f32) -> f32),
            _ => None,
        };
        if primaries.is_none() && light.is_none() {
            return None;
        }
        Some(ToSrgb::new(
            primaries.unwrap_or(SAME),
            // Also for BT.709 and similar transfer functions: such pictures are graded on sRGB screens.
            light.unwrap_or(srgb_to_linear),
            matches!(self.transfer, 16 | 18),
            self.transfer == 18,
        ))
    }
}

/// A code point from the AV1 decoder, whose getters panic if it is reserved; it then counts as unspecified.
#[cfg(any(feature = "avif", feature = "video"))]
fn known(get: impl FnOnce() -> u16) -> u16 {
    catch_unwind(AssertUnwindSafe(get)).unwrap_or(UNSPECIFIED)
}

type Matrix = [[f32; 3]; 3];

const SAME: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Linear Display P3 to linear sRGB (both D65).
const P3: Matrix = [
    [1.224_94, -0.224_94, 0.0],
    [-0.042_06, 1.042_06, 0.0],
    [-0.019_64, -0.078_64, 1.098_27],
];
/// Linear Rec. 2020 to linear sRGB (ITU-R BT.2087).
const REC_2020: Matrix = [
    [1.660_49, -0.587_64, -0.072_85],
    [-0.124_55, 1.132_90, -0.008_35],
    [-0.018_15, -0.100_58, 1.118_73],
];
/// Luminance of reference white in cd/m² for HDR pictures (ITU-R BT.2408).
const WHITE: f32 = 203.0;
/// Nominal peak luminance of hybrid log-gamma in cd/m².
const HYBRID_PEAK: f32 = 1000.0;
/// Entries of the lookup tables.
const STEPS: usize = 4096;

/// A conversion from coded RGB to sRGB.
pub struct ToSrgb {
    light: Vec<f32>,
    encoded: Vec<u8>,
    matrix: Matrix,
    high_range: bool,
    scene: bool,
}

impl ToSrgb {
    fn new(matrix: Matrix, light: fn(f32) -> f32, high_range: bool, scene: bool) -> Self {
        let steps = || (0..=STEPS).map(|step| step as f32 / STEPS as f32);
        Self {
            light: steps().map(light).collect(),
            encoded: steps()
                .map(|value| eight_bits(linear_to_srgb(value)))
                .collect(),
            matrix,
            high_range,
            scene,
        }
    }

    /// Converts a pixel whose channels range from 0 to 1.
    pub fn convert(&self, pixel: [f32; 3]) -> [u8; 3] {
        let index = |value: f32| (value.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize;
        let mut light = pixel.map(|value| self.light[index(value)]);
        if self.scene {
            // The OOTF: from scene light to display light (ITU-R BT.2100).
            let luma = 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2];
            let factor = luma.max(1e-6).powf(0.2) * HYBRID_PEAK / WHITE;
            light = light.map(|value| value * factor);
        }
        let mut light = self.matrix.map(|row| {
            let sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
            sum.max(0.0)
        });
        if self.high_range {
            light = compressed(light);
        }
        light.map(|value| self.encoded[index(value)])
    }
}

fn linear(value: f32) -> f32 {
    value
}

/// The perceptual quantiser EOTF (SMPTE ST 2084), relative to reference white.
fn perceptual(value: f32) -> f32 {
    let (m1, m2) = (2610.0 / 16_384.0, 2523.0 / 32.0);
    let (c1, c2, c3) = (3424.0 / 4096.0, 2413.0 / 128.0, 2392.0 / 128.0);
    let power = value.powf(1.0 / m2);
    let light = ((power - c1).max(0.0) / (c2 - c3 * power)).powf(1.0 / m1);
    light * 10_000.0 / WHITE
}

/// The inverse hybrid log-gamma OETF (ITU-R BT.2100): scene light from 0 to 1.
fn hybrid(value: f32) -> f32 {
    let (a, b, c) = (0.178_832_77, 0.284_668_92, 0.559_910_7);
    match value <= 0.5 {
        true => value * value / 3.0,
        false => (((value - c) / a).exp() + b) / 12.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cicp(primaries: u16, transfer: u16) -> Cicp {
        Cicp {
            primaries,
            transfer,
            matrix: 6,
            full_range: true,
        }
    }

    #[cfg(any(feature = "avif", feature = "video"))]
    #[test]
    fn the_av1_decoder_has_the_code_points_of_h_273() {
        use re_rav1d::dav1d::pixel::ColorPrimaries as Primaries;
        use re_rav1d::dav1d::pixel::MatrixCoefficients as Matrix;
        use re_rav1d::dav1d::pixel::TransferCharacteristic as Transfer;
        let primaries = [
            Primaries::Unspecified,
            Primaries::BT2020,
            Primaries::P3DCI,
            Primaries::P3Display,
        ];
        assert_eq!(primaries.map(|primaries| primaries as u16), [2, 9, 11, 12]);
        let transfers = [
            Transfer::Unspecified,
            Transfer::Linear,
            Transfer::SRGB,
            Transfer::PerceptualQuantizer,
            Transfer::HybridLogGamma,
        ];
        let numbers = transfers.map(|transfer| transfer as u16);
        assert_eq!(numbers, [2, 8, 13, 16, 18]);
        let matrices = [
            Matrix::Identity,
            Matrix::BT709,
            Matrix::Unspecified,
            Matrix::BT470M,
            Matrix::ST170M,
            Matrix::ST240M,
            Matrix::YCgCo,
            Matrix::BT2020NonConstantLuminance,
            Matrix::ChromaticityDerivedNonConstantLuminance,
        ];
        let numbers = matrices.map(|matrix| matrix as u16);
        assert_eq!(numbers, [0, 1, 2, 4, 6, 7, 8, 9, 12]);
        assert_eq!(known(|| 9), 9);
        assert_eq!(known(|| panic!("a reserved code point")), UNSPECIFIED);
    }

    #[cfg(any(feature = "avif", feature = "heic", feature = "video"))]
    #[test]
    fn only_nclx_boxes_need_a_range_flag() {
        let range = |content: &[u8]| Cicp::of_box(content).map(|colours| colours.full_range);
        assert_eq!(range(b"nclx\0\x01\0\x01\0\x01\x80"), Some(true));
        assert_eq!(range(b"nclx\0\x01\0\x01\0\x01\0"), Some(false));
        assert_eq!(range(b"nclx\0\x01\0\x01\0\x01"), None);
        assert_eq!(range(b"nclc\0\x01\0\x01\0\x01"), Some(false));
        assert_eq!(range(b"prof\0\x01\0\x01\0\x01\x80"), None);
    }

    #[test]
    fn colours_that_are_srgb_need_no_conversion() {
        for (primaries, transfer) in [(1, 13), (2, 2), (1, 1), (6, 6), (5, 14)] {
            assert!(cicp(primaries, transfer).to_srgb().is_none());
        }
    }

    #[test]
    fn greys_stay_grey_and_white_stays_white() {
        for (primaries, transfer) in [(12, 13), (9, 1), (1, 8)] {
            let convert = cicp(primaries, transfer).to_srgb().expect("a conversion");
            for value in [0.0, 0.2, 0.5, 1.0] {
                let [red, green, blue] = convert.convert([value; 3]);
                assert!(red.abs_diff(green) <= 1 && green.abs_diff(blue) <= 1);
            }
            assert_eq!(convert.convert([1.0; 3]), [255; 3]);
            assert_eq!(convert.convert([0.0; 3]), [0; 3]);
        }
    }

    #[test]
    fn the_middle_of_a_high_range_is_as_bright_as_in_a_usual_one() {
        // A third of reference white is 67.7 cd/m², which PQ codes as 0.468.
        let convert = cicp(9, 16).to_srgb().expect("a conversion");
        let [grey, ..] = convert.convert([0.468; 3]);
        let want = (linear_to_srgb(1.0 / 3.0) * 255.0) as u8;
        assert!(grey.abs_diff(want) <= 3, "{grey}, not {want}");
        // The conversion is monotonic.
        let greys: Vec<u8> = (0..=20)
            .map(|n| convert.convert([n as f32 / 20.0; 3])[0])
            .collect();
        assert!(greys.is_sorted() && greys[20] >= 254, "{greys:?}");
    }
}
