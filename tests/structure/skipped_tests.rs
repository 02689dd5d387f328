//! A test that passes has tested something: no test returns early because of its environment, and ignored tests are
//! counted, with the reason.

use crate::sources;

use syn::visit::{self, Visit};

/// Faults in the tests of a file.
#[derive(Default)]
struct Tests {
    faults: Vec<String>,
    /// The current test, while its statements are visited, except those in a closure or a nested function.
    inside: Option<String>,
}

fn has(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident(name))
}

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let name = function.sig.ident.to_string();
        for attribute in &function.attrs {
            let bare = matches!(attribute.meta, syn::Meta::Path(_));
            if attribute.path().is_ident("ignore") && bare {
                self.faults
                    .push(format!("{name} is ignored without a reason"));
            }
        }
        let test = has(&function.attrs, "test").then_some(name);
        let outside = std::mem::replace(&mut self.inside, test);
        visit::visit_item_fn(self, function);
        self.inside = outside;
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let outside = self.inside.take();
        visit::visit_expr_closure(self, closure);
        self.inside = outside;
    }

    fn visit_expr_return(&mut self, leave: &'ast syn::ExprReturn) {
        if let Some(test) = &self.inside {
            self.faults
                .push(format!("{test} may end before it has tested anything"));
        }
        visit::visit_expr_return(self, leave);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        let text = text.value();
        if ["LUMISIFT_SKIP", "LUMISIFT_TEST_WITHOUT"]
            .iter()
            .any(|name| text.starts_with(name))
        {
            self.faults
                .push(format!("{text} makes a test pass that did not run"));
        }
    }
}

fn faults(text: &str) -> Vec<String> {
    sources::visited(Tests::default(), text).faults
}

#[test]
fn no_test_passes_because_it_could_not_run() {
    let mut found = Vec::new();
    for dir in ["src", "tests"] {
        for (path, text) in sources::all(dir) {
            // This file contains what it searches for.
            if path.ends_with("structure/skipped_tests.rs") {
                continue;
            }
            found.extend(
                faults(&text)
                    .into_iter()
                    .map(|fault| format!("{path}: {fault}")),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_is_looked_for_is_found() {
    let early = "#[test] fn a() { if missing() { return; } let b = || { return 1; }; }";
    assert_eq!(faults(early).len(), 1);
    let helper =
        "fn a() -> u8 { return 1; } #[test] fn b() { fn c() { return; } assert_eq!(a(), 1); }";
    assert_eq!(faults(helper), Vec::<String>::new());
    assert_eq!(faults("#[test] #[ignore] fn a() {}").len(), 1);
    assert_eq!(
        faults("#[test] #[ignore = \"needs root\"] fn a() {}").len(),
        0
    );
    assert_eq!(
        faults("fn a() { std::env::var(\"LUMISIFT_SKIP_EXTERNAL\"); }").len(),
        1
    );
}
