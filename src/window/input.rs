//! From keys to commands.

use egui::{Context, Event, FocusDirection, Id, Key, Modifiers, Popup};

use crate::app::command::{Action, Command};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::state::State;
use crate::ui::{HOLD, photos_id};

/// Frames that keys wait for a field or a dialog that one of them opens.
const KEY_WAIT_FRAMES: u8 = 4;

/// What keys belong to, the first of these that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyOwner {
    /// An open menu or list.
    Popup,
    /// An open dialog.
    Dialog,
    /// A text field.
    TextField,
    /// A button or slider that was reached with the Tab key.
    Widget,
    /// The photos.
    Photos,
}

impl KeyOwner {
    fn now(ctx: &Context, state: &State) -> Self {
        // What is open is known from the last frame: in this one, nothing has been drawn yet.
        if Popup::is_any_open(ctx) {
            Self::Popup
        } else if state.dialog.is_some() {
            Self::Dialog
        } else if ctx.text_edit_focused() {
            Self::TextField
        } else if ctx.memory(|memory| memory.focused().is_some_and(|id| id != photos_id())) {
            Self::Widget
        } else {
            Self::Photos
        }
    }

    /// Whether it leaves a key to the window's commands.
    fn leaves(self, key: Key, modifiers: Modifiers) -> bool {
        match self {
            Self::Popup | Self::Dialog => false,
            Self::TextField => is_function_key(key) || (modifiers.command && !is_editing(key)),
            Self::Widget => {
                !matches!(key, Key::Enter | Key::Space | Key::Escape | Key::Tab)
                    && step(key).is_none()
            }
            Self::Photos => true,
        }
    }
}

/// From keys to commands. What is typed while a field or dialog opens waits until it is there.
#[derive(Default)]
pub struct Keyboard {
    held: Vec<Event>,
    waits: u8,
    /// What had the focus when the wait began. If it is a text field, keys must not go to it any more.
    left: Option<Id>,
    /// Whether the character of the key that opens the field is still to come: it is not typed into it.
    own_character: bool,
    /// Since when the space bar is held over a large photo.
    space_since: Option<f64>,
}

impl Keyboard {
    /// Commands of the keys that were pressed in this frame.
    pub fn commands(&mut self, ctx: &Context, state: &State) -> Vec<Command> {
        if self.waits > 0 {
            self.waits -= 1;
            let typed = take_typed(ctx);
            self.keep(typed);
            if !self.has_arrived(ctx) && self.waits > 0 {
                ctx.request_repaint();
                return Vec::new();
            }
            self.waits = 0;
            self.left = None;
            let held = std::mem::take(&mut self.held);
            ctx.input_mut(|input| input.events.splice(0..0, held).for_each(drop));
        }
        let owner = KeyOwner::now(ctx, state);
        let may_close = matches!(owner, KeyOwner::TextField | KeyOwner::Dialog);
        if may_close && ctx.text_edit_focused() {
            self.hold_after_enter(ctx);
        }
        let events = ctx.input(|input| input.events.clone());
        let mut commands = Vec::new();
        if let Some(tab) = events.iter().find_map(tab)
            && owner == KeyOwner::Photos
            && Action::Panels.enabled(state)
        {
            // The Tab key hides panels here, and does not go on to the next widget; with Shift it leads out of the
            // photos, to the widget before them.
            let way = match tab {
                Tab::Forward => FocusDirection::None,
                Tab::Back => FocusDirection::Previous,
            };
            ctx.memory_mut(|memory| memory.move_focus(way));
        }
        self.space(ctx, state, owner, &events, &mut commands);
        for (at, event) in events.iter().enumerate() {
            if state.viewer.is_some() && space(event).is_some() {
                continue;
            }
            let Some(command) = command(event, owner) else {
                continue;
            };
            let opens = matches!(&command, Command::Do(action) if action.takes_keyboard());
            commands.push(command);
            if opens {
                self.own_character = true;
                self.hold(ctx, at);
                self.left = focused(ctx);
                break;
            }
        }
        if owner == KeyOwner::TextField {
            // egui's text fields edit with some of these keys, too: Ctrl+K deletes the rest of the line.
            ctx.input_mut(|input| {
                let events = &mut input.events;
                events.retain(|event| command(event, owner).is_none());
            });
        }
        commands
    }

