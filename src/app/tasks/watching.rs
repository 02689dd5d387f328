//! Watches the open folders. Changes are debounced, so that ten thousand new files cause one rescan and not ten
//! thousand.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::Context;
use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::supervisor::Slot;
use crate::app::{App, TaskMessage};
use crate::engine::index::pipeline::Notify;
use crate::engine::media::scan::is_media_name;

/// Debounce time, and the maximum delay while changes keep arriving.
pub(super) const QUIET: Duration = Duration::from_secs(2);
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Polling interval for folders without change notifications, such as network shares.
const POLL: Duration = Duration::from_secs(60);

/// Times of the first and the last change since the last scan.
#[derive(Debug, Default)]
struct Changes(Mutex<Option<(Instant, Instant)>>);

impl Changes {
    /// Records a change, and returns whether it is the first one.
    fn note(&self, now: Instant) -> bool {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = since.map_or(now, |(first, _)| first);
        let is_first = since.is_none();
        *since = Some((first, now));
        is_first
    }

    /// When the folders are to be scanned; `None` if nothing has changed.
    fn due(&self) -> Option<Instant> {
        let since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|(first, last)| (last + QUIET).min(first + MAX_WAIT))
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// State of the folder watcher.
#[derive(Default)]
pub(in crate::app) struct Watching {
    /// The watched folders, and whether subfolders are included.
    of: (Vec<PathBuf>, bool),
    /// The watcher, which runs until it is dropped.
    watcher: Option<RecommendedWatcher>,
    changes: Arc<Changes>,
    /// Time of the last poll, if the folders have to be polled because the system does not report changes.
    polled: Option<Instant>,
}

/// The result of starting to watch.
pub(in crate::app) struct Watched {
    watcher: Option<RecommendedWatcher>,
    is_polled: bool,
}

impl App {
    /// Watches the folders that are open now, and scans them again after changes.
    pub(in crate::app) fn check_watched_folders(&mut self, ctx: &Context) {
        let memory = &self.state.memory;
        let (folders, with_subfolders) = &self.watching.of;
        let are_others = *folders != memory.roots;
        if are_others || (*with_subfolders != memory.subfolders && !folders.is_empty()) {
            self.watch((memory.roots.clone(), memory.subfolders));
        }
        let due = self.watching.changes.due();
        let polled = self.watching.polled.map(|since| since + POLL);
        let Some(due) = due.into_iter().chain(polled).min() else {
            return;
        };
        let left = due.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            return ctx.request_repaint_after(left);
        }
        // While photos are being read, changes wait until that has finished.
        if self.state.work.is_running() {
            return ctx.request_repaint_after(QUIET);
        }
        self.watching.changes.forget();
        self.watching.polled = self.watching.polled.map(|_| Instant::now());
        self.read_folders();
    }

    fn watch(&mut self, of: (Vec<PathBuf>, bool)) {
        // Dropping a watcher of thousands of folders takes a moment, so that is done in the background.
        let old = self.watching.watcher.take();
        let changes = Arc::new(Changes::default());
        self.watching = Watching {
            of: of.clone(),
            changes: changes.clone(),
            ..Watching::default()
        };
        let notify = self.notify.clone();
        self.replace(Slot::Watching, move |_| {
            drop(old);
            TaskMessage::Watched(watcher(&of.0, of.1, changes, notify))
        });
    }

    pub(in crate::app) fn handle_watched(&mut self, watched: Watched) {
        self.watching.watcher = watched.watcher;
        self.watching.polled = watched.is_polled.then(Instant::now);
    }
}

/// Starts to watch folders.
fn watcher(
    folders: &[PathBuf],
    subfolders: bool,
    changes: Arc<Changes>,
    notify: Notify,
) -> Watched {
    let tell = move |event: notify::Result<Event>| {
        // An error may mean that events were lost.
        if event.as_ref().map_or(true, is_change) && changes.note(Instant::now()) {
            notify();
        }
    };
    let mode = match subfolders {
        true => RecursiveMode::Recursive,
        false => RecursiveMode::NonRecursive,
    };
    let mut watcher = match notify::recommended_watcher(tell) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "the system does not tell of changes: folders are polled");
            return Watched {
                watcher: None,
                is_polled: !folders.is_empty(),
            };
        }
    };
    let mut is_polled = false;
    for folder in folders {
        if let Err(error) = watcher.watch(folder, mode) {
            tracing::warn!(folder = %folder.display(), %error, "it is polled");
            is_polled = true;
        }
        is_polled |= is_remote(folder);
    }
    Watched {
        watcher: Some(watcher),
        is_polled,
    }
}

/// Whether photos may have changed. Scanning opens and reads files, which generates events too, and programs including
/// this one write other files next to photos.
fn is_change(event: &Event) -> bool {
    let is_kind = match event.kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        _ => true,
    };
    is_kind && (event.paths.is_empty() || event.paths.iter().any(|path| is_relevant(path)))
}

/// Whether a path may be a photo, a video, a sidecar or a folder.
fn is_relevant(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') {
        return false;
    }
    let is_sidecar = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xmp"));
    is_sidecar || path.extension().is_none() || is_media_name(path)
}

/// Whether a folder is on a network file system, which does not report changes made by other machines.
#[cfg(target_os = "linux")]
fn is_remote(path: &Path) -> bool {
    /// File system types of NFS, SMB, CIFS, SMB2, FUSE, 9P and AFS, from statfs(2).
    const REMOTE: [u64; 7] = [
        0x6969,
        0x517B,
        0xFF53_4D42,
        0xFE53_4D42,
        0x6573_5546,
        0x0102_1997,
        0x5346_414F,
    ];
    rustix::fs::statfs(path)
        .is_ok_and(|about| REMOTE.contains(&(about.f_type as u64 & 0xFFFF_FFFF)))
}

#[cfg(not(target_os = "linux"))]
fn is_remote(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().starts_with(br"\\")
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, RemoveKind, RenameMode};

    use super::*;

    #[test]
    fn only_changes_to_possible_photos_by_other_programs_count() {
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let created = EventKind::Create(CreateKind::File);
        for path in ["in/a.JPG", "in/a.jpg.xmp", "in/folder", "in/film.mp4"] {
            assert!(is_change(&event(created, path)), "{path}");
        }
        for path in ["in/facts.db-wal", "in/.tmp7aX", "in/notes.txt"] {
            assert!(!is_change(&event(created, path)), "{path}");
        }
        let gone = EventKind::Remove(RemoveKind::Any);
        let moved = EventKind::Modify(ModifyKind::Name(RenameMode::Any));
        assert!(is_change(&event(gone, "a.png")) && is_change(&event(moved, "album")));
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Read));
        assert!(!is_change(&event(opened, "a.png")));
    }

    #[test]
    fn a_storm_of_files_is_looked_at_once_it_is_quiet_or_has_lasted() {
        let changes = Changes::default();
        let now = Instant::now();
        assert_eq!(changes.due(), None);
        assert!(changes.note(now) && !changes.note(now + QUIET / 2));
        assert_eq!(changes.due(), Some(now + QUIET / 2 + QUIET));
        changes.note(now + MAX_WAIT);
        assert_eq!(changes.due(), Some(now + MAX_WAIT));
        changes.forget();
        assert_eq!(changes.due(), None);
    }
}
