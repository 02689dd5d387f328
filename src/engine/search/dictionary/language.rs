//! The languages of the dictionary, and detection of the system's language.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A language of the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Language {
    /// Simplified and traditional.
    Chinese,
    /// Kanji and kana.
    Japanese,
    /// European and American.
    Spanish,
    /// French.
    French,
    /// German.
    German,
    /// European and Brazilian.
    Portuguese,
    /// Russian.
    Russian,
    /// Hindi.
    Hindi,
    /// Arabic.
    Arabic,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// Polish.
    Polish,
    /// Turkish.
    Turkish,
    /// Ukrainian.
    Ukrainian,
    /// Korean.
    Korean,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 15] = [
        Self::Chinese,
        Self::Japanese,
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Portuguese,
        Self::Russian,
        Self::Hindi,
        Self::Arabic,
        Self::Italian,
        Self::Dutch,
        Self::Polish,
        Self::Turkish,
        Self::Ukrainian,
        Self::Korean,
    ];

    /// Languages in Latin script, in order of precedence.
    pub(super) const LATIN: [Self; 8] = [
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Portuguese,
        Self::Italian,
        Self::Dutch,
        Self::Polish,
        Self::Turkish,
    ];

    /// The ISO 639-1 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::Japanese => "ja",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Portuguese => "pt",
            Self::Russian => "ru",
            Self::Hindi => "hi",
            Self::Arabic => "ar",
            Self::Italian => "it",
            Self::Dutch => "nl",
            Self::Polish => "pl",
            Self::Turkish => "tr",
            Self::Ukrainian => "uk",
            Self::Korean => "ko",
        }
    }

    /// The English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chinese => "Chinese",
            Self::Japanese => "Japanese",
            Self::Spanish => "Spanish",
            Self::French => "French",
            Self::German => "German",
            Self::Portuguese => "Portuguese",
            Self::Russian => "Russian",
            Self::Hindi => "Hindi",
            Self::Arabic => "Arabic",
            Self::Italian => "Italian",
            Self::Dutch => "Dutch",
            Self::Polish => "Polish",
            Self::Turkish => "Turkish",
            Self::Ukrainian => "Ukrainian",
            Self::Korean => "Korean",
        }
    }

    /// Parses a language code or locale such as `fr`, `fr_FR.UTF-8` or `zh-Hant`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let code = locale.split(['_', '-', '.', '@']).next()?;
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// The system's language, if the dictionary has it.
    #[must_use]
    pub fn of_system() -> Option<Self> {
        static SYSTEM: LazyLock<Option<Language>> =
            LazyLock::new(|| Language::of_locale(&sys_locale::get_locale()?));
        *SYSTEM
    }
}

/// A text that is not a known language code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a language of the dictionary: choose one of {codes}",
    codes = Language::ALL.map(Language::code).join(", ")
)]
pub struct UnknownLanguage(pub String);

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::of_locale(&code).ok_or(UnknownLanguage(code))
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_their_codes_and_locales() {
        for language in Language::ALL {
            assert_eq!(Language::of_locale(language.code()), Some(language));
        }
        assert_eq!(Language::of_locale("de_AT.UTF-8"), Some(Language::German));
        assert_eq!(Language::of_locale("zh-Hant-TW"), Some(Language::Chinese));
        for other in ["C", "POSIX", "en_GB.UTF-8", ""] {
            assert_eq!(Language::of_locale(other), None, "{other}");
        }
    }
}
