//! Starts the window on Windows from the Start menu and "Open with", without a console window.
//!
//! Lumisift itself is a console program, so that shells wait for it, and pipes and exit codes work; a GUI program that
//! attaches to its parent's console supports none of these. This launcher is a GUI program that starts Lumisift without
//! a console.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::ffi::OsString;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // There is no console to print to.
            rfd::MessageDialog::new()
                .set_level(rfd::MessageLevel::Error)
                .set_title("Lumisift")
                .set_description(problem)
                .show();
            ExitCode::FAILURE
        }
    }
}

/// Starts the program in the same folder. Errors are sentences for the user.
fn start() -> Result<(), String> {
    let this = std::env::current_exe().map_err(|e| format!("Lumisift cannot start: {e}"))?;
    let program = this.with_file_name(program());
    let mut command = Command::new(&program);
    let args = std::env::args_os().skip(1);
    if cfg!(windows) {
        command.args(args.map(restore_root));
    } else {
        command.args(args);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    match command.spawn() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "Lumisift cannot start {}: {error}. Installing it again should help.",
            program.display()
        )),
    }
}

/// Restores the backslash at the end of a path such as `D:\`. Explorer passes the root of a drive as `"D:\"`, and
/// Windows reads `\"` as an escaped quote, so `D:"` arrives. No file name on Windows contains a quote.
fn restore_root(argument: OsString) -> OsString {
    match argument.to_str().and_then(|text| text.strip_suffix('"')) {
        Some(path) => format!("{path}\\").into(),
        None => argument,
    }
}

fn program() -> &'static str {
    if cfg!(windows) {
        "lumisift.exe"
    } else {
        "lumisift"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_a_drive_keeps_its_backslash() {
        for (argument, wanted) in [
            ("D:\"", r"D:\"),
            (r#"\\server\photos""#, r"\\server\photos\"),
            (r"D:\photos", r"D:\photos"),
            (r"D:\", r"D:\"),
            ("--new-window", "--new-window"),
            ("", ""),
        ] {
            assert_eq!(restore_root(argument.into()), wanted, "{argument}");
        }
    }
}
