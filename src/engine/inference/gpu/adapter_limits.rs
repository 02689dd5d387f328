//! Limits and features of an adapter on which tile sizes depend.

use super::adapter::AdapterKind;
use super::element::ElementType;

/// What every adapter has of workgroup memory, in bytes.
pub const WORKGROUP_MEMORY: usize = 16 << 10;
/// More than this no kernel takes.
pub const MOST_WORKGROUP_MEMORY: usize = 64 << 10;

/// The most workgroup memory of a kernel for matrix units, in bytes.
pub const MATRIX_MEMORY: usize = 29 << 10;

/// Who multiplies tiles of 16 x 16 halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixUnits {
    /// The card: Vulkan's cooperative matrices, for subgroups of 32.
    Hardware,
    /// The first of each 32 invocations, in loops: for tests of all the rest of the kernels with adapters that have no such units.
    Emulated,
}

/// What kernels of an adapter are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdapterLimits {
    /// The number format of weights and activations.
    pub element: ElementType,
    /// Bytes of workgroup memory that a kernel may take.
    pub memory: usize,
    /// Most invocations that run in step.
    pub subgroup: usize,
    /// Workgroups that keep all units busy.
    pub enough_workgroups: usize,
    /// Who multiplies tiles of halves, if not each invocation its own values.
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
            // Adapters do not say how many units they have. Cards of their own have 28 and more, those in processors 4 to 16.
            enough_workgroups: match kind {
                AdapterKind::Discrete | AdapterKind::Other => 96,
                AdapterKind::Integrated | AdapterKind::Software => 32,
            },
        }
    }
}

/// Most invocations in step of an adapter that has these sizes, 32 if it is unknown.
fn subgroup(sizes: (u32, u32)) -> usize {
    const UNTOLD: (u32, u32) = (
        wgpu::MINIMUM_SUBGROUP_MIN_SIZE,
        wgpu::MAXIMUM_SUBGROUP_MAX_SIZE,
    );
    if sizes == UNTOLD {
        32
    } else {
        sizes.1 as usize
    }
}

/// Half of a compute unit's memory, so that two workgroups fit; at least what every adapter has.
pub fn memory_of_a_kernel(there: usize) -> usize {
    (there / 2).clamp(WORKGROUP_MEMORY, MOST_WORKGROUP_MEMORY)
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