    /// Whether the text field that keys wait for has the focus.
    fn has_arrived(&self, ctx: &Context) -> bool {
        ctx.text_edit_focused() && focused(ctx) != self.left
    }

    /// Makes what is typed from now on wait for a text field that is about to get the focus.
    pub fn wait_for_field(&mut self) {
        self.waits = KEY_WAIT_FRAMES;
    }

    /// Over a large photo, a touch of the space bar closes it, and holding it shows the loupe.
    fn space(
        &mut self,
        ctx: &Context,
        state: &State,
        owner: KeyOwner,
        events: &[Event],
        commands: &mut Vec<Command>,
    ) {
        let now = ctx.input(|input| input.time);
        for space in events.iter().filter_map(space) {
            match space {
                Space::Pressed => {
                    let here = state.viewer.is_some() && owner == KeyOwner::Photos;
                    self.space_since = here.then_some(now);
                }
                // Of a press that may have opened the photo: it is no touch of its own.
                Space::Repeated => {}
                Space::Released => {
                    let touched = self.space_since.take().is_some_and(|at| now - at < HOLD);
                    if touched {
                        commands.push(Command::Do(Action::View));
                    }
                }
            }
        }
    }

    /// A field lets go of the keyboard at Enter, and would lose what was typed after it in the same frame.
    fn hold_after_enter(&mut self, ctx: &Context) {
        let enter = ctx.input(|input| {
            let events = &input.events;
            let at = events.iter().position(is_enter)?;
            events[at + 1..].iter().any(is_typed).then_some(at)
        });
        if let Some(at) = enter {
            self.own_character = false;
            self.hold(ctx, at);
        }
    }

    /// Keeps what was typed after an event for what the event opens.
    fn hold(&mut self, ctx: &Context, at: usize) {
        self.waits = KEY_WAIT_FRAMES;
        ctx.request_repaint();
        let later = ctx.input_mut(|input| input.events.split_off(at + 1));
        let (typed, rest): (Vec<_>, Vec<_>) = later.into_iter().partition(is_typed);
        ctx.input_mut(|input| input.events.extend(rest));
        self.keep(typed);
    }

    fn keep(&mut self, typed: Vec<Event>) {
        for event in typed {
            let own = std::mem::take(&mut self.own_character);
            if !(own && matches!(event, Event::Text(_))) {
                self.held.push(event);
            }
        }
    }
}

fn focused(ctx: &Context) -> Option<Id> {
    ctx.memory(|memory| memory.focused())
}

/// What happens to the space bar.
#[derive(Clone, Copy)]
enum Space {
    Pressed,
    Repeated,
    Released,
}

fn space(event: &Event) -> Option<Space> {
    match event {
        Event::Key {
            key: Key::Space,
            pressed,
            repeat,
            ..
        } => Some(match (pressed, repeat) {
            (true, false) => Space::Pressed,
            (true, true) => Space::Repeated,
            (false, _) => Space::Released,
        }),
        _ => None,
    }
}

/// Which way the Tab key leads.
#[derive(Clone, Copy)]
enum Tab {
    Forward,
    Back,
}

fn tab(event: &Event) -> Option<Tab> {
    match event {
        Event::Key {
            key: Key::Tab,
            pressed: true,
            modifiers,
            ..
        } if !modifiers.command && !modifiers.alt => Some(match modifiers.shift {
            true => Tab::Back,
            false => Tab::Forward,
        }),
        _ => None,
    }
}

fn is_enter(event: &Event) -> bool {
    matches!(
        event,
        Event::Key {
            key: Key::Enter,
            pressed: true,
            ..
        }
    )
}

fn is_typed(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { pressed: true, .. }
            | Event::Text(_)
            | Event::Ime(_)
            | Event::Paste(_)
            | Event::Copy
            | Event::Cut
    )
}

/// Takes what was typed out of this frame.
fn take_typed(ctx: &Context) -> Vec<Event> {
    ctx.input_mut(|input| {
        let all = std::mem::take(&mut input.events);
        let (typed, rest) = all.into_iter().partition(is_typed);
        input.events = rest;
        typed
    })
}

