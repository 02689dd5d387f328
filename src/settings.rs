//! The user's settings.

mod dirs;
mod file;
mod named_model;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::hub::installed::InstalledModels;
use crate::engine::index::pipeline::MAX_DECODERS;
use crate::engine::index::store::StoreLimits;
use crate::engine::inference::device::DeviceChoice;
use crate::engine::inference::{LoadOptions, ModelChoice, Precision};
use crate::engine::media::metadata::SidecarNaming;
use crate::t;
use crate::text::LanguageChoice;

pub use dirs::Dirs;
pub use file::{FileValues, load, peek, save};
pub use named_model::UnusableModel;

/// The colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// The system's theme.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The user's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Folders of models that the user added.
    pub models: Vec<PathBuf>,
    /// The folder of the selected model; `None` for the starter.
    pub model: Option<PathBuf>,
    /// The device that runs the model.
    pub device: DeviceChoice,
    /// The numeric precision on the CPU.
    pub precision: Precision,
    /// Whether a GPU may be selected if the machine runs on battery when the model is loaded.
    pub gpu_on_battery: bool,
    /// URLs of hubs to try before Hugging Face.
    pub mirrors: Vec<String>,
    /// The language of the window and the command line.
    pub language: LanguageChoice,
    /// The colour theme.
    pub theme: Theme,
    /// Size of text and controls in percent, 100 to 200.
    pub text_size: u16,
    /// Number of decoder threads; 0 for one per core.
    pub threads: usize,
    /// Memory budget in mebibytes for pictures being decoded; 0 for a quarter of the memory.
    pub decode_memory_mb: u32,
    /// The folder of the store, if not the default.
    pub store: Option<PathBuf>,
    /// Size limit of the store in megabytes; unlimited if `None`.
    pub store_limit_mb: Option<u64>,
    /// JPEG quality of new thumbnails, 1 to 100.
    pub thumbnail_quality: u8,
    /// Folders to skip, including everything in them.
    pub excluded_folders: Vec<PathBuf>,
    /// Whether to index videos.
    pub videos: bool,
    /// The naming of new sidecars.
    pub sidecar_names: SidecarNaming,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            model: None,
            device: DeviceChoice::default(),
            precision: Precision::default(),
            gpu_on_battery: true,
            mirrors: Vec::new(),
            language: LanguageChoice::default(),
            theme: Theme::default(),
            text_size: 100,
            threads: 0,
            decode_memory_mb: 0,
            store: None,
            store_limit_mb: None,
            thumbnail_quality: crate::engine::media::thumbnail::QUALITY,
            excluded_folders: Vec::new(),
            videos: true,
            sidecar_names: SidecarNaming::default(),
        }
    }
}

/// The sizes of text and controls on offer, in percent.
pub const TEXT_SIZES: [u16; 5] = [100, 125, 150, 175, 200];

impl Settings {
    /// Size of text and controls in percent.
    #[must_use]
    pub fn text_percent(&self) -> f32 {
        f32::from(self.text_size.clamp(100, 200))
    }

    /// The selected model.
    #[must_use]
    pub fn model_choice(&self) -> ModelChoice {
        match &self.model {
            Some(folder) => ModelChoice::Folder(folder.clone()),
            None => ModelChoice::Starter,
        }
    }

    /// Options for loading the selected model.
    #[must_use]
    pub fn load_options(&self, dirs: &Dirs) -> LoadOptions {
        LoadOptions {
            choice: self.model_choice(),
            device: self.device,
            precision: self.precision,
            gpu_on_battery: self.gpu_on_battery,
            checks: Some(dirs.checks()),
        }
    }

    /// The models on this machine.
    #[must_use]
    pub fn installed_models(&self, dirs: &Dirs) -> InstalledModels {
        InstalledModels {
            models: dirs.models(),
            cache: dirs.hub_cache.clone(),
            added: self.models.clone(),
        }
    }

    /// The folder of the store.
    #[must_use]
    pub fn store_dir(&self, dirs: &Dirs) -> PathBuf {
        self.store.clone().unwrap_or_else(|| dirs.store())
    }

    /// The size limit of the store.
    #[must_use]
    pub fn store_limits(&self) -> StoreLimits {
        StoreLimits::megabytes(self.store_limit_mb)
    }
}

impl FileValues for Settings {
    fn refuse(&mut self) -> Vec<String> {
        let mut refused = Vec::new();
        if let Some(store) = self.store.take_if(|store| !store.is_absolute()) {
            let value = format!("{:?}", store.display().to_string());
            refused.push(t!("settings-store-relative", value = value));
        }
        if !(100..=200).contains(&self.text_size) {
            let value = self.text_size.to_string();
            refused.push(t!("settings-text-size-range", value = value));
            self.text_size = 100;
        }
        if self.threads > MAX_DECODERS {
            refused.push(t!(
                "settings-threads-too-many",
                value = self.threads.to_string(),
                most = MAX_DECODERS
            ));
            self.threads = MAX_DECODERS;
        }
        let quality = self.thumbnail_quality;
        if !(1..=100).contains(&quality) {
            let value = quality.to_string();
            refused.push(t!("settings-quality-range", value = value));
            self.thumbnail_quality = Self::default().thumbnail_quality;
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::text::{Locale, keep_to_thread};

    #[test]
    fn settings_survive_and_broken_ones_are_set_aside() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/settings.json");
        assert_eq!(load::<Settings>(&path), (Settings::default(), None));
        let settings = Settings {
            models: vec!["/models/clip".into()],
            language: LanguageChoice::default(),
            theme: Theme::Dark,
            ..Settings::default()
        };
        save(&settings, &path).expect("saved");
        assert_eq!(load(&path), (settings, None));
        fs::write(&path, "{ not JSON").expect("written");
        let (settings, notice) = load::<Settings>(&path);
        assert_eq!(settings, Settings::default());
        assert!(notice.expect("a notice").contains("set aside"));
        assert!(!path.exists());
    }

    #[test]
    fn unusable_files_are_set_aside_and_not_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        let path = at("settings.json");
        let set_aside = |name: &str| {
            let (settings, notice) = load::<Settings>(&path);
            let notice = notice.expect("a notice");
            assert!(notice.contains(name), "{notice}");
            assert!(at(name).exists() && !path.exists(), "{name}");
            save(&settings, &path).expect("saved");
            fs::remove_file(&path).expect("removed");
        };
        let length = (256 << 20) + 1;
        let file = fs::File::create(&path).expect("created");
        file.set_len(length).expect("sized");
        drop(file);
        set_aside("settings.json.broken");
        fs::write(&path, "{ not JSON").expect("written");
        set_aside("settings.json.broken-2");
        let first = fs::metadata(at("settings.json.broken")).expect("there");
        assert_eq!(first.len(), length);
    }

