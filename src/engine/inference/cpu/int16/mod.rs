//! int16 matrix products: weights with one scale per output, activations with one scale per row, 32-bit accumulators.
//!
//! Twice as fast as f32 where the processor accumulates pairs of products, and accurate enough for networks that int8
//! would affect visibly. Activations are quantised as `x = scale * q` with |q| <= [`MAX_QUANTISED`]; the weights of an
//! output are scaled so that no sum of products can overflow.

mod epilogue;

use super::{IntegerIsa, RowPairs, TILE_ROWS, madd, multi_target, side_by_side};
use crate::engine::inference::cpu::PANEL;
use crate::engine::inference::cpu::packed_gemm::GemmEpilogue;
use crate::engine::inference::cpu::prefetch;
use epilogue::Int16Columns;

/// Maximum magnitude of a quantised activation: 13 bits and a sign.
pub const MAX_QUANTISED: f32 = 8191.0;

/// Rows of the largest tile.
const MAX_ROWS: usize = 12;

/// Number of values processed together by epilogue and quantisation.
const LANES: usize = 16;

/// An int16 weight matrix, packed into panels, and its bias.
#[derive(Clone, Debug)]
pub struct PackedI16 {
    inputs: usize,
    outputs: usize,
    isa: IntegerIsa,
    /// panels x (depth / 2) x 64 x 2: two inputs of an output are adjacent.
    values: Vec<i16>,
    /// Weight scale of each output, padded to whole panels.
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Quantised activations.
#[derive(Clone, Debug, Default)]
pub struct Int16Rows {
    /// At least rows x depth, where depth is the number of inputs rounded up to an even number; zero-padded.
    values: Vec<i16>,
    /// One scale per row.
    scales: Vec<f32>,
}

/// Length of a row in memory.
fn depth(inputs: usize) -> usize {
    inputs.next_multiple_of(2)
}

impl PackedI16 {
    /// Packs a weight, outputs x inputs, and a bias for the processor's best instruction set.
    #[must_use]
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        Self::for_isa(IntegerIsa::detect(), weight, bias)
    }

    fn for_isa(isa: IntegerIsa, weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len().checked_div(outputs).unwrap_or_default();
        let width = outputs.next_multiple_of(PANEL);
        let mut panels = Self {
            inputs,
            outputs,
            isa,
            values: vec![0; width * depth(inputs)],
            scales: vec![0.0; width],
            bias: bias.to_vec(),
        };
        panels.bias.resize(width, 0.0);
        for (output, row) in weight.chunks_exact(inputs.max(1)).enumerate() {
            let scale = weight_scale(row);
            for (input, weight) in row.iter().enumerate() {
                let at = panels.place(output, input);
                panels.values[at] = rounded::<false>(weight / scale, 1.0);
            }
            panels.scales[output] = scale;
        }
        panels
    }

    fn place(&self, output: usize, input: usize) -> usize {
        let panel = output / PANEL * PANEL * depth(self.inputs);
        panel + (input / 2 * PANEL + output % PANEL) * 2 + input % 2
    }

    /// Number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// `out = then(a W^T + b)`, rows x inputs to rows x outputs.
    pub fn multiply(&self, rows: &Int16Rows, then: GemmEpilogue, out: &mut [f32]) {
        self.each_tile(rows, |row, sums, scales, columns| {
            let out = &mut out[row * self.outputs..];
            epilogue::finish_rows(sums, scales, columns, then, out);
        });
    }

    /// `out = relu6(a W^T + b)` for the pixels of the rows that were added to the window last.
    pub fn multiply_pairs(&self, pixels: &Int16Rows, out: &mut RowPairs) {
        self.each_tile(pixels, |pixel, sums, scales, columns| {
            epilogue::finish_pixels(sums, scales, columns, pixel, out);
        });
    }

