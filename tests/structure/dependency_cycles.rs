//! There is no dependency cycle between files, so that each can be read and moved with only its dependencies.

use crate::sources;

use std::collections::{BTreeMap, BTreeSet};

use sources::{CratePaths, all};

type Module = Vec<String>;

/// The module that a file defines, from the root of the crate.
fn module_of(path: &str) -> Module {
    let path = path.replace('\\', "/");
    let root = env!("CARGO_MANIFEST_DIR").replace('\\', "/");
    let inside = path.strip_prefix(&root).unwrap_or(&path);
    let inside = inside.strip_prefix("/src/").expect("in src");
    let inside = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    inside.split('/').map(ToOwned::to_owned).collect()
}

/// The file that a path resolves to from within a module.
fn target(modules: &BTreeSet<Module>, from: &Module, used: &[String]) -> Option<Module> {
    let ups = used.iter().take_while(|name| *name == "super").count();
    let whole: Module = match used.first()?.as_str() {
        "crate" => used[1..].to_vec(),
        "self" => [from, &used[1..]].concat(),
        "super" => [&from[..from.len().checked_sub(ups)?], &used[ups..]].concat(),
        _ => [from, used].concat(),
    };
    let prefixes = (1..=whole.len()).rev().map(|len| whole[..len].to_vec());
    prefixes.into_iter().find(|prefix| modules.contains(prefix))
}

/// The files that each file depends on. A module and its children may depend on each other.
fn dependencies(files: &[(String, String)]) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules: BTreeSet<Module> = files.iter().map(|(path, _)| module_of(path)).collect();
    let of = |(path, text): &(String, String)| {
        let module = module_of(path);
        let used = CratePaths::of(text);
        let targets = used
            .iter()
            .filter_map(|used| target(&modules, &module, used));
        let others =
            targets.filter(|other| !other.starts_with(&module) && !module.starts_with(other));
        (module.clone(), others.collect())
    };
    files.iter().map(of).collect()
}

/// The files of a dependency cycle, if there is one.
fn cycle(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<String>> {
    fn walk(
        at: &Module,
        graph: &BTreeMap<Module, BTreeSet<Module>>,
        path: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|module| module == at) {
            return Some(
                path[start..]
                    .iter()
                    .map(|module| module.join("::"))
                    .collect(),
            );
        }
        if !done.insert(at.clone()) {
            return None;
        }
        path.push(at.clone());
        let found = graph[at]
            .iter()
            .find_map(|next| walk(next, graph, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    graph
        .keys()
        .find_map(|module| walk(module, graph, &mut Vec::new(), &mut done))
}

#[test]
fn there_is_no_dependency_cycle() {
    let graph = dependencies(&all("src"));
    // Fewer dependencies than this mean that paths are no longer resolved.
    let edges: usize = graph.values().map(BTreeSet::len).sum();
    assert!(
        graph.len() > 200 && edges > 1000,
        "{} files, {edges} edges",
        graph.len()
    );
    assert_eq!(
        cycle(&graph),
        None,
        "a dependency cycle: each file depends on the next, and the last on the first"
    );
}

#[test]
fn cycles_are_found() {
    let files = [
        ("/src/a/mod.rs", "mod one; mod two; use two::Two;"),
        ("/src/a/one.rs", "use super::two::Two;"),
        ("/src/a/two.rs", "use crate::b::B;"),
        ("/src/b.rs", "use crate::c;"),
        ("/src/c.rs", "#[cfg(test)] mod tests { use crate::b::B; }"),
    ];
    let mut files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(cycle(&dependencies(&files)), None);
    files[4].1 = "fn f() { crate::a::one::g() }".into();
    let found = cycle(&dependencies(&files)).expect("a cycle");
    assert_eq!(found, ["a::one", "a::two", "b", "c"]);
}
