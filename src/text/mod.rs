//! User-visible messages in several languages.
//!
//! Messages are in `assets/locales/LANGUAGE/*.ftl`, in [Fluent](https://projectfluent.org) syntax, and compiled in. The
//! macro [`t!`](crate::t) returns a message by its key: as `&'static str`, or, with arguments, as `String`. A message
//! that a language lacks falls back to English. Tests compare the keys in the sources with those in the files.

mod advice;
mod argument;
mod catalogue;
mod choice;
mod current;
mod dates;
mod description;
mod fold;
mod help;
mod locale;
mod numbers;
mod sentences;
mod words;

pub use advice::{Surface, advice, advised, failure};
pub use argument::{Argument, Digits, Ungrouped};
pub use catalogue::{files, message, message_with};
pub use choice::LanguageChoice;
pub use current::{current, in_english, keep_to_thread, select};
pub use dates::{day_of, day_text, month_name};
pub use description::description;
pub use fold::{fold, fold_accents, spelling};
pub use help::help;
pub use locale::Locale;
pub use numbers::{bytes, count, decimal, decimal_ungrouped, if_any, list, percent};
pub use sentences::sentence;
pub use words::{
    download_time, in_sentence, label_word, model_title, of_all, perhaps, photo_word, sidecars,
    sidecars_restored, sidecars_to_write, sidecars_written, skipped_photos, speed, table_words,
    time_for, unknown_words, words, words_or_sentence,
};

/// Returns a message by its key: `t!("export-title")` is a `&'static str`, `t!("photos", count = 3)` a `String`.
///
/// Arguments are numbers or strings ([`Argument`](crate::text::Argument)). Numbers are localised and select plural
/// forms.
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
