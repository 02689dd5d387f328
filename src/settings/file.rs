//! Files of settings: read value by value, so that one that cannot be used costs no other, and written whole or not at
//! all.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::engine::files::atomic_write::write_private;
use crate::engine::files::regular::read_regular;

/// Largest file of settings that is read.
const MAX_BYTES: u64 = 16 << 20;

/// A file's worth of values, each with its usual one.
pub trait FileValues: Default + Serialize + DeserializeOwned {
    /// Takes back values that mean nothing, and says which.
    fn refuse(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a file of settings. A missing file means the defaults. A value that cannot be used costs itself alone, and a
/// file that is no JSON is set aside; both are said by the second value.
#[must_use]
pub fn load<T: FileValues>(path: &Path) -> (T, Option<String>) {
    let text = match read_regular(path, MAX_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return (T::default(), None),
        Err(error) => {
            let notice = format!(
                "the settings in {} cannot be read ({error}): the defaults are used",
                path.display()
            );
            tracing::warn!(path = ?path, "{notice}");
            return (T::default(), Some(notice));
        }
    };
    let values: Map<String, Value> = match serde_json::from_slice(&text) {
        Ok(values) => values,
        Err(error) => return (T::default(), Some(quarantine(path, &error))),
    };
    let (mut settings, mut problems) = take_values::<T>(values);
    problems.extend(settings.refuse());
    let notice = (!problems.is_empty()).then(|| {
        format!(
            "in the settings in {}: {}",
            path.display(),
            problems.join("; ")
        )
    });
    (settings, notice)
}

/// What a file of settings says, as far as it can be read. Nothing is set aside: [`load`] does that, and says so.
#[must_use]
pub fn peek<T: FileValues>(path: &Path) -> T {
    let text = read_regular(path, MAX_BYTES).unwrap_or_default();
    let values = serde_json::from_slice(&text).unwrap_or_default();
    let (mut settings, _) = take_values::<T>(values);
    settings.refuse();
    settings
}

/// All values that can be used; the others in words.
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

/// What of a value is accepted, down to single entries of lists and of groups.
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
    problems.push(format!("{name:?} cannot be used ({reason})"));
    None
}

/// Renames a file that is no file of settings; what became of it, in words.
fn quarantine(path: &Path, error: &serde_json::Error) -> String {
    let quarantined = path.with_extension("json.broken");
    let outcome = match fs::rename(path, &quarantined) {
        Ok(()) => format!("set aside as {}", quarantined.display()),
        Err(_) => "left as it is".into(),
    };
    format!(
        "the settings in {} cannot be read ({error}): they were {outcome}, and the defaults are used",
        path.display()
    )
}

/// Writes a file of settings, whole or not at all; only the person may read it.
///
/// # Errors
/// If it cannot be written.
pub fn save<T: Serialize>(settings: &T, path: &Path) -> std::io::Result<()> {
    write_private(path, &serde_json::to_vec_pretty(settings)?)
}
