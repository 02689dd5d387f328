//! The window's dependencies on the system: directories, model loading and the desktop. Tests replace them.

#[cfg(any(windows, all(unix, not(target_os = "macos"))))]
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clipboard_rs::{Clipboard, ClipboardContent, ClipboardContext};
use serde::{Deserialize, Serialize};

use super::file_dialogs;
use crate::engine::inference::{self, LoadOptions, Model, ModelError};
use crate::settings::Dirs;
use crate::t;

/// The purpose of a path that the user chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FolderPurpose {
    /// A folder to open.
    OpenFolder,
    /// Photos to open.
    OpenPhotos,
    /// The target folder of an export.
    ExportTo,
    /// A model directory.
    Model,
    /// The directory of the store.
    Store,
    /// A folder to exclude.
    Exclude,
    /// A label file to read.
    LoadLabels,
    /// A label file to write.
    SaveLabels,
    /// The target folder of a rule.
    RuleTarget,
}

impl FolderPurpose {
    /// All purposes that share a start folder with this one.
    #[must_use]
    pub fn together(self) -> &'static [Self] {
        match self {
            Self::OpenFolder | Self::OpenPhotos => &[Self::OpenFolder, Self::OpenPhotos],
            Self::LoadLabels | Self::SaveLabels => &[Self::LoadLabels, Self::SaveLabels],
            Self::ExportTo => &[Self::ExportTo],
            Self::RuleTarget => &[Self::RuleTarget],
            Self::Model => &[Self::Model],
            Self::Store => &[Self::Store],
            Self::Exclude => &[Self::Exclude],
        }
    }
}

/// Loads a model.
pub type LoadModel = Arc<dyn Fn(&LoadOptions) -> Result<Arc<dyn Model>, ModelError> + Send + Sync>;

/// A future that resolves to the chosen paths, or to the reason why no dialog can be shown.
pub type Choice = Pin<Box<dyn Future<Output = Result<Vec<PathBuf>, String>> + Send>>;

/// The result of restoring files from the trash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restoration {
    /// Files that were restored to their original paths.
    pub back: Vec<PathBuf>,
    /// Files that are no longer in the trash.
    pub missing: Vec<PathBuf>,
    /// Files that are still in the trash, with the reason.
    pub not_restored: Vec<(PathBuf, String)>,
}

/// Integration with the platform's dialogs and programs.
pub trait Desktop: Send + Sync {
    /// Opens a file dialog that starts in a folder. Resolves to no paths if the user cancels. Must be called on the
    /// main thread, because macOS requires that; the future may be awaited on another thread.
    fn choose(&self, purpose: FolderPurpose, start: Option<&Path>) -> Choice;

    /// Opens a photo in the user's default program.
    ///
    /// # Errors
    /// Returns an error if there is no such program or it cannot be started.
    fn open(&self, path: &Path) -> Result<(), String>;

    /// Moves a file to the trash.
    ///
    /// # Errors
    /// Returns an error if the file cannot be moved, for example because its file system has no trash.
    fn trash(&self, path: &Path) -> Result<(), String>;

    /// Whether files can be restored from the trash.
    fn can_restore(&self) -> bool;

    /// Restores files from the trash to their original paths, each independently of the others.
    fn restore(&self, paths: &[PathBuf]) -> Restoration;

    /// Copies files to the clipboard for file managers, and their paths as text for other programs.
    ///
    /// # Errors
    /// Returns an error if the clipboard does not accept files.
    fn copy_files(&self, paths: &[PathBuf]) -> Result<(), String>;

    /// Shows a file in the file manager.
    ///
    /// # Errors
    /// Returns an error if there is no file manager.
    fn reveal(&self, path: &Path) -> Result<(), String>;
}

/// The implementation for the current platform.
#[derive(Default)]
pub struct Platform {
    /// On Linux, the clipboard contents are lost when this is dropped.
    clipboard: Mutex<Option<ClipboardContext>>,
}

