//! A family describes its image tower once, and the code for graphics cards has no copy of it.

use crate::sources;

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

/// String literals of a file, without documentation.
#[derive(Default)]
struct Texts(BTreeSet<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.insert(text.value());
        visit::visit_lit_str(self, text);
    }
}

#[test]
fn towers_on_graphics_cards_name_no_part_of_a_checkpoint() {
    let mut found = 0;
    for (path, text) in sources::all("src/engine/inference/gpu") {
        if !path.ends_with("tower.rs") && !path.ends_with("convolution.rs") {
            continue;
        }
        found += 1;
        let mut texts = sources::visited(Texts::default(), &text);
        // The family decides where a layer's parts are. The two tensors of a layer have the same names everywhere.
        texts.0.remove("weight");
        texts.0.remove("bias");
        assert!(texts.0.is_empty(), "{path}: {:?}", texts.0);
    }
    assert_eq!(found, 2);
}
