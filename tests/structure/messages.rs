//! Every key that the program uses has a message, every message is used, and all languages agree.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement, Resource,
};
use fluent_syntax::parser;
use lumisift::text::{Locale, files};
use syn::visit::{self, Visit};

use crate::message_keys::{FILES, MessageUses};
use crate::sources::{self, has_words, string, without_arguments};

/// The arguments of a message.
#[derive(Default)]
pub struct Arguments {
    /// All arguments.
    used: BTreeSet<String>,
    /// The arguments that are shown. The others only decide between singular and plural, which not all languages have.
    seen: BTreeSet<String>,
}

/// Keys with the arguments of their messages.
pub type Messages = BTreeMap<String, Arguments>;

/// The messages of a language, and the faults in its files.
pub fn messages(locale: Locale) -> (Messages, Vec<String>) {
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

/// Adds the messages of a file; returns the faults in them.
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

#[test]
fn every_key_of_the_sources_has_a_message_with_its_arguments() {
    let (english, _) = messages(Locale::English);
    let mut faults = Vec::new();
    for (key, given, place) in FILES.iter().flat_map(|file| &file.keys) {
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
    let mut engine = engine_sources();
    for (_, source) in &mut engine {
        *source = unescaped(source);
    }
    let unused: Vec<&String> = english
        .keys()
        .filter(|key| match key.split_once('-') {
            // Looked up by their English, as `text::words` and `text::table_words` do.
            Some(("word", _)) => !engine_says(&engine, key),
            // Compared with the help by a unit test of `src/cli/help.rs`, because the doc comments are not in one piece.
            Some(("help", _)) => false,
            // Recognised by its English, as `text::sentence` does.
            Some(("engine", _)) => !engine_says_all(&engine, key),
            Some(("cell", _)) => !command_line().any(|file| file.texts.contains(phrase_of(key))),
            _ => !FILES.iter().any(|file| file.texts.contains(*key)),
        })
        .collect();
    assert!(
        unused.is_empty(),
        "messages that nothing asks for: {unused:?}"
    );
}

/// The sources of the engine, and of the settings and the window's start, which report errors as the engine does.
fn engine_sources() -> Vec<(String, String)> {
    let folders = ["src/engine", "src/settings", "src/window"];
    folders.into_iter().flat_map(sources::all).collect()
}

/// Whether the engine has the phrase of a message.
fn engine_says(engine: &[(String, String)], key: &str) -> bool {
    let phrase = phrase_of(key);
    engine.iter().any(|(_, source)| source.contains(phrase))
}

/// Whether the engine has what a sentence says around its arguments.
fn engine_says_all(engine: &[(String, String)], key: &str) -> bool {
    let pieces = phrase_of(key).split("{ $").enumerate();
    let mut pieces = pieces.map(|(at, piece)| match at {
        0 => piece,
        _ => piece.split_once(" }").expect("an argument").1,
    });
    pieces.all(|piece| engine.iter().any(|(_, source)| source.contains(piece)))
}

/// A source as its texts read: without escaped quotation marks and braces, and without breaks in lines.
fn unescaped(source: &str) -> String {
    let mut text = String::new();
    let mut is_broken = false;
    for line in source.lines() {
        let line = if is_broken { line.trim_start() } else { line };
        let broken = line.strip_suffix('\\');
        is_broken = broken.is_some();
        text.push_str(broken.unwrap_or(line));
        if !is_broken {
            text.push('\n');
        }
    }
    text.replace("\\\"", "\"")
        .replace("{{", "{")
        .replace("}}", "}")
}

/// The English of a message that is one line.
fn phrase_of(key: &str) -> &'static str {
    let lines = files(Locale::English)
        .iter()
        .flat_map(|(_, text)| text.lines());
    let mut phrases = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    phrases.next().expect("a line with it")
}

/// Texts of errors, in `#[error("…")]` and in `io::Error`, and their lines.
#[derive(Default)]
struct ErrorTexts(Vec<(String, usize)>);

impl ErrorTexts {
    fn of(text: &str) -> Vec<(String, usize)> {
        let mut found = sources::visited(Self::default(), text).0;
        found.retain(|(text, _)| has_words(&without_arguments(text)));
        found
    }
}

impl<'ast> Visit<'ast> for ErrorTexts {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !sources::is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("error")
            && let Ok(list) = attribute.meta.require_list()
            && let Some(first) = list.tokens.clone().into_iter().next()
            && let Some(text) = string(&first)
        {
            self.0.push((text, first.span().start().line));
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let names = sources::names(&path.path);
            if names.ends_with(&["Error".into(), "other".into()])
                || names.ends_with(&["Error".into(), "new".into()])
            {
                let texts = call.args.iter().filter_map(|argument| match argument {
                    syn::Expr::Lit(syn::ExprLit {
                        lit: syn::Lit::Str(text),
                        ..
                    }) => Some((text.value(), text.span().start().line)),
                    _ => None,
                });
                self.0.extend(texts);
            }
        }
        visit::visit_expr_call(self, call);
    }
}

