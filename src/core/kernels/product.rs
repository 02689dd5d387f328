//! Products of rows with a weight matrix that was laid out beforehand, and what follows a product while its
//! sums are still in registers.

use super::math::{Activation, activate_row};
use super::{madd, multi_target};

/// Columns of a panel.
pub const PANEL: usize = 64;

/// What becomes of the sums of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The bias is added and the activation applied; the result replaces what was there.
    Activate(Activation),
    /// The bias is added, and all of it to what was there: a skip connection.
    Add,
}

/// A weight matrix and a bias, laid out for products: panels of 64 outputs, in each the inputs one after another.
#[derive(Clone, Debug)]
pub struct FloatPanels {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// panels x inputs x 64, zeros beyond the last output.
    values: Vec<f32>,
    /// One for each output, padded to whole panels.
    bias: Vec<f32>,
}

impl FloatPanels {
    /// From a weight of outputs x inputs and a bias of outputs.
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

    /// `out = then(a W^T + b)` for rows x inputs into rows x outputs.
    pub fn multiply(&self, a: &[f32], then: Then, out: &mut [f32]) {
        multiply(a, self, then, out);
    }
}

/// One tile: `depth` values of `R` rows, which are `stride` apart, with `N` columns from `b` on; returns the sums.
#[inline(always)]
fn tile<const FMA: bool, const R: usize, const N: usize>(
    a: &[f32],
    stride: usize,
    depth: usize,
    b: &[f32],
) -> [[f32; N]; R] {
    let rows: [&[f32]; R] = std::array::from_fn(|r| &a[r * stride..][..depth]);
    let mut sums = [[0f32; N]; R];
    for (k, row) in b.chunks(PANEL).take(depth).enumerate() {
        let Some(row) = row.first_chunk::<N>() else {
            break;
        };
        for (sums, a) in sums.iter_mut().zip(rows) {
            let factor = a[k];
            for i in 0..N {
                sums[i] = madd::<FMA>(factor, row[i], sums[i]);
            }
        }
    }
    sums
}

/// Ends a product: one row of sums with its bias into one row of results, which may be shorter.
#[inline(always)]
pub(super) fn finish<const FMA: bool>(sums: &[f32], bias: &[f32], then: Then, out: &mut [f32]) {
    match then {
        Then::Activate(kind) => activate_row::<FMA>(sums, bias, kind, out),
        Then::Add => {
            for ((out, sum), bias) in out.iter_mut().zip(sums).zip(bias) {
                *out += sum + bias;
            }
        }
    }
}

/// Inputs that are summed before the next panel's turn, where sums can be added to what is there: so much of a panel
/// stays in a core's own cache while all rows pass.
const DEPTH: usize = 1024;

#[inline(always)]
fn multiply_body<const FMA: bool, const N: usize>(
    a: &[f32],
    weights: &FloatPanels,
    then: Then,
    out: &mut [f32],
) {
    let FloatPanels {
        inputs, outputs, ..
    } = *weights;
    let rows = out.len() / outputs.max(1);
    let depth = if then == Then::Add { DEPTH } else { inputs };
    let panels = weights.values.chunks_exact((PANEL * inputs).max(1));
    for (at, panel) in panels.enumerate() {
        for (block, panel) in panel.chunks(PANEL * depth).enumerate() {
            let first = block * depth;
            let depth = panel.len() / PANEL;
            for part in (0..PANEL).step_by(N) {
                let column = at * PANEL + part;
                if column >= outputs {
                    break;
                }
                let b = &panel[part..];
                // The bias is added once.
                let bias = match block {
                    0 => &weights.bias[column..][..N],
                    _ => &[0f32; N],
                };
                let width = N.min(outputs - column);
                let mut row = 0;
                // A few sizes of tiles, so that no row is computed in vain.
                macro_rules! take {
                    ($rows:literal) => {{
                        let a = &a[row * inputs + first..];
                        let sums = tile::<FMA, $rows, N>(a, inputs, depth, b);
                        for (r, sums) in sums.iter().enumerate() {
                            let out = &mut out[(row + r) * outputs + column..][..width];
                            finish::<FMA>(sums, bias, then, out);
                        }
                        row += $rows;
                    }};
                }
                while row < rows {
                    match rows - row {
                        1 => take!(1),
                        2 | 3 => take!(2),
                        4 | 5 => take!(4),
                        _ => take!(6),
                    }
                }
            }
        }
    }
}

multi_target! {
    /// `out = then(a W^T + b)`, for `a` of rows x inputs and `out` of rows x outputs.
    fn multiply(a: &[f32], weights: &FloatPanels, then: Then, out: &mut [f32]) => multiply_body, by columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, step: usize) -> Vec<f32> {
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
        ] {
            let (a, weight, bias) = (
                wave(rows * inputs, 37),
                wave(inputs * outputs, 61),
                wave(outputs, 7),
            );
            let panels = FloatPanels::new(&weight, &bias);
            let before = wave(rows * outputs, 11);
            for then in [Then::Add, Then::Activate(Activation::Relu6)] {
                let mut out = before.clone();
                panels.multiply(&a, then, &mut out);
                for (at, got) in out.iter().enumerate() {
                    let (row, column) = (at / outputs, at % outputs);
                    let pairs = a[row * inputs..][..inputs]
                        .iter()
                        .zip(&weight[column * inputs..]);
                    let sum: f32 = pairs.map(|(x, w)| x * w).sum::<f32>() + bias[column];
                    let want = match then {
                        Then::Add => before[at] + sum,
                        Then::Activate(_) => sum.clamp(0.0, 6.0),
                    };
                    assert!((got - want).abs() < 2e-3, "{rows} x {inputs} x {outputs}");
                }
            }
        }
    }
}
