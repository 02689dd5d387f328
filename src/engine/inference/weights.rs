//! Reads checkpoint tensors one at a time, so that a model is in memory only once, in its final format.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::engine::files::regular::open_regular;
use candle_core::{DType, Device, Error, Result, Shape, Tensor};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;
use safetensors::tensor::Metadata;

/// Size in bytes of the header length field at the start of a file.
const LENGTH: u64 = 8;
/// Maximum header size in bytes, as defined by the safetensors format.
const MAX_HEADER: u64 = 100_000_000;

/// Location of a tensor.
struct TensorLocation {
    file: usize,
    /// Offset in bytes from the start of the file.
    start: u64,
    length: usize,
    dtype: DType,
    shape: Vec<usize>,
}

/// The safetensors files of a model: a single file or several shards.
pub struct Weights {
    files: Vec<Mutex<File>>,
    places: HashMap<String, TensorLocation>,
}

impl Weights {
    /// Reads the headers.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, is truncated, or does not match its header.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut weights = Self {
            files: Vec::new(),
            places: HashMap::new(),
        };
        for path in paths {
            let file = open_regular(path)?;
            weights.add(file).map_err(|e| e.with_path(path))?;
        }
        Ok(weights)
    }

    fn add(&mut self, mut file: File) -> Result<()> {
        let whole = file.metadata()?.len();
        let mut length = [0; LENGTH as usize];
        file.read_exact(&mut length)?;
        let header = u64::from_le_bytes(length);
        if header > MAX_HEADER.min(whole.saturating_sub(LENGTH)) {
            candle_core::bail!("a header of {header} bytes in a file of {whole}");
        }
        let mut bytes = vec![0; header as usize];
        file.read_exact(&mut bytes)?;
        let metadata: Metadata = serde_json::from_slice(&bytes).map_err(Error::wrap)?;
        for (name, info) in metadata.tensors() {
            let (start, end) = info.data_offsets;
            let start = LENGTH + header + start as u64;
            let length = end - info.data_offsets.0;
            if start + length as u64 > whole {
                candle_core::bail!("the file ends before {name} does");
            }
            let place = TensorLocation {
                file: self.files.len(),
                start,
                length,
                dtype: DType::try_from(info.dtype)?,
                shape: info.shape.clone(),
            };
            self.places.insert(name, place);
        }
        self.files.push(Mutex::new(file));
        Ok(())
    }

    fn read(&self, place: &TensorLocation) -> io::Result<Vec<u8>> {
        let mut file = self.files[place.file]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut bytes = vec![0; place.length];
        file.seek(SeekFrom::Start(place.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl SimpleBackend for Weights {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let tensor = self.get_unchecked(name, dtype, device)?;
        if tensor.shape() != &shape {
            candle_core::bail!("{name} is {:?}, not {shape:?}", tensor.shape());
        }
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor> {
        let Some(place) = self.places.get(name) else {
            candle_core::bail!("cannot find tensor {name}");
        };
        let bytes = self.read(place)?;
        Tensor::from_raw_buffer(&bytes, place.dtype, &place.shape, device)?.to_dtype(dtype)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn tensors_come_as_they_were_written_and_damage_is_told() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("w.safetensors");
        let tensor = Tensor::arange(0f32, 12.0, &Device::Cpu).and_then(|t| t.reshape((3, 4)));
        let tensor = tensor.expect("a tensor");
        tensor.save_safetensors("a", &path).expect("saved");
        let weights = Weights::open(std::slice::from_ref(&path)).expect("opened");
        assert!(weights.contains_tensor("a") && !weights.contains_tensor("b"));
        let read = weights.get_unchecked("a", DType::F32, &Device::Cpu);
        let read = read.and_then(|t| t.to_vec2::<f32>()).expect("read");
        assert_eq!(read, tensor.to_vec2::<f32>().expect("values"));
        let shape = Shape::from((4, 3));
        let wrong = weights.get(shape, "a", Init::Const(0.0), DType::F32, &Device::Cpu);
        assert!(wrong.is_err());
        let bytes = fs::read(&path).expect("there");
        for damaged in [&bytes[..bytes.len() - 1], &bytes[..20], &[0xff; 30][..]] {
            fs::write(&path, damaged).expect("written");
            assert!(Weights::open(std::slice::from_ref(&path)).is_err());
        }
    }
}
