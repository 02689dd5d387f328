//! Which language the program speaks at the moment.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Locale;

/// The process's language, as its place in [`Locale::ALL`].
static CURRENT: AtomicUsize = AtomicUsize::new(Locale::English as usize);

thread_local! {
    /// The language of this thread alone, if it has one.
    static OF_THREAD: Cell<Option<Locale>> = const { Cell::new(None) };
}

/// The language that messages are in.
#[must_use]
pub fn current() -> Locale {
    OF_THREAD
        .get()
        .unwrap_or_else(|| Locale::ALL[CURRENT.load(Ordering::Relaxed)])
}

/// Changes the language, from the next message on.
pub fn select(locale: Locale) {
    match OF_THREAD.get() {
        Some(_) => OF_THREAD.set(Some(locale)),
        None => CURRENT.store(locale as usize, Ordering::Relaxed),
    }
}

/// Gives this thread a language of its own, which [`select`] then changes instead of the process's: tests run beside each
/// other in one process.
pub fn keep_to_thread(locale: Locale) {
    OF_THREAD.set(Some(locale));
}
