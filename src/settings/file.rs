//! Settings files: parsed value by value, so that an invalid value does not affect others, and written atomically.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::engine::files::atomic_write::write_private;
use crate::engine::files::regular::read_regular;
use crate::{t, text};

/// Size limit of a settings file, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Files whose contents could not be used and that are still in place. [`save`] does not overwrite them.
static UNREAD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The values of a settings file, with defaults.
pub trait FileValues: Default + Serialize + DeserializeOwned {
    /// Resets invalid values to their defaults, and returns a description of each in the user's language.
    fn refuse(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a settings file. A missing file means the defaults. Invalid values are replaced by their defaults. A file that
/// is too large or not JSON is quarantined; one that cannot be read stays in place, since it may be valid. The second
/// value is a notice about any of these, in the user's language.
#[must_use]
pub fn load<T: FileValues>(path: &Path) -> (T, Option<String>) {
    unread().remove(path);
    let text = match read_regular(path, MAX_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return (T::default(), None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            return (T::default(), Some(quarantine(path, &error)));
        }
        Err(error) => return (T::default(), Some(leave(path, &error))),
    };
    let values: Map<String, Value> = match serde_json::from_slice(&text) {
        Ok(values) => values,
        Err(error) => return (T::default(), Some(quarantine(path, &error))),
    };
    let (mut settings, mut problems) = take_values::<T>(values);
    problems.extend(settings.refuse());
    let notice = (!problems.is_empty()).then(|| {
        t!(
            "settings-problems",
            path = path.display(),
            problems = problems.join(t!("reason-separator"))
        )
    });
    (settings, notice)
}

/// Reads the valid values of a settings file. Unlike [`load`], it neither quarantines nor reports anything.
#[must_use]
pub fn peek<T: FileValues>(path: &Path) -> T {
    let text = read_regular(path, MAX_BYTES).unwrap_or_default();
    let values = serde_json::from_slice(&text).unwrap_or_default();
    let (mut settings, _) = take_values::<T>(values);
    settings.refuse();
    settings
}

/// All valid values, and descriptions of the others.
fn take_values<T: FileValues>(values: Map<String, Value>) -> (T, Vec<String>) {
    let mut problems = Vec::new();
    let accepts = |value: &Value| match serde_json::from_value::<T>(value.clone()) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    let usable = prune(Value::Object(values), "", &accepts, &mut problems);
    let settings = usable.and_then(|usable| serde_json::from_value(usable).ok());
    (settings.unwrap_or_default(), problems)
}

/// Removes invalid values, down to single elements of arrays and objects.
fn prune(
    value: Value,
    name: &str,
    accepts: &dyn Fn(&Value) -> Result<(), String>,
    problems: &mut Vec<String>,
) -> Option<Value> {
    let Err(reason) = accepts(&value) else {
        return Some(value);
    };
    let pruned = match value {
        Value::Array(entries) => {
            let inside = |entry: &Value| accepts(&Value::Array(vec![entry.clone()]));
            let kept = entries
                .into_iter()
                .filter_map(|entry| prune(entry, name, &inside, problems));
            Value::Array(kept.collect())
        }
        Value::Object(entries) => {
            let kept = entries.into_iter().filter_map(|(key, entry)| {
                let inside = |entry: &Value| {
                    accepts(&Value::Object(Map::from_iter([(
                        key.clone(),
                        entry.clone(),
                    )])))
                };
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                Some((key.clone(), prune(entry, &name, &inside, problems)?))
            });
            Value::Object(kept.collect())
        }
        single => single,
    };
    if accepts(&pruned).is_ok() {
        return Some(pruned);
    }
    problems.push(t!(
        "settings-value-unusable",
        name = format!("{name:?}"),
        reason = reason
    ));
    None
}

/// Quarantines an unusable settings file, and returns a description of the outcome.
fn quarantine(path: &Path, error: &dyn Display) -> String {
    let Ok(quarantined) = rename_to_unused(path) else {
        return leave(path, error);
    };
    tracing::warn!(path = ?path, %error, "settings cannot be read: the defaults are used");
    let error = error.to_string();
    t!(
        "settings-set-aside",
        path = path.display(),
        error = text::sentence(&error),
        name = quarantined.display()
    )
}

/// Protects an unusable settings file that stays in place from being overwritten, and returns a notice.
fn leave(path: &Path, error: &dyn Display) -> String {
    tracing::warn!(path = ?path, %error, "settings cannot be read: the defaults are used");
    unread().insert(path.into());
    let error = error.to_string();
    t!(
        "settings-left",
        path = path.display(),
        error = text::sentence(&error)
    )
}

/// Renames a file to an unused name, and returns that.
fn rename_to_unused(path: &Path) -> io::Result<PathBuf> {
    let numbered = |n: u32| match n {
        1 => path.with_extension("json.broken"),
        n => path.with_extension(format!("json.broken-{n}")),
    };
    let unused = (1..)
        .map(numbered)
        .find(|name| fs::symlink_metadata(name).is_err());
    let unused = unused.ok_or(ErrorKind::AlreadyExists)?;
    fs::rename(path, &unused)?;
    Ok(unused)
}

fn unread() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNREAD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Quarantines a file that [`load`] left in place, if it is still unusable.
fn quarantine_unread(path: &Path) -> io::Result<()> {
    let mut unread = unread();
    if !unread.contains(path) {
        return Ok(());
    }
    let is_valid = read_regular(path, MAX_BYTES)
        .is_ok_and(|text| serde_json::from_slice::<Map<String, Value>>(&text).is_ok());
    if is_valid {
        let problem = t!("settings-not-loaded", path = path.display());
        return Err(io::Error::other(problem));
    }
    match rename_to_unused(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    unread.remove(path);
    Ok(())
}

/// Writes a settings file atomically, readable only by the user.
///
/// # Errors
/// Returns an error if the file cannot be written, or if [`load`] left one in place that is valid by now or cannot be
/// quarantined.
pub fn save<T: Serialize>(settings: &T, path: &Path) -> io::Result<()> {
    quarantine_unread(path)?;
    write_private(path, &serde_json::to_vec_pretty(settings)?)
}
