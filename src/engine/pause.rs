//! A gate that pauses the threads of a job between photos.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::cancel::Cancel;

/// Interval at which a thread that waits at a closed gate checks for cancellation.
const NOTICE: Duration = Duration::from_millis(50);

/// A gate, initially open. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Closes the gate, or opens it and wakes all waiting threads.
    pub fn set_closed(&self, closed: bool) {
        let (state, changed) = &*self.0;
        *state.lock().unwrap_or_else(PoisonError::into_inner) = closed;
        changed.notify_all();
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the gate is open or `cancel` is raised.
    pub fn pass(&self, cancel: &Cancel) {
        let (state, changed) = &*self.0;
        let mut closed = state.lock().unwrap_or_else(PoisonError::into_inner);
        while *closed && !cancel.is_cancelled() {
            closed = changed
                .wait_timeout(closed, NOTICE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_holds_until_it_opens_or_the_job_is_cancelled() {
        let (gate, cancel) = (Gate::default(), Cancel::default());
        gate.pass(&cancel);
        gate.set_closed(true);
        let (passed, waited) = crossbeam_channel::bounded(1);
        let waiting = {
            let (gate, cancel) = (gate.clone(), cancel.clone());
            std::thread::spawn(move || {
                gate.pass(&cancel);
                passed.send(()).expect("heard");
            })
        };
        assert!(waited.try_recv().is_err() && gate.is_closed());
        gate.set_closed(false);
        waited.recv().expect("passed");
        waiting.join().expect("joined");
        gate.set_closed(true);
        cancel.cancel();
        gate.pass(&cancel);
    }
}
