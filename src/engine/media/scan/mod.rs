//! Walks folders and lists candidate photos. Files with a conclusive extension are not opened.

mod found;
mod options;
mod pairs;
mod probe;
mod roots;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::decode::ContentKind;
use super::file_names::{MediaKind, is_hidden, is_system_folder, kind};
use super::photo::{Failure, Stage};
use crate::engine::files::file_key::{FileKey, has_other_names};
use crate::engine::media::own_exports::OwnExports;
use found::{candidate, walk_failure};
use pairs::Pairs;
use probe::ContentProbe;
use roots::ScanRoots;

pub use super::file_names::is_media_name;
pub use found::ScanItem;
pub use options::{ScanOptions, Skipped};
pub use probe::may_be_photo;

/// A walk over files and folders. Each file is found once, under its own path rather than a link's.
pub struct Scan {
    /// Explicitly given files, then folders.
    files: std::vec::IntoIter<PathBuf>,
    folders: std::vec::IntoIter<PathBuf>,
    /// Links to folders and files, handled last, when it is known which targets were found without them.
    folder_links: Vec<PathBuf>,
    file_links: Vec<PathBuf>,
    walk: Option<Walk>,
    options: ScanOptions,
    /// Whether entries are sorted by name, which requires holding all entries of a folder.
    sorted: bool,
    skipped: Skipped,
    /// Folders walked so far.
    walked: HashSet<FileKey>,
    /// Explicitly given files, and those with several hard links found so far.
    found: HashSet<FileKey>,
    results: OwnExports,
    looks: ContentProbe,
    pairs: Pairs,
    /// Whether ffmpeg is available.
    #[cfg(feature = "video")]
    ffmpeg: bool,
}

/// A walk over one folder.
struct Walk {
    entries: walkdir::IntoIter,
    /// The folder as given, and its resolved path.
    root: PathBuf,
    real: PathBuf,
    most_depth: usize,
}

impl Walk {
    /// The resolved path of an entry.
    fn real(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.root) {
            Ok(below) => self.real.join(below),
            Err(_) => path.into(),
        }
    }
}

impl Scan {
    /// Walks `roots`: folders, and files, which are accepted regardless of extension. A root inside another is walked
    /// once.
    #[must_use]
    pub fn new(roots: &[PathBuf], options: ScanOptions) -> Self {
        Self::of(roots, options, true)
    }

    /// Like [`Self::new`], but unordered, so that no folder is held in memory: for counting.
    #[must_use]
    pub fn counting(roots: &[PathBuf], options: ScanOptions) -> Self {
        Self::of(roots, options, false)
    }

    fn of(roots: &[PathBuf], options: ScanOptions, sorted: bool) -> Self {
        let ScanRoots {
            files,
            folders,
            real,
        } = ScanRoots::of(roots, options.subfolders);
        let results = match &options.journals {
            Some(journals) => OwnExports::read(journals, &real),
            None => OwnExports::default(),
        };
        Self {
            files: files.into_iter(),
            folders: folders.into_iter(),
            folder_links: Vec::new(),
            file_links: Vec::new(),
            walk: None,
            options,
            sorted,
            skipped: Skipped::default(),
            walked: HashSet::new(),
            found: HashSet::new(),
            results,
            looks: ContentProbe::default(),
            pairs: Pairs::default(),
            #[cfg(feature = "video")]
            ffmpeg: crate::engine::media::video::has_ffmpeg(),
        }
    }

    /// What was skipped so far.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Advances to the next root or link; `None` if there are no more.
    fn advance(&mut self) -> Option<Option<ScanItem>> {
        if let Some(file) = self.files.next() {
            return Some(self.named(file));
        }
        if let Some(folder) = self.folders.next() {
            self.enter(folder);
        } else if let Some(link) = self.folder_links.pop() {
            self.enter_link(link);
        } else {
            let link = self.file_links.pop()?;
            return Some(self.linked(link));
        }
        Some(None)
    }

