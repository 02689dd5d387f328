//! The engine depends on no window and no terminal, and its modules only on lower layers.

use crate::sources;

use sources::{CratePaths, all};

/// Libraries for windows and terminals.
const FRONT_END_CRATES: &[&str] = &[
    "clap",
    "clipboard_rs",
    "eframe",
    "egui",
    "egui_extras",
    "indicatif",
    "opener",
    "rfd",
];

/// The first path in a source text that leads into one of these libraries.
fn front_end_path(text: &str) -> Option<Vec<String>> {
    let is_front_end = |path: &Vec<String>| match path.as_slice() {
        [first, _, ..] => FRONT_END_CRATES.contains(&first.as_str()),
        _ => false,
    };
    CratePaths::of(text).into_iter().find(is_front_end)
}

#[test]
fn engine_imports_no_window_and_no_terminal() {
    for (path, text) in all("src/engine") {
        let found = front_end_path(&text);
        assert!(found.is_none(), "{path} depends on {found:?}");
    }
    assert!(front_end_path("use egui::{Color32, Ui};").is_some());
    assert!(front_end_path("use egui::*;").is_some());
    assert!(front_end_path("fn a() { let b = clap::Command::new(\"c\"); }").is_some());
    assert!(front_end_path("fn a(clap: u8) -> u8 { clap }").is_none());
}

fn window_sources() -> Vec<(String, String)> {
    let all = ["src/app", "src/ui", "src/window"]
        .into_iter()
        .flat_map(all);
    // Unit tests in files of their own are no part of the program.
    all.filter(|(path, _)| !path.ends_with("/tests.rs"))
        .collect()
}

/// The modules of the engine, lowest layer first: each may depend only on those before it.
const LAYERS: &[&str] = &[
    "cancel",
    "pause",
    "plural",
    "sanitize",
    "files",
    "media",
    "inference",
    "hub",
    "search",
    "index",
    "organize",
    "library",
    "worker",
];

/// The folder or file of the engine that a path refers to.
fn module_of<'a>(path: &'a [String], root: &str) -> Option<&'a str> {
    match path {
        [first, second, module, ..] if first == root && second == "engine" => Some(module),
        _ => None,
    }
}

#[test]
fn modules_of_the_engine_depend_only_on_lower_layers() {
    let rank = |module: &str| LAYERS.iter().position(|known| *known == module);
    for (path, text) in all("src/engine") {
        let inside = path.split("src/engine/").nth(1).expect("in the engine");
        let module = inside.split('/').next().unwrap_or_default();
        let module = module.trim_end_matches(".rs");
        if module == "mod" {
            continue;
        }
        let own = rank(module).unwrap_or_else(|| panic!("{path} belongs to no layer"));
        for used in CratePaths::of(&text) {
            assert!(
                used.first().is_none_or(|first| first != "crate")
                    || used.get(1).is_none_or(|second| second == "engine"),
                "{path} depends on {used:?}"
            );
            if let Some(other) = module_of(&used, "crate").and_then(rank) {
                assert!(
                    other <= own,
                    "{path} depends on {used:?}, which is in a higher layer"
                );
            }
        }
    }
    let text =
        "use crate::engine::{index::store, files}; #[cfg(test)] mod tests { use crate::app; }";
    assert_eq!(CratePaths::of(text).len(), 2);
}

#[test]
fn unsafe_code_is_only_where_it_has_a_reason() {
    for (path, text) in all("src") {
        let allowed = [
            "files/mmap.rs",
            "cpu/mod.rs",
            "cpu/microkernel.rs",
            "cpu/half_precision.rs",
            "dots/mod.rs",
            "dots/avx2.rs",
            "dots/avx512.rs",
            "integer_isa/mod.rs",
            "integer_isa/tile.rs",
            "integer_isa/x86.rs",
            "integer_isa/arm.rs",
            "depthwise/wide.rs",
            "gpu/permissions.rs",
            "gpu/pipeline_cache.rs",
            "window/open_documents.rs",
        ];
        let allowed = allowed.iter().any(|file| path.ends_with(file));
        let used = text.contains("unsafe {") || text.contains("allow(unsafe_code)");
        assert!(!used || allowed, "{path} has unsafe code");
    }
}

/// Files that may open paths without `engine::files::regular`: they flush folders, or reopen temporary files of their
/// own.
const PLAIN_OPEN_FILES: &[&str] = &[
    "engine/files/regular.rs",
    "engine/files/atomic_write.rs",
    "organize/export/ops.rs",
    "engine/files/replace.rs",
    "metadata/embedded/write.rs",
];

