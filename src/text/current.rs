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

/// Runs `make` with messages in English, whatever language is in use: programs read the result.
pub fn in_english<T>(make: impl FnOnce() -> T) -> T {
    let before = OF_THREAD.replace(Some(Locale::English));
    let made = make();
    OF_THREAD.set(before);
    made
}

/// Gives this thread its own language, which [`select`] then changes instead of the process's. For tests, which run in
/// parallel in one process.
pub fn keep_to_thread(locale: Locale) {
    OF_THREAD.set(Some(locale));
}
