//! Opening folders and files that are chosen, typed, pasted or dropped.

use std::collections::HashSet;
use std::path::PathBuf;

use directories::BaseDirs;

use super::supervisor::Slot;
use crate::app::apply::like;
use crate::app::command::{Command, Dialog, PathPrompt, WelcomeStep};
use crate::app::document::pasted::{self, Pasted, is_web, path_of};
use crate::app::document::state::RECENT;
use crate::app::services::FolderPurpose;
use crate::app::{App, TaskMessage};
use crate::engine::files::paths::absolute;
use crate::engine::media::scan::may_be_photo;
use crate::{t, text};

/// Maximum number of file names in a message.
const LISTED: usize = 3;

/// Dropped paths, sorted by what can be done with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SortedPaths {
    /// Folders and photos to open.
    pub opened: Vec<PathBuf>,
    /// A picture to search with.
    pub searched: Option<PathBuf>,
    /// Why some paths are not opened.
    pub refused: Option<String>,
}

impl App {
    /// Adds folders and photos to those that are open, and completes the welcome dialog's step for photos.
    pub(in crate::app) fn add_roots(&mut self, paths: Vec<PathBuf>) {
        let mut open: HashSet<PathBuf> = self.state.memory.roots.iter().cloned().collect();
        let mut opened = Vec::new();
        for path in paths {
            // Use the same absolute form as the command line, so that the store recognises the path.
            let path = absolute(&path);
            if open.insert(path.clone()) {
                self.state.memory.roots.push(path.clone());
            }
            opened.push(path);
        }
        self.forget_sample_labels(&opened);
        self.queue(Slot::Folders, move |_| {
            TaskMessage::Folders(opened.into_iter().filter(|path| path.is_dir()).collect())
        });
        self.read_folders();
        if self.state.dialog == Some(Dialog::Welcome(WelcomeStep::Photos)) {
            self.show(Some(Dialog::Welcome(WelcomeStep::Model)));
        }
    }

    /// Adds folders to the list of recent folders.
    pub(in crate::app) fn remember_folders(&mut self, folders: Vec<PathBuf>) {
        let recent = &mut self.state.memory.recent;
        for folder in folders {
            recent.retain(|known| *known != folder);
            recent.insert(0, folder);
        }
        recent.truncate(RECENT);
    }

    /// Opens dropped paths, or searches for photos similar to a single dropped picture.
    pub(in crate::app) fn open_dropped(&mut self, paths: Vec<PathBuf>, search: bool) {
        self.queue(Slot::Folders, move |_| {
            TaskMessage::Dropped(sort(paths, search))
        });
    }

    pub(in crate::app) fn dropped(&mut self, sorted: SortedPaths) {
        if let Some(refused) = sorted.refused {
            self.state.notify(refused, true);
        }
        if let Some(picture) = sorted.searched {
            self.apply(Command::SearchFor(like(&picture)));
        }
        if !sorted.opened.is_empty() {
            self.add_roots(sorted.opened);
        }
    }

    /// Opens pasted paths; for other text, shows a message.
    pub(in crate::app) fn paste(&mut self, text: &str) {
        match pasted::parse_pasted(text, home().as_deref()) {
            Pasted::Paths(paths) => self.open_dropped(paths, false),
            Pasted::Web(address) => self.state.notify(web_text(&address), true),
            Pasted::Words => self.state.notify(t!("paste-only-paths"), false),
        }
    }

    /// Shows the platform's file dialog.
    pub(in crate::app) fn choose(&mut self, purpose: FolderPurpose) {
        let start = self.state.memory.starts.get(&purpose);
        let desktop = &self.services.desktop;
        let choice = desktop.choose(purpose, start.map(PathBuf::as_path));
        self.queue(Slot::Dialog, move |_| {
            TaskMessage::Chosen(purpose, pollster::block_on(choice))
        });
    }

    /// Handles the result of a file dialog. If it could not be shown, the user types the path instead.
    pub(in crate::app) fn chosen(
        &mut self,
        purpose: FolderPurpose,
        chosen: Result<Vec<PathBuf>, String>,
    ) {
        match chosen {
            Ok(paths) => self.use_chosen(purpose, paths),
            Err(reason) => self.ask_for_path(purpose, Some(reason)),
        }
    }

