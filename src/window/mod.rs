//! The eframe glue: owns the state (`app`) and the view (`ui`).

mod drops;
mod fonts;
mod input;
#[cfg(target_os = "macos")]
mod open_documents;
mod start;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Ui};

use crate::app::App;
use crate::app::command::Command;
use crate::app::document::state::{State, ViewRequest};
use crate::app::services::Services;
use crate::app::single_instance::Instance;
use crate::ui::Interface;

pub use start::{StartError, WindowOutcome, open_window};

/// The program's one window.
pub struct MainWindow {
    app: App,
    ui: Interface,
    keyboard: input::Keyboard,
    drops: drops::Drops,
    fonts: Option<fonts::Fonts>,
}

impl MainWindow {
    /// A window's content, on `paths` if there are any, otherwise on what was open last.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(ctx: &Context, services: Services, paths: Vec<PathBuf>) -> std::io::Result<Self> {
        let app = App::new(ctx, services, paths)?;
        let ui = Interface::new(ctx, app.store_slot(), app.notify())?;
        Ok(Self {
            app,
            ui,
            keyboard: input::Keyboard::default(),
            drops: drops::Drops::default(),
            fonts: None,
        })
    }

    /// Opens what later starts hand over, too.
    pub fn receive(&mut self, instance: Arc<Instance>) {
        self.app.receive(instance);
    }

    /// Draws characters that the program's own font lacks with the system's fonts for the language.
    pub fn use_system_fonts(&mut self) {
        self.fonts = Some(fonts::Fonts::default());
    }

    /// What the window knows.
    #[must_use]
    pub fn state(&self) -> &State {
        self.app.state()
    }

    /// Whether the displayed response belongs to the current input.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.app.is_settled()
    }

    /// Whether all pictures requested by the last frame are loaded.
    #[must_use]
    pub fn has_all_pictures(&self) -> bool {
        self.ui.is_complete()
    }

    /// Executes a command as if the user had issued it.
    pub fn command(&mut self, command: Command) {
        self.app.command(command);
        self.handle_requests();
    }

    fn handle_requests(&mut self) {
        for request in self.app.take_requests() {
            if matches!(
                request,
                ViewRequest::FocusLabelBox | ViewRequest::FocusSearchBox
            ) {
                self.keyboard.wait_for_field();
            }
            self.ui.handle(request, self.app.state());
        }
    }
}

impl eframe::App for MainWindow {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if let Some(fonts) = &mut self.fonts {
            fonts.follow_language(ctx);
        }
        self.app.begin_frame(ctx);
        #[cfg(target_os = "macos")]
        self.open_documents(ctx);
        self.handle_requests();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let mut commands = self.keyboard.commands(&ctx, self.app.state());
        commands.extend(self.drops.command(&ctx, self.ui.search_zone()));
        let drawn = self.ui.show(ui, self.app.state(), &mut commands);
        self.app.end_frame(drawn, commands);
        self.handle_requests();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.app.exit();
    }
}