    /// An explicitly given file is accepted regardless of its extension, unless it is a video and videos are excluded.
    fn named(&mut self, path: PathBuf) -> Option<ScanItem> {
        let is_video = |content| matches!(content, ContentKind::Video | ContentKind::FfmpegVideo);
        if !self.options.videos && is_video(self.looks.content(&path, kind(&path))) {
            self.skipped.videos += 1;
            return None;
        }
        match fs::metadata(&path) {
            Ok(metadata) => {
                let new = FileKey::with(&path, &metadata).is_none_or(|key| self.found.insert(key));
                new.then(|| candidate(path, &metadata))
            }
            Err(error) => Some(ScanItem::Failure(Failure::io(path, Stage::Scan, &error))),
        }
    }

    /// Starts to walk a folder, if not walked yet.
    fn enter(&mut self, root: PathBuf) {
        if FileKey::of(&root).is_some_and(|key| !self.walked.insert(key)) {
            self.skipped.repeated += 1;
            return;
        }
        let most_depth = match self.options.subfolders {
            true => usize::MAX,
            false => 1,
        };
        let walk = WalkDir::new(&root).min_depth(1).max_depth(most_depth);
        // Sorted by name, so that runs are reproducible.
        let walk = match self.sorted {
            true => walk.sort_by_file_name(),
            false => walk,
        };
        self.walk = Some(Walk {
            entries: walk.into_iter(),
            real: fs::canonicalize(&root).unwrap_or_else(|_| root.clone()),
            root,
            most_depth,
        });
    }

    fn enter_link(&mut self, link: PathBuf) {
        let real = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
        if self
            .options
            .excluded
            .iter()
            .any(|excluded| real.starts_with(excluded))
        {
            self.skipped.excluded += 1;
        } else {
            self.enter(link);
        }
    }

    /// A link to a file, which may already have been found under its own path.
    fn linked(&mut self, link: PathBuf) -> Option<ScanItem> {
        let metadata = match fs::metadata(&link) {
            Ok(metadata) => metadata,
            Err(error) => return Some(ScanItem::Failure(Failure::io(link, Stage::Scan, &error))),
        };
        let real = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
        let is_new = FileKey::with(&real, &metadata).is_none_or(|key| self.found.insert(key));
        if !is_new || self.has_listed(&real) {
            self.skipped.repeated += 1;
            return None;
        }
        Some(candidate(link, &metadata))
    }

    /// Whether a walk found this file under its own path, or skipped it for a reason that applies to links too.
    fn has_listed(&mut self, real: &Path) -> bool {
        let folder = real.parent().and_then(FileKey::of);
        let name = real.file_name().unwrap_or_default();
        folder.is_some_and(|folder| self.walked.contains(&folder))
            && (self.options.hidden || !is_hidden(name))
            && !matches!(
                self.looks.content(real, kind(real)),
                ContentKind::Other | ContentKind::Unread
            )
    }

    /// Decides about an entry of a walk; `None` to skip it.
    fn consider(&mut self, entry: &DirEntry) -> Option<ScanItem> {
        if !self.options.hidden && is_hidden(entry.file_name()) {
            self.skipped.hidden += 1;
            return self.skip_entry(entry);
        }
        let is_link = entry.path_is_symlink();
        let target = match is_link.then(|| fs::metadata(entry.path())).transpose() {
            Ok(target) => target,
            Err(error) => {
                return Some(ScanItem::Failure(Failure::io(
                    entry.path(),
                    Stage::Scan,
                    &error,
                )));
            }
        };
        let kind_of = target
            .as_ref()
            .map_or(entry.file_type(), fs::Metadata::file_type);
        if kind_of.is_dir() {
            return self.consider_folder(entry);
        }
        let kind = kind(entry.path());
        // A pipe or device with a picture's extension is reported.
        let content = match kind {
            MediaKind::Picture
            | MediaKind::Raw
            | MediaKind::Video
            | MediaKind::FfmpegVideo
            | MediaKind::Other => self.looks.content(entry.path(), kind),
            _ if kind_of.is_file() => self.looks.content(entry.path(), kind),
            _ => ContentKind::Other,
        };
        match content {
            ContentKind::Picture => {}
            ContentKind::Video | ContentKind::FfmpegVideo => {
                if self.skips_video(entry.path(), content) {
                    return None;
                }
            }
            ContentKind::Unread => {
                self.skipped.unsupported += 1;
                return None;
            }
            ContentKind::Other => {
                self.skipped.other += 1;
                return None;
            }
        }
        if kind == MediaKind::Raw && self.pairs.has_picture(entry.path()) {
            self.skipped.paired += 1;
            return None;
        }
        if is_link {
            self.file_links.push(entry.path().into());
            return None;
        }
        match entry.metadata() {
            Ok(metadata) => self.file(entry.path(), &metadata),
            Err(error) => Some(ScanItem::Failure(walk_failure(&error, entry.path()))),
        }
    }