/// Calls outside tests that open a file of any kind.
fn plain_opens(text: &str) -> Vec<&str> {
    let program = text.find("#[cfg(test)]").or(text.find("#[cfg(all(test"));
    let program = &text[..program.unwrap_or(text.len())];
    let is_call = |line: &&str| {
        ["File::open(", "fs::read(", "fs::read_to_string("]
            .iter()
            .any(|call| {
                let before = line.find(call).map(|at| line[..at].chars().next_back());
                before.is_some_and(|before| !before.is_some_and(char::is_alphanumeric))
            })
    };
    program.lines().filter(is_call).collect()
}

#[test]
fn files_of_anybody_are_opened_only_if_they_are_regular() {
    for (path, text) in all("src") {
        let found = plain_opens(&text);
        let allowed = PLAIN_OPEN_FILES.iter().any(|file| path.ends_with(file));
        let allowed = allowed || path.ends_with("tests.rs");
        assert!(
            found.is_empty() || allowed,
            "{path} opens what could be a pipe or a device: {found:?}"
        );
    }
    let text = "let a = File::open(x);\nlet b = RotatingFile::open(x);\nstd::fs::read(x)\n#[cfg(test)]\nfs::read(x)";
    assert_eq!(plain_opens(text).len(), 2);
}

/// Calls that touch a disk, by the last names of their path.
const DISK_CALLS: &[&str] = &[
    "File::open",
    "File::create",
    "LabelSet::read",
    "Marks::open",
    "Store::open",
    "decode::read_file",
    "may_be_photo",
    "download",
    "export::finish",
    "export::plan",
    "export::plan_until",
    "export::run",
    "export::undo",
    "folder_fingerprint",
    "metadata::read_changed",
    "metadata::read_nonempty",
    "past",
    "settings::load",
    "settings::save",
    "sidecars::apply",
    "sidecars::plan",
    "sidecars::plan_until",
    "sidecars::undo",
    "atomic_write",
];

/// Methods that touch a disk, on any receiver.
const DISK_METHODS: &[&str] = &[
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "read_dir",
    "read_link",
    "symlink_metadata",
    "try_exists",
];

/// Code that runs on its own threads or before the window opens: a file, and a function in it (`*` for all).
const OFF_UI_THREAD: &[(&str, &str)] = &[
    ("app/apply/samples.rs", "write"),
    ("app/tasks/exports.rs", "write_manifest"),
    ("app/tasks/fetcher.rs", "*"),
    ("app/file_dialogs.rs", "*"),
    ("app/tasks/opening.rs", "look_up"),
    ("app/tasks/opening.rs", "sort"),
    ("app/tasks/marks_writer.rs", "*"),
    ("app/tasks/scoring.rs", "*"),
    ("app/tasks/session.rs", "open"),
    ("app/mod.rs", "new"),
    ("app/tasks/pictures.rs", "*"),
    ("window/start.rs", "*"),
    ("app/single_instance/mod.rs", "*"),
    ("app/single_instance/paths.rs", "*"),
    ("app/tasks/trash.rs", "ensure_copy_remains"),
    ("app/tasks/watching.rs", "is_remote"),
];

/// Finds calls that touch a disk in code that the window's thread may run.
struct DiskCalls {
    /// The enclosing functions.
    functions: Vec<String>,
    allowed: Vec<&'static str>,
    found: Vec<String>,
}

impl DiskCalls {
    fn note(&mut self, call: &str) {
        let function = self.functions.last().cloned().unwrap_or_default();
        if !self.allowed.iter().any(|name| *name == function) {
            self.found.push(format!("{call} in {function}"));
        }
    }
}

