//! `lumisift store`: checks and compacts the store.

use lumisift::engine::index::store::{Store, Tidied, Verified};
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Digits, Ungrouped};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, OutputFormat, StoreAction};
use super::library::{load_settings, store_dir};
use super::output::{OutputTable, in_language_of, path_text, print, print_sentence};

/// Runs `lumisift store`.
pub fn run(common: &CommonArgs, action: StoreAction) -> anyhow::Result<RunOutcome> {
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    let dir = store_dir(common, &dirs, &settings);
    // Opening would create a missing store.
    if !dir.join("facts.db").is_file() {
        anyhow::bail!(t!("cli-no-store", folder = path_text(&dir)));
    }
    let store = Store::open(&dir)?;
    store.notices().iter().for_each(print_sentence);
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
        needs_repair,
    } = &found;
    let bytes = store.size()?.bytes;
    let repaired = !store.notices().is_empty();
    let sound = damage.is_empty() && !repaired;
    let mut columns = OutputTable::new(&["what", "found"], &[]).with_words("what");
    let mut push = |what: &str, found: String| columns.push(vec![what.into(), found]);
    let state = in_language_of(common.format, || state(&found, repaired));
    push("state", state.into());
    push("photos", photos.to_string());
    push("files", files.to_string());
    push("vectors", vectors.to_string());
    let databases = || {
        t!(
            "cli-thumbnails",
            thumbnails = Ungrouped(*thumbnails),
            databases = t!("cli-databases", count = Ungrouped(*volumes))
        )
    };
    push("thumbnails", in_language_of(common.format, databases));
    push("size", size_cell(common.format, bytes));
    let damage_rows = damage.iter().map(|what| damage_cell(common.format, what));
    damage_rows.for_each(|what| push("damage", what));
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
            "to_be_repaired": needs_repair,
        })
    })?;
    Ok(match sound {
        true => RunOutcome::Success,
        false => RunOutcome::SomeFailed,
    })
}

/// A size with its unit in tables, and in bytes for programs.
fn size_cell(format: OutputFormat, bytes: u64) -> String {
    match format {
        OutputFormat::Table => text::bytes(bytes, Digits::Ungrouped),
        _ => bytes.to_string(),
    }
}

/// A sentence about damage: in the user's language in a table, and in English for programs.
fn damage_cell(format: OutputFormat, what: &str) -> String {
    in_language_of(format, || text::sentence(what).into_owned())
}

fn state(found: &Verified, repaired: bool) -> &'static str {
    match (found.needs_repair, found.damage.is_empty()) {
        (true, _) => t!("cli-store-damaged"),
        (false, false) => t!("cli-store-repaired"),
        (false, true) if repaired => t!("cli-store-repaired-opening"),
        (false, true) => t!("cli-store-sound"),
    }
}

fn compact(common: &CommonArgs, store: &Store, tidied: Tidied) -> anyhow::Result<RunOutcome> {
    let size = store.size()?;
    let mut columns = OutputTable::new(&["what", "found"], &[]).with_words("what");
    let mut push = |what: &str, found: String| columns.push(vec![what.into(), found]);
    push("photos forgotten", tidied.photos.to_string());
    push("freed", size_cell(common.format, tidied.bytes));
    push("size", size_cell(common.format, size.bytes));
    print(common.format, &columns, || {
        json!({
            "photos_forgotten": tidied.photos,
            "models_forgotten": tidied.models,
            "bytes_freed": tidied.bytes,
            "bytes": size.bytes,
        })
    })?;
    Ok(RunOutcome::Success)
}

#[cfg(test)]
mod tests {
    use lumisift::text::{Locale, keep_to_thread};

    use super::*;

    #[test]
    fn sizes_are_plain_numbers_for_programs() {
        keep_to_thread(Locale::English);
        assert_eq!(size_cell(OutputFormat::Table, 1_500_000), "1.5 MB");
        assert_eq!(size_cell(OutputFormat::Csv, 1_500_000), "1500000");
    }

    #[test]
    fn damage_is_translated_in_tables_only() {
        keep_to_thread(Locale::SimplifiedChinese);
        for (english, chinese) in [
            (
                "facts.db: 1 row about a file damaged and removed",
                "facts.db: 1 行文件记录已损坏，已删除",
            ),
            (
                "thumbnails.db: 2 rows about thumbnails damaged and removed",
                "thumbnails.db: 2 行缩略图记录已损坏，已删除",
            ),
            (
                "a.f32: vectors differ from what was written",
                "a.f32: 向量与写入的内容不一致",
            ),
        ] {
            assert_eq!(damage_cell(OutputFormat::Table, english), chinese);
            assert_eq!(damage_cell(OutputFormat::Csv, english), english);
        }
        keep_to_thread(Locale::English);
    }
}
