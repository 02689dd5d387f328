//! Depthwise convolution over channels-last images, with bias and ReLU6, into sixteen bits.

#[cfg(target_arch = "x86_64")]
mod wide;

use std::ops::Range;

use super::int16::{PEAK, rounded};
use super::{Level, madd, multi_target};

/// Channels that one pass keeps in registers.
const LANES: usize = 16;

/// Sizes of a depthwise convolution with TensorFlow's SAME padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthwiseShape {
    /// Input height and width in pixels.
    pub height: usize,
    /// Input width in pixels.
    pub width: usize,
    /// Channels, the innermost dimension.
    pub channels: usize,
    /// Side of the square kernel.
    pub kernel: usize,
    /// Step between outputs, in input pixels.
    pub stride: usize,
}

impl DepthwiseShape {
    /// Output size and leading padding along a side of `n` pixels: SAME padding puts the smaller half first.
    #[must_use]
    pub fn same(n: usize, kernel: usize, stride: usize) -> (usize, usize) {
        let out = n.div_ceil(stride);
        let total = ((out - 1) * stride + kernel).saturating_sub(n);
        (out, total / 2)
    }

    /// Output height and width in pixels.
    #[must_use]
    pub fn output(&self) -> (usize, usize) {
        (
            Self::same(self.height, self.kernel, self.stride).0,
            Self::same(self.width, self.kernel, self.stride).0,
        )
    }
}

/// The weights of a depthwise convolution.
#[derive(Clone, Debug)]
pub struct Depthwise {
    shape: DepthwiseShape,
    /// (kernel x kernel) x channels.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// The rows of an image that lie in memory.
#[derive(Clone, Copy)]
pub struct Strip<'a> {
    /// rows x width x channels.
    pub values: &'a [f32],
    /// Which row of the image comes first.
    pub first: usize,
    /// A row of zeros, width x channels.
    pub zeros: &'a [f32],
}

impl Depthwise {
    /// From weights of channels x kernel x kernel and a bias of channels.
    #[must_use]
    pub fn new(weight: &[f32], bias: &[f32], shape: DepthwiseShape) -> Self {
        let taps = shape.kernel * shape.kernel;
        let mut weights = vec![0f32; weight.len()];
        for (channel, filter) in weight.chunks_exact(taps).enumerate() {
            for (tap, w) in filter.iter().enumerate() {
                weights[tap * shape.channels + channel] = *w;
            }
        }
        Self {
            shape,
            weights,
            bias: bias.to_vec(),
        }
    }

    /// Its sizes.
    #[must_use]
    pub fn shape(&self) -> DepthwiseShape {
        self.shape
    }

    /// What one of the integers that [`Self::run`] writes counts.
    pub const SCALE: f32 = 6.0 / PEAK;

    /// The rows `ys` of the output, rows x output width x channels, in multiples of [`Self::SCALE`]. The strip must
    /// hold what they see of the image.
    pub fn run(&self, strip: Strip<'_>, ys: Range<usize>, out: &mut [i16]) {
        self.run_at(Level::detect(), strip, ys, out);
    }

    fn run_at(&self, level: Level, strip: Strip<'_>, ys: Range<usize>, out: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if level == Level::Avx512 && self.shape.channels.is_multiple_of(LANES) {
            match self.shape.kernel {
                3 => return wide::run::<3>(self, strip, ys, out),
                5 => return wide::run::<5>(self, strip, ys, out),
                _ => {}
            }
        }
        let _ = level;
        let line = self.shape.output().1 * self.shape.channels;
        for (y, out) in ys.zip(out.chunks_exact_mut(line)) {
            row(strip, self, y, out);
        }
    }

    /// What row `y` of the output sees: a row of the image for each row of the kernel, zeros beyond the image.
    fn seen<'a>(&self, strip: Strip<'a>, y: usize, tap: usize) -> &'a [f32] {
        let DepthwiseShape {
            height,
            width,
            channels,
            kernel,
            stride,
        } = self.shape;
        let (_, pad) = DepthwiseShape::same(height, kernel, stride);
        match (y * stride + tap).checked_sub(pad) {
            Some(row) if row < height => {
                &strip.values[(row - strip.first) * width * channels..][..width * channels]
            }
            _ => strip.zeros,
        }
    }
}

