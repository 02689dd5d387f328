//! Compiled kernels on disk, where the driver can hand them out: the next start need not compile them again.

use std::path::{Path, PathBuf};

use super::adapter::Adapter;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::read_regular;

/// Largest file that is read.
const MAX_BYTES: u64 = 64 << 20;
/// Length of the hash before the driver's data.
const HASH: usize = blake3::OUT_LEN;

/// The compiled kernels of a card, and the file that they are kept in.
pub struct PipelineCache {
    inner: wgpu::PipelineCache,
    file: PathBuf,
}

/// The file for a card with its driver, if the driver has such data.
fn file_in(folder: &Path, adapter: &Adapter) -> Option<PathBuf> {
    let key = wgpu::util::pipeline_cache_key(&adapter.inner.get_info())?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes());
    hasher.update(adapter.identity().as_bytes());
    let hash = hasher.finalize().to_hex();
    Some(folder.join(format!("gpu-kernels-{}.bin", &hash[..16])))
}

/// What was kept, if every byte of it is as it was written.
fn read(file: &Path) -> Option<Vec<u8>> {
    let bytes = read_regular(file, MAX_BYTES).ok()?;
    let (hash, data) = bytes.split_at_checked(HASH)?;
    (blake3::hash(data).as_bytes() == hash).then(|| data.to_vec())
}

impl PipelineCache {
    /// What is known of a card from earlier runs. Nothing if the device was opened without the feature.
    pub fn open(device: &wgpu::Device, adapter: &Adapter, folder: &Path) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let file = file_in(folder, adapter)?;
        let data = read(&file);
        let descriptor = wgpu::PipelineCacheDescriptor {
            label: Some("kernels"),
            data: data.as_deref(),
            fallback: true,
        };
        // SAFETY: wgpu asks for data that it handed out itself. `keep` alone writes this file, and the hash shows that
        // nothing has changed since; wgpu checks in addition that it is of the same driver and version.
        #[allow(unsafe_code, reason = "drivers trust this data")]
        let inner = unsafe { device.create_pipeline_cache(&descriptor) };
        Some(Self { inner, file })
    }

    pub fn inner(&self) -> &wgpu::PipelineCache {
        &self.inner
    }

    /// Writes what the driver compiled so far. Without it the next start takes longer, nothing else.
    pub fn keep(&self) {
        let Some(data) = self.inner.get_data() else {
            return;
        };
        let bytes = [blake3::hash(&data).as_bytes().as_slice(), &data].concat();
        if let Err(error) = atomic_write(&self.file, &bytes) {
            tracing::debug!(%error, "compiled kernels were not kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_that_is_whole_is_given_to_a_driver() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("kernels.bin");
        let data = b"compiled";
        let mut bytes = blake3::hash(data).as_bytes().to_vec();
        bytes.extend(data);
        std::fs::write(&file, &bytes).expect("written");
        assert_eq!(read(&file).as_deref(), Some(&data[..]));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            std::fs::write(&file, &damaged).expect("written");
            assert_eq!(read(&file), None);
            std::fs::write(&file, &bytes[..at]).expect("written");
            assert_eq!(read(&file), None);
        }
        assert_eq!(read(dir.path()), None);
    }
}
