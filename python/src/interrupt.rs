//! Work without the interpreter's lock, which Ctrl+C ends.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use lumisift::engine::cancel::Cancel;
use pyo3::prelude::*;

use crate::errors::CallError;

/// How often signals are looked for.
const PATIENCE: Duration = Duration::from_millis(50);

/// Runs `work` on a thread of its own, while other threads of Python run. A signal whose handler raises, as that of Ctrl+C
/// does, cancels the work.
pub fn without_lock<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Cancel) -> Result<T, CallError> + Send,
) -> PyResult<T> {
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let (sender, result) = bounded(1);
        let stop = &cancel;
        let worker = scope.spawn(move || {
            // Nobody waits any more where it was cancelled.
            let _ = sender.send(work(stop));
        });
        loop {
            match py.detach(|| result.recv_timeout(PATIENCE)) {
                Ok(done) => return done.map_err(|error| error.raised(py)),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(signal) = py.check_signals() {
                        cancel.cancel();
                        // It may need the lock to end.
                        let _ = py.detach(|| worker.join());
                        return Err(signal);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let message = "the engine gave up: please report it".into();
                    let _ = py.detach(|| worker.join());
                    return Err(CallError::Model(message).raised(py));
                }
            }
        }
    })
}
