//! Validates the kernels as translated for Vulkan, Metal and DirectX 12; only Vulkan can be executed everywhere.

use naga::back::{hlsl, msl, spv};
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, FunctionInfo, ModuleInfo, ValidationFlags, Validator};
use naga::{Block, Expression, Function, Module, ShaderStage, Statement, TypeInner};

use super::super::adapter::MATRIX_MEMORY;
use super::super::adapter_limits::{AdapterLimits, MatrixUnits};
use super::*;
use crate::engine::inference::cpu::Activation;

const ACTIVATIONS: [Activation; 5] = [
    Activation::None,
    Activation::Relu6,
    Activation::QuickGelu,
    Activation::Gelu,
    Activation::GeluTanh,
];

/// Every combination of element type, workgroup memory and number of compute units.
fn all_capabilities() -> Vec<AdapterLimits> {
    let mut all = Vec::new();
    for element in [ElementType::F32, ElementType::F16] {
        for memory in [16, 24, 32, 64] {
            all.push(AdapterLimits {
                element,
                memory: memory << 10,
                subgroup: 32,
                enough_workgroups: 96,
                matrix_units: None,
            });
        }
    }
    all
}

/// Every kernel that plans may contain, for a selection of head sizes.
fn all_kernels() -> Vec<Kernel> {
    let mut kernels = vec![normalise()];
    for capabilities in all_capabilities() {
        let element = capabilities.element;
        let stores = ACTIVATIONS.map(StoreMode::Activate);
        let stores = stores
            .into_iter()
            .chain([StoreMode::InPlace, StoreMode::Skip]);
        for store in stores {
            for tile in [TileSize::Small, TileSize::Medium, TileSize::Large] {
                for input in [ElementType::F32, element] {
                    for output in [ElementType::F32, element] {
                        let elements = ProductElements {
                            input,
                            weights: element,
                            output,
                        };
                        kernels.push(gemm(tile, &capabilities, elements, store));
                    }
                }
            }
        }
        for size in [1, 13, 32, 64, 72, 80, 96, 128, 256] {
            for queries in [1, 50] {
                let tile = AttentionTile::fitting(&capabilities, size, queries);
                kernels.push(attention(element, size, tile));
            }
        }
        kernels.extend([
            layer_norm(element),
            unfold(element),
            depthwise(element),
            mean(element),
        ]);
    }
    // Many kernels are equal for several memory sizes.
    kernels.sort_by(|a, b| a.source.cmp(&b.source));
    kernels.dedup_by(|a, b| a.source == b.source);
    kernels
}

fn read(source: &str) -> (Module, ModuleInfo) {
    let module = naga::front::wgsl::parse_str(source);
    let module = module.unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let matrix_units = Capabilities::COOPERATIVE_MATRIX | Capabilities::SUBGROUP;
    let mut validator = Validator::new(
        ValidationFlags::all(),
        Capabilities::SHADER_FLOAT16 | matrix_units,
    );
    let info = validator.validate(&module);
    let info = info.unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    (module, info)
}

/// Kernels for the matrix units of a GPU, which only Vulkan exposes, or for emulated ones.
fn matrix_kernels(units: MatrixUnits) -> Vec<Kernel> {
    let stores = ACTIVATIONS.map(StoreMode::Activate);
    let stores = stores
        .into_iter()
        .chain([StoreMode::InPlace, StoreMode::Skip]);
    let elements = [ElementType::F32, ElementType::F16].map(|output| ProductElements {
        input: ElementType::F16,
        weights: ElementType::F16,
        output,
    });
    let tiles = [TileSize::Medium, TileSize::Large];
    let each = |store| {
        let all =
            elements.map(|elements| tiles.map(|tile| gemm_matrix(tile, units, elements, store)));
        all.into_iter().flatten()
    };
    let heads = [16, 32, 48, 64].map(|size| attention_matrix(units, size));
    stores.flat_map(each).chain(heads).collect()
}

