//! Where things are kept, and what a person chose to keep. Every folder of the program comes from here.

use std::fs;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::{Deserialize, Serialize};

/// The program's folders. Each can be moved by an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// Settings; `LUMISIFT_CONFIG_DIR`.
    pub config: PathBuf,
    /// What can be computed again, the store above all; `LUMISIFT_CACHE_DIR`.
    pub cache: PathBuf,
    /// What cannot: downloaded models, journals; `LUMISIFT_DATA_DIR`.
    pub data: PathBuf,
}

impl Dirs {
    /// The platform's folders, unless the environment names others.
    #[must_use]
    pub fn detect() -> Self {
        let project = ProjectDirs::from("org", "lumisift", "Lumisift");
        let fallback = |name: &str| std::env::temp_dir().join("lumisift").join(name);
        let choose = |variable: &str, ours: Option<&Path>, name: &str| {
            std::env::var_os(variable)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
                .or_else(|| ours.map(Path::to_path_buf))
                .unwrap_or_else(|| fallback(name))
        };
        let project = project.as_ref();
        Self {
            config: choose(
                "LUMISIFT_CONFIG_DIR",
                project.map(|p| p.config_dir()),
                "config",
            ),
            cache: choose(
                "LUMISIFT_CACHE_DIR",
                project.map(|p| p.cache_dir()),
                "cache",
            ),
            data: choose("LUMISIFT_DATA_DIR", project.map(|p| p.data_dir()), "data"),
        }
    }

    /// The store, unless a person chose another.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.cache.join("store")
    }

    /// The file of settings.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.json")
    }
}

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Folders of models that the person added.
    pub models: Vec<PathBuf>,
}

impl Settings {
    /// Reads the file of settings. A missing file means the defaults; a broken one is set aside, which
    /// the second value says.
    #[must_use]
    pub fn load(path: &Path) -> (Self, Option<String>) {
        let Ok(text) = fs::read(path) else {
            return (Self::default(), None);
        };
        match serde_json::from_slice(&text) {
            Ok(settings) => (settings, None),
            Err(error) => {
                let aside = path.with_extension("json.broken");
                let outcome = match fs::rename(path, &aside) {
                    Ok(()) => format!("set aside as {}", aside.display()),
                    Err(_) => "left as it is".into(),
                };
                let notice = format!(
                    "the settings in {} cannot be read ({error}): they were {outcome}, and the defaults are used",
                    path.display()
                );
                (Self::default(), Some(notice))
            }
        }
    }

    /// Writes the file of settings, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let temporary = path.with_extension("json.new");
        fs::write(&temporary, serde_json::to_vec_pretty(self)?)?;
        fs::rename(temporary, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_and_broken_ones_are_set_aside() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/settings.json");
        assert_eq!(Settings::load(&path), (Settings::default(), None));
        let settings = Settings {
            models: vec!["/models/clip".into()],
        };
        settings.save(&path).expect("saved");
        assert_eq!(Settings::load(&path), (settings, None));
        fs::write(&path, "{ not JSON").expect("written");
        let (settings, notice) = Settings::load(&path);
        assert_eq!(settings, Settings::default());
        assert!(notice.expect("a notice").contains("set aside"));
        assert!(!path.exists());
    }
}
