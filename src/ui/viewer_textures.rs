//! Textures of viewer pictures: the visible one and its neighbours.

use std::collections::VecDeque;

use egui::{TextureHandle, TextureOptions};

use crate::app::document::library::LibraryItem;
use crate::app::tasks::fetcher::Fetcher;
use crate::app::tasks::pictures::{View, ViewKey, start_views};
use crate::engine::index::pipeline::Notify;
use crate::engine::media::photo::ContentId;

/// Minimum capacity of the cache: the visible picture, its neighbours, and the previous one.
const HELD: usize = 4;
/// A picture on the graphics adapter, or why it could not be loaded.
pub struct CachedView {
    key: ViewKey,
    /// The picture, or the error.
    pub shown: Result<LoadedPicture, String>,
}

/// A picture that is ready to draw.
pub struct LoadedPicture {
    /// The texture.
    pub texture: TextureHandle,
    full: bool,
    /// Camera metadata as names and values.
    pub camera: Vec<(&'static str, String)>,
}

/// The cache of viewer pictures.
pub struct ViewCache {
    fetcher: Fetcher<ViewKey, Result<View, String>>,
    held: VecDeque<CachedView>,
    wanted: Vec<ViewKey>,
    /// Number of pictures requested in the last frame, loaded or not.
    most_wanted: usize,
}

impl ViewCache {
    /// Creates an empty cache, and starts the worker thread.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub fn new(notify: &Notify) -> std::io::Result<Self> {
        Ok(Self {
            fetcher: start_views(notify)?,
            held: VecDeque::new(),
            wanted: Vec::new(),
            most_wanted: 0,
        })
    }

    /// Whether all pictures requested in the last frame are loaded.
    pub fn is_complete(&self) -> bool {
        self.wanted.is_empty() && !self.fetcher.has_more()
    }

    /// Uploads loaded pictures.
    pub fn take(&mut self, ctx: &egui::Context) {
        while let Some((key, view)) = self.fetcher.try_next() {
            let shown = view.map(|view| LoadedPicture {
                texture: ctx.load_texture("photo", view.image, TextureOptions::LINEAR),
                full: view.full,
                camera: view.camera,
            });
            self.held.retain(|held| {
                let same_kind = held.key.region.is_some() == key.region.is_some();
                !(same_kind && held.key.is_of(&key.path, key.content))
            });
            self.held.push_back(CachedView { key, shown });
            if self.held.len() > HELD.max(self.most_wanted + 1) {
                self.held.pop_front();
            }
        }
    }

    /// The cached full-size region of an item, and its position in the photo.
    pub fn find_region(
        &self,
        item: &LibraryItem,
        shown: Option<ContentId>,
    ) -> Option<(&TextureHandle, [u32; 4])> {
        let parts = self
            .held
            .iter()
            .filter(|held| held.key.is_of(&item.file.path, shown) && held.key.region.is_some());
        let part = { parts }.next_back()?;
        Some((&part.shown.as_ref().ok()?.texture, part.key.region?))
    }

    /// The cached picture of an item or of one of its frames.
    pub fn find(&self, item: &LibraryItem, shown: Option<ContentId>) -> Option<&CachedView> {
        self.held
            .iter()
            .find(|held| held.key.region.is_none() && held.key.is_of(&item.file.path, shown))
    }

    /// Requests pictures, most urgent first, unless the cached ones suffice.
    pub fn want(&mut self, keys: Vec<ViewKey>) {
        let enough = |key: &ViewKey| {
            self.held.iter().any(|held| {
                let full = held.shown.as_ref().is_ok_and(|shown| shown.full);
                let failed = held.shown.is_err();
                let same_part = held.key.region == key.region;
                held.key.is_of(&key.path, key.content)
                    && same_part
                    && (full || failed || held.key.short_side >= key.short_side)
            })
        };
        self.most_wanted = keys.len();
        let missing: Vec<ViewKey> = keys.into_iter().filter(|key| !enough(key)).collect();
        if missing != self.wanted {
            self.fetcher.want(missing.iter().cloned());
            self.wanted = missing;
        }
    }
}
