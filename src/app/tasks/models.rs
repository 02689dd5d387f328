//! Listing, downloading and removing models.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::supervisor::Slot;
use crate::app::command::{Dialog, WelcomeStep};
use crate::app::document::models::Download;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::engine::hub::download::{DownloadProgress, DownloadRequest, download};
use crate::engine::hub::endpoint::{self, RepoId};
use crate::engine::inference::folder_fingerprint;
use crate::engine::inference::speed::measure;
use crate::t;

impl App {
    /// Lists the available models.
    pub(in crate::app) fn list_models(&mut self) {
        let installed = self.state.settings.installed_models(&self.services.dirs);
        self.replace(Slot::Models, move |_| TaskMessage::Models(installed.list()));
        // Measure the speed only while no photos are being read.
        let idle = self.state.models.rate.is_none() && !self.state.work.is_running();
        if let Some(session) = self.state.session().cloned().filter(|_| idle) {
            self.replace(Slot::Speed, move |cancel| {
                TaskMessage::Speed(measure(session.model().as_ref(), cancel))
            });
        }
    }

    /// Downloads a model, then uses it. Only one at a time, because downloads share the disk and the connection.
    pub(in crate::app) fn get_model(&mut self, name: &str) {
        if self.state.models.download.is_some() {
            return;
        }
        let Some(repo) = RepoId::parse(name) else {
            let text = t!("not-a-repository", name = format!("{name:?}"));
            self.state.models.problem = Some(text);
            return;
        };
        self.state.models.problem = None;
        let cancel = Cancel::default();
        self.state.models.download = Some(Download {
            repo: repo.clone(),
            download_progress: DownloadProgress::default(),
            cancel: cancel.clone(),
        });
        let endpoints = endpoint::endpoints(&self.state.settings.mirrors);
        let order = DownloadRequest::new(repo, endpoints, self.services.dirs.models());
        let (sender, notify) = (self.sender.clone(), self.notify.clone());
        self.queue(Slot::Download, move |_| {
            let arrived = download(&order, &cancel, &mut |download_progress| {
                // If the channel is full, the message is dropped: a newer one will follow.
                if sender
                    .try_send(TaskMessage::DownloadProgressed(download_progress.clone()))
                    .is_ok()
                {
                    notify();
                }
            });
            TaskMessage::DownloadFinished(arrived)
        });
    }

    /// Cancels the download. Partial files are kept to resume it later.
    pub(in crate::app) fn cancel_download(&mut self) {
        if let Some(download) = &self.state.models.download {
            download.cancel.cancel();
        }
    }

    pub(in crate::app) fn download_progressed(&mut self, download_progress: DownloadProgress) {
        if let Some(download) = &mut self.state.models.download {
            download.download_progress = download_progress;
        }
    }

    /// Remembers the rate of the current download for estimates of later ones, if it could be measured.
    pub(in crate::app) fn remember_download_rate(&mut self) {
        let download = self.state.models.download.as_ref();
        let rate = download.and_then(|download| download.download_progress.average_rate);
        if rate.is_some() {
            self.state.memory.download_rate = rate;
        }
    }

    pub(in crate::app) fn download_finished(&mut self, arrived: Result<PathBuf, impl Display>) {
        self.remember_download_rate();
        let cancelled = (self.state.models.download.take())
            .is_some_and(|download| download.cancel.is_cancelled());
        match arrived {
            Ok(dir) => self.use_model(Some(dir)),
            Err(_) if cancelled => {}
            Err(error) => {
                let problem = error.to_string();
                let is_seen = matches!(
                    self.state.dialog,
                    Some(Dialog::Models { .. } | Dialog::Welcome(WelcomeStep::Model))
                );
                if !is_seen {
                    self.state.notify(problem.clone(), true);
                }
                self.state.models.problem = Some(problem);
            }
        }
        self.list_models();
    }

    /// Switches to a model, or to the built-in starter model if `None`.
    pub(in crate::app) fn use_model(&mut self, dir: Option<PathBuf>) {
        let mut settings = self.state.settings.clone();
        settings.model = dir;
        self.change_settings(settings);
    }

    /// Removes a model's vectors, its folder from the settings, and its files if the program downloaded them.
    pub(in crate::app) fn remove_model(&mut self, dir: &Path) {
        let store = self.state.session().map(|session| session.store().clone());
        let mut settings = self.state.settings.clone();
        settings.models.retain(|known| known != dir);
        if settings.model.as_deref() == Some(dir) {
            settings.model = None;
        }
        self.change_settings(settings);
        // After the settings have changed, so that the removed folder is not listed.
        let installed = self.state.settings.installed_models(&self.services.dirs);
        let dir = dir.to_path_buf();
        self.queue(Slot::Store, move |_| {
            if let (Some(store), Ok(fingerprint)) = (store, folder_fingerprint(&dir))
                && let Err(error) = store.remove_model(&fingerprint)
            {
                return TaskMessage::UserError(error.to_string());
            }
            match installed.delete(&dir) {
                Ok(()) => TaskMessage::Models(installed.list()),
                Err(error) => TaskMessage::UserError(error.to_string()),
            }
        });
        self.request_refresh(RefreshPriority::Now);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::app::document::memory::SavedWindow;
    use crate::app::tests::{TEST_TIMEOUT, app};
    use crate::settings;

    fn download_at(rate: u64) -> Download {
        Download {
            repo: RepoId::parse("me/tiny").expect("a name"),
            download_progress: DownloadProgress {
                average_rate: NonZeroU64::new(rate),
                ..DownloadProgress::default()
            },
            cancel: Cancel::default(),
        }
    }

    #[test]
    fn the_rate_of_the_last_measured_download_is_kept() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        for (measured, kept) in [(3_100_000, 3_100_000), (0, 3_100_000), (900_000, 900_000)] {
            app.state.models.download = Some(download_at(measured));
            app.download_finished(Err("the connection broke"));
            assert_eq!(app.state.memory.download_rate, NonZeroU64::new(kept));
        }
        app.save_now();
        assert!(app.supervisor.wait_for(Slot::Save, TEST_TIMEOUT));
        let (saved, _) = settings::load::<SavedWindow>(&app.services.dirs.window_file());
        assert_eq!(saved.download_rate, NonZeroU64::new(900_000));
    }

    #[test]
    fn the_rate_of_a_download_is_kept_when_the_window_is_closed() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.models.download = Some(download_at(3_100_000));
        app.exit();
        assert_eq!(app.state.memory.download_rate, NonZeroU64::new(3_100_000));
    }
}
