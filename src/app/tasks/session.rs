//! Opens the session: loads the model and opens the store.

use std::fmt::Display;
use std::sync::{Arc, PoisonError};

use super::supervisor::Slot;
use crate::app::command::Dialog;
use crate::app::document::state::{SessionState, ViewRequest};
use crate::app::services::Services;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::index::session::Session;
use crate::engine::library::{Library, LibraryError};
use crate::engine::media::memory_budget::DecodeMemory;
use crate::settings::Settings;
use crate::t;

impl App {
    /// Loads the model and opens the store according to the settings.
    pub(in crate::app) fn open_session(&mut self) {
        self.detach_job();
        self.state.session = SessionState::Loading;
        self.state.work.summary = None;
        self.opening += 1;
        let attempt = self.opening;
        let (services, settings) = (self.services.clone(), self.state.settings.clone());
        DecodeMemory::of_process().set_mebibytes(settings.decode_memory_mb);
        self.replace(Slot::Session, move |_| {
            TaskMessage::Session(attempt, open(&services, &settings))
        });
    }

    pub(super) fn session_opened(&mut self, opened: Result<Library, impl Display>) {
        // A preview and a heat map of the earlier session are outdated.
        self.state.rules.previewed = None;
        self.state.heat.subject = None;
        match opened {
            Ok(library) => {
                for notice in library.notices() {
                    self.state.notify(notice.clone(), true);
                }
                let session = library.session();
                *self
                    .store_slot
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(session.store().clone());
                session.store().watch(self.notify.clone());
                self.state.session = SessionState::Ready(library);
                self.request_view(ViewRequest::RetryThumbnails);
                if self.state.dialog == Some(Dialog::Settings) {
                    self.measure_store();
                }
                self.read_folders();
            }
            Err(error) => self.state.session = SessionState::Failed(error.to_string()),
        }
        self.request_refresh(RefreshPriority::FromTop);
    }

    /// Reopens the store if it is damaged or was rebuilt by another process, because the row numbers are then invalid.
    pub(in crate::app) fn reopen_outdated_store(&mut self) {
        let outdated = |session: &Arc<Session>| session.store().is_outdated();
        if self.state.session().is_some_and(outdated) {
            let text = t!("store-rebuilt");
            self.state.notify(text, false);
            // The photos stay visible until they have been read again.
            self.state.library.forget_rows();
            self.open_session();
        }
    }
}

fn open(services: &Services, settings: &Settings) -> Result<Library, LibraryError> {
    let model = (services.load_model)(&settings.load_options(&services.dirs))?;
    let store = settings.store_dir(&services.dirs);
    Library::with_model(model, &store, settings.store_limits())
}
