//! Finds models by name.

use std::path::Path;

use super::{Dirs, Settings};
use crate::engine::files::paths::absolute;
use crate::engine::hub::installed::InstalledModel;
use crate::engine::inference::ModelChoice;

/// Why a name does not identify a usable model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableModel {
    /// It is in the catalogue, but not installed.
    #[error("{name} is not installed: `lumisift models get {name}` downloads it")]
    NotInstalled {
        /// Its name in the catalogue.
        name: String,
    },
    /// There is no such model.
    #[error(
        "there is no model {0:?}: name a folder with a CLIP model, or one that `lumisift models` lists"
    )]
    Unknown(String),
}

impl Settings {
    /// Finds a model by name: "starter", a folder, or an installed model.
    ///
    /// # Errors
    /// Returns an error if there is no model of that name and no model in a folder of that path.
    pub fn named_model(&self, name: &str, dirs: &Dirs) -> Result<ModelChoice, UnusableModel> {
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
            Some(InstalledModel { name, .. }) => Err(UnusableModel::NotInstalled { name }),
            None if path.is_dir() => Ok(ModelChoice::Folder(path)),
            None => Err(UnusableModel::Unknown(name.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Locale, keep_to_thread, sentence};

    #[test]
    fn errors_are_translated() {
        keep_to_thread(Locale::SimplifiedChinese);
        let unknown = UnusableModel::Unknown("nothere".into()).to_string();
        assert_eq!(
            sentence(&unknown),
            "没有模型 \"nothere\"：请指定 CLIP 模型所在的文件夹，或 `lumisift models` 列出的模型"
        );
        let name = "SigLIP 2 B/32".to_owned();
        let absent = UnusableModel::NotInstalled { name }.to_string();
        assert_eq!(
            sentence(&absent),
            "SigLIP 2 B/32 尚未下载：可用 `lumisift models get SigLIP 2 B/32` 获取"
        );
        keep_to_thread(Locale::English);
    }
}
