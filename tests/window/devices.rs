//! The window's messages about the device that a model runs on.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::ColourModel;
use egui::{Key, Modifiers};
use lumisift::app::document::state::SessionState;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::media::preprocess::Crop;
use lumisift::text::Locale;
use window::{Setup, Window};

const LOST: &str = "Radeon RX 6600: the graphics card was lost (reset)";

/// The quick model on a card that fails after some pictures.
struct OnCard {
    model: ColourModel,
    before: ModelInfo,
    after: ModelInfo,
    left: AtomicUsize,
}

impl OnCard {
    fn new(pictures: usize, problem: &str) -> Self {
        let model = ColourModel::new();
        let (mut before, mut after) = (model.info().clone(), model.info().clone());
        before.device.name = "Radeon RX 6600".into();
        before.device.photos_per_second = Some(410);
        after.device = Device::cpu_because(problem).facts().clone();
        Self {
            model,
            before,
            after,
            left: AtomicUsize::new(pictures),
        }
    }
}

impl Model for OnCard {
    fn info(&self) -> &ModelInfo {
        match self.left.load(Ordering::Relaxed) {
            0 => &self.after,
            _ => &self.before,
        }
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        let less = |left: usize| Some(left.saturating_sub(crops.len()));
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        self.model.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.model.embed_texts(texts)
    }
}

fn setup(folder: &Path, pictures: usize, problem: &'static str) -> Setup {
    let mut setup = Setup::new(vec![folder.into()]);
    setup.load = Some(Arc::new(move |_| {
        Ok(Arc::new(OnCard::new(pictures, problem)) as Arc<dyn Model>)
    }));
    setup
}

fn on_card(folder: &Path, pictures: usize) -> Window {
    setup(folder, pictures, LOST).open()
}

#[test]
fn the_card_and_its_rate_are_in_the_status_bar_and_in_the_settings() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 3);
    let mut window = on_card(dir.path(), usize::MAX);
    window.read(3);
    assert!(window.has_containing("Radeon RX 6600, 410 photos/s"));
    window.keys(Modifiers::COMMAND, Key::Comma);
    window.finish_layout();
    assert!(window.has_containing("In use: Radeon RX 6600, 410 photos/s"));
    assert!(window.state().notices.is_empty());
    if cfg!(feature = "gpu") {
        assert!(window.has("Graphics card"));
        window.click("Use the graphics card on battery too");
        assert!(!window.state().settings.gpu_on_battery);
    }
}

#[test]
fn a_lost_gpu_is_reported_and_all_photos_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 40);
    let mut window = on_card(dir.path(), 10);
    window.read(40);
    let notices = window.state().notices.iter().map(|notice| &notice.text);
    let notices: Vec<&String> = notices.filter(|text| text.contains("was lost")).collect();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(
        notices[0],
        "Photos are read on the CPU from here on: Radeon RX 6600: the graphics card was lost (reset)"
    );
    assert!(window.has_containing("CPU, "), "the status bar");
    assert_eq!(window.state().failure_count(), 0);
}

#[test]
fn what_to_do_about_a_hung_gpu_is_translated() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 40);
    let hung = "Radeon RX 6600: the graphics card did not respond for 20 seconds; after a restart it \
                is tried again only if you choose the graphics card";
    let mut setup = setup(dir.path(), 10, hung);
    setup.language = Locale::SimplifiedChinese;
    let mut window = setup.open();
    window.read(40);
    let notices = window.state().notices.iter().map(|notice| &notice.text);
    let notices: Vec<&String> = notices.filter(|text| text.contains("显卡")).collect();
    assert_eq!(
        notices,
        [
            "此后的照片在 CPU 上读取：Radeon RX 6600: 显卡 20 秒没有响应；重新启动后，只有选择使用显卡才会再次尝试（设置中的“设备”）"
        ]
    );
}

#[test]
fn a_device_that_cannot_be_used_is_reported_with_what_to_do() {
    for (device, message) in [
        ("cuda", cfg!(not(feature = "cuda")).then_some("no CUDA")),
        (
            "metal",
            cfg!(not(target_os = "macos")).then_some("no Metal"),
        ),
        ("gpu:4000000", Some("gpu:4000000 cannot be used")),
    ] {
        let Some(message) = message else {
            continue;
        };
        let mut setup = Setup::new(Vec::new());
        setup.starter = true;
        let config = setup.home.path().join("config");
        fs::create_dir_all(&config).expect("a folder");
        let settings = format!(r#"{{ "device": "{device}" }}"#);
        fs::write(config.join("settings.json"), settings).expect("written");
        let mut window = setup.open();
        window.until("a message", |w| {
            matches!(w.state().session, SessionState::Failed(_))
        });
        assert!(window.has_containing(message), "{device}");
        assert!(
            window.has_containing("choose another device in the settings"),
            "{device}"
        );
    }
}

#[cfg(feature = "gpu")]
#[test]
fn a_card_that_was_chosen_by_its_number_is_shown_as_chosen() {
    let setup = Setup::new(Vec::new());
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("settings.json"), r#"{ "device": "gpu:1" }"#).expect("written");
    let mut window = setup.open();
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    window.keys(Modifiers::COMMAND, Key::Comma);
    window.finish_layout();
    assert!(window.has("Graphics card 1"));
    window.click("CPU");
    assert!(window.has("Graphics card") && !window.has("Graphics card 1"));
}

#[test]
fn an_unknown_device_is_reported_and_the_default_is_used() {
    let setup = Setup::new(Vec::new());
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(
        config.join("settings.json"),
        r#"{ "device": "gup", "text_size": 125 }"#,
    )
    .expect("written");
    let mut window = setup.open();
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    assert!(window.has_containing("\"gup\" is not a device"));
    let settings = &window.state().settings;
    assert_eq!(settings.device.to_string(), "auto");
    // Valid values in the same file are used.
    assert_eq!(settings.text_size, 125);
}
