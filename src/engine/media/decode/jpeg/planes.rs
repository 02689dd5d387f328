//! From the DCT coefficients of blocks to RGB pixels at full size or at a scale of 1/2, 1/4 or 1/8.
//!
//! At reduced scale only the lowest frequencies of each block are visible, and the inverse DCT has the size of its
//! output.

use super::header::{Component, JpegHeader, Unsupported};

/// Zigzag order (T.81, figure A.6): positions in a block, row * 8 + column.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Full size in eighths.
pub const FULL: usize = 8;

/// RGB pixels at a reduced scale.
pub struct Scaled {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Interleaved RGB samples.
    pub rgb: Vec<u8>,
}

/// The frame as a grid of MCUs.
#[derive(Clone, Copy)]
pub struct McuGrid {
    /// MCUs per row.
    pub columns: usize,
    /// Rows of MCUs.
    pub rows: usize,
    /// Luma blocks across an MCU.
    horizontal: usize,
    /// Luma blocks down an MCU.
    vertical: usize,
    width: usize,
    height: usize,
}

impl McuGrid {
    /// The grid of a frame.
    pub fn new(header: &JpegHeader) -> Result<Self, Unsupported> {
        let luma = header.components.first().ok_or(Unsupported)?;
        let (width, height) = (header.width as usize, header.height as usize);
        Ok(Self {
            columns: width.div_ceil(8 * luma.horizontal),
            rows: height.div_ceil(8 * luma.vertical),
            horizontal: luma.horizontal,
            vertical: luma.vertical,
            width,
            height,
        })
    }

    /// Columns and rows of blocks of a component in a non-interleaved scan (A.2.2): only those within the picture,
    /// where an MCU grid may have more.
    pub fn blocks_alone(&self, component: &Component) -> (usize, usize) {
        let blocks =
            |side: usize, ours: usize, lumas: usize| (side * ours).div_ceil(lumas).div_ceil(8);
        (
            blocks(self.width, component.horizontal, self.horizontal),
            blocks(self.height, component.vertical, self.vertical),
        )
    }
}

/// The samples of one component.
pub struct Plane {
    pub component: Component,
    /// By zigzag index: position in the 4 x 4 corner, or in the block at full size; `None` if unused.
    pub place: [Option<u8>; 64],
    /// One past the last coefficient that is used.
    pub needed: usize,
    /// Quantisation steps in zigzag order.
    pub quantisation: [f32; 64],
    /// Samples along the side of a block: 1, 2 or 4; 8 in all planes at full size.
    pub size: usize,
    /// The 1-D inverse DCT, transposed: `size` frequencies x `size` samples.
    basis: [[f32; 8]; 8],
    samples: Vec<u8>,
    stride: usize,
}

/// Basis vectors of the inverse DCT of `size` points, for the lowest of 8 orthonormal frequencies: sqrt(size / 8) a(u)
/// cos((2i + 1) u pi / 2 size), where a(0) = sqrt(1 / size) and a(u) = sqrt(2 / size).
fn basis(size: usize) -> [[f32; 8]; 8] {
    let n = size as f32;
    let mut basis = [[0.0; 8]; 8];
    for (u, frequency) in basis.iter_mut().enumerate().take(size) {
        for (i, value) in frequency.iter_mut().enumerate().take(size) {
            let a = if u == 0 { 1.0 } else { 2f32 }.sqrt() / n.sqrt();
            let angle = (2 * i + 1) as f32 * u as f32 * std::f32::consts::PI / (2.0 * n);
            *value = (n / 8.0).sqrt() * a * angle.cos();
        }
    }
    basis
}

impl Plane {
    /// Allocates one component at `eighths` / 8 of the full size. Subsampled chroma is decoded at a larger scale if it
    /// then has the size of the luma.
    pub fn new(
        header: &JpegHeader,
        component: &Component,
        eighths: usize,
        grid: McuGrid,
    ) -> Result<Self, Unsupported> {
        let subsampling =
            (grid.horizontal / component.horizontal).min(grid.vertical / component.vertical);
        let size = (eighths * subsampling).min(if eighths == FULL { 8 } else { 4 });
        let stride = if eighths == FULL { 8 } else { 4 };
        let mut place = [None; 64];
        let mut needed = 1;
        for (k, at) in ZIGZAG.iter().enumerate() {
            let (v, u) = (usize::from(at / 8), usize::from(at % 8));
            if v < size && u < size {
                place[k] = Some((v * stride + u) as u8);
                needed = k + 1;
            }
        }
        let table = header.quantisation[component.quantisation]
            .as_ref()
            .ok_or(Unsupported)?;
        let stride = grid.columns * component.horizontal * size;
        Ok(Self {
            component: *component,
            place,
            needed,
            quantisation: table.map(f32::from),
            size,
            basis: basis(size),
            samples: vec![0; stride * grid.rows * component.vertical * size],
            stride,
        })
    }

    /// Fills the plane with grey, the value of missing parts.
    pub fn clear(&mut self) {
        self.samples.fill(128);
    }

