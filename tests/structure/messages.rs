//! Messages: every key that the program uses exists, every message is used, all languages agree, and no text that the
//! window or the command line shows is hard-coded in the sources.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement, Resource,
};
use fluent_syntax::parser;
use lumisift::text::{Locale, files};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::asked::Asked;
use crate::sources;

/// The arguments of a message.
#[derive(Default)]
struct Arguments {
    /// All arguments.
    used: BTreeSet<String>,
    /// The arguments that are shown. The others only decide between singular and plural, which not all languages have.
    seen: BTreeSet<String>,
}

/// Keys with the arguments of their messages.
type Messages = BTreeMap<String, Arguments>;

/// The messages of a language, and the faults in its files.
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

/// The keys that all sources use. They are parsed once.
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
        .filter(|key| match key.split_once('-') {
            // Looked up by their English, as `text::words` and `text::table_words` do.
            Some(("word", _)) => !engine_says(&engine, key),
            Some(("cell", _)) => !command_line().any(|file| file.texts.contains(phrase_of(key))),
            _ => !ASKED.iter().any(|file| file.texts.contains(*key)),
        })
        .collect();
    assert!(
        unused.is_empty(),
        "messages that nothing asks for: {unused:?}"
    );
}

/// Whether the engine has the phrase of a message.
fn engine_says(engine: &[(String, String)], key: &str) -> bool {
    let phrase = phrase_of(key);
    engine.iter().any(|(_, source)| source.contains(phrase))
}

/// The English of a message that is one line.
fn phrase_of(key: &str) -> &'static str {
    let lines = files(Locale::English)
        .iter()
        .flat_map(|(_, text)| text.lines());
    let mut phrases = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    phrases.next().expect("a line with it")
}

/// The files of the command line.
fn command_line() -> impl Iterator<Item = &'static Asked> {
    ASKED.iter().filter(|file| file.path.starts_with("cli/"))
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

/// Texts in an expression, those in formats among them, but not the keys of messages; and their lines.
#[derive(Default)]
struct Literals(Vec<(String, usize)>);

impl<'ast> Visit<'ast> for Literals {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push((text.value(), text.span().start().line));
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if !call.path.is_ident("t") {
            self.tokens(&call.tokens);
        }
    }
}

impl Literals {
    fn of<'ast>(arguments: impl IntoIterator<Item = &'ast syn::Expr>) -> Vec<(String, usize)> {
        let mut found = Self::default();
        for argument in arguments {
            found.visit_expr(argument);
        }
        found.0
    }

    /// The texts that are arguments of a macro.
    fn tokens(&mut self, tokens: &TokenStream) {
        for token in tokens.clone() {
            if let TokenTree::Literal(literal) = token
                && let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
            {
                self.0.push((text.value(), literal.span().start().line));
            }
        }
    }
}

/// What a file of the command line says, and the headings of its tables.
#[derive(Default)]
struct Said {
    texts: Vec<(String, usize)>,
    headings: Vec<(String, usize)>,
}

impl Said {
    fn of(text: &str) -> Self {
        let mut said = Self::default();
        said.visit_file(&syn::parse_file(text).expect("Rust"));
        // What is left of a format without its holes has words, or is a mark such as "->".
        said.texts.retain(|(text, _)| {
            let mut holes = 0;
            let letters = text.chars().filter(|c| {
                holes += i32::from(*c == '{');
                let is_shown = holes == 0 && c.is_alphabetic();
                holes -= i32::from(*c == '}');
                is_shown
            });
            letters.count() > 1
        });
        said
    }
}

impl<'ast> Visit<'ast> for Said {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let names = path.path.segments.iter().map(|part| part.ident.to_string());
            let names: Vec<String> = names.collect();
            match names.join("::").as_str() {
                "say" | "counting_bar" => self.texts.extend(Literals::of(&call.args)),
                "OutputTable::new" => self.headings.extend(Literals::of(&call.args)),
                _ => {}
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "context" || call.method == "with_context" {
            self.texts.extend(Literals::of(&call.args));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last();
        if name.is_some_and(|name| {
            ["anyhow", "bail", "ensure"].contains(&name.ident.to_string().as_str())
        }) {
            let mut found = Literals::default();
            found.tokens(&call.tokens);
            self.texts.extend(found.0);
        }
        visit::visit_macro(self, call);
    }
}

/// The name of the program, before an error.
const SAID_AS_IT_IS: &[&str] = &["lumisift: {}"];

/// Names of columns that are the same in all languages, or in CSV alone.
const HEADINGS_AS_THEY_ARE: &[&str] = &["MB", "ImageNet", "place"];

#[test]
fn the_command_line_says_nothing_that_cannot_be_translated() {
    let (english, _) = messages(Locale::English);
    let mut faults = Vec::new();
    for (path, text) in sources::all("src/cli") {
        let said = Said::of(&text);
        for (text, line) in said.texts {
            if !SAID_AS_IT_IS.contains(&text.as_str()) {
                faults.push(format!(
                    "{path}:{line}: {text:?} is said as it is; give it a key in assets/locales"
                ));
            }
        }
        for (heading, line) in said.headings {
            let words = heading.split(|letter: char| !letter.is_ascii_alphanumeric());
            let words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
            let key = format!("cell-{}", words.join("-"));
            if !english.contains_key(&key) && !HEADINGS_AS_THEY_ARE.contains(&heading.as_str()) {
                faults.push(format!("{path}:{line}: there is no message {key}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_command_line_says_is_found() {
    let said = Said::of(
        r#"
        fn a() -> anyhow::Result<()> {
            say("Hello");
            say(format_args!("{}: {from} -> {to}", path.display()));
            say(t!("key", name = "Anna"));
            read().with_context(|| format!("cannot read {}", path.display()))?;
            anyhow::ensure!(cfg!(target_os = "macos"), "not {}", t!("here"));
            let columns = OutputTable::new(&["photo"], &["match".into()]);
            anyhow::bail!(t!("key"))
        }
        #[cfg(test)]
        mod tests { fn b() { say("Test"); } }
    "#,
    );
    let texts: Vec<&str> = said.texts.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["Hello", "cannot read {}", "not {}"]);
    let headings: Vec<&str> = said
        .headings
        .iter()
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(headings, ["photo", "match"]);
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
