//! Background tasks in slots. Each slot has one thread, which bounds the number of threads.
//!
//! A query *replaces* the running one, which is cancelled and whose result is dropped. A change is *queued* behind the
//! tasks of its slot. When the window closes, all tasks are cancelled and awaited.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::Notify;

/// The slots, named after their tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Loading the model and opening the store.
    Session,
    /// Finding out which opened paths are folders.
    Folders,
    /// Finding duplicates, bursts and flaws among all photos.
    Overview,
    /// Finding words for all photos, and clusters.
    Clusters,
    /// Computing the heat map of a label.
    Heat,
    /// Joining the threads of a finished job, and freeing photos that are no longer open.
    JoinThreads,
    /// Starting to watch folders.
    Watching,
    /// Reading sidecars.
    Sidecars,
    /// Planning an export.
    ExportPlan,
    /// Running an export.
    Export,
    /// Undoing an export.
    Undo,
    /// Looking for interrupted exports.
    Journals,
    /// Planning which keywords to write.
    KeywordPlan,
    /// Writing keywords to sidecars, and undoing that.
    Keywords,
    /// Moving photos to the trash and restoring them.
    Trash,
    /// Listing models.
    Models,
    /// Measuring the speed of this machine.
    Speed,
    /// Downloading a model.
    Download,
    /// Clearing the store, and removing the data of a model.
    Store,
    /// Measuring the size of the store.
    StoreSize,
    /// Reading and writing label files.
    Labels,
    /// Writing sample photos.
    Samples,
    /// The platform's file dialogs.
    Dialog,
    /// Opening other programs, and the clipboard.
    Desktop,
    /// Reading and writing rules.
    RuleFile,
    /// Previewing a rule.
    RulePlan,
    /// Running rules.
    Rules,
    /// Saving settings.
    Save,
}

/// A task. It should check for cancellation often, and then return soon.
type Task<N> = Box<dyn FnOnce(&Cancel) -> N + Send>;

struct Waiting<N> {
    task: Task<N>,
    cancel: Cancel,
    replaceable: bool,
}

struct Queue<N> {
    waiting: VecDeque<Waiting<N>>,
    /// The cancellation flag of the running task, and whether newer tasks may replace it.
    running: Option<(Cancel, bool)>,
    closed: bool,
}

struct SlotQueue<N> {
    queue: Mutex<Queue<N>>,
    changed: Condvar,
}

impl<N> SlotQueue<N> {
    fn lock(&self) -> MutexGuard<'_, Queue<N>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits up to `limit` for the queue to become empty, and returns whether it did.
    fn idle_within(&self, limit: Duration) -> bool {
        let busy = |queue: &mut Queue<N>| !queue.waiting.is_empty() || queue.running.is_some();
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, busy)
            .unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }
}

struct SlotWorker<N> {
    shared: Arc<SlotQueue<N>>,
    thread: JoinHandle<()>,
}

/// A handle to the slots. Dropping it cancels all tasks without waiting for them.
pub struct Supervisor<N> {
    workers: HashMap<Slot, SlotWorker<N>>,
    sender: Sender<N>,
    notify: Notify,
    panicked: fn(Slot) -> N,
}

