//! Badges of stacks on grid cells.

use egui::{Rect, Ui, vec2};

use super::theme::palette;
use super::widgets::badge;
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::{t, text};

/// For a folded stack, the number of its photos. For an unfolded one, a sign on the best photo.
pub fn paint_stack_badge(ui: &Ui, picture: Rect, state: &State, id: ItemId) {
    let Some(stack) = state.findings().stack(id) else {
        return;
    };
    let (text, fill) = match (state.folds_stacks(), stack.best == id) {
        (true, _) => (
            t!("stack-photos", count = stack.photos.len()),
            palette(ui).raised,
        ),
        (false, true) => (
            t!("stack-best", count = stack.photos.len()),
            palette(ui).good,
        ),
        (false, false) => return,
    };
    // To the right of the warning sign in the corner.
    let has_problem = state.item(id).is_some_and(|item| item.warning().is_some());
    let left = if has_problem { 22.0 } else { 2.0 };
    badge(
        ui.painter(),
        picture.left_top() + vec2(left, 2.0),
        &text,
        fill,
    );
}

/// The text of the badge for screen readers.
#[must_use]
pub fn accessible_text(state: &State, id: ItemId) -> Option<String> {
    let stack = state.findings().stack(id)?;
    let count = stack.photos.len();
    match (state.folds_stacks(), stack.best == id) {
        (true, _) => Some(t!("spoken-stack", count = count)),
        (false, true) => Some(t!(
            "spoken-best",
            count = count,
            reason = text::words(stack.reason)
        )),
        (false, false) => None,
    }
}
