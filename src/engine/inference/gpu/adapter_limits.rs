//! Adapter limits and features that determine tile sizes.

use super::adapter::AdapterKind;
use super::element::ElementType;

/// Workgroup memory that every adapter provides, in bytes.
pub const WORKGROUP_MEMORY: usize = 16 << 10;
/// Maximum workgroup memory of any kernel, in bytes.
pub const MAX_WORKGROUP_MEMORY: usize = 64 << 10;

/// What multiplies 16 x 16 tiles of f16 values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixUnits {
    /// The GPU: Vulkan cooperative matrices, for subgroups of 32.
    Hardware,
    /// Loops in one invocation of each 32, to test the kernels on adapters without matrix units.
    Emulated,
}

/// Adapter properties that kernels are generated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdapterLimits {
    /// Element type of weights and activations.
    pub element: ElementType,
    /// Workgroup memory per kernel, in bytes.
    pub memory: usize,
    /// Maximum subgroup size.
    pub subgroup: usize,
    /// Number of workgroups that keeps all compute units busy.
    pub enough_workgroups: usize,
    /// What multiplies f16 tiles; `None` for plain arithmetic in each invocation.
    pub matrix_units: Option<MatrixUnits>,
}

impl AdapterLimits {
    pub fn of(
        kind: AdapterKind,
        features: wgpu::Features,
        limits: &wgpu::Limits,
        info: &wgpu::AdapterInfo,
    ) -> Self {
        let half = features.contains(wgpu::Features::SHADER_F16);
        let memory = limits.max_compute_workgroup_storage_size as usize;
        let matrix_units = features.contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX);
        Self {
            element: if half {
                ElementType::F16
            } else {
                ElementType::F32
            },
            matrix_units: matrix_units.then_some(MatrixUnits::Hardware),
            memory: memory_of_a_kernel(memory),
            subgroup: subgroup((info.subgroup_min_size, info.subgroup_max_size)),
            // Adapters do not report their compute units: 28 and more in discrete GPUs, 4 to 16 in integrated ones.
            enough_workgroups: match kind {
                AdapterKind::Discrete | AdapterKind::Other => 96,
                AdapterKind::Integrated | AdapterKind::Software => 32,
            },
        }
    }
}

/// The maximum subgroup size from the reported range, or 32 if unknown.
fn subgroup(sizes: (u32, u32)) -> usize {
    const UNKNOWN_SUBGROUPS: (u32, u32) = (
        wgpu::MINIMUM_SUBGROUP_MIN_SIZE,
        wgpu::MAXIMUM_SUBGROUP_MAX_SIZE,
    );
    if sizes == UNKNOWN_SUBGROUPS {
        32
    } else {
        sizes.1 as usize
    }
}

/// Half of a compute unit's memory, so that two workgroups fit, but at least what every adapter provides.
pub fn memory_of_a_kernel(there: usize) -> usize {
    (there / 2).clamp(WORKGROUP_MEMORY, MAX_WORKGROUP_MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_that_does_not_tell_its_subgroups_is_taken_for_a_usual_one() {
        assert_eq!(subgroup((32, 64)), 64);
        assert_eq!(subgroup((64, 128)), 128);
        assert_eq!(subgroup((4, 128)), 32);
    }

    #[test]
    fn two_workgroups_share_the_memory_of_a_unit() {
        let kilobytes = |there: usize| memory_of_a_kernel(there << 10) >> 10;
        assert_eq!([16, 32, 48, 64, 256].map(kilobytes), [16, 16, 24, 32, 64]);
    }
}
