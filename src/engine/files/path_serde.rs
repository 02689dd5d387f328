//! Serialises paths in journals and manifests: as text, or as bytes if they are not Unicode.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SerializedPath {
    Text(String),
    Bytes(Vec<u8>),
}

/// A path as text or bytes.
///
/// # Errors
/// As the serializer has them.
pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    let form = match path.to_str() {
        Some(text) => SerializedPath::Text(text.into()),
        None => SerializedPath::Bytes(path.as_os_str().as_encoded_bytes().to_vec()),
    };
    form.serialize(serializer)
}

/// A path from text or bytes.
///
/// # Errors
/// If there is neither.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    Ok(match SerializedPath::deserialize(deserializer)? {
        SerializedPath::Text(text) => text.into(),
        SerializedPath::Bytes(bytes) => from_bytes(bytes),
    })
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
