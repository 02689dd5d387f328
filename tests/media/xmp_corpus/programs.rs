//! The values that exiftool and exiv2 read.

use super::{Expected, TOUCHED};

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

pub(super) fn output(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{program}: {error}; this test needs exiftool and exiv2: install them (libimage-exiftool-perl and exiv2 on Debian)")
    });
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

/// The values that exiftool reads from each file, by name.
pub(super) fn exiftool(files: &[PathBuf]) -> HashMap<String, Map<String, Value>> {
    let mut command = Command::new("exiftool");
    command.args(["-json", "-struct", "-G1", "-a", "-charset", "filename=utf8"]);
    let (out, _) = output(command.args(files));
    let read: Vec<Map<String, Value>> = serde_json::from_str(&out).expect("JSON");
    let named = read.into_iter().map(|mut tags| {
        let path = tags.remove("SourceFile").expect("a name");
        tags.retain(|tag, _| !tag.starts_with("System:") && !tag.starts_with("File:"));
        let name = Path::new(path.as_str().expect("a name")).file_name();
        (name.expect("a name").to_string_lossy().into_owned(), tags)
    });
    named.collect()
}

pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(value) => Some(text(value))
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
    }
}

pub(super) fn as_exiftool_reads(tags: &Map<String, Value>) -> Expected {
    let [subject, hierarchical, tag_list, rating, label] = TOUCHED.map(|tag| list(tags.get(tag)));
    Expected {
        subject,
        hierarchical,
        tags: tag_list,
        rating: rating
            .first()
            .map(|rating| rating.parse().expect("a number")),
        label: label.first().cloned(),
    }
}

/// The values that exiv2 reads from each file: keys and values by name. It must print nothing else.
pub(super) fn exiv2(files: &[PathBuf]) -> HashMap<String, Vec<(String, String)>> {
    let mut command = Command::new("exiv2");
    let (out, warnings) = output(command.arg("-PXkv").args(files));
    assert_eq!(warnings, "", "exiv2 warns");
    let mut read: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for line in out.lines() {
        let Some((path, rest)) = line
            .split_once("  Xmp.")
            .or_else(|| line.split_once(" Xmp."))
        else {
            continue;
        };
        let name = Path::new(path.trim()).file_name().expect("a name");
        let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
        let values = read.entry(name.to_string_lossy().into_owned()).or_default();
        values.push((key.into(), value.trim().into()));
    }
    read
}

pub(super) fn as_exiv2_reads(tags: &[(String, String)]) -> Expected {
    let value = |key: &str| {
        let found = tags.iter().find(|(known, _)| known == key);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let list = |key: &str| -> Vec<String> {
        let items = value(key).into_iter().flat_map(|value| value.split(", "));
        items.map(ToOwned::to_owned).collect()
    };
    Expected {
        subject: list("dc.subject"),
        hierarchical: list("lr.hierarchicalSubject"),
        tags: list("digiKam.TagsList"),
        rating: value("xmp.Rating").map(|rating| rating.parse().expect("a number")),
        label: value("xmp.Label").map(ToOwned::to_owned),
    }
}
