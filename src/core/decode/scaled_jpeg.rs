//! Baseline JPEG straight to a half, a quarter or an eighth of its size.
//!
//! Most photos are such files, and reading them is most of the work over a folder. At a small scale only
//! the lowest frequencies of each block are needed: the others are stepped over without being
//! computed, and the inverse transform is as small as its output. Everything that is not plain
//! baseline with one or three components is left to the general decoders, and so is a file with any
//! fault in it. Section numbers are those of ITU-T T.81.

use super::bits::{BitReader, Huffman, Symbol};
use super::jpeg_header::{Component, Header, NotHere};
use crate::core::cancel::Cancel;

/// RGB pixels at a scale.
pub struct Scaled {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel.
    pub rgb: Vec<u8>,
}

/// Positions of a block's coefficients in coding order (figure A.6), row * 8 + column.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// What decodes the blocks of one component.
struct Channel<'a> {
    component: Component,
    dc: &'a Huffman,
    ac: &'a Huffman,
    /// For each coefficient in coding order: its place in a 4 x 4 corner, or none.
    place: [Option<u8>; 64],
    /// Index behind the last coefficient that is needed.
    needed: usize,
    quantisation: [f32; 64],
    /// Output samples of a block along a side, 1, 2 or 4.
    size: usize,
    /// The inverse transform along one dimension: size x size.
    basis: [[f32; 4]; 4],
    plane: Vec<u8>,
    stride: usize,
    predictor: i32,
}

/// Rows of the inverse transform of `size` points over the lowest of 8 orthonormal frequencies:
/// sqrt(size / 8) a(u) cos((2i + 1) u pi / 2 size), with a(0) = sqrt(1 / size), a(u) = sqrt(2 / size).
fn basis(size: usize) -> [[f32; 4]; 4] {
    let n = size as f32;
    let mut basis = [[0.0; 4]; 4];
    for (i, row) in basis.iter_mut().enumerate().take(size) {
        for (u, value) in row.iter_mut().enumerate().take(size) {
            let a = if u == 0 { 1.0 } else { 2f32 }.sqrt() / n.sqrt();
            let angle = (2 * i + 1) as f32 * u as f32 * std::f32::consts::PI / (2.0 * n);
            *value = (n / 8.0).sqrt() * a * angle.cos();
        }
    }
    basis
}

