//! Which model a name means.

use std::path::Path;

use super::{Dirs, Settings};
use crate::engine::files::paths::absolute;
use crate::engine::hub::installed::InstalledModel;
use crate::engine::inference::ModelChoice;

/// Why a name means no model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchModel {
    /// The catalogue has it, this machine does not.
    #[error("{name} is not installed: `lumisift models get {name}` downloads it")]
    NotInstalled {
        /// Its name in the catalogue.
        name: String,
    },
    /// Nothing is called so.
    #[error(
        "there is no model {0:?}: name a folder with a CLIP model, or one that `lumisift models` lists"
    )]
    Unknown(String),
}

impl Settings {
    /// The model of this name: "starter", a folder, or one that was installed.
    ///
    /// # Errors
    /// If no model has that name and no folder is there.
    pub fn named_model(&self, name: &str, dirs: &Dirs) -> Result<ModelChoice, NoSuchModel> {
        if name == "starter" {
            return Ok(ModelChoice::Starter);
        }
        let path = absolute(Path::new(name));
        if path.join("config.json").is_file() {
            return Ok(ModelChoice::Folder(path));
        }
        match self.installed_models(dirs).find(name) {
            Some(InstalledModel {
                place: Some((dir, _)),
                ..
            }) => Ok(ModelChoice::Folder(dir)),
            Some(InstalledModel { name, .. }) => Err(NoSuchModel::NotInstalled { name }),
            None if path.is_dir() => Ok(ModelChoice::Folder(path)),
            None => Err(NoSuchModel::Unknown(name.into())),
        }
    }
}
