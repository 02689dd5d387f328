//! Installed models: downloaded by this program, in Hugging Face's cache, or in folders named by the user. The embedded
//! starter model is always available and not listed here.

use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use super::catalog::{self, CATALOG, CatalogModel};
use super::download::{ARRIVING, DownloadError, origin};
use super::model_files::is_complete;
use crate::engine::hub::endpoint::{self, RepoId};
use crate::engine::inference::checkpoint;

/// How a model was installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelOrigin {
    /// Downloaded by this program, which may delete it.
    Program,
    /// Found in the cache of Hugging Face's own tools.
    Cache,
    /// In a folder named by the user.
    UserFolder,
}

/// A model that the user can choose.
#[derive(Clone, Debug, PartialEq)]
pub struct InstalledModel {
    /// Name by which the model is selected.
    pub name: String,
    /// Its catalogue entry, if any.
    pub entry: Option<&'static CatalogModel>,
    /// Its folder and origin, if it is installed.
    pub place: Option<(PathBuf, ModelOrigin)>,
}

/// The places where models may be installed.
#[derive(Clone, Debug)]
pub struct InstalledModels {
    /// Download folder of this program.
    pub models: PathBuf,
    /// Cache of Hugging Face's own tools.
    pub cache: Option<PathBuf>,
    /// Folders named by the user.
    pub added: Vec<PathBuf>,
}

impl InstalledModels {
    /// All models: the catalogue's, installed or not, followed by other installed ones.
    #[must_use]
    pub fn list(&self) -> Vec<InstalledModel> {
        let offered = CATALOG.iter().map(|entry| InstalledModel {
            name: entry.short_name().into(),
            entry: Some(entry),
            place: self.place_of(entry),
        });
        let mut all: Vec<InstalledModel> = offered.collect();
        for dir in self.fetched() {
            push_new(&mut all, dir, ModelOrigin::Program);
        }
        for dir in &self.added {
            push_new(&mut all, dir.clone(), ModelOrigin::UserFolder);
        }
        all
    }

    fn place_of(&self, entry: &CatalogModel) -> Option<(PathBuf, ModelOrigin)> {
        let repo = RepoId::parse(entry.repo)?;
        let fetched = repo.folder(&self.models);
        if is_complete(&fetched) {
            return Some((fetched, ModelOrigin::Program));
        }
        let cached = self.cached(&repo, entry.revision)?;
        Some((cached, ModelOrigin::Cache))
    }

    /// A complete copy in the cache, of this revision or of the main branch.
    #[must_use]
    pub fn cached(&self, repo: &RepoId, revision: &str) -> Option<PathBuf> {
        let cache = self.cache.as_ref()?;
        let found = [revision, "main"].into_iter();
        found
            .filter_map(|revision| endpoint::cached(cache, repo, revision))
            .find(|dir| is_complete(dir))
    }

    /// Complete models in the download folder, whether downloaded or copied there by the user. A download in progress
    /// has a different suffix.
    fn fetched(&self) -> Vec<PathBuf> {
        let inside = |dir: &Path| {
            let entries = fs::read_dir(dir).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let mut dirs: Vec<PathBuf> = inside(&self.models)
            .iter()
            .flat_map(|owner| inside(owner))
            .filter(|dir| dir.extension().is_none_or(|ending| ending != ARRIVING))
            .filter(|dir| is_complete(dir))
            .collect();
        dirs.sort();
        dirs
    }

    /// Finds a model by its name: a catalogue name, the last component of its folder, or its repository.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<InstalledModel> {
        let all = self.list();
        let by_name = |model: &&InstalledModel| {
            let entry = model.entry.is_some_and(|entry| {
                catalog::find(name).is_some_and(|found| found.repo == entry.repo)
            });
            let repo = || {
                let dir = model.place.as_ref().map(|(dir, _)| dir);
                dir.and_then(|dir| origin(dir))
                    .is_some_and(|o| o.repo == name)
            };
            model.name == name || entry || repo()
        };
        all.iter().find(by_name).cloned()
    }

    /// Deletes a model, if it is where this program installs models; any other folder is left alone.
    ///
    /// # Errors
    /// Returns an error if its files cannot be deleted, or if a link leads to them.
    pub fn delete(&self, dir: &Path) -> Result<(), DownloadError> {
        let Some(owner) = self.owner_folder(dir) else {
            return Ok(());
        };
        let delete = || {
            // The files behind a link are not this program's.
            for folder in [owner.as_path(), dir] {
                if !fs::symlink_metadata(folder)?.is_dir() {
                    let message = "a link or a file, not a folder: it was not deleted";
                    return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
                }
            }
            fs::remove_dir_all(dir)
        };
        delete().map_err(|source| DownloadError::Io {
            path: dir.into(),
            source,
        })
    }

