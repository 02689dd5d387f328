//! Input rows of a sixteen-bit depthwise convolution, interleaved in pairs.

use std::ops::Range;

use super::DepthwiseShape;
use crate::engine::inference::cpu::int16::{PEAK, rounded};

/// Lanes in memory at a time: with what stands around, they stay in a core's own cache.
const CACHE_BYTES: usize = 96 * 1024;

/// Some rows of an image after ReLU6, in multiples of [`Self::SCALE`]. Row 2p is in the low and row 2p + 1 in the high
/// half of lanes, (pairs of rows) x (columns with their padding) x channels, so that one instruction multiplies and
/// adds both. They are a window, which moves down the image.
#[derive(Debug, Default)]
pub struct RowPairs {
    lanes: Aligned,
    /// A pair beyond the image.
    zeros: Aligned,
    layout: PixelLayout,
    /// The rows of the image that are here; the first is even.
    rows: Range<usize>,
    /// The last of them, which [`Self::advance`] added.
    fresh: Range<usize>,
}

/// The layout of pixels in memory.
#[derive(Clone, Copy, Debug, Default)]
struct PixelLayout {
    width: usize,
    channels: usize,
    /// Columns of zeros to the left.
    pad: usize,
    /// Columns with the padding on both sides.
    pitch: usize,
}

impl RowPairs {
    /// What one of the integers counts.
    pub const SCALE: f32 = 6.0 / PEAK;

    /// `relu6(x)` in multiples of [`Self::SCALE`].
    #[inline(always)]
    pub(crate) fn rounded<const FMA: bool>(x: f32) -> i16 {
        // Comparisons that are one instruction each, and of which nothing but a number comes out.
        let x = if x > 0.0 { x } else { 0.0 };
        let x = if x < 6.0 { x } else { 6.0 };
        rounded::<FMA>(x, 1.0 / Self::SCALE)
    }

    /// Begins another image, with no rows of it.
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
        let pairs = Self::most_rows(shape) / 2;
        self.lanes.grow(pairs * line);
        self.zeros.grow(line);
        // The padding, which nothing else writes.
        let (left, right) = (pad * shape.channels, (pad + shape.width) * shape.channels);
        for line in self.lanes.values().chunks_exact_mut(line).take(pairs) {
            line[..left].fill(0);
            line[right..].fill(0);
        }
    }

    /// Lanes of a pair of rows.
    fn line(&self) -> usize {
        self.layout.pitch * self.layout.channels
    }

    /// How many rows are in memory at a time, an even number.
    fn most_rows(shape: DepthwiseShape) -> usize {
        let pairs = CACHE_BYTES / (shape.width * shape.channels);
        let least = shape.kernel + shape.stride + 1;
        let rows = (2 * pairs).max(least).min(shape.height);
        rows.next_multiple_of(2)
    }

    /// Drops what lies above the things that row `y` of the output sees, and makes room for the next rows, which it
    /// returns.
    pub fn advance(&mut self, shape: DepthwiseShape, y: usize) -> Range<usize> {
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        let top = (y * shape.stride).saturating_sub(pad) / 2 * 2;
        let top = top.min(self.rows.end / 2 * 2);
        let line = self.line();
        let kept = (top - self.rows.start) / 2 * line
            ..(self.rows.end - self.rows.start).div_ceil(2) * line;
        self.lanes.values().copy_within(kept, 0);
        let end = shape.height.min(top + Self::most_rows(shape));
        self.fresh = self.rows.end..end;
        self.rows = top..end;
        self.fresh.clone()
    }

    /// The first row of the output that sees more than there is.
    pub fn outputs(&self, shape: DepthwiseShape) -> usize {
        if self.rows.end == shape.height {
            return shape.output().0;
        }
        let pad = DepthwiseShape::same(shape.height, shape.kernel, shape.stride).1;
        (self.rows.end + pad - shape.kernel) / shape.stride + 1
    }

    /// The lanes of a fresh pixel, and whether they are those of the next one as well, of the row below. Pixels are
    /// counted from the first fresh one, two rows side by side; the last row of an odd number stands alone.
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

    /// A pair of rows, by its place among those of the image; zeros beyond.
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

/// The order of an image's pixels in which two rows are side by side: each time a pixel and the one below it.
pub fn side_by_side(height: usize, width: usize) -> impl Iterator<Item = usize> {
    (0..height).step_by(2).flat_map(move |y| {
        let rows = 2.min(height - y);
        (0..width).flat_map(move |x| (0..rows).map(move |row| (y + row) * width + x))
    })
}

/// Values from the begin of a cache line on: a register's worth that lies across two of them takes twice as long.
#[derive(Debug, Default)]
struct Aligned {
    values: Vec<i32>,
    first: usize,
}

impl Aligned {
    /// Bytes of a cache line.
    const LINE: usize = 64;

    /// Grows to at least so many values. The existing ones may move.
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
