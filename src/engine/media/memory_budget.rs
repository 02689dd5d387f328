//! A memory budget shared by threads: a thread that needs memory for a picture waits until enough is available.
//!
//! Requests are granted in order, so that small ones cannot starve a large one. A request larger than the budget is
//! rejected instead of waiting. A thread must not request more while it holds a reservation of the same budget.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sysinfo::{MemoryRefreshKind, System};

use crate::engine::cancel::Cancel;

/// Polling interval of waiting requests for cancellation.
const CANCEL_NOTICE: Duration = Duration::from_millis(10);
/// Minimum default budget.
const MIN_DEFAULT_BUDGET: u64 = 256 << 20;
/// The budget for undecoded files is the pixel budget divided by this.
const PART_OF_FILES: u64 = 4;

/// Why memory was not reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMemory {
    /// The job was cancelled.
    Cancelled,
    /// The request exceeds the budget.
    Beyond {
        /// The budget in bytes.
        limit: u64,
    },
}

/// A shared budget of bytes.
#[derive(Debug)]
pub struct MemoryBudget {
    state: Mutex<BudgetState>,
    changed: Condvar,
}

#[derive(Debug)]
struct BudgetState {
    limit: u64,
    used: u64,
    /// Tickets of waiting requests in order.
    queue: VecDeque<u64>,
    next_ticket: u64,
}

/// A reservation of bytes, released on drop.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: u64,
}

impl MemoryBudget {
    /// Creates a budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(BudgetState {
                limit,
                used: 0,
                queue: VecDeque::new(),
                next_ticket: 0,
            }),
            changed: Condvar::new(),
        })
    }

    /// Size of the budget in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.lock().limit
    }

    /// Reserved bytes.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used
    }

    /// Resizes the budget. Existing reservations are kept.
    pub fn set_limit(&self, bytes: u64) {
        self.lock().limit = bytes;
        self.changed.notify_all();
    }

    /// Waits until `bytes` are available, and reserves them.
    ///
    /// # Errors
    /// Returns an error if `bytes` exceeds the budget or `cancel` is raised.
    pub fn reserve(self: &Arc<Self>, bytes: u64, cancel: &Cancel) -> Result<Reservation, NoMemory> {
        self.wait_for(bytes, cancel, false)
    }

    /// Like [`Self::reserve`], but a request larger than the budget waits for all of it instead.
    ///
    /// # Errors
    /// Returns an error if `cancel` is raised.
    pub fn reserve_at_most_all(
        self: &Arc<Self>,
        bytes: u64,
        cancel: &Cancel,
    ) -> Result<Reservation, NoMemory> {
        self.wait_for(bytes, cancel, true)
    }

    fn wait_for(
        self: &Arc<Self>,
        wanted: u64,
        cancel: &Cancel,
        clamp: bool,
    ) -> Result<Reservation, NoMemory> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back(ticket);
        let outcome = loop {
            let limit = state.limit;
            let bytes = if clamp { wanted.min(limit) } else { wanted };
            if cancel.is_cancelled() {
                break Err(NoMemory::Cancelled);
            }
            if bytes > limit {
                break Err(NoMemory::Beyond { limit });
            }
            let first = state.queue.front() == Some(&ticket);
            if first && state.used.saturating_add(bytes) <= limit {
                break Ok(bytes);
            }
            state = self
                .changed
                .wait_timeout(state, CANCEL_NOTICE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        state.queue.retain(|other| *other != ticket);
        let reservation = outcome.map(|bytes| {
            state.used += bytes;
            Reservation {
                budget: self.clone(),
                bytes,
            }
        });
        drop(state);
        self.changed.notify_all();
        reservation
    }

    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// Number of reserved bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Releases all but `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        let spare = self.bytes.saturating_sub(bytes);
        self.bytes -= spare;
        self.budget.lock().used -= spare;
        self.budget.changed.notify_all();
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

/// The budgets of the decoding stages. Memory for files is reserved before memory for pixels, and never while pixels
/// are held. So a thread that holds pixels can always proceed, which prevents deadlock.
#[derive(Clone, Debug)]
pub struct DecodeMemory {
    /// Budget for decoded pixels.
    pub pixels: Arc<MemoryBudget>,
    /// Budget for files that are read but not yet decoded.
    pub files: Arc<MemoryBudget>,
}

impl DecodeMemory {
    /// A budget of `bytes` for pixels, and another of a quarter of that for files.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self {
            pixels: MemoryBudget::new(bytes),
            files: MemoryBudget::new(bytes / PART_OF_FILES),
        }
    }

    /// The budgets shared by all decoders of this process.
    #[must_use]
    pub fn of_process() -> &'static Self {
        static SHARED: LazyLock<DecodeMemory> =
            LazyLock::new(|| DecodeMemory::new(default_limit()));
        &SHARED
    }

    /// Resizes the budgets; 0 selects the default of a quarter of the machine's memory.
    pub fn set_mebibytes(&self, mebibytes: u32) {
        let bytes = match mebibytes {
            0 => default_limit(),
            mebibytes => u64::from(mebibytes) << 20,
        };
        self.pixels.set_limit(bytes);
        self.files.set_limit(bytes / PART_OF_FILES);
    }
}

