//! The welcome dialog of the first start.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use std::fs;

use egui::Key;
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog, WelcomeStep};
use lumisift::app::document::state::SessionState;
use lumisift::engine::hub::catalog;
use lumisift::text::{LanguageChoice, Locale};
use window::{Setup, Window, colours};

/// A window that is opened for the first time.
fn first() -> Window {
    let mut setup = Setup::new(Vec::new());
    setup.first_start = true;
    let mut window = setup.open();
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    window.finish_layout();
    window
}

#[test]
fn a_first_start_asks_for_language_photos_and_model() {
    let mut window = first();
    assert!(window.has("Welcome to Lumisift") && window.has("Step 1 of 3"));
    window.click("Deutsch (draft)");
    let german = LanguageChoice::Chosen(Locale::German);
    assert_eq!(window.state().settings.language, german);
    window.click("English");
    window.click("Next");
    assert!(window.has("Step 2 of 3") && window.has("Drop a folder of photos onto this window"));
    window.click("Next");
    assert!(window.has("Step 3 of 3") && window.has("Starter"));
    window.until("models", |w| {
        w.has_containing("recommended for most people")
    });
    // The size, the licence, the source and the time of a download are shown before it is started.
    assert!(window.has_containing("Get SigLIP 2 B/32, 1.5 GB"));
    assert!(window.has("1.5 GB · about 2 min at 100 Mbit/s"));
    let licence = window.harness.get_by_label_contains("Apache-2.0").rect();
    // The line is too long for the dialog, so it is wrapped instead of cut off before the licence.
    let name = window.harness.get_by_label("SigLIP 2 B/32").rect();
    assert!(licence.height() > name.height(), "{licence:?} {name:?}");
    assert!(window.state().models.download.is_none(), "fetched unasked");
    window.click("Back");
    assert!(window.has("Step 2 of 3"));
    window.click("Next");
    window.click("Start");
    assert_eq!(window.state().dialog, None);
}

#[test]
fn the_time_of_a_download_is_estimated_from_the_last_one() {
    let setup = Setup::new(Vec::new());
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    let kept = r#"{ "was_welcomed": true, "download_rate": 3100000 }"#;
    fs::write(config.join("window.json"), kept).expect("written");
    let mut window = setup.open();
    let estimate = "1.5 GB · about 8 min at your last download's 3.1 MB/s";
    window.command(Command::Show(Some(Dialog::Welcome(WelcomeStep::Model))));
    window.until("the estimate", |w| w.has(estimate));
    window.command(Command::Show(Some(Dialog::Models { back: None })));
    window.until("the list", |w| {
        w.has("607.5 MB · about 3 min at your last download's 3.1 MB/s")
    });
    assert!(!window.has_containing("Mbit/s"));
    assert!(window.state().models.download.is_none(), "fetched unasked");
}

#[test]
fn longer_texts_about_models_fit_a_small_window() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(800.0, 600.0);
    setup.language = Locale::Pseudo;
    let mut window = setup.open();
    window.read(3);
    let photos = Dialog::Welcome(WelcomeStep::Photos);
    window.command(Command::Show(Some(photos)));
    window.finish_layout();
    let next = window.harness.get_by_label("Néxt~~").rect();
    for (dialog, width) in [
        (Dialog::Welcome(WelcomeStep::Model), 540.0),
        (Dialog::Models { back: None }, 640.0),
    ] {
        window.command(Command::Show(Some(dialog.clone())));
        window.until("the estimates", |w| w.has_containing("100 Mbít/s"));
        window.finish_layout();
        let inside = egui::Rangef::new(400.0 - width / 2.0, 400.0 + width / 2.0);
        let estimates = window.harness.query_all_by_label_contains("100 Mbít/s");
        for place in estimates.map(|estimate| estimate.rect()) {
            let fits = inside.contains(place.left()) && inside.contains(place.right());
            assert!(fits, "{dialog:?}: {place:?}");
        }
        if matches!(dialog, Dialog::Welcome(_)) {
            // The button stays where it was, whatever the length of the texts.
            let start = window.harness.get_by_label("Stárt~~").rect();
            let moved = (start.bottom() - next.bottom()).abs();
            assert!(moved < 1.0, "{start:?} {next:?}");
        }
    }
}

