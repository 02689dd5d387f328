//! Keys that call actions, and the page that lists them.

use egui::{Key, Modifiers};

use super::action::{Action, Section};

/// A key with modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

/// A key alone.
pub const fn plain(key: Key) -> Keys {
    Keys {
        command: false,
        shift: false,
        key,
    }
}

/// A key with Ctrl, or Cmd on a Mac.
pub const fn ctrl(key: Key) -> Keys {
    Keys {
        command: true,
        shift: false,
        key,
    }
}

/// A key with Ctrl and Shift.
pub const fn ctrl_shift(key: Key) -> Keys {
    Keys {
        command: true,
        shift: true,
        key,
    }
}

impl Keys {
    /// As it is written on keys.
    #[must_use]
    pub fn text(self) -> String {
        let command = match (self.command, cfg!(target_os = "macos")) {
            (false, _) => "",
            (true, true) => "Cmd+",
            (true, false) => "Ctrl+",
        };
        let shift = if self.shift { "Shift+" } else { "" };
        let key = match self.key {
            Key::Escape => "Esc",
            Key::Tab => "Tab",
            Key::Plus => "+",
            Key::Minus => "-",
            Key::Slash => "/",
            Key::Questionmark => "?",
            Key::Comma => ",",
            other => other.name(),
        };
        format!("{command}{shift}{key}")
    }

    /// Whether a pressed key is this one. Shift does not matter for keys that need it to be typed.
    #[must_use]
    pub fn is(self, key: Key, modifiers: Modifiers) -> bool {
        let typed = matches!(self.key, Key::Plus | Key::Questionmark | Key::Slash);
        self.key == key
            && self.command == modifiers.command
            && (self.shift == modifiers.shift || typed)
            && !modifiers.alt
    }
}

/// What the grid and the viewer do with keys and the pointer besides commands.
pub const GESTURES: [(&str, &str); 11] = [
    ("Arrows, Page, Home, End", "Move"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_need_shift_are_found_with_it() {
        let question = Action::Keys.entry().keys[1];
        assert!(question.is(Key::Questionmark, Modifiers::SHIFT));
        let undo = Action::Undo.entry().keys[0];
        assert!(undo.is(Key::Z, Modifiers::COMMAND));
        assert!(!undo.is(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT));
        assert!(!Action::Pick.entry().keys[0].is(Key::P, Modifiers::COMMAND));
    }
}
