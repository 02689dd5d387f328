//! Loading pictures on worker threads: thumbnails from the store, and photos decoded at display size.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use egui::ColorImage;

use super::fetcher::{Fetcher, Priority, Threads};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::Notify;
use crate::engine::index::store::Store;
use crate::engine::index::thumbnails::thumbnail;
use crate::engine::media::decode::{self, Decoded, Pixels};
use crate::engine::media::photo::ContentId;
use crate::engine::media::preprocess::Resampler;
#[cfg(feature = "video")]
use crate::engine::media::video::{Video, VideoFrame};
use crate::t;

/// Number of thumbnail threads.
const THUMB_THREADS: usize = 2;
/// Maximum number of decoded thumbnails waiting for upload.
const READY_THUMBS: usize = 32;
/// Maximum number of decoded viewer pictures waiting for upload.
const READY_VIEWS: usize = 2;

/// Identifies a thumbnail at one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThumbKey {
    /// The photo.
    pub content: ContentId,
    /// Maximum length of the long side in pixels.
    pub side: u32,
}

/// The store that thumbnails come from; `None` until it is open.
pub type StoreSlot = Arc<Mutex<Option<Arc<Store>>>>;

/// Starts the thumbnail threads. Thumbnails missing from the store are created from the photo. The result is `None` if
/// the photo is missing too.
///
/// # Errors
/// Returns an error if a thread cannot be started.
pub fn start_thumbs(
    store: &StoreSlot,
    notify: &Notify,
) -> std::io::Result<Fetcher<ThumbKey, Option<ColorImage>>> {
    let make = || {
        let store = store.clone();
        let mut resampler = Resampler::default();
        move |key: &ThumbKey| {
            let store = store
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()?;
            let jpeg = thumbnail(&store, &mut resampler, &key.content).ok()??;
            // Half the long side suffices as the short side; only panoramas get more pixels than needed.
            let decoded = decode::decode(&jpeg, key.side / 2, &Cancel::default()).ok()?;
            let small = resampler.thumbnail(&decoded.pixels, key.side).ok()?;
            Some(to_image(&small))
        }
    };
    let threads = Threads {
        name: "thumb",
        count: THUMB_THREADS,
        priority: Priority::Low,
    };
    Fetcher::start(threads, READY_THUMBS, notify, make, || None)
}

/// Identifies a photo in the viewer at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewKey {
    /// The path of the file.
    pub path: PathBuf,
    /// The content id at the time of reading, because a changed file is another photo. For videos, that of the frame.
    pub content: Option<ContentId>,
    /// The position of a video frame in milliseconds; `None` for photos.
    pub time_ms: Option<u64>,
    /// Minimum length of the short side in pixels, if the photo has that many.
    pub short_side: u32,
    /// Maximum texture side of the graphics adapter in pixels.
    pub max_side: u32,
    /// For photos too large for one texture, the part to load at full size: left, top, width and height in pixels.
    pub region: Option<[u32; 4]>,
}

impl ViewKey {
    /// Whether this is the same photo, at any size.
    #[must_use]
    pub fn is_of(&self, path: &Path, content: Option<ContentId>) -> bool {
        self.path == path && self.content == content
    }
}

