//! Keys go to the element that has the focus: a menu, a dialog, a text field, and only then the photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::dialogs;
use crate::window;

use dialogs::every_dialog;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Popup};
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command, Dialog};
use lumisift::app::document::filter::{AspectShape, Filter, FlagFilter, LabelFit};
use lumisift::app::document::memory::SavedWindow;
use lumisift::engine::organize::marks::Mark;
use window::{Window, add_label, coloured};

/// The button above the photos with their number.
const NUMBER: &str = "9 photos";

/// State that no key may change while another element has the focus.
#[derive(Debug, PartialEq)]
pub struct Untouched {
    pub marks: Vec<Mark>,
    selected: Vec<String>,
    viewed: bool,
    pub memory: SavedWindow,
    search: String,
    dialog: Option<Dialog>,
}

pub fn untouched(window: &Window) -> Untouched {
    let state = window.state();
    Untouched {
        marks: state.library.snapshot().marks.to_vec(),
        selected: window.selected(),
        viewed: state.viewer.is_some(),
        memory: state.memory.clone(),
        search: state.search.clone(),
        dialog: state.dialog.clone(),
    }
}

/// All keys that do something in the window.
fn every_key() -> Vec<(Modifiers, Key)> {
    let steps = [
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
    ];
    let with = |command: bool, shift: bool| Modifiers {
        command,
        ctrl: command,
        shift,
        ..Modifiers::NONE
    };
    let actions = Action::ALL.iter().flat_map(|action| action.entry().keys);
    let actions = actions.map(|keys| (with(keys.command, keys.shift), keys.key));
    let steps = steps.map(|key| (Modifiers::NONE, key));
    actions.chain(steps).collect()
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.harness.step();
    window.harness.step();
}

/// Ways to open a menu or list.
#[derive(Clone, Copy, Debug)]
enum Opener {
    /// Clicks on these names, one after the other.
    Clicks(&'static [&'static str]),
    /// A right click on a photo, then clicks.
    Photo(&'static [&'static str]),
}

/// Every menu and list of the window, including submenus.
const OPENERS: [Opener; 26] = {
    use Opener::{Clicks, Photo};
    [
        Clicks(&["Menu"]),
        Clicks(&["Menu", "File"]),
        Clicks(&["Menu", "Edit"]),
        Clicks(&["Menu", "Photo"]),
        Clicks(&["Menu", "Labels"]),
        Clicks(&["Menu", "View"]),
        Clicks(&["Menu", "Tasks"]),
        Clicks(&["Menu", "Help"]),
        Clicks(&["Folders"]),
        Clicks(&["Sort by"]),
        Clicks(&["Group by"]),
        Clicks(&["Filter"]),
        Clicks(&["Filter", "Type: any"]),
        Clicks(&["Filter", "Camera: any"]),
        Clicks(&["Filter", "Lens: any"]),
        Clicks(&["Filter", "Folder: any"]),
        Clicks(&["More for labels"]),
        Clicks(&["More for red"]),
        Clicks(&["Messages"]),
        Clicks(&[NUMBER]),
        Photo(&[]),
        Photo(&["Example of"]),
        Photo(&["Counter-example of"]),
        Photo(&["Stars"]),
        Photo(&["Colour"]),
        Clicks(&[MORE]),
    ]
};

/// The list of filters that do not fit into the row.
const MORE: &str = "more filters";

/// Opens a menu or list.
fn open(window: &mut Window, opener: Opener, photo: &str) {
    let names = match opener {
        Opener::Clicks(names) => names,
        Opener::Photo(names) => {
            let mut cells = window.harness.query_all_by_label_contains(photo);
            cells.next().expect("a cell").click_secondary();
            drop(cells);
            window.harness.step();
            window.harness.step();
            names
        }
    };
    for name in names {
        // The status bar has the number of photos, too. Elements on top of others are drawn later, so the last one is
        // used.
        let mut found = window.harness.query_all_by_label_contains(name);
        let button = found.rfind(|node| {
            let node = node.accesskit_node();
            let is_it = node.label().is_some_and(|label| label == *name) || *name == MORE;
            is_it && node.role() != Role::Label
        });
        drop(found);
        let button = button.unwrap_or_else(|| panic!("no {name}"));
        match Popup::is_any_open(&window.harness.ctx) {
            // An entry farther down in a list is out of sight.
            true => button.click_accesskit(),
            false => button.click(),
        }
        window.harness.step();
        window.harness.step();
    }
    assert!(Popup::is_any_open(&window.harness.ctx), "{opener:?}");
}

