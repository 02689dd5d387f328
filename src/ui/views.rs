//! Textures of large pictures: the visible one and its neighbours.

use std::collections::VecDeque;

use egui::{TextureHandle, TextureOptions};

use crate::app::document::library::LibraryItem;
use crate::app::tasks::fetcher::Fetcher;
use crate::app::tasks::pictures::{View, ViewKey, start_views};
use crate::engine::index::pipeline::Notify;
use crate::engine::media::photo::ContentId;

/// Large pictures that are held: the one seen, its neighbours, and one on the way out.
const HELD: usize = 4;
/// A picture on the graphics adapter, or why there is none.
pub struct CachedView {
    key: ViewKey,
    /// The picture.
    pub shown: Result<LoadedPicture, String>,
}

/// A picture that can be drawn.
pub struct LoadedPicture {
    /// Its pixels.
    pub texture: TextureHandle,
    full: bool,
    /// What its camera wrote: name and value.
    pub camera: Vec<(&'static str, String)>,
}

/// The large pictures that are held.
pub struct ViewCache {
    fetcher: Fetcher<ViewKey, Result<View, String>>,
    held: VecDeque<CachedView>,
    wanted: Vec<ViewKey>,
    /// How many pictures the last frame wanted, there or not.
    most_wanted: usize,
}

impl ViewCache {
    /// No pictures yet.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(notify: &Notify) -> std::io::Result<Self> {
        Ok(Self {
            fetcher: start_views(notify)?,
            held: VecDeque::new(),
            wanted: Vec::new(),
            most_wanted: 0,
        })
    }

    /// Whether everything that the last frame wanted is there.
    pub fn is_complete(&self) -> bool {
        self.wanted.is_empty() && !self.fetcher.has_more()
    }

    /// Uploads what has come.
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

    /// The part of an item that is held at its full size, and its position in the photo.
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

    /// The picture of an item, or of the frame that it shows, if it is held.
    pub fn find(&self, item: &LibraryItem, shown: Option<ContentId>) -> Option<&CachedView> {
        self.held
            .iter()
            .find(|held| held.key.region.is_none() && held.key.is_of(&item.file.path, shown))
    }

    /// Wants these, most urgent first, as far as what is held is not enough.
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