/// The form in which the clipboard refers to a file: a URI on Linux, a path elsewhere.
fn clipboard_name(path: &Path) -> String {
    if cfg!(not(all(unix, not(target_os = "macos")))) {
        return path.display().to_string();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    let escaped = bytes.map(|byte| match plain(*byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    format!("file://{}", escaped.collect::<String>())
}

/// Paths as text, one per line.
#[must_use]
pub fn paths_text(paths: &[PathBuf]) -> String {
    let lines: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    lines.join("\n")
}

/// The path with which the trash remembers a file: links to its folder are resolved.
#[cfg(any(windows, all(unix, not(target_os = "macos"))))]
fn in_real_folder(path: &Path) -> PathBuf {
    let folder = path.parent().map(Path::canonicalize);
    match (folder, path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path.into(),
    }
}

/// Why a file could not be restored from the trash.
#[cfg(any(windows, all(unix, not(target_os = "macos"))))]
fn restore_failure(error: &trash::Error) -> String {
    match error {
        trash::Error::RestoreCollision { .. } => t!("restore-name-taken").into(),
        other => other.to_string(),
    }
}

/// A result in which no file was restored, for one reason.
fn none_restored(paths: &[PathBuf], reason: &str) -> Restoration {
    let not_restored = paths.iter().map(|path| (path.clone(), reason.to_owned()));
    Restoration {
        not_restored: not_restored.collect(),
        ..Restoration::default()
    }
}

impl Desktop for Platform {
    fn choose(&self, purpose: FolderPurpose, start: Option<&Path>) -> Choice {
        let mut dialog = rfd::AsyncFileDialog::new();
        if let Some(start) = start {
            dialog = dialog.set_directory(start);
        }
        let title = match purpose {
            FolderPurpose::OpenFolder => t!("choose-open-folders"),
            FolderPurpose::OpenPhotos => t!("choose-open-photos"),
            FolderPurpose::ExportTo => t!("choose-export-to"),
            FolderPurpose::Model => t!("choose-model"),
            FolderPurpose::Store => t!("choose-store"),
            FolderPurpose::Exclude => t!("choose-exclude"),
            FolderPurpose::LoadLabels => t!("choose-load-labels"),
            FolderPurpose::SaveLabels => t!("choose-save-labels"),
            FolderPurpose::RuleTarget => t!("choose-rule-target"),
        };
        let dialog = dialog.set_title(title);
        let paths = |files: Vec<rfd::FileHandle>| files.iter().map(|f| f.path().into()).collect();
        let chosen: Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>> = match purpose {
            FolderPurpose::OpenFolder => {
                let chosen = dialog.pick_folders();
                Box::pin(async move { chosen.await.map(paths).unwrap_or_default() })
            }
            FolderPurpose::OpenPhotos => {
                let chosen = dialog.pick_files();
                Box::pin(async move { chosen.await.map(paths).unwrap_or_default() })
            }
            FolderPurpose::LoadLabels => {
                let chosen = dialog
                    .add_filter(t!("label-set-files"), &["toml"])
                    .pick_file();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
            FolderPurpose::SaveLabels => {
                let chosen = dialog.set_file_name("labels.toml").save_file();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
            _ => {
                let chosen = dialog.pick_folder();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
        };
        Box::pin(async move {
            file_dialogs::available()?;
            let started = Instant::now();
            let paths = chosen.await;
            file_dialogs::plausible_choice(paths, started.elapsed())
        })
    }

    fn open(&self, path: &Path) -> Result<(), String> {
        opener::open(path).map_err(|e| e.to_string())
    }

    fn trash(&self, path: &Path) -> Result<(), String> {
        trash::delete(path).map_err(|e| e.to_string())
    }

    fn can_restore(&self) -> bool {
        cfg!(any(windows, all(unix, not(target_os = "macos"))))
    }

    #[cfg(any(windows, all(unix, not(target_os = "macos"))))]
    fn restore(&self, paths: &[PathBuf]) -> Restoration {
        let mut there = match trash::os_limited::list() {
            Ok(there) => there,
            Err(error) => return none_restored(paths, &error.to_string()),
        };
        // If several have the same path, restore the most recently deleted one.
        there.sort_by_key(|item| item.time_deleted);
        let there = there.into_iter().map(|item| (item.original_path(), item));
        let mut there: HashMap<PathBuf, trash::TrashItem> = there.collect();
        let mut outcome = Restoration::default();
        for path in paths {
            let item = there.remove(path);
            let Some(item) = item.or_else(|| there.remove(&in_real_folder(path))) else {
                outcome.missing.push(path.clone());
                continue;
            };
            // One at a time: in a batch, the first failure would abort the rest.
            match trash::os_limited::restore_all([item]) {
                Ok(()) => outcome.back.push(path.clone()),
                Err(error) => outcome
                    .not_restored
                    .push((path.clone(), restore_failure(&error))),
            }
        }
        outcome
    }

    #[cfg(not(any(windows, all(unix, not(target_os = "macos")))))]
    fn restore(&self, paths: &[PathBuf]) -> Restoration {
        none_restored(paths, t!("restore-not-here"))
    }

    fn copy_files(&self, paths: &[PathBuf]) -> Result<(), String> {
        let mut clipboard = { self.clipboard.lock() }.unwrap_or_else(PoisonError::into_inner);
        let context = match clipboard.take() {
            Some(context) => context,
            None => ClipboardContext::new().map_err(|e| e.to_string())?,
        };
        let files = paths.iter().map(|path| clipboard_name(path)).collect();
        let contents = vec![
            ClipboardContent::Files(files),
            ClipboardContent::Text(paths_text(paths)),
        ];
        context.set(contents).map_err(|e| e.to_string())?;
        *clipboard = Some(context);
        Ok(())
    }

    fn reveal(&self, path: &Path) -> Result<(), String> {
        opener::reveal(path).map_err(|e| e.to_string())
    }
}

/// All services.
#[derive(Clone)]
pub struct Services {
    /// The directories of the program.
    pub dirs: Dirs,
    /// Loads models.
    pub load_model: LoadModel,
    /// The desktop integration.
    pub desktop: Arc<dyn Desktop>,
}

impl Services {
    /// The services of the current platform.
    #[must_use]
    pub fn real(dirs: Dirs) -> Self {
        Self {
            dirs,
            load_model: Arc::new(inference::load),
            desktop: Arc::new(Platform::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn clipboards_name_files_by_addresses() {
        let name = clipboard_name(Path::new("/my photos/猫 100%.jpg"));
        assert_eq!(name, "file:///my%20photos/%E7%8C%AB%20100%25.jpg");
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_trash_knows_files_by_their_real_folders() {
        let dir = tempfile::tempdir().expect("a folder");
        let real = dir.path().canonicalize().expect("there").join("photos");
        std::fs::create_dir(&real).expect("made");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        // The file itself is gone, and may have been a link.
        assert_eq!(in_real_folder(&link.join("a.jpg")), real.join("a.jpg"));
        let gone = dir.path().join("gone/a.jpg");
        assert_eq!(in_real_folder(&gone), gone);
    }

    #[test]
    fn paths_are_lines_of_text() {
        assert_eq!(paths_text(&["/a".into(), "/b c".into()]), "/a\n/b c");
    }
}
