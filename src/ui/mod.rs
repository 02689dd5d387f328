//! What is drawn. Panels read the state and push commands; they change nothing but what they alone know:
//! text being typed, textures, where the grid is scrolled to.

mod about_photo;
mod dialogs;
mod empty_state;
mod export_dialog;
mod filter_bar;
mod grid;
pub mod grid_layout;
mod histogram;
pub mod icons;
mod keywords_dialog;
mod labels_panel;
mod models_dialog;
mod notices;
mod palette_dialog;
mod settings_dialog;
mod status_bar;
mod textures;
pub mod theme;
mod top_bar;
mod viewer;
mod views;
pub mod widgets;

use egui::{CentralPanel, Context, Frame, Margin, Panel, Rect, Ui};

use crate::app::command::Command;
use crate::app::document::library::ItemId;
use crate::app::document::state::{Dialog, State};
use crate::app::tasks::pictures::StoreSlot;
use crate::engine::index::pipeline::Notify;
use crate::settings::Theme;
use grid_layout::{GridLayout, cell_size};
use textures::Textures;
use views::ViewCache;

/// A text field that is to have the keyboard in the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    LabelBox,
    SearchBox,
}

/// Text that is being typed, which the state does not know yet.
#[derive(Default)]
struct Buffers {
    new_label: String,
    pasted: String,
    set_name: String,
    palette: String,
    palette_row: usize,
    repository: String,
    mirrors: String,
    export: export_dialog::Choices,
    keywords: keywords_dialog::Choices,
}

/// Everything that only drawing knows.
pub struct Interface {
    textures: Textures,
    views: ViewCache,
    buffers: Buffers,
    focus: Option<Focus>,
    search_box: Rect,
    theme: Option<Theme>,
    /// A photo and where its top was on the screen, to be there again after sorting.
    anchor: Option<(ItemId, f32)>,
    dialog_is_new: bool,
    /// Where a rubber band began, in the grid's content.
    band: Option<(f32, f64)>,
}

impl Interface {
    /// Makes everything ready for drawing.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(ctx: &Context, store: &StoreSlot, notify: &Notify) -> std::io::Result<Self> {
        theme::install(ctx);
        Ok(Self {
            textures: Textures::new(store, notify)?,
            views: ViewCache::new(notify)?,
            buffers: Buffers::default(),
            focus: None,
            search_box: Rect::NOTHING,
            theme: None,
            anchor: None,
            dialog_is_new: false,
            band: None,
        })
    }

    /// Gives the field for new labels the keyboard.
    pub fn focus_label_box(&mut self) {
        self.focus = Some(Focus::LabelBox);
    }

    /// Gives the search box the keyboard.
    pub fn focus_search_box(&mut self) {
        self.focus = Some(Focus::SearchBox);
    }

    /// Where the search box is.
    #[must_use]
    pub fn search_box(&self) -> Rect {
        self.search_box
    }

    /// Whether all pictures that the last frame wanted are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.textures.is_complete() && self.views.is_complete()
    }

    /// Looks for thumbnails anew: a store was opened.
    pub fn session_opens(&mut self) {
        self.textures.forget_missing();
    }

    /// Clears what an earlier dialog of this kind was given.
    pub fn dialog_opens(&mut self, dialog: Option<&Dialog>) {
        self.dialog_is_new = true;
        match dialog {
            Some(Dialog::Palette) => {
                self.buffers.palette.clear();
                self.buffers.palette_row = 0;
            }
            Some(Dialog::PasteLabels) => self.buffers.pasted.clear(),
            Some(Dialog::LabelSets) => self.buffers.set_name.clear(),
            _ => {}
        }
    }

    /// Remembers where a photo is on the screen, because the order or the cells are about to change: the
    /// one under the keyboard's cursor if it is seen, otherwise the first one unless the grid is at its top.
    pub fn keep_place(&mut self, state: &mut State) {
        let Some(layout) = &state.grid.layout else {
            return;
        };
        let order = &state.answer.arrangement.order;
        let offset = state.grid.offset;
        let seen = layout.visible(offset, offset + f64::from(state.grid.height));
        let seen = seen.start.min(order.len())..seen.end.min(order.len());
        let cursor = state.selection.cursor;
        let place = seen.clone().find(|at| Some(order[*at]) == cursor);
        let place = place.or_else(|| seen.clone().next().filter(|_| offset > 0.0));
        self.anchor = place.map(|at| (order[at], (layout.top(at) - offset) as f32));
    }

    /// Draws a frame.
    pub fn show(&mut self, ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
        if self.theme != Some(state.settings.theme) {
            self.theme = Some(state.settings.theme);
            theme::choose(ui.ctx(), state.settings.theme);
        }
        self.textures.begin_frame(ui.ctx());
        let palette = theme::palette(ui);
        let bar = |x: i8, y: i8| {
            Frame::new()
                .fill(palette.panel)
                .inner_margin(Margin::symmetric(x, y))
        };
        Panel::top("top bar")
            .frame(bar(10, 6))
            .show(ui, |ui| self.top_bar(ui, state, commands));
        Panel::bottom("status bar")
            .frame(bar(12, 5))
            .show(ui, |ui| status_bar::show(ui, state, commands));
        if state.viewer.is_some() {
            let frame = Frame::new().fill(palette.background);
            CentralPanel::default()
                .frame(frame)
                .show(ui, |ui| self.viewer(ui, state, commands));
        } else {
            let default = if ui.available_width() < 900.0 {
                220.0
            } else {
                268.0
            };
            Panel::left("labels")
                .frame(bar(12, 10))
                .default_size(default)
                .size_range(180.0..=420.0)
                .show(ui, |ui| self.labels_panel(ui, state, commands));
            let frame = Frame::new().fill(palette.background);
            CentralPanel::default()
                .frame(frame)
                .show(ui, |ui| self.photos(ui, state, commands));
        }
        self.dialogs(ui, state, commands);
        empty_state::drop_target(ui);
        self.textures.end_frame();
    }

    fn photos(&mut self, ui: &mut Ui, state: &mut State, commands: &mut Vec<Command>) {
        notices::show(ui, state, commands);
        if state.library.is_empty() {
            empty_state::show(ui, state, commands);
            return;
        }
        filter_bar::show(ui, state, commands);
        if state.answer.arrangement.order.is_empty() {
            empty_state::nothing_fits(ui, state, commands);
            return;
        }
        self.grid(ui, state, commands);
    }

    /// Lays the grid out for a width, and puts the anchored photo back in its place.
    fn lay_out(&mut self, width: f32, state: &mut State) -> GridLayout {
        let arrangement = &state.answer.arrangement;
        let cell = cell_size(width, state.memory.cell_side);
        let layout = GridLayout::new(width, cell, arrangement.order.len(), &arrangement.groups);
        if let Some((item, top)) = self.anchor.take()
            && let Some(place) = arrangement.order.iter().position(|id| *id == item)
        {
            state.grid.offset = layout.top(place) - f64::from(top);
        }
        let end = (layout.height() - f64::from(state.grid.height)).max(0.0);
        state.grid.offset = state.grid.offset.clamp(0.0, end);
        layout
    }
}
