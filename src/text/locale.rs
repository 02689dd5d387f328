//! The languages of messages.

/// A language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, the fallback, which has every message.
    English,
    /// Chinese in simplified characters.
    SimplifiedChinese,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
    /// English with accents and a third longer, to reveal untranslated texts and insufficient space.
    Pseudo,
}

impl Locale {
    /// All languages, in order of declaration.
    pub const ALL: [Self; 7] = [
        Self::English,
        Self::SimplifiedChinese,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
        Self::Pseudo,
    ];

    /// The languages offered to the user.
    #[must_use]
    pub fn offered() -> &'static [Self] {
        &Self::ALL[..6]
    }

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::Pseudo => "qps",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::SimplifiedChinese => "简体中文",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
            Self::Pseudo => "Pseudo",
        }
    }

    /// Whether no native speaker has reviewed its messages yet.
    #[must_use]
    pub fn is_draft(self) -> bool {
        !matches!(self, Self::English | Self::SimplifiedChinese)
    }

    /// Parses a system's language tag, such as `de_AT.UTF-8` or `zh-Hans-CN`; scripts and regions are ignored.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.', '@']).next()?;
        let same = |locale: &Self| {
            let own = locale.tag().split('-').next().unwrap_or_default();
            own.eq_ignore_ascii_case(language)
        };
        Self::ALL.into_iter().find(same)
    }

    /// The first of the system's preferred languages that has messages, or English.
    #[must_use]
    pub fn of_system() -> Self {
        if is_untranslated() {
            return Self::English;
        }
        sys_locale::get_locales()
            .find_map(|tag| Self::of_tag(&tag))
            .unwrap_or(Self::English)
    }
}

/// Whether the environment asks for the locale `C` or `POSIX`: as with gettext, `LANGUAGE` is then ignored.
fn is_untranslated() -> bool {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let mut set = variables.into_iter().filter_map(std::env::var_os);
    set.find(|locale| !locale.is_empty())
        .is_some_and(|locale| is_c(&locale.to_string_lossy()))
}

fn is_c(locale: &str) -> bool {
    ["C", "POSIX"].contains(&locale.split('.').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_systems_are_understood() {
        assert_eq!(Locale::of_tag("de_AT.UTF-8"), Some(Locale::German));
        assert_eq!(
            Locale::of_tag("zh-Hans-CN"),
            Some(Locale::SimplifiedChinese)
        );
        assert_eq!(Locale::of_tag("EN"), Some(Locale::English));
        assert_eq!(Locale::of_tag("C"), None);
        assert_eq!(Locale::of_tag(""), None);
    }

    #[test]
    fn the_locale_of_c_is_known() {
        for locale in ["C", "C.UTF-8", "POSIX"] {
            assert!(is_c(locale), "{locale}");
        }
        for locale in ["", "zh_CN.UTF-8", "en_US", "Ca"] {
            assert!(!is_c(locale), "{locale}");
        }
    }

    #[test]
    fn locales_are_listed_in_their_order() {
        for (at, locale) in Locale::ALL.into_iter().enumerate() {
            assert_eq!(locale as usize, at);
            assert_eq!(Locale::of_tag(locale.tag()), Some(locale));
        }
        assert!(!Locale::offered().contains(&Locale::Pseudo));
    }
}
