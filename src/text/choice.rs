//! The user's choice of language.

use serde::{Deserialize, Serialize};

use super::Locale;

/// The environment variable that overrides the setting at startup.
const VARIABLE: &str = "LUMISIFT_LANGUAGE";

/// A language or the system's; `auto` or a tag in the settings file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LanguageChoice {
    /// The system's language.
    #[default]
    System,
    /// A specific language.
    Chosen(Locale),
}

/// A text that is not a supported language.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no messages in {0:?}: give auto, en, zh-CN, de, fr, es or ja")]
pub struct UnsupportedLanguage(String);

impl TryFrom<String> for LanguageChoice {
    type Error = UnsupportedLanguage;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "auto" {
            return Ok(Self::System);
        }
        Locale::of_tag(&text)
            .map(Self::Chosen)
            .ok_or(UnsupportedLanguage(text))
    }
}

impl From<LanguageChoice> for String {
    fn from(choice: LanguageChoice) -> Self {
        match choice {
            LanguageChoice::System => "auto".into(),
            LanguageChoice::Chosen(locale) => locale.tag().into(),
        }
    }
}

impl LanguageChoice {
    /// The choices offered to the user.
    pub fn offered() -> impl Iterator<Item = Self> {
        let chosen = Locale::offered().iter().copied().map(Self::Chosen);
        std::iter::once(Self::System).chain(chosen)
    }

    /// The resulting language.
    #[must_use]
    pub fn locale(self) -> Locale {
        match self {
            Self::System => Locale::of_system(),
            Self::Chosen(locale) => locale,
        }
    }

    /// The language at startup: `LUMISIFT_LANGUAGE` if set, otherwise the choice.
    #[must_use]
    pub fn at_start(self) -> Locale {
        std::env::var(VARIABLE)
            .ok()
            .and_then(|tag| Locale::of_tag(&tag))
            .unwrap_or_else(|| self.locale())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_as_a_tag() {
        for (choice, text) in [
            (LanguageChoice::System, "\"auto\""),
            (
                LanguageChoice::Chosen(Locale::SimplifiedChinese),
                "\"zh-CN\"",
            ),
        ] {
            assert_eq!(serde_json::to_string(&choice).expect("written"), text);
            let read: LanguageChoice = serde_json::from_str(text).expect("read");
            assert_eq!(read, choice);
        }
        assert!(serde_json::from_str::<LanguageChoice>("\"tlh\"").is_err());
    }
}
