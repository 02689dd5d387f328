//! int8 matrix products: weights with one scale per output, activations with a scale and offset per row, 32-bit
//! accumulators.
//!
//! Activations are quantised as `x = scale * q + offset` with q in 0..=255, weights as `w = scale * q` with q in
//! -127..=127. The product is `scale_x scale_w (q_x . q_w) + offset scale_w (sum of q_w)`, where only `q_x . q_w`
//! depends on both operands; it is computed exactly.

use super::int16::rounded;
use super::{IntegerIsa, TILE_ROWS, madd, multi_target};
use crate::engine::inference::cpu::PANEL;
use crate::engine::inference::cpu::packed_gemm::{GemmEpilogue, finish};
use crate::engine::inference::cpu::prefetch;

/// An int8 weight matrix, packed into panels, and its bias.
#[derive(Clone, Debug)]
pub struct PackedI8 {
    inputs: usize,
    outputs: usize,
    /// Number of inputs, rounded up to a multiple of four.
    depth: usize,
    isa: IntegerIsa,
    /// panels x (depth / 4) x 64 x 4: four inputs of an output are adjacent.
    values: Vec<i8>,
    /// Weight scale of each output, padded to whole panels.
    scales: Vec<f32>,
    /// scale x (sum of q) of each output.
    sums: Vec<f32>,
    bias: Vec<f32>,
}

/// A product that reaches the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductAbove {
    /// Index of the row.
    pub row: usize,
    /// Index of the output.
    pub output: usize,
    /// The product.
    pub product: f32,
}

/// Quantised activations.
#[derive(Clone, Debug, Default)]
pub struct Int8Rows {
    /// rows x depth, zero-padded beyond the inputs.
    values: Vec<u8>,
    /// Scale and offset of each row.
    ranges: Vec<(f32, f32)>,
}

