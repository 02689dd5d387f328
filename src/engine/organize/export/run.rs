//! The threads that transfer the files of an export.

use std::sync::atomic::Ordering;

use super::ExportReport;
use super::journal::StepRecord;
use super::photo_sets::in_same_set;
use super::work::ExportRun;

impl ExportRun<'_> {
    /// Transfers all files on the given number of threads.
    pub(super) fn all(self, threads: usize) -> ExportReport {
        std::thread::scope(|scope| {
            for n in 1..threads.min(self.files.len()) {
                let work = || self.transfer_files();
                let name = format!("lumisift-export-{n}");
                let spawned = std::thread::Builder::new()
                    .name(name)
                    .spawn_scoped(scope, work);
                if spawned.is_err() {
                    // The current thread suffices.
                    break;
                }
            }
            self.transfer_files();
        });
        self.into_report()
    }

    fn transfer_files(&self) {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(known) = self.files.get(n) else {
                return;
            };
            // A set is transferred by one thread, so that a photo is moved together with its paired files, after all of
            // its copies have been made.
            if n > 0 && in_same_set(&self.files[n - 1].step, &known.step) {
                continue;
            }
            let same = |other: &&StepRecord| in_same_set(&known.step, &other.step);
            let count = self.files[n..].iter().take_while(same).count();
            if self.is_stopped() {
                return;
            }
            self.set(n..n + count);
        }
    }
}
