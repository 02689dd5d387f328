//! Background work in slots with one thread each, so that there are never more threads than slots.
//!
//! A query *replaces* the running one: the older is cancelled and its result dropped. A change *queues* behind what its slot
//! is doing. When the window closes, everything is cancelled and awaited.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::Notify;

/// What work in the background is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Loading the model and opening the store.
    Session,
    /// Which of the opened paths are folders.
    Folders,
    /// Copies, bursts and flaws among all photos.
    Overview,
    /// Words for all photos, and heaps of them.
    Heaps,
    /// Where a label is seen in a photo.
    Heat,
    /// Joining the threads of a job that is over.
    Retire,
    /// Beginning to watch folders.
    Watching,
    /// What sidecars say.
    Sidecars,
    /// What an export would do.
    ExportPlan,
    /// Carrying out an export.
    Export,
    /// Taking an export back.
    Undo,
    /// Which exports were interrupted.
    Journals,
    /// What would be written into sidecars.
    KeywordPlan,
    /// Writing sidecars, and taking that back.
    Keywords,
    /// Putting photos into the trash.
    Trash,
    /// Which models there are.
    Models,
    /// How fast this machine is.
    Speed,
    /// Fetching a model.
    Download,
    /// Clearing the store, and removing what belongs to a model.
    Store,
    /// How much the store holds.
    StoreSize,
    /// Reading and writing files of labels.
    Labels,
    /// Writing sample photos.
    Samples,
    /// The platform's dialogs.
    Dialog,
    /// Other programs.
    Desktop,
    /// Reading and writing rules.
    RuleFile,
    /// What a rule would do.
    RulePlan,
    /// Carrying out rules.
    Rules,
    /// Writing settings.
    Save,
}

/// A piece of work. It should look at the flag often, and end soon once that is raised.
type Task<N> = Box<dyn FnOnce(&Cancel) -> N + Send>;

struct Waiting<N> {
    task: Task<N>,
    cancel: Cancel,
    replaceable: bool,
}

struct Queue<N> {
    waiting: VecDeque<Waiting<N>>,
    /// The flag of the work that is being done, and whether newer work replaces it.
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

    /// Waits until nothing is done and nothing waits, for so long at most; whether that is so now.
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

/// The slots, from the window's side. Dropping it cancels all work without waiting for its end.
pub struct Supervisor<N> {
    workers: HashMap<Slot, SlotWorker<N>>,
    sender: Sender<N>,
    notify: Notify,
    gave_up: fn(Slot) -> N,
}

impl<N: Send + 'static> Supervisor<N> {
    /// What work returns goes to `sender`, and `notify` is called; `gave_up` is told in place of the answer
    /// of work that panicked.
    #[must_use]
    pub fn new(sender: Sender<N>, notify: Notify, gave_up: fn(Slot) -> N) -> Self {
        Self {
            workers: HashMap::new(),
            sender,
            notify,
            gave_up,
        }
    }

    /// Does this as soon as the slot is free: what it does now is cancelled, and what waits is dropped.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn replace(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> N + Send + 'static,
    ) -> std::io::Result<()> {
        self.add(slot, true, Box::new(task))
    }

    /// Does this after all that the slot was given before.
    ///
    /// # Errors
    /// If the system gives no thread.
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

    /// Cancels what a slot does and drops what waits in it, if that is work that newer work replaces.
    pub fn cancel(&self, slot: Slot) {
        if let Some(worker) = self.workers.get(&slot) {
            let mut queue = worker.shared.lock();
            queue.waiting.retain(|waiting| !waiting.replaceable);
            if let Some((running, true)) = &queue.running {
                running.cancel();
            }
        }
    }

    /// Whether a slot does nothing, and nothing waits in it.
    #[must_use]
    pub fn is_idle(&self, slot: Slot) -> bool {
        self.workers.get(&slot).is_none_or(|worker| {
            let queue = worker.shared.lock();
            queue.waiting.is_empty() && queue.running.is_none()
        })
    }

    /// Waits until a slot does nothing, for so long at most; whether it does nothing now.
    pub fn wait_for(&self, slot: Slot, limit: Duration) -> bool {
        let Some(worker) = self.workers.get(&slot) else {
            return true;
        };
        worker.shared.idle_within(limit)
    }

    /// Cancels everything, and waits for the threads for so long at most; whether all have ended.
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
            // Its panics were caught and reported.
            let _ = worker.thread.join();
        }
        all
    }

    /// The queue of a slot, whose thread is started with its first work.
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
        let (sender, notify, gave_up) = (self.sender.clone(), self.notify.clone(), self.gave_up);
        let thread = {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("lumisift-{slot:?}").to_lowercase())
                .spawn(move || work(slot, &shared, &sender, &notify, gave_up))?
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