impl<N: Send + 'static> Supervisor<N> {
    /// Results are sent to `sender`, followed by a call of `notify`. If a task panics, `panicked` provides the result.
    #[must_use]
    pub fn new(sender: Sender<N>, notify: Notify, panicked: fn(Slot) -> N) -> Self {
        Self {
            workers: HashMap::new(),
            sender,
            notify,
            panicked,
        }
    }

    /// Runs a query as soon as possible: the running query is cancelled, and waiting queries are dropped.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub fn replace(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> N + Send + 'static,
    ) -> std::io::Result<()> {
        self.add(slot, true, Box::new(task))
    }

    /// Runs a change after the earlier tasks of the slot.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub fn queue(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> N + Send + 'static,
    ) -> std::io::Result<()> {
        self.add(slot, false, Box::new(task))
    }

    fn add(&mut self, slot: Slot, replaceable: bool, task: Task<N>) -> std::io::Result<()> {
        let shared = self.worker(slot)?;
        let mut queue = shared.lock();
        if replaceable {
            queue.waiting.retain(|waiting| !waiting.replaceable);
            if let Some((running, true)) = &queue.running {
                running.cancel();
            }
        }
        queue.waiting.push_back(Waiting {
            task,
            cancel: Cancel::default(),
            replaceable,
        });
        drop(queue);
        shared.changed.notify_all();
        Ok(())
    }

    /// Cancels the running task of a slot and drops those waiting, unless they are changes.
    pub fn cancel(&self, slot: Slot) {
        if let Some(worker) = self.workers.get(&slot) {
            let mut queue = worker.shared.lock();
            queue.waiting.retain(|waiting| !waiting.replaceable);
            if let Some((running, true)) = &queue.running {
                running.cancel();
            }
        }
    }

    /// Whether a slot has neither a running nor a waiting task.
    #[must_use]
    pub fn is_idle(&self, slot: Slot) -> bool {
        self.workers.get(&slot).is_none_or(|worker| {
            let queue = worker.shared.lock();
            queue.waiting.is_empty() && queue.running.is_none()
        })
    }

    /// Waits up to `limit` for a slot to become idle, and returns whether it did.
    pub fn wait_for(&self, slot: Slot, limit: Duration) -> bool {
        let Some(worker) = self.workers.get(&slot) else {
            return true;
        };
        worker.shared.idle_within(limit)
    }

    /// Cancels all tasks, waits up to `limit` for the threads, and returns whether all have ended.
    pub fn end_within(&mut self, limit: Duration) -> bool {
        for (slot, worker) in &self.workers {
            let mut queue = worker.shared.lock();
            queue.closed = true;
            let dropped = queue.waiting.iter().filter(|waiting| !waiting.replaceable);
            let dropped = dropped.count();
            if dropped > 0 {
                tracing::warn!(?slot, dropped, "the window was closed before this started");
            }
            queue.waiting.clear();
            if let Some((cancel, _)) = &queue.running {
                cancel.cancel();
            }
            drop(queue);
            worker.shared.changed.notify_all();
        }
        let until = Instant::now() + limit;
        let mut all = true;
        for (slot, worker) in self.workers.drain() {
            let left = until.saturating_duration_since(Instant::now());
            if !worker.shared.idle_within(left) {
                tracing::warn!(?slot, "this work did not end in time");
                all = false;
                continue;
            }
            // Panics of tasks were caught and reported.
            let _ = worker.thread.join();
        }
        all
    }

    /// The queue of a slot. Its thread is started on first use.
    fn worker(&mut self, slot: Slot) -> std::io::Result<Arc<SlotQueue<N>>> {
        if let Some(worker) = self.workers.get(&slot) {
            return Ok(worker.shared.clone());
        }
        let shared = Arc::new(SlotQueue {
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                running: None,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let (sender, notify, panicked) = (self.sender.clone(), self.notify.clone(), self.panicked);
        let thread = {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("lumisift-{slot:?}").to_lowercase())
                .spawn(move || work(slot, &shared, &sender, &notify, panicked))?
        };
        let worker = SlotWorker {
            shared: shared.clone(),
            thread,
        };
        self.workers.insert(slot, worker);
        Ok(shared)
    }
}

impl<N> Drop for Supervisor<N> {
    fn drop(&mut self) {
        for worker in self.workers.values() {
            let mut queue = worker.shared.lock();
            queue.closed = true;
            queue.waiting.clear();
            if let Some((cancel, _)) = &queue.running {
                cancel.cancel();
            }
            drop(queue);
            worker.shared.changed.notify_all();
        }
    }
}

/// The main loop of a slot's thread.
fn work<N: Send + 'static>(
    slot: Slot,
    shared: &SlotQueue<N>,
    sender: &Sender<N>,
    notify: &Notify,
    panicked: fn(Slot) -> N,
) {
    while let Some(Waiting { task, cancel, .. }) = next(shared) {
        let started = Instant::now();
        tracing::debug!(?slot, "work begins");
        let done = catch_unwind(AssertUnwindSafe(|| task(&cancel)));
        let milliseconds = started.elapsed().as_millis();
        // The result of a replaced task is dropped, even if it completed before it noticed the cancellation.
        let replaced = cancel.is_cancelled();
        tracing::debug!(?slot, milliseconds, replaced, "work ends");
        if let Err(panic) = &done {
            let cause = panic.downcast_ref::<&str>().copied();
            let cause = cause.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            tracing::error!(?slot, cause, "work in the background panicked");
        }
        if !replaced {
            // A closed channel is no error: the window is closed.
            let _ = sender.send(done.unwrap_or_else(|_| panicked(slot)));
            notify();
        }
        shared.lock().running = None;
        shared.changed.notify_all();
    }
}