    #[test]
    fn files_that_cannot_be_read_are_set_aside_only_when_others_are_saved() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        let path = at("settings.json");
        fs::create_dir(&path).expect("created");
        let (settings, notice) = load::<Settings>(&path);
        let notice = notice.expect("a notice");
        assert!(notice.contains("left as they are"), "{notice}");
        assert!(path.is_dir() && !at("settings.json.broken").exists());
        save(&settings, &path).expect("saved");
        assert!(path.is_file() && at("settings.json.broken").is_dir());
    }

    #[test]
    fn valid_settings_that_could_not_be_read_are_not_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("settings.json");
        fs::create_dir(&path).expect("created");
        let (settings, _) = load::<Settings>(&path);
        fs::remove_dir(&path).expect("removed");
        fs::write(&path, "{}").expect("written");
        for _ in 0..2 {
            assert!(save(&settings, &path).is_err());
            assert_eq!(fs::read_to_string(&path).expect("read"), "{}");
        }
        assert_eq!(load::<Settings>(&path), (settings.clone(), None));
        save(&settings, &path).expect("saved");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_set_aside_is_not_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        // The name of the quarantined file would be longer than the 255 bytes that file systems allow.
        let path = dir.path().join("a".repeat(245) + ".json");
        fs::write(&path, "{ not JSON").expect("written");
        let (settings, notice) = load::<Settings>(&path);
        let notice = notice.expect("a notice");
        assert!(notice.contains("left as they are"), "{notice}");
        assert!(save(&settings, &path).is_err());
        assert!(save(&settings, &path).is_err());
        assert_eq!(fs::read_to_string(&path).expect("read"), "{ not JSON");
        fs::write(&path, "{}").expect("repaired");
        assert_eq!(load::<Settings>(&path), (settings.clone(), None));
        save(&settings, &path).expect("saved");
    }

    #[test]
    fn settings_of_an_earlier_version_keep_what_they_say() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("settings.json");
        fs::write(&path, r#"{ "models": ["/models/clip"] }"#).expect("written");
        let (settings, notice) = load::<Settings>(&path);
        assert_eq!(settings.models, [PathBuf::from("/models/clip")]);
        assert_eq!((settings.thumbnail_quality, notice), (80, None));
    }

    #[test]
    fn a_value_that_cannot_be_used_costs_itself_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("settings.json");
        for (bad, named) in [
            (r#""theme": "purple""#, "theme"),
            (r#""device": 7"#, "device"),
            (r#""threads": -1"#, "threads"),
            (r#""threads": 4000000000"#, "threads"),
            (r#""thumbnail_quality": 0"#, "thumbnail_quality"),
            (r#""thumbnail_quality": 1000"#, "thumbnail_quality"),
            (r#""store": """#, "store"),
            (r#""store": "photos/store""#, "store"),
            (r#""excluded_folders": [3]"#, "excluded_folders"),
        ] {
            let text = format!(
                r#"{{ "mirrors": ["https://hub.example"], {bad}, "models": ["/models/clip"] }}"#
            );
            fs::write(&path, text).expect("written");
            let (settings, notice) = load::<Settings>(&path);
            let notice = notice.unwrap_or_else(|| panic!("{bad}: nothing was said"));
            assert!(notice.contains(named), "{bad}: {notice}");
            assert_eq!(settings.models, [PathBuf::from("/models/clip")], "{bad}");
            assert_eq!(settings.mirrors, ["https://hub.example"], "{bad}");
            assert_eq!(settings.store, None, "{bad}");
            assert!(settings.threads <= MAX_DECODERS, "{bad}");
            assert!(path.exists(), "{bad}");
        }
        fs::write(&path, r#"{ "of_a_later_version": [], "theme": "dark" }"#).expect("written");
        let (settings, notice) = load::<Settings>(&path);
        assert_eq!((settings.theme, notice), (Theme::Dark, None));
    }

    #[test]
    fn notices_are_in_the_user_s_language() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("settings.json");
        let notice = |text: &str| {
            fs::write(&path, text).expect("written");
            load::<Settings>(&path).1.expect("a notice")
        };
        keep_to_thread(Locale::SimplifiedChinese);
        let values = notice(r#"{ "theme": "purple", "threads": 4000000000 }"#);
        assert!(values.contains(r#""theme" 无法使用（"#), "{values}");
        assert!(
            values.contains(r#"）；"threads"：4000000000 超过上限："#),
            "{values}"
        );
        let broken = notice("{ not JSON");
        assert!(broken.contains("settings.json.broken 保留"), "{broken}");
        keep_to_thread(Locale::English);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_person_may_read_settings() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("settings.json");
        fs::write(&path, "{}").expect("written");
        save(&Settings::default(), &path).expect("saved");
        let mode = path.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