/// The thread of a slot.
fn work<N: Send + 'static>(
    slot: Slot,
    shared: &SlotQueue<N>,
    sender: &Sender<N>,
    notify: &Notify,
    gave_up: fn(Slot) -> N,
) {
    while let Some(Waiting { task, cancel, .. }) = next(shared) {
        let begun = Instant::now();
        tracing::debug!(?slot, "work begins");
        let done = catch_unwind(AssertUnwindSafe(|| task(&cancel)));
        let milliseconds = begun.elapsed().as_millis();
        // What was replaced has no say any more, even if it ended before it noticed.
        let replaced = cancel.is_cancelled();
        tracing::debug!(?slot, milliseconds, replaced, "work ends");
        if let Err(panic) = &done {
            let cause = panic.downcast_ref::<&str>().copied();
            let cause = cause.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            tracing::error!(?slot, cause, "work in the background panicked");
        }
        if !replaced {
            // Nobody listening is no error: the window is closed.
            let _ = sender.send(done.unwrap_or_else(|_| gave_up(slot)));
            notify();
        }
        shared.lock().running = None;
        shared.changed.notify_all();
    }
}

/// The next work of a slot; waits for some, and ends with its owner.
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

    /// Longest that a test waits before it fails.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn supervisor() -> (Supervisor<u32>, Receiver<u32>) {
        let (sender, receiver) = bounded(16);
        let supervisor = Supervisor::new(sender, Arc::new(|| {}), |_| 999);
        (supervisor, receiver)
    }

    /// Waits for its end, as long as it is not cancelled.
    fn until_cancelled(cancel: &Cancel) {
        while !cancel.is_cancelled() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_newest_wins_and_older_answers_are_dropped() {
        let (mut supervisor, receiver) = supervisor();
        let (begin, begun) = bounded(1);
        let slot = Slot::ExportPlan;
        let first = move |cancel: &Cancel| {
            begin.send(()).expect("heard");
            until_cancelled(cancel);
            1
        };
        supervisor.replace(slot, first).expect("a thread");
        begun.recv_timeout(PATIENCE).expect("begun");
        for n in 2..100 {
            supervisor.replace(slot, move |_| n).expect("a thread");
        }
        let mut answers = Vec::new();
        while answers.last() != Some(&99) {
            answers.push(receiver.recv_timeout(PATIENCE).expect("an answer"));
        }
        assert!(!answers.contains(&1), "{answers:?}");
        assert_eq!(supervisor.workers.len(), 1);
        assert!(supervisor.wait_for(slot, PATIENCE) && supervisor.is_idle(slot));
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
        let answers = (0..10).map(|_| receiver.recv_timeout(PATIENCE).expect("an answer"));
        assert_eq!(answers.collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_told_and_the_slot_goes_on() {
        let (mut supervisor, receiver) = supervisor();
        let fails = |_: &Cancel| panic!("a defect, on purpose");
        supervisor.queue(Slot::Trash, fails).expect("a thread");
        supervisor.queue(Slot::Trash, |_| 7).expect("a thread");
        let answers = [0; 2].map(|_| receiver.recv_timeout(PATIENCE).expect("an answer"));
        assert_eq!(answers, [999, 7]);
    }

    #[test]
    fn closing_cancels_and_joins() {
        let (mut supervisor, receiver) = supervisor();
        let (begin, begun) = bounded(2);
        for slot in [Slot::Sidecars, Slot::Export] {
            let begin = begin.clone();
            let task = move |cancel: &Cancel| {
                begin.send(()).expect("heard");
                until_cancelled(cancel);
                1
            };
            supervisor.queue(slot, task).expect("a thread");
        }
        for _ in 0..2 {
            begun.recv_timeout(PATIENCE).expect("begun");
        }
        assert!(supervisor.end_within(PATIENCE));
        assert!(receiver.is_empty() && supervisor.workers.is_empty());
    }

    #[test]
    fn work_that_does_not_end_is_left_behind() {
        let (mut supervisor, _told) = supervisor();
        let (release, released) = bounded::<()>(0);
        let (begin, begun) = bounded(1);
        let stuck = move |_: &Cancel| {
            begin.send(()).expect("heard");
            let _ = released.recv();
            1
        };
        supervisor.queue(Slot::Desktop, stuck).expect("a thread");
        begun.recv_timeout(PATIENCE).expect("begun");
        assert!(!supervisor.end_within(Duration::from_millis(1)));
        drop(release);
    }
}
