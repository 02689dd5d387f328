//! From dropped files to commands.
//!
//! Window systems do not report the pointer while files are dragged: its position is known a moment after the drop.

use std::path::PathBuf;
use std::time::Duration;

use egui::{Context, Pos2, Rect};

use crate::app::command::{Command, Dialog};
use crate::engine::media::scan::is_media_name;

/// How long a dropped picture waits for the pointer, in seconds.
const POINTER_WAIT: f64 = 0.25;

/// Files that were dropped, until it is known onto what.
#[derive(Default)]
pub struct Drops {
    paths: Vec<PathBuf>,
    since: f64,
}

impl Drops {
    /// The command for files that were dropped: a picture in `search_zone` is searched for, everything else is opened.
    /// If the pointer does not come back, the user is asked.
    pub fn command(&mut self, ctx: &Context, search_zone: Rect) -> Option<Command> {
        let (dropped, pointer, now) = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            let paths: Vec<_> = files.map(|file| file.path().to_path_buf()).collect();
            (paths, input.pointer.latest_pos(), input.time)
        });
        if !dropped.is_empty() {
            self.since = now;
            self.paths.extend(dropped);
        }
        if self.paths.is_empty() {
            return None;
        }
        match is_search_drop(&self.paths, pointer, search_zone) {
            None if now - self.since < POINTER_WAIT => {
                ctx.request_repaint_after(Duration::from_millis(30));
                None
            }
            None => {
                let picture = std::mem::take(&mut self.paths).pop()?;
                Some(Command::Show(Some(Dialog::Dropped(picture))))
            }
            Some(true) => Some(Command::SearchDropped(
                std::mem::take(&mut self.paths).pop()?,
            )),
            Some(false) => Some(Command::Dropped(std::mem::take(&mut self.paths))),
        }
    }
}

/// Whether dropped paths are searched for or opened; nothing while that depends on a pointer that is not known.
fn is_search_drop(paths: &[PathBuf], pointer: Option<Pos2>, search_zone: Rect) -> Option<bool> {
    let [picture] = paths else {
        return Some(false);
    };
    match pointer {
        Some(at) => Some(search_zone.contains(at)),
        None if !search_zone.is_positive() => Some(false),
        None if is_media_name(picture) => None,
        None => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn only_one_picture_in_the_zone_is_searched_for() {
        let zone = Rect::from_min_max(pos2(100.0, 0.0), pos2(300.0, 60.0));
        let (inside, outside) = (Some(pos2(150.0, 20.0)), Some(pos2(10.0, 500.0)));
        let one = [PathBuf::from("a.jpg")];
        let two = [PathBuf::from("a.jpg"), PathBuf::from("b.jpg")];
        let folder = [PathBuf::from("photos")];
        assert_eq!(is_search_drop(&one, inside, zone), Some(true));
        assert_eq!(is_search_drop(&one, outside, zone), Some(false));
        assert_eq!(is_search_drop(&two, inside, zone), Some(false));
        assert_eq!(is_search_drop(&one, None, zone), None);
        assert_eq!(is_search_drop(&folder, None, zone), Some(false));
        // Where there is no search box, nothing is asked.
        assert_eq!(is_search_drop(&one, None, Rect::NOTHING), Some(false));
    }
}
