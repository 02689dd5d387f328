//! YCbCr to RGB conversion (ITU-T H.273, 8.3) for AVIF, HEIC and video frames.

use super::cicp::Cicp;

/// Matrix coefficients of H.273 that are not defined by the luma coefficients of red and blue.
const IDENTITY: u16 = 0;
const GREEN_ORANGE: u16 = 8;

/// Conversion from integer samples to RGB from 0 to 1.
pub struct Conversion {
    /// Offset to subtract from luma and factor to multiply it by; the same for chroma.
    luma: (f32, f32),
    chroma: (f32, f32),
    mix: Mix,
}

/// The matrix.
enum Mix {
    /// The planes are green, blue and red.
    Identity,
    /// Factors of Cr in red, of Cb and Cr in green, and of Cb in blue.
    Shares(f32, (f32, f32), f32),
    /// YCgCo: the chroma planes are green and orange differences.
    GreenOrange,
}

impl Mix {
    fn shares((red, blue): (f32, f32)) -> Self {
        let green = 1.0 - red - blue;
        let of_green = |share: f32| 2.0 * share * (1.0 - share) / green;
        Self::Shares(
            2.0 * (1.0 - red),
            (of_green(blue), of_green(red)),
            2.0 * (1.0 - blue),
        )
    }
}

impl Conversion {
    /// The conversion for samples of this bit depth; `None` if the matrix is not supported.
    pub fn new(colour: &Cicp, bits: u32) -> Option<Self> {
        let mix = match colour.matrix {
            IDENTITY => Mix::Identity,
            GREEN_ORANGE => Mix::GreenOrange,
            _ => Mix::shares(colour.luma()?),
        };
        Some(Self::with(mix, bits, colour.full_range))
    }

    /// The conversion for luma alone.
    pub fn grey(bits: u32, full_range: bool) -> Self {
        Self::with(Mix::Identity, bits, full_range)
    }

    /// Like [`Self::new`], from the luma coefficients of red and blue.
    #[cfg(feature = "video")]
    pub fn of_shares(shares: (f32, f32), bits: u32, full_range: bool) -> Self {
        Self::with(Mix::shares(shares), bits, full_range)
    }

    fn with(mix: Mix, bits: u32, full_range: bool) -> Self {
        let unit = f32::from(1_u16 << (bits.clamp(8, 15) - 8));
        let most = 256.0 * unit - 1.0;
        let (luma, chroma) = match full_range {
            true => ((0.0, most), most),
            false => ((16.0 * unit, 219.0 * unit), 224.0 * unit),
        };
        Self {
            luma: (luma.0, 1.0 / luma.1),
            chroma: (128.0 * unit, 1.0 / chroma),
            mix,
        }
    }

    /// Normalises luma to the range from 0 to 1.
    pub fn luma(&self, value: f32) -> f32 {
        (value - self.luma.0) * self.luma.1
    }

    /// RGB of a pixel, which may slightly exceed the range from 0 to 1.
    pub fn pixel(&self, [luma, first, second]: [f32; 3]) -> [f32; 3] {
        let y = self.luma(luma);
        let [a, b] = [first, second].map(|value| (value - self.chroma.0) * self.chroma.1);
        match self.mix {
            Mix::Identity => [self.luma(second), y, self.luma(first)],
            Mix::Shares(red, green, blue) => {
                [y + red * b, y - green.0 * a - green.1 * b, y + blue * a]
            }
            Mix::GreenOrange => [y - a + b, y + a, y - a - b],
        }
    }
}
