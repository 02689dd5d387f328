//! Opens the window, with a second renderer for machines on which the first does not start.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui_wgpu::WgpuSetup;
use eframe::wgpu::Backends;
use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::MainWindow;
#[cfg(target_os = "macos")]
use super::open_documents;
use crate::app::document::memory::SavedWindow;
use crate::app::services::Services;
use crate::app::single_instance::{self, Instance, StartOutcome};
use crate::settings;

static ICON: &[u8] = include_bytes!("../../assets/icon.png");

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "no window can be opened ({cause}): start it in a graphical session, or sort without a window, as in \
     `lumisift sort FOLDER --label cat --label dog`"
)]
pub struct StartError {
    cause: String,
}

/// What became of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowOutcome {
    /// A window, which is closed by now.
    Window,
    /// The window that was open already has the paths.
    HandedOver,
}

/// Opens the window on `paths`, and returns when it is closed; unless a window is open, which is handed the paths, and
/// `new_window` is not asked for.
///
/// # Errors
/// If there is no display, or no renderer starts.
pub fn open_window(
    services: &Services,
    paths: &[PathBuf],
    new_window: bool,
) -> Result<WindowOutcome, StartError> {
    if !has_display() {
        return Err(StartError {
            cause: "there is no display".into(),
        });
    }
    let instance = match new_window {
        true => None,
        false => match single_instance::start(&services.dirs, paths) {
            StartOutcome::HandedOver => return Ok(WindowOutcome::HandedOver),
            StartOutcome::First(instance) => Some(Arc::new(instance)),
            StartOutcome::Alone => None,
        },
    };
    let instance = instance.as_ref();
    #[cfg(target_os = "macos")]
    open_documents::register();
    let first = run(services, paths, instance, Renderer::Wgpu);
    match first {
        Ok(()) => Ok(WindowOutcome::Window),
        // Without a connection to the display, no renderer can help.
        Err(error @ (eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_))) => {
            Err(StartError {
                cause: error.to_string(),
            })
        }
        // OpenGL is there where Vulkan is not: in virtual machines, on old adapters.
        Err(error) => match run(services, paths, instance, Renderer::Glow) {
            Ok(()) => Ok(WindowOutcome::Window),
            Err(second) => Err(StartError {
                cause: format!("{error}; {second}"),
            }),
        },
    }
}

/// Whether there may be a display. Where this says no, a window toolkit would only say it at length.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn run(
    services: &Services,
    paths: &[PathBuf],
    instance: Option<&Arc<Instance>>,
    renderer: Renderer,
) -> eframe::Result {
    let memory: SavedWindow = settings::peek(&services.dirs.window_file());
    let [width, height] = memory.window;
    let mut viewport = ViewportBuilder::default()
        .with_title("Lumisift")
        .with_app_id("lumisift")
        .with_inner_size([width.clamp(480.0, 8192.0), height.clamp(360.0, 8192.0)])
        .with_min_inner_size([480.0, 360.0]);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(ICON) {
        viewport = viewport.with_icon(icon);
    }
    let mut options = NativeOptions {
        viewport,
        renderer,
        // The window chooses them itself, by its language.
        system_font_fallback: false,
        ..NativeOptions::default()
    };
    if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        // OpenGL is the second renderer's: looking for it here as well would only delay the window.
        setup.instance_descriptor.backends.remove(Backends::GL);
    }
    let (services, paths, instance) = (services.clone(), paths.to_vec(), instance.cloned());
    eframe::run_native(
        "Lumisift",
        options,
        Box::new(move |cc| {
            // A program launched with documents has them by now, and opens them as if they were arguments.
            #[cfg(target_os = "macos")]
            let paths = [paths, open_documents::take()].concat();
            let mut window = MainWindow::new(&cc.egui_ctx, services, paths)?;
            window.use_system_fonts();
            if let Some(instance) = instance {
                window.receive(instance);
            }
            #[cfg(target_os = "macos")]
            window.receive_documents();
            Ok(Box::new(window))
        }),
    )
}
