//! `lumisift store`: checking the store, and making it as small as what it holds.

use lumisift::engine::index::store::{Store, Tidied, Verified};
use lumisift::engine::plural::counted;
use lumisift::settings::Dirs;
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, StoreAction};
use super::library::{load_settings, store_dir};
use super::output::{OutputTable, path_text, print, say};

/// `lumisift store`.
pub fn run(common: &CommonArgs, action: StoreAction) -> anyhow::Result<RunOutcome> {
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    let dir = store_dir(common, &dirs, &settings);
    // Looking must not make what is not there.
    if !dir.join("facts.db").is_file() {
        anyhow::bail!("there is no store at {}", path_text(&dir));
    }
    let store = Store::open(&dir)?;
    store.notices().iter().for_each(say);
    match action {
        StoreAction::Check => check(common, &store),
        StoreAction::Compact => compact(common, &store, store.compact(settings.store_limits())?),
    }
}

fn check(common: &CommonArgs, store: &Store) -> anyhow::Result<RunOutcome> {
    let found = store.verify()?;
    let Verified {
        photos,
        files,
        vectors,
        thumbnails,
        volumes,
        damage,
        to_be_repaired,
    } = &found;
    let bytes = store.size()?.bytes;
    let repaired = !store.notices().is_empty();
    let sound = damage.is_empty() && !repaired;
    let mut columns = OutputTable::new(&["what", "found"], &[]);
    let mut push = |what: &str, found: String| columns.push(vec![what.into(), found]);
    push("state", state(&found, repaired).into());
    push("photos", photos.to_string());
    push("files", files.to_string());
    push("vectors", vectors.to_string());
    let databases = counted(*volumes, "database", "databases");
    push("thumbnails", format!("{thumbnails} in {databases}"));
    push("size", format!("{} MB", bytes >> 20));
    damage.iter().for_each(|what| push("damage", what.clone()));
    print(common.format, &columns, || {
        json!({
            "sound": sound,
            "photos": photos,
            "files": files,
            "vectors": vectors,
            "thumbnails": thumbnails,
            "thumbnail_databases": volumes,
            "bytes": bytes,
            "set_aside": store.notices(),
            "damage": damage,
            "to_be_repaired": to_be_repaired,
        })
    })?;
    Ok(match sound {
        true => RunOutcome::Fine,
        false => RunOutcome::SomeFailed,
    })
}

fn state(found: &Verified, repaired: bool) -> &'static str {
    match (found.to_be_repaired, found.damage.is_empty()) {
        (true, _) => {
            "damaged: the next command that reads photos repairs it and reads again what was lost"
        }
        (false, false) => "repaired: what was lost is read again",
        (false, true) if repaired => "repaired while it was opened: what was lost is read again",
        (false, true) => "sound",
    }
}

fn compact(common: &CommonArgs, store: &Store, tidied: Tidied) -> anyhow::Result<RunOutcome> {
    let size = store.size()?;
    let mut columns = OutputTable::new(&["what", "found"], &[]);
    let mut push = |what: &str, found: String| columns.push(vec![what.into(), found]);
    push("photos forgotten", tidied.photos.to_string());
    push("freed", format!("{} MB", tidied.bytes >> 20));
    push("size", format!("{} MB", size.bytes >> 20));
    print(common.format, &columns, || {
        json!({
            "photos_forgotten": tidied.photos,
            "models_forgotten": tidied.models,
            "bytes_freed": tidied.bytes,
            "bytes": size.bytes,
        })
    })?;
    Ok(RunOutcome::Fine)
}