    /// Opens the dialog for typing a path.
    pub(in crate::app) fn ask_for_path(&mut self, purpose: FolderPurpose, reason: Option<String>) {
        let back = self.state.dialog.take().map(Box::new);
        self.state.path_problem = None;
        self.show(Some(Dialog::Path(PathPrompt {
            purpose,
            reason,
            back,
        })));
    }

    /// Checks the typed path in the background.
    pub(in crate::app) fn type_path(&mut self, text: String) {
        let Some(Dialog::Path(prompt)) = &self.state.dialog else {
            return;
        };
        let purpose = prompt.purpose;
        self.state.path_problem = None;
        self.queue(Slot::Folders, move |_| {
            TaskMessage::Typed(purpose, look_up(&text, purpose))
        });
    }

    /// Uses the typed path, unless its dialog has been closed: another one may be open for a different purpose.
    pub(in crate::app) fn typed(&mut self, purpose: FolderPurpose, path: Result<PathBuf, String>) {
        let prompt = match &self.state.dialog {
            Some(Dialog::Path(prompt)) if prompt.purpose == purpose => prompt.clone(),
            _ => return,
        };
        match path {
            Ok(path) => {
                self.show(prompt.back.map(|back| *back));
                self.use_chosen(prompt.purpose, vec![path]);
            }
            Err(problem) => self.state.path_problem = Some(problem),
        }
    }

    fn use_chosen(&mut self, purpose: FolderPurpose, paths: Vec<PathBuf>) {
        let Some(first) = paths.first().cloned() else {
            return;
        };
        if let Some(parent) = first.parent() {
            // The next dialog starts in the folder of this one.
            for purpose in purpose.together() {
                let starts = &mut self.state.memory.starts;
                starts.insert(*purpose, parent.to_path_buf());
            }
        }
        let mut settings = self.state.settings.clone();
        match purpose {
            FolderPurpose::OpenFolder | FolderPurpose::OpenPhotos => self.add_roots(paths),
            FolderPurpose::ExportTo => {
                self.state.memory.export.target = Some(first);
            }
            FolderPurpose::RuleTarget => self.state.rules.target = Some(first),
            FolderPurpose::LoadLabels => self.load_labels(first),
            FolderPurpose::SaveLabels => self.save_labels(first),
            FolderPurpose::Model => {
                if !settings.models.contains(&first) {
                    settings.models.push(first.clone());
                }
                settings.model = Some(first);
                self.change_settings(settings);
                self.list_models();
            }
            FolderPurpose::Store => {
                settings.store = Some(first);
                self.change_settings(settings);
            }
            FolderPurpose::Exclude => {
                if !settings.excluded_folders.contains(&first) {
                    settings.excluded_folders.push(first);
                }
                self.change_settings(settings);
            }
        }
    }
}

fn web_text(address: &str) -> String {
    let shown: String = address.chars().take(80).collect();
    t!("on-the-web", shown = shown)
}

/// Sorts dropped paths by what can be done with them.
fn sort(paths: Vec<PathBuf>, search: bool) -> SortedPaths {
    let mut sorted = SortedPaths::default();
    let (mut missing, mut no_photos) = (Vec::new(), Vec::new());
    let mut reasons = Vec::new();
    for path in paths {
        if is_web(&path.to_string_lossy()) {
            reasons.push(web_text(&path.to_string_lossy()));
        } else if path.is_dir() {
            sorted.opened.push(path);
        } else if !path.exists() {
            missing.push(path);
        } else if !may_be_photo(&path) {
            no_photos.push(path);
        } else if search && sorted.searched.is_none() {
            sorted.searched = Some(path);
        } else {
            sorted.opened.push(path);
        }
    }
    if !no_photos.is_empty() {
        let (names, count) = (names(&no_photos), no_photos.len());
        reasons.push(t!("not-photos", names = names, count = count));
    }
    if !missing.is_empty() {
        let (names, count) = (names(&missing), missing.len());
        reasons.push(t!("paths-missing", names = names, count = count));
    }
    if !reasons.is_empty() {
        sorted.refused = Some(reasons.join(t!("sentence-separator")));
    }
    sorted
}

