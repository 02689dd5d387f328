//! Signs of stacks over the cells of the grid.

use egui::{Rect, Ui, vec2};

use super::theme::palette;
use super::widgets::badge;
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::{t, text};

/// Over a photo that stands for its stack: how many there are in it. In a stack that is not folded, which came out best.
pub fn paint_sign(ui: &Ui, picture: Rect, state: &State, id: ItemId) {
    let Some(stack) = state.findings().stack(id) else {
        return;
    };
    let (text, fill) = match (state.memory.folded, stack.best == id) {
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
    // Beside the sign for problems, which is in the corner.
    let has_problem = state.item(id).is_some_and(|item| item.warning().is_some());
    let left = if has_problem { 22.0 } else { 2.0 };
    badge(
        ui.painter(),
        picture.left_top() + vec2(left, 2.0),
        &text,
        fill,
    );
}

/// What a screen reader says of it.
#[must_use]
pub fn spoken(state: &State, id: ItemId) -> Option<String> {
    let stack = state.findings().stack(id)?;
    let count = stack.photos.len();
    match (state.memory.folded, stack.best == id) {
        (true, _) => Some(t!("spoken-stack", count = count)),
        (false, true) => Some(t!(
            "spoken-best",
            count = count,
            reason = text::words(stack.reason)
        )),
        (false, false) => None,
    }
}
