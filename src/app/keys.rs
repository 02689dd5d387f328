//! Keyboard shortcuts and their display names.

use egui::{Key, Modifiers};

/// A key with modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    /// Whether Shift is part of the shortcut.
    pub shift: bool,
    /// The key without modifiers.
    pub key: Key,
}

/// A key without modifiers.
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
    /// The display text, such as "Ctrl+Z".
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
            Key::Equals => "=",
            Key::Period => ".",
            other => other.name(),
        };
        format!("{command}{shift}{key}")
    }

    /// Whether a key press matches the shortcut. Shift is ignored for keys that need it to be typed.
    #[must_use]
    pub fn is(self, key: Key, modifiers: Modifiers) -> bool {
        let typed = matches!(self.key, Key::Plus | Key::Questionmark | Key::Slash);
        self.key == key
            && self.command == modifiers.command
            && (self.shift == modifiers.shift || typed)
            && !modifiers.alt
    }
}
