//! The window without a screen: the real application over a quick model, driven by names and keys.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command};
use lumisift::app::document::state::State;
use lumisift::app::services::{Choice, Desktop, FolderPurpose, LoadModel, Restoration, Services};
use lumisift::engine::inference::{self, Model};
use lumisift::text::{self, Locale};
use lumisift::window::MainWindow;
use tempfile::TempDir;

use crate::common::{ColourModel, dirs};

/// A test fails if something takes longer than this.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A desktop simulated by a test.
#[derive(Default)]
pub struct FakeDesktop {
    /// The result of the next dialog.
    pub chosen: Mutex<Vec<PathBuf>>,
    /// The folder in which the last dialog started.
    pub began: Mutex<Option<PathBuf>>,
    /// The content of the clipboard.
    pub copied: Mutex<Vec<PathBuf>>,
    /// The reason why no dialog can be shown, and no file copied or moved to the trash.
    pub refusal: Mutex<Option<String>>,
    /// The content of the trash.
    pub trashed: Mutex<Vec<(PathBuf, Vec<u8>)>>,
    /// What was opened and revealed.
    pub shown: Mutex<Vec<PathBuf>>,
}

impl Desktop for FakeDesktop {
    fn choose(&self, _: FolderPurpose, start: Option<&Path>) -> Choice {
        *self.began.lock().expect("no panic") = start.map(Into::into);
        let chosen = self.chosen.lock().expect("no panic").clone();
        let refusal = self.refusal.lock().expect("no panic").clone();
        Box::pin(async move { refusal.map_or(Ok(chosen), Err) })
    }

    fn open(&self, path: &Path) -> Result<(), String> {
        self.shown.lock().expect("no panic").push(path.into());
        Ok(())
    }

    fn trash(&self, path: &Path) -> Result<(), String> {
        if let Some(reason) = self.refusal.lock().expect("no panic").clone() {
            return Err(reason);
        }
        let bytes = fs::read(path).map_err(|e| e.to_string())?;
        fs::remove_file(path).map_err(|e| e.to_string())?;
        self.trashed
            .lock()
            .expect("no panic")
            .push((path.into(), bytes));
        Ok(())
    }

    fn can_restore(&self) -> bool {
        true
    }

    fn restore(&self, paths: &[PathBuf]) -> Restoration {
        let mut trashed = self.trashed.lock().expect("no panic");
        let mut outcome = Restoration::default();
        for path in paths {
            let Some(at) = trashed.iter().position(|(was, _)| was == path) else {
                outcome.missing.push(path.clone());
                continue;
            };
            if path.exists() {
                let reason = "a file with this name is already there".to_owned();
                outcome.not_restored.push((path.clone(), reason));
                continue;
            }
            let (path, bytes) = trashed.remove(at);
            fs::write(&path, bytes).expect("written");
            outcome.back.push(path);
        }
        outcome
    }

    fn copy_files(&self, paths: &[PathBuf]) -> Result<(), String> {
        if let Some(reason) = self.refusal.lock().expect("no panic").clone() {
            return Err(reason);
        }
        *self.copied.lock().expect("no panic") = paths.to_vec();
        Ok(())
    }

    fn reveal(&self, _: &Path) -> Result<(), String> {
        Err("no file manager".into())
    }
}

/// A window in a test.
pub struct Window {
    pub harness: Harness<'static, MainWindow>,
    pub desktop: Arc<FakeDesktop>,
    home: Arc<TempDir>,
}

/// Options with which a window is opened.
pub struct Setup {
    pub home: Arc<TempDir>,
    pub paths: Vec<PathBuf>,
    pub size: Vec2,
    pub theme: egui::Theme,
    pub starter: bool,
    /// The language of the window.
    pub language: Locale,
    /// Whether the window is opened for the first time, and so shows the welcome dialog if it opens no paths.
    pub first_start: bool,
    /// Whether the window shows other languages' names, for whose scripts tests have no fonts.
    pub lists_languages: bool,
    /// A model instead of the quick model.
    pub load: Option<LoadModel>,
}