#[test]
fn kernels_for_matrix_units_are_taken_by_vulkan() {
    for units in [MatrixUnits::Hardware, MatrixUnits::Emulated] {
        for kernel in matrix_kernels(units) {
            check(&kernel.source);
            let (module, info) = read(&kernel.source);
            let options = spv::Options {
                lang_version: (1, 3),
                ..Default::default()
            };
            let words = spv::write_vec(&module, &info, &options, None).expect("SPIR-V");
            assert!(!words.is_empty());
            assert!(declared(&kernel.source) <= MATRIX_MEMORY);
        }
    }
}

#[test]
fn every_kernel_is_taken_by_all_backends() {
    let kernels = all_kernels();
    assert!(kernels.len() > 100, "{}", kernels.len());
    for kernel in &kernels {
        let (module, info) = read(&kernel.source);
        let entry = Some((ShaderStage::Compute, "main".to_owned()));
        let vulkan = spv::PipelineOptions {
            shader_stage: ShaderStage::Compute,
            entry_point: "main".into(),
        };
        let options = spv::Options {
            lang_version: (1, 3),
            ..Default::default()
        };
        let words = spv::write_vec(&module, &info, &options, Some(&vulkan));
        assert!(!words.expect("SPIR-V").is_empty());
        let checked = BoundsCheckPolicy::ReadZeroSkipWrite;
        let options = msl::Options {
            // The first version with built-in f16, on the systems that wgpu supports.
            lang_version: (2, 0),
            bounds_check_policies: BoundsCheckPolicies {
                index: checked,
                buffer: checked,
                ..Default::default()
            },
            ..Default::default()
        };
        let pipeline = msl::PipelineOptions {
            entry_point: entry.clone(),
            ..Default::default()
        };
        msl::write_string(&module, &info, &options, &pipeline).expect("MSL");
        let half = kernel.source.starts_with("enable f16");
        let options = hlsl::Options {
            // f16 requires the newer compiler, which wgpu checks before it reports the feature.
            shader_model: match half {
                true => hlsl::ShaderModel::V6_2,
                false => hlsl::ShaderModel::V5_1,
            },
            ..Default::default()
        };
        let pipeline = hlsl::PipelineOptions { entry_point: entry };
        let mut text = String::new();
        let mut writer = hlsl::Writer::new(&mut text, &options, &pipeline);
        writer.write(&module, &info, None).expect("HLSL");
    }
}

/// Fails if a kernel writes to a vector component with a computed index, which Direct3D's older compiler rejects in
/// loops that it cannot unroll.
fn assert_no_computed_parts(module: &Module, function: &Function, info: &FunctionInfo) {
    for (_, expression) in function.expressions.iter() {
        let Expression::Access { base, .. } = expression else {
            continue;
        };
        let of_a_vector = match info[*base].ty.inner_with(&module.types) {
            TypeInner::Pointer { base, space } => {
                *space == naga::AddressSpace::Function
                    && matches!(module.types[*base].inner, TypeInner::Vector { .. })
            }
            TypeInner::ValuePointer { size, space, .. } => {
                *space == naga::AddressSpace::Function && size.is_some()
            }
            _ => false,
        };
        assert!(!of_a_vector, "{:?}", function.name);
    }
}

/// Whether these statements contain a barrier.
fn waits(module: &Module, block: &Block) -> bool {
    block.iter().any(|statement| match statement {
        Statement::ControlBarrier(_) => true,
        Statement::Block(block) => waits(module, block),
        Statement::If { accept, reject, .. } => waits(module, accept) || waits(module, reject),
        Statement::Loop {
            body, continuing, ..
        } => waits(module, body) || waits(module, continuing),
        Statement::Switch { cases, .. } => cases.iter().any(|case| waits(module, &case.body)),
        Statement::Call { function, .. } => waits(module, &module.functions[*function].body),
        _ => false,
    })
}

