//! Widgets and layout. Panels read the state and push commands. They change only view state: text being edited,
//! textures, scroll positions.

mod about_photo;
mod cell;
mod clusters_dialog;
mod copies_dialog;
mod description_row;
mod dialog_parts;
mod dialogs;
mod drop_zones;
mod empty_state;
mod export_dialog;
mod filmstrip;
mod filter_bar;
mod filter_menu;
mod flaw_histogram;
mod grid;
mod headings;
mod heat;
mod histogram;
pub mod icons;
mod keywords_dialog;
mod label_card;
mod label_language;
mod label_menu;
mod labels_panel;
mod models_dialog;
mod notices;
mod order_controls;
mod palette_dialog;
mod path_dialog;
mod photo_menu;
mod questions_dialog;
mod response_cache;
mod rules_dialog;
mod searches_dialog;
mod settings_dialog;
mod stacks;
mod status_bar;
mod textures;
pub mod theme;
mod threshold_row;
mod top_bar;
mod tour;
mod videos;
mod viewer;
mod viewer_layout;
mod viewer_overlay;
mod viewer_textures;
mod welcome;
pub mod widgets;

use std::sync::Arc;

use egui::{CentralPanel, Context, Frame, Id, Margin, Panel, Rect, Ui};

use crate::app::command::{Command, Dialog};
use crate::app::document::grid_layout::{GridLayout, cell_size};
use crate::app::document::labels::LabelId;
use crate::app::document::library::ItemId;
use crate::app::document::overview::Tour;
use crate::app::document::state::{FrameLayout, GridState, State, ViewRequest};
use crate::app::tasks::pictures::StoreSlot;
use crate::engine::index::pipeline::Notify;
use crate::settings::Theme;
use response_cache::{CopiesSummary, PerResponse, RejectSummary};
use textures::Textures;
pub use viewer_overlay::HOLD;
use viewer_textures::ViewCache;

/// The widget to focus in the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Labels,
    Search,
    Groups,
}

/// The order in which the focus moves between panes. The grid has the focus when nothing else does.
const PANES: [Option<Focus>; 4] = [
    None,
    Some(Focus::Labels),
    Some(Focus::Search),
    Some(Focus::Groups),
];

/// Text being edited, which is not part of the state yet, and cached counts of menus and dialogs.
#[derive(Default)]
struct Buffers {
    new_label: String,
    pasted: String,
    set_name: String,
    palette: String,
    path: String,
    palette_row: usize,
    repository: String,
    mirrors: String,
    threshold: Option<threshold_row::TypedThreshold>,
    export: export_dialog::ExportDialogChoices,
    keywords: keywords_dialog::KeywordChoices,
    filters: filter_menu::FilterCounts,
    reject_summary: PerResponse<RejectSummary>,
    failures: PerResponse<Vec<ItemId>>,
    tour: PerResponse<Tour>,
    copies: PerResponse<CopiesSummary>,
    /// The index and text of the cluster name being edited.
    cluster_name: Option<(usize, String)>,
    search_name: String,
    rule: rules_dialog::RuleChoices,
}

impl Focus {
    /// The index in [`PANES`].
    fn pane(self) -> usize {
        let pane = PANES.iter().position(|pane| *pane == Some(self));
        pane.unwrap_or_default()
    }
}

/// The widget id that has the keyboard focus while the grid does. Screen readers see it as the list of photos.
#[must_use]
pub fn photos_id() -> Id {
    Id::unique("photos")
}

/// The view state.
pub struct Interface {
    textures: Textures,
    views: ViewCache,
    buffers: Buffers,
    focus: Option<Focus>,
    /// The pane that was focused last, as an index into [`PANES`], and whether to focus the next one.
    pane: usize,
    next_pane: bool,
    /// Where the panes of [`PANES`] were in the last frame. The photos are everywhere else.
    pane_rects: [Rect; PANES.len()],
    search_box: Rect,
    theme: Option<Theme>,
    dialog_is_new: bool,
    /// The rubber band, while it is dragged.
    band: Option<grid::RubberBand>,
    /// The time at which the space bar was pressed over a photo in the viewer.
    loupe: Option<f64>,
    /// Index of the photo that was last in the viewer, in display order.
    viewed_place: usize,
    /// The heat map that was drawn last.
    heat: Option<heat::DrawnHeat>,
    /// The open label of the last frame.
    opened_label: Option<LabelId>,
}

