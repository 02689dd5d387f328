//! The selection and the keyboard cursor. Pure functions.

use super::id_set::IdSet;
use super::library::ItemId;

/// The selected photos, the keyboard cursor and the anchor of range selection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    chosen: IdSet,
    /// Whether the user has confirmed that commands also apply to hidden selected photos.
    with_hidden: bool,
    /// The item from which arrow keys move.
    pub cursor: Option<ItemId>,
    anchor: Option<ItemId>,
    /// Where the first of the photos that were marked last was displayed.
    marked_at: Option<usize>,
}

/// How a click or a cursor step changes the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionMode {
    /// Select only this photo.
    Only,
    /// Add this photo, or remove it if selected.
    Toggle,
    /// Select everything from the anchor to this photo.
    Range,
}

impl Selection {
    /// Whether a photo is selected.
    #[must_use]
    pub fn contains(&self, id: ItemId) -> bool {
        self.chosen.contains(id)
    }

    /// The number of selected photos.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The selected photos in display order, followed by hidden ones.
    #[must_use]
    pub fn in_order(&self, order: &[ItemId]) -> Vec<ItemId> {
        let mut ids: Vec<ItemId> = order
            .iter()
            .copied()
            .filter(|id| self.contains(*id))
            .collect();
        if ids.len() < self.len() {
            let shown: IdSet = ids.iter().copied().collect();
            ids.extend(self.chosen.iter().filter(|id| !shown.contains(*id)));
        }
        ids
    }

    /// The photos that a command applies to: visible selected photos in display order, and hidden ones if the user has
    /// confirmed that.
    #[must_use]
    pub fn command_targets(&self, order: &[ItemId]) -> Vec<ItemId> {
        if self.with_hidden {
            return self.in_order(order);
        }
        let shown = order.iter().copied().filter(|id| self.contains(*id));
        shown.collect()
    }

    /// The number of hidden selected photos for which the user must be asked.
    #[must_use]
    pub fn hidden(&self, order: &[ItemId]) -> usize {
        if self.with_hidden || self.is_empty() {
            return 0;
        }
        let shown = order.iter().filter(|id| self.contains(**id)).count();
        self.len() - shown
    }

    /// Makes commands apply to hidden photos too, until the selection changes.
    pub fn include_hidden(&mut self) {
        self.with_hidden = true;
    }

    /// Removes hidden photos from the selection.
    pub fn keep_shown(&mut self, order: &[ItemId]) {
        let shown = self.command_targets(order);
        self.chosen = shown.into_iter().collect();
    }

    /// Where the first of the photos that were marked last was displayed. If the mark has hidden them, the next photo
    /// is there now. `None` once the cursor, the order or the filter has changed.
    #[must_use]
    pub fn marked_at(&self) -> Option<usize> {
        self.marked_at
    }

    /// Sets [`Self::marked_at`].
    pub fn set_marked_at(&mut self, place: Option<usize>) {
        self.marked_at = place;
    }

    /// Changes the selection as after a click on a photo or a cursor step to it.
    pub fn select(&mut self, id: ItemId, mode: SelectionMode, order: &[ItemId]) {
        self.with_hidden = false;
        match mode {
            SelectionMode::Only => self.only(id),
            SelectionMode::Toggle => {
                if !self.chosen.remove(id) {
                    self.chosen.insert(id);
                }
                self.anchor = Some(id);
            }
            SelectionMode::Range => {
                let place = |id| order.iter().position(|other| *other == id);
                match (self.anchor.and_then(place), place(id)) {
                    (Some(a), Some(b)) => {
                        self.chosen = order[a.min(b)..=a.max(b)].iter().copied().collect();
                    }
                    _ => self.only(id),
                }
            }
        }
        // The automatic step from the last photo leads nowhere: the cursor stays at the photo that was marked.
        if self.cursor.replace(id) != Some(id) {
            self.marked_at = None;
        }
    }

    fn only(&mut self, id: ItemId) {
        self.chosen.clear();
        self.chosen.insert(id);
        self.anchor = Some(id);
    }

