//! int16 depthwise convolution of channels-last images, with bias and ReLU6.

mod pairs;
#[cfg(target_arch = "x86_64")]
mod wide;

use std::ops::Range;

use super::int16::{rounded, weight_scale};
use super::{IntegerIsa, madd, multi_target};
pub use pairs::{RowPairs, side_by_side};

/// Number of channels processed per pass, in registers.
const LANES: usize = 16;

/// Dimensions of a depthwise convolution with TensorFlow's SAME padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthwiseShape {
    /// Input height in pixels.
    pub height: usize,
    /// Input width in pixels.
    pub width: usize,
    /// Number of channels, the innermost dimension.
    pub channels: usize,
    /// Side of the square kernel in pixels.
    pub kernel: usize,
    /// Stride in input pixels.
    pub stride: usize,
}

impl DepthwiseShape {
    /// Output size and leading padding for a side of `n` pixels: SAME padding puts the smaller half first.
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

/// int16 weights of a depthwise convolution, with one scale per channel.
#[derive(Clone, Debug)]
pub struct Depthwise {
    shape: DepthwiseShape,
    /// For kernels that start at the first and at the second row of a pair: pairs x kernel x channels, with the lanes
    /// of [`RowPairs`].
    weights: [Vec<i32>; 2],
    /// Dequantisation scale of each channel's accumulator.
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Depthwise {
    /// Takes weights, channels x kernel x kernel, and a bias with one value per channel.
    #[must_use]
    pub fn new(weight: &[f32], bias: &[f32], shape: DepthwiseShape) -> Self {
        let DepthwiseShape {
            channels, kernel, ..
        } = shape;
        let pairs = Self::pairs(kernel);
        let mut weights = [(); 2].map(|()| vec![0i32; pairs * kernel * channels]);
        let filters = weight.chunks_exact(kernel * kernel);
        let scales: Vec<f32> = filters.clone().map(weight_scale).collect();
        for ((channel, filter), scale) in filters.enumerate().zip(&scales) {
            for (tap, w) in filter.iter().enumerate() {
                let q = i32::from(rounded::<false>(w / scale, 1.0));
                for (begin, weights) in weights.iter_mut().enumerate() {
                    let row = tap / kernel + begin;
                    let lane = &mut weights[(row / 2 * kernel + tap % kernel) * channels + channel];
                    *lane |= if row % 2 == 0 { q & 0xffff } else { q << 16 };
                }
            }
        }
        Self {
            shape,
            weights,
            scales: scales.iter().map(|w| w * RowPairs::SCALE).collect(),
            bias: bias.to_vec(),
        }
    }

    /// Maximum number of row pairs that a kernel overlaps.
    const fn pairs(kernel: usize) -> usize {
        kernel / 2 + 1
    }

    /// The dimensions.
    #[must_use]
    pub fn shape(&self) -> DepthwiseShape {
        self.shape
    }

    /// Computes output rows `ys`, rows x output width x channels, after ReLU6 in units of [`RowPairs::SCALE`]. The
    /// window of `image` must contain their receptive field.
    pub fn run(&self, image: &RowPairs, ys: Range<usize>, out: &mut [i16]) {
        self.run_at(IntegerIsa::detect(), image, ys, out);
    }

    fn run_at(&self, isa: IntegerIsa, image: &RowPairs, ys: Range<usize>, out: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if wide::run(isa, self, image, &ys, out).is_some() {
            return;
        }
        let _ = isa;
        let line = self.shape.output().1 * self.shape.channels;
        for (y, out) in ys.zip(out.chunks_exact_mut(line)) {
            row(image, self, y, out);
        }
    }

    /// The first row pair in the receptive field of output row `y`, and the offset (0 or 1) of the kernel within it.
    fn begin(&self, y: usize) -> (isize, usize) {
        let DepthwiseShape {
            height,
            kernel,
            stride,
            ..
        } = self.shape;
        let pad = DepthwiseShape::same(height, kernel, stride).1;
        let top = (y * stride) as isize - pad as isize;
        (top.div_euclid(2), top.rem_euclid(2) as usize)
    }
}

#[inline(always)]
fn row_body<const FMA: bool>(image: &RowPairs, depthwise: &Depthwise, y: usize, out: &mut [i16]) {
    let DepthwiseShape {
        channels,
        kernel,
        stride,
        ..
    } = depthwise.shape;
    let (first, begin) = depthwise.begin(y);
    let weights = &depthwise.weights[begin];
    let out_width = depthwise.shape.output().1;
    for (x, c) in (0..out_width).flat_map(|x| (0..channels).step_by(LANES).map(move |c| (x, c))) {
        let lanes = LANES.min(channels - c);
        let mut sums = [0i32; LANES];
        for pair in 0..Depthwise::pairs(kernel) {
            let seen = image.pair(first + pair as isize);
            for tap in 0..kernel {
                let values = &seen[(x * stride + tap) * channels + c..][..lanes];
                let weights = &weights[(pair * kernel + tap) * channels + c..][..lanes];
                for ((sum, v), w) in sums.iter_mut().zip(values).zip(weights) {
                    let low = i32::from(*v as i16) * i32::from(*w as i16);
                    *sum += low + (v >> 16) * (w >> 16);
                }
            }
        }
        let (scales, bias) = (&depthwise.scales[c..], &depthwise.bias[c..]);
        let out = out[x * channels + c..][..lanes].iter_mut();
        for (((out, sum), scale), bias) in out.zip(sums).zip(scales).zip(bias) {
            *out = RowPairs::rounded::<FMA>(madd::<FMA>(sum as f32, *scale, *bias));
        }
    }
}

multi_target! {
    /// Computes output row `y`.
    fn row(image: &RowPairs, depthwise: &Depthwise, y: usize, out: &mut [i16]) => row_body
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

    fn test_values(n: usize, k: usize) -> Vec<f32> {
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
            // Larger than the window.
            (67, 65, 144, 3, 1),
            (61, 65, 144, 5, 2),
        ] {
            let shape = DepthwiseShape {
                height,
                width,
                channels,
                kernel,
                stride,
            };
            // Values that int16 represents exactly after ReLU6.
            let steps = |v: &f32| (v.max(0.0) / RowPairs::SCALE).round();
            let input: Vec<f32> = test_values(height * width * channels, 37);
            let input: Vec<f32> = input.iter().map(|v| steps(v) * RowPairs::SCALE).collect();
            let weights = test_values(kernel * kernel * channels, 53);
            let bias = test_values(channels, 11);
            let depthwise = Depthwise::new(&weights, &bias, shape);
            let want = reference(&input, &weights, &bias, shape);
            for isa in IntegerIsa::available() {
                let got = whole(isa, &depthwise, &input);
                for (got, want) in got.iter().zip(&want) {
                    let got = f32::from(*got) * RowPairs::SCALE;
                    assert!(
                        (got - want).abs() < 1e-3,
                        "{isa:?} {shape:?}: {got}, not {want}"
                    );
                }
            }
        }
    }

    /// Convolves an image window by window.
    fn whole(isa: IntegerIsa, depthwise: &Depthwise, input: &[f32]) -> Vec<i16> {
        let shape = depthwise.shape;
        let line = shape.width * shape.channels;
        let (out_height, out_width) = shape.output();
        let out_line = out_width * shape.channels;
        let mut out = vec![0; out_height * out_line];
        let mut image = RowPairs::default();
        image.begin(shape);
        let mut y = 0;
        while y < out_height {
            let fresh = image.advance(shape, y);
            let pixels = &input[fresh.start * line..fresh.end * line];
            let pixels: Vec<&[f32]> = pixels.chunks_exact(shape.channels).collect();
            for (at, pixel) in side_by_side(fresh.len(), shape.width).enumerate() {
                let (lanes, paired) = image.fresh_pixel(at);
                let high = paired && at % 2 == 1;
                for (lane, v) in lanes.iter_mut().zip(pixels[pixel]) {
                    let q = i32::from(RowPairs::rounded::<false>(*v));
                    *lane = if high { *lane | q << 16 } else { q };
                }
            }
            let end = image.outputs(shape);
            depthwise.run_at(isa, &image, y..end, &mut out[y * out_line..end * out_line]);
            y = end;
        }
        out
    }
}
