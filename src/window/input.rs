//! From keys and dropped files to commands.

use egui::{Context, Event, Key};

use crate::app::command::{Action, Command};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::state::State;
use crate::ui::Interface;

/// Commands of the keys that were pressed in this frame.
pub fn keys(ctx: &Context, state: &State) -> Vec<Command> {
    let typing = ctx.text_edit_focused();
    // A dialog and an open menu have the keyboard for themselves, but for what closes them.
    let occupied = state.dialog.is_some() || ctx.any_popup_open();
    // Enter and Space belong to the button that has the focus.
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut commands = Vec::new();
    ctx.input(|input| {
        for event in &input.events {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                repeat,
                ..
            } = event
            else {
                continue;
            };
            if occupied {
                continue;
            }
            let types = !modifiers.command && !is_function_key(*key) && *key != Key::Escape;
            if typing && (types || is_editing(*key)) {
                continue;
            }
            if focused && matches!(key, Key::Enter | Key::Space | Key::Escape) {
                continue;
            }
            let step = step(*key).filter(|_| !modifiers.command && !modifiers.alt);
            if let Some(step) = step {
                commands.push(Command::GridMove(step, modifiers.shift));
                continue;
            }
            let action = Action::ALL.iter().find(|action| {
                let mut keys = action.entry().keys.iter();
                keys.any(|keys| keys.is(*key, *modifiers))
            });
            // Whether it can do something is asked when it is carried out: a key before it may matter.
            if let Some(action) = action
                && !(*repeat && *action == Action::Quit)
            {
                commands.push(Command::Do(*action));
            }
        }
        // Copying is an event of its own.
        let copies = input
            .events
            .iter()
            .any(|event| matches!(event, Event::Copy));
        if copies && !typing && !occupied && Action::CopyPaths.enabled(state) {
            commands.push(Command::Do(Action::CopyPaths));
        }
    });
    commands
}

fn is_function_key(key: Key) -> bool {
    matches!(key, Key::F1 | Key::F5)
}

/// Keys that a text field uses with Ctrl.
fn is_editing(key: Key) -> bool {
    matches!(
        key,
        Key::A
            | Key::C
            | Key::V
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

/// Commands for files that were dropped onto the window: one picture onto the search box is searched
/// for, everything else is opened.
pub fn dropped(ctx: &Context, ui: &Interface) -> Option<Command> {
    let (files, pointer) = ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        let paths: Vec<_> = files.map(|file| file.path().to_path_buf()).collect();
        (paths, input.pointer.latest_pos())
    });
    let on_search = pointer.is_some_and(|at| ui.search_box().contains(at));
    match files.as_slice() {
        [] => None,
        [picture] if on_search => Some(Command::SearchDropped(picture.clone())),
        _ => Some(Command::OpenPaths(files)),
    }
}
