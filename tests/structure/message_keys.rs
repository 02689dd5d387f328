//! The message keys that the sources use, and the texts that they show without a key.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::sources::{self, has_words, string, without_arguments};

/// All files of the program, which are parsed once.
pub static FILES: LazyLock<Vec<MessageUses>> = LazyLock::new(|| {
    let files = sources::all("src").into_iter();
    files
        .map(|(path, text)| MessageUses::of(&path, &text))
        .collect()
});

/// The keys that a file of the program uses, and the texts that it shows.
#[derive(Default)]
pub struct MessageUses {
    /// Its path in `src`.
    pub path: String,
    /// Keys in the macro, with the given arguments and the location.
    pub keys: Vec<(String, BTreeSet<String>, String)>,
    /// All string literals, one of which may be a key that is looked up elsewhere.
    pub texts: BTreeSet<String>,
    /// Texts that are shown without being looked up, with their location.
    pub shown: Vec<(String, String)>,
}

/// Methods of egui, functions of the window and types that show the text they are given.
const SHOWS: &[&str] = &[
    "badge",
    "button",
    "centred",
    "checkbox",
    "entry",
    "heading",
    "hint_text",
    "hyperlink_to",
    "icon_button",
    "icon_button_sized",
    "label",
    "labeled",
    "main_button",
    "menu_button",
    "new",
    "notify",
    "notify_of",
    "on_disabled_hover_text",
    "on_hover_text",
    "quiet_button",
    "radio",
    "radio_value",
    "row",
    "selectable",
    "selectable_label",
    "selectable_value",
    "selected",
    "selected_text",
    "set_label",
    "shortcut_text",
    "small_button",
    "text_row",
    "title",
    "toggle",
    "toggle_value",
    "value_list",
];

/// Texts that may be shown without a key: (file, text), with the reason.
const UNTRANSLATED: &[(&str, &str)] = &[
    // The name of the program.
    ("ui/dialogs.rs", "Lumisift"),
    ("ui/mod.rs", "Lumisift"),
    // An example of a file name.
    ("ui/filter_menu.rs", "IMG_20"),
    // Identities of widgets, which are not shown.
    ("ui/about_photo.rs", "facts"),
    ("ui/filter_menu.rs", "filters"),
    ("ui/settings_dialog.rs", "settings"),
];

impl MessageUses {
    /// Analyses a file.
    pub fn of(path: &str, text: &str) -> Self {
        let uses = Self {
            path: path.split("/src/").last().unwrap_or(path).to_owned(),
            ..Self::default()
        };
        sources::visited(uses, text)
    }

    fn place(&self, line: usize) -> String {
        format!("src/{}:{line}", self.path)
    }

    /// String literals in a macro's code, and keys of `t!` in it.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let is_lookup = at >= 2
                        && matches!(&tokens[at - 1], TokenTree::Punct(p) if p.as_char() == '!')
                        && matches!(&tokens[at - 2], TokenTree::Ident(name) if name == "t");
                    if is_lookup {
                        self.lookup(&group.stream());
                    }
                    self.tokens(group.stream());
                }
                TokenTree::Literal(literal) => self.texts.extend(string(literal)),
                _ => {}
            }
        }
    }

    /// A key with its arguments.
    fn lookup(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let Some(TokenTree::Literal(first)) = tokens.first() else {
            return;
        };
        let Some(key) = string(first) else {
            return;
        };
        let names = tokens.windows(3).filter_map(|window| match window {
            [
                TokenTree::Punct(comma),
                TokenTree::Ident(name),
                TokenTree::Punct(is),
            ] if comma.as_char() == ',' && is.as_char() == '=' => Some(name.to_string()),
            _ => None,
        });
        let place = self.place(first.span().start().line);
        self.keys.push((key, names.collect(), place));
    }

    fn shows(
        &mut self,
        function: &str,
        arguments: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) {
        if !SHOWS.contains(&function) {
            return;
        }
        for argument in arguments {
            for (text, line) in literals(argument) {
                let is_known = (UNTRANSLATED.iter())
                    .any(|(file, known)| self.path.ends_with(file) && *known == text);
                if has_words(&text) && !is_known {
                    self.shown.push((text, self.place(line)));
                }
            }
        }
    }
}

/// The string literals of an argument, including those inside `format!` and similar macros.
fn literals(argument: &syn::Expr) -> Vec<(String, usize)> {
    match argument {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => vec![(text.value(), text.span().start().line)],
        syn::Expr::Reference(inner) => literals(&inner.expr),
        syn::Expr::MethodCall(call)
            if ["into", "to_owned", "to_string"].contains(&call.method.to_string().as_str()) =>
        {
            literals(&call.receiver)
        }
        syn::Expr::Macro(call) if call.mac.path.is_ident("format") => {
            let text = call.mac.tokens.clone().into_iter().next();
            let text = text.and_then(|text| string(&text));
            let line = call.mac.span().start().line;
            let shown = text.map(|text| (without_arguments(&text), line));
            shown.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

impl<'ast> Visit<'ast> for MessageUses {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !sources::is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.texts.insert(text.value());
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call
            .path
            .segments
            .last()
            .is_some_and(|name| name.ident == "t")
        {
            self.lookup(&call.tokens);
        }
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.shows(&call.method.to_string(), &call.args);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let names = sources::names(&path.path);
            // Many types have `new`; these show a text.
            let is_text = |of: &str| {
                [
                    "Button",
                    "Checkbox",
                    "CollapsingHeader",
                    "Label",
                    "RadioButton",
                    "RichText",
                ]
                .contains(&of)
            };
            match names.as_slice() {
                [.., of, last] if last == "new" && !is_text(of) => {}
                [.., last] => self.shows(last, &call.args),
                [] => {}
            }
        }
        visit::visit_expr_call(self, call);
    }
}

#[test]
fn keys_and_shown_texts_are_found() {
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
    let uses = MessageUses::of("/src/ui/some.rs", text);
    let shown: Vec<&str> = uses.shown.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(shown, ["Hello", " photos", "Later"]);
    assert_eq!(uses.shown[0].1, "src/ui/some.rs:3");
    let keys: Vec<&str> = uses.keys.iter().map(|(key, ..)| key.as_str()).collect();
    assert_eq!(keys, ["key", "inner"]);
    assert_eq!(uses.keys[1].1.iter().collect::<Vec<_>>(), ["count", "name"]);
    assert!(uses.texts.contains("inner"));
}
