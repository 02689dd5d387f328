//! Matrix products with packed weights, and epilogues applied while the accumulators are in registers.

use super::math::{Activation, activate_row};
use super::{PANEL, SimdLevel, TILE_ROWS, multi_target};
use crate::engine::inference::cpu::{microkernel, prefetch};

/// Operation fused after a matrix product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GemmEpilogue {
    /// Adds the bias, applies the activation function and overwrites the output.
    Activate(Activation),
    /// Adds the bias and accumulates into the output, as for a residual connection.
    Add,
}

/// A weight matrix and a bias, packed into panels of 64 outputs, each with the inputs in order.
#[derive(Clone, Debug)]
pub struct PackedF32 {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// panels x inputs x 64, zero-padded beyond the last output.
    values: Vec<f32>,
    /// One value per output, padded to whole panels.
    bias: Vec<f32>,
}

impl PackedF32 {
    /// Packs a weight, outputs x inputs, and a bias with one value per output.
    #[must_use]
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len().checked_div(outputs).unwrap_or_default();
        let width = outputs.next_multiple_of(PANEL);
        let mut values = vec![0f32; width * inputs];
        for (output, row) in weight.chunks_exact(inputs.max(1)).enumerate() {
            let panel = &mut values[output / PANEL * PANEL * inputs..];
            for (value, to) in row.iter().zip(panel.chunks_exact_mut(PANEL)) {
                to[output % PANEL] = *value;
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(width, 0.0);
        Self {
            inputs,
            outputs,
            values,
            bias,
        }
    }
}

/// Applies the epilogue to one row of a panel's accumulators; the output row may be shorter than a panel.
#[inline(always)]
pub(super) fn finish<const FMA: bool>(
    sums: &[f32; PANEL],
    bias: &[f32; PANEL],
    then: GemmEpilogue,
    out: &mut [f32],
) {
    // The length of a whole panel is known at compile time, so its loop has no tail.
    match out.as_mut_array::<PANEL>() {
        Some(whole) => finish_any::<FMA>(sums, bias, then, whole),
        None => finish_any::<FMA>(sums, bias, then, out),
    }
}

#[inline(always)]
fn finish_any<const FMA: bool>(sums: &[f32], bias: &[f32], then: GemmEpilogue, out: &mut [f32]) {
    match then {
        GemmEpilogue::Activate(kind) => activate_row::<FMA>(sums, bias, kind, out),
        GemmEpilogue::Add => {
            for ((out, sum), bias) in out.iter_mut().zip(sums).zip(bias) {
                *out += sum + bias;
            }
        }
    }
}

/// Number of inputs to accumulate before moving on to the next panel, for epilogues that can accumulate into the
/// output. A slice of a panel of this depth stays in a core's private cache while all rows are processed.
const DEPTH: usize = 1024;

/// A slice of one panel along the inputs.
struct PanelSlice<'a> {
    /// inputs x 64.
    values: &'a [f32],
    /// Index of the first input.
    first: usize,
    /// Index of the first output.
    column: usize,
    bias: &'a [f32; PANEL],
    /// The weights that are read next.
    next: &'a [f32],
}

impl PackedF32 {
    /// `out = then(a W^T + b)`, rows x inputs to rows x outputs.
    pub fn multiply(&self, a: &[f32], then: GemmEpilogue, out: &mut [f32]) {
        self.multiply_at(SimdLevel::detect(), a, then, out);
    }

    fn multiply_at(&self, level: SimdLevel, a: &[f32], then: GemmEpilogue, out: &mut [f32]) {
        let depth = if then == GemmEpilogue::Add {
            DEPTH
        } else {
            self.inputs
        };
        let panels = self.values.chunks_exact((PANEL * self.inputs).max(1));
        let biases = self.bias.as_chunks::<PANEL>().0;
        let mut rest = &self.values[..];
        for (at, (panel, bias)) in panels.zip(biases).enumerate() {
            for (block, values) in panel.chunks(PANEL * depth).enumerate() {
                rest = &rest[values.len()..];
                let part = PanelSlice {
                    values,
                    first: block * depth,
                    column: at * PANEL,
                    // The bias must be added only once.
                    bias: match block {
                        0 => bias,
                        _ => &[0f32; PANEL],
                    },
                    next: &rest[..values.len().min(rest.len())],
                };
                self.multiply_part(level, a, &part, then, out);
            }
        }
    }

