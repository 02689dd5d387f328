//! The program's own sources, for tests of its structure.

use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

fn collect(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((
                path.display().to_string(),
                fs::read_to_string(&path).expect("read"),
            ));
        }
    }
}

/// Every source file below a folder of the project, with its text.
pub fn all(dir: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut found);
    assert!(!found.is_empty());
    found
}

/// Visits a source file.
pub fn visited<V: for<'ast> Visit<'ast>>(mut visitor: V, text: &str) -> V {
    visitor.visit_file(&syn::parse_file(text).expect("Rust"));
    visitor
}

/// Whether an item with these attributes exists only in tests.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    fn requires_test(condition: &syn::Meta) -> bool {
        match condition {
            syn::Meta::Path(path) => path.is_ident("test"),
            syn::Meta::List(list) if list.path.is_ident("all") => list
                .parse_args_with(Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated)
                .is_ok_and(|conditions| conditions.iter().any(requires_test)),
            _ => false,
        }
    }
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Meta>()
                .is_ok_and(|condition| requires_test(&condition))
    })
}

/// The names in a path.
pub fn names(path: &syn::Path) -> Vec<String> {
    let names = path.segments.iter().map(|part| part.ident.to_string());
    names.collect()
}

/// The value of a token that is a string literal.
pub fn string(token: &impl ToString) -> Option<String> {
    let literal = syn::parse_str::<syn::LitStr>(&token.to_string()).ok()?;
    Some(literal.value())
}

/// The text of a format string, without its arguments.
pub fn without_arguments(format: &str) -> String {
    let mut depth = 0;
    let is_text = |c: &char| {
        depth += i32::from(*c == '{');
        let is_text = depth == 0;
        depth -= i32::from(*c == '}');
        is_text
    };
    format.chars().filter(is_text).collect()
}

/// Whether a text has words, or is only a mark such as "->".
pub fn has_words(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() > 1
}

/// Paths of names in the program itself, without tests.
#[derive(Default)]
pub struct CratePaths(Vec<Vec<String>>);

impl CratePaths {
    pub fn of(text: &str) -> Vec<Vec<String>> {
        visited(Self::default(), text).0
    }

    fn tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let mut path = before.to_vec();
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&path, &part.tree);
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|item| self.tree(&path, item));
            }
            syn::UseTree::Name(name) => self.0.push([path, vec![name.ident.to_string()]].concat()),
            syn::UseTree::Rename(name) => {
                self.0.push([path, vec![name.ident.to_string()]].concat());
            }
            syn::UseTree::Glob(_) => self.0.push([path, vec!["*".into()]].concat()),
        }
    }
}

impl<'ast> Visit<'ast> for CratePaths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(names(path));
        visit::visit_path(self, path);
    }
}

#[test]
fn tests_are_recognised_by_their_condition() {
    let is_test = |item: &str| is_test(&syn::parse_str::<syn::ItemMod>(item).expect("Rust").attrs);
    assert!(is_test("#[cfg(test)] mod a {}"));
    assert!(is_test("#[cfg(all(unix, test))] mod a {}"));
    assert!(!is_test("mod test {}"));
    assert!(!is_test("#[cfg(not(test))] mod a {}"));
    assert!(!is_test("#[cfg(any(test, feature = \"video\"))] mod a {}"));
    assert!(!is_test("#[allow(test)] mod a {}"));
}