    /// Transforms the block at `column` and `row` from the 4 x 4 corner of its coefficients, or from all at full size.
    #[inline]
    pub fn put<const N: usize>(&mut self, corner: &[f32; N], column: usize, row: usize) {
        let start = row * self.size * self.stride + column * self.size;
        match self.size {
            1 => self.samples[start] = sample(corner[0] * 0.125),
            2 => {
                let [a, b, c, d] = [corner[0], corner[1], corner[4], corner[5]];
                // In basis(2) the two samples of a frequency have the same magnitude.
                let (p, q) = (self.basis[0][0], self.basis[1][0]);
                let (dc, dx, dy, dxy) = (a * p * p, b * p * q, c * p * q, d * q * q);
                let upper = &mut self.samples[start..][..2];
                upper[0] = sample(dc + dx + dy + dxy);
                upper[1] = sample(dc - dx + dy - dxy);
                let lower = &mut self.samples[start + self.stride..][..2];
                lower[0] = sample(dc + dx - dy - dxy);
                lower[1] = sample(dc - dx - dy + dxy);
            }
            4 => self.put_square::<4>(corner, start),
            _ => self.put_square::<8>(corner, start),
        }
    }

    fn put_square<const SIDE: usize>(&mut self, corner: &[f32], start: usize) {
        let (rows, _) = corner.as_chunks::<SIDE>();
        let smooth = corner[1..].iter().all(|value| *value == 0.0);
        let flat = [sample(corner[0] * 0.125); SIDE];
        for y in 0..SIDE {
            let samples = if smooth {
                flat
            } else {
                // First along columns, then along rows; the values of a row are contiguous for vectorisation.
                let mut half = [0f32; SIDE];
                for (row, frequency) in rows.iter().zip(&self.basis) {
                    (0..SIDE).for_each(|u| half[u] += row[u] * frequency[y]);
                }
                let mut out = [0f32; SIDE];
                for (value, frequency) in half.iter().zip(&self.basis) {
                    (0..SIDE).for_each(|x| out[x] += value * frequency[x]);
                }
                out.map(sample)
            };
            self.samples[start + y * self.stride..][..SIDE].copy_from_slice(&samples);
        }
    }
}

/// Level-shifts, rounds and clamps a sample (T.81, A.3.1). Adding 2^23 leaves the rounded integer in the low bits of
/// the float; unlike a cast, this vectorises well.
#[inline(always)]
fn sample(value: f32) -> u8 {
    ((value + 128.0).clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8
}

/// Assembles the picture from its planes at `eighths` / 8 of the full size.
pub fn picture(planes: &[Plane], header: &JpegHeader, eighths: usize) -> Scaled {
    let at_scale = |side: u32| (side as usize * eighths).div_ceil(8);
    let (width, height) = (at_scale(header.width), at_scale(header.height));
    Scaled {
        width: width as u32,
        height: height as u32,
        rgb: to_rgb(planes, eighths, width, height),
    }
}

fn to_rgb(planes: &[Plane], eighths: usize, width: usize, height: usize) -> Vec<u8> {
    let mut rgb = vec![0; width * height * 3];
    let [luma, rest @ ..] = planes else {
        return rgb;
    };
    for (y, out) in rgb.chunks_exact_mut(width * 3).enumerate() {
        let (pixels, _) = out.as_chunks_mut::<3>();
        let luma_row = &luma.samples[y * luma.stride..][..width];
        let [blue, red] = rest else {
            pixels
                .iter_mut()
                .zip(luma_row)
                .for_each(|(p, grey)| *p = [*grey; 3]);
            continue;
        };
        let (blue_row, blue_shift) = blue.row_beside(luma, y, eighths);
        let (red_row, red_shift) = red.row_beside(luma, y, eighths);
        if blue_shift == 0 && red_shift == 0 {
            let chroma = blue_row.iter().zip(red_row);
            for ((pixel, luma), (cb, cr)) in pixels.iter_mut().zip(luma_row).zip(chroma) {
                *pixel = colour(*luma, *cb, *cr);
            }
        } else {
            for (x, (pixel, luma)) in pixels.iter_mut().zip(luma_row).enumerate() {
                *pixel = colour(*luma, blue_row[x >> blue_shift], red_row[x >> red_shift]);
            }
        }
    }
    rgb
}

impl Plane {
    /// The samples of this plane for row `y` of `luma`, and log2 of the horizontal subsampling.
    fn row_beside(&self, luma: &Plane, y: usize, eighths: usize) -> (&[u8], usize) {
        let shift = |ours: usize, lumas: usize| {
            (lumas * eighths / (ours * self.size)).trailing_zeros() as usize
        };
        let across = shift(self.component.horizontal, luma.component.horizontal);
        let down = shift(self.component.vertical, luma.component.vertical);
        let start = (y >> down) * self.stride;
        (&self.samples[start..][..self.stride], across)
    }
}

/// YCbCr to RGB of JFIF (ITU-T T.871, section 7), in 16-bit fixed point.
#[inline]
fn colour(luma: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (
        i32::from(luma) << 16,
        i32::from(cb) - 128,
        i32::from(cr) - 128,
    );
    let byte = |v: i32| ((v + (1 << 15)) >> 16).clamp(0, 255) as u8;
    [
        byte(y + 91_881 * cr),
        byte(y - 22_554 * cb - 46_802 * cr),
        byte(y + 116_130 * cb),
    ]
}