    fn multiply_part(
        &self,
        level: SimdLevel,
        a: &[f32],
        part: &PanelSlice<'_>,
        then: GemmEpilogue,
        out: &mut [f32],
    ) {
        let rows = out.len() / self.outputs;
        let mut row = 0;
        while row < rows {
            let a = &a[row * self.inputs + part.first..];
            let out = &mut out[row * self.outputs..];
            let prefetched = prefetch::share(part.next, row, rows);
            // Several tile heights, so that no padding rows are computed.
            row += match rows - row {
                1 => self.tile::<1>(level, a, part, prefetched, then, out),
                2 | 3 => self.tile::<2>(level, a, part, prefetched, then, out),
                4 | 5 => self.tile::<4>(level, a, part, prefetched, then, out),
                // Few columns leave registers for more rows.
                12.. if self.outputs <= 16 => {
                    self.tile::<12>(level, a, part, prefetched, then, out)
                }
                _ => self.tile::<TILE_ROWS>(level, a, part, prefetched, then, out),
            };
        }
    }

    /// Multiplies `R` rows by one slice of a panel; returns `R`.
    fn tile<const R: usize>(
        &self,
        level: SimdLevel,
        a: &[f32],
        part: &PanelSlice<'_>,
        prefetched: &[f32],
        then: GemmEpilogue,
        out: &mut [f32],
    ) -> usize {
        let depth = part.values.len() / PANEL;
        let rows: [&[f32]; R] = std::array::from_fn(|r| &a[r * self.inputs..][..depth]);
        let width = PANEL.min(self.outputs - part.column);
        let mut sums = [[0f32; PANEL]; R];
        microkernel::tile(level, rows, part.values, prefetched, width, &mut sums);
        finish_rows(&sums, part.bias, part.column, self.outputs, then, out);
        R
    }
}

#[inline(always)]
fn finish_rows_body<const FMA: bool>(
    sums: &[[f32; PANEL]],
    bias: &[f32; PANEL],
    column: usize,
    outputs: usize,
    then: GemmEpilogue,
    out: &mut [f32],
) {
    let width = PANEL.min(outputs - column);
    for (sums, out) in sums.iter().zip(out.chunks_mut(outputs)) {
        finish::<FMA>(sums, bias, then, &mut out[column..][..width]);
    }
}

multi_target! {
    /// Applies the epilogue to a tile's accumulators and writes them to the output rows, starting at `column`.
    fn finish_rows(
        sums: &[[f32; PANEL]],
        bias: &[f32; PANEL],
        column: usize,
        outputs: usize,
        then: GemmEpilogue,
        out: &mut [f32],
    ) => finish_rows_body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_values(n: usize, step: usize) -> Vec<f32> {
        let value = |i: usize| ((i * step) % 103) as f32 / 51.0 - 1.0;
        (0..n).map(value).collect()
    }

    #[test]
    fn products_match_the_plain_sums_for_any_sizes() {
        for (rows, inputs, outputs) in [
            (1, 3, 1),
            (2, 40, 64),
            (7, 384, 70),
            (13, 5, 200),
            (3, 2500, 65),
            (8, 9, 24),
            (8, 9, 48),
            (29, 77, 10),
        ] {
            let (a, weight, bias) = (
                test_values(rows * inputs, 37),
                test_values(inputs * outputs, 61),
                test_values(outputs, 7),
            );
            let panels = PackedF32::new(&weight, &bias);
            let before = test_values(rows * outputs, 11);
            for then in [GemmEpilogue::Add, GemmEpilogue::Activate(Activation::Relu6)] {
                for level in SimdLevel::available() {
                    let mut out = before.clone();
                    panels.multiply_at(level, &a, then, &mut out);
                    for (at, got) in out.iter().enumerate() {
                        let (row, column) = (at / outputs, at % outputs);
                        let pairs = a[row * inputs..][..inputs]
                            .iter()
                            .zip(&weight[column * inputs..]);
                        let sum: f32 = pairs.map(|(x, w)| x * w).sum::<f32>() + bias[column];
                        let want = match then {
                            GemmEpilogue::Add => before[at] + sum,
                            GemmEpilogue::Activate(_) => sum.clamp(0.0, 6.0),
                        };
                        assert!(
                            (got - want).abs() < 2e-3,
                            "{level:?} {rows} x {inputs} x {outputs}"
                        );
                    }
                }
            }
        }
    }
}
