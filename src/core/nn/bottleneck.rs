//! An inverted bottleneck of MobileNetV2 without squeeze and excitation, on the CPU and in sixteen bits.

use std::ops::Range;

use crate::core::kernels::{
    Activation, Depthwise, DepthwiseShape, Int16Panels, Int16Rows, Strip, Then,
};

/// Values of a strip between its two products: with what stands around, it stays in a core's own cache.
const STRIP: usize = 96 * 1024;

/// What one picture needs on its way through the blocks, kept from one picture to the next.
#[derive(Debug, Default)]
pub struct BottleneckRoom {
    rows: Int16Rows,
    expanded: Vec<f32>,
    zeros: Vec<f32>,
    filtered: Int16Rows,
    before: Vec<f32>,
}

/// 1 x 1 to more channels, ReLU6, depthwise, ReLU6, 1 x 1 to fewer channels, and the input again where `skip` is set.
#[derive(Debug)]
pub struct Bottleneck {
    /// To more channels.
    pub expand: Int16Panels,
    /// Over these.
    pub depthwise: Depthwise,
    /// To fewer.
    pub project: Int16Panels,
    /// Whether the input, which then has the shape of the result, is added.
    pub skip: bool,
}

impl Bottleneck {
    /// Replaces a picture's pixels in `x`, (height x width) x channels, by the block's. `fill` brings some rows of the
    /// picture into the form of the first product.
    pub fn run(
        &self,
        x: &mut Vec<f32>,
        room: &mut BottleneckRoom,
        fill: impl Fn(&[f32], Range<usize>, &mut Int16Rows),
    ) {
        let shape = self.depthwise.shape();
        let (out_height, out_width) = shape.output();
        let outputs = self.project.outputs();
        let line = out_width * outputs;
        let then = if self.skip {
            Then::Add
        } else {
            std::mem::swap(x, &mut room.before);
            x.resize(out_height * line, 0.0);
            Then::Activate(Activation::None)
        };
        let row = shape.width * shape.channels;
        let rows = (STRIP / row).clamp(shape.kernel + shape.stride, shape.height + shape.kernel);
        grow(&mut room.expanded, rows * row);
        grow(&mut room.zeros, row);
        let mut window = Window::default();
        let mut y = 0;
        while y < out_height {
            // Where the skip connection writes, the picture has been read.
            let input: &[f32] = if self.skip { x } else { &room.before };
            let fresh = window.move_to(shape, y, rows, &mut room.expanded);
            fill(input, fresh.clone(), &mut room.rows);
            let relu6 = Then::Activate(Activation::Relu6);
            let at = (fresh.start - window.0.start) * row..(fresh.end - window.0.start) * row;
            self.expand
                .multiply(&room.rows, relu6, &mut room.expanded[at]);
            let strip = Strip {
                values: &room.expanded,
                first: window.0.start,
                zeros: &room.zeros[..row],
            };
            let ys = y..window.outputs(shape);
            let pixels = ys.len() * out_width;
            let filtered = (room.filtered).with_scale(pixels, shape.channels, Depthwise::SCALE);
            self.depthwise.run(strip, ys.clone(), filtered);
            let out = &mut x[y * line..ys.end * line];
            self.project.multiply(&room.filtered, then, out);
            y = ys.end;
        }
    }
}

fn grow(buffer: &mut Vec<f32>, len: usize) {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
}

/// The rows of the picture that are in memory expanded.
#[derive(Default)]
struct Window(Range<usize>);

impl Window {
    /// Drops what lies above the things that row `y` of the output sees, and makes place for the next rows, which it
    /// returns: `rows` in all.
    fn move_to(
        &mut self,
        shape: DepthwiseShape,
        y: usize,
        rows: usize,
        values: &mut [f32],
    ) -> Range<usize> {
        let row = shape.width * shape.channels;
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        let top = (y * shape.stride).saturating_sub(pad).min(self.0.end);
        let kept = (top - self.0.start) * row..(self.0.end - self.0.start) * row;
        values.copy_within(kept, 0);
        let fresh = self.0.end..shape.height.min(top + rows);
        self.0 = top..fresh.end;
        fresh
    }

    /// The first row of the output that sees more than there is.
    fn outputs(&self, shape: DepthwiseShape) -> usize {
        if self.0.end == shape.height {
            return shape.output().0;
        }
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        (self.0.end + pad - shape.kernel) / shape.stride + 1
    }
}
