//! Translates the help of the command line.
//!
//! Its English is in the doc comments of the arguments, from which clap builds the help, the manual pages and the
//! completions. The English messages whose keys begin with [`PREFIX`] repeat it: a text is found by its English, so a
//! changed text cannot keep an outdated translation, and options that several commands share are translated once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Locale, catalogue, current};

/// The keys of help texts begin with this.
const PREFIX: &str = "help-";

/// The key of each English help text.
static KEYS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let messages = catalogue::plain_messages(Locale::English);
    let help = messages.filter(|(key, _)| key.starts_with(PREFIX));
    help.map(|(key, english)| (english, key)).collect()
});

/// Translates a help text of the command line, each paragraph on its own; unknown ones are returned unchanged.
#[must_use]
pub fn help(english: &str) -> Cow<'_, str> {
    if current() == Locale::English {
        return english.into();
    }
    let paragraphs: Vec<&str> = english.split("\n\n").map(paragraph).collect();
    paragraphs.join("\n\n").into()
}

fn paragraph(english: &str) -> &str {
    let key = KEYS.get(english);
    key.and_then(|key| catalogue::find(key)).unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::super::keep_to_thread;
    use super::*;

    #[test]
    fn paragraphs_are_found_by_their_english() {
        keep_to_thread(Locale::English);
        assert_eq!(help("Skip videos"), "Skip videos");
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(help("Skip videos"), "跳过视频");
        assert_eq!(
            help("Skip videos\n\nNo such text."),
            "跳过视频\n\nNo such text."
        );
        keep_to_thread(Locale::Pseudo);
        assert_eq!(help("Skip videos"), "Skíp vídéós~~~");
        // The test harness may reuse this thread.
        keep_to_thread(Locale::English);
    }
}
