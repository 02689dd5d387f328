//! What to do about problems that the engine reports. The engine names only the cause, because the command line has
//! options where the window has settings.

use std::borrow::Cow;

use super::sentences::{self, sentence};
use super::{Argument, message_with};
use crate::engine::media::photo::Failure;

/// Where a problem is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The command line.
    CommandLine,
    /// The window.
    Window,
}

/// The sentences of the engine that have advice; the messages with it for the command line, and for the window unless
/// the window itself does what is necessary.
const ADVICE: &[(&str, &str, Option<&str>)] = &[
    (
        "engine-needs-memory",
        "cli-advice-memory",
        Some("advice-memory"),
    ),
    ("engine-store-was-rebuilt", "cli-advice-again", None),
    (
        "engine-store-newer",
        "cli-advice-store",
        Some("advice-store"),
    ),
    (
        "engine-store-failed",
        "cli-advice-store",
        Some("advice-store"),
    ),
    ("engine-store-gone", "cli-advice-again", None),
    ("engine-store-damaged", "cli-advice-read-again", None),
    (
        "engine-store-disk-full",
        "cli-advice-room",
        Some("advice-room"),
    ),
    (
        "engine-store-read-only",
        "cli-advice-writable",
        Some("advice-writable"),
    ),
    (
        "engine-device-unusable",
        "cli-advice-device",
        Some("advice-device"),
    ),
    (
        "engine-card-did-not-respond",
        "cli-advice-card",
        Some("advice-card"),
    ),
    (
        "engine-card-ended-program",
        "cli-advice-card",
        Some("advice-card"),
    ),
    (
        "engine-card-after-restart",
        "cli-advice-card",
        Some("advice-card"),
    ),
    ("engine-no-starter", "cli-advice-model", None),
];

/// Translates a sentence of the engine as [`sentence`] does, and adds what to do; `None` if there is no advice for it
/// or its causes, or if the text already contains it.
#[must_use]
pub fn advice(english: &str, surface: Surface) -> Option<String> {
    let entry = |key: &str| ADVICE.iter().find(|(of, ..)| *of == key);
    let (_, on_command_line, in_window) = sentences::keys(english).find_map(entry)?;
    let key = match surface {
        Surface::CommandLine => on_command_line,
        Surface::Window => in_window.as_ref()?,
    };
    if english.contains(&message_with(key, &[("problem", "".argument())])) {
        return None;
    }
    let problem = sentence(english);
    Some(message_with(key, &[("problem", problem.argument())]))
}

/// Translates a sentence of the engine as [`sentence`] does, and adds what to do if there is advice for it.
#[must_use]
pub fn advised(english: &str, surface: Surface) -> Cow<'_, str> {
    match advice(english, surface) {
        Some(advised) => advised.into(),
        None => sentence(english),
    }
}