/// Decodes at `eighths` / 8 of the full size, where `eighths` is 1, 2 or 4.
///
/// The chroma of a subsampled file is decoded at a larger scale where that gives it the luma's size.
pub fn decode(
    bytes: &[u8],
    header: &Header,
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, NotHere> {
    let luma = header.components.first().ok_or(NotHere)?;
    let (mcu_width, mcu_height) = (8 * luma.horizontal, 8 * luma.vertical);
    let columns = (header.width as usize).div_ceil(mcu_width);
    let rows = (header.height as usize).div_ceil(mcu_height);
    let mut channels = header
        .components
        .iter()
        .map(|component| Channel::new(header, component, eighths, columns, rows))
        .collect::<Result<Vec<_>, _>>()?;
    let mut bits = BitReader::new(bytes.get(header.data..).ok_or(NotHere)?);
    let mut until_restart = header.restart_interval;
    for row in 0..rows {
        if cancel.is_cancelled() {
            return Err(NotHere);
        }
        for column in 0..columns {
            if header.restart_interval > 0 {
                if until_restart == 0 {
                    bits.restart().ok_or(NotHere)?;
                    channels
                        .iter_mut()
                        .for_each(|channel| channel.predictor = 0);
                    until_restart = header.restart_interval;
                }
                until_restart -= 1;
            }
            for channel in &mut channels {
                let Component {
                    horizontal,
                    vertical,
                    ..
                } = channel.component;
                for (y, x) in (0..vertical).flat_map(|y| (0..horizontal).map(move |x| (y, x))) {
                    channel.block(&mut bits, column * horizontal + x, row * vertical + y)?;
                }
            }
        }
        if bits.overrun() {
            return Err(NotHere);
        }
    }
    let width = (header.width as usize * eighths).div_ceil(8);
    let height = (header.height as usize * eighths).div_ceil(8);
    let rgb = to_rgb(&channels, eighths, width, height);
    Ok(Scaled {
        width: width as u32,
        height: height as u32,
        rgb,
    })
}

impl<'a> Channel<'a> {
    fn new(
        header: &'a Header,
        component: &Component,
        eighths: usize,
        columns: usize,
        rows: usize,
    ) -> Result<Self, NotHere> {
        let luma = header.components.first().ok_or(NotHere)?;
        let subsampling =
            (luma.horizontal / component.horizontal).min(luma.vertical / component.vertical);
        let size = (eighths * subsampling).min(4);
        let mut place = [None; 64];
        let mut needed = 1;
        for (k, at) in ZIGZAG.iter().enumerate() {
            let (v, u) = (usize::from(at / 8), usize::from(at % 8));
            if v < size && u < size {
                place[k] = Some((v * 4 + u) as u8);
                needed = k + 1;
            }
        }
        let table = header.quantisation[component.quantisation]
            .as_ref()
            .ok_or(NotHere)?;
        let stride = columns * component.horizontal * size;
        Ok(Self {
            component: *component,
            dc: header
                .dc
                .get(component.dc)
                .and_then(Option::as_ref)
                .ok_or(NotHere)?,
            ac: header
                .ac
                .get(component.ac)
                .and_then(Option::as_ref)
                .ok_or(NotHere)?,
            place,
            needed,
            quantisation: table.map(f32::from),
            size,
            basis: basis(size),
            plane: vec![0; stride * rows * component.vertical * size],
            stride,
            predictor: 0,
        })
    }

    /// Decodes one block (F.2.2) to its place in the plane.
    fn block(&mut self, bits: &mut BitReader, column: usize, row: usize) -> Result<(), NotHere> {
        let mut corner = [0f32; 16];
        let Symbol { size, .. } = bits.symbol(self.dc).ok_or(NotHere)?;
        self.predictor = self.predictor.wrapping_add(bits.take_value());
        if size > 11 {
            return Err(NotHere);
        }
        corner[0] = self.predictor as f32 * self.quantisation[0];
        let mut k = 1;
        while k < 64 {
            let Symbol { run, size } = bits.symbol(self.ac).ok_or(NotHere)?;
            if size == 0 {
                if run < 15 {
                    break;
                }
                k += 16;
                continue;
            }
            k += usize::from(run);
            if k < self.needed
                && let Some(at) = self.place[k]
            {
                corner[usize::from(at)] = bits.take_value() as f32 * self.quantisation[k];
            } else {
                bits.skip_value();
            }
            k += 1;
        }
        // A run that leaves the block is a fault in the file.
        if k > 64 {
            return Err(NotHere);
        }
        self.transform(&corner, column, row);
        Ok(())
    }

    fn transform(&mut self, corner: &[f32; 16], column: usize, row: usize) {
        let start = row * self.size * self.stride + column * self.size;
        match self.size {
            1 => self.plane[start] = sample(corner[0] * 0.125),
            2 => {
                let [a, b, c, d] = [corner[0], corner[1], corner[4], corner[5]];
                // basis(2): both entries of a column have the same size.
                let (p, q) = (self.basis[0][0], self.basis[0][1]);
                let (dc, dx, dy, dxy) = (a * p * p, b * p * q, c * p * q, d * q * q);
                self.plane[start] = sample(dc + dx + dy + dxy);
                self.plane[start + 1] = sample(dc - dx + dy - dxy);
                self.plane[start + self.stride] = sample(dc + dx - dy - dxy);
                self.plane[start + self.stride + 1] = sample(dc - dx - dy + dxy);
            }
            _ => {
                let mut half = [[0f32; 4]; 4];
                for (y, half) in half.iter_mut().enumerate() {
                    for v in 0..4 {
                        let factor = self.basis[y][v];
                        for (u, value) in half.iter_mut().enumerate() {
                            *value += factor * corner[v * 4 + u];
                        }
                    }
                }
                for (y, half) in half.iter().enumerate() {
                    let mut out = [0f32; 4];
                    for (u, value) in half.iter().enumerate() {
                        for (x, out) in out.iter_mut().enumerate() {
                            *out += value * self.basis[x][u];
                        }
                    }
                    let target = &mut self.plane[start + y * self.stride..][..4];
                    target.iter_mut().zip(out).for_each(|(t, o)| *t = sample(o));
                }
            }
        }
    }
}

/// A sample around zero as a byte (A.3.1).
fn sample(value: f32) -> u8 {
    (value + 128.5) as u8
}

fn to_rgb(channels: &[Channel], eighths: usize, width: usize, height: usize) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(width * height * 3);
    let [luma, rest @ ..] = channels else {
        return rgb;
    };
    // How many output pixels share a chroma sample, as a shift.
    let shift = |ours: usize, lumas: usize, c: &Channel| {
        (lumas * eighths / (ours * c.size)).trailing_zeros() as usize
    };
    for y in 0..height {
        let luma_row = &luma.plane[y * luma.stride..][..width];
        let [blue, red] = rest else {
            rgb.extend(luma_row.iter().flat_map(|grey| [*grey; 3]));
            continue;
        };
        let across = shift(blue.component.horizontal, luma.component.horizontal, blue);
        let down = shift(blue.component.vertical, luma.component.vertical, blue);
        let across_red = shift(red.component.horizontal, luma.component.horizontal, red);
        let down_red = shift(red.component.vertical, luma.component.vertical, red);
        let blue_row = &blue.plane[(y >> down) * blue.stride..][..blue.stride];
        let red_row = &red.plane[(y >> down_red) * red.stride..][..red.stride];
        for (x, luma) in luma_row.iter().enumerate() {
            let (cb, cr) = (blue_row[x >> across], red_row[x >> across_red]);
            rgb.extend(colour(*luma, cb, cr));
        }
    }
    rgb
}

