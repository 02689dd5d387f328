//! Detects whether the platform can show file dialogs. On Linux they require a desktop portal or zenity; without
//! either, the user types a path.

use crate::t;
use std::time::Duration;

/// A dialog that closes sooner than this cannot have been visible.
pub const TOO_SHORT: Duration = Duration::from_millis(300);

/// Message if no file dialog is available.
#[cfg(any(test, all(unix, not(target_os = "macos"))))]
const MISSING: &str = "no-file-dialogs";
/// Message if a file dialog closed without having been visible.
const CLOSED: &str = "file-dialog-did-not-open";

/// Checks whether file dialogs are available.
///
/// # Errors
/// Returns a message for the user if no file dialog is available.
#[cfg(any(windows, target_os = "macos"))]
pub fn available() -> Result<(), String> {
    Ok(())
}

/// Checks whether file dialogs are available.
///
/// # Errors
/// Returns a message for the user if no file dialog is available.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn available() -> Result<(), String> {
    linux::available()
}

/// Distinguishes a cancelled dialog from one that failed to open, by how long it took to return nothing.
///
/// # Errors
/// Returns a message for the user if the dialog cannot have been visible.
pub fn plausible_choice<T>(chosen: Vec<T>, took: Duration) -> Result<Vec<T>, String> {
    let by_portal = cfg!(all(unix, not(target_os = "macos")));
    let unseen = by_portal && chosen.is_empty() && took < TOO_SHORT;
    match unseen {
        true => Err(t!(CLOSED).into()),
        false => Ok(chosen),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod linux {
    use std::env;
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    /// The D-Bus service file that starts the portal.
    const PORTAL: &str = "dbus-1/services/org.freedesktop.portal.Desktop.service";

    /// The parts of the environment that decide whether file dialogs are available.
    pub struct DialogEnvironment {
        /// The directories in `PATH`.
        pub programs: Vec<PathBuf>,
        /// The XDG data directories.
        pub data: Vec<PathBuf>,
        /// Whether a D-Bus session bus is available.
        pub bus: bool,
        /// Whether the program runs in a Snap or Flatpak sandbox, whose portal is outside it.
        pub boxed: bool,
    }

    impl DialogEnvironment {
        fn of_process() -> Self {
            let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
            let folders = |name: &str, usual: &str| -> Vec<PathBuf> {
                let value = set(name).unwrap_or_else(|| OsString::from(usual));
                env::split_paths(&value).collect()
            };
            let mut data = folders("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
            let home = set("HOME").map(PathBuf::from);
            let own = set("XDG_DATA_HOME").map(PathBuf::from);
            data.extend(own.or_else(|| Some(home?.join(".local/share"))));
            let runtime = set("XDG_RUNTIME_DIR").map(PathBuf::from);
            let bus = runtime.is_some_and(|dir| dir.join("bus").exists());
            Self {
                programs: folders("PATH", "/usr/local/bin:/usr/bin:/bin"),
                data,
                bus: bus || set("DBUS_SESSION_BUS_ADDRESS").is_some(),
                boxed: set("SNAP").is_some() || Path::new("/.flatpak-info").exists(),
            }
        }

        /// Whether file dialogs are available.
        pub fn have_dialogs(&self) -> bool {
            let zenity = { self.programs.iter() }.any(|dir| dir.join("zenity").exists());
            let portal = self.data.iter().any(|dir| dir.join(PORTAL).exists());
            zenity || (self.bus && (portal || self.boxed))
        }
    }

    /// Like [`super::available`], for this platform.
    pub fn available() -> Result<(), String> {
        match DialogEnvironment::of_process().have_dialogs() {
            true => Ok(()),
            false => Err(crate::t!(super::MISSING).into()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_portal_needs_a_bus_and_zenity_needs_nothing() {
            let dir = tempfile::tempdir().expect("a folder");
            let (bin, data) = (dir.path().join("bin"), dir.path().join("share"));
            std::fs::create_dir_all(&bin).expect("made");
            std::fs::create_dir_all(data.join("dbus-1/services")).expect("made");
            let have = |bus| {
                let surroundings = DialogEnvironment {
                    programs: vec![bin.clone()],
                    data: vec![data.clone()],
                    bus,
                    boxed: false,
                };
                surroundings.have_dialogs()
            };
            assert!(!have(true) && !have(false));
            std::fs::write(data.join(PORTAL), "").expect("written");
            assert!(have(true) && !have(false));
            std::fs::write(bin.join("zenity"), "").expect("written");
            assert!(have(false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_nobody_can_have_seen_is_no_answer() {
        let long = Duration::from_secs(2);
        assert_eq!(plausible_choice(vec![1], Duration::ZERO), Ok(vec![1]));
        assert_eq!(plausible_choice::<u8>(Vec::new(), long), Ok(Vec::new()));
        let quick = plausible_choice::<u8>(Vec::new(), Duration::ZERO);
        assert_eq!(quick.is_err(), cfg!(all(unix, not(target_os = "macos"))));
        assert!(t!(MISSING).contains("portal"));
    }
}
