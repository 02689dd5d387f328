//! The page that lists the keys.

use super::action::{Action, Section};

/// What the grid and the viewer do with keys and the pointer besides commands.
pub const GESTURES: [(&str, &str); 12] = [
    ("Arrows, Page Up, Page Down, Home, End", "Move"),
    ("Shift with these", "Extend the selection"),
    (
        "Ctrl and a click",
        "Add a photo to the selection, or take it out",
    ),
    ("A click on a heading", "Select the photos below it"),
    ("Ctrl and the wheel", "Size of thumbnails"),
    ("The wheel over a large photo", "Zoom"),
    ("The space bar held over a large photo", "Loupe"),
    ("Ctrl+V over the photos", "Open what the pasted paths name"),
    ("Shift+Tab over the photos", "Go to the control before them"),
    ("Down in a label", "Go to its threshold"),
    ("Left and right at a threshold", "A step of 0.1 %"),
    ("Shift with these", "A step of 1 %"),
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
        "# Keys\n\nKeys belong to what has the focus: an open menu, a dialog, a text field, and otherwise the photos.\n",
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
