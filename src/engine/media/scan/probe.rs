//! Detects photos by content if the extension is inconclusive.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use crate::engine::files::regular::open_regular;
use crate::engine::media::decode::{ContentKind, content};
use crate::engine::media::file_names::{MediaKind, kind};

/// Bytes read from each file: as many as the longest header by which a format is recognised.
const HEAD: u64 = 128;
/// Number of consecutive files of one extension without a picture after which no more are opened: on a slow disk each
/// costs as much time as a photo.
const MAX_MISSES: u32 = 1000;
/// Maximum number of extensions counted separately.
const MAX_ENDINGS: usize = 1000;

/// Whether a file is a picture or video, by extension, or by content if the extension is inconclusive.
#[must_use]
pub fn may_be_photo(path: &Path) -> bool {
    let content = ContentProbe::default().content(path, kind(path));
    !matches!(content, ContentKind::Other | ContentKind::Unread)
}

/// Probes files by content, until an extension proves to be unproductive.
#[derive(Default)]
pub struct ContentProbe {
    /// Consecutive files without a picture, by lower-case extension.
    misses: HashMap<Vec<u8>, u32>,
    /// Number of opened files.
    #[cfg(test)]
    pub opened: u64,
}

impl ContentProbe {
    /// The content of a file whose name is of this kind.
    pub fn content(&mut self, path: &Path, kind: MediaKind) -> ContentKind {
        match kind {
            MediaKind::Picture | MediaKind::Raw => ContentKind::Picture,
            MediaKind::Video => ContentKind::Video,
            MediaKind::FfmpegVideo => ContentKind::FfmpegVideo,
            MediaKind::Other => ContentKind::Other,
            MediaKind::Likely => self.probe_file(path),
            MediaKind::Unread => match self.probe_file(path) {
                ContentKind::Other | ContentKind::Unread => ContentKind::Unread,
                found => found,
            },
            MediaKind::Unknown => self.probe_unless_hopeless(path),
        }
    }

    fn probe_unless_hopeless(&mut self, path: &Path) -> ContentKind {
        let ending = path.extension().unwrap_or_default().as_encoded_bytes();
        let mut ending = ending.to_ascii_lowercase();
        if !self.misses.contains_key(&ending) && self.misses.len() >= MAX_ENDINGS {
            // Further extensions share one counter.
            ending.clear();
        }
        let misses = self.misses.get(&ending).copied().unwrap_or_default();
        if misses >= MAX_MISSES {
            return ContentKind::Other;
        }
        let found = self.probe_file(path);
        let misses = match found {
            ContentKind::Other | ContentKind::Unread => misses + 1,
            _ => 0,
        };
        self.misses.insert(ending, misses);
        found
    }

    fn probe_file(&mut self, path: &Path) -> ContentKind {
        #[cfg(test)]
        {
            self.opened += 1;
        }
        let mut head = Vec::new();
        match open_regular(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)) {
            Ok(_) => content(&head),
            Err(_) => ContentKind::Other,
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
        let mut looks = ContentProbe::default();
        let most = u64::from(MAX_MISSES);
        for _ in 1..most {
            assert_eq!(looks.content(&text, MediaKind::Unknown), ContentKind::Other);
        }
        assert_eq!(
            looks.content(&picture, MediaKind::Unknown),
            ContentKind::Picture
        );
        for _ in 0..3 * most {
            looks.content(&text, MediaKind::Unknown);
        }
        assert_eq!(looks.opened, 2 * most);
        assert_eq!(
            looks.content(&picture, MediaKind::Unknown),
            ContentKind::Other
        );
        // Files with a picture-like extension are always probed.
        assert_eq!(
            looks.content(&picture, MediaKind::Likely),
            ContentKind::Picture
        );
        assert_eq!(
            looks.content(&picture, MediaKind::Unread),
            ContentKind::Picture
        );
        assert_eq!(looks.content(&text, MediaKind::Unread), ContentKind::Unread);
    }

    #[test]
    fn countless_endings_are_counted_as_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut looks = ContentProbe::default();
        for number in 0..3 * MAX_ENDINGS {
            looks.content(&dir.path().join(format!("a.{number}")), MediaKind::Unknown);
        }
        assert!(looks.misses.len() <= MAX_ENDINGS + 1);
        assert_eq!(looks.opened, MAX_ENDINGS as u64 + u64::from(MAX_MISSES));
    }
}