/// Fails if a barrier is inside a branch, which might not be uniform.
fn assert_no_barrier_in_branches(module: &Module, block: &Block) {
    for statement in block.iter() {
        match statement {
            Statement::If { accept, reject, .. } => {
                assert!(
                    !waits(module, accept) && !waits(module, reject),
                    "a barrier in a branch"
                );
            }
            Statement::Switch { cases, .. } => {
                assert!(
                    !cases.iter().any(|case| waits(module, &case.body)),
                    "a barrier in a switch"
                );
            }
            Statement::Block(block) => assert_no_barrier_in_branches(module, block),
            Statement::Loop {
                body, continuing, ..
            } => {
                assert_no_barrier_in_branches(module, body);
                assert_no_barrier_in_branches(module, continuing);
            }
            _ => {}
        }
    }
}

fn check(source: &str) {
    let (module, info) = read(source);
    for (handle, function) in module.functions.iter() {
        assert_no_computed_parts(&module, function, &info[handle]);
        assert_no_barrier_in_branches(&module, &function.body);
    }
    for (at, entry) in module.entry_points.iter().enumerate() {
        assert_no_computed_parts(&module, &entry.function, info.get_entry_point(at));
        assert_no_barrier_in_branches(&module, &entry.function.body);
    }
}

#[test]
fn kernels_do_nothing_that_some_compilers_or_cards_refuse() {
    for kernel in all_kernels() {
        check(&kernel.source);
    }
}

#[test]
fn what_is_refused_would_be_found() {
    let refused = |body: &str| {
        let source = format!(
            "var<workgroup> tile: array<u32, 64>;
            @compute @workgroup_size(64)
            fn main(@builtin(local_invocation_index) index: u32) {{ {body} }}"
        );
        std::panic::catch_unwind(|| check(&source)).is_err()
    };
    assert!(!refused("tile[index] = index; workgroupBarrier();"));
    assert!(refused("if (index < 3u) { workgroupBarrier(); }"));
    assert!(refused(
        "for (var i = 0u; i < index; i++) { if (i > 1u) { workgroupBarrier(); } }"
    ));
    assert!(refused(
        "var v = vec4<f32>(); v[index % 4u] = 1.0; tile[index] = u32(v.x);"
    ));
}

/// Workgroup memory that a kernel declares, in bytes according to the layout of its types.
fn declared(source: &str) -> usize {
    let (module, _) = read(source);
    let layout = module.to_ctx();
    let workgroup = module.global_variables.iter();
    let workgroup =
        workgroup.filter(|(_, variable)| variable.space == naga::AddressSpace::WorkGroup);
    workgroup
        .map(|(_, variable)| {
            (module.types[variable.ty].inner.size(layout) as usize).next_multiple_of(16)
        })
        .sum()
}

#[test]
fn kernels_declare_no_more_workgroup_memory_than_they_were_given() {
    for capabilities in all_capabilities() {
        let element = capabilities.element;
        let elements = ProductElements {
            input: element,
            weights: element,
            output: element,
        };
        let mut kernels: Vec<Kernel> = [TileSize::Small, TileSize::Medium, TileSize::Large]
            .map(|tile| gemm(tile, &capabilities, elements, StoreMode::InPlace))
            .into();
        for size in [13, 64, 72, 128, 256] {
            let tile = AttentionTile::fitting(&capabilities, size, 50);
            kernels.push(attention(element, size, tile));
        }
        for kernel in kernels {
            let bytes = declared(&kernel.source);
            assert!(
                bytes <= capabilities.memory,
                "{}: {bytes} of {}",
                kernel.name,
                capabilities.memory
            );
        }
    }
}

#[test]
fn parameters_fit_in_what_a_recorder_binds() {
    for kernel in all_kernels() {
        let (module, _) = read(&kernel.source);
        let uniforms = module.global_variables.iter();
        let uniforms =
            uniforms.filter(|(_, variable)| variable.space == naga::AddressSpace::Uniform);
        for (_, variable) in uniforms {
            let bytes = module.types[variable.ty].inner.size(module.to_ctx());
            assert!(bytes <= 64, "{}: {bytes} bytes", kernel.name);
        }
    }
}
