//! Epilogue of an int16 product, applied while the accumulators are in the L1 cache.

use super::super::math::activate;
use super::super::{Activation, RowPairs, madd, multi_target};
use super::LANES;
use crate::engine::inference::cpu::PANEL;
use crate::engine::inference::cpu::packed_gemm::GemmEpilogue;

/// Dequantisation parameters of a panel's columns.
pub struct Int16Columns<'a> {
    pub scales: &'a [f32],
    pub bias: &'a [f32],
    /// Index of the first column, and the total number of outputs.
    pub first: usize,
    pub outputs: usize,
}

impl Int16Columns<'_> {
    /// Number of columns that are outputs, not padding.
    pub fn width(&self) -> usize {
        PANEL.min(self.outputs - self.first)
    }
}

/// An epilogue, from the sum including bias and the previous output; monomorphised to avoid a branch per value.
trait Int16Epilogue {
    fn end<const FMA: bool>(sum: f32, before: f32) -> f32;
}

/// Defines an [`Int16Epilogue`].
macro_rules! end {
    ($name:ident, |$sum:ident, $before:ident| $value:expr) => {
        struct $name;
        impl Int16Epilogue for $name {
            #[inline(always)]
            fn end<const FMA: bool>($sum: f32, $before: f32) -> f32 {
                $value
            }
        }
    };
}
end!(Skip, |sum, before| before + sum);
end!(Plain, |sum, _before| sum);
end!(Relu6, |sum, _before| sum.clamp(0.0, 6.0));
end!(QuickGelu, |sum, _before| activate::<FMA>(
    Activation::QuickGelu,
    sum
));
end!(Gelu, |sum, _before| activate::<FMA>(Activation::Gelu, sum));
end!(GeluTanh, |sum, _before| activate::<FMA>(
    Activation::GeluTanh,
    sum
));

#[inline(always)]
fn finish_rows_body<const FMA: bool>(
    sums: &[[i32; PANEL]],
    scales: &[f32],
    columns: &Int16Columns<'_>,
    then: GemmEpilogue,
    out: &mut [f32],
) {
    /// One direct call per kind, which the compiler can inline.
    macro_rules! all {
        ($end:ident) => {
            for ((sums, scale), out) in sums.iter().zip(scales).zip(out.chunks_mut(columns.outputs))
            {
                let out = &mut out[columns.first..][..columns.width()];
                finish_row::<FMA, $end>(sums, *scale, columns, out);
            }
        };
    }
    match then {
        GemmEpilogue::Add => all!(Skip),
        GemmEpilogue::Activate(Activation::None) => all!(Plain),
        GemmEpilogue::Activate(Activation::Relu6) => all!(Relu6),
        GemmEpilogue::Activate(Activation::QuickGelu) => all!(QuickGelu),
        GemmEpilogue::Activate(Activation::Gelu) => all!(Gelu),
        GemmEpilogue::Activate(Activation::GeluTanh) => all!(GeluTanh),
    }
}

#[inline(always)]
fn finish_row<const FMA: bool, E: Int16Epilogue>(
    sums: &[i32; PANEL],
    scale: f32,
    columns: &Int16Columns<'_>,
    out: &mut [f32],
) {
    let (blocks, tail) = out.as_chunks_mut::<LANES>();
    let whole = blocks.len();
    for (at, out) in blocks.iter_mut().enumerate() {
        *out = finish_block::<FMA, E>(sums, scale, columns, at, *out);
    }
    if !tail.is_empty() {
        let mut last = [0f32; LANES];
        last[..tail.len()].copy_from_slice(tail);
        last = finish_block::<FMA, E>(sums, scale, columns, whole, last);
        tail.copy_from_slice(&last[..tail.len()]);
    }
}

/// Works on copies, so that the compiler can rule out aliasing.
#[inline(always)]
fn finish_block<const FMA: bool, E: Int16Epilogue>(
    sums: &[i32; PANEL],
    scale: f32,
    columns: &Int16Columns<'_>,
    at: usize,
    before: [f32; LANES],
) -> [f32; LANES] {
    let sums = sums.as_chunks::<LANES>().0[at];
    let scales = columns.scales.as_chunks::<LANES>().0[at];
    let bias = columns.bias.as_chunks::<LANES>().0[at];
    let mut after = [0f32; LANES];
    for i in 0..LANES {
        let sum = madd::<FMA>(sums[i] as f32 * scales[i], scale, bias[i]);
        after[i] = E::end::<FMA>(sum, before[i]);
    }
    after
}

multi_target! {
    /// Dequantises accumulators and applies the epilogue.
    pub fn finish_rows(
        sums: &[[i32; PANEL]],
        scales: &[f32],
        columns: &Int16Columns<'_>,
        then: GemmEpilogue,
        out: &mut [f32],
    ) => finish_rows_body
}

#[inline(always)]
fn finish_pixels_body<const FMA: bool>(
    sums: &[[i32; PANEL]],
    scales: &[f32],
    columns: &Int16Columns<'_>,
    first: usize,
    image: &mut RowPairs,
) {
    let mut rows = sums.iter().zip(scales);
    let mut pixel = first;
    while let Some((sums, scale)) = rows.next() {
        let (out, paired) = image.fresh_pixel(pixel);
        let out = &mut out[columns.first..][..columns.width()];
        let below = if paired { rows.next() } else { None };
        match below {
            Some(below) => {
                finish_lanes::<FMA, 2>([(sums, *scale), (below.0, *below.1)], columns, out)
            }
            None => finish_lanes::<FMA, 1>([(sums, *scale)], columns, out),
        }
        pixel += 1 + usize::from(paired);
    }
}

/// Lanes of one pixel, or of two with the second in the high half, from their accumulators and row scales.
#[inline(always)]
fn finish_lanes<const FMA: bool, const N: usize>(
    pixels: [(&[i32; PANEL], f32); N],
    columns: &Int16Columns<'_>,
    out: &mut [i32],
) {
    let (blocks, tail) = out.as_chunks_mut::<LANES>();
    let whole = blocks.len();
    for (at, out) in blocks.iter_mut().enumerate() {
        *out = lanes_block::<FMA, N>(pixels, columns, at);
    }
    if !tail.is_empty() {
        tail.copy_from_slice(&lanes_block::<FMA, N>(pixels, columns, whole)[..tail.len()]);
    }
}

#[inline(always)]
fn lanes_block<const FMA: bool, const N: usize>(
    pixels: [(&[i32; PANEL], f32); N],
    columns: &Int16Columns<'_>,
    at: usize,
) -> [i32; LANES] {
    let scales = columns.scales.as_chunks::<LANES>().0[at];
    let bias = columns.bias.as_chunks::<LANES>().0[at];
    let mut lanes = [0; LANES];
    for (half, (sums, scale)) in pixels.into_iter().enumerate() {
        let sums = sums.as_chunks::<LANES>().0[at];
        for i in 0..LANES {
            let sum = madd::<FMA>(sums[i] as f32 * scales[i], scale, bias[i]);
            lanes[i] |= i32::from(RowPairs::rounded::<FMA>(sum)) << (16 * half);
        }
    }
    lanes
}

multi_target! {
    /// Converts accumulators to ReLU6 in int16, for pixels counted from the first of the rows added last.
    pub fn finish_pixels(
        sums: &[[i32; PANEL]],
        scales: &[f32],
        columns: &Int16Columns<'_>,
        first: usize,
        image: &mut RowPairs,
    ) => finish_pixels_body
}
