//! The viewer's state: one photo, or several side by side. Pure functions.

use super::library::ItemId;

/// A photo in the viewer, alone or in a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewer {
    /// The focused photo, to which commands apply.
    item: ItemId,
    /// The compared photos, including `item`; empty if there is only one photo.
    compared: Vec<ItemId>,
    /// Screen pixels per photo pixel; `None` fits the photo to the window.
    pub zoom: Option<f32>,
    /// The point of the photo at the centre of the pane, relative to its width and height.
    pub centre: egui::Vec2,
    /// The video frame that the user has chosen; `None` for the best one.
    pub frame: Option<usize>,
}

impl Viewer {
    /// A single photo, fitted to the window.
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

    /// A comparison with a focused photo, or the first one if `item` is not among them. A single photo is no
    /// comparison. `None` without photos.
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

    /// The focused photo.
    #[must_use]
    pub fn item(&self) -> ItemId {
        self.item
    }

    /// The compared photos; empty if there is only one photo.
    #[must_use]
    pub fn compared(&self) -> &[ItemId] {
        &self.compared
    }

    /// Whether photos are being compared.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        !self.compared.is_empty()
    }

    /// All photos in the viewer.
    #[must_use]
    pub fn items(&self) -> &[ItemId] {
        match self.compared.as_slice() {
            [] => std::slice::from_ref(&self.item),
            compared => compared,
        }
    }

    /// Focuses another of the compared photos. Zoom and position stay, but the chosen video frame is reset.
    pub fn focus(&mut self, item: ItemId) {
        if self.item != item && self.compared.contains(&item) {
            self.item = item;
            self.frame = None;
        }
    }

    /// Ends the comparison and keeps the focused photo.
    pub fn end_comparison(&mut self) {
        self.compared.clear();
    }

    /// Translates item ids after items were removed. If the focused photo is gone, the next compared one gets the
    /// focus; `None` if none is left.
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

    /// New ids of ten items after some are removed.
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
        // The last remaining photo is shown alone.
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
