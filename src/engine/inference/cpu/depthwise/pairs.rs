//! Input rows of an int16 depthwise convolution, interleaved in pairs.

use std::ops::Range;

use super::DepthwiseShape;
use crate::engine::inference::cpu::int16::{MAX_QUANTISED, rounded};

/// Size limit of the window, in lanes of 4 bytes: together with the other buffers it stays in a core's private cache.
const WINDOW_LANES: usize = 96 * 1024;

/// A sliding window over the rows of an image after ReLU6, in units of [`Self::SCALE`]. Each lane holds row 2p in its
/// low and row 2p + 1 in its high half, so that one instruction multiplies and accumulates both. The layout is (pairs
/// of rows) x (padded columns) x channels.
#[derive(Debug, Default)]
pub struct RowPairs {
    lanes: Aligned,
    /// A pair of zero rows for positions outside the image.
    zeros: Aligned,
    layout: PixelLayout,
    /// Image rows in the window; the first is even.
    rows: Range<usize>,
    /// The rows that [`Self::advance`] added last.
    fresh: Range<usize>,
}

/// Memory layout of the pixels.
#[derive(Clone, Copy, Debug, Default)]
struct PixelLayout {
    width: usize,
    channels: usize,
    /// Zero padding to the left, in columns.
    pad: usize,
    /// Padded width in columns.
    pitch: usize,
}

impl RowPairs {
    /// Quantisation step of the values.
    pub const SCALE: f32 = 6.0 / MAX_QUANTISED;

    /// `relu6(x)` in units of [`Self::SCALE`].
    #[inline(always)]
    pub(crate) fn rounded<const FMA: bool>(x: f32) -> i16 {
        // Comparisons that compile to one instruction each and map NaN to a number.
        let x = if x > 0.0 { x } else { 0.0 };
        let x = if x < 6.0 { x } else { 6.0 };
        rounded::<FMA>(x, 1.0 / Self::SCALE)
    }

    /// Starts a new image with an empty window.
    pub fn begin(&mut self, shape: DepthwiseShape) {
        let (out, pad) = DepthwiseShape::same(shape.width, shape.kernel, shape.stride);
        let pitch = ((out - 1) * shape.stride + shape.kernel).max(shape.width + pad);
        self.layout = PixelLayout {
            width: shape.width,
            channels: shape.channels,
            pad,
            pitch,
        };
        self.rows = 0..0;
        self.fresh = 0..0;
        let line = self.line();
        let pairs = Self::max_rows(shape) / 2;
        self.lanes.grow(pairs * line);
        self.zeros.grow(line);
        // Clears the padding, which is never written otherwise.
        let (left, right) = (pad * shape.channels, (pad + shape.width) * shape.channels);
        for line in self.lanes.values().chunks_exact_mut(line).take(pairs) {
            line[..left].fill(0);
            line[right..].fill(0);
        }
    }

    /// Number of lanes per pair of rows.
    fn line(&self) -> usize {
        self.layout.pitch * self.layout.channels
    }

    /// Height of the window in rows; even.
    fn max_rows(shape: DepthwiseShape) -> usize {
        let pairs = WINDOW_LANES / (shape.width * shape.channels);
        let least = shape.kernel + shape.stride + 1;
        let rows = (2 * pairs).max(least).min(shape.height);
        rows.next_multiple_of(2)
    }

    /// Moves the window: drops the rows above the receptive field of output row `y` and returns the next rows, which
    /// the caller must fill in.
    pub fn advance(&mut self, shape: DepthwiseShape, y: usize) -> Range<usize> {
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        let top = (y * shape.stride).saturating_sub(pad) / 2 * 2;
        let top = top.min(self.rows.end / 2 * 2);
        let line = self.line();
        let kept = (top - self.rows.start) / 2 * line
            ..(self.rows.end - self.rows.start).div_ceil(2) * line;
        self.lanes.values().copy_within(kept, 0);
        let end = shape.height.min(top + Self::max_rows(shape));
        self.fresh = self.rows.end..end;
        self.rows = top..end;
        self.fresh.clone()
    }

    /// The first output row whose receptive field extends below the window.
    pub fn outputs(&self, shape: DepthwiseShape) -> usize {
        if self.rows.end == shape.height {
            return shape.output().0;
        }
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        (self.rows.end + pad - shape.kernel) / shape.stride + 1
    }

    /// The lanes of a pixel among the rows added last, and whether they also hold the next pixel, in the row below.
    /// Pixels are counted in the order of [`side_by_side`].
    #[inline(always)]
    pub(crate) fn fresh_pixel(&mut self, pixel: usize) -> (&mut [i32], bool) {
        let PixelLayout {
            width,
            channels,
            pad,
            ..
        } = self.layout;
        let whole = self.fresh.len() / 2;
        let paired = pixel < whole * 2 * width;
        let (pair, x) = if paired {
            (pixel / (2 * width), pixel % (2 * width) / 2)
        } else {
            (whole, pixel - whole * 2 * width)
        };
        let pair = (self.fresh.start - self.rows.start) / 2 + pair;
        let at = pair * self.line() + (pad + x) * channels;
        (&mut self.lanes.values()[at..][..channels], paired)
    }

    /// A pair of rows by its index in the image; zeros outside.
    pub(super) fn pair(&self, pair: isize) -> &[i32] {
        let line = self.line();
        match usize::try_from(2 * pair) {
            Ok(row) if row < self.rows.end => {
                &self.lanes.get()[(row - self.rows.start) / 2 * line..][..line]
            }
            _ => &self.zeros.get()[..line],
        }
    }
}

/// Pixel order in which pairs of rows are interleaved: each pixel is followed by the one below it.
pub fn side_by_side(height: usize, width: usize) -> impl Iterator<Item = usize> {
    (0..height).step_by(2).flat_map(move |y| {
        let rows = 2.min(height - y);
        (0..width).flat_map(move |x| (0..rows).map(move |row| (y + row) * width + x))
    })
}

/// A buffer aligned to a cache line: loading a register across two lines takes twice as long.
#[derive(Debug, Default)]
struct Aligned {
    values: Vec<i32>,
    first: usize,
}

impl Aligned {
    /// Size of a cache line in bytes.
    const LINE: usize = 64;

    /// Grows to at least `len` values, which may move the existing ones.
    fn grow(&mut self, len: usize) {
        let len = len + Self::LINE / size_of::<i32>();
        if self.values.len() < len {
            self.values.resize(len, 0);
            self.first = self.values.as_ptr().align_offset(Self::LINE);
        }
    }

    fn get(&self) -> &[i32] {
        &self.values[self.first..]
    }

    fn values(&mut self) -> &mut [i32] {
        &mut self.values[self.first..]
    }
}