#[test]
fn photos_are_opened_from_the_welcome() {
    let mut window = first();
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    *window.desktop.chosen.lock().expect("no panic") = vec![dir.path().into()];
    window.click("Next");
    window.click("Choose a folder…");
    window.read(3);
    assert!(window.has("Step 3 of 3"));
}

#[test]
fn a_cancelled_choice_leaves_the_step_open() {
    let mut window = first();
    window.click("Next");
    window.click("Choose a folder…");
    window.finish_layout();
    assert!(window.has("Step 2 of 3"));
    // The same where the path is typed.
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    *window.desktop.refusal.lock().expect("no panic") = Some("There are no file dialogs".into());
    for cancels in [true, false] {
        window.click("Choose a folder…");
        window.until("the field for a path", |w| {
            matches!(w.state().dialog, Some(Dialog::Path(_)))
        });
        window.finish_layout();
        if cancels {
            window.click("Cancel");
            let photos = Some(Dialog::Welcome(WelcomeStep::Photos));
            assert_eq!(window.state().dialog, photos);
            window.finish_layout();
        } else {
            window.type_into("Path", &dir.path().display().to_string());
            window.click("Open");
        }
    }
    window.read(3);
    let model = Some(Dialog::Welcome(WelcomeStep::Model));
    assert_eq!(window.state().dialog, model);
}

#[test]
fn removing_a_model_leads_back_to_the_welcome() {
    let setup = Setup::new(Vec::new());
    let recommended = catalog::recommended().expect("a model");
    let models = common::dirs(setup.home.path()).models();
    let folder = models.join(recommended.repo);
    fs::create_dir_all(&folder).expect("a folder");
    for name in [
        "config.json",
        "preprocessor_config.json",
        "tokenizer.json",
        "model.safetensors",
    ] {
        fs::write(folder.join(name), "{}").expect("written");
    }
    let mut window = setup.open();
    let model = Dialog::Welcome(WelcomeStep::Model);
    window.command(Command::Show(Some(model.clone())));
    let remove = format!("Remove {}…", recommended.name);
    window.until("the models", |w| w.has(&remove));
    for answer in ["Keep it", "Remove"] {
        window.finish_layout();
        window.click(&remove);
        let confirmation = Dialog::RemoveModel {
            dir: folder.clone(),
            back: Some(Box::new(model.clone())),
        };
        assert_eq!(window.state().dialog, Some(confirmation));
        window.finish_layout();
        window.click(answer);
        assert_eq!(window.state().dialog, Some(model.clone()));
    }
    window.until("the removal", |_| !folder.exists());
}

#[test]
fn closing_the_list_of_models_leads_back_to_what_opened_it() {
    let mut window = Setup::new(Vec::new()).open();
    let welcome = Dialog::Welcome(WelcomeStep::Model);
    for (opener, button) in [(welcome, "All models…"), (Dialog::Settings, "Models…")] {
        for close in [None, Some("Close")] {
            window.command(Command::Show(Some(opener.clone())));
            window.finish_layout();
            window.click(button);
            let back = Some(Box::new(opener.clone()));
            assert_eq!(window.state().dialog, Some(Dialog::Models { back }));
            window.finish_layout();
            match close {
                Some(button) => window.click(button),
                None => window.key(Key::Escape),
            }
            assert_eq!(window.state().dialog, Some(opener.clone()), "{close:?}");
            window.finish_layout();
            window.key(Key::Escape);
            assert_eq!(window.state().dialog, None);
        }
    }
}

#[test]
fn it_is_shown_once_and_whenever_it_is_asked_for() {
    let mut window = first();
    window.click("Skip");
    assert_eq!(window.state().dialog, None);
    let home = window.home();
    let file = home.path().join("config/window.json");
    window.until("what is kept", |_| {
        fs::read_to_string(&file).is_ok_and(|kept| kept.contains("\"was_welcomed\": true"))
    });
    drop(window);
    let mut setup = Setup::new(Vec::new());
    setup.home = home;
    setup.lists_languages = true;
    let mut window = setup.open();
    window.settle();
    assert_eq!(window.state().dialog, None);
    window.open_dialog(Action::Welcome);
    assert!(window.has("Step 1 of 3"));
}

#[test]
fn who_opens_photos_is_not_kept_waiting() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.first_start = true;
    let mut window = setup.open();
    window.read(3);
    assert_eq!(window.state().dialog, None);
}
