//! The messages of each language, parsed and cached.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Pattern};

use super::numbers::localised;
use super::{Locale, current};

/// The files of a language: path and content.
type Files = &'static [(&'static str, &'static str)];

/// A single list of files for all languages.
macro_rules! files_of {
    ($tag:literal) => {
        files_of!($tag: "actions", "cli", "common", "dialogs", "engine", "export", "filter", "grid", "heaps",
            "help", "keywords", "labels", "messages", "models", "settings", "viewer", "welcome", "words")
    };
    ($tag:literal: $($area:literal),+) => {
        &[$((
            concat!("assets/locales/", $tag, "/", $area, ".ftl"),
            include_str!(concat!("../../assets/locales/", $tag, "/", $area, ".ftl")),
        )),+]
    };
}

/// The message files of a language, with their paths within the project.
#[must_use]
pub fn files(locale: Locale) -> Files {
    match locale {
        Locale::English | Locale::Pseudo => files_of!("en"),
        Locale::SimplifiedChinese => files_of!("zh-CN"),
        Locale::German => files_of!("de"),
        Locale::French => files_of!("fr"),
        Locale::Spanish => files_of!("es"),
        Locale::Japanese => files_of!("ja"),
    }
}

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, cached because the window requests all visible ones in every frame.
    plain: HashMap<String, String, ahash::RandomState>,
    /// Messages whose form within a sentence differs, and that form: their attribute `within`.
    within: HashMap<String, String, ahash::RandomState>,
}

impl Catalogue {
    /// The messages of a language, parsed on first use.
    fn of(locale: Locale) -> &'static Self {
        static ALL: [OnceLock<Catalogue>; Locale::ALL.len()] =
            [const { OnceLock::new() }; Locale::ALL.len()];
        ALL[locale as usize].get_or_init(|| Self::read(locale, files(locale)))
    }

    fn read(locale: Locale, files: Files) -> Self {
        let language = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks around arguments are for bidirectional text, and would be included when text is copied.
        bundle.set_use_isolating(false);
        format_numbers(&mut bundle, locale);
        if locale == Locale::Pseudo {
            bundle.set_transform(Some(pseudo));
        }
        if let Err(error) = bundle.add_builtins() {
            tracing::warn!(%error, "messages cannot format numbers");
        }
        let mut keys = Vec::new();
        for (path, text) in files {
            // A test parses all files, so errors are found before release.
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, errors)| {
                    tracing::warn!(path, ?errors, "messages cannot be read");
                    rest
                });
            let names = resource.entries().filter_map(|entry| match entry {
                Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            });
            keys.extend(names);
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::warn!(path, ?errors, "messages are there twice");
            }
        }
        let mut catalogue = Self {
            bundle,
            plain: HashMap::default(),
            within: HashMap::default(),
        };
        for key in keys {
            let Some(text) = catalogue.format(&key, None) else {
                continue;
            };
            if let Some(within) = catalogue.format_within(&key) {
                catalogue.within.insert(text.clone(), within);
            }
            catalogue.plain.insert(key, text);
        }
        catalogue
    }

    /// Formats a message; `None` if this language lacks it or an argument is missing.
    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let message = self.bundle.get_message(key)?;
        self.format_pattern(message.value()?, args)
    }

    /// The attribute `within` of a message.
    fn format_within(&self, key: &str) -> Option<String> {
        let within = self.bundle.get_message(key)?.get_attribute("within")?;
        self.format_pattern(within.value(), None)
    }

    fn format_pattern<'a>(
        &'a self,
        pattern: &'a Pattern<&'a str>,
        args: Option<&FluentArgs<'_>>,
    ) -> Option<String> {
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

/// The languages to search for a message, in order.
fn chain() -> [Locale; 2] {
    [current(), Locale::English]
}

/// A message without arguments, in the current language.
#[must_use]
pub fn message(key: &'static str) -> &'static str {
    let found = find(key);
    debug_assert!(found.is_some(), "there is no message {key:?}");
    found.unwrap_or(key)
}

/// Like [`message`], but the key need not exist.
pub(super) fn find(key: &str) -> Option<&'static str> {
    find_in(chain().map(Catalogue::of), key)
}

/// The messages of a language that have no arguments: their keys and texts.
pub(super) fn plain_messages(locale: Locale) -> impl Iterator<Item = (&'static str, &'static str)> {
    let plain = Catalogue::of(locale).plain.iter();
    plain.map(|(key, text)| (key.as_str(), text.as_str()))
}

/// The form within a sentence of a message's text, if the current language has one that differs.
pub(super) fn within_sentence(text: &str) -> Option<&'static str> {
    Catalogue::of(current())
        .within
        .get(text)
        .map(String::as_str)
}