/// JFIF's conversion (ITU-T T.871, section 7), in 16-bit fixed point.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decode::jpeg_header::read_header;
    use std::path::Path;

    fn samples() -> Vec<(String, Vec<u8>)> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
        let files = std::fs::read_dir(dir)
            .expect("samples")
            .flatten()
            .map(|f| f.path());
        files
            .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
            .map(|path| {
                (
                    path.display().to_string(),
                    std::fs::read(path).expect("read"),
                )
            })
            .collect()
    }

    /// The full picture, each block of output pixels averaged.
    fn averaged(bytes: &[u8], eighths: usize) -> image::RgbImage {
        let full = image::load_from_memory(bytes).expect("decodes").into_rgb8();
        let side = 8 / eighths as u32;
        let (width, height) = (full.width() / side, full.height() / side);
        image::RgbImage::from_fn(width, height, |x, y| {
            let mut sum = [0u32; 3];
            for (dy, dx) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let pixel = full.get_pixel(x * side + dx, y * side + dy);
                sum.iter_mut()
                    .zip(pixel.0)
                    .for_each(|(s, v)| *s += u32::from(v));
            }
            image::Rgb(sum.map(|s| (s / (side * side)) as u8))
        })
    }

    #[test]
    fn scaled_pictures_are_close_to_averages_of_the_full_ones() {
        for (name, bytes) in samples() {
            let header = read_header(&bytes).unwrap_or_else(|_| panic!("{name} is baseline"));
            for eighths in [1, 2, 4] {
                let ours = decode(&bytes, &header, eighths, &Cancel::default()).expect("decodes");
                let theirs = averaged(&bytes, eighths);
                let (mut total, mut count) = (0u64, 0u64);
                for (x, y, pixel) in theirs.enumerate_pixels() {
                    let at = ((y * ours.width + x) * 3) as usize;
                    for (a, b) in ours.rgb[at..at + 3].iter().zip(pixel.0) {
                        total += u64::from(a.abs_diff(b));
                        count += 1;
                    }
                }
                let mean = total as f64 / count as f64;
                assert!(
                    mean < 5.0,
                    "{name} at {eighths}/8: {mean:.2} off on average"
                );
            }
        }
    }

    #[test]
    fn progressive_and_faulty_files_are_left_to_others() {
        let (_, bytes) = samples().remove(0);
        let header = read_header(&bytes).expect("baseline");
        let frame = bytes
            .windows(2)
            .position(|w| w == [0xff, 0xc0])
            .expect("a frame");
        let mut progressive = bytes.clone();
        progressive[frame + 1] = 0xc2;
        assert!(read_header(&progressive).is_err());
        assert!(decode(&bytes[..bytes.len() / 2], &header, 2, &Cancel::default()).is_err());
        for cut in 0..header.data {
            assert!(read_header(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn white_stays_white() {
        let white = image::RgbImage::from_pixel(33, 17, image::Rgb([255; 3]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        white
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .expect("encodes");
        let bytes = bytes.into_inner();
        let header = read_header(&bytes).expect("baseline");
        for (eighths, size) in [(1, (5, 3)), (2, (9, 5)), (4, (17, 9))] {
            let scaled = decode(&bytes, &header, eighths, &Cancel::default()).expect("decodes");
            assert_eq!((scaled.width, scaled.height), size);
            assert!(scaled.rgb.iter().all(|v| *v >= 254));
        }
    }
}
