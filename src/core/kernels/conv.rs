//! Depthwise convolution over channels-last images.

use super::{madd, multi_target};

/// Channels that one pass keeps in registers.
const LANES: usize = 16;
/// Neighbouring outputs of a row that share each loaded weight.
const OUTPUTS: usize = 4;

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

#[inline(always)]
fn depthwise_row_body<const FMA: bool>(
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    shape: DepthwiseShape,
    y: usize,
    out: &mut [f32],
) {
    let DepthwiseShape {
        height,
        width,
        channels,
        kernel,
        stride,
    } = shape;
    let (_, pad_y) = DepthwiseShape::same(height, kernel, stride);
    let (out_width, pad_x) = DepthwiseShape::same(width, kernel, stride);
    let top = y * stride;
    // Taps whose input row lies inside the image.
    let first_tap = pad_y.saturating_sub(top);
    let last_tap = kernel.min(height + pad_y - top);
    let mut x = 0;
    while x < out_width {
        let count = OUTPUTS.min(out_width - x);
        let left = x * stride;
        let inside = left >= pad_x && left + (OUTPUTS - 1) * stride + kernel <= width + pad_x;
        let mut c = 0;
        while c < channels {
            let lanes = LANES.min(channels - c);
            let mut sums = [[0f32; LANES]; OUTPUTS];
            for sum in &mut sums {
                sum[..lanes].copy_from_slice(&bias[c..c + lanes]);
            }
            for tap_y in first_tap..last_tap {
                let row = &input[(top + tap_y - pad_y) * width * channels..][..width * channels];
                for tap_x in 0..kernel {
                    let w = &weights[(tap_y * kernel + tap_x) * channels + c..];
                    if inside && count == OUTPUTS && lanes == LANES {
                        let Some(w) = w.first_chunk::<LANES>() else {
                            break;
                        };
                        for (o, sum) in sums.iter_mut().enumerate() {
                            let at = (left + o * stride + tap_x - pad_x) * channels + c;
                            let Some(v) = row[at..].first_chunk::<LANES>() else {
                                break;
                            };
                            for i in 0..LANES {
                                sum[i] = madd::<FMA>(v[i], w[i], sum[i]);
                            }
                        }
                    } else {
                        for (o, sum) in sums.iter_mut().enumerate().take(count) {
                            let Some(column) = (left + o * stride + tap_x).checked_sub(pad_x)
                            else {
                                continue;
                            };
                            if column < width {
                                let v = &row[column * channels + c..][..lanes];
                                for ((s, v), w) in sum.iter_mut().zip(v).zip(w) {
                                    *s = madd::<FMA>(*v, *w, *s);
                                }
                            }
                        }
                    }
                }
            }
            for (o, sum) in sums.iter().enumerate().take(count) {
                let target = &mut out[(x + o) * channels + c..][..lanes];
                for (t, s) in target.iter_mut().zip(sum) {
                    *t = s.clamp(0.0, 6.0);
                }
            }
            c += lanes;
        }
        x += count;
    }
}

multi_target! {
    /// One output row `y` of a depthwise convolution with bias and ReLU6.
    ///
    /// `input` is height x width x channels, `weights` kernel x kernel x channels, `bias` channels,
    /// `out` output width x channels.
    pub fn depthwise_row(
        input: &[f32],
        weights: &[f32],
        bias: &[f32],
        shape: DepthwiseShape,
        y: usize,
        out: &mut [f32],
    ) => depthwise_row_body
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
                                let k = (ky * s.kernel + kx) * s.channels + c;
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

    #[test]
    fn depthwise_matches_the_definition() {
        for (height, width, channels, kernel, stride) in [
            (7, 9, 16, 3, 1),
            (8, 8, 24, 3, 2),
            (9, 13, 40, 5, 1),
            (10, 11, 17, 5, 2),
            (1, 1, 5, 3, 1),
            (2, 3, 33, 5, 2),
        ] {
            let shape = DepthwiseShape {
                height,
                width,
                channels,
                kernel,
                stride,
            };
            let wave = |n: usize, k: usize| -> Vec<f32> {
                (0..n)
                    .map(|i| ((i * k) % 101) as f32 / 50.0 - 0.8)
                    .collect()
            };
            let input = wave(height * width * channels, 37);
            let weights = wave(kernel * kernel * channels, 53);
            let bias = wave(channels, 11);
            let (out_height, out_width) = shape.output();
            let mut out = vec![0.0; out_height * out_width * channels];
            for (y, row) in out.chunks_exact_mut(out_width * channels).enumerate() {
                depthwise_row(&input, &weights, &bias, shape, y, row);
            }
            for (a, b) in out.iter().zip(reference(&input, &weights, &bias, shape)) {
                assert!((a - b).abs() < 1e-4, "{shape:?}: {a}, not {b}");
            }
        }
    }
}