    /// Calls `end` for each tile with its first row, accumulators, row scales and the panel's columns.
    fn each_tile(
        &self,
        rows: &Int16Rows,
        mut end: impl FnMut(usize, &[[i32; PANEL]], &[f32], &Int16Columns<'_>),
    ) {
        let depth = depth(self.inputs);
        let mut sums = [[0i32; PANEL]; MAX_ROWS];
        let panels = self.values.chunks_exact((PANEL * depth).max(1));
        let following = panels.clone().skip(1).chain([&[][..]]);
        let count = rows.scales.len();
        for (at, (panel, next)) in panels.zip(following).enumerate() {
            let first = at * PANEL;
            let columns = Int16Columns {
                scales: &self.scales[first..][..PANEL],
                bias: &self.bias[first..][..PANEL],
                first,
                outputs: self.outputs,
            };
            let width = columns.width();
            let mut row = 0;
            while row < count {
                let a = &rows.values[row * depth..];
                let scales = &rows.scales[row..];
                let weights = (panel, prefetch::share(next, row, count));
                // Several tile heights avoid computing padding rows; few columns leave registers for more rows.
                let taken = match scales.len() {
                    1 => self.sum::<1>(a, weights, width, &mut sums),
                    2 | 3 => self.sum::<2>(a, weights, width, &mut sums),
                    4 | 5 => self.sum::<4>(a, weights, width, &mut sums),
                    12.. if width <= 32 => self.sum::<12>(a, weights, width, &mut sums),
                    8.. if width <= 48 => self.sum::<8>(a, weights, width, &mut sums),
                    _ => self.sum::<TILE_ROWS>(a, weights, width, &mut sums),
                };
                end(row, &sums[..taken], scales, &columns);
                row += taken;
            }
        }
    }

    /// Multiplies `R` rows by the first columns of one panel while prefetching another; returns `R`.
    fn sum<const R: usize>(
        &self,
        a: &[i16],
        (panel, prefetched): (&[i16], &[i16]),
        width: usize,
        sums: &mut [[i32; PANEL]; MAX_ROWS],
    ) -> usize {
        let depth = depth(self.inputs);
        let rows = std::array::from_fn(|r| &a[r * depth..][..depth]);
        if let Some(sums) = sums.first_chunk_mut::<R>() {
            self.isa.sum_shorts(rows, panel, prefetched, width, sums);
        }
        R
    }
}

/// Weight scale of an output for which neither the weights nor the sums of products overflow.
pub(super) fn weight_scale(row: &[f32]) -> f32 {
    let peak = row.iter().fold(0f32, |peak, w| peak.max(w.abs()));
    let total: f32 = row.iter().map(|w| w.abs()).sum();
    // Rounding may add one half to each weight.
    let headroom = i32::MAX as f32 / MAX_QUANTISED - row.len() as f32;
    let scale = (peak / f32::from(i16::MAX)).max(total / headroom);
    // Any scale represents a row of zeros.
    if scale > 0.0 { scale } else { 1.0 }
}

impl Int16Rows {
    /// Rows with a common scale, to be filled by the caller: rows x depth.
    pub fn with_scale(&mut self, rows: usize, inputs: usize, scale: f32) -> &mut [i16] {
        self.scales.clear();
        self.scales.resize(rows, scale);
        self.headroom(rows * depth(inputs))
    }

    /// Quantises rows x inputs, each with its own scale.
    pub fn fill(&mut self, a: &[f32], inputs: usize) {
        self.fill_in_order(
            a,
            inputs,
            0..a.len().checked_div(inputs).unwrap_or_default(),
        );
    }

    /// Quantises an image, height x width x inputs, in the pixel order of [`RowPairs`].
    pub fn fill_pairs(&mut self, a: &[f32], width: usize, inputs: usize) {
        let height = a.len().checked_div(width * inputs).unwrap_or_default();
        self.fill_in_order(a, inputs, side_by_side(height, width));
    }

    fn fill_in_order(&mut self, a: &[f32], inputs: usize, order: impl Iterator<Item = usize>) {
        let mut scales = std::mem::take(&mut self.scales);
        scales.clear();
        let rows = a.len().checked_div(inputs).unwrap_or_default();
        let values = self.headroom(rows * depth(inputs));
        for (row, to) in order.zip(values.chunks_exact_mut(depth(inputs).max(1))) {
            let (to, beyond) = to.split_at_mut(inputs);
            beyond.fill(0);
            let mut scale = 0.0;
            quantise(&a[row * inputs..][..inputs], to, &mut scale);
            scales.push(scale);
        }
        self.scales = scales;
    }