/// Presses every key while a menu or list is open, and checks that nothing behind it changes.
fn press_every_key(window: &mut Window, opener: Opener, photo: &str) {
    for (modifiers, key) in every_key() {
        open(window, opener, photo);
        // The menu of a photo applies to all selected photos if the photo is one of them.
        let before = untouched(window);
        press(window, modifiers, key);
        assert_eq!(untouched(window), before, "{key:?} went through {opener:?}");
        while Popup::is_any_open(&window.harness.ctx) {
            press(window, Modifiers::NONE, Key::Escape);
        }
    }
}

#[test]
fn no_key_goes_through_an_open_menu_or_list() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.key(Key::Home);
    let photo = window.shown()[1].clone();
    let before = untouched(&window);
    for opener in OPENERS {
        match opener {
            Opener::Clicks([MORE]) => {}
            Opener::Photo(_) => press_every_key(&mut window, opener, &photo),
            Opener::Clicks(_) => {
                press_every_key(&mut window, opener, &photo);
                assert_eq!(untouched(&window), before, "{opener:?}");
            }
        }
    }
}

#[test]
fn no_key_goes_through_the_list_of_filters() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let many = Filter {
        fit: LabelFit::Nothing,
        flag: FlagFilter::Undecided,
        name: "a name of a photo that is not there at all".into(),
        keyword: "a keyword that no photo has or ever had".into(),
        place: "a town on the other side of the mountains".into(),
        located: Some(false),
        from: "2001-01-01".into(),
        to: "2031-12-31".into(),
        ending: Some("png".into()),
        camera: Some("A camera with a name that is rather long".into()),
        lens: Some("A lens with a name that is rather long".into()),
        shape: Some(AspectShape::Landscape),
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(many)));
    window.finish_layout();
    let opener = *OPENERS.last().expect("one");
    press_every_key(&mut window, opener, "");
    // An entry of the list can be removed like the filters beside it.
    open(&mut window, opener, "");
    window.click("Remove the filter Landscape");
    assert_eq!(window.state().memory.filter.shape, None);
}

#[test]
fn no_key_goes_through_a_list_in_a_dialog() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    window.command(Command::Show(Some(Dialog::Export)));
    window.finish_layout();
    press_every_key(&mut window, Opener::Clicks(&["Folders"]), "");
    assert_eq!(window.state().dialog, Some(Dialog::Export));
}

#[test]
fn no_key_goes_through_a_dialog() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    for dialog in every_dialog() {
        window.command(Command::Show(Some(dialog.clone())));
        window.finish_layout();
        let before = untouched(&window);
        for (modifiers, key) in every_key() {
            // In the list of commands, Enter carries out the first of them.
            let own = key == Key::Enter && dialog == Dialog::Palette;
            if key != Key::Escape && !own {
                press(&mut window, modifiers, key);
                assert_eq!(untouched(&window), before, "{key:?} in {dialog:?}");
            }
        }
        window.command(Command::Show(None));
    }
}

#[test]
fn enter_in_the_list_of_commands_is_for_the_list_alone() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let before = untouched(&window);
    window.open_dialog(Action::Palette);
    window.type_into("Find a command", "captions");
    window.key(Key::Enter);
    let after = untouched(&window);
    assert_ne!(after.memory, before.memory, "the captions changed");
    assert_eq!(
        (after.viewed, after.dialog, after.selected),
        (before.viewed, before.dialog, before.selected)
    );
}

#[test]
fn arrows_belong_to_a_widget_that_has_the_focus() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.key(Key::Home);
    let before = window.selected();
    for name in ["Threshold of red", "Size of thumbnails"] {
        window.harness.get_by_label(name).focus();
        window.harness.step();
        window.key(Key::ArrowRight);
        assert_eq!(window.selected(), before, "{name}");
    }
}

#[test]
fn a_key_leads_from_pane_to_pane() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    for name in ["New label", "Search", "Group by"] {
        window.key(Key::F6);
        window.harness.step();
        assert!(window.harness.get_by_label(name).is_focused(), "{name}");
    }
    window.key(Key::F6);
    window.harness.step();
    assert!(!window.harness.get_by_label("Group by").is_focused());
    // The photos have the keyboard focus again.
    let before = window.selected();
    window.key(Key::ArrowRight);
    assert_ne!(window.selected(), before);
    // The next pane depends on where the focus is, however it got there.
    for (from, to) in [
        ("Search", "Group by"),
        ("New label", "Search"),
        ("Size of thumbnails", "Group by"),
        ("Messages", "New label"),
    ] {
        window.harness.get_by_label(from).focus();
        window.harness.step();
        window.harness.step();
        window.key(Key::F6);
        window.harness.step();
        assert!(window.harness.get_by_label(to).is_focused(), "{from}");
    }
}