/// The message of the first catalogue that has it.
fn find_in(catalogues: [&'static Catalogue; 2], key: &str) -> Option<&'static str> {
    let mut messages = catalogues.iter().filter_map(|each| each.plain.get(key));
    messages.next().map(String::as_str)
}

/// A message with arguments, in the current language.
#[must_use]
pub fn message_with(key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let args: FluentArgs<'_> = args.iter().cloned().collect();
    let found = chain()
        .into_iter()
        .find_map(|locale| Catalogue::of(locale).format(key, Some(&args)));
    debug_assert!(found.is_some(), "there is no message {key:?} with {args:?}");
    found.unwrap_or_else(|| key.to_owned())
}

/// Sets the number format of a language. Fluent accepts only a plain function pointer, which cannot capture the
/// language.
fn format_numbers(bundle: &mut FluentBundle<FluentResource>, locale: Locale) {
    macro_rules! use_formatter {
        ($locale:expr) => {
            bundle.set_formatter(Some(|value, _| number(value, $locale)))
        };
    }
    match locale {
        Locale::English | Locale::Pseudo => use_formatter!(Locale::English),
        Locale::SimplifiedChinese => use_formatter!(Locale::SimplifiedChinese),
        Locale::German => use_formatter!(Locale::German),
        Locale::French => use_formatter!(Locale::French),
        Locale::Spanish => use_formatter!(Locale::Spanish),
        Locale::Japanese => use_formatter!(Locale::Japanese),
    }
}

fn number(value: &FluentValue<'_>, locale: Locale) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let number: &FluentNumber = number;
    let plain = number.as_string();
    Some(localised(&plain, number.options.use_grouping, locale))
}

/// English with accents, and a third longer.
fn pseudo(text: &str) -> Cow<'_, str> {
    let accented = |letter| match letter {
        'a' => 'á',
        'e' => 'é',
        'i' => 'í',
        'o' => 'ó',
        'u' => 'ú',
        'n' => 'ñ',
        'c' => 'ç',
        'A' => 'Á',
        'E' => 'É',
        'O' => 'Ó',
        other => other,
    };
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let mut longer: String = text.chars().map(accented).collect();
    let spaces = longer.len() - longer.trim_end().len();
    let end = longer.len() - spaces;
    longer.insert_str(end, &"~".repeat((letters * 3).div_ceil(10)));
    Cow::Owned(longer)
}

#[cfg(test)]
mod tests {
    use super::super::{Ungrouped, in_english, keep_to_thread, select};
    use super::*;
    use crate::t;

    #[test]
    fn plurals_and_separators_follow_the_language() {
        keep_to_thread(Locale::English);
        assert_eq!(t!("photos", count = 1), "1 photo");
        assert_eq!(t!("photos", count = 9_804_usize), "9,804 photos");
        select(Locale::SimplifiedChinese);
        assert_eq!(t!("photos", count = 9_804_usize), "9,804 张照片");
        select(Locale::German);
        assert_eq!(t!("photos", count = 9_804_usize), "9.804 Fotos");
        select(Locale::Pseudo);
        assert_eq!(t!("photos", count = 2), "2 phótós~~");
        // The test harness may reuse this thread.
        select(Locale::English);
    }

    #[test]
    fn digits_are_left_together_for_scripts() {
        keep_to_thread(Locale::SimplifiedChinese);
        let photos = || t!("photos", count = Ungrouped(9_804_u64));
        assert_eq!(photos(), "9804 张照片");
        assert_eq!(in_english(photos), "9804 photos");
        assert_eq!(
            in_english(|| t!("photos", count = Ungrouped(1_usize))),
            "1 photo"
        );
        assert_eq!(current(), Locale::SimplifiedChinese);
        select(Locale::English);
    }

    #[test]
    fn what_a_language_lacks_is_in_english() {
        keep_to_thread(Locale::Japanese);
        assert_eq!(find("no-such"), None);
        // A message with a missing argument has no text.
        assert_eq!(find("photos"), None);
        select(Locale::English);
        const PARTIAL: Files = &[("partial.ftl", "month-june = 6月")];
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        let partial = CATALOGUE.get_or_init(|| Catalogue::read(Locale::Japanese, PARTIAL));
        let both = [partial, Catalogue::of(Locale::English)];
        assert_eq!(find_in(both, "month-june"), Some("6月"));
        assert_eq!(find_in(both, "month-may"), Some("May"));
    }

    #[test]
    fn letters_keep_their_spaces() {
        assert_eq!(pseudo("Sort to "), "Sórt tó~~ ");
        assert_eq!(pseudo(", "), ", ");
    }
}
