//! The current language.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Locale;

/// The process's language, as an index into [`Locale::ALL`].
static CURRENT: AtomicUsize = AtomicUsize::new(Locale::English as usize);

thread_local! {
    /// This thread's own language, if it has one.
    static OF_THREAD: Cell<Option<Locale>> = const { Cell::new(None) };
}

/// The current language of messages.
#[must_use]
pub fn current() -> Locale {
    OF_THREAD
        .get()
        .unwrap_or_else(|| Locale::ALL[CURRENT.load(Ordering::Relaxed)])
}

/// Changes the language of subsequent messages.
pub fn select(locale: Locale) {
    match OF_THREAD.get() {
        Some(_) => OF_THREAD.set(Some(locale)),
        None => CURRENT.store(locale as usize, Ordering::Relaxed),
    }
}

/// Gives this thread its own language, which [`select`] then changes instead of the process's. For tests, which run in
/// parallel in one process.
pub fn keep_to_thread(locale: Locale) {
    OF_THREAD.set(Some(locale));
}
