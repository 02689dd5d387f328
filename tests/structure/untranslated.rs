//! No text that the window or the command line shows is hard-coded in the sources.

use lumisift::text::Locale;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::message_keys::{FILES, MessageUses};
use crate::messages::messages;
use crate::sources::{self, has_words, string, without_arguments};

#[test]
fn nothing_is_shown_that_cannot_be_translated() {
    let in_window = |file: &&MessageUses| {
        let room = file.path.split('/').next();
        room.is_some_and(|room| ["app", "ui", "window"].contains(&room))
    };
    let shown = FILES.iter().filter(in_window).flat_map(|file| &file.shown);
    let faults: Vec<String> = shown
        .map(|(text, place)| {
            format!("{place}: {text:?} is shown as it is; give it a key in assets/locales, or list it in UNTRANSLATED with the reason")
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
                && let Some(text) = string(&literal)
            {
                self.0.push((text, literal.span().start().line));
            }
        }
    }
}

/// What a file of the command line says, and the headings of its tables.
#[derive(Default)]
struct ShownTexts {
    texts: Vec<(String, usize)>,
    headings: Vec<(String, usize)>,
}

impl ShownTexts {
    fn of(text: &str) -> Self {
        let mut shown = sources::visited(Self::default(), text);
        shown
            .texts
            .retain(|(text, _)| has_words(&without_arguments(text)));
        shown
    }
}

impl<'ast> Visit<'ast> for ShownTexts {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !sources::is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            match sources::names(&path.path).join("::").as_str() {
                "print_message" | "counting_bar" => self.texts.extend(Literals::of(&call.args)),
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

/// Adds its own advice to errors that have none.
const OWN_ADVICE: &str = "ui/notices.rs";

#[test]
fn errors_are_shown_with_advice() {
    let rooms = ["src/app", "src/ui", "src/cli"];
    for (path, text) in rooms.into_iter().flat_map(sources::all) {
        for error in ["problem", "&problem", "error", "&error"] {
            assert!(
                !text.contains(&format!("text::sentence({error}")) || path.ends_with(OWN_ADVICE),
                "{path} shows an error with text::sentence: use text::advised"
            );
        }
    }
}

/// The name of the program, before an error.
const UNTRANSLATED_OUTPUT: &[&str] = &["lumisift: {}"];

/// Names of columns that are the same in all languages, or in CSV alone.
const UNTRANSLATED_HEADINGS: &[&str] = &["MB", "ImageNet", "place"];

#[test]
fn the_command_line_says_nothing_that_cannot_be_translated() {
    let (english, _) = messages(Locale::English);
    let mut faults = Vec::new();
    for (path, text) in sources::all("src/cli") {
        let shown = ShownTexts::of(&text);
        for (text, line) in shown.texts {
            if !UNTRANSLATED_OUTPUT.contains(&text.as_str()) {
                faults.push(format!(
                    "{path}:{line}: {text:?} is hard-coded; give it a key in assets/locales"
                ));
            }
        }
        for (heading, line) in shown.headings {
            let words = heading.split(|letter: char| !letter.is_ascii_alphanumeric());
            let words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
            let key = format!("cell-{}", words.join("-"));
            if !english.contains_key(&key) && !UNTRANSLATED_HEADINGS.contains(&heading.as_str()) {
                faults.push(format!("{path}:{line}: there is no message {key}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_command_line_says_is_found() {
    let shown = ShownTexts::of(
        r#"
        fn a() -> anyhow::Result<()> {
            print_message("Hello");
            print_message(format_args!("{}: {from} -> {to}", path.display()));
            print_message(t!("key", name = "Anna"));
            read().with_context(|| format!("cannot read {}", path.display()))?;
            anyhow::ensure!(cfg!(target_os = "macos"), "not {}", t!("here"));
            let columns = OutputTable::new(&["photo"], &["match".into()]);
            anyhow::bail!(t!("key"))
        }
        #[cfg(test)]
        mod tests { fn b() { print_message("Test"); } }
    "#,
    );
    let texts: Vec<&str> = shown.texts.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["Hello", "cannot read {}", "not {}"]);
    let headings: Vec<&str> = shown
        .headings
        .iter()
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(headings, ["photo", "match"]);
}