impl PackedI8 {
    /// Packs a weight, outputs x inputs, and a bias for the processor's best instruction set.
    #[must_use]
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        Self::for_isa(IntegerIsa::detect(), weight, bias)
    }

    /// `W (x - centre) + b` for byte inputs x. The effect of a weight's quantisation error is then proportional to an
    /// input's distance from the centre, not from 0.
    #[must_use]
    pub fn around(weight: &[f32], bias: &[f32], centre: &[f32]) -> Self {
        let mut panels = Self::new(weight, bias);
        for output in 0..panels.outputs {
            let kept = (0..panels.inputs).map(|input| panels.values[panels.place(output, input)]);
            let shift: f32 = kept.zip(centre).map(|(q, c)| f32::from(q) * c).sum();
            panels.bias[output] -= panels.scales[output] * shift;
        }
        panels
    }

    /// Like [`Self::new`], for a given instruction set.
    fn for_isa(isa: IntegerIsa, weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len().checked_div(outputs).unwrap_or_default();
        let depth = inputs.next_multiple_of(4);
        let width = outputs.next_multiple_of(PANEL);
        let mut panels = Self {
            inputs,
            outputs,
            depth,
            isa,
            values: vec![0; width * depth],
            scales: vec![0.0; width],
            sums: vec![0.0; width],
            bias: bias.to_vec(),
        };
        panels.bias.resize(width, 0.0);
        let limit = isa.weight_limit();
        for (output, row) in weight.chunks_exact(inputs.max(1)).enumerate() {
            let peak = row.iter().fold(0f32, |peak, w| peak.max(w.abs()));
            // Any scale represents a row of zeros.
            let scale = if peak > 0.0 { peak / limit } else { 1.0 };
            let mut sum = 0i32;
            for (input, weight) in row.iter().enumerate() {
                let q = rounded::<false>(weight / scale, 1.0) as i8;
                sum += i32::from(q);
                let at = panels.place(output, input);
                panels.values[at] = q;
            }
            panels.scales[output] = scale;
            panels.sums[output] = scale * sum as f32;
        }
        panels
    }

    fn place(&self, output: usize, input: usize) -> usize {
        let panel = output / PANEL * PANEL * self.depth;
        panel + (input / 4 * PANEL + output % PANEL) * 4 + input % 4
    }

    /// `out = then(a W^T + b)`, rows x inputs to rows x outputs; `rows` is scratch memory.
    pub fn multiply(&self, a: &[f32], then: GemmEpilogue, rows: &mut Int8Rows, out: &mut [f32]) {
        rows.fill(a, self.inputs);
        self.multiply_rows(rows, then, out);
    }

    /// The same for rows that are already bytes, such as pixels, and need no quantisation.
    pub fn multiply_bytes(
        &self,
        a: &[u8],
        then: GemmEpilogue,
        rows: &mut Int8Rows,
        out: &mut [f32],
    ) {
        rows.fill_bytes(a, self.inputs);
        self.multiply_rows(rows, then, out);
    }

    fn multiply_rows(&self, rows: &Int8Rows, then: GemmEpilogue, out: &mut [f32]) {
        let panels = self.values.chunks_exact(PANEL * self.depth);
        let following = panels.clone().skip(1).chain([&[][..]]);
        let count = rows.ranges.len();
        for (at, (panel, next)) in panels.zip(following).enumerate() {
            let columns = self.columns(at);
            let mut row = 0;
            while row < count {
                let a = &rows.values[row * self.depth..];
                let ranges = &rows.ranges[row..];
                let out = &mut out[row * self.outputs..];
                let weights = (panel, prefetch::share(next, row, count));
                // Several tile heights, so that no padding rows are computed.
                row += match count - row {
                    1 => self.tile::<1>(a, weights, &columns, ranges, then, out),
                    2 | 3 => self.tile::<2>(a, weights, &columns, ranges, then, out),
                    4 | 5 => self.tile::<4>(a, weights, &columns, ranges, then, out),
                    _ => self.tile::<TILE_ROWS>(a, weights, &columns, ranges, then, out),
                };
            }
        }
    }

    /// Appends the products `a W^T + b` that are at least `threshold` to `found`. The other products are not stored,
    /// so that memory is proportional to the number of similar pairs.
    pub fn products_above(
        &self,
        a: &[f32],
        threshold: f32,
        rows: &mut Int8Rows,
        found: &mut Vec<ProductAbove>,
    ) {
        rows.fill(a, self.inputs);
        let panels = self.values.chunks_exact(PANEL * self.depth);
        let following = panels.clone().skip(1).chain([&[][..]]);
        let count = rows.ranges.len();
        for (at, (panel, next)) in panels.zip(following).enumerate() {
            let mut row = 0;
            while row < count {
                let weights = (panel, prefetch::share(next, row, count));
                row += match count - row {
                    1 => self.tile_products_above::<1>(rows, row, at, weights, threshold, found),
                    2 | 3 => {
                        self.tile_products_above::<2>(rows, row, at, weights, threshold, found)
                    }
                    4 | 5 => {
                        self.tile_products_above::<4>(rows, row, at, weights, threshold, found)
                    }
                    _ => self
                        .tile_products_above::<TILE_ROWS>(rows, row, at, weights, threshold, found),
                };
            }
        }
    }

    /// Like [`Self::tile`], but keeps only products that reach the threshold.
    fn tile_products_above<const R: usize>(
        &self,
        rows: &Int8Rows,
        row: usize,
        panel: usize,
        (weights, prefetched): (&[i8], &[i8]),
        threshold: f32,
        found: &mut Vec<ProductAbove>,
    ) -> usize {
        let bytes = std::array::from_fn(|r| &rows.values[(row + r) * self.depth..][..self.depth]);
        let columns = self.columns(panel);
        let width = PANEL.min(self.outputs - columns.first);
        let mut sums = [[0i32; PANEL]; R];
        self.isa
            .sum_bytes(bytes, weights, prefetched, width, &mut sums);
        let ranges = &rows.ranges[row..];
        let reached = rows_reaching(&sums, ranges, &columns, threshold);
        for r in (0..R).filter(|r| reached & (1 << r) != 0) {
            let mut products = [0f32; PANEL];
            dequantise(&sums[r], ranges[r], &columns, &mut products);
            let products = products[..width].iter().enumerate();
            let above = products.filter(|(_, product)| **product >= threshold);
            found.extend(above.map(|(output, product)| ProductAbove {
                row: row + r,
                output: columns.first + output,
                product: *product,
            }));
        }
        R
    }

    fn columns(&self, panel: usize) -> Int8Columns<'_> {
        Int8Columns {
            scales: of_panel(&self.scales, panel),
            sums: of_panel(&self.sums, panel),
            bias: of_panel(&self.bias, panel),
            first: panel * PANEL,
            outputs: self.outputs,
        }
    }

    /// Multiplies `R` rows by one panel while prefetching the next one; returns `R`.
    fn tile<const R: usize>(
        &self,
        a: &[u8],
        (panel, prefetched): (&[i8], &[i8]),
        columns: &Int8Columns<'_>,
        ranges: &[(f32, f32)],
        then: GemmEpilogue,
        out: &mut [f32],
    ) -> usize {
        let rows = std::array::from_fn(|r| &a[r * self.depth..][..self.depth]);
        let mut sums = [[0i32; PANEL]; R];
        let width = PANEL.min(self.outputs - columns.first);
        self.isa
            .sum_bytes(rows, panel, prefetched, width, &mut sums);
        finish_rows(&sums, ranges, columns, then, out);
        R
    }
}

