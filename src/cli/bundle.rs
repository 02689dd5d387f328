//! `lumisift doctor --bundle`: one file for a bug report, without private paths.

use std::io::{self, Cursor, Write};
use std::path::Path;

use anyhow::Context;
use lumisift::engine::files::regular::read_regular;
use lumisift::logging;
use lumisift::settings::Dirs;
use lumisift::t;
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::redact::{Redactor, without_password};

/// Writes `facts`, the settings and the logs to a new ZIP archive at `path`.
///
/// # Errors
/// Returns an error if `path` exists or cannot be written.
pub fn write(path: &Path, facts: Value, dirs: &Dirs, with_paths: bool) -> anyhow::Result<()> {
    let entries = bundle_entries(facts, dirs, with_paths);
    let bytes = pack(&entries).context(t!("cli-no-bundle"))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let cannot = || t!("cli-cannot-write", path = path.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    file.write_all(&bytes).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
            anyhow::bail!(t!("cli-bundle-exists", path = path.display()))
        }
        Err(refused) => Err(refused.error).with_context(cannot),
    }
}

/// Maximum size in bytes of a log or settings file that is read.
const MAX_BYTES: u64 = 64 << 20;

/// The files of the bundle, as pairs of name and content.
fn bundle_entries(mut facts: Value, dirs: &Dirs, with_paths: bool) -> Vec<(String, String)> {
    let mut redactor = Redactor::default();
    for (folder, name) in [
        (&dirs.config, "config"),
        (&dirs.cache, "cache"),
        (&dirs.data, "data"),
        (&dirs.state, "state"),
    ] {
        redactor.own(folder, name);
    }
    let mut settings = read_settings(&dirs.settings_file());
    let logs: Vec<(String, String)> = logging::files(&dirs.state)
        .iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy();
            // A full disk may have cut the file within a character.
            let bytes = read_regular(path, MAX_BYTES).ok()?;
            Some((
                format!("logs/{name}"),
                String::from_utf8_lossy(&bytes).into(),
            ))
        })
        .collect();
    if !with_paths {
        redactor.facts(&mut facts);
        redactor.settings(&mut settings);
    }
    let mut entries = vec![
        ("doctor.json".into(), format!("{facts:#}\n")),
        ("settings.json".into(), format!("{settings:#}\n")),
    ];
    entries.extend(logs.into_iter().map(|(name, text)| match with_paths {
        true => (name, text),
        false => (name, redactor.text(&text)),
    }));
    entries
}

/// The settings, or a message that they cannot be read.
fn read_settings(path: &Path) -> Value {
    let text = match read_regular(path, MAX_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Value::Null,
        Err(error) => return Value::String(format!("cannot be read: {error}")),
    };
    let mut settings: Value = match serde_json::from_slice(&text) {
        Ok(settings) => settings,
        Err(error) => return Value::String(format!("cannot be understood: {error}")),
    };
    let mirrors = settings.get_mut("mirrors").and_then(Value::as_array_mut);
    for mirror in mirrors.into_iter().flatten() {
        if let Value::String(address) = mirror {
            *address = without_password(address);
        }
    }
    settings
}

fn pack(entries: &[(String, String)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        archive.start_file(name.as_str(), SimpleFileOptions::default())?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}
