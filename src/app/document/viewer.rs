//! The photos shown large: one, or several side by side; pure.

use super::library::ItemId;

/// A photo seen large, alone or beside others.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewer {
    /// The photo that keys are about.
    item: ItemId,
    /// The photos that are seen side by side, `item` among them; empty if it is seen alone.
    compared: Vec<ItemId>,
    /// Pixels of the screen for a pixel of the photo; fitted to the window if none.
    pub zoom: Option<f32>,
    /// The photo's point in the middle of the window, in parts of its width and height.
    pub centre: egui::Vec2,
    /// The frame of a video that the person chose; the best one if none.
    pub frame: Option<usize>,
}

impl Viewer {
    /// A photo fitted to the window.
    #[must_use]
    pub fn of(item: ItemId) -> Self {
        Self {
            item,
            compared: Vec::new(),
            zoom: None,
            centre: egui::vec2(0.5, 0.5),
            frame: None,
        }
    }

    /// Photos side by side, and the one of them that keys are about: the first, if it is not among them. One alone is
    /// not compared with anything.
    #[must_use]
    pub fn together(items: Vec<ItemId>, item: ItemId) -> Option<Self> {
        let first = *items.first()?;
        let item = if items.contains(&item) { item } else { first };
        let compared = if items.len() > 1 { items } else { Vec::new() };
        Some(Self {
            compared,
            ..Self::of(item)
        })
    }

    /// The photo that keys are about.
    #[must_use]
    pub fn item(&self) -> ItemId {
        self.item
    }

    /// The photos that are seen side by side; none if one is seen alone.
    #[must_use]
    pub fn compared(&self) -> &[ItemId] {
        &self.compared
    }

    /// Whether photos are seen side by side.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        !self.compared.is_empty()
    }

    /// All photos that are seen.
    #[must_use]
    pub fn items(&self) -> &[ItemId] {
        match self.compared.as_slice() {
            [] => std::slice::from_ref(&self.item),
            compared => compared,
        }
    }

    /// Lets keys be about another of the photos that are seen side by side; zoom and place stay. The frame that was
    /// chosen is one of the video that is left.
    pub fn focus(&mut self, item: ItemId) {
        if self.item != item && self.compared.contains(&item) {
            self.item = item;
            self.frame = None;
        }
    }

    /// Leaves the photo that keys are about alone.
    pub fn end_comparison(&mut self) {
        self.compared.clear();
    }

    /// Follows items that were given other numbers. In the place of a photo that is gone, the next of those beside it
    /// is what keys are about; where none is left, nothing is seen large any more.
    #[must_use]
    pub fn renumbered(self, new: &[Option<ItemId>]) -> Option<Self> {
        let follow = |id: &ItemId| new.get(*id as usize).copied().flatten();
        let left: Vec<ItemId> = self.items().iter().filter_map(follow).collect();
        let place = self.items().iter().position(|id| *id == self.item);
        let before = self.items().iter().take(place.unwrap_or_default());
        let next = before.filter_map(follow).count().min(left.len().max(1) - 1);
        let item = follow(&self.item).or_else(|| left.get(next).copied())?;
        let frame = self.frame.filter(|_| follow(&self.item).is_some());
        Some(Self {
            zoom: self.zoom,
            centre: self.centre,
            frame,
            ..Self::together(left, item)?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// New numbers of ten items of which some are gone.
    fn without(gone: &[ItemId]) -> Vec<Option<ItemId>> {
        let mut next = 0..;
        let new = (0..10).map(|id| (!gone.contains(&id)).then(|| next.next()).flatten());
        new.collect()
    }

    #[test]
    fn a_comparison_outlives_the_photo_that_keys_are_about() {
        let mut viewer = Viewer::together(vec![2, 4, 6], 4).expect("a viewer");
        viewer.zoom = Some(1.0);
        let left = viewer.clone().renumbered(&without(&[4])).expect("two");
        assert_eq!((left.item(), left.compared()), (5, &[2, 5][..]));
        assert_eq!(left.zoom, Some(1.0));
        let last = Viewer::together(vec![2, 4, 6], 6).expect("a viewer");
        let last = last.renumbered(&without(&[6])).expect("two");
        assert_eq!((last.item(), last.compared()), (4, &[2, 4][..]));
        // One that is left is seen alone.
        let one = viewer.clone().renumbered(&without(&[2, 4])).expect("one");
        assert_eq!((one.item(), one.is_comparison()), (4, false));
        assert_eq!(viewer.renumbered(&without(&[2, 4, 6])), None);
        assert_eq!(Viewer::of(3).renumbered(&without(&[3])), None);
        let other = Viewer::of(3).renumbered(&without(&[1])).expect("it");
        assert_eq!(other.item(), 2);
    }

    #[test]
    fn keys_are_about_one_of_those_that_are_seen() {
        let mut viewer = Viewer::together(vec![2, 4], 9).expect("a viewer");
        assert_eq!(viewer.item(), 2);
        viewer.focus(7);
        assert_eq!(viewer.item(), 2);
        viewer.frame = Some(3);
        viewer.focus(2);
        assert_eq!(viewer.frame, Some(3), "it is the same video");
        viewer.focus(4);
        assert_eq!((viewer.item(), viewer.frame), (4, None));
        viewer.end_comparison();
        assert_eq!((viewer.items(), viewer.is_comparison()), (&[4][..], false));
        assert_eq!(Viewer::together(Vec::new(), 1), None);
    }
}