/// The command of an event, if it is one and `owner` leaves it to the window.
fn command(event: &Event, owner: KeyOwner) -> Option<Command> {
    let (key, modifiers, repeat) = match event {
        Event::Key {
            key,
            pressed: true,
            modifiers,
            repeat,
            ..
        } => (*key, *modifiers, *repeat),
        Event::Paste(text) if owner == KeyOwner::Photos => {
            return Some(Command::Paste(text.clone()));
        }
        // Copying is an event of its own.
        Event::Copy => (Key::C, Modifiers::COMMAND, false),
        _ => return None,
    };
    if !owner.leaves(key, modifiers) {
        return None;
    }
    let step = step(key).filter(|_| !modifiers.command && !modifiers.alt);
    if let Some(step) = step {
        return Some(Command::GridMove(step, modifiers.shift));
    }
    // Whether it can do something is asked when it is carried out: a key before it may matter.
    let action = Action::ALL.iter().find(|action| {
        let mut keys = action.entry().keys.iter();
        keys.any(|keys| keys.is(key, modifiers))
    })?;
    (!repeat || action.repeats()).then_some(Command::Do(*action))
}

fn is_function_key(key: Key) -> bool {
    matches!(key, Key::F1 | Key::F5 | Key::F6 | Key::F11)
}

/// Keys that a text field uses with Ctrl.
fn is_editing(key: Key) -> bool {
    matches!(
        key,
        Key::A
            | Key::C
            | Key::V
            | Key::W
            | Key::X
            | Key::Y
            | Key::Z
            | Key::Backspace
            | Key::Enter
            | Key::ArrowLeft
            | Key::ArrowRight
    )
}

fn step(key: Key) -> Option<GridMove> {
    Some(match key {
        Key::ArrowLeft => GridMove::Left,
        Key::ArrowRight => GridMove::Right,
        Key::ArrowUp => GridMove::Up,
        Key::ArrowDown => GridMove::Down,
        Key::PageUp => GridMove::PageUp,
        Key::PageDown => GridMove::PageDown,
        Key::Home => GridMove::Home,
        Key::End => GridMove::End,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(key: Key, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }
    }

    #[test]
    fn keys_belong_to_what_has_the_focus() {
        let x = pressed(Key::X, Modifiers::NONE);
        let export = pressed(Key::E, Modifiers::COMMAND);
        let down = pressed(Key::ArrowDown, Modifiers::NONE);
        let help = pressed(Key::F1, Modifiers::NONE);
        let enter = pressed(Key::Enter, Modifiers::NONE);
        for owner in [KeyOwner::Popup, KeyOwner::Dialog] {
            for event in [&x, &export, &down, &help, &enter, &Event::Copy] {
                assert_eq!(command(event, owner), None, "{event:?}");
            }
        }
        let left_to_commands = |owner: KeyOwner| {
            [&x, &export, &down, &help, &enter, &Event::Copy].map(|e| command(e, owner).is_some())
        };
        assert_eq!(
            left_to_commands(KeyOwner::TextField),
            [false, true, false, true, false, false]
        );
        assert_eq!(
            left_to_commands(KeyOwner::Widget),
            [true, true, false, true, false, true]
        );
        assert_eq!(left_to_commands(KeyOwner::Photos), [true; 6]);
        // In a text field, this deletes a word.
        let close_folders = pressed(Key::W, Modifiers::COMMAND);
        assert_eq!(command(&close_folders, KeyOwner::TextField), None);
        assert!(command(&close_folders, KeyOwner::Photos).is_some());
    }

    #[test]
    fn a_held_key_moves_and_decides_nothing_twice() {
        let held = |key| Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: true,
            modifiers: Modifiers::NONE,
        };
        for key in [Key::ArrowDown, Key::PageDown, Key::Plus] {
            assert!(command(&held(key), KeyOwner::Photos).is_some(), "{key:?}");
        }
        for key in [Key::X, Key::Space, Key::Enter, Key::Tab, Key::C, Key::F11] {
            assert_eq!(command(&held(key), KeyOwner::Photos), None, "{key:?}");
        }
    }
}