/// A format string or a message, with `{}` for each of its arguments and for braces.
fn with_empty_braces(text: &str) -> String {
    let (mut found, mut depth) = (String::new(), 0);
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    found.push_str("{}");
                }
            }
            _ if depth == 0 => found.push(letter),
            _ => {}
        }
    }
    found
}

/// Errors of the engine without a message of exactly their text.
const WITHOUT_MESSAGE: &[&str] = &[
    // Recognised by messages that have an argument for a part of the text.
    "a frame of {} x {} pixels needs {} of memory to decode; the limit is {}",
    "{} has a {}",
    "{} is unknown: names are made of {}, {}, {}, {} and {}",
    // Not shown: the caller reports what stopped it.
    "cancelled",
    "stopped",
    "the index was not written",
    "the shard was not made",
    "nothing was written",
];

#[test]
fn every_error_of_the_engine_has_a_message() {
    let (english, _) = messages(Locale::English);
    let sentences = english.keys().filter(|key| key.starts_with("engine-"));
    let mut known: BTreeSet<String> = sentences
        .map(|key| with_empty_braces(phrase_of(key)))
        .collect();
    known.extend(WITHOUT_MESSAGE.iter().map(|&text| text.to_owned()));
    let mut unused: BTreeSet<&str> = WITHOUT_MESSAGE.iter().copied().collect();
    let mut faults = Vec::new();
    for (path, source) in engine_sources() {
        for (text, line) in ErrorTexts::of(&source) {
            let plain = with_empty_braces(&text);
            unused.remove(plain.as_str());
            if !known.contains(&plain) {
                faults.push(format!(
                    "{path}:{line}: {text:?} cannot be translated; add it to engine.ftl, or to WITHOUT_MESSAGE with the reason"
                ));
            }
        }
    }
    let unused = unused.iter();
    faults.extend(unused.map(|text| format!("no error has the text {text:?} of WITHOUT_MESSAGE")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn texts_of_errors_are_found() {
    let found = ErrorTexts::of(
        r#"
        #[derive(Debug, thiserror::Error)]
        enum A {
            #[error(
                "{0:?} is \
                 wrong"
            )]
            One(String),
            #[error("{}: {source}", path.display())]
            Two { source: B },
            #[error(transparent)]
            Three(#[from] B),
        }
        fn a() -> io::Result<()> {
            read().map_err(|_| io::Error::new(ErrorKind::InvalidData, "not text"))?;
            Err(io::Error::other("too long"))
        }
        #[cfg(test)]
        mod tests { fn b() -> io::Error { io::Error::other("a test") } }
    "#,
    );
    let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["{0:?} is wrong", "not text", "too long"]);
    assert_eq!(
        with_empty_braces("{0:?} has no {{}} and {{{1}}}"),
        "{} has no {} and {}"
    );
}

/// The files of the command line.
fn command_line() -> impl Iterator<Item = &'static MessageUses> {
    FILES.iter().filter(|file| file.path.starts_with("cli/"))
}

#[test]
fn all_languages_have_the_same_messages() {
    let (english, mut faults) = messages(Locale::English);
    // The whole date is passed, and each language uses the parts that it needs.
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