/// Waits for the next task of a slot. `None` once the queue is closed.
fn next<N>(shared: &SlotQueue<N>) -> Option<Waiting<N>> {
    let mut queue = shared.lock();
    loop {
        if queue.closed {
            return None;
        }
        if let Some(next) = queue.waiting.pop_front() {
            queue.running = Some((next.cancel.clone(), next.replaceable));
            return Some(next);
        }
        queue = shared
            .changed
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::{Receiver, bounded};

    /// Timeout of the tests.
    const TEST_TIMEOUT: Duration = Duration::from_secs(20);

    fn supervisor() -> (Supervisor<u32>, Receiver<u32>) {
        let (sender, receiver) = bounded(16);
        let supervisor = Supervisor::new(sender, Arc::new(|| {}), |_| 999);
        (supervisor, receiver)
    }

    /// A task that runs until it is cancelled.
    fn until_cancelled(cancel: &Cancel) {
        while !cancel.is_cancelled() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_newest_wins_and_older_answers_are_dropped() {
        let (mut supervisor, receiver) = supervisor();
        let (start, has_started) = bounded(1);
        let slot = Slot::ExportPlan;
        let first = move |cancel: &Cancel| {
            start.send(()).expect("received");
            until_cancelled(cancel);
            1
        };
        supervisor.replace(slot, first).expect("a thread");
        has_started.recv_timeout(TEST_TIMEOUT).expect("started");
        for n in 2..100 {
            supervisor.replace(slot, move |_| n).expect("a thread");
        }
        let mut answers = Vec::new();
        while answers.last() != Some(&99) {
            answers.push(receiver.recv_timeout(TEST_TIMEOUT).expect("an answer"));
        }
        assert!(!answers.contains(&1), "{answers:?}");
        assert_eq!(supervisor.workers.len(), 1);
        assert!(supervisor.wait_for(slot, TEST_TIMEOUT) && supervisor.is_idle(slot));
        assert!(receiver.is_empty());
    }

    #[test]
    fn changes_queue_and_none_is_lost() {
        let (mut supervisor, receiver) = supervisor();
        for n in 0..10 {
            let change = move |_: &Cancel| n;
            supervisor.queue(Slot::Keywords, change).expect("a thread");
        }
        supervisor.cancel(Slot::Keywords);
        let answers = (0..10).map(|_| receiver.recv_timeout(TEST_TIMEOUT).expect("an answer"));
        assert_eq!(answers.collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_reported_and_the_slot_continues() {
        let (mut supervisor, receiver) = supervisor();
        let fails = |_: &Cancel| panic!("a defect, on purpose");
        supervisor.queue(Slot::Trash, fails).expect("a thread");
        supervisor.queue(Slot::Trash, |_| 7).expect("a thread");
        let answers = [0; 2].map(|_| receiver.recv_timeout(TEST_TIMEOUT).expect("an answer"));
        assert_eq!(answers, [999, 7]);
    }

    #[test]
    fn closing_cancels_and_joins() {
        let (mut supervisor, receiver) = supervisor();
        let (start, has_started) = bounded(2);
        for slot in [Slot::Sidecars, Slot::Export] {
            let start = start.clone();
            let task = move |cancel: &Cancel| {
                start.send(()).expect("received");
                until_cancelled(cancel);
                1
            };
            supervisor.queue(slot, task).expect("a thread");
        }
        for _ in 0..2 {
            has_started.recv_timeout(TEST_TIMEOUT).expect("started");
        }
        assert!(supervisor.end_within(TEST_TIMEOUT));
        assert!(receiver.is_empty() && supervisor.workers.is_empty());
    }

    #[test]
    fn work_that_does_not_end_is_left_behind() {
        let (mut supervisor, _receiver) = supervisor();
        let (release, released) = bounded::<()>(0);
        let (start, has_started) = bounded(1);
        let stuck = move |_: &Cancel| {
            start.send(()).expect("received");
            let _ = released.recv();
            1
        };
        supervisor.queue(Slot::Desktop, stuck).expect("a thread");
        has_started.recv_timeout(TEST_TIMEOUT).expect("started");
        assert!(!supervisor.end_within(Duration::from_millis(1)));
        drop(release);
    }
}