impl Interface {
    /// Creates the view and starts its worker threads.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started.
    pub fn new(ctx: &Context, store: &StoreSlot, notify: &Notify) -> std::io::Result<Self> {
        theme::install(ctx);
        Ok(Self {
            textures: Textures::new(store, notify)?,
            views: ViewCache::new(notify)?,
            buffers: Buffers::default(),
            focus: None,
            pane: 0,
            next_pane: false,
            pane_rects: [Rect::NOTHING; PANES.len()],
            search_box: Rect::NOTHING,
            theme: None,
            dialog_is_new: false,
            band: None,
            loupe: None,
            viewed_place: 0,
            heat: None,
            opened_label: None,
        })
    }

    /// Handles a request from the state.
    pub fn handle(&mut self, request: ViewRequest, state: &State) {
        match request {
            ViewRequest::BeginDialog => self.begin_dialog(state.dialog.as_ref()),
            ViewRequest::ExportRejects => self.export_rejects(),
            ViewRequest::FocusLabelBox => self.focus = Some(Focus::Labels),
            ViewRequest::FocusSearchBox => self.focus = Some(Focus::Search),
            ViewRequest::NextPane => self.next_pane = true,
            ViewRequest::RetryThumbnails => self.textures.forget_missing(),
            ViewRequest::RenewThumbnail(content) => self.textures.renew(content),
        }
    }

    /// The drop zone in which a dropped picture is searched for.
    #[must_use]
    pub fn search_zone(&self) -> Rect {
        if self.search_box.is_positive() {
            // Larger than the search box, so that it is easy to hit, but not beyond the top of the photos.
            self.search_box.expand2(egui::vec2(24.0, 14.0))
        } else {
            Rect::NOTHING
        }
    }

