//! The program's folders. All of them are determined here.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

/// The program's folders. Environment variables override each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// Settings; `LUMISIFT_CONFIG_DIR`.
    pub config: PathBuf,
    /// Data that can be recomputed, mainly the store; `LUMISIFT_CACHE_DIR`.
    pub cache: PathBuf,
    /// Data that cannot be recomputed: downloaded models, journals; `LUMISIFT_DATA_DIR`.
    pub data: PathBuf,
    /// Data of temporary value, such as the log; `LUMISIFT_STATE_DIR`.
    pub state: PathBuf,
    /// The cache of Hugging Face's own programs; `HF_HUB_CACHE`, or `hub` in `HF_HOME`.
    pub hub_cache: Option<PathBuf>,
}

impl Dirs {
    /// The platform's default folders, unless overridden by the environment.
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
        // Overriding the data folder moves the log, too.
        let moved = std::env::var_os("LUMISIFT_DATA_DIR").filter(|value| !value.is_empty());
        let state = moved
            .map(|data| PathBuf::from(data).join("state"))
            .or_else(|| {
                let project = project?;
                let ours = project.state_dir().map(Path::to_path_buf);
                Some(ours.unwrap_or_else(|| project.data_local_dir().join("logs")))
            });
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
            state: choose("LUMISIFT_STATE_DIR", state.as_deref(), "state"),
            hub_cache: hub_cache(),
        }
    }

    /// All folders within one folder, such as a temporary one, without the cache of Hugging Face's programs.
    #[must_use]
    pub fn within(home: &Path) -> Self {
        let dir = |name: &str| home.join(name);
        Self {
            config: dir("config"),
            cache: dir("cache"),
            data: dir("data"),
            state: dir("state"),
            hub_cache: None,
        }
    }

    /// The default folder of the store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.cache.join("store")
    }

    /// The folder of downloaded models.
    #[must_use]
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// The database that caches metadata of photos.
    #[must_use]
    pub fn metadata_cache(&self) -> PathBuf {
        self.cache.join("metadata.db")
    }

    /// The folder of results of checks of models on this machine.
    #[must_use]
    pub fn checks(&self) -> PathBuf {
        self.cache.join("models")
    }

    /// The folder of the journals of exports.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.data.join("exports")
    }

    /// The folder of the journals for undoing the writing of keywords.
    #[must_use]
    pub fn sidecars(&self) -> PathBuf {
        self.data.join("sidecars")
    }

    /// The database of picks, stars and colours.
    #[must_use]
    pub fn marks_file(&self) -> PathBuf {
        self.data.join("marks.db")
    }

    /// The file with the state of the window when it was last closed.
    #[must_use]
    pub fn window_file(&self) -> PathBuf {
        self.config.join("window.json")
    }

    /// The file of the window's rules for watched folders.
    #[must_use]
    pub fn rules_file(&self) -> PathBuf {
        self.config.join("rules.toml")
    }

    /// The log of rule decisions. One log serves all rules, wherever they are written, because the keys of decisions
    /// identify the rules.
    #[must_use]
    pub fn watch_log(&self) -> PathBuf {
        self.state.join("watch").join("decisions.jsonl")
    }

    /// The settings file.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.json")
    }
}

/// The cache folder of Hugging Face's own programs.
fn hub_cache() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let usual = || Some(BaseDirs::new()?.home_dir().join(".cache/huggingface/hub"));
    set("HF_HUB_CACHE")
        .or_else(|| set("HF_HOME").map(|home| home.join("hub")))
        .or_else(usual)
}
