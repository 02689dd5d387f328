//! An inverted bottleneck of MobileNetV2 without squeeze and excitation, on the CPU and in sixteen bits.

use std::ops::Range;

use crate::engine::inference::cpu::{
    Activation, Depthwise, GemmEpilogue, Int16Rows, PackedI16, RowPairs,
};

/// What one picture needs on its way through the blocks, kept from one picture to the next.
#[derive(Debug, Default)]
pub struct BottleneckScratch {
    rows: Int16Rows,
    expanded: RowPairs,
    filtered: Int16Rows,
    before: Vec<f32>,
}

/// 1 x 1 to more channels, ReLU6, depthwise, ReLU6, 1 x 1 to fewer channels, and the input again where `skip` is set.
#[derive(Debug)]
pub struct Bottleneck {
    /// To more channels.
    pub expand: PackedI16,
    /// Over these.
    pub depthwise: Depthwise,
    /// To fewer.
    pub project: PackedI16,
    /// Whether the input, which then has the shape of the result, is added.
    pub skip: bool,
}

impl Bottleneck {
    /// Replaces a picture's pixels in `x`, (height x width) x channels, by the block's. `fill` brings some rows of the
    /// picture into the form of the first product, their pixels two rows side by side.
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
            // Where the skip connection writes, the picture has been read.
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