/// A short list such as "a.txt, b.txt and 7 more".
fn names(paths: &[PathBuf]) -> String {
    let name = |path: &PathBuf| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    };
    let listed: Vec<String> = paths.iter().take(LISTED).map(name).collect();
    match paths.len().saturating_sub(LISTED) {
        0 => text::list(listed),
        more => t!("and-more", list = text::list(listed), count = more),
    }
}

/// The user's home folder, for which `~` stands.
fn home() -> Option<PathBuf> {
    BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf())
}

/// Converts typed text into a path, and checks that it suits the purpose.
fn look_up(text: &str, purpose: FolderPurpose) -> Result<PathBuf, String> {
    if is_web(text) {
        return Err(web_text(text.trim()));
    }
    let path = path_of(text, home().as_deref()).ok_or(t!("type-absolute-path"))?;
    let shown = path.display();
    let is_for_photos = matches!(
        purpose,
        FolderPurpose::OpenFolder | FolderPurpose::OpenPhotos
    );
    match purpose {
        FolderPurpose::ExportTo | FolderPurpose::RuleTarget | FolderPurpose::Store
            if path.is_file() =>
        {
            Err(t!("no-folder", shown = shown))
        }
        // An output path need not exist yet, but its parent folder must.
        FolderPurpose::SaveLabels
        | FolderPurpose::ExportTo
        | FolderPurpose::RuleTarget
        | FolderPurpose::Store => {
            let folder = path.parent().is_some_and(std::path::Path::is_dir);
            match folder || path.is_dir() {
                true => Ok(path),
                false => Err(t!("no-parent-folder", shown = shown)),
            }
        }
        FolderPurpose::LoadLabels if !path.is_file() => Err(t!("no-file", shown = shown)),
        FolderPurpose::Model | FolderPurpose::Exclude if !path.is_dir() => {
            Err(t!("no-folder", shown = shown))
        }
        _ if !path.exists() => Err(t!("no-folder-or-photo", shown = shown)),
        _ if path.is_file() && is_for_photos && !may_be_photo(&path) => {
            Err(t!("neither-folder-nor-photo", shown = shown))
        }
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_opened_searched_or_refused_with_a_reason() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |name: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, b"text").expect("written");
            path
        };
        let (photo, note, other) = (file("a.jpg"), file("note.txt"), file("list.csv"));
        let opened = sort(vec![dir.path().into(), photo.clone()], false);
        assert_eq!(opened.opened, [dir.path().to_path_buf(), photo.clone()]);
        let found = sort(vec![photo.clone()], true);
        assert_eq!((found.searched, found.opened), (Some(photo), Vec::new()));
        let refused = |paths: Vec<PathBuf>| sort(paths, false).refused.expect("a reason");
        assert_eq!(
            refused(vec![note.clone(), other]),
            "note.txt, list.csv are not photos and were not opened"
        );
        assert_eq!(
            refused(vec![note]),
            "note.txt is not a photo and was not opened"
        );
        assert!(refused(vec!["https://example.org/a.jpg".into()]).contains("on the web"));
        assert!(refused(vec![dir.path().join("gone.jpg")]).contains("not there"));
    }

    #[test]
    fn a_typed_path_is_of_the_kind_that_is_wanted() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = dir.path().display().to_string();
        let new = dir.path().join("new");
        let note = dir.path().join("note.txt");
        std::fs::write(&note, b"text").expect("written");
        let note = note.to_str().expect("text");
        assert_eq!(
            look_up(&text, FolderPurpose::OpenFolder),
            Ok(dir.path().into())
        );
        assert_eq!(
            look_up(&new.display().to_string(), FolderPurpose::ExportTo),
            Ok(new.clone())
        );
        for (text, purpose) in [
            ("pictures", FolderPurpose::OpenFolder),
            (new.to_str().expect("text"), FolderPurpose::OpenFolder),
            (text.as_str(), FolderPurpose::LoadLabels),
            (new.to_str().expect("text"), FolderPurpose::Model),
            ("https://example.org", FolderPurpose::OpenFolder),
            (note, FolderPurpose::OpenFolder),
            (note, FolderPurpose::OpenPhotos),
            (note, FolderPurpose::ExportTo),
            (note, FolderPurpose::RuleTarget),
            (note, FolderPurpose::Store),
        ] {
            assert!(look_up(text, purpose).is_err(), "{text}");
        }
    }
}
