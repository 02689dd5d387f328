//! Decodes AV1 pictures to planes, and converts these to RGB.

use std::sync::Arc;

use re_rav1d::dav1d::{
    Decoder, Error, Picture, PixelLayout, PlanarImageComponent, Plane, Settings,
};

use super::{DecodeError, damaged};
use crate::engine::media::decode::cicp::Cicp;
use crate::engine::media::decode::tone::eight_bits;
use crate::engine::media::decode::yuv::Conversion;

/// Maximum number of times the decoder is polled for a picture while it is fed data.
const MAX_TRIES: usize = 256;
/// Number of pixels by which a coded side may exceed the declared one, because of padding.
const SLACK: u32 = 128;

/// Reference to a coded picture.
pub struct Coded {
    /// Index into the file's coded data.
    pub data: usize,
    size: (u32, u32),
    operating_point: u32,
}

impl Coded {
    /// `operating_point` is the payload of the `a1op` property.
    pub fn new(data: usize, size: (u32, u32), operating_point: Option<&[u8]>) -> Self {
        let operating_point = operating_point.and_then(|point| point.first());
        Self {
            data,
            size,
            operating_point: operating_point.map_or(0, |point| u32::from(point & 31)),
        }
    }

    /// Number of pixels declared by the container.
    pub fn pixels(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    /// The same with this as its declared size.
    pub fn limited_to(self, (width, height): (usize, usize)) -> Self {
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        Self {
            size: (side(width), side(height)),
            ..self
        }
    }

    /// Decodes on the current thread.
    pub fn decode(&self, data: Arc<[u8]>) -> Result<PlanarFrame, DecodeError> {
        let refused = |_: Error| damaged("its picture data ends early or contradicts itself");
        let mut settings = Settings::new();
        settings.set_n_threads(1);
        settings.set_max_frame_delay(1);
        settings.set_all_layers(false);
        settings.set_operating_point(self.operating_point);
        let (width, height) = self.size;
        let most = (width.saturating_add(SLACK)).saturating_mul(height.saturating_add(SLACK));
        settings.set_frame_size_limit(most);
        let mut decoder = Decoder::with_settings(&settings).map_err(refused)?;
        match decoder.send_data(data, None, None, None) {
            Err(error) if !error.is_again() => return Err(refused(error)),
            _ => {}
        }
        for _ in 0..MAX_TRIES {
            match decoder.get_picture() {
                Ok(picture) => return Ok(PlanarFrame::new(picture)),
                Err(error) if !error.is_again() => return Err(refused(error)),
                Err(_) => {}
            }
            match decoder.send_pending_data() {
                Err(error) if !error.is_again() => return Err(refused(error)),
                _ => {}
            }
        }
        Err(damaged("there is no picture in its data"))
    }
}

/// A decoded picture.
pub struct PlanarFrame {
    picture: Picture,
    width: usize,
    height: usize,
    bits: u32,
}

/// Samples of one plane.
struct PlaneSamples {
    plane: Plane,
    /// Bytes per row.
    stride: usize,
    width: usize,
    height: usize,
    wide: bool,
}

impl PlaneSamples {
    fn get(&self, row: &[u8], x: usize) -> f32 {
        match self.wide {
            true => f32::from(u16::from_ne_bytes([row[2 * x], row[2 * x + 1]])),
            false => f32::from(row[x]),
        }
    }

    fn row(&self, y: usize) -> &[u8] {
        let start = y.min(self.height - 1) * self.stride;
        &self.plane[start..start + self.width * if self.wide { 2 } else { 1 }]
    }

    fn read(&self, y: usize, target: &mut [f32]) {
        let row = self.row(y);
        for (x, value) in target.iter_mut().enumerate() {
            *value = self.get(row, x);
        }
    }
}

/// One chroma plane, upsampled row by row.
struct Chroma {
    samples: PlaneSamples,
    halved: (bool, bool),
    near: Vec<f32>,
    far: Vec<f32>,
}

impl Chroma {
    fn new(samples: PlaneSamples, halved: (bool, bool)) -> Self {
        let row = vec![0.0; samples.width];
        Self {
            samples,
            halved,
            near: row.clone(),
            far: row,
        }
    }