/// The panel's part of per-output values.
fn of_panel(values: &[f32], panel: usize) -> &[f32; PANEL] {
    &values.as_chunks().0[panel]
}

/// Dequantisation parameters of a panel's columns.
struct Int8Columns<'a> {
    scales: &'a [f32; PANEL],
    sums: &'a [f32; PANEL],
    bias: &'a [f32; PANEL],
    first: usize,
    outputs: usize,
}

#[inline(always)]
fn finish_rows_body<const FMA: bool>(
    sums: &[[i32; PANEL]],
    ranges: &[(f32, f32)],
    columns: &Int8Columns<'_>,
    then: GemmEpilogue,
    out: &mut [f32],
) {
    let width = PANEL.min(columns.outputs - columns.first);
    let rows = out.chunks_mut(columns.outputs);
    for ((sums, (scale, offset)), out) in sums.iter().zip(ranges).zip(rows) {
        let mut real = [0f32; PANEL];
        for i in 0..PANEL {
            let sum = sums[i] as f32 * columns.scales[i];
            real[i] = madd::<FMA>(sum, *scale, offset * columns.sums[i]);
        }
        let out = &mut out[columns.first..][..width];
        finish::<FMA>(&real, columns.bias, then, out);
    }
}

multi_target! {
    /// Dequantises accumulators and applies the epilogue.
    fn finish_rows(
        sums: &[[i32; PANEL]],
        ranges: &[(f32, f32)],
        columns: &Int8Columns<'_>,
        then: GemmEpilogue,
        out: &mut [f32],
    ) => finish_rows_body
}

#[inline(always)]
fn product<const FMA: bool>(
    sum: i32,
    (scale, offset): (f32, f32),
    columns: &Int8Columns<'_>,
    i: usize,
) -> f32 {
    let sum = sum as f32 * columns.scales[i];
    madd::<FMA>(sum, scale, offset * columns.sums[i]) + columns.bias[i]
}

#[inline(always)]
fn dequantise_body<const FMA: bool>(
    sums: &[i32; PANEL],
    range: (f32, f32),
    columns: &Int8Columns<'_>,
    products: &mut [f32; PANEL],
) {
    for i in 0..PANEL {
        products[i] = product::<FMA>(sums[i], range, columns, i);
    }
}

multi_target! {
    /// The products of a row.
    fn dequantise(
        sums: &[i32; PANEL],
        range: (f32, f32),
        columns: &Int8Columns<'_>,
        products: &mut [f32; PANEL],
    ) => dequantise_body
}