    /// The folder of a model's owner, if the model's folder is `owner/name` in the download folder.
    fn owner_folder(&self, dir: &Path) -> Option<PathBuf> {
        let inside = dir.strip_prefix(&self.models).ok()?;
        let mut parts = inside.components();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(Component::Normal(owner)), Some(Component::Normal(_)), None) => {
                Some(self.models.join(owner))
            }
            _ => None,
        }
    }
}

fn push_new(all: &mut Vec<InstalledModel>, dir: PathBuf, owner: ModelOrigin) {
    let same =
        |model: &InstalledModel| model.place.as_ref().is_some_and(|(known, _)| *known == dir);
    if !all.iter().any(same) {
        all.push(InstalledModel {
            name: checkpoint::folder_name(&dir),
            entry: None,
            place: Some((dir, owner)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn models_are_found_wherever_they_are_and_only_ours_are_deleted() {
        let home = tempfile::tempdir().expect("a folder");
        let (models, cache) = (home.path().join("models"), home.path().join("hub"));
        let names = ["config.json", "preprocessor_config.json", "tokenizer.json"];
        // A model copied by the user, and an incomplete download.
        for dir in ["me/mine", "me/half.part"] {
            for name in names.iter().chain(&["model.safetensors"]) {
                file(&models.join(dir).join(name), "{}");
            }
        }
        let note = r#"{"repo":"me/mine","revision":"main","endpoint":"x"}"#;
        file(&models.join("me/mine/lumisift.json"), note);
        let theirs = cache.join("models--openai--clip-vit-base-patch16/snapshots/main");
        for name in names {
            file(&theirs.join(name), "{}");
        }
        let installed = InstalledModels {
            models: models.clone(),
            cache: Some(cache),
            added: vec![home.path().join("own")],
        };
        let place = |name: &str| installed.find(name).and_then(|found| found.place);
        assert_eq!(place("openai/clip-vit-base-patch16"), None, "incomplete");
        file(&theirs.join("model.safetensors"), "");
        let cached = Some((theirs.clone(), ModelOrigin::Cache));
        assert_eq!(place("openai/clip-vit-base-patch16"), cached);
        assert_eq!(place("CLIP ViT-B/16"), cached);
        assert_eq!(place("me/mine"), place("mine"));
        assert_eq!(
            place("own").map(|(_, owner)| owner),
            Some(ModelOrigin::UserFolder)
        );
        assert!(installed.find("nothing").is_none() && installed.find("half.part").is_none());
        installed.delete(&theirs).expect("left alone");
        assert!(theirs.exists());
        installed.delete(&models.join("me/mine")).expect("deleted");
        assert_eq!(place("mine"), None);
    }

    #[test]
    fn only_folders_of_models_are_deleted() {
        let home = tempfile::tempdir().expect("a folder");
        let installed = InstalledModels {
            models: home.path().join("models"),
            cache: None,
            added: Vec::new(),
        };
        let models = &installed.models;
        file(&models.join("me/mine/model.safetensors"), "");
        file(&models.join("me/mine/deep/model.safetensors"), "");
        file(&home.path().join("theirs/kept/model.safetensors"), "");
        for left_alone in [
            "",
            "me",
            "me/mine/deep",
            "..",
            "../theirs",
            "me/../../theirs/kept",
            "me/..",
        ] {
            let deleted = installed.delete(&models.join(left_alone));
            assert!(deleted.is_ok(), "{left_alone}: {deleted:?}");
        }
        #[cfg(unix)]
        {
            let link = |target: &str, name: &str| {
                std::os::unix::fs::symlink(home.path().join(target), models.join(name))
            };
            link("theirs", "linked").expect("linked");
            link("theirs/kept", "me/linked").expect("linked");
            for linked in ["linked/kept", "me/linked"] {
                let error = installed
                    .delete(&models.join(linked))
                    .expect_err("not deleted");
                assert!(error.to_string().contains("a link"), "{error}");
                assert!(models.join(linked).exists());
            }
        }
        assert!(home.path().join("theirs/kept/model.safetensors").exists());
        assert!(models.join("me/mine/deep/model.safetensors").exists());
        installed.delete(&models.join("me/mine")).expect("deleted");
        assert!(!models.join("me/mine").exists());
        let error = installed.delete(&models.join("me/mine"));
        assert!(error.is_err(), "nothing is there");
    }
}
