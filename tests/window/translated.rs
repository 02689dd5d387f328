//! The window in other languages, and text that is composed by an input method.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command};
use lumisift::settings::Settings;
use lumisift::text::{LanguageChoice, Locale};
use window::{Setup, Window, coloured, colours};

/// A window in this language on red, green and blue photos.
fn in_language(language: Locale) -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.language = language;
    let mut window = setup.open();
    window.read(9);
    (dir, window)
}

fn choose(window: &mut Window, language: LanguageChoice) {
    let settings = Settings {
        language,
        ..window.state().settings.clone()
    };
    window.command(Command::ChangeSettings(Box::new(settings)));
}

#[test]
fn the_window_speaks_chinese() {
    let (_dir, mut window) = in_language(Locale::SimplifiedChinese);
    assert!(window.has("打开文件夹…") && window.has("照片，9 张照片"));
    window.type_into("新标签", "red");
    window.key(Key::Enter);
    assert_eq!(window.state().memory.labels[0].text, "red");
    window.open_dialog(Action::Export);
    assert!(window.has("导出照片"));
    window.key(Key::Escape);
    window.open_dialog(Action::Palette);
    // Commands are found by their English synonyms too.
    window.type_into("查找命令", "undo");
    assert!(window.has_containing("撤销"));
}

#[test]
fn another_language_counts_at_once_and_is_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.lists_languages = true;
    let mut window = setup.open();
    window.read(3);
    window.open_dialog(Action::Settings);
    let languages = |window: &mut Window, name: &str| {
        let combo = window.harness.get_by_role_and_label(Role::ComboBox, name);
        combo.click();
        window.harness.step();
        window.settle();
    };
    languages(&mut window, "Language");
    assert!(window.has("Deutsch (draft)") && window.has("日本語 (draft)"));
    window.click("简体中文");
    assert!(window.has("文字和控件大小"));
    let chosen = LanguageChoice::Chosen(Locale::SimplifiedChinese);
    assert_eq!(window.state().settings.language, chosen);
    let file = window.home().path().join("config/settings.json");
    window.until("settings", |_| {
        std::fs::read_to_string(&file).is_ok_and(|kept| kept.contains("zh-CN"))
    });
    languages(&mut window, "语言");
    window.click("English");
    assert!(window.has("Size of text and controls"));
}

#[test]
fn counts_follow_the_language() {
    let (_dir, mut window) = in_language(Locale::English);
    assert!(window.has("Photos, 9 photos"));
    choose(&mut window, LanguageChoice::Chosen(Locale::German));
    assert!(window.has_containing("9 Fotos"));
}

/// Composes a text in the field that has the keyboard focus, as an input method does.
fn compose(window: &mut Window, steps: &[&str], text: &str) {
    for step in steps {
        window.harness.event(Event::Ime(ImeEvent::Preedit {
            text: (*step).to_owned(),
            active_range_chars: None,
        }));
        window.harness.step();
    }
    let commit = ImeEvent::Commit(text.to_owned());
    window.harness.event(Event::Ime(commit));
    window.harness.step();
    window.settle();
}

fn focus(window: &mut Window, field: &str) {
    let node = window.harness.get_by_role_and_label(Role::TextInput, field);
    node.focus();
    window.harness.step();
}

#[test]
fn text_is_composed_in_a_label() {
    let (_dir, mut window) = coloured();
    focus(&mut window, "New label");
    compose(&mut window, &["k", "ko", "kot"], "кот");
    assert_eq!(window.state().draft, "кот");
    window.key(Key::Enter);
    assert_eq!(window.state().memory.labels[0].text, "кот");
}

#[test]
fn text_is_composed_in_the_search() {
    let (_dir, mut window) = coloured();
    focus(&mut window, "Search");
    compose(&mut window, &["s", "so"], "собака");
    assert_eq!(window.state().search, "собака");
}

#[test]
fn text_is_composed_in_a_dialog() {
    let (_dir, mut window) = coloured();
    window::add_label(&mut window, "red");
    window.open_dialog(Action::LabelSets);
    focus(&mut window, "Name of the set");
    compose(&mut window, &["m", "mo"], "мой");
    window.key(Key::Enter);
    assert_eq!(window.state().memory.sets[0].name, "мой");
}

#[test]
fn text_is_composed_in_an_existing_label() {
    let (_dir, mut window) = coloured();
    window::add_label(&mut window, "red");
    focus(&mut window, "Label red");
    window.keys(Modifiers::COMMAND, Key::A);
    compose(&mut window, &["k", "ko", "kot"], "кот");
    assert_eq!(window.state().memory.labels[0].text, "кот");
}