    /// The first `len` values, which may contain old data.
    fn headroom(&mut self, len: usize) -> &mut [i16] {
        if self.values.len() < len {
            self.values.resize(len, 0);
        }
        &mut self.values[..len]
    }
}

#[inline(always)]
fn quantise_body<const FMA: bool>(row: &[f32], out: &mut [i16], scale: &mut f32) {
    // The bits of magnitudes sort like the values, with NaN last, so that damage is not hidden.
    let magnitudes = row.iter().map(|v| v.abs().to_bits());
    let peak = f32::from_bits(magnitudes.fold(f32::MIN_POSITIVE.to_bits(), u32::max));
    let inverse = MAX_QUANTISED / peak;
    for (out, v) in out.iter_mut().zip(row) {
        *out = rounded::<FMA>(*v, inverse);
    }
    *scale = peak / MAX_QUANTISED;
}

/// The integer nearest to `v * factor`, which must fit in 16 bits.
#[inline(always)]
pub(super) fn rounded<const FMA: bool>(v: f32, factor: f32) -> i16 {
    /// Adding it rounds to the nearest integer and leaves the integer in the low mantissa bits.
    const ROUND: f32 = 12_582_912.0;
    madd::<FMA>(v, factor, ROUND).to_bits() as i16
}

multi_target! {
    /// Quantises a row to integers q, with the scale for which `scale * q` is closest.
    fn quantise(row: &[f32], out: &mut [i16], scale: &mut f32) => quantise_body
}

#[cfg(test)]
mod tests {
    use super::super::{Activation, pseudorandom};
    use super::*;

    fn noise(n: usize, seed: u32) -> Vec<f32> {
        pseudorandom(seed).take(n).collect()
    }

    const PLAIN: GemmEpilogue = GemmEpilogue::Activate(Activation::None);

    #[test]
    fn every_unit_sums_bit_by_bit_like_the_definition() {
        for (rows, inputs, outputs) in [
            (1, 2, 1),
            (3, 7, 64),
            (29, 200, 90),
            (14, 48, 40),
            (6, 1248, 64),
        ] {
            let (a, weight) = (noise(rows * inputs, 1), noise(outputs * inputs, 2));
            let mut quantised = Int16Rows::default();
            quantised.fill(&a, inputs);
            let product = |isa| {
                let panels = PackedI16::for_isa(isa, &weight, &vec![0.5; outputs]);
                let mut out = vec![0f32; rows * outputs];
                panels.multiply(&quantised, PLAIN, &mut out);
                out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let want = product(IntegerIsa::Portable);
            for isa in IntegerIsa::available() {
                assert!(
                    product(isa) == want,
                    "{isa:?} {rows} x {inputs} x {outputs}"
                );
            }
        }
    }

    #[test]
    fn sums_of_the_largest_values_fit() {
        let inputs = 5000;
        let mut rows = Int16Rows::default();
        rows.fill(&vec![1.0; inputs], inputs);
        for weight in [vec![1.0; inputs], vec![-3.0; inputs]] {
            let panels = PackedI16::new(&weight, &[0.0]);
            let mut out = [0f32];
            panels.multiply(&rows, PLAIN, &mut out);
            let want = weight.iter().sum::<f32>();
            assert!((out[0] / want - 1.0).abs() < 0.01, "{} for {want}", out[0]);
        }
    }

    #[test]
    fn products_are_near_those_in_full_precision() {
        let (rows, inputs, outputs) = (9, 501, 70);
        let (a, weight) = (noise(rows * inputs, 3), noise(outputs * inputs, 4));
        let bias = noise(outputs, 5);
        let float = super::super::PackedF32::new(&weight, &bias);
        let panels = PackedI16::new(&weight, &bias);
        let mut quantised = Int16Rows::default();
        quantised.fill(&a, inputs);
        let kinds = [
            Activation::None,
            Activation::Relu6,
            Activation::QuickGelu,
            Activation::Gelu,
            Activation::GeluTanh,
        ];
        for then in kinds
            .map(GemmEpilogue::Activate)
            .into_iter()
            .chain([GemmEpilogue::Add])
        {
            let mut want = noise(rows * outputs, 6);
            let mut got = want.clone();
            float.multiply(&a, then, &mut want);
            panels.multiply(&quantised, then, &mut got);
            let error: f32 = want.iter().zip(&got).map(|(a, b)| (a - b).powi(2)).sum();
            let size: f32 = want.iter().map(|a| a.powi(2)).sum();
            let error = (error / size).sqrt();
            assert!(error < 1e-3, "{then:?}: {error}");
        }
    }

    #[test]
    fn damage_is_not_hidden() {
        let panels = PackedI16::new(&[1.0, 2.0, 3.0], &[10.0]);
        let (mut rows, mut out) = (Int16Rows::default(), [0f32]);
        rows.fill(&[0.0, f32::NAN, 1.0], 3);
        panels.multiply(&rows, PLAIN, &mut out);
        assert!(out[0].is_nan());
        rows.fill(&[0.0; 3], 3);
        panels.multiply(&rows, PLAIN, &mut out);
        assert!((out[0] - 10.0).abs() < 1e-6);
    }
}
