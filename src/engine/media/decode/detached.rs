//! Runs uninterruptible work on a thread that a cancelled job need not wait for.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::DecodeError;
use crate::engine::cancel::Cancel;

/// Polling interval of the caller for cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Runs `work`, which may take a few seconds, on another thread and returns its result. If `cancel` is raised, the
/// caller returns at once, and the thread finishes on its own with its result discarded. Panics are propagated.
///
/// # Errors
/// Returns [`DecodeError::Cancelled`] if `cancel` is raised, and an error if no thread can be started.
pub fn detached<T: Send + 'static>(
    cancel: &Cancel,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DecodeError> {
    let (sender, receiver) = bounded(1);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        // After cancellation the receiver is gone.
        let _ = sender.send(result);
    };
    let thread = std::thread::Builder::new().name("lumisift-decode-whole".into());
    if let Err(error) = thread.spawn(run) {
        return Err(DecodeError::NoThread(error.to_string()));
    }
    loop {
        match receiver.recv_timeout(POLL_INTERVAL) {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(RecvTimeoutError::Timeout) if !cancel.is_cancelled() => {}
            Err(_) => return Err(DecodeError::Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_caller_does_not_wait_for_the_work() {
        let cancel = Cancel::default();
        assert_eq!(detached(&cancel, || 7), Ok(7));
        cancel.cancel();
        let (release, held) = bounded::<()>(1);
        let result = detached(&cancel, move || held.recv().is_ok());
        assert_eq!(result, Err(DecodeError::Cancelled));
        drop(release);
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let caught = catch_unwind(|| detached(&Cancel::default(), || panic!("a defect")));
        assert!(caught.is_err());
    }
}
