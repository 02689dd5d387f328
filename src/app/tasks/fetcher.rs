//! Threads that fetch what is visible now, most urgent first. Requests are replaced, never queued up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, bounded};

use crate::engine::index::pipeline::Notify;

/// How threads share the processor with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// As all others do.
    Normal,
    /// What a person waits for goes first: a key is answered before pictures come.
    Low,
}

impl Priority {
    fn apply(self) {
        // Linux lowers the calling thread alone; elsewhere it would be the whole program.
        #[cfg(target_os = "linux")]
        if self == Self::Low {
            // Where that is not allowed, pictures come sooner, and nothing else changes.
            let _ = rustix::process::nice(10);
        }
    }
}

/// Which threads to start.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Their name, after the program's.
    pub name: &'static str,
    /// How many.
    pub count: usize,
    /// How they share the processor.
    pub priority: Priority,
}

/// Threads that turn keys into values, from the side of whoever wants them.
pub struct Fetcher<K, V> {
    shared: Arc<FetchQueue<K>>,
    ready: Receiver<(K, V)>,
}

struct FetchQueue<K> {
    pending: Mutex<PendingFetches<K>>,
    changed: Condvar,
}

struct PendingFetches<K> {
    /// The most urgent last.
    wanted: Vec<K>,
    /// Being fetched, or fetched and not taken yet.
    under_way: Vec<K>,
    closed: bool,
}

impl<K> FetchQueue<K> {
    fn lock(&self) -> MutexGuard<'_, PendingFetches<K>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Send + 'static, V: Send + 'static> Fetcher<K, V> {
    /// Starts threads; each makes its own `fetch`. At most `capacity` values wait to be taken.
    /// `notify` is called for each. `give_up` makes a value in place of one whose making panicked.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn start<F: FnMut(&K) -> V + Send + 'static>(
        threads: Threads,
        capacity: usize,
        notify: &Notify,
        make_fetch: impl Fn() -> F,
        give_up: fn() -> V,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(FetchQueue {
            pending: Mutex::new(PendingFetches {
                wanted: Vec::new(),
                under_way: Vec::new(),
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let (sender, ready) = bounded(capacity);
        let Threads {
            name,
            count,
            priority,
        } = threads;
        for n in 0..count {
            let (shared, sender, notify) = (shared.clone(), sender.clone(), notify.clone());
            let mut fetch = make_fetch();
            std::thread::Builder::new()
                .name(format!("lumisift-{name}-{n}"))
                .spawn(move || {
                    priority.apply();
                    while let Some(key) = next(&shared) {
                        // A hostile file may make a decoder panic: that costs this value only.
                        let fetched = catch_unwind(AssertUnwindSafe(|| fetch(&key)));
                        let value = fetched.unwrap_or_else(|_| give_up());
                        if sender.send((key, value)).is_err() {
                            return;
                        }
                        notify();
                    }
                })?;
        }
        Ok(Self { shared, ready })
    }

    /// What is needed now, most urgent first; earlier requests are dropped.
    pub fn want(&self, keys: impl DoubleEndedIterator<Item = K>) {
        let mut pending = self.shared.lock();
        let under_way = std::mem::take(&mut pending.under_way);
        let new = |key: &K| !under_way.contains(key);
        pending.wanted.clear();
        pending.wanted.extend(keys.rev().filter(new));
        pending.under_way = under_way;
        drop(pending);
        self.shared.changed.notify_all();
    }

    /// The next value that has come.
    #[must_use]
    pub fn try_next(&self) -> Option<(K, V)> {
        let (key, value) = self.ready.try_recv().ok()?;
        self.shared.lock().under_way.retain(|other| *other != key);
        Some((key, value))
    }

    /// Whether values wait to be taken.
    #[must_use]
    pub fn has_more(&self) -> bool {
        !self.ready.is_empty()
    }
}

impl<K, V> Drop for Fetcher<K, V> {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

/// The most urgent request; waits for one, and ends with its owner.
fn next<K: Clone>(shared: &FetchQueue<K>) -> Option<K> {
    let mut pending = shared.lock();
    loop {
        if pending.closed {
            return None;
        }
        if let Some(key) = pending.wanted.pop() {
            pending.under_way.push(key.clone());
            return Some(key);
        }
        pending = shared
            .changed
            .wait(pending)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Threads = Threads {
        name: "test",
        count: 1,
        priority: Priority::Low,
    };

    #[test]
    fn the_newest_wishes_come_first_and_none_twice() {
        let (sender, receiver) = bounded::<()>(64);
        let notify: Notify = Arc::new(move || {
            let _ = sender.send(());
        });
        let fetcher = Fetcher::start(ONE, 1, &notify, || |key: &u32| key * 10, || 0);
        let fetcher = fetcher.expect("threads");
        fetcher.want([1, 2, 3].into_iter());
        receiver.recv().expect("the first");
        // One is ready, perhaps another is under way: wishing for them again fetches neither twice.
        fetcher.want([1, 2, 9].into_iter());
        let mut got = Vec::new();
        while got.len() < 3 {
            match fetcher.try_next() {
                Some(pair) => got.push(pair),
                None => receiver.recv().expect("another"),
            }
        }
        got.sort_unstable();
        assert_eq!(got, [(1, 10), (2, 20), (9, 90)]);
        assert!(!fetcher.has_more());
    }
}
