//! The program's own sources, for tests of its structure.

use std::fs;
use std::path::Path;

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

/// Paths of names in the program itself, without tests.
#[derive(Default)]
pub struct CratePaths(Vec<Vec<String>>);

impl CratePaths {
    pub fn of(text: &str) -> Vec<Vec<String>> {
        let file = syn::parse_file(text).expect("Rust");
        let mut paths = Self::default();
        syn::visit::Visit::visit_file(&mut paths, &file);
        paths.0
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
            syn::UseTree::Glob(_) => self.0.push(path),
        }
    }
}

impl<'ast> syn::visit::Visit<'ast> for CratePaths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|what| what == "test")
        };
        if !module.attrs.iter().any(is_test) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.0.push(names.collect());
        syn::visit::visit_path(self, path);
    }
}
