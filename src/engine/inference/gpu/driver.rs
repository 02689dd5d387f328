//! Calls into GPU drivers, any of which may hang. Only the duration of each driver call is limited; reading weights and
//! computing on the CPU may take any time.

use std::cell::RefCell;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::GpuError;

/// Start time of a thread's current driver call, if it is in one.
#[derive(Default)]
struct CallTimer(Mutex<Option<Instant>>);

impl CallTimer {
    fn set(&self, since: Option<Instant>) -> Option<Instant> {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut now, since)
    }

    fn call_duration(&self) -> Duration {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

thread_local! {
    /// The timer of a supervised thread.
    static CLOCK: RefCell<Option<Arc<CallTimer>>> = const { RefCell::new(None) };
}

/// Calls a driver. A nested call counts as part of the outer one.
pub(super) fn call<T>(work: impl FnOnce() -> T) -> T {
    let Some(clock) = CLOCK.with_borrow(Clone::clone) else {
        return work();
    };
    let outer = clock.set(Some(Instant::now()));
    if outer.is_some() {
        clock.set(outer);
    }
    let result = work();
    clock.set(outer);
    result
}

/// Runs `work` on a thread that is abandoned if one of its driver calls takes longer than `hang_timeout`.
pub(super) fn with_timeout<T, E>(
    hang_timeout: Duration,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<GpuError> + Send + 'static,
{
    let clock = Arc::new(CallTimer::default());
    let own = clock.clone();
    let (sender, receiver) = channel();
    let work = move || {
        CLOCK.set(Some(own));
        let _ = sender.send(work());
    };
    let thread = std::thread::Builder::new().name("lumisift-gpu".into());
    thread
        .spawn(work)
        .map_err(|e| GpuError::Failed(e.to_string()))?;
    loop {
        match receiver.recv_timeout(hang_timeout.saturating_sub(clock.call_duration())) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Timeout) if clock.call_duration() >= hang_timeout => {
                return Err(GpuError::Hung(hang_timeout.as_secs()).into());
            }
            Err(RecvTimeoutError::Timeout) => {}
            // The thread panicked, which drivers and wgpu may cause.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(GpuError::Failed("its driver crashed".into()).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_hangs_or_panics_is_left_behind() {
        let (hold, held) = channel::<()>();
        let hung = with_timeout(Duration::from_millis(20), move || {
            // A short nested call does not restart the timer.
            call(|| {
                call(|| ());
                let _ = held.recv();
            });
            Ok(())
        });
        drop(hold);
        assert!(matches!(hung, Err(GpuError::Hung(_))));
        let gone: Result<(), GpuError> =
            with_timeout(Duration::from_secs(20), || panic!("a driver"));
        assert!(matches!(gone, Err(GpuError::Failed(_))));
    }

    #[test]
    fn what_the_cpu_does_meanwhile_may_take_long() {
        // Time outside driver calls does not count, however short the patience.
        let (hold, held) = channel::<()>();
        let hang_timeout = Duration::from_millis(5);
        let waiting = std::thread::spawn(move || {
            with_timeout(hang_timeout, move || {
                call(|| ());
                let _ = held.recv();
                Ok(7)
            })
        });
        // Waits until a thread would have exceeded the patience.
        let (_never, nothing) = channel::<()>();
        let _ = nothing.recv_timeout(20 * hang_timeout);
        drop(hold);
        let result = waiting.join().expect("no panic");
        let result: Result<i32, GpuError> = result;
        assert_eq!(result, Ok(7));
    }
}
