//! Worker threads that fetch what is visible now, most urgent first. New requests replace old ones.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, bounded};

use crate::engine::index::pipeline::Notify;

/// Scheduling priority of the threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// The default priority.
    Normal,
    /// Lower priority than the UI thread, so that input is handled before pictures are loaded.
    Low,
}

impl Priority {
    /// Gives the current thread this priority.
    pub(super) fn apply(self) {
        // On Linux, `nice` affects only the calling thread; elsewhere it would affect the whole process.
        #[cfg(target_os = "linux")]
        if self == Self::Low {
            // If this fails, the threads run at normal priority, which is harmless.
            let _ = rustix::process::nice(10);
        }
    }
}

/// The threads to start.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Thread name, prefixed with that of the program.
    pub name: &'static str,
    /// Number of threads.
    pub count: usize,
    /// Scheduling priority.
    pub priority: Priority,
}

/// A handle to threads that compute values for keys.
pub struct Fetcher<K, V> {
    shared: Arc<FetchQueue<K>>,
    ready: Receiver<(K, V)>,
}

struct FetchQueue<K> {
    pending: Mutex<PendingFetches<K>>,
    changed: Condvar,
}

struct PendingFetches<K> {
    /// Requested keys, most urgent last.
    wanted: Vec<K>,
    /// Keys being fetched, and those whose values have not been received yet.
    in_flight: Vec<K>,
    closed: bool,
}

impl<K> FetchQueue<K> {
    fn lock(&self) -> MutexGuard<'_, PendingFetches<K>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Send + 'static, V: Send + 'static> Fetcher<K, V> {
    /// Starts the threads. `make_fetch` is called once for each. At most `capacity` values are buffered. `notify` is
    /// called for every value; `give_up` provides the value if a fetch panics.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started.
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
                in_flight: Vec::new(),
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
                        // A malicious file may make a decoder panic; that must only affect this value.
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

    /// Replaces the requests. The most urgent key comes first.
    pub fn want(&self, keys: impl DoubleEndedIterator<Item = K>) {
        let mut pending = self.shared.lock();
        let in_flight = std::mem::take(&mut pending.in_flight);
        let new = |key: &K| !in_flight.contains(key);
        pending.wanted.clear();
        pending.wanted.extend(keys.rev().filter(new));
        pending.in_flight = in_flight;
        drop(pending);
        self.shared.changed.notify_all();
    }

    /// The next fetched value, without blocking.
    #[must_use]
    pub fn try_next(&self) -> Option<(K, V)> {
        let (key, value) = self.ready.try_recv().ok()?;
        self.shared.lock().in_flight.retain(|other| *other != key);
        Some((key, value))
    }

    /// Whether fetched values are waiting to be received.
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

/// Waits for the most urgent request. `None` once the fetcher is dropped.
fn next<K: Clone>(shared: &FetchQueue<K>) -> Option<K> {
    let mut pending = shared.lock();
    loop {
        if pending.closed {
            return None;
        }
        if let Some(key) = pending.wanted.pop() {
            pending.in_flight.push(key.clone());
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
    fn newest_requests_come_first_without_duplicates() {
        let (sender, receiver) = bounded::<()>(64);
        let notify: Notify = Arc::new(move || {
            let _ = sender.send(());
        });
        let fetcher = Fetcher::start(ONE, 1, &notify, || |key: &u32| key * 10, || 0);
        let fetcher = fetcher.expect("threads");
        fetcher.want([1, 2, 3].into_iter());
        receiver.recv().expect("the first");
        // One value is ready, and another may be in progress: requesting them again must not fetch them twice.
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