    /// Whether all pictures requested in the last frame are loaded.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.textures.is_complete() && self.views.is_complete()
    }

    /// Resets the view state of a dialog that was just opened.
    fn begin_dialog(&mut self, dialog: Option<&Dialog>) {
        self.dialog_is_new = true;
        let export = &mut self.buffers.export;
        export.stays = match dialog {
            // The dialog is replaced while the target folder is typed, and returns afterwards.
            Some(Dialog::Path(prompt)) => prompt.back.as_deref() == Some(&Dialog::Export),
            Some(Dialog::Export) => export.stays,
            _ => false,
        };
        match dialog {
            Some(Dialog::Palette) => {
                self.buffers.palette.clear();
                self.buffers.palette_row = 0;
            }
            Some(Dialog::PasteLabels) => self.buffers.pasted.clear(),
            Some(Dialog::LabelSets) => self.buffers.set_name.clear(),
            Some(Dialog::Clusters) => self.buffers.cluster_name = None,
            Some(Dialog::Searches) => self.buffers.search_name.clear(),
            _ => {}
        }
    }

    /// Draws a frame, and returns its layout.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) -> FrameLayout {
        let zoom = state.settings.text_percent() / 100.0;
        ui.ctx().set_zoom_factor(zoom);
        let size = ui.ctx().content_rect().size() * ui.ctx().zoom_factor();
        ui.ctx()
            .accesskit_node_builder(egui::accesskit_root_id(), |node| {
                node.set_label("Lumisift");
            });
        let mut drawn = FrameLayout {
            size: [size.x, size.y],
            ..FrameLayout::default()
        };
        if self.theme != Some(state.settings.theme) {
            self.theme = Some(state.settings.theme);
            theme::choose(ui.ctx(), state.settings.theme);
        }
        self.textures.begin_frame(ui.ctx());
        self.go_to_next_pane(ui, state);
        let palette = theme::palette(ui);
        let bar = |x: i8, y: i8| {
            Frame::new()
                .fill(palette.panel)
                .inner_margin(Margin::symmetric(x, y))
        };
        let all = !state.panels_hidden;
        self.search_box = Rect::NOTHING;
        self.pane_rects.fill(Rect::NOTHING);
        if all {
            let top = Panel::top("top bar")
                .frame(bar(10, 6))
                .show(ui, |ui| self.top_bar(ui, state, commands));
            self.pane_rects[Focus::Search.pane()] = top.response.rect;
            Panel::bottom("status bar")
                .frame(bar(12, 5))
                .show(ui, |ui| status_bar::show(ui, state, commands));
        }
        let frame = Frame::new().fill(palette.background);
        if state.viewer.is_some() {
            CentralPanel::default()
                .frame(frame)
                .show(ui, |ui| drawn.viewer = self.viewer(ui, state, commands));
        } else {
            let default = if ui.available_width() < 900.0 {
                220.0
            } else {
                268.0
            };
            if all {
                let labels = Panel::left("labels")
                    .frame(bar(12, 10))
                    .default_size(default)
                    .size_range(180.0..=420.0)
                    .show(ui, |ui| self.labels_panel(ui, state, commands));
                self.pane_rects[Focus::Labels.pane()] = labels.response.rect;
            }
            CentralPanel::default()
                .frame(frame)
                .show(ui, |ui| drawn.grid = self.photos(ui, state, commands));
        }
        let offer = self.tour_offer(state);
        notices::show(ui, state, offer.as_deref(), commands);
        self.dialogs(ui, state, commands);
        drop_zones::show(ui, self.search_zone());
        self.textures.end_frame();
        drawn
    }

    /// The pane that contains a widget, however that got the focus.
    fn pane_of(&self, ui: &Ui, widget: Id) -> usize {
        let Some(widget) = ui.ctx().read_response(widget) else {
            return self.pane;
        };
        let middle = widget.rect.center();
        let mut panes = self.pane_rects.iter();
        panes.position(|pane| pane.contains(middle)).unwrap_or(0)
    }

    /// Moves the focus to the next visible pane.
    fn go_to_next_pane(&mut self, ui: &Ui, state: &State) {
        if !std::mem::take(&mut self.next_pane) {
            return;
        }
        let focused = ui.memory(|memory| memory.focused());
        let focused = focused.filter(|id| *id != photos_id());
        let grid = state.viewer.is_none();
        let now = focused.map_or(0, |id| self.pane_of(ui, id));
        let after = (1..=PANES.len()).map(|step| (now + step) % PANES.len());
        let there = |pane: &usize| match PANES[*pane] {
            Some(Focus::Labels) => grid,
            Some(Focus::Groups) => grid && !state.library.is_empty(),
            _ => true,
        };
        self.pane = { after }.find(there).unwrap_or(0);
        self.focus = PANES[self.pane];
        if let (None, Some(id)) = (self.focus, focused) {
            ui.memory_mut(|memory| memory.surrender_focus(id));
        }
    }

    fn photos(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> Option<GridState> {
        if state.library.is_empty() {
            empty_state::show(ui, state, commands);
            return None;
        }
        if !state.panels_hidden {
            let focus = self.focus.take_if(|focus| *focus == Focus::Groups);
            let counts = &mut self.buffers.filters;
            let top = ui.cursor().min.y;
            filter_bar::show(ui, state, counts, focus.is_some(), commands);
            let bar = ui.max_rect().with_min_y(top);
            self.pane_rects[Focus::Groups.pane()] = bar.with_max_y(ui.cursor().min.y);
        }
        if state.response.arrangement.order.is_empty() {
            empty_state::nothing_fits(ui, state, commands);
            return None;
        }
        Some(self.grid(ui, state, commands))
    }
}

/// Lays out the grid and restores the scroll anchor. The previous layout is reused if nothing has changed, because
/// there may be as many groups as folders.
fn lay_out(space: egui::Vec2, state: &State) -> (Arc<GridLayout>, GridState) {
    let arrangement = &state.response.arrangement;
    let cell = cell_size(space.x, state.memory.cell_side);
    let (count, groups) = (arrangement.order.len(), &arrangement.groups);
    let before = state.grid.layout.as_ref();
    let same = |before: &&Arc<GridLayout>| {
        state.grid.response == state.response.number && before.is_of(space.x, cell, count, groups)
    };
    let layout = match before.filter(same) {
        Some(layout) => layout.clone(),
        None => Arc::new(GridLayout::new(space.x, cell, count, groups)),
    };
    let mut grid = GridState {
        offset: state.grid.offset,
        height: space.y,
        response: state.response.number,
        ..GridState::default()
    };
    if let Some((item, top)) = state.grid.anchor
        && let Some(place) = arrangement.order.iter().position(|id| *id == item)
    {
        grid.offset = layout.top(place) - f64::from(top);
    }
    grid.clamp(&layout);
    (layout, grid)
}