    /// Whether a video is skipped; counts the reason.
    fn skips_video(&mut self, path: &Path, content: ContentKind) -> bool {
        #[cfg(feature = "video")]
        let needs_ffmpeg = content == ContentKind::FfmpegVideo && !self.ffmpeg;
        #[cfg(not(feature = "video"))]
        let needs_ffmpeg = content == ContentKind::FfmpegVideo;
        let count = if !self.options.videos {
            &mut self.skipped.videos
        } else if self.pairs.is_of_live_photo(path) {
            &mut self.skipped.live_movies
        } else if needs_ffmpeg {
            &mut self.skipped.needs_ffmpeg
        } else {
            return false;
        };
        *count += 1;
        true
    }

    fn consider_folder(&mut self, entry: &DirEntry) -> Option<ScanItem> {
        let (path, name) = (entry.path(), entry.file_name());
        if is_system_folder(name) {
            self.skipped.system_folders += 1;
            return self.skip_entry(entry);
        }
        if self
            .options
            .excluded
            .iter()
            .any(|excluded| excluded == path)
        {
            self.skipped.excluded += 1;
            return self.skip_entry(entry);
        }
        let walk = self.walk.as_ref()?;
        if entry.depth() >= walk.most_depth {
            return None;
        }
        if entry.path_is_symlink() {
            let goal = fs::canonicalize(path).unwrap_or_else(|_| path.into());
            if walk.real(path).starts_with(&goal) {
                let message = "a link that leads back into its own folder";
                return Some(ScanItem::Failure(Failure::new(path, Stage::Scan, message)));
            }
            self.folder_links.push(path.into());
            return None;
        }
        let key = entry
            .metadata()
            .ok()
            .and_then(|metadata| FileKey::with(path, &metadata));
        if key.is_some_and(|key| !self.walked.insert(key)) {
            self.skipped.repeated += 1;
            return self.skip_entry(entry);
        }
        None
    }

    /// A file under its own path, unless it was found under another or an export created it.
    fn file(&mut self, path: &Path, metadata: &fs::Metadata) -> Option<ScanItem> {
        if has_other_names(metadata) || !self.found.is_empty() {
            let key = FileKey::with(path, metadata);
            let named = key.as_ref().is_some_and(|key| self.found.contains(key));
            if named {
                self.skipped.repeated += u64::from(has_other_names(metadata));
                return None;
            }
            if has_other_names(metadata) {
                self.found.extend(key);
            }
        }
        let earlier = |walk: &Walk| self.results.contains(&walk.real(path), metadata.len());
        if !self.results.is_empty() && self.walk.as_ref().is_some_and(earlier) {
            self.skipped.exported += 1;
            return None;
        }
        Some(candidate(path.to_path_buf(), metadata))
    }

    fn skip_entry(&mut self, entry: &DirEntry) -> Option<ScanItem> {
        if entry.file_type().is_dir()
            && let Some(walk) = &mut self.walk
        {
            walk.entries.skip_current_dir();
        }
        None
    }
}

impl Iterator for Scan {
    type Item = ScanItem;

    fn next(&mut self) -> Option<ScanItem> {
        loop {
            let Some(walk) = &mut self.walk else {
                if let Some(found) = self.advance()? {
                    return Some(found);
                }
                continue;
            };
            match walk.entries.next() {
                None => {
                    self.walk = None;
                    // In order of name, like everything else.
                    self.folder_links.sort_by(|a, b| b.cmp(a));
                    self.file_links.sort_by(|a, b| b.cmp(a));
                }
                Some(Err(error)) => {
                    return Some(ScanItem::Failure(walk_failure(&error, Path::new(""))));
                }
                Some(Ok(entry)) => {
                    if let Some(found) = self.consider(&entry) {
                        return Some(found);
                    }
                }
            }
        }
    }
}