#[inline(always)]
fn row_body<const FMA: bool>(strip: Strip<'_>, depthwise: &Depthwise, y: usize, out: &mut [i16]) {
    let DepthwiseShape {
        width,
        channels,
        kernel,
        stride,
        ..
    } = depthwise.shape;
    let (out_width, pad) = DepthwiseShape::same(width, kernel, stride);
    for (x, c) in (0..out_width).flat_map(|x| (0..channels).step_by(LANES).map(move |c| (x, c))) {
        let lanes = LANES.min(channels - c);
        let mut sums = [0f32; LANES];
        sums[..lanes].copy_from_slice(&depthwise.bias[c..][..lanes]);
        for tap_y in 0..kernel {
            let seen = depthwise.seen(strip, y, tap_y);
            for tap_x in 0..kernel {
                let column = (x * stride + tap_x).wrapping_sub(pad);
                if column < width {
                    let values = &seen[column * channels + c..][..lanes];
                    let weights = &depthwise.weights[(tap_y * kernel + tap_x) * channels + c..];
                    for ((sum, v), w) in sums.iter_mut().zip(values).zip(weights) {
                        *sum = madd::<FMA>(*v, *w, *sum);
                    }
                }
            }
        }
        for (out, sum) in out[x * channels + c..][..lanes].iter_mut().zip(sums) {
            *out = rounded::<FMA>(sum.clamp(0.0, 6.0), 1.0 / Depthwise::SCALE);
        }
    }
}

multi_target! {
    /// Row `y` of the output.
    fn row(strip: Strip<'_>, depthwise: &Depthwise, y: usize, out: &mut [i16]) => row_body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(input: &[f32], w: &[f32], b: &[f32], s: DepthwiseShape) -> Vec<f32> {
        let (oh, ow) = s.output();
        let pad_y = DepthwiseShape::same(s.height, s.kernel, s.stride).1 as isize;
        let pad_x = DepthwiseShape::same(s.width, s.kernel, s.stride).1 as isize;
        let mut out = Vec::new();
        for y in 0..oh {
            for x in 0..ow {
                for (c, bias) in b.iter().enumerate() {
                    let mut sum = f64::from(*bias);
                    for ky in 0..s.kernel {
                        for kx in 0..s.kernel {
                            let iy = (y * s.stride + ky) as isize - pad_y;
                            let ix = (x * s.stride + kx) as isize - pad_x;
                            let inside = (0..s.height as isize).contains(&iy)
                                && (0..s.width as isize).contains(&ix);
                            if inside {
                                let i = (iy as usize * s.width + ix as usize) * s.channels + c;
                                let k = (c * s.kernel + ky) * s.kernel + kx;
                                sum += f64::from(input[i]) * f64::from(w[k]);
                            }
                        }
                    }
                    out.push(sum.clamp(0.0, 6.0) as f32);
                }
            }
        }
        out
    }

    #[test]
    fn same_padding_puts_the_smaller_half_first() {
        assert_eq!(DepthwiseShape::same(260, 3, 2), (130, 0));
        assert_eq!(DepthwiseShape::same(65, 5, 2), (33, 2));
        assert_eq!(DepthwiseShape::same(17, 5, 1), (17, 2));
    }

    fn wave(n: usize, k: usize) -> Vec<f32> {
        let value = |i: usize| ((i * k) % 101) as f32 / 50.0 - 0.8;
        (0..n).map(value).collect()
    }

    #[test]
    fn depthwise_matches_the_definition_whole_and_in_strips() {
        for (height, width, channels, kernel, stride) in [
            (7, 9, 16, 3, 1),
            (8, 8, 24, 3, 2),
            (9, 13, 48, 5, 1),
            (10, 11, 17, 5, 2),
            (12, 11, 32, 5, 2),
            (1, 1, 5, 3, 1),
            (2, 3, 33, 5, 2),
            (2, 3, 32, 5, 2),
        ] {
            let shape = DepthwiseShape {
                height,
                width,
                channels,
                kernel,
                stride,
            };
            let input = wave(height * width * channels, 37);
            let weights = wave(kernel * kernel * channels, 53);
            let bias = wave(channels, 11);
            let depthwise = Depthwise::new(&weights, &bias, shape);
            let want = reference(&input, &weights, &bias, shape);
            let zeros = vec![0.0; width * channels];
            let (out_height, out_width) = shape.output();
            let pad = DepthwiseShape::same(height, kernel, stride).1;
            for level in Level::available() {
                for lines in [1, out_height] {
                    for (y, want) in (0..out_height)
                        .step_by(lines)
                        .zip(want.chunks_exact(lines * out_width * channels))
                    {
                        let first = (y * stride).saturating_sub(pad);
                        let strip = Strip {
                            values: &input[first * width * channels..],
                            first,
                            zeros: &zeros,
                        };
                        let mut out = vec![0; want.len()];
                        depthwise.run_at(level, strip, y..y + lines, &mut out);
                        for (got, want) in out.iter().zip(want) {
                            let got = f32::from(*got) * Depthwise::SCALE;
                            assert!(
                                (got - want).abs() < 1e-3,
                                "{level:?} {shape:?}: {got}, not {want}"
                            );
                        }
                    }
                }
            }
        }
    }
}
