//! The thread that keeps picks, stars and colours: a decision is never held up by a disk.

use std::collections::HashMap;
use std::path::Path;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

use super::News;
use crate::core::marks::{Mark, Marks};
use crate::core::photo::ContentId;
use crate::core::pipeline::Notify;

/// A decision about a content, or that there is none any more.
pub type Decision = (ContentId, Option<Mark>);

/// Decisions that wait to be written. A person does not decide faster than a disk for long.
const WAITING: usize = 256;

/// The thread, from the window's side. Dropping it waits until everything is written.
pub struct MarksWriter {
    decisions: Option<Sender<Vec<Decision>>>,
    thread: Option<JoinHandle<()>>,
}

impl MarksWriter {
    /// Opens the database at `path`, and returns what it holds. What cannot be written later is told.
    ///
    /// # Errors
    /// If it cannot be opened or read, or the system gives no thread; in words.
    pub fn start(
        path: &Path,
        tell: Sender<News>,
        notify: Notify,
    ) -> Result<(Self, HashMap<ContentId, Mark>), String> {
        let mut marks = Marks::open(path).map_err(|e| e.to_string())?;
        let known = marks.all().map_err(|e| e.to_string())?;
        let (decisions, waiting) = bounded::<Vec<Decision>>(WAITING);
        let write = move || {
            for decision in waiting {
                if let Err(error) = marks.set(&decision) {
                    // Nobody listening is no error: the window is closed.
                    let _ = tell.try_send(News::Trouble(error.to_string()));
                    notify();
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("lumisift-marks".into())
            .spawn(write)
            .map_err(|e| format!("The system gives no thread ({e})"))?;
        let writer = Self {
            decisions: Some(decisions),
            thread: Some(thread),
        };
        Ok((writer, known))
    }

    /// Keeps decisions, in their order.
    pub fn keep(&self, new: &[Decision]) {
        if let Some(decisions) = &self.decisions {
            // The thread listens until this is dropped.
            let _ = decisions.send(new.to_vec());
        }
    }
}

impl Drop for MarksWriter {
    fn drop(&mut self) {
        self.decisions = None;
        if let Some(thread) = self.thread.take() {
            // A panic was the thread's own message.
            let _ = thread.join();
        }
    }
}
