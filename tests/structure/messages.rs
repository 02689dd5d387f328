//! Messages: every key that the program asks for exists, every message is asked for, all languages agree, and nothing
//! that the window shows is written in the sources instead.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement, Resource,
};
use fluent_syntax::parser;
use lumisift::text::{Locale, files};

use crate::asked::Asked;
use crate::sources;

/// The arguments of a message.
#[derive(Default)]
struct Arguments {
    /// All of them.
    used: BTreeSet<String>,
    /// Those that are seen. The others only decide between singular and plural, which not all languages have.
    seen: BTreeSet<String>,
}

/// Keys with the arguments of their messages.
type Messages = BTreeMap<String, Arguments>;

/// The messages of a language, and what is wrong with its files.
fn messages(locale: Locale) -> (Messages, Vec<String>) {
    let (mut all, mut faults) = (Messages::new(), Vec::new());
    for (path, text) in files(locale) {
        let resource = parser::parse(*text).unwrap_or_else(|(resource, errors)| {
            let lines = errors
                .iter()
                .map(|error| format!("{path}:{}: {}", line_of(text, error.pos.start), error.kind));
            faults.extend(lines);
            resource
        });
        faults.extend(take(path, resource, &mut all));
    }
    (all, faults)
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Takes the messages of a file; what is wrong with them.
fn take(path: &str, resource: Resource<&str>, all: &mut Messages) -> Vec<String> {
    let mut faults = Vec::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let key = message.id.name.to_owned();
        let mut arguments = Arguments::default();
        match &message.value {
            Some(pattern) => in_pattern(pattern, &mut arguments),
            None => faults.push(format!("{path}: {key} has no text")),
        }
        if all.insert(key.clone(), arguments).is_some() {
            faults.push(format!("{path}: {key} is there twice"));
        }
    }
    faults
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut Arguments) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Arguments) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            let mut decides = Arguments::default();
            in_inline(selector, &mut decides);
            found.used.extend(decides.used);
            variants
                .iter()
                .for_each(|variant| in_pattern(&variant.value, found));
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut Arguments) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.used.insert(id.name.to_owned());
            found.seen.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference {
            arguments: CallArguments { positional, .. },
            ..
        } => positional.iter().for_each(|inner| in_inline(inner, found)),
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

/// What all sources ask for. They are parsed once.
static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
    let files = sources::all("src").into_iter();
    files.map(|(path, text)| Asked::of(&path, &text)).collect()
});

#[test]
fn every_key_of_the_sources_has_a_message_with_its_arguments() {
    let (english, _) = messages(Locale::English);
    let mut faults = Vec::new();
    for (key, given, place) in ASKED.iter().flat_map(|file| &file.keys) {
        match english.get(key) {
            None => faults.push(format!("{place}: there is no message {key}")),
            Some(Arguments { used, .. }) if !used.is_subset(given) => faults.push(format!(
                "{place}: {key} is not given all of its arguments {used:?}"
            )),
            Some(_) => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_message_is_used() {
    let (english, _) = messages(Locale::English);
    let engine = sources::all("src/engine");
    let unused: Vec<&String> = english
        .keys()
        .filter(|key| match key.strip_prefix("word-") {
            // Found by the engine's English, as `text::words` does.
            Some(_) => !engine_says(&engine, key),
            None => !ASKED.iter().any(|file| file.texts.contains(*key)),
        })
        .collect();
    assert!(
        unused.is_empty(),
        "messages that nothing asks for: {unused:?}"
    );
}

/// Whether the engine has the phrase of a message.
fn engine_says(engine: &[(String, String)], key: &str) -> bool {
    let (_, text) = files(Locale::English)
        .iter()
        .find(|(_, text)| text.contains(&format!("{key} = ")))
        .expect("a file with it");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key} = ")));
    line.is_some_and(|phrase| engine.iter().any(|(_, source)| source.contains(phrase)))
}

#[test]
fn all_languages_have_the_same_messages() {
    let (english, mut faults) = messages(Locale::English);
    // The whole date is given, of which each language uses what it needs.
    let is_date = |key: &str| key.starts_with("date-");
    for locale in Locale::offered() {
        let (there, broken) = messages(*locale);
        faults.extend(broken);
        let tag = locale.tag();
        for (key, own) in &there {
            match english.get(key) {
                None => faults.push(format!("{tag}: {key} is no message of English")),
                Some(other) if other.seen != own.seen && !is_date(key) => faults.push(format!(
                    "{tag}: {key} shows {:?}, and {:?} in English",
                    own.seen, other.seen
                )),
                Some(_) => {}
            }
        }
        if !locale.is_draft() {
            let missing = english.keys().filter(|key| !there.contains_key(*key));
            faults.extend(missing.map(|key| format!("{tag}: {key} is missing")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_is_shown_that_cannot_be_translated() {
    let in_window = |file: &&Asked| {
        let room = file.path.split('/').next();
        room.is_some_and(|room| ["app", "ui", "window"].contains(&room))
    };
    let shown = ASKED.iter().filter(in_window).flat_map(|file| &file.shown);
    let faults: Vec<String> = shown
        .map(|(text, place)| {
            format!("{place}: {text:?} is shown as it is; give it a key in assets/locales, or list it in AS_IT_IS with the reason")
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_looked_for_is_found() {
    let text = r#"
        fn a(ui: &mut Ui) {
            ui.label("Hello");
            ui.button(format!("{} photos", 3)).on_hover_text("…");
            ui.label(t!("key"));
            main_button(ui, &format!("{a}: {b}"));
            let said = RichText::new("Later".to_owned());
            let said = format!("{}", t!("inner", count = 3, name = f(x)));
        }
        #[cfg(test)]
        mod tests { fn b(ui: &mut Ui) { ui.label("Test"); } }
    "#;
    let asked = Asked::of("/src/ui/some.rs", text);
    let shown: Vec<&str> = asked.shown.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(shown, ["Hello", " photos", "Later"]);
    assert_eq!(asked.shown[0].1, "src/ui/some.rs:3");
    let keys: Vec<&str> = asked.keys.iter().map(|(key, ..)| key.as_str()).collect();
    assert_eq!(keys, ["key", "inner"]);
    assert_eq!(
        asked.keys[1].1.iter().collect::<Vec<_>>(),
        ["count", "name"]
    );
    assert!(asked.texts.contains("inner"));
}
