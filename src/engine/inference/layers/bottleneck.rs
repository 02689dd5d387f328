//! MobileNetV2's inverted bottleneck without squeeze-and-excitation, on the CPU in int16.

use std::ops::Range;

use crate::engine::inference::cpu::{
    Activation, Depthwise, GemmEpilogue, Int16Rows, PackedI16, RowPairs,
};

/// Buffers of one image, reused between images.
#[derive(Debug, Default)]
pub struct BottleneckScratch {
    rows: Int16Rows,
    expanded: RowPairs,
    filtered: Int16Rows,
    before: Vec<f32>,
}

/// 1 x 1 expansion, ReLU6, depthwise convolution, ReLU6, 1 x 1 projection, and a residual connection for `skip`.
#[derive(Debug)]
pub struct Bottleneck {
    /// 1 x 1 convolution to more channels.
    pub expand: PackedI16,
    /// Depthwise convolution of the expanded channels.
    pub depthwise: Depthwise,
    /// 1 x 1 convolution to fewer channels.
    pub project: PackedI16,
    /// Whether to add the input, which must then have the shape of the output.
    pub skip: bool,
}

impl Bottleneck {
    /// Replaces the image `x`, (height x width) x channels, by the block's output. `fill` quantises the given rows of
    /// the image for the expansion, in the pixel order of [`RowPairs`].
    pub fn run(
        &self,
        x: &mut Vec<f32>,
        scratch: &mut BottleneckScratch,
        fill: impl Fn(&[f32], Range<usize>, &mut Int16Rows),
    ) {
        let shape = self.depthwise.shape();
        let (out_height, out_width) = shape.output();
        let outputs = self.project.outputs();
        let line = out_width * outputs;
        let then = if self.skip {
            GemmEpilogue::Add
        } else {
            std::mem::swap(x, &mut scratch.before);
            x.resize(out_height * line, 0.0);
            GemmEpilogue::Activate(Activation::None)
        };
        scratch.expanded.begin(shape);
        let mut y = 0;
        while y < out_height {
            // With a residual connection the output overwrites only pixels that have already been read.
            let input: &[f32] = if self.skip { x } else { &scratch.before };
            let fresh = scratch.expanded.advance(shape, y);
            fill(input, fresh, &mut scratch.rows);
            self.expand
                .multiply_pairs(&scratch.rows, &mut scratch.expanded);
            let ys = y..scratch.expanded.outputs(shape);
            let pixels = ys.len() * out_width;
            let filtered = (scratch.filtered).with_scale(pixels, shape.channels, RowPairs::SCALE);
            self.depthwise.run(&scratch.expanded, ys.clone(), filtered);
            let out = &mut x[y * line..ys.end * line];
            self.project.multiply(&scratch.filtered, then, out);
            y = ys.end;
        }
    }
}
