//! Translates sentences that the engine, which knows only English, reports: why a file could not be read or exported, why
//! a device is not used.
//!
//! Errors reach the window and the command line as text, for example from the store. The English messages whose keys begin
//! with [`PREFIX`] are therefore also the patterns by which these sentences are recognised.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::FluentValue;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use fluent_syntax::parser;

use super::{Locale, catalogue, current, list};

/// The keys of sentences begin with this.
const PREFIX: &str = "engine-";

enum Part {
    Text(&'static str),
    Argument(&'static str),
}

/// An English sentence, and the key of its message.
struct Sentence {
    key: &'static str,
    parts: Vec<Part>,
}

/// All sentences. Those with most text of their own come first, since a shorter one may match as well.
static SENTENCES: LazyLock<Vec<Sentence>> = LazyLock::new(|| {
    let mut found = Vec::new();
    for (_, text) in catalogue::files(Locale::English) {
        let resource = parser::parse(*text).unwrap_or_else(|(rest, _)| rest);
        found.extend(resource.body.iter().filter_map(Sentence::of));
    }
    found.sort_by_key(|sentence| std::cmp::Reverse(sentence.length()));
    found
});

impl Sentence {
    fn of(entry: &Entry<&'static str>) -> Option<Self> {
        let Entry::Message(Message { id, value, .. }) = entry else {
            return None;
        };
        if !id.name.starts_with(PREFIX) {
            return None;
        }
        Some(Self {
            key: id.name,
            parts: parts(value.as_ref()?)?,
        })
    }

    /// The length of its text without arguments.
    fn length(&self) -> usize {
        let length = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Argument(_) => 0,
        };
        self.parts.iter().map(length).sum()
    }

    /// The arguments with which it gives this text; `None` if it never does.
    fn arguments<'a>(&self, english: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut found = Vec::new();
        let mut rest = english;
        let mut open = None;
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Argument(name) => open = Some(*name),
                Part::Text(text) => {
                    let is_last = at + 1 == self.parts.len();
                    let begin = match is_last {
                        true => rest.strip_suffix(text)?.len(),
                        false => rest.find(text)?,
                    };
                    match open.take() {
                        Some(name) => found.push((name, &rest[..begin])),
                        None if begin > 0 => return None,
                        None => {}
                    }
                    rest = &rest[begin + text.len()..];
                }
            }
        }
        found.extend(open.map(|name| (name, rest)));
        Some(found)
    }

    fn translated(&self, english: &str) -> Option<String> {
        let arguments = self.arguments(english)?;
        let arguments = arguments.into_iter();
        let arguments: Vec<(&'static str, FluentValue<'_>)> = arguments
            .map(|(name, value)| (name, argument(name, value)))
            .collect();
        Some(catalogue::message_with(self.key, &arguments))
    }
}

/// An argument. Some are sentences or phrases of the engine; the others are names, numbers and messages of the operating
/// system.
fn argument<'a>(name: &str, value: &'a str) -> FluentValue<'a> {
    match name {
        "cause" | "what" => sentence(value).into(),
        "list" => {
            let each = value.split(", ").flat_map(|some| some.split(" and "));
            list(each.map(sentence)).into()
        }
        _ => value.into(),
    }
}

/// The parts of a pattern; `None` if it has anything but text and arguments.
fn parts(pattern: &Pattern<&'static str>) -> Option<Vec<Part>> {
    let part = |element: &PatternElement<&'static str>| match element {
        PatternElement::TextElement { value } => Some(Part::Text(value)),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => Some(Part::Argument(id.name)),
        PatternElement::Placeable { .. } => None,
    };
    pattern.elements.iter().map(part).collect()
}

/// Translates a sentence of the engine. If only its end is known, after a path or the name of a device, that is
/// translated; unknown ones are returned unchanged.
#[must_use]
pub fn sentence(english: &str) -> Cow<'_, str> {
    if current() == Locale::English {
        return english.into();
    }
    if let Some(known) = whole(english) {
        return known.into();
    }
    for (at, colon) in english.match_indices(": ") {
        let (before, after) = english.split_at(at + colon.len());
        if let Some(known) = whole(after) {
            return format!("{before}{known}").into();
        }
    }
    english.into()
}

/// The key of the message by which [`sentence`] translates a text; `None` if it is unknown.
pub(super) fn key(english: &str) -> Option<&'static str> {
    let colons = english.match_indices(": ");
    let ends = colons.map(|(at, colon)| &english[at + colon.len()..]);
    let mut texts = std::iter::once(english).chain(ends);
    let known = |text| SENTENCES.iter().find(|each| each.arguments(text).is_some());
    texts.find_map(known).map(|found| found.key)
}

fn whole(english: &str) -> Option<String> {
    SENTENCES.iter().find_map(|each| each.translated(english))
}

#[cfg(test)]
mod tests {
    use super::super::{keep_to_thread, select};
    use super::*;
    use crate::engine::media::decode::DecodeError;

    #[test]
    fn sentences_of_the_engine_are_translated_with_their_causes() {
        keep_to_thread(Locale::English);
        let damaged = DecodeError::Damaged {
            format: "JPEG",
            reason: "it ends before its picture does".into(),
        };
        let damaged = damaged.to_string();
        assert_eq!(sentence(&damaged), damaged);
        select(Locale::SimplifiedChinese);
        assert_eq!(
            sentence(&damaged),
            "JPEG 文件已损坏：图像数据尚未结束，文件就已中断；请查找这张照片的其他副本"
        );
        assert_eq!(
            sentence("/photos/a.jpg: no permission to read it"),
            "/photos/a.jpg: 没有读取权限"
        );
        assert_eq!(sentence("input/output error"), "input/output error");
        // The test harness may reuse this thread.
        select(Locale::English);
    }

    #[test]
    fn errors_have_sentences() {
        keep_to_thread(Locale::German);
        let large = |width, height| DecodeError::TooLarge {
            width,
            height,
            need: 2 << 30,
            limit: 1 << 30,
        };
        for error in [
            DecodeError::Cancelled,
            DecodeError::Empty,
            DecodeError::NotAPhoto("it is a PDF document"),
            DecodeError::Unsupported("TIFF files with this compression"),
            DecodeError::UnsupportedKind("PNG"),
            DecodeError::NoPreview,
            DecodeError::NoThread("no memory".into()),
            large(0, 0),
            large(60_000, 60_000),
        ] {
            let english = error.to_string();
            assert_ne!(sentence(&english), english);
            assert!(whole(&english).is_some(), "{english}");
        }
        keep_to_thread(Locale::English);
    }

    #[test]
    fn sentences_are_recognised_by_their_own_text() {
        for each in SENTENCES.iter() {
            assert!(each.length() > 4, "{} matches everything", each.key);
        }
        let given = |parts: Vec<Part>, english| Sentence { key: "", parts }.arguments(english);
        let folder = || vec![Part::Argument("path"), Part::Text(" is gone")];
        assert_eq!(
            given(folder(), "a is gone is gone"),
            Some(vec![("path", "a is gone")])
        );
        assert_eq!(given(folder(), "a is gone now"), None);
        assert_eq!(given(vec![Part::Text("b")], "ab"), None);
        let two = vec![
            Part::Text("a "),
            Part::Argument("x"),
            Part::Text(": "),
            Part::Argument("y"),
        ];
        assert_eq!(
            given(two, "a b: c: d"),
            Some(vec![("x", "b"), ("y", "c: d")])
        );
    }
}
