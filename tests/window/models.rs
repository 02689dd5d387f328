//! Models in the window: downloading one, switching to it while the photos stay visible, and removing it.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::hub;
use crate::window;

use std::fs;
use std::sync::{Arc, Condvar, Mutex};

use common::ColourModel;
use hub::FakeHub;
use lumisift::app::command::{Action, Command, Dialog};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::{
    Embeddings, Fingerprint, Model, ModelChoice, ModelError, ModelInfo,
};
use lumisift::engine::media::preprocess::Crop;
use window::{Setup, Window, colours};

/// A model that waits for permission before it reads each photo.
struct GatedModel {
    quick: ColourModel,
    info: ModelInfo,
    leaves: Arc<(Mutex<usize>, Condvar)>,
}

impl Model for GatedModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        let mut leaves = self.leaves.0.lock().expect("no panic");
        while *leaves < crops.len() {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            let wait = std::time::Duration::from_millis(5);
            leaves = self
                .leaves
                .1
                .wait_timeout(leaves, wait)
                .expect("no panic")
                .0;
        }
        *leaves -= crops.len();
        self.quick.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.quick.embed_texts(texts)
    }
}

type Permits = Arc<(Mutex<usize>, Condvar)>;

fn grant_permits(leaves: &Permits, count: usize) {
    *leaves.0.lock().expect("no panic") += count;
    leaves.1.notify_all();
}

/// A window in which the model of any folder waits for permission.
fn open(setup: Setup) -> (Window, Permits) {
    let leaves = Permits::default();
    let given = leaves.clone();
    let mut setup = setup;
    setup.load = Some(Arc::new(move |wanted| {
        let quick = ColourModel::new();
        if wanted.choice == ModelChoice::Starter {
            return Ok(Arc::new(quick));
        }
        let info = ModelInfo {
            name: "patient".into(),
            fingerprint: Fingerprint([9; 32]),
            // One photo at a time.
            gflop_per_image: 1e6,
            ..quick.info().clone()
        };
        Ok(Arc::new(GatedModel {
            quick,
            info,
            leaves: given.clone(),
        }))
    }));
    (setup.open(), leaves)
}

#[test]
fn photos_stay_in_sight_while_another_model_reads_them() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let (mut window, leaves) = open(Setup::new(vec![dir.path().into()]));
    window.read(3);
    window.command(Command::AddLabels("red".into()));
    assert_eq!(window.shown()[0], "red 1.png");
    window.command(Command::UseModel(Some("/anywhere/patient".into())));
    window.until("the model", |w| w.has_containing("0 read by patient"));
    assert_eq!(window.shown().len(), 3);
    grant_permits(&leaves, 1);
    window.until("one photo", |w| {
        w.has_containing("3 photos, 1 read by patient")
    });
    grant_permits(&leaves, 2);
    window.read(3);
    assert!(!window.has_containing("read by"));
    assert_eq!(window.shown()[0], "red 1.png");
    // The vectors of the first model are still there, so nothing is read again.
    window.command(Command::UseModel(None));
    window.read(3);
    let summary = window.state().work.summary.clone().expect("a summary");
    assert_eq!((summary.progress.cached, summary.progress.encoded), (3, 0));
}

#[test]
fn what_a_model_has_not_read_is_known_at_the_next_start() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let (mut window, _) = open(Setup::new(vec![dir.path().into()]));
    window.read(3);
    window.command(Command::UseModel(Some("/anywhere/patient".into())));
    let home = window.home();
    drop(window);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.home = home;
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("made");
    fs::write(
        config.join("settings.json"),
        r#"{ "model": "/anywhere/patient" }"#,
    )
    .expect("written");
    let (mut window, leaves) = open(setup);
    window.until("the photos", |w| {
        w.has_containing("3 photos, 0 read by patient")
    });
    grant_permits(&leaves, 3);
    window.read(3);
}

#[test]
fn a_model_is_fetched_used_and_removed() {
    let hub = FakeHub::with_fixtures("/me/tiny/resolve/main");
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    // High enough for the whole list.
    setup.size = egui::vec2(1280.0, 1600.0);
    let (mut window, leaves) = open(setup);
    window.read(3);
    let mut settings = window.state().settings.clone();
    settings.mirrors = vec![hub.address.clone()];
    window.command(Command::ChangeSettings(Box::new(settings)));

    window.act(Action::Models);
    window.until("the list", |w| w.has("Get CLIP ViT-B/32, 607.5 MB"));
    assert!(window.has("In use") && window.has_containing("most people"));
    window.until("the times", |w| w.has_containing("for your 3 photos"));
    window.type_into("Repository", "me/nothing");
    window.click("Get");
    window.until("a refusal", |w| w.state().models.problem.is_some());
    let problem = window.state().models.problem.clone().expect("a problem");
    assert!(window.has(&problem), "{problem}");

    grant_permits(&leaves, 3);
    window.command(Command::GetModel("me/tiny".into()));
    window.until("the model", |w| w.state().settings.model.is_some());
    let folder = window.state().settings.model.clone().expect("a folder");
    assert!(folder.join("model.safetensors").is_file());
    window.until("reading", |w| w.has("Use the starter"));
    window.read(3);

    window.click("Remove tiny…");
    assert_eq!(
        window.state().dialog,
        Some(Dialog::RemoveModel {
            dir: folder.clone(),
            back: Some(Box::new(Dialog::Models { back: None })),
        })
    );
    window.click("Remove");
    assert_eq!(window.state().dialog, Some(Dialog::Models { back: None }));
    window.until("the removal", |_| !folder.exists());
    assert_eq!(window.state().settings.model, None);
}

#[test]
fn the_time_of_a_download_is_estimated_without_a_request() {
    let hub = FakeHub::with_fixtures("/me/tiny/resolve/main");
    let mut window = Setup::new(Vec::new()).open();
    let mut settings = window.state().settings.clone();
    settings.mirrors = vec![hub.address.clone()];
    window.command(Command::ChangeSettings(Box::new(settings)));
    window.command(Command::Show(Some(Dialog::Models { back: None })));
    window.until("an example", |w| {
        w.has("607.5 MB · about 50 s at 100 Mbit/s")
    });
    assert!(hub.seen().is_empty(), "fetched unasked");
}