/// The path of a failure, and its message with advice as [`advised`] returns it.
#[must_use]
pub fn failure(failure: &Failure, surface: Surface) -> String {
    // The path stays outside, because patterns that begin with an argument would match it as part of that argument.
    let message = advised(&failure.message, surface);
    format!("{}: {message}", failure.path.display())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::{Locale, keep_to_thread};
    use super::*;
    use crate::engine::index::store::StoreError;
    use crate::engine::library::{LibraryError, WatchError};
    use crate::engine::media::photo::Stage;

    #[test]
    fn advice_fits_where_it_is_shown() {
        keep_to_thread(Locale::English);
        let path = PathBuf::from("/store");
        let newer = StoreError::Newer { path: path.clone() }.to_string();
        let cause = "the store at /store was written by a newer Lumisift";
        assert_eq!(newer, cause);
        assert_eq!(
            advised(&newer, Surface::CommandLine),
            format!("{cause}; choose another with --store")
        );
        assert_eq!(
            advised(&newer, Surface::Window),
            format!("{cause}; choose another folder for it in the settings")
        );
        // After the name of what failed, and where there is nothing to do or nothing is known.
        let failed = format!("red: {newer}");
        assert!(advised(&failed, Surface::CommandLine).ends_with("--store"));
        let damaged = StoreError::Damaged { path }.to_string();
        assert_eq!(advised(&damaged, Surface::Window), damaged);
        assert_ne!(advised(&damaged, Surface::CommandLine), damaged);
        assert_eq!(advised("no such thing", Surface::Window), "no such thing");
        keep_to_thread(Locale::SimplifiedChinese);
        let chinese = advised(&newer, Surface::Window).into_owned();
        assert!(chinese.contains("/store") && chinese.contains("设置"));
        keep_to_thread(Locale::English);
    }

    #[test]
    fn advice_about_a_card_names_the_option_or_the_setting() {
        keep_to_thread(Locale::English);
        for problem in [
            "Radeon: the driver did not respond last time; choose the graphics card to try it again",
            "Radeon: the graphics card did not respond for 20 seconds; after a restart it is tried \
             again only if you choose the graphics card",
        ] {
            assert_eq!(
                advised(problem, Surface::CommandLine),
                format!("{problem} (--device gpu)")
            );
            assert_eq!(
                advised(problem, Surface::Window),
                format!("{problem} (under Device in the settings)")
            );
        }
    }

    #[test]
    fn causes_within_other_sentences_have_advice() {
        keep_to_thread(Locale::English);
        let full = StoreError::Full {
            path: "/store".into(),
            free: 0,
            needed: 1 << 20,
        };
        let failed = WatchError::Library {
            rule: "cats".into(),
            source: Box::new(LibraryError::from(full)),
        };
        let failed = failed.to_string();
        assert!(failed.starts_with("rule \"cats\": the disk of /store is full"));
        for (surface, advice) in [
            (
                Surface::CommandLine,
                "; make room there, or choose another place with --store",
            ),
            (
                Surface::Window,
                "; make room there, or choose another folder for the store in the settings",
            ),
        ] {
            assert_eq!(advised(&failed, surface), format!("{failed}{advice}"));
        }
        let changed = "Photos are read on the CPU from here on: Radeon: the graphics card did not \
                       respond for 20 seconds; after a restart it is tried again only if you choose \
                       the graphics card";
        assert_eq!(
            advised(changed, Surface::CommandLine),
            format!("{changed} (--device gpu)")
        );
        keep_to_thread(Locale::SimplifiedChinese);
        let chinese = advised(changed, Surface::Window);
        assert_eq!(
            chinese,
            "此后的照片在 CPU 上读取：Radeon: 显卡 20 秒没有响应；重新启动后，只有选择使用显卡才会再次尝试（设置中的“设备”）"
        );
        keep_to_thread(Locale::English);
    }

    #[test]
    fn advice_is_given_once() {
        keep_to_thread(Locale::English);
        // Its last argument could be any text.
        let failed = "the store at /store: input/output error";
        for surface in [Surface::CommandLine, Surface::Window] {
            let once = advised(failed, surface).into_owned();
            assert_ne!(once, failed);
            assert_eq!(advised(&once, surface), once);
            let within = format!("Reading stopped: {once}");
            assert_eq!(advised(&within, surface), within);
        }
    }

    #[test]
    fn paths_of_failures_stay_in_front() {
        keep_to_thread(Locale::SimplifiedChinese);
        let message = "/b/copy.jpg cannot be removed: input/output error";
        let kept = Failure::new("/a/photo.jpg", Stage::Export, message);
        let text = failure(&kept, Surface::Window);
        assert_eq!(
            text,
            "/a/photo.jpg: 无法删除 /b/copy.jpg：input/output error"
        );
        // As `notify` does.
        assert_eq!(advised(&text, Surface::Window), text);
        let newer = StoreError::Newer {
            path: "/store".into(),
        };
        let failed = Failure::new("/a/photo.jpg", Stage::Read, newer);
        let text = failure(&failed, Surface::CommandLine);
        assert!(text.starts_with("/a/photo.jpg: "), "{text}");
        assert!(text.contains("--store"), "{text}");
        keep_to_thread(Locale::English);
    }

    #[test]
    fn all_advice_has_messages() {
        for locale in Locale::offered() {
            keep_to_thread(*locale);
            for (key, on_command_line, in_window) in ADVICE {
                for advice in [Some(on_command_line), in_window.as_ref()] {
                    let given = advice.map(|key| message_with(key, &[("problem", "X".argument())]));
                    let follows = |text: String| text.starts_with('X') && text.len() > 1;
                    assert!(given.is_none_or(follows), "{key}");
                }
            }
        }
        keep_to_thread(Locale::English);
    }
}
