//! What the window needs from outside: folders, loading of models, and the desktop. Tests replace them.

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

/// What a chosen folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FolderPurpose {
    /// To be opened.
    OpenFolder,
    /// To be opened: photos, not a folder.
    OpenPhotos,
    /// Where photos are exported to.
    ExportTo,
    /// A model.
    Model,
    /// Where the store is kept.
    Store,
    /// To be excluded.
    Exclude,
    /// A file of labels, to be used.
    LoadLabels,
    /// A file of labels, to be written.
    SaveLabels,
    /// Where a rule brings photos.
    RuleTarget,
}

impl FolderPurpose {
    /// Those whose dialogs begin in the same folder.
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

/// How models are loaded.
pub type LoadModel = Arc<dyn Fn(&LoadOptions) -> Result<Arc<dyn Model>, ModelError> + Send + Sync>;

/// What a person will have chosen, or why no dialog can be shown.
pub type Choice = Pin<Box<dyn Future<Output = Result<Vec<PathBuf>, String>> + Send>>;

/// What became of files that were to come back from the trash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restoration {
    /// Those that are where they were.
    pub back: Vec<PathBuf>,
    /// Those that are not in the trash any more.
    pub missing: Vec<PathBuf>,
    /// Those that are still in the trash, and why.
    pub stuck: Vec<(PathBuf, String)>,
}

/// The platform's dialogs and programs.
pub trait Desktop: Send + Sync {
    /// Lets the person choose, beginning in a folder; nothing if they do not. Called by the window's thread, as a Mac
    /// wants it, and awaited by another.
    fn choose(&self, purpose: FolderPurpose, start: Option<&Path>) -> Choice;

    /// Opens a photo in the program that the person uses for it.
    ///
    /// # Errors
    /// If there is none.
    fn open(&self, path: &Path) -> Result<(), String>;

    /// Puts a file into the trash.
    ///
    /// # Errors
    /// If there is none for it.
    fn trash(&self, path: &Path) -> Result<(), String>;

    /// Whether files can be brought back from the trash.
    fn can_restore(&self) -> bool;

    /// Brings files back from the trash to where they were, each by itself.
    fn restore(&self, paths: &[PathBuf]) -> Restoration;

    /// Puts files onto the clipboard, for file managers, and with them their paths, for everything else.
    ///
    /// # Errors
    /// If there is no clipboard for files.
    fn copy_files(&self, paths: &[PathBuf]) -> Result<(), String>;

    /// Shows a file in the file manager.
    ///
    /// # Errors
    /// If there is none.
    fn reveal(&self, path: &Path) -> Result<(), String>;
}

/// The platform itself.
#[derive(Default)]
pub struct Platform {
    /// On Linux, what was copied is there as long as this is.
    clipboard: Mutex<Option<ClipboardContext>>,
}

/// A file as clipboards name it.
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

/// Why a file is still in the trash.
#[cfg(any(windows, all(unix, not(target_os = "macos"))))]
fn why_stuck(error: &trash::Error) -> String {
    match error {
        trash::Error::RestoreCollision { .. } => t!("restore-name-taken").into(),
        other => other.to_string(),
    }
}

/// No file came back, for one reason.
fn all_stuck(paths: &[PathBuf], reason: &str) -> Restoration {
    let stuck = paths.iter().map(|path| (path.clone(), reason.to_owned()));
    Restoration {
        stuck: stuck.collect(),
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
            let begun = Instant::now();
            let paths = chosen.await;
            file_dialogs::judge(paths, begun.elapsed())
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
            Err(error) => return all_stuck(paths, &error.to_string()),
        };
        // Of several that had the same name, the one that went last.
        there.sort_by_key(|item| std::cmp::Reverse(item.time_deleted));
        let mut outcome = Restoration::default();
        for path in paths {
            let Some(at) = there.iter().position(|item| item.original_path() == *path) else {
                outcome.missing.push(path.clone());
                continue;
            };
            // One at a time: of several, the first that fails would keep back all others.
            match trash::os_limited::restore_all([there.remove(at)]) {
                Ok(()) => outcome.back.push(path.clone()),
                Err(error) => outcome.stuck.push((path.clone(), why_stuck(&error))),
            }
        }
        outcome
    }

    #[cfg(not(any(windows, all(unix, not(target_os = "macos")))))]
    fn restore(&self, paths: &[PathBuf]) -> Restoration {
        all_stuck(paths, t!("restore-not-here"))
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

/// All of it together.
#[derive(Clone)]
pub struct Services {
    /// Where things are kept.
    pub dirs: Dirs,
    /// How models are loaded.
    pub load_model: LoadModel,
    /// The desktop.
    pub desktop: Arc<dyn Desktop>,
}

impl Services {
    /// The real ones.
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
    fn paths_are_lines_of_text() {
        assert_eq!(paths_text(&["/a".into(), "/b c".into()]), "/a\n/b c");
    }
}