/// A decoded photo for the viewer.
pub struct View {
    /// The pixels.
    pub image: ColorImage,
    /// Whether a higher resolution is impossible, because of the photo or the maximum texture size.
    pub full: bool,
    /// Camera metadata as names and values.
    pub camera: Vec<(&'static str, String)>,
}

/// Starts the thread that loads photos for the viewer.
///
/// # Errors
/// Returns an error if the thread cannot be started.
pub fn start_views(notify: &Notify) -> std::io::Result<Fetcher<ViewKey, Result<View, String>>> {
    let make = || {
        let mut resampler = Resampler::default();
        move |key: &ViewKey| view(key, &mut resampler)
    };
    let give_up = || Err(t!("decoder-gave-up").into());
    let threads = Threads {
        name: "view",
        count: 1,
        priority: Priority::Normal,
    };
    Fetcher::start(threads, READY_VIEWS, notify, make, give_up)
}

fn view(key: &ViewKey, resampler: &mut Resampler) -> Result<View, String> {
    let cancel = Cancel::default();
    #[cfg(feature = "video")]
    if let Some(time_ms) = key.time_ms {
        return frame(key, time_ms, resampler);
    }
    let bytes = decode::read_file(&key.path, &cancel).map_err(|failure| failure.message)?;
    let decoded = decode::decode(&bytes, key.short_side, &cancel).map_err(|e| e.to_string())?;
    let camera = match key.region {
        Some(_) => Vec::new(),
        None => decode::camera_facts(&bytes),
    };
    // Free memory before the next copy is made: with large photos, each buffer takes hundreds of megabytes.
    drop(bytes);
    let Decoded {
        pixels,
        width,
        height,
        ..
    } = decoded;
    match key.region {
        Some(region) => Ok(View {
            image: crop(&pixels.upright(), region),
            full: true,
            camera,
        }),
        None => fitting(key, pixels, (width, height), camera, resampler),
    }
}

/// Decodes one video frame.
#[cfg(feature = "video")]
fn frame(key: &ViewKey, time_ms: u64, resampler: &mut Resampler) -> Result<View, String> {
    let cancel = Cancel::default();
    let video = Video::open(&key.path, &cancel).map_err(|e| e.to_string())?;
    let frame = video.frame_at(time_ms, key.short_side, &cancel);
    let VideoFrame {
        pixels,
        width,
        height,
        ..
    } = frame.map_err(|e| e.to_string())?;
    let camera = video.camera_facts();
    fitting(key, pixels, (width, height), camera, resampler)
}

/// Converts decoded pixels of a picture with the given original size, scaled down to the maximum texture size.
fn fitting(
    key: &ViewKey,
    pixels: Pixels,
    (width, height): (u32, u32),
    camera: Vec<(&'static str, String)>,
    resampler: &mut Resampler,
) -> Result<View, String> {
    let long_side = pixels.width.max(pixels.height);
    let full = long_side >= width.max(height).min(key.max_side);
    let fitting = if long_side <= key.max_side {
        pixels.upright()
    } else {
        let smaller = resampler.thumbnail(&pixels, key.max_side);
        drop(pixels);
        smaller.map_err(|e| e.to_string())?
    };
    Ok(View {
        image: to_image(&fitting),
        full,
        camera,
    })
}

/// Crops an upright picture. The region is clipped to the picture.
fn crop(pixels: &Pixels, [left, top, width, height]: [u32; 4]) -> ColorImage {
    let (left, top) = (left.min(pixels.width), top.min(pixels.height));
    let width = width.min(pixels.width - left) as usize;
    let height = height.min(pixels.height - top) as usize;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        let start = ((top as usize + row) * pixels.width as usize + left as usize) * 3;
        rgb.extend_from_slice(&pixels.rgb[start..start + width * 3]);
    }
    ColorImage::from_rgb([width, height], &rgb)
}

fn to_image(pixels: &Pixels) -> ColorImage {
    let size = [pixels.width as usize, pixels.height as usize];
    ColorImage::from_rgb(size, &pixels.rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_no_larger_than_needed_and_says_whether_it_is_full() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/cat.jpg");
        let key = |short_side, max_side| ViewKey {
            path: path.clone(),
            content: None,
            time_ms: None,
            short_side,
            max_side,
            region: None,
        };
        let mut resampler = Resampler::default();
        let small = view(&key(60, 4096), &mut resampler).expect("a view");
        let full = view(&key(u32::MAX, 4096), &mut resampler).expect("a view");
        assert!(small.image.size[0] < full.image.size[0]);
        assert!(full.full && !small.full);
        let capped = view(&key(u32::MAX, 100), &mut resampler).expect("a view");
        assert!(capped.full && capped.image.size[0] <= 100);
        let part = ViewKey {
            region: Some([10, 20, 30, 10_000]),
            ..key(u32::MAX, 100)
        };
        let part = view(&part, &mut resampler).expect("a view");
        let whole_height = full.image.size[1];
        assert_eq!(part.image.size, [30, whole_height - 20]);
        assert_eq!(part.image[(0, 0)], full.image[(10, 20)]);
        let missing = ViewKey {
            path: "missing.jpg".into(),
            content: None,
            time_ms: None,
            short_side: 1,
            max_side: 1,
            region: None,
        };
        assert!(view(&missing, &mut resampler).is_err_and(|e| e.contains("not there")));
    }
}
