//! The page that lists the keys.

use super::action::{Action, Section};

/// What the grid and the viewer do with keys and the pointer besides commands.
pub const GESTURES: [(&str, &str); 14] = [
    ("Arrows, Page Up, Page Down, Home, End", "Move"),
    ("Shift with any of these", "Extend the selection"),
    ("Ctrl+click", "Add a photo to the selection, or remove it"),
    ("Click on a heading", "Select the photos below it"),
    ("Ctrl+wheel", "Change the size of thumbnails"),
    ("Wheel over a large photo", "Zoom"),
    ("Hold the space bar over a large photo", "Show the loupe"),
    (
        "Y, N or the space bar in questions",
        "Yes, no, or cannot say",
    ),
    (
        "Ctrl+Z or Backspace in questions",
        "Take the last answer back",
    ),
    ("Ctrl+V over the photos", "Open the pasted paths"),
    ("Shift+Tab over the photos", "Go to the control before them"),
    ("Down in a label", "Go to its threshold"),
    ("Left or Right on a threshold", "Move it by 0.1 %"),
    ("Shift with either", "Move it by 1 %"),
];

/// The keys of a section: what is pressed, and what it does.
#[must_use]
pub fn keys_of(section: Section) -> Vec<(String, &'static str)> {
    let all = Action::ALL.iter().map(|action| action.entry());
    let with_keys = all.filter(|entry| entry.section == section && !entry.keys.is_empty());
    with_keys
        .map(|entry| {
            let keys: Vec<String> = entry.keys.iter().map(|keys| keys.text()).collect();
            (keys.join("  or  "), entry.name)
        })
        .collect()
}

/// The page of all keys, in Markdown.
#[must_use]
pub fn keys_page() -> String {
    let mut page = String::from(
        "# Keys\n\nKeys go to whatever has the focus: an open menu, a dialog, a text field, or otherwise the photos.\n",
    );
    let mut table = |title: &str, rows: &[(String, &str)]| {
        page.push_str(&format!("\n## {title}\n\n| key | does |\n|---|---|\n"));
        for (keys, does) in rows {
            page.push_str(&format!("| {keys} | {does} |\n"));
        }
    };
    for section in Section::ALL {
        let rows = keys_of(section);
        if !rows.is_empty() {
            table(section.name(), &rows);
        }
    }
    table(
        "Photos",
        &GESTURES.map(|(keys, does)| (keys.to_owned(), does)),
    );
    page
}
