//! Rules for new photos: previewed, switched on and off, run when photos arrive, undone, and restored after a restart.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common::names;
use crate::window;

use std::fs;
use std::path::Path;

use lumisift::app::command::{Action, Command, RuleCommand};
use lumisift::app::document::filter::Filter;
use lumisift::engine::library::{RuleMark, RuleText, read_rules};
use lumisift::engine::organize::marks::Flag;
use window::{Setup, Window, coloured};

/// A window with the label "red", and the dialog of rules for it.
fn open_with_rule() -> (tempfile::TempDir, tempfile::TempDir, Window) {
    let (dir, mut window) = coloured();
    let out = tempfile::tempdir().expect("a folder");
    window.command(Command::AddLabels("red".into()));
    let label = window.state().memory.labels[0].id;
    window.command(Command::Rules(RuleCommand::ShowFor(label)));
    window.finish_layout();
    (dir, out, window)
}

fn arrive(dir: &Path, name: &str, shade: u8) {
    let mut picture = image::RgbImage::from_pixel(48, 32, image::Rgb([230, 20, 20]));
    picture.put_pixel(1, 1, image::Rgb([shade; 3]));
    picture.save(dir.join(name)).expect("saved");
}

#[test]
fn a_rule_is_tried_then_carried_out_for_what_is_there_and_what_arrives() {
    let (dir, out, mut window) = open_with_rule();
    assert!(window.has("No rules yet"));
    *window.desktop.chosen.lock().expect("no panic") = vec![out.path().into()];
    window.click("Choose a folder…");
    window.until("a preview", |w| {
        w.has("3 photos would be copied now; 6 do not fit")
    });
    assert!(
        names(out.path()).is_empty(),
        "nothing is done before it is switched on"
    );
    window.click("Keep it switched off");
    window.finish_layout();
    window.click("Run the rule red");
    window.until("copies", |_| names(out.path()).len() == 3);
    window.until("the message", |w| {
        w.has_containing("3 photos copied by rules. Undo takes this back")
    });
    // The command line can run the same file.
    let file = window.home().path().join("config/rules.toml");
    window.until("the file", |_| {
        read_rules(&file).is_ok_and(|rules| rules[0].enabled && rules[0].label == "red")
    });
    arrive(dir.path(), "late.png", 7);
    window.until("what arrived", |_| {
        names(out.path()).contains(&"late.png".to_owned())
    });
    window.until("the end of it", |w| !w.state().rules.is_running);
    let log = window.home().path().join("state/watch/decisions.jsonl");
    assert!(
        fs::read_to_string(&log)
            .expect("a log")
            .contains("late.png")
    );
    window.click("Open the rule log");
    window.until("the log", |w| {
        w.desktop.shown.lock().expect("no panic").contains(&log)
    });
    // Each round is an export that can be undone, and is not repeated.
    window.command(Command::Show(None));
    window.act(Action::Undo);
    window.until("the undo", |_| names(out.path()).len() == 3);
    // The rule is restored at the next start, and does nothing twice.
    let home = window.home();
    drop(window);
    let setup = Setup {
        home,
        ..Setup::new(vec![dir.path().into()])
    };
    let mut window = setup.open();
    window.read(10);
    window.until("the rule", |w| w.state().rules.list.len() == 1);
    arrive(dir.path(), "later.png", 9);
    window.until("what arrived", |_| {
        names(out.path()).contains(&"later.png".to_owned())
    });
    assert_eq!(names(out.path()).len(), 4);
}

#[test]
fn rules_that_mark_leave_a_persons_own_decision_alone() {
    let (_dir, _out, mut window) = open_with_rule();
    window.command(Command::Show(None));
    let find = |window: &Window, name: &str| {
        let ids = 0..window.state().library.len() as u32;
        let is_it = |id: &u32| {
            window
                .state()
                .item(*id)
                .is_some_and(|item| item.name == name)
        };
        { ids }.find(is_it).expect("the photo")
    };
    let flags = |window: &Window| {
        ["red 1.png", "red 2.png", "red 3.png", "blue 1.png"]
            .map(|name| window.state().library.mark(find(window, name)).flag)
    };
    let second = find(&window, "red 2.png");
    window.command(Command::ViewItem(second));
    window.act(Action::Reject);
    window.act(Action::CloseView);
    let choices = window.state().memory.rule_choices();
    let rule = RuleText {
        mark: Some(RuleMark::Pick),
        ..choices[0].rule.clone().expect("a rule")
    };
    window.command(Command::Rules(RuleCommand::Add(Box::new(rule))));
    let marked = [Flag::Pick, Flag::Reject, Flag::Pick, Flag::None];
    window.until("the marks", |w| flags(w) == marked);
    window.until("the end of it", |w| !w.state().rules.is_running);
    window.act(Action::Undo);
    assert_eq!(
        flags(&window),
        [Flag::None, Flag::Reject, Flag::None, Flag::None]
    );
    window.act(Action::Redo);
    assert_eq!(flags(&window), marked);
}

#[test]
fn what_is_done_to_rules_can_be_undone_and_searches_with_other_filters_are_no_rules() {
    let (_dir, out, mut window) = open_with_rule();
    window.command(Command::Show(None));
    let choices = window.state().memory.rule_choices();
    let rule = RuleText {
        enabled: false,
        to: Some(out.path().into()),
        ..choices[0].rule.clone().expect("a rule")
    };
    let count = |window: &Window| window.state().rules.list.len();
    window.command(Command::Rules(RuleCommand::Add(Box::new(rule))));
    window.open_dialog(Action::Rules);
    assert!(window.has_containing("red from "));
    window.click("Delete the rule red");
    assert_eq!(count(&window), 0);
    window.command(Command::Show(None));
    window.act(Action::Undo);
    assert_eq!(count(&window), 1);
    window.act(Action::Undo);
    assert_eq!(count(&window), 0);
    window.act(Action::Redo);
    assert_eq!(count(&window), 1);
    window.command(Command::SearchFor("red".into()));
    let filter = Filter {
        name: "2".into(),
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    let save = lumisift::app::command::FindingCommand::SaveSearch("second".into());
    window.command(Command::Found(save));
    let choices = window.state().memory.rule_choices();
    assert!(choices[1].rule.is_err(), "{choices:?}");
}

#[test]
fn a_label_that_excludes_photos_is_no_rule_and_the_dialog_says_why() {
    let (_dir, mut window) = coloured();
    window.command(Command::AddLabels("-red".into()));
    let label = &window.state().memory.labels[0];
    assert!(label.negated);
    let show = RuleCommand::ShowFor(label.id);
    window.command(Command::Rules(show));
    window.finish_layout();
    assert!(window.has_containing("it keeps photos out of other labels"));
    assert!(window.state().rules.previewed.is_none());
}

#[test]
fn a_file_of_rules_that_cannot_be_read_is_reported_and_stays_as_it_is() {
    let (dir, window) = coloured();
    let home = window.home();
    drop(window);
    let file = home.path().join("config/rules.toml");
    fs::create_dir_all(home.path().join("config")).expect("a folder");
    fs::write(&file, "[[rule]]\ncolour = 1\n").expect("written");
    let setup = Setup {
        home,
        ..Setup::new(vec![dir.path().into()])
    };
    let mut window = setup.open();
    window.read(9);
    window.until("the problem", |w| w.state().rules.problem.is_some());
    window.open_dialog(Action::Rules);
    assert!(window.has_containing("rules.toml"));
    assert!(!window.has("Photos for the rule"));
    let text = fs::read_to_string(&file).expect("there");
    assert_eq!(text, "[[rule]]\ncolour = 1\n");
}
