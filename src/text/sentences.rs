//! Translates sentences that the engine, which knows only English, reports: why a file could not be read or exported,
//! why a device is not used.
//!
//! Errors reach the window and the command line as text, for example from the store. The English messages whose keys
//! begin with [`PREFIX`] are therefore also the patterns by which these sentences are recognised.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::LazyLock;

use fluent_bundle::FluentValue;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use fluent_syntax::parser;

use super::{Locale, catalogue, current, list};

/// The keys of sentences begin with this.
const PREFIX: &str = "engine-";
/// The file of the sentences.
const FILE: &str = "/engine.ftl";

enum Part {
    Text(&'static str),
    Argument(&'static str),
}

/// An English sentence, and the key of its message.
struct Sentence {
    key: &'static str,
    parts: Vec<Part>,
}

/// All sentences, in the order in which they are tried. Those with most text of their own come first, since a shorter
/// one may match as well. Those that begin with a name, path or number come last: that argument could match the
/// beginning of another sentence.
static SENTENCES: LazyLock<Vec<Sentence>> = LazyLock::new(|| {
    let mut found = Vec::new();
    let files = catalogue::files(Locale::English).iter();
    for (_, text) in files.filter(|(path, _)| path.ends_with(FILE)) {
        let resource = parser::parse(*text).unwrap_or_else(|(rest, _)| rest);
        found.extend(resource.body.iter().filter_map(Sentence::of));
    }
    found.sort_by_key(|sentence| (sentence.begins_with_name(), Reverse(sentence.length())));
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

    /// Whether it begins with text of its own.
    fn begins_with_text(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Text(_)))
    }

    /// Whether it begins with an argument that is not a sentence.
    fn begins_with_name(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Argument(name)) if !is_sentence(name))
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
                    let Some(name) = open.take() else {
                        rest = rest.strip_prefix(text)?;
                        continue;
                    };
                    let end = self.end_of(name, at, rest)?;
                    let value = &rest[..end];
                    if is_number(name) && !has_digits(value) {
                        return None;
                    }
                    found.push((name, value));
                    rest = &rest[end + text.len()..];
                }
            }
        }
        match open {
            Some(name) if is_number(name) && !has_digits(rest) => return None,
            Some(name) => found.push((name, rest)),
            None if !rest.is_empty() => return None,
            None => {}
        }
        Some(found)
    }

    /// Where the argument before the text `at` ends in `rest`.
    fn end_of(&self, name: &str, at: usize, rest: &str) -> Option<usize> {
        let Part::Text(text) = self.parts[at] else {
            return None;
        };
        let mut later = self.parts[at + 1..].iter();
        match later.next() {
            None => Some(rest.strip_suffix(text)?.len()),
            // Both the path and what follows it may contain ": ".
            Some(_) if matches!(name, "path" | "what") && text == ": " => {
                let next = later.find_map(|part| match part {
                    Part::Text(text) => Some(*text),
                    Part::Argument(_) => None,
                });
                let until = match next {
                    Some(next) => rest.rfind(next)?,
                    None => rest.len(),
                };
                let within = &rest[..until];
                let mut colons = within.match_indices(text).map(|(colon, _)| colon);
                colons
                    .find(|colon| is_known_from_its_start(&within[colon + text.len()..]))
                    .or_else(|| within.rfind(text))
            }
            Some(_) => rest.find(text),
        }
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

/// Whether a text is a known sentence. Those that begin with an argument do not count, since they match with any text
/// before them.
fn is_known_from_its_start(english: &str) -> bool {
    let mut known = SENTENCES.iter().filter(|each| each.begins_with_text());
    known.any(|each| each.arguments(english).is_some())
}

/// Whether an argument is always a number.
fn is_number(name: &str) -> bool {
    matches!(name, "count" | "number" | "percent" | "seconds")
}

/// Whether an argument is a sentence or phrase of the engine.
fn is_sentence(name: &str) -> bool {
    matches!(name, "cause" | "what")
}

/// Whether a text is a number, perhaps with thousands separators or decimals.
fn has_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && (digits.chars()).all(|letter| letter.is_ascii_digit() || matches!(letter, ',' | '.'))
}

/// An argument. Some are sentences or phrases of the engine; the others are names, numbers and messages of the
/// operating system.
fn argument<'a>(name: &str, value: &'a str) -> FluentValue<'a> {
    match name {
        _ if is_sentence(name) => sentence(value).into(),
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

/// The keys of the messages in a text: first of the whole text, then of what follows each ": ", and after each the keys
/// of its arguments that are sentences.
pub(super) fn keys(english: &str) -> impl Iterator<Item = &'static str> {
    let colons = english.match_indices(": ");
    let ends = colons.map(|(at, colon)| &english[at + colon.len()..]);
    std::iter::once(english).chain(ends).flat_map(nested_keys)
}

fn nested_keys(english: &str) -> Vec<&'static str> {
    let mut keys = Vec::new();
    let mut texts = vec![english];
    while let Some(text) = texts.pop() {
        let known = SENTENCES
            .iter()
            .find_map(|each| Some((each.key, each.arguments(text)?)));
        let Some((key, arguments)) = known else {
            continue;
        };
        keys.push(key);
        let sentences = arguments.into_iter().filter(|(name, _)| is_sentence(name));
        texts.extend(sentences.map(|(_, value)| value));
    }
    keys
}

fn whole(english: &str) -> Option<String> {
    SENTENCES.iter().find_map(|each| each.translated(english))
}

