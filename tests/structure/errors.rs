//! Errors of the engine have types, so that callers can tell them apart without parsing their text.

use crate::sources;

use syn::visit::{self, Visit};

/// Public items of a file whose errors are text.
#[derive(Default)]
struct TextErrors {
    found: Vec<String>,
    /// The enclosing items.
    item: String,
    is_public: bool,
}

impl TextErrors {
    fn within(&mut self, name: String, is_public: bool, visit: impl FnOnce(&mut Self)) {
        let outer = (
            std::mem::replace(&mut self.item, name),
            std::mem::replace(&mut self.is_public, is_public),
        );
        visit(self);
        (self.item, self.is_public) = outer;
    }

    fn check_error(&mut self, error: &syn::Type) {
        let syn::Type::Path(error) = error else {
            return;
        };
        if error.path.is_ident("String") {
            self.found.push(self.item.clone());
        }
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    !matches!(visibility, syn::Visibility::Inherited)
}

impl<'ast> Visit<'ast> for TextErrors {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !sources::is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_block(&mut self, _: &'ast syn::Block) {}

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let name = function.sig.ident.to_string();
        self.within(name, is_public(&function.vis), |all| {
            all.visit_return_type(&function.sig.output);
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let name = function.sig.ident.to_string();
        self.within(name, is_public(&function.vis), |all| {
            all.visit_return_type(&function.sig.output);
        });
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let name = item.ident.to_string();
        self.within(name, is_public(&item.vis), |all| {
            visit::visit_item_trait(all, item);
        });
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let name = item.ident.to_string();
        self.within(name, is_public(&item.vis), |all| {
            visit::visit_item_type(all, item);
        });
    }

    /// The error types of `FromStr` and `TryFrom`, which are as public as the trait.
    fn visit_impl_item_type(&mut self, item: &'ast syn::ImplItemType) {
        if item.ident == "Err" || item.ident == "Error" {
            self.within(item.ident.to_string(), true, |all| {
                all.check_error(&item.ty)
            });
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        let name = field.ident.as_ref().map(ToString::to_string);
        self.within(name.unwrap_or_default(), is_public(&field.vis), |all| {
            visit::visit_field(all, field);
        });
    }

    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && segment.ident == "Result"
            && self.is_public
            && let Some(syn::GenericArgument::Type(error)) = arguments.args.iter().nth(1)
        {
            self.check_error(error);
        }
        visit::visit_path_segment(self, segment);
    }
}

fn text_errors(text: &str) -> Vec<String> {
    sources::visited(TextErrors::default(), text).found
}

#[test]
fn errors_of_the_engine_are_no_texts() {
    let mut found = Vec::new();
    for (path, text) in sources::all("src/engine") {
        found.extend(
            text_errors(&text)
                .into_iter()
                .map(|name| (path.clone(), name)),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn text_errors_are_found_wherever_they_are_public() {
    let text = "
        pub fn one() -> Result<(), String> {}
        fn private() -> Result<(), String> {}
        pub(crate) fn typed() -> Result<String, Error> {}
        pub type Two = Vec<Result<u8, String>>;
        pub trait Asked { fn three(&self) -> Result<(), String>; }
        impl FromStr for A { type Err = String; fn from_str(t: &str) -> Result<Self, String> {} }
        pub struct B { pub four: Result<u8, String>, hidden: Result<u8, String> }
        #[cfg(test)]
        mod tests { pub fn helper() -> Result<(), String> {} }
    ";
    assert_eq!(text_errors(text), ["one", "Two", "Asked", "Err", "four"]);
}
