//! Textures of thumbnails, limited by total size. The least recently drawn ones are dropped first.

use std::collections::{HashMap, HashSet};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::app::tasks::fetcher::Fetcher;
use crate::app::tasks::pictures::{StoreSlot, ThumbKey, start_thumbs};
use crate::engine::index::pipeline::Notify;
use crate::engine::media::photo::ContentId;

/// Maximum total size in bytes: a few screens of large thumbnails.
const BUDGET: usize = 128 << 20;
/// Maximum number of uploads per frame.
const UPLOADS: usize = 16;
/// Maximum number of uploaded bytes per frame.
const UPLOAD_BYTES: usize = 4 << 20;

struct CachedTexture {
    texture: TextureHandle,
    bytes: usize,
    /// The frame in which it was last drawn.
    used: u64,
    /// Whether it should be replaced by a better one. It is drawn until that arrives.
    outdated: bool,
}

/// The cache of thumbnail textures.
pub struct Textures {
    fetcher: Fetcher<ThumbKey, Option<ColorImage>>,
    held: HashMap<ThumbKey, CachedTexture>,
    /// Thumbnails that could not be loaded.
    missing: HashSet<ThumbKey>,
    /// Thumbnails that became outdated while being fetched.
    stale_in_flight: HashSet<ThumbKey>,
    wanted: Vec<ThumbKey>,
    requested: Vec<ThumbKey>,
    bytes: usize,
    frame: u64,
}

impl Textures {
    /// Creates an empty cache, and starts the worker threads.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started.
    pub fn new(store: &StoreSlot, notify: &Notify) -> std::io::Result<Self> {
        Ok(Self {
            fetcher: start_thumbs(store, notify)?,
            held: HashMap::new(),
            missing: HashSet::new(),
            stale_in_flight: HashSet::new(),
            wanted: Vec::new(),
            requested: Vec::new(),
            bytes: 0,
            frame: 0,
        })
    }

    /// Retries thumbnails that could not be loaded, because the store may have changed.
    pub fn forget_missing(&mut self) {
        self.missing.clear();
    }

    /// Reloads a photo's thumbnail. The old one is drawn until the new one arrives.
    pub fn renew(&mut self, content: ContentId) {
        for key in SIDES.map(|side| ThumbKey { content, side }) {
            self.missing.remove(&key);
            match self.held.get_mut(&key) {
                Some(entry) => entry.outdated = true,
                None if self.requested.contains(&key) => {
                    self.stale_in_flight.insert(key);
                }
                None => {}
            }
        }
    }

    /// Whether an up-to-date texture is loaded.
    fn is_current(&self, key: ThumbKey) -> bool {
        self.held.get(&key).is_some_and(|entry| !entry.outdated)
    }

    /// Whether all thumbnails requested in the last frame are loaded.
    pub fn is_complete(&self) -> bool {
        self.requested.is_empty() && !self.fetcher.has_more()
    }

    /// Uploads loaded thumbnails within the limits of a frame.
    pub fn begin_frame(&mut self, ctx: &Context) {
        self.frame += 1;
        let (mut count, mut bytes) = (0, 0);
        while count < UPLOADS && bytes < UPLOAD_BYTES {
            let Some((key, image)) = self.fetcher.try_next() else {
                break;
            };
            let Some(image) = image else {
                if !self.stale_in_flight.remove(&key) {
                    self.missing.insert(key);
                }
                continue;
            };
            count += 1;
            bytes += self.upload(ctx, key, image);
        }
        if self.fetcher.has_more() {
            ctx.request_repaint();
        }
        self.evict();
    }

    fn upload(&mut self, ctx: &Context, key: ThumbKey, image: ColorImage) -> usize {
        let bytes = image.pixels.len() * 4;
        let texture = ctx.load_texture("thumbnail", image, TextureOptions::LINEAR);
        let entry = CachedTexture {
            texture,
            bytes,
            used: self.frame,
            outdated: self.stale_in_flight.remove(&key),
        };
        self.bytes += bytes;
        if let Some(old) = self.held.insert(key, entry) {
            self.bytes -= old.bytes;
        }
        bytes
    }

    /// Drops the least recently drawn textures until a fifth of the budget is free, except those of the last frame.
    fn evict(&mut self) {
        if self.bytes <= BUDGET {
            return;
        }
        let mut old: Vec<(u64, ThumbKey)> = (self.held.iter())
            .filter(|(_, entry)| entry.used + 1 < self.frame)
            .map(|(key, entry)| (entry.used, *key))
            .collect();
        old.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in old {
            if self.bytes <= BUDGET / 5 * 4 {
                break;
            }
            if let Some(entry) = self.held.remove(&key) {
                self.bytes -= entry.bytes;
            }
        }
    }

    /// A thumbnail to draw now: the requested size, otherwise another size of the same photo, if loaded.
    pub fn get(&mut self, key: ThumbKey) -> Option<&TextureHandle> {
        let frame = self.frame;
        self.request(key);
        let found = if self.held.contains_key(&key) {
            Some(key)
        } else {
            let other = |side| ThumbKey { side, ..key };
            SIDES
                .map(other)
                .into_iter()
                .find(|key| self.held.contains_key(key))
        };
        let entry = self.held.get_mut(&found?)?;
        entry.used = frame;
        Some(&entry.texture)
    }

    /// Requests a thumbnail that may be drawn soon.
    pub fn request(&mut self, key: ThumbKey) {
        if !self.is_current(key) && !self.missing.contains(&key) {
            self.wanted.push(key);
        }
    }

    /// Sends the requests of this frame to the worker threads, if they have changed.
    pub fn end_frame(&mut self) {
        if self.wanted != self.requested {
            self.fetcher.want(self.wanted.iter().copied());
            std::mem::swap(&mut self.wanted, &mut self.requested);
        }
        self.wanted.clear();
    }
}

/// The available thumbnail sizes in pixels.
const SIDES: [u32; 3] = [320, 224, 144];

/// The smallest available size that is at least `pixels`, otherwise the largest.
pub fn side_for(pixels: f32) -> u32 {
    let enough = SIDES.into_iter().rev().find(|side| *side as f32 >= pixels);
    enough.unwrap_or(SIDES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_never_smaller_than_what_is_seen_if_there_is_one() {
        assert_eq!(side_for(100.0), 144);
        assert_eq!(side_for(145.0), 224);
        assert_eq!(side_for(5000.0), 320);
    }
}
