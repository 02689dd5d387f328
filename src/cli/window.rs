//! `lumisift` and `lumisift PATH...`: opens the window.

use std::path::PathBuf;

use lumisift::app::services::Services;
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::window::{WindowOutcome, open_window};

use super::RunOutcome;
use super::args::CommonArgs;
use super::output::print_message;

/// Opens the window with `paths`.
pub fn open(
    common: &CommonArgs,
    paths: &[PathBuf],
    new_window: bool,
) -> anyhow::Result<RunOutcome> {
    for path in paths {
        anyhow::ensure!(path.exists(), t!("cli-path-missing", path = path.display()));
    }
    anyhow::ensure!(
        common.model.is_none()
            && common.device.is_none()
            && common.precision.is_none()
            && common.store.is_none()
            && common.threads == 0
            && common.memory.is_none(),
        t!("cli-window-settings")
    );
    if open_window(&Services::real(Dirs::detect()), paths, new_window)? == WindowOutcome::HandedOver
    {
        print_message(t!("cli-shown-in-window"));
    }
    Ok(RunOutcome::Success)
}
