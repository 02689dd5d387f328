//! Decoded pixels.

use std::sync::Arc;

use super::facts::ExifFacts;
use super::format::PictureFormat;
use super::{Orientation, jpeg};
use crate::engine::media::memory_budget::Reservation;
use crate::engine::media::photo::{ContentId, PhotoFacts, Taken};

/// Short side in pixels below which a preview has less detail than a thumbnail.
const SMALL_PREVIEW: u32 = 200;

/// RGB pixels in stored orientation, with the orientation to apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Width in pixels as stored.
    pub width: u32,
    /// Height in pixels as stored.
    pub height: u32,
    /// Interleaved RGB samples, row by row.
    pub rgb: Vec<u8>,
    /// Orientation that makes the picture upright.
    pub orientation: Orientation,
    /// Extent of the picture in pixels, horizontally and vertically: at reduced scale the last column and row may be
    /// partly covered.
    pub covered: (f64, f64),
}

impl Pixels {
    /// Pixels that the picture covers completely.
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

    /// Rotates and mirrors the picture upright.
    #[must_use]
    pub fn upright(self) -> Self {
        self.orientation.apply(self)
    }
}

/// A decoded picture with facts from its file.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The pixels, possibly at reduced scale.
    pub pixels: Pixels,
    /// Width of the full upright picture in pixels.
    pub width: u32,
    /// Height of the full upright picture in pixels.
    pub height: u32,
    /// Capture date in the camera's local time.
    pub taken: Option<Taken>,
    /// Camera model from the metadata.
    pub camera: Option<String>,
    /// Describes damage to a file that could still be read.
    pub warning: Option<String>,
    /// Reservation of the pixels in the shared memory budget.
    _memory: Option<Arc<Reservation>>,
}

impl Decoded {
    /// The facts about the photo with this content identifier.
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

/// The output of a decoder.
pub struct Picture {
    pub scaled_width: u32,
    pub scaled_height: u32,
    pub rgb: Vec<u8>,
    pub full_width: u32,
    pub full_height: u32,
    /// Overrides the orientation in the metadata, for example if the decoder has already applied it.
    pub orientation: Option<Orientation>,
    /// Stored size of the full picture, if this is a preview of it.
    pub stands_for: Option<(u32, u32)>,
    pub warning: Option<String>,
}

impl Picture {
    /// A picture at full size.
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

    /// Marks the orientation as already applied by the decoder.
    #[cfg(feature = "jxl")]
    pub fn turned_already(self) -> Self {
        Self {
            orientation: Some(Orientation::default()),
            ..self
        }
    }

    /// Marks the picture as a preview of a file of this format.
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

    /// Adds the facts from the metadata.
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
