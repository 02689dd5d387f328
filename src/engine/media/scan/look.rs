//! Detects photos by their first bytes where the file name says nothing.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use crate::engine::files::regular::open_regular;
use crate::engine::media::decode::{Content, content};
use crate::engine::media::file_names::{Kind, kind};

/// Bytes of a file that are read.
const HEAD: u64 = 64;
/// So many files of one ending without a picture among them, one after another, and no other is opened: on a slow
/// disk each costs as much as a photo.
const MOST_MISSES: u32 = 1000;
/// Extensions that are counted separately.
const MOST_ENDINGS: usize = 1000;

/// Whether a file is a picture or a video, by its name or, where that says nothing, by its first bytes.
#[must_use]
pub fn may_be_photo(path: &Path) -> bool {
    let content = Looks::default().content(path, kind(path));
    !matches!(content, Content::Other | Content::Unread)
}

/// Looks into files, as long as that finds something.
#[derive(Default)]
pub struct Looks {
    /// Files without a picture since the last one that had one, by their ending in lower case.
    misses: HashMap<Vec<u8>, u32>,
    /// Files that were opened.
    #[cfg(test)]
    pub opened: u64,
}

impl Looks {
    /// What a file of this kind of name holds.
    pub fn content(&mut self, path: &Path, kind: Kind) -> Content {
        match kind {
            Kind::Picture | Kind::Raw => Content::Picture,
            Kind::Video => Content::Video,
            Kind::FfmpegVideo => Content::FfmpegVideo,
            Kind::Other => Content::Other,
            Kind::Likely => self.look(path),
            Kind::Unread => match self.look(path) {
                Content::Other | Content::Unread => Content::Unread,
                found => found,
            },
            Kind::Unknown => self.look_while_it_pays(path),
        }
    }

    fn look_while_it_pays(&mut self, path: &Path) -> Content {
        let ending = path.extension().unwrap_or_default().as_encoded_bytes();
        let mut ending = ending.to_ascii_lowercase();
        if !self.misses.contains_key(&ending) && self.misses.len() >= MOST_ENDINGS {
            // All others count as one.
            ending.clear();
        }
        let misses = self.misses.get(&ending).copied().unwrap_or_default();
        if misses >= MOST_MISSES {
            return Content::Other;
        }
        let found = self.look(path);
        let misses = match found {
            Content::Other | Content::Unread => misses + 1,
            _ => 0,
        };
        self.misses.insert(ending, misses);
        found
    }

    fn look(&mut self, path: &Path) -> Content {
        #[cfg(test)]
        {
            self.opened += 1;
        }
        let mut head = Vec::new();
        match open_regular(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)) {
            Ok(_) => content(&head),
            Err(_) => Content::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_opened_as_long_as_pictures_are_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let (text, picture) = (dir.path().join("a.dat"), dir.path().join("b.dat"));
        std::fs::write(&text, "words").expect("written");
        std::fs::write(&picture, b"\x89PNG\r\n\x1a\n").expect("written");
        let mut looks = Looks::default();
        let most = u64::from(MOST_MISSES);
        for _ in 1..most {
            assert_eq!(looks.content(&text, Kind::Unknown), Content::Other);
        }
        assert_eq!(looks.content(&picture, Kind::Unknown), Content::Picture);
        for _ in 0..3 * most {
            looks.content(&text, Kind::Unknown);
        }
        assert_eq!(looks.opened, 2 * most);
        assert_eq!(looks.content(&picture, Kind::Unknown), Content::Other);
        // A name that promises a picture is always looked into.
        assert_eq!(looks.content(&picture, Kind::Likely), Content::Picture);
        assert_eq!(looks.content(&picture, Kind::Unread), Content::Picture);
        assert_eq!(looks.content(&text, Kind::Unread), Content::Unread);
    }

    #[test]
    fn countless_endings_are_counted_as_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut looks = Looks::default();
        for number in 0..3 * MOST_ENDINGS {
            looks.content(&dir.path().join(format!("a.{number}")), Kind::Unknown);
        }
        assert!(looks.misses.len() <= MOST_ENDINGS + 1);
        assert_eq!(looks.opened, MOST_ENDINGS as u64 + u64::from(MOST_MISSES));
    }
}
