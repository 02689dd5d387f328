//! `docs/keys.md` is generated from the list of commands. `UPDATE_KEYS=1 cargo test --test window keys_doc::`
//! regenerates it.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

use lumisift::app::command::keys_page;

#[test]
fn the_page_of_keys_is_the_list_of_commands() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let page = keys_page();
    if std::env::var_os("UPDATE_KEYS").is_some() {
        std::fs::write(&file, &page).expect("written");
    }
    let kept = std::fs::read_to_string(&file).expect("docs/keys.md");
    assert_eq!(
        kept, page,
        "run UPDATE_KEYS=1 cargo test --test window keys_doc::"
    );
}
