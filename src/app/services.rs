//! What the window needs from outside: folders, a way to load models, and the desktop. Tests give their own.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use crate::engine::inference::{self, LoadOptions, Model, ModelError};
use crate::settings::Dirs;

/// What a chosen folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
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
    /// To be passed over.
    Exclude,
    /// A file of labels, to be used.
    LoadLabels,
    /// A file of labels, to be written.
    SaveLabels,
}

/// How models are loaded.
pub type LoadModel = Arc<dyn Fn(&LoadOptions) -> Result<Arc<dyn Model>, ModelError> + Send + Sync>;

/// What a person will have chosen.
pub type Choice = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// The platform's dialogs and programs.
pub trait Desktop: Send + Sync {
    /// Lets the person choose; nothing if they do not. Called by the window's thread, as a Mac wants it,
    /// and awaited by another.
    fn choose(&self, purpose: Purpose) -> Choice;

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

    /// Brings files back from the trash to where they were.
    ///
    /// # Errors
    /// If that cannot be done here, or for one of them.
    fn restore(&self, paths: &[PathBuf]) -> Result<(), String>;

    /// Shows a file in the file manager.
    ///
    /// # Errors
    /// If there is none.
    fn reveal(&self, path: &Path) -> Result<(), String>;
}

/// The platform itself.
pub struct Platform;

impl Desktop for Platform {
    fn choose(&self, purpose: Purpose) -> Choice {
        let dialog = rfd::AsyncFileDialog::new();
        let title = match purpose {
            Purpose::OpenFolder => "Open folders with photos",
            Purpose::OpenPhotos => "Open photos",
            Purpose::ExportTo => "Export photos to",
            Purpose::Model => "A folder with a CLIP model",
            Purpose::Store => "Where to keep thumbnails and vectors",
            Purpose::Exclude => "A folder to pass over",
            Purpose::LoadLabels => "A file of labels",
            Purpose::SaveLabels => "Save labels as",
        };
        let dialog = dialog.set_title(title);
        let paths = |files: Vec<rfd::FileHandle>| files.iter().map(|f| f.path().into()).collect();
        match purpose {
            Purpose::OpenFolder => {
                let chosen = dialog.pick_folders();
                Box::pin(async move { chosen.await.map(paths).unwrap_or_default() })
            }
            Purpose::OpenPhotos => {
                let chosen = dialog.pick_files();
                Box::pin(async move { chosen.await.map(paths).unwrap_or_default() })
            }
            Purpose::LoadLabels => {
                let chosen = dialog.add_filter("Label sets", &["toml"]).pick_file();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
            Purpose::SaveLabels => {
                let chosen = dialog.set_file_name("labels.toml").save_file();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
            _ => {
                let chosen = dialog.pick_folder();
                Box::pin(async move { paths(chosen.await.into_iter().collect()) })
            }
        }
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
    fn restore(&self, paths: &[PathBuf]) -> Result<(), String> {
        let mut there = trash::os_limited::list().map_err(|e| e.to_string())?;
        // Of several that had the same name, the one that went last.
        there.sort_by_key(|item| std::cmp::Reverse(item.time_deleted));
        let mut chosen = Vec::new();
        let mut missing = None;
        for path in paths {
            match there.iter().position(|item| item.original_path() == *path) {
                Some(at) => chosen.push(there.remove(at)),
                None => missing = Some(format!("{} is not there", path.display())),
            }
        }
        trash::os_limited::restore_all(chosen).map_err(|e| e.to_string())?;
        missing.map_or(Ok(()), Err)
    }

    #[cfg(not(any(windows, all(unix, not(target_os = "macos")))))]
    fn restore(&self, _: &[PathBuf]) -> Result<(), String> {
        Err("this system lets only its file manager bring files back".into())
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
            desktop: Arc::new(Platform),
        }
    }
}