    /// Interpolates a row between the two nearest ones, with weights of 3/4 and 1/4, then horizontally likewise.
    fn read(&mut self, y: usize, target: &mut [f32]) {
        if self.halved.1 {
            let near = y / 2;
            let far = if y.is_multiple_of(2) {
                near.saturating_sub(1)
            } else {
                near + 1
            };
            self.samples.read(near, &mut self.near);
            self.samples.read(far, &mut self.far);
            for (near, far) in self.near.iter_mut().zip(&self.far) {
                *near = 0.75 * *near + 0.25 * far;
            }
        } else {
            self.samples.read(y, &mut self.near);
        }
        if !self.halved.0 {
            target.copy_from_slice(&self.near[..target.len()]);
            return;
        }
        let last = self.near.len() - 1;
        for (x, value) in target.iter_mut().enumerate() {
            let near = x / 2;
            let far = if x % 2 == 0 {
                near.saturating_sub(1)
            } else {
                near + 1
            };
            *value = 0.75 * self.near[near.min(last)] + 0.25 * self.near[far.min(last)];
        }
    }
}

impl PlanarFrame {
    fn new(picture: Picture) -> Self {
        Self {
            width: picture.width() as usize,
            height: picture.height() as usize,
            bits: picture.bits_per_component().map_or(8, |bits| bits.0 as u32),
            picture,
        }
    }

    /// Width and height.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Colour description in the AV1 sequence header.
    pub fn cicp(&self) -> Cicp {
        Cicp::of_av1(&self.picture)
    }

    fn is_full_range(&self) -> bool {
        self.picture.color_range() as u8 == 1
    }

    fn samples(&self, component: PlanarImageComponent, halved: (bool, bool)) -> PlaneSamples {
        let side = |side: usize, halved: bool| if halved { side.div_ceil(2) } else { side };
        PlaneSamples {
            plane: self.picture.plane(component),
            stride: self.picture.stride(component) as usize,
            width: side(self.width, halved.0),
            height: side(self.height, halved.1),
            wide: self.bits > 8,
        }
    }

    /// Emits 8-bit RGB rows. `convert` enables the conversion of CICP colours to sRGB.
    pub fn to_rgb(
        &self,
        cicp: &Cicp,
        convert: bool,
        mut put: impl FnMut(usize, &[u8]),
    ) -> Result<(), DecodeError> {
        let halved = match self.picture.pixel_layout() {
            PixelLayout::I400 => None,
            PixelLayout::I420 => Some((true, true)),
            PixelLayout::I422 => Some((true, false)),
            PixelLayout::I444 => Some((false, false)),
        };
        let is_halved = halved.is_some_and(|halved| halved != (false, false));
        let cicp = &cicp.with_possible_matrix(is_halved);
        let conversion = match halved {
            None => Conversion::grey(self.bits, cicp.full_range),
            Some(_) => Conversion::new(cicp, self.bits).ok_or(DecodeError::Unsupported(
                "AVIF files with this colour matrix",
            ))?,
        };
        let to_srgb = cicp.to_srgb().filter(|_| convert);
        let luma = self.samples(PlanarImageComponent::Y, (false, false));
        let mut planes = halved.map(|halved| {
            [PlanarImageComponent::U, PlanarImageComponent::V]
                .map(|plane| Chroma::new(self.samples(plane, halved), halved))
        });
        let mut rows = [(); 3].map(|()| vec![0.0; self.width]);
        let mut rgb = vec![0; 3 * self.width];
        for y in 0..self.height {
            luma.read(y, &mut rows[0]);
            if let Some([blue, red]) = &mut planes {
                blue.read(y, &mut rows[1]);
                red.read(y, &mut rows[2]);
            }
            for (x, pixel) in rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let mixed = match halved {
                    None => [conversion.luma(rows[0][x]); 3],
                    Some(_) => conversion.pixel([rows[0][x], rows[1][x], rows[2][x]]),
                };
                *pixel = match &to_srgb {
                    Some(to_srgb) => to_srgb.convert(mixed),
                    None => mixed.map(eight_bits),
                };
            }
            put(y, &rgb);
        }
        Ok(())
    }

    /// Emits rows of opacity.
    pub fn to_alpha(&self, mut put: impl FnMut(usize, &[u8])) {
        let conversion = Conversion::grey(self.bits, self.is_full_range());
        let samples = self.samples(PlanarImageComponent::Y, (false, false));
        let mut row = vec![0.0; self.width];
        for y in 0..self.height {
            samples.read(y, &mut row);
            let opacity = |value: &f32| eight_bits(conversion.luma(*value));
            let opacity: Vec<u8> = row.iter().map(opacity).collect();
            put(y, &opacity);
        }
    }
}
