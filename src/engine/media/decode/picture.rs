//! Decoded pixels.

use std::sync::Arc;

use super::facts::ExifFacts;
use super::format::PictureFormat;
use super::{Orientation, jpeg};
use crate::engine::media::memory_budget::Reservation;
use crate::engine::media::photo::{ContentId, PhotoFacts, Taken};

/// The short side, in pixels, below which a preview shows less than a thumbnail does.
const SMALL_PREVIEW: u32 = 200;

/// RGB pixels as they are stored, and how to turn them upright.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Width in pixels, before turning.
    pub width: u32,
    /// Height in pixels, before turning.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
    /// How the picture must be turned to be upright.
    pub orientation: Orientation,
    /// How much of width and height the picture covers: at a scale its right and lower edges may lie
    /// within a pixel.
    pub covered: (f64, f64),
}

impl Pixels {
    /// Pixels that the picture covers whole.
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: Vec<u8>, orientation: Orientation) -> Self {
        Self {
            width,
            height,
            rgb,
            orientation,
            covered: (width.into(), height.into()),
        }
    }

    /// The same picture, turned and mirrored as its orientation says.
    #[must_use]
    pub fn upright(self) -> Self {
        self.orientation.apply(self)
    }
}

/// A decoded picture with the facts from its file.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The pixels, possibly of a smaller scale than the file's.
    pub pixels: Pixels,
    /// Width of the full picture in pixels, upright.
    pub width: u32,
    /// Height of the full picture in pixels, upright.
    pub height: u32,
    /// When the photo was taken, by the camera's clock.
    pub taken: Option<Taken>,
    /// The camera, as it names itself.
    pub camera: Option<String>,
    /// What was wrong with the file, where it could be read all the same.
    pub warning: Option<String>,
    /// What the pixels take of the memory that decoders share.
    _memory: Option<Arc<Reservation>>,
}

impl Decoded {
    /// What is known of the photo, whose content this is.
    #[must_use]
    pub fn facts(&self, content: ContentId) -> PhotoFacts {
        PhotoFacts {
            content,
            width: self.width,
            height: self.height,
            taken: self.taken.clone(),
            warning: self.warning.clone(),
            video: None,
        }
    }
}

/// A picture as a decoder leaves it.
pub struct Picture {
    pub scaled_width: u32,
    pub scaled_height: u32,
    pub rgb: Vec<u8>,
    pub full_width: u32,
    pub full_height: u32,
    /// How it must be turned, where the decoder knows better than the file's metadata: it may have turned it already.
    pub orientation: Option<Orientation>,
    /// Size of the picture that this one is a preview of, as it is stored.
    pub stands_for: Option<(u32, u32)>,
    pub warning: Option<String>,
}

impl Picture {
    /// A picture at its full size.
    pub fn whole(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        Self {
            scaled_width: width,
            scaled_height: height,
            rgb,
            full_width: width,
            full_height: height,
            orientation: None,
            stands_for: None,
            warning: None,
        }
    }

    /// The same picture, which the decoder has turned already.
    #[cfg(feature = "jxl")]
    pub fn turned_already(self) -> Self {
        Self {
            orientation: Some(Orientation::default()),
            ..self
        }
    }

    /// The same picture as what a file of this format is shown by.
    pub fn into_preview(
        self,
        format: &dyn PictureFormat,
        bytes: &[u8],
        orientation: Option<Orientation>,
    ) -> Self {
        let size = (self.full_width, self.full_height);
        let small = size.0.min(size.1) < SMALL_PREVIEW;
        let warning = format!(
            "only a small preview of {} x {} pixels is in the file",
            size.0, size.1
        );
        Self {
            orientation: Some(orientation.unwrap_or_default()),
            stands_for: format.full_size(bytes, size),
            warning: self.warning.or(small.then_some(warning)),
            ..self
        }
    }

    /// Joins the pixels with what the file's metadata says.
    pub fn with_facts(self, facts: ExifFacts, memory: Option<Arc<Reservation>>) -> Decoded {
        let orientation = self.orientation.unwrap_or(facts.orientation);
        let own_size = (self.full_width, self.full_height);
        let (width, height) = self.stands_for.unwrap_or(own_size);
        let (width, height) = match orientation.swaps_sides() {
            true => (height, width),
            false => (width, height),
        };
        let scale = jpeg::scale(
            self.full_width.max(self.full_height),
            self.scaled_width.max(self.scaled_height),
        );
        let covered = [self.full_width, self.full_height].map(|side| f64::from(side) * scale);
        Decoded {
            pixels: Pixels {
                covered: (covered[0], covered[1]),
                ..Pixels::new(self.scaled_width, self.scaled_height, self.rgb, orientation)
            },
            width,
            height,
            taken: facts.taken,
            camera: facts.camera,
            warning: self.warning,
            _memory: memory,
        }
    }
}