impl<'ast> syn::visit::Visit<'ast> for DiskCalls {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !sources::is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.functions.push(function.sig.ident.to_string());
        syn::visit::visit_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.functions.push(function.sig.ident.to_string());
        syn::visit::visit_impl_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        let on_self =
            matches!(&*call.receiver, syn::Expr::Path(path) if path.path.is_ident("self"));
        // The arguments of these run in a slot's thread.
        if on_self && ["queue", "replace", "run_export"].contains(&method.as_str()) {
            return;
        }
        if DISK_METHODS.contains(&method.as_str()) {
            self.note(&format!(".{method}()"));
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(name) = path.path.get_ident().map(ToString::to_string)
            && DISK_CALLS.contains(&name.as_str())
        {
            self.note(&name);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let names = sources::names(&path.path);
        let last = names[names.len().saturating_sub(2)..].join("::");
        // A single name may be a variable.
        let in_fs = names.iter().rev().skip(1).any(|name| name == "fs");
        if names.len() > 1 && (in_fs || DISK_CALLS.contains(&last.as_str())) {
            self.note(&last);
        }
        syn::visit::visit_expr_path(self, path);
    }
}

fn disk_calls(path: &str, text: &str) -> Vec<String> {
    let allowed = OFF_UI_THREAD
        .iter()
        .filter(|(file, _)| path.ends_with(file));
    let allowed: Vec<&str> = allowed.map(|(_, function)| *function).collect();
    if allowed.contains(&"*") {
        return Vec::new();
    }
    let calls = DiskCalls {
        functions: Vec::new(),
        allowed,
        found: Vec::new(),
    };
    sources::visited(calls, text).found
}

/// Whether a source text defines a function.
fn defines(text: &str, function: &str) -> bool {
    ["(", "<"]
        .iter()
        .any(|after| text.contains(&format!("fn {function}{after}")))
}

/// Renamed functions must be renamed in the lists too.
#[test]
fn listed_functions_exist() {
    let sources = all("src");
    for call in DISK_CALLS.iter().copied() {
        let (owner, function) = call.rsplit_once("::").unwrap_or(("", call));
        let exists = |(path, text): &(String, String)| {
            let mut parts = path.trim_end_matches(".rs").split('/');
            let is_owner = owner.is_empty()
                || parts.any(|part| part == owner)
                || text.contains(&format!("impl {owner} {{"));
            is_owner && defines(text, function)
        };
        // `File` belongs to the standard library.
        assert!(owner == "File" || sources.iter().any(exists), "{call}");
    }
    for (file, function) in OFF_UI_THREAD {
        let source = sources
            .iter()
            .find(|(path, _)| path.ends_with(&format!("src/{file}")));
        let (_, text) = source.unwrap_or_else(|| panic!("there is no {file}"));
        assert!(
            *function == "*" || defines(text, function),
            "{file} has no function {function}"
        );
    }
}

/// `window` depends on `ui`, `ui` on `app`, and `app` on neither.
#[test]
fn the_window_s_state_depends_on_no_drawing_code() {
    for (module, above) in [
        ("app", &["ui", "window"][..]),
        ("ui", &["window"]),
        ("window", &[]),
    ] {
        for (path, text) in all(&format!("src/{module}")) {
            for used in CratePaths::of(&text) {
                let [first, second, ..] = used.as_slice() else {
                    continue;
                };
                assert!(
                    first != "crate" || !above.contains(&second.as_str()),
                    "{path} depends on {used:?}, which is in a higher layer"
                );
            }
        }
    }
}

/// Panels return commands instead of changing the state.
#[test]
fn panels_change_no_state() {
    for (path, text) in all("src/ui") {
        assert!(!text.contains("&mut State"), "{path} changes the state");
    }
}

#[test]
fn the_window_thread_touches_no_disk() {
    for (path, text) in window_sources() {
        let found = disk_calls(&path, &text);
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

#[test]
fn disk_calls_outside_slots_are_found() {
    let text = "
        impl App {
            fn bad(&mut self) {
                if path.is_dir() { settings::save(&x, &y); std::fs::write(a, b); }
                let named = LabelSet::read;
                past(&journals).filter(|past| past.old);
            }
            fn good(&mut self) {
                self.queue(Slot::Save, move |_| settings::save(&x, &y));
            }
        }
        #[cfg(test)]
        mod tests { fn fine() { fs::write(a, b); } }
    ";
    let found = disk_calls("src/app/other.rs", text);
    let expected = [
        ".is_dir() in bad",
        "settings::save in bad",
        "fs::write in bad",
        "LabelSet::read in bad",
        "past in bad",
    ];
    assert_eq!(found, expected);
}

#[test]
fn threads_of_the_window_are_started_in_few_places() {
    let allowed = [
        "app/single_instance/mod.rs",
        "app/tasks/fetcher.rs",
        "app/tasks/marks_writer.rs",
        "app/tasks/scoring.rs",
        "app/tasks/supervisor.rs",
    ];
    for (path, text) in window_sources() {
        let starts = text.contains("thread::Builder::new") || text.contains("thread::spawn");
        assert!(
            !starts || allowed.iter().any(|place| path.ends_with(place)),
            "{path} starts a thread outside the slots"
        );
    }
}