    /// Selects photos, in addition to the current selection if `add`.
    pub fn set(&mut self, ids: impl IntoIterator<Item = ItemId>, add: bool) {
        if !add {
            self.chosen.clear();
        }
        self.with_hidden = false;
        self.chosen.extend(ids);
        self.cursor = self.cursor.filter(|id| self.chosen.contains(*id));
        self.marked_at = None;
    }

    /// Clears the selection.
    pub fn clear(&mut self) {
        self.chosen.clear();
        self.with_hidden = false;
        self.anchor = None;
    }

    /// Translates item ids after items were removed.
    pub fn renumber(&mut self, new: &[Option<ItemId>]) {
        let follow = |id: ItemId| new.get(id as usize).copied().flatten();
        self.chosen = self.chosen.iter().filter_map(follow).collect();
        self.cursor = self.cursor.and_then(follow);
        self.marked_at = None;
        self.anchor = self.anchor.and_then(follow);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [ItemId; 5] = [30, 10, 20, 50, 40];

    #[test]
    fn clicks_select_as_in_a_file_manager() {
        let mut selection = Selection::default();
        selection.select(10, SelectionMode::Only, &ORDER);
        selection.select(50, SelectionMode::Range, &ORDER);
        assert_eq!(selection.in_order(&ORDER), [10, 20, 50]);
        selection.select(30, SelectionMode::Range, &ORDER);
        assert_eq!(selection.in_order(&ORDER), [30, 10]);
        selection.select(40, SelectionMode::Toggle, &ORDER);
        selection.select(30, SelectionMode::Toggle, &ORDER);
        assert_eq!(selection.in_order(&ORDER), [10, 40]);
        assert_eq!(selection.cursor, Some(30));
        selection.select(20, SelectionMode::Only, &ORDER);
        assert_eq!(selection.in_order(&ORDER), [20]);
    }

    #[test]
    fn what_is_filtered_away_stays_selected_and_comes_last() {
        let mut selection = Selection::default();
        selection.set([10, 40, 7], false);
        assert_eq!(selection.in_order(&[40, 10]), [40, 10, 7]);
    }

    #[test]
    fn hidden_photos_are_affected_only_after_confirmation() {
        let mut selection = Selection::default();
        selection.set([10, 40, 7], false);
        let shown = [40, 10];
        assert_eq!(
            (selection.command_targets(&shown), selection.hidden(&shown)),
            (vec![40, 10], 1)
        );
        selection.include_hidden();
        assert_eq!(
            (selection.command_targets(&shown), selection.hidden(&shown)),
            (vec![40, 10, 7], 0)
        );
        // The confirmation holds only for that selection.
        selection.set([8], true);
        assert_eq!(selection.hidden(&shown), 2);
        selection.keep_shown(&shown);
        assert_eq!((selection.len(), selection.hidden(&shown)), (2, 0));
    }

    #[test]
    fn a_range_without_an_anchor_is_a_click() {
        let mut selection = Selection::default();
        selection.select(20, SelectionMode::Range, &ORDER);
        assert_eq!(selection.in_order(&ORDER), [20]);
    }

    #[test]
    fn the_place_of_a_mark_is_known_until_the_cursor_moves() {
        let mut selection = Selection::default();
        selection.select(40, SelectionMode::Only, &ORDER);
        selection.set_marked_at(Some(4));
        // The step after the last photo leads nowhere.
        selection.select(40, SelectionMode::Only, &ORDER);
        assert_eq!(selection.marked_at(), Some(4));
        selection.select(50, SelectionMode::Only, &ORDER);
        assert_eq!(selection.marked_at(), None);
    }

    #[test]
    fn renumbering_keeps_what_stays() {
        let mut selection = Selection::default();
        selection.select(0, SelectionMode::Only, &[0, 1, 2]);
        selection.select(2, SelectionMode::Toggle, &[0, 1, 2]);
        selection.renumber(&[None, Some(0), Some(1)]);
        assert_eq!(selection.in_order(&[0, 1]), [1]);
        assert_eq!(selection.cursor, Some(1));
    }
}