#[inline(always)]
fn rows_reaching_body<const FMA: bool>(
    sums: &[[i32; PANEL]],
    ranges: &[(f32, f32)],
    columns: &Int8Columns<'_>,
    threshold: f32,
) -> u32 {
    const LANES: usize = 16;
    let mut reached = 0;
    for (row, (sums, range)) in sums.iter().zip(ranges).enumerate() {
        // Only the largest products are kept, in registers.
        let mut largest = [f32::NEG_INFINITY; LANES];
        for first in (0..PANEL).step_by(LANES) {
            for (lane, largest) in largest.iter_mut().enumerate() {
                let product = product::<FMA>(sums[first + lane], *range, columns, first + lane);
                *largest = if product > *largest {
                    product
                } else {
                    *largest
                };
            }
        }
        let reaches = largest.iter().any(|product| *product >= threshold);
        reached |= u32::from(reaches) << row;
    }
    reached
}

multi_target! {
    /// Which rows have a product that reaches the threshold, as bits.
    fn rows_reaching(
        sums: &[[i32; PANEL]],
        ranges: &[(f32, f32)],
        columns: &Int8Columns<'_>,
        threshold: f32,
    ) -> u32 => rows_reaching_body
}

impl Int8Rows {
    fn fill(&mut self, a: &[f32], inputs: usize) {
        let depth = inputs.next_multiple_of(4);
        let rows = a.chunks_exact(inputs.max(1));
        self.values.resize(rows.len() * depth, 0);
        self.ranges.clear();
        for (row, to) in rows.zip(self.values.chunks_exact_mut(depth.max(1))) {
            to[inputs..].fill(0);
            let mut range = (0.0, 0.0);
            quantise(row, &mut to[..inputs], &mut range);
            self.ranges.push(range);
        }
    }

    fn fill_bytes(&mut self, a: &[u8], inputs: usize) {
        let depth = inputs.next_multiple_of(4);
        let rows = a.chunks_exact(inputs.max(1));
        self.values.resize(rows.len() * depth, 0);
        self.ranges.clear();
        self.ranges.resize(rows.len(), (1.0, 0.0));
        for (row, to) in rows.zip(self.values.chunks_exact_mut(depth.max(1))) {
            to[..inputs].copy_from_slice(row);
            to[inputs..].fill(0);
        }
    }
}

#[inline(always)]
fn quantise_body<const FMA: bool>(row: &[f32], out: &mut [u8], range: &mut (f32, f32)) {
    const LANES: usize = 16;
    /// Adding it rounds to the nearest integer and leaves the integer in the low mantissa bits.
    const ROUND: f32 = 8_388_608.0;
    let (mut low, mut high, mut poison) = ([f32::MAX; LANES], [f32::MIN; LANES], [0f32; LANES]);
    let (blocks, tail) = row.as_chunks::<LANES>();
    let mut look = |block: &[f32]| {
        for (i, v) in block.iter().enumerate() {
            low[i] = if *v < low[i] { *v } else { low[i] };
            high[i] = if *v > high[i] { *v } else { high[i] };
            // NaN if any value is NaN or infinite, so that quantisation does not hide damage.
            poison[i] += v * 0.0;
        }
    };
    for block in blocks {
        look(block);
    }
    look(tail);
    let low = low.into_iter().fold(f32::MAX, f32::min);
    let high = high.into_iter().fold(f32::MIN, f32::max);
    let poison: f32 = poison.into_iter().sum();
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    let inverse = 1.0 / scale;
    for (out, v) in out.iter_mut().zip(row) {
        *out = madd::<FMA>(v - low, inverse, ROUND).to_bits() as u8;
    }
    *range = (scale + poison, low);
}

multi_target! {
    /// Quantises a row to bytes q, with the scale and offset for which `scale * q + offset` is closest.
    fn quantise(row: &[f32], out: &mut [u8], range: &mut (f32, f32)) => quantise_body
}

#[cfg(test)]
mod tests;
