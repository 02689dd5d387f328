//! The thread that saves picks, stars and colours, so that slow disks do not block the UI and broken ones lose nothing.
//!
//! If the database cannot be opened, is damaged or its disk is full, marks are kept in memory and appended to a
//! recovery file next to it. The write is retried until it succeeds, even after a restart.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::app::TaskMessage;
use crate::engine::index::pipeline::Notify;
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::{Decision, Mark, Marks, MarksError, Recovery};
use crate::text::Surface;
use crate::{t, text};

/// Channel capacity. Users do not make decisions faster than a disk can write for long.
const WAITING: usize = 256;
/// Initial and maximum interval between attempts to write to a failing database.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// How long to wait for a window whose channel is full.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// Messages from the thread to the window.
pub enum MarksMessage {
    /// Decisions read from a database that could only be opened later.
    Known(Vec<Decision>),
    /// Why decisions are not in the database, or `None` once they are again.
    Problem(Option<String>),
    /// A message about a quarantined database.
    Notice(String),
}

/// A handle to the thread. Dropping it blocks until all decisions are saved to the database or the recovery file.
pub struct MarksWriter {
    decisions: Option<Sender<Vec<Decision>>>,
    thread: Option<JoinHandle<()>>,
}

impl MarksWriter {
    /// Opens the database at `path`, and returns the saved decisions. If it cannot be opened, the problem is reported
    /// and the thread keeps trying.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub(in crate::app) fn start(
        path: &Path,
        sender: Sender<TaskMessage>,
        notify: Notify,
    ) -> std::io::Result<(Self, HashMap<ContentId, Mark>)> {
        let (decisions, waiting) = bounded::<Vec<Decision>>(WAITING);
        let mut keeper = WriterThread {
            path: path.into(),
            recovery: Recovery::beside(path),
            marks: None,
            known: HashMap::new(),
            waiting: Vec::new(),
            recovery_count: 0,
            uses_recovery_file: false,
            reported: false,
            sender,
            notify,
        };
        keeper.begin();
        let known = keeper.known.clone();
        let thread = std::thread::Builder::new()
            .name("lumisift-marks".into())
            .spawn(move || keeper.run(&waiting))?;
        let writer = Self {
            decisions: Some(decisions),
            thread: Some(thread),
        };
        Ok((writer, known))
    }

    /// Queues decisions for saving, in order.
    pub fn keep(&self, new: &[Decision]) {
        if let Some(decisions) = &self.decisions {
            // Cannot fail: the thread receives until the sender is dropped.
            let _ = decisions.send(new.to_vec());
        }
    }
}

