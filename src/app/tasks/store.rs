//! Maintenance of the store: its size, removal of unneeded data, and clearing.

use super::supervisor::Slot;
use crate::app::document::state::SessionState;
use crate::app::{App, TaskMessage};
use crate::engine::index::store::{StoreError, Tidied};
use crate::t;
use crate::text::{self, Digits};

impl App {
    /// Determines the size of the store.
    pub(in crate::app) fn measure_store(&mut self) {
        if let Some(store) = self.state.session().map(|session| session.store().clone()) {
            self.replace(Slot::StoreSize, move |_| {
                TaskMessage::StoreSize(store.size().ok())
            });
        }
    }

    /// Removes unneeded data from the store.
    pub(in crate::app) fn tidy_store(&mut self) {
        if let Some(store) = self.state.session().map(|session| session.store().clone()) {
            let limits = self.state.settings.store_limits();
            self.queue(Slot::Store, move |_| {
                TaskMessage::Tidied(store.tidy(limits))
            });
        }
    }

    pub(super) fn store_tidied(&mut self, tidied: Result<Tidied, StoreError>) {
        match tidied {
            Ok(tidied) => {
                let freed = text::bytes(tidied.bytes, Digits::Grouped);
                let text = t!("store-tidied", count = tidied.photos, freed = freed);
                self.state.notify(text, false);
            }
            Err(error) => self.store_failed(&error),
        }
        self.measure_store();
    }

    fn store_failed(&mut self, error: &StoreError) {
        self.state.notify(error.to_string(), true);
    }

    /// Clears the store, and reads the open folders again.
    pub(in crate::app) fn clear_store(&mut self) {
        let Some(session) = self.state.session().cloned() else {
            return;
        };
        self.state.session = SessionState::Loading;
        self.forget_photos();
        let job = self.state.work.job.take();
        self.queue(Slot::Store, move |_| {
            // Wait for the job's threads, so that nothing is written after the store is cleared.
            drop(job);
            TaskMessage::Cleared(session.store().clear())
        });
    }

    pub(super) fn store_cleared(&mut self, cleared: Result<(), StoreError>) {
        if let Err(error) = &cleared {
            self.store_failed(error);
        }
        self.open_session();
    }
}
