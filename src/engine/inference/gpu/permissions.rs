//! Uses of wgpu's unsafe API: experimental features, and shaders without some of its checks.
#![allow(unsafe_code, reason = "wgpu asks for it")]

use super::kernels::Kernel;

/// Enables experimental features if the requested features include cooperative matrices.
pub fn experimental(features: wgpu::Features) -> wgpu::ExperimentalFeatures {
    if features.contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX) {
        // SAFETY: two kernels use cooperative matrices. What they load and store lies within arrays in workgroup
        // memory, and control flow is uniform within each subgroup. Tests run the same kernels with emulated units.
        unsafe { wgpu::ExperimentalFeatures::enabled() }
    } else {
        wgpu::ExperimentalFeatures::disabled()
    }
}

/// Compiles a kernel with wgpu's bounds checks, but without its limit on loop iterations, which would slow down the
/// short inner loops of attention.
pub fn module(device: &wgpu::Device, kernel: &Kernel) -> wgpu::ShaderModule {
    let checks = wgpu::ShaderRuntimeChecks {
        force_loop_bounding: false,
        ..wgpu::ShaderRuntimeChecks::checked()
    };
    let descriptor = wgpu::ShaderModuleDescriptor {
        label: Some(kernel.name),
        source: wgpu::ShaderSource::Wgsl(kernel.source.as_str().into()),
    };
    // SAFETY: every loop of a kernel counts up or down to a constant or a parameter, so it ends.
    unsafe { device.create_shader_module_trusted(descriptor, checks) }
}