impl Drop for MarksWriter {
    fn drop(&mut self) {
        self.decisions = None;
        if let Some(thread) = self.thread.take() {
            // A panic has already been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// State of the thread.
struct WriterThread {
    path: PathBuf,
    recovery: Recovery,
    /// The database, while it works.
    marks: Option<Marks>,
    /// All known decisions. They are written back if the database loses some.
    known: HashMap<ContentId, Mark>,
    /// Decisions that are not in the database yet.
    waiting: Vec<Decision>,
    /// How many of them are in the recovery file.
    recovery_count: usize,
    /// Whether the recovery file exists.
    uses_recovery_file: bool,
    reported: bool,
    sender: Sender<TaskMessage>,
    notify: Notify,
}

impl WriterThread {
    /// First attempt: reads decisions that an earlier run could not write, then opens the database.
    fn begin(&mut self) {
        match self.recovery.read() {
            Ok(earlier) => {
                self.recovery_count = earlier.len();
                self.uses_recovery_file = !earlier.is_empty();
                self.waiting = earlier;
            }
            Err(error) => self.send_message(MarksMessage::Notice(error.to_string())),
        }
        for (content, mark) in &self.waiting {
            set(&mut self.known, *content, *mark);
        }
        let outcome = self.write(false);
        self.record_outcome(outcome);
    }

    fn run(&mut self, decisions: &Receiver<Vec<Decision>>) {
        let mut wait = RETRY.0;
        loop {
            let behind = self.marks.is_none() || self.uses_recovery_file;
            let next = match behind {
                true => decisions.recv_timeout(wait),
                false => decisions.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(new) => self.add(new),
                Err(RecvTimeoutError::Timeout) => wait = (2 * wait).min(RETRY.1),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let outcome = self.write(true);
            if outcome.is_ok() {
                wait = RETRY.0;
            }
            self.record_outcome(outcome);
        }
        if !self.waiting.is_empty() || self.uses_recovery_file {
            let outcome = self.write(true);
            self.record_outcome(outcome);
        }
    }

    fn add(&mut self, new: Vec<Decision>) {
        for (content, mark) in &new {
            set(&mut self.known, *content, *mark);
        }
        self.waiting.extend(new);
    }

    /// Writes pending decisions to the database, opening it first if necessary. The database stays open unless it
    /// failed. `report` is false before the window has received the initial decisions.
    fn write(&mut self, report: bool) -> Result<(), MarksError> {
        let mut marks = match self.marks.take() {
            Some(marks) => marks,
            None => self.open(report)?,
        };
        if !self.waiting.is_empty() {
            // If this fails, the database is reopened on the next attempt, which quarantines a damaged one.
            marks.set(&self.waiting)?;
            self.waiting.clear();
            self.recovery_count = 0;
        }
        self.marks = Some(marks);
        if self.uses_recovery_file {
            // Stale entries would override later decisions at the next start.
            self.recovery.clear()?;
            self.uses_recovery_file = false;
        }
        Ok(())
    }

    /// Opens the database, and merges its contents with the known decisions.
    fn open(&mut self, report: bool) -> Result<Marks, MarksError> {
        let mut marks = Marks::open(&self.path)?;
        let held = marks.all()?;
        if let Some(notice) = marks.notice() {
            self.send_message(MarksMessage::Notice(notice.to_owned()));
            // Decisions that a quarantined database has lost may still be in memory.
            let lost: Vec<Decision> = (self.known.iter())
                .filter(|known| !held.contains_key(known.0))
                .map(|(content, mark)| (*content, Some(*mark)))
                .collect();
            marks.set(&lost)?;
        }
        // Pending decisions are newer than those in the database.
        let decided: std::collections::HashSet<ContentId> =
            self.waiting.iter().map(|(content, _)| *content).collect();
        let mut new = Vec::new();
        for (content, mark) in held {
            if !decided.contains(&content) && self.known.insert(content, mark) != Some(mark) {
                new.push((content, Some(mark)));
            }
        }
        if report && !new.is_empty() {
            self.send_message(MarksMessage::Known(new));
        }
        Ok(marks)
    }

    /// Reports the outcome. Decisions that the database rejected are appended to the recovery file.
    fn record_outcome(&mut self, outcome: Result<(), MarksError>) {
        let Err(error) = outcome else {
            if self.reported {
                self.reported = false;
                self.send_message(MarksMessage::Problem(None));
            }
            return;
        };
        let beside = match self.waiting.get(self.recovery_count..) {
            Some(new) if !new.is_empty() => {
                self.uses_recovery_file = true;
                self.recovery.append(new)
            }
            _ => Ok(()),
        };
        if let Some(quarantined) = self.recovery.take_quarantined() {
            self.send_message(MarksMessage::Notice(t!(
                "decisions-set-aside",
                path = self.recovery.path().display(),
                name = quarantined.display()
            )));
        }
        let where_they_are = match beside {
            // Only the recovery file could not be removed.
            _ if self.marks.is_some() => t!("decisions-saved").into(),
            Ok(()) => {
                self.recovery_count = self.waiting.len();
                t!(
                    "decisions-in-recovery-file",
                    path = self.recovery.path().display()
                )
            }
            Err(_) => t!("decisions-in-memory").into(),
        };
        self.reported = true;
        let text = t!(
            "decisions-problem",
            error = text::advised(&error.to_string(), Surface::Window),
            where_they_are = where_they_are
        );
        self.send_message(MarksMessage::Problem(Some(text)));
    }

    fn send_message(&self, message: MarksMessage) {
        // A closed channel is no error, because the window is closed. If the channel is full, wait for a limited time.
        (self.notify)();
        let _ = self
            .sender
            .send_timeout(TaskMessage::Marks(message), SEND_TIMEOUT);
        (self.notify)();
    }
}

fn set(known: &mut HashMap<ContentId, Mark>, content: ContentId, mark: Option<Mark>) {
    match mark {
        Some(mark) => known.insert(content, mark),
        None => known.remove(&content),
    };
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const STARS: Mark = Mark {
        flag: crate::engine::organize::marks::Flag::None,
        stars: 5,
        colour: None,
    };

    struct TestWriter {
        writer: MarksWriter,
        known: HashMap<ContentId, Mark>,
        messages: Receiver<TaskMessage>,
    }

    fn start(path: &Path) -> TestWriter {
        let (sender, messages) = bounded(64);
        let (writer, known) = MarksWriter::start(path, sender, Arc::new(|| {})).expect("a thread");
        TestWriter {
            writer,
            known,
            messages,
        }
    }

    fn content(n: u8) -> ContentId {
        ContentId([n; 32])
    }

    /// Waits for the next message about a problem.
    fn problem(messages: &Receiver<TaskMessage>) -> Option<String> {
        loop {
            if let TaskMessage::Marks(MarksMessage::Problem(problem)) =
                messages.recv().expect("a message")
            {
                return problem;
            }
        }
    }

    #[test]
    fn decisions_survive_a_database_that_cannot_be_opened() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("data/marks.db");
        // A directory in place of the database file.
        std::fs::create_dir_all(&path).expect("made");
        let started = start(&path);
        let text = problem(&started.messages).expect("a problem");
        assert!(text.contains("marks.db"), "{text}");
        started.writer.keep(&[(content(1), Some(STARS))]);
        let text = problem(&started.messages).expect("a problem");
        assert!(text.contains("marks.recovery.jsonl"), "{text}");
        // Close and reopen while the database still cannot be opened.
        drop(started.writer);
        let started = start(&path);
        assert_eq!(started.known, HashMap::from([(content(1), STARS)]));
        started.writer.keep(&[(content(2), Some(STARS))]);
        problem(&started.messages).expect("a problem");
        // The database becomes usable while the window is open.
        std::fs::remove_dir(&path).expect("removed");
        while problem(&started.messages).is_some() {}
        started.writer.keep(&[(content(1), None)]);
        drop(started.writer);
        assert!(!Recovery::beside(&path).path().exists());
        let started = start(&path);
        assert_eq!(started.known, HashMap::from([(content(2), STARS)]));
    }

    #[test]
    fn decisions_in_the_database_are_not_said_to_be_in_a_recovery_file_that_cannot_be_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("marks.db");
        std::fs::create_dir(&path).expect("made");
        let started = start(&path);
        problem(&started.messages).expect("a problem");
        started.writer.keep(&[(content(1), Some(STARS))]);
        problem(&started.messages).expect("a problem");
        // A directory in place of the recovery file, which cannot be removed like a file.
        let beside = Recovery::beside(&path).path().to_path_buf();
        while std::fs::remove_file(&beside).is_err() {
            problem(&started.messages).expect("a problem");
        }
        std::fs::create_dir(&beside).expect("made");
        std::fs::remove_dir(&path).expect("removed");
        let about_it = format!("{}: ", beside.display());
        let text = loop {
            let text = problem(&started.messages).expect("a problem");
            if text.contains(&about_it) {
                break text;
            }
        };
        assert!(text.contains(t!("decisions-saved")), "{text}");
        std::fs::remove_dir(&beside).expect("removed");
        while problem(&started.messages).is_some() {}
        drop(started.writer);
        let marks = Marks::open(&path).expect("opened").all().expect("read");
        assert_eq!(marks, HashMap::from([(content(1), STARS)]));
    }

    #[test]
    fn what_a_database_held_is_known_as_soon_as_it_can_be_opened() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("marks.db");
        let moved = dir.path().join("moved");
        let decisions = [(content(1), Some(STARS)), (content(2), Some(STARS))];
        Marks::open(&path)
            .expect("opened")
            .set(&decisions)
            .expect("set");
        std::fs::rename(&path, &moved).expect("moved");
        std::fs::create_dir(&path).expect("made");
        let started = start(&path);
        assert!(started.known.is_empty());
        // A new decision before the old ones were read.
        started.writer.keep(&[(content(2), None)]);
        std::fs::remove_dir(&path).expect("removed");
        std::fs::rename(&moved, &path).expect("moved back");
        let known = loop {
            if let TaskMessage::Marks(MarksMessage::Known(known)) =
                started.messages.recv().expect("a message")
            {
                break known;
            }
        };
        assert_eq!(known, decisions[..1]);
        drop(started.writer);
        let marks = Marks::open(&path).expect("opened").all().expect("read");
        assert_eq!(marks, HashMap::from([(content(1), STARS)]));
    }

    #[test]
    fn a_database_that_is_damaged_meanwhile_gets_back_what_is_known() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("marks.db");
        let all: Vec<Decision> = (0..200).map(|n| (content(n), Some(STARS))).collect();
        Marks::open(&path).expect("opened").set(&all).expect("set");
        let started = start(&path);
        assert_eq!(started.known.len(), 200);
        drop(started.writer);
        let mut bytes = std::fs::read(&path).expect("read");
        let end = bytes.len();
        bytes[4096..end.min(8192)].fill(0xFF);
        std::fs::write(&path, bytes).expect("written");
        let started = start(&path);
        let text = started
            .messages
            .try_iter()
            .find_map(|message| match message {
                TaskMessage::Marks(MarksMessage::Notice(text)) => Some(text),
                _ => None,
            });
        let text = text.expect("a notice");
        assert!(text.contains("set aside"), "{text}");
        started.writer.keep(&[(content(201), Some(STARS))]);
        drop(started.writer);
        let marks = Marks::open(&path).expect("opened").all().expect("read");
        assert!(marks.contains_key(&content(201)));
        let names = std::fs::read_dir(dir.path()).expect("listed").flatten();
        let mut names = names.map(|file| file.file_name().to_string_lossy().into_owned());
        assert!(names.any(|name| name.starts_with("marks.db.damaged-")));
    }
}