#[cfg(test)]
mod tests {
    use super::super::{keep_to_thread, select};
    use super::*;
    use crate::engine::library::RuleMark;
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
        assert_eq!(
            sentence("/l.toml: larger than the limit of 16 MiB"),
            "/l.toml: 大于 16 MiB，超出了读取的上限"
        );
        assert_eq!(sentence("input/output error"), "input/output error");
        assert_eq!(
            sentence(
                "/s/a.f32 was damaged: it was set aside as a.bad and is being rebuilt: \
                 3 photos are read again, 4 are kept"
            ),
            "/s/a.f32 已损坏：已改名为 a.bad 保留，正在重建：3 张照片将重新读取，4 张保留"
        );
        assert_eq!(
            sentence(
                "Photos are read on the CPU from here on: Radeon: the graphics card did not respond \
                 for 20 seconds; restart Lumisift to try it again"
            ),
            "此后的照片在 CPU 上读取：Radeon: 显卡 20 秒没有响应；要再次尝试，请重新启动 Lumisift"
        );
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
        let counted = || vec![Part::Argument("count"), Part::Text(" stars")];
        for (text, number) in [
            ("5 stars", "5"),
            ("1,234 stars", "1,234"),
            ("0.5 stars", "0.5"),
            ("-1 stars", "-1"),
        ] {
            assert_eq!(given(counted(), text), Some(vec![("count", number)]));
        }
        assert_eq!(given(counted(), "many stars"), None);
        assert_eq!(given(counted(), " stars"), None);
        let seconds = || vec![Part::Text("after "), Part::Argument("seconds")];
        assert_eq!(given(seconds(), "after 3"), Some(vec![("seconds", "3")]));
        assert_eq!(given(seconds(), "after all"), None);
    }

    #[test]
    fn paths_with_colons_are_kept_whole() {
        let given = |parts: Vec<Part>, english| Sentence { key: "", parts }.arguments(english);
        let begin = || {
            vec![
                Part::Argument("path"),
                Part::Text(": "),
                Part::Argument("error"),
            ]
        };
        assert_eq!(
            given(begin(), "/a: b/c: disk full"),
            Some(vec![("path", "/a: b/c"), ("error", "disk full")])
        );
        let mut whole = begin();
        whole.push(Part::Text("; try again: later"));
        assert_eq!(
            given(whole, "/a: b/c: disk full; try again: later"),
            Some(vec![("path", "/a: b/c"), ("error", "disk full")])
        );
        assert_eq!(
            given(
                begin(),
                "/a: b/c: the label b: c has no words: type what you look for, such as \"beach\""
            ),
            Some(vec![
                ("path", "/a: b/c"),
                (
                    "error",
                    "the label b: c has no words: type what you look for, such as \"beach\""
                )
            ])
        );
    }

    #[test]
    fn causes_with_colons_are_translated() {
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(
            sentence(
                "/a/rules.toml: the rule for \"cats: indoor\" names no folder; docs/heap.md explains \
                 how to write rules"
            ),
            "/a/rules.toml：“cats: indoor”的规则没有指定文件夹；规则的写法见 docs/heap.md"
        );
        keep_to_thread(Locale::English);
    }

    #[test]
    fn the_line_of_a_mistake_in_toml_is_translated() {
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(
            sentence(
                "/a/l.toml is not a label set: line 3: unknown field `foo`; docs/labels.md shows \
                 what one looks like"
            ),
            "/a/l.toml 不是标签集：第 3 行：unknown field `foo`；格式示例见 docs/labels.md"
        );
        keep_to_thread(Locale::English);
    }

    #[cfg(feature = "arrow")]
    #[test]
    fn errors_of_workers_are_translated() {
        use crate::engine::worker::{RowFilterError, TableError, WorkerError};
        keep_to_thread(Locale::SimplifiedChinese);
        let translated = |error: &dyn std::error::Error| sentence(&error.to_string()).into_owned();
        assert_eq!(
            translated(&RowFilterError::UnknownLabel("cat: indoor".into())),
            "--keep 中的标签 \"cat: indoor\" 不在所指定的标签中"
        );
        assert_eq!(
            translated(&WorkerError::Table {
                path: "/v.parquet".into(),
                source: TableError::OtherModel {
                    made_with: "starter".into(),
                    model: "vit-b-32".into(),
                },
            }),
            "/v.parquet: 其向量由模型 \"starter\" 而不是 \"vit-b-32\" 生成：请用 --model 指定正确的模型"
        );
        assert_eq!(
            translated(&WorkerError::Invalid {
                path: "/v.parquet".into(),
                message: "row 5: its vector does not have length 1".into(),
            }),
            "/v.parquet: 第 5 行：其向量的长度不是 1"
        );
        assert_eq!(
            translated(&WorkerError::Stream("it is damaged".into())),
            "无法读取输入流：数据已损坏"
        );
        keep_to_thread(Locale::English);
    }

    #[test]
    fn marks_in_rules_are_quoted_as_in_the_language() {
        keep_to_thread(Locale::SimplifiedChinese);
        let unknown = "best".parse::<RuleMark>().expect_err("no mark");
        assert_eq!(
            sentence(&format!(
                "/r.toml: line 3: {unknown}; docs/heap.md explains how to write rules"
            )),
            "/r.toml：第 3 行：“best”不是有效的标记：请使用 pick、reject、\"1 star\" 到 \"5 stars\"、red、\
             yellow、green、blue 或 purple；规则的写法见 docs/heap.md"
        );
        keep_to_thread(Locale::English);
    }

    #[test]
    fn names_at_the_beginning_do_not_match_other_sentences() {
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(
            sentence(
                "rule \"cats\": /out cannot be written to: choose another folder, or change its \
                 permissions"
            ),
            "规则“cats”：/out 无法写入：请选择其他文件夹，或更改其权限"
        );
        let firsts: Vec<bool> = SENTENCES.iter().map(Sentence::begins_with_name).collect();
        assert!(firsts.is_sorted(), "names come last");
        keep_to_thread(Locale::English);
    }
}
