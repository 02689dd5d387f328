//! `lumisift models`: the starter, and folders that the person added.

use std::fs;
use std::path::Path;

use anyhow::Context;
use lumisift::core::model::{self, ModelChoice};
use lumisift::settings::{self, Dirs, Settings};
use serde_json::{Value, json};

use super::Outcome;
use super::args::{Common, ModelAction};
use super::collect::load_settings;
use super::output::{Columns, path_text, print, say};

pub fn run(common: &Common, action: Option<&ModelAction>) -> anyhow::Result<Outcome> {
    let dirs = Dirs::detect();
    let mut settings = load_settings(&dirs);
    match action {
        None | Some(ModelAction::List) => return list(common, &settings),
        Some(ModelAction::Add { dir }) => add(&mut settings, dir)?,
        Some(ModelAction::Remove { name }) => remove(&mut settings, name)?,
    }
    let file = dirs.settings_file();
    settings::save(&settings, &file).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Outcome::Fine)
}

fn list(common: &Common, settings: &Settings) -> anyhow::Result<Outcome> {
    let mut columns = Columns::new(&["name", "folder", "state"], &[]);
    let mut values: Vec<Value> = Vec::new();
    let mut push = |name: &str, folder: &str, state: &str| {
        columns.push(vec![name.into(), folder.into(), state.into()]);
        values.push(json!({ "name": name, "folder": folder, "state": state }));
    };
    if cfg!(feature = "starter") {
        push("starter", "(built in)", "ready");
    }
    for dir in &settings.models {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let state = if dir.join("config.json").is_file() {
            "ready"
        } else {
            "not there"
        };
        push(&name, &path_text(dir), state);
    }
    print(common.format, &columns, || Value::Array(values))?;
    Ok(Outcome::Fine)
}

fn add(settings: &mut Settings, dir: &Path) -> anyhow::Result<()> {
    let dir = fs::canonicalize(dir).with_context(|| format!("cannot find {}", dir.display()))?;
    // Loading it is the check.
    let model = model::load(&ModelChoice::Folder(dir.clone()))?;
    let taken = settings
        .models
        .iter()
        .find(|known| known.file_name() == dir.file_name());
    if let Some(known) = taken.filter(|known| **known != dir) {
        anyhow::bail!(
            "the name is taken by {}: rename one of the folders",
            known.display()
        );
    }
    if taken.is_none() {
        settings.models.push(dir);
    }
    say(format_args!(
        "added: use it with --model {}",
        model.info().name
    ));
    Ok(())
}

fn remove(settings: &mut Settings, name: &str) -> anyhow::Result<()> {
    let before = settings.models.len();
    settings
        .models
        .retain(|dir| dir.file_name().is_none_or(|n| n != name) && dir != Path::new(name));
    if settings.models.len() == before {
        anyhow::bail!("no added model is called {name:?}: `lumisift models` lists them");
    }
    say(format_args!(
        "{name} is forgotten; its files are where they were"
    ));
    Ok(())
}
