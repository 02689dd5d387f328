//! What the program says, in the person's language.
//!
//! Messages are in `assets/locales/LANGUAGE/*.ftl`, in [Fluent](https://projectfluent.org)'s syntax, and compiled in. The
//! macro [`t!`](crate::t) gives one by its key: as `&'static str`, or, with arguments, as a `String`. A message that a
//! language lacks is in English. Tests compare the keys in the sources with those in the files.

mod argument;
mod catalogue;
mod choice;
mod current;
mod locale;
mod numbers;
mod words;

pub use argument::Argument;
pub use catalogue::{files, message, message_with};
pub use choice::LanguageChoice;
pub use current::{current, keep_to_thread, select};
pub use locale::Locale;
pub use numbers::{bytes, count, decimal, list, percent};
pub use words::{
    of_all, perhaps, sidecars, sidecars_restored, sidecars_to_write, sidecars_written,
    skipped_photos, speed, time_for, words,
};

/// A message by its key: `t!("export-title")` is a `&'static str`, `t!("photos", count = 3)` a `String`.
///
/// Arguments are numbers or texts (see [`Argument`](crate::text::Argument)). Numbers are written with the separators of the language, and select plurals.
#[macro_export]
macro_rules! t {
    ($key:expr $(,)?) => {
        $crate::text::message($key)
    };
    ($key:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::message_with(
            $key,
            &[$((stringify!($name), $crate::text::Argument::argument(&$value))),+],
        )
    };
}
