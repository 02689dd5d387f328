//! Layers shared by the model families.
//!
//! Each has a CPU implementation based on [`crate::engine::inference::cpu`] and an equivalent one with candle's
//! operations for other devices. Activations are two-dimensional, rows x width; the rows are the tokens or pixels of
//! all items of a batch, concatenated.

mod attention;
mod bottleneck;
mod linear;
mod norm;

use candle_core::{CpuStorage, D, DType, Layout, Result, Storage, Tensor};

use crate::engine::inference::cpu::TILE_ROWS;

pub use attention::{AttentionShape, Queries, attend_sequence, attention};
pub use bottleneck::{Bottleneck, BottleneckScratch};
pub use linear::{Epilogue, Linear, Packed, RoundedRows, WeightFormat};
pub use norm::LayerNorm;

/// Maximum rows per parallel task: enough to amortise reading the weights, few enough that activations between two
/// layers stay in a core's private cache.
const MAX_ROWS: usize = 72;
/// Minimum rows per task, if there are more: below this, reading the weights costs as much as multiplying.
const MIN_ROWS: usize = 8;

/// Rows per parallel task, chosen so that all cores get the same number of tasks.
#[must_use]
pub fn task_rows(rows: usize) -> usize {
    let threads = rayon::current_num_threads();
    let tasks = rows.div_ceil(MAX_ROWS).next_multiple_of(threads);
    let tasks = tasks.min(rows.div_ceil(MIN_ROWS)).max(1);
    let each = rows.div_ceil(tasks).max(1);
    // With several tasks per core, whole tiles matter more than the last task being slightly shorter.
    if tasks > threads {
        each.next_multiple_of(TILE_ROWS)
    } else {
        each
    }
}

/// The values of a contiguous CPU tensor.
fn values<'a>(storage: &'a Storage, layout: &Layout) -> Result<&'a [f32]> {
    match storage {
        Storage::Cpu(storage) => contiguous(storage, layout),
        _ => candle_core::bail!("the values are not on the CPU"),
    }
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("the values are not contiguous");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// Copies a tensor's values to the CPU as f32.
///
/// # Errors
/// Returns an error if the copy or conversion fails.
pub fn cpu_values(x: &Tensor) -> Result<Vec<f32>> {
    x.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

/// Divides each row by its Euclidean norm.
///
/// # Errors
/// Returns an error if the tensor is not a matrix.
pub fn normalise_rows(x: &Tensor) -> Result<Tensor> {
    x.broadcast_div(&x.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::engine::inference::cpu::pseudorandom;

    pub fn noise(rows: usize, columns: usize, seed: u32) -> Tensor {
        let values: Vec<f32> = pseudorandom(seed).take(rows * columns).collect();
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).expect("a tensor")
    }

    pub fn difference(a: &Tensor, b: &Tensor) -> f32 {
        let gap = (a - b).and_then(|d| d.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>());
        gap.expect("a number")
    }

    #[test]
    fn tasks_share_rows_evenly() {
        for rows in [1, 7, 50, 77, 800, 3137] {
            let each = task_rows(rows);
            assert!(
                each <= MAX_ROWS && each >= MIN_ROWS.min(rows),
                "{rows} rows"
            );
            let tasks = rows.div_ceil(each);
            let few = tasks <= rayon::current_num_threads();
            assert!(few || each.is_multiple_of(TILE_ROWS), "{rows} rows");
        }
    }
}
