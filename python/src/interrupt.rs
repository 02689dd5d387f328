//! Runs work without the interpreter's lock, interruptible by Ctrl+C.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use lumisift::engine::cancel::Cancel;
use pyo3::prelude::*;

use crate::errors::CallError;

/// Interval between checks for signals.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

/// Runs `work` on a thread of its own while other Python threads continue. If the handler of a signal raises an
/// exception, as that of Ctrl+C does, the work is cancelled and the exception returned.
pub fn without_lock<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Cancel) -> Result<T, CallError> + Send,
) -> PyResult<T> {
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let (sender, result) = bounded(1);
        let flag = &cancel;
        let worker = scope.spawn(move || {
            // The receiver outlives the work, so this never fails.
            let _ = sender.send(work(flag));
        });
        loop {
            match py.detach(|| result.recv_timeout(SIGNAL_INTERVAL)) {
                Ok(done) => return done.map_err(|error| error.raised(py)),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(signal) = py.check_signals() {
                        cancel.cancel();
                        let _ = py.detach(|| worker.join());
                        return Err(signal);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    // Joining keeps the panic from spreading to this thread.
                    let _ = py.detach(|| worker.join());
                    let message = "the engine crashed: please report it".into();
                    return Err(CallError::Model(message).raised(py));
                }
            }
        }
    })
}