impl Setup {
    /// Opens `paths`, with no state from an earlier start.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            home: Arc::new(tempfile::tempdir().expect("a folder")),
            paths,
            size: vec2(1280.0, 800.0),
            theme: egui::Theme::Dark,
            starter: false,
            language: Locale::English,
            first_start: false,
            lists_languages: false,
            load: None,
        }
    }

    pub fn open(self) -> Window {
        let home = self.home.path();
        let dirs = dirs(home);
        if self.theme == egui::Theme::Light {
            fs::create_dir_all(&dirs.config).expect("a folder");
            fs::write(dirs.settings_file(), r#"{ "theme": "light" }"#).expect("written");
        }
        if !self.first_start && !dirs.window_file().exists() {
            fs::create_dir_all(&dirs.config).expect("a folder");
            fs::write(dirs.window_file(), r#"{ "was_welcomed": true }"#).expect("written");
        }
        // Independent of this machine's language; other tests keep their language when this one changes its own.
        text::keep_to_thread(self.language);
        let desktop = Arc::new(FakeDesktop::default());
        let quick: LoadModel = Arc::new(|_| Ok(Arc::new(ColourModel::new()) as Arc<dyn Model>));
        let load_model = match (self.load, self.starter) {
            (Some(load), _) => load,
            (None, true) => Arc::new(inference::load),
            (None, false) => quick,
        };
        let services = Services {
            dirs,
            load_model,
            desktop: desktop.clone(),
        };
        let paths = self.paths;
        let mut builder = Harness::builder()
            .with_size(self.size)
            .with_max_steps(64)
            .with_step_dt(1.0 / 60.0);
        // Tests have no system fonts, which contain Chinese and Japanese. The welcome dialog lists the languages too.
        if self.first_start || self.lists_languages || self.language != Locale::English {
            builder = builder.allow_missing_glyphs();
        }
        let harness = builder
            .build_eframe(|cc| MainWindow::new(&cc.egui_ctx, services, paths).expect("threads"));
        Window {
            harness,
            desktop,
            home: self.home,
        }
    }
}

impl Window {
    pub fn state(&self) -> &State {
        self.harness.state().state()
    }

    pub fn home(&self) -> Arc<TempDir> {
        self.home.clone()
    }

    /// Draws frames until a condition holds, and one more.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Window) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < TEST_TIMEOUT, "{what} did not come about");
            self.harness.step();
            std::thread::yield_now();
        }
        self.harness.step();
    }

    /// Waits until this many photos are read and the scores cover them.
    pub fn read(&mut self, photos: usize) {
        self.until("reading", |window| {
            let state = window.state();
            state.library.len() == photos && state.work.summary.is_some()
        });
        self.settle();
    }

    /// Waits until the scores on the screen belong to the current query.
    pub fn settle(&mut self) {
        self.harness.step();
        self.until("an answer", |window| window.harness.state().is_settled());
    }

    pub fn key(&mut self, key: Key) {
        self.keys(Modifiers::NONE, key);
    }

    pub fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.settle();
    }

    pub fn act(&mut self, action: Action) {
        self.command(Command::Do(action));
    }

    /// Opens a dialog.
    pub fn open_dialog(&mut self, action: Action) {
        self.act(action);
        self.finish_layout();
    }

    /// Draws a newly opened dialog until it is in place: its first frames measure it.
    pub fn finish_layout(&mut self) {
        for _ in 0..4 {
            self.harness.step();
        }
    }

    pub fn command(&mut self, command: Command) {
        self.harness.state_mut().command(command);
        self.settle();
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.step();
        self.settle();
    }

    /// Clicks a photo of the grid by the beginning of its name, which is the file name.
    pub fn click_photo(&mut self, name: &str) {
        let mut found = self.harness.query_all_by_label_contains(name);
        let photo = found.find(|node| {
            let node = node.accesskit_node();
            node.role() == egui::accesskit::Role::ListItem
                && node.label().is_some_and(|label| label.starts_with(name))
        });
        photo.unwrap_or_else(|| panic!("no photo {name}")).click();
        drop(found);
        self.harness.step();
        self.settle();
    }

    /// Types into a text field, character by character, as a person does.
    pub fn type_into(&mut self, field: &str, text: &str) {
        self.field(field).focus();
        self.harness.step();
        for c in text.chars() {
            // The name of a field may depend on its content.
            self.harness.event(egui::Event::Text(c.to_string()));
            self.harness.step();
        }
        self.settle();
    }

    /// The text field with this name, which the text beside it may have too.
    fn field<'a>(&'a self, name: &'a str) -> egui_kittest::Node<'a> {
        let mut found = self.harness.query_all_by_label(name);
        let field = found.find(|node| node.accesskit_node().role() != egui::accesskit::Role::Label);
        field.unwrap_or_else(|| panic!("no field {name}"))
    }

    pub fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    pub fn has_containing(&self, text: &str) -> bool {
        self.harness
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    }

    /// Names of the photos in the order in which they are shown.
    pub fn shown(&self) -> Vec<String> {
        let state = self.state();
        let order = state.response.arrangement.order.iter();
        order
            .map(|id| state.item(*id).expect("an item").name.clone())
            .collect()
    }

    /// Names of the selected photos, in order.
    pub fn selected(&self) -> Vec<String> {
        let state = self.state();
        let order = &state.response.arrangement.order;
        let ids = state.selection.in_order(order).into_iter();
        ids.map(|id| state.item(id).expect("an item").name.clone())
            .collect()
    }
}

/// Writes red, green and blue photos, one of each unless more are requested.
pub fn colours(dir: &Path, each: usize) {
    fs::create_dir_all(dir).expect("a folder");
    for (name, colour) in [
        ("red", [230, 20, 20]),
        ("green", [20, 230, 20]),
        ("blue", [20, 20, 230]),
    ] {
        for n in 1..=each {
            let mut image = image::RgbImage::from_pixel(48, 32, image::Rgb(colour));
            // No two files have the same content.
            image.put_pixel(0, 0, image::Rgb([n as u8, 0, 0]));
            let name = format!("{name} {n}.png");
            image.save(dir.join(name)).expect("saved");
        }
    }
}

/// A window with three red, three green and three blue photos.
pub fn coloured() -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(9);
    (dir, window)
}

/// A JPEG whose XMP says when it was taken.
pub fn taken(path: &Path, when: &str, shade: u8) {
    let mut jpeg = Vec::new();
    let picture = image::RgbImage::from_pixel(48, 32, image::Rgb([shade, 90, 90]));
    image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
        .encode_image(&picture)
        .expect("encoded");
    let packet = format!(
        "http://ns.adobe.com/xap/1.0/\0<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://ns.adobe.com/exif/1.0/'><r:Description e:DateTimeOriginal='{when}'/></r:RDF>"
    );
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    bytes.extend((packet.len() as u16 + 2).to_be_bytes());
    bytes.extend(packet.as_bytes());
    bytes.extend(&jpeg[2..]);
    fs::write(path, bytes).expect("written");
}

pub fn add_label(window: &mut Window, text: &str) {
    window.type_into("New label", text);
    window.key(Key::Enter);
}

/// A file being dragged onto the window.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|e| e.to_string())
    }
}
