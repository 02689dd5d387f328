//! The lists of keyboard shortcuts and gestures.

use super::action::{Action, Section};
use crate::t;

/// Keys and gestures that the grid and the viewer handle themselves, without commands.
const GESTURES: [(&str, &str); 14] = [
    ("gesture-move-keys", "gesture-move"),
    ("gesture-extend-keys", "gesture-extend"),
    ("gesture-add-keys", "gesture-add"),
    ("gesture-heading-keys", "gesture-heading"),
    ("gesture-size-keys", "gesture-size"),
    ("gesture-zoom-keys", "gesture-zoom"),
    ("gesture-loupe-keys", "gesture-loupe"),
    ("gesture-answer-keys", "gesture-answer"),
    ("gesture-undo-answer-keys", "gesture-undo-answer"),
    ("gesture-paste-keys", "gesture-paste"),
    ("gesture-back-keys", "gesture-back"),
    ("gesture-down-keys", "gesture-down"),
    ("gesture-threshold-keys", "gesture-threshold"),
    ("gesture-threshold-more-keys", "gesture-threshold-more"),
];

/// Keys and gestures with their descriptions.
#[must_use]
pub fn gestures() -> [(String, &'static str); 14] {
    GESTURES.map(|(keys, does)| (t!(keys).to_owned(), t!(does)))
}

/// The shortcuts of a section with the names of their actions.
#[must_use]
pub fn keys_of(section: Section) -> Vec<(String, &'static str)> {
    let all = Action::ALL.iter().map(|action| action.entry());
    let with_keys = all.filter(|entry| entry.section == section && !entry.keys.is_empty());
    with_keys
        .map(|entry| {
            let keys: Vec<String> = entry.keys.iter().map(|keys| keys.text()).collect();
            (keys.join(t!("keys-separator")), entry.name)
        })
        .collect()
}

/// The reference page of all keys, in Markdown.
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
    table("Photos", &gestures());
    page
}
