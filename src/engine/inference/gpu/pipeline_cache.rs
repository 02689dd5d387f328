//! On-disk pipeline cache, if the driver supports one, to avoid recompiling kernels at the next start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::adapter::Adapter;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::read_regular;

/// Size limit of a cache file in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// Length of the hash that precedes the driver's data.
const HASH: usize = blake3::OUT_LEN;
/// Name of the cache folder, below the folder of stored measurements.
const FOLDER: &str = "kernels";

/// The pipeline cache of an adapter and its file.
pub struct PipelineCache {
    inner: wgpu::PipelineCache,
    file: PathBuf,
    owner: String,
    /// Hash of the file's contents.
    saved: Mutex<Option<blake3::Hash>>,
}

/// Key of the data: adapter and driver. `None` if the driver supports no pipeline cache.
fn owner(adapter: &Adapter) -> Option<String> {
    let key = wgpu::util::pipeline_cache_key(&adapter.inner.get_info())?;
    Some(format!("{key}\n{}", adapter.identity()))
}

/// The hash that precedes the data of this owner.
fn hash_of(owner: &str, data: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in [owner.as_bytes(), data] {
        hasher
            .update(&(part.len() as u64).to_le_bytes())
            .update(part);
    }
    hasher.finalize()
}

/// The cached data of this owner, if the hash matches.
fn read(file: &Path, owner: &str) -> Option<Vec<u8>> {
    let bytes = read_regular(file, MAX_BYTES).ok()?;
    let (hash, data) = bytes.split_at_checked(HASH)?;
    (hash_of(owner, data).as_bytes() == hash).then(|| data.to_vec())
}

/// The cache folder, created if missing. `None` if other users can write to it.
fn own_folder(folder: &Path) -> Option<PathBuf> {
    fs::create_dir_all(folder).ok()?;
    let own = folder.join(FOLDER);
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&own) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return None,
        _ => {}
    }
    is_ours_alone(&own).then_some(own)
}

/// Whether only the current user and root can modify a folder.
#[cfg(unix)]
fn is_ours_alone(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let us = rustix::process::geteuid().as_raw();
    // The target of a symbolic link may be writable by others.
    fs::symlink_metadata(folder).is_ok_and(|metadata| {
        metadata.is_dir() && metadata.uid() == us && metadata.mode() & 0o022 == 0
    })
}

/// On Windows, user folders are private by default.
#[cfg(not(unix))]
fn is_ours_alone(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir())
}

impl PipelineCache {
    /// Loads the cache of an adapter. `None` if the device was opened without the feature, or there is no folder that
    /// is protected from other users.
    pub fn open(device: &wgpu::Device, adapter: &Adapter, folder: &Path) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let owner = owner(adapter)?;
        let name = blake3::hash(owner.as_bytes()).to_hex();
        let file = own_folder(folder)?.join(format!("{}.bin", &name[..16]));
        let data = read(&file, &owner);
        let known = data.as_deref().and_then(|data| create(device, Some(data)));
        let saved = data.filter(|_| known.is_some());
        Some(Self {
            inner: match known {
                Some(known) => known,
                None => create(device, None)?,
            },
            saved: Mutex::new(saved.map(|data| hash_of(&owner, &data))),
            file,
            owner,
        })
    }

    pub fn inner(&self) -> &wgpu::PipelineCache {
        &self.inner
    }

    /// Writes the compiled kernels to disk, if they have changed. A failure only delays the next start.
    pub fn save(&self) {
        let (Some(data), Ok(mut saved)) = (self.inner.get_data(), self.saved.lock()) else {
            return;
        };
        let hash = hash_of(&self.owner, &data);
        if *saved == Some(hash) {
            return;
        }
        let bytes = [hash.as_bytes().as_slice(), &data].concat();
        match atomic_write(&self.file, &bytes) {
            Ok(()) => *saved = Some(hash),
            Err(error) => tracing::debug!(%error, "compiled kernels were not kept"),
        }
    }
}

/// Creates a pipeline cache from `data`, or an empty one. `None` if wgpu rejects the data.
fn create(device: &wgpu::Device, data: Option<&[u8]>) -> Option<wgpu::PipelineCache> {
    let refusals = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let descriptor = wgpu::PipelineCacheDescriptor {
        label: Some("kernels"),
        data,
        fallback: false,
    };
    // SAFETY: wgpu requires that any data was returned by `PipelineCache::get_data` of a device of the same adapter and
    // driver. `data` comes from `read` alone: a file that `save` wrote, in a folder that nobody else can write to
    // (checked on Unix), whose hash covers the bytes with the adapter's and driver's names and wgpu's key for both. The
    // hash is not a signature: a program of the same user could forge it, but could equally modify this program.
    #[allow(unsafe_code, reason = "drivers trust this data")]
    let cache = unsafe { device.create_pipeline_cache(&descriptor) };
    let refused = pollster::block_on(refusals.pop());
    if let Some(error) = &refused {
        tracing::debug!(%error, "compiled kernels were rejected");
    }
    refused.is_none().then_some(cache)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_that_is_whole_and_of_the_same_card_is_given_to_a_driver() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("kernels.bin");
        let (card, data) = ("Radeon", b"compiled");
        let mut bytes = hash_of(card, data).as_bytes().to_vec();
        bytes.extend(data);
        fs::write(&file, &bytes).expect("written");
        assert_eq!(read(&file, card).as_deref(), Some(&data[..]));
        assert_eq!(read(&file, "another"), None);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&file, &damaged).expect("written");
            assert_eq!(read(&file, card), None);
            fs::write(&file, &bytes[..at]).expect("written");
            assert_eq!(read(&file, card), None);
        }
        assert_eq!(read(dir.path(), card), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().expect("a folder");
        let own = own_folder(dir.path()).expect("a folder of our own");
        assert_eq!(own_folder(dir.path()).as_ref(), Some(&own));
        for mode in [0o770, 0o707, 0o777] {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(&own, permissions).expect("set");
            assert_eq!(own_folder(dir.path()), None, "{mode:o}");
        }
        fs::remove_dir(&own).expect("removed");
        let other = tempfile::tempdir().expect("a folder");
        symlink(other.path(), &own).expect("linked");
        assert_eq!(own_folder(dir.path()), None);
    }
}
