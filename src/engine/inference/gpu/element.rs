//! Element types of the kernels.

use half::f16;

/// Storage type of a value on the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    F32,
    F16,
}

impl ElementType {
    pub fn wgsl(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
        }
    }

    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }

    pub fn encode(self, values: &[f32]) -> Vec<u8> {
        match self {
            Self::F32 => bytemuck::cast_slice(values).to_vec(),
            Self::F16 => {
                let halves: Vec<f16> = values.iter().map(|v| f16::from_f32(*v)).collect();
                bytemuck::cast_slice(&halves).to_vec()
            }
        }
    }
}