/// A quarter of the memory of the machine, or of the container if that has less.
#[must_use]
pub fn default_limit() -> u64 {
    let Ok(mut system) = System::new() else {
        return MIN_DEFAULT_BUDGET;
    };
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let machine = system.total_memory();
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    let total = container
        .filter(|bytes| *bytes > 0)
        .map_or(machine, |bytes| bytes.min(machine));
    (total / 4).max(MIN_DEFAULT_BUDGET)
}

/// Formats a number of bytes: "512 MiB", "1.1 GiB". Rounded up, so that a need never reads as equal to its limit.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(1 << 20);
    if mebibytes < 1024 {
        return format!("{mebibytes} MiB");
    }
    let tenths = (mebibytes * 10).div_ceil(1024);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;

    /// Waits until `count` requests are queued.
    fn waiting(budget: &MemoryBudget, count: usize) {
        while budget.lock().queue.len() != count {
            thread::yield_now();
        }
    }

    #[test]
    fn memory_is_given_back_and_refused_beyond_the_budget() {
        let budget = MemoryBudget::new(100);
        let mut held = budget.reserve(80, &Cancel::default()).expect("room");
        assert_eq!(budget.used(), 80);
        held.shrink_to(30);
        assert_eq!(budget.used(), 30);
        drop(held);
        assert_eq!(budget.used(), 0);
        let refused = budget.reserve(101, &Cancel::default());
        assert_eq!(refused.err(), Some(NoMemory::Beyond { limit: 100 }));
        budget.set_limit(200);
        assert!(budget.reserve(101, &Cancel::default()).is_ok());
        let all = budget.reserve_at_most_all(1000, &Cancel::default());
        assert_eq!(all.expect("all of it").bytes, 200);
    }

    #[test]
    fn a_large_request_is_served_before_later_small_ones() {
        let budget = MemoryBudget::new(100);
        let held = budget.reserve(60, &Cancel::default()).expect("room");
        let (sender, receiver) = mpsc::channel();
        let ask = |bytes: u64| {
            let (budget, sender) = (budget.clone(), sender.clone());
            thread::spawn(move || {
                let held = budget.reserve(bytes, &Cancel::default());
                sender.send(bytes).expect("heard");
                drop(held);
            })
        };
        let large = ask(90);
        waiting(&budget, 1);
        let small = ask(20);
        waiting(&budget, 2);
        drop(held);
        assert_eq!((receiver.recv(), receiver.recv()), (Ok(90), Ok(20)));
        large.join().expect("ends");
        small.join().expect("ends");
    }

    #[test]
    fn a_cancelled_request_stops_waiting_and_makes_way() {
        let budget = MemoryBudget::new(100);
        let held = budget.reserve(60, &Cancel::default()).expect("room");
        let cancel = Cancel::default();
        let waits = {
            let (budget, cancel) = (budget.clone(), cancel.clone());
            thread::spawn(move || budget.reserve(90, &cancel).err())
        };
        waiting(&budget, 1);
        cancel.cancel();
        assert_eq!(waits.join().expect("ends"), Some(NoMemory::Cancelled));
        assert!(budget.reserve(40, &Cancel::default()).is_ok());
        drop(held);
    }

    #[test]
    fn many_threads_never_hold_more_than_there_is() {
        let memory = DecodeMemory::new(400);
        thread::scope(|scope| {
            for n in 0..8_u64 {
                let memory = memory.clone();
                scope.spawn(move || {
                    for round in 0..50 {
                        let cancel = Cancel::default();
                        let file = memory.files.reserve_at_most_all(40 + 20 * n, &cancel);
                        let need = 1 + (n * 97 + round * 31) % 400;
                        let pixels = memory.pixels.reserve(need, &cancel).expect("room");
                        assert!(memory.pixels.used() <= 400 && memory.files.used() <= 100);
                        drop((file, pixels));
                    }
                });
            }
        });
        assert_eq!((memory.pixels.used(), memory.files.used()), (0, 0));
    }

    #[test]
    fn sizes_are_told_in_words() {
        let texts = [512 << 20, (512 << 20) + 1, 1 << 30, 1_131_000_000].map(size_text);
        assert_eq!(texts, ["512 MiB", "513 MiB", "1.0 GiB", "1.1 GiB"]);
        let memory = DecodeMemory::new(0);
        memory.set_mebibytes(513);
        assert_eq!(size_text(memory.pixels.limit()), "513 MiB");
        assert!(default_limit() >= MIN_DEFAULT_BUDGET);
    }
}
