//! Matrix products: tile sizes, fused operations, and the kernel without matrix units.

use std::fmt::Write;

use super::super::adapter_limits::AdapterLimits;
use super::super::element::ElementType;
use super::{Kernel, PRODUCT, fill};
use crate::engine::inference::cpu::Activation;

/// Size of the output tile that one workgroup of a matrix product computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileSize {
    /// 32 x 32, for few rows.
    Small,
    /// 64 x 64.
    Medium,
    /// 128 x 128, if there are enough tiles to keep the GPU busy.
    Large,
}

/// Depths of a step of a matrix product, in vectors. Deeper steps need fewer barriers but more workgroup memory.
const DEPTHS: [usize; 2] = [8, 4];

impl TileSize {
    /// The largest tile with enough workgroups for this adapter.
    pub(in crate::engine::inference::gpu) fn fitting(
        capabilities: &AdapterLimits,
        rows: usize,
        columns: usize,
    ) -> Self {
        let enough = |tile: &Self| {
            let (high, wide) = tile.size();
            rows.div_ceil(high) * columns.div_ceil(wide) >= capabilities.enough_workgroups
        };
        let tiles = [Self::Large, Self::Medium];
        let fitting = tiles.into_iter().find(enough).unwrap_or(Self::Small);
        // Workgroups smaller than a subgroup would leave lanes idle.
        match capabilities.subgroup > fitting.invocations() {
            true => Self::Medium,
            false => fitting,
        }
    }

    fn invocations(self) -> usize {
        let (across, down, ..) = self.parts();
        across * down
    }

    /// Workgroup memory in bytes, for the given element types of inputs and weights.
    fn memory(self, depth: usize, input: ElementType, weights: ElementType) -> usize {
        let (high, wide) = self.size();
        4 * depth * (high * input.bytes() + wide * weights.bytes())
    }

    /// The greatest depth that fits in the adapter's workgroup memory.
    pub(in crate::engine::inference::gpu) fn depth(
        self,
        capabilities: &AdapterLimits,
        input: ElementType,
        weights: ElementType,
    ) -> usize {
        let fits = |depth: &usize| self.memory(*depth, input, weights) <= capabilities.memory;
        DEPTHS.into_iter().find(fits).unwrap_or(4)
    }

    /// Invocations across and down, and the rows and column vectors that each computes.
    fn parts(self) -> (usize, usize, usize, usize) {
        match self {
            Self::Small => (8, 8, 4, 1),
            Self::Medium => (16, 16, 4, 1),
            Self::Large => (16, 16, 8, 2),
        }
    }

    /// Rows and columns.
    #[must_use]
    pub fn size(self) -> (usize, usize) {
        let (across, down, rows, vectors) = self.parts();
        (down * rows, 4 * across * vectors)
    }
}

/// How a matrix product stores its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreMode {
    /// Overwrites the output after applying an activation function.
    Activate(Activation),
    /// Accumulates into the output.
    InPlace,
    /// Adds a residual from another buffer.
    Skip,
}

/// Element types of a matrix product.
#[derive(Clone, Copy, Debug)]
pub struct ProductElements {
    pub input: ElementType,
    pub weights: ElementType,
    pub output: ElementType,
}

/// Generates `out = store(x W^T + b)`.
pub fn gemm(
    tile: TileSize,
    capabilities: &AdapterLimits,
    elements: ProductElements,
    store: StoreMode,
) -> Kernel {
    let ProductElements {
        input,
        weights,
        output,
    } = elements;
    let step = tile.depth(capabilities, input, weights);
    let (across, down, rows, vectors) = tile.parts();
    let (high, wide) = (down * rows, across * vectors);
    let half = [input, weights, output].contains(&ElementType::F16);
    let mut values = product_values(elements, store);
    values.extend([
            ("step", step.to_string()),
            ("across", across.to_string()),
            ("down", down.to_string()),
            ("tile_rows", high.to_string()),
            ("tile_columns", wide.to_string()),
            ("x_tile", (high * step).to_string()),
            ("w_tile", (4 * step * wide).to_string()),
            (
                "declare_sums",
                each(rows, vectors, |r, c| {
                    format!("    var sum_{r}_{c} = vec4<f32>();\n")
                }),
            ),
            ("multiply", multiply(rows, vectors)),
            (
                "finish_all",
                each(rows, vectors, |r, c| {
                    format!(
                        "    finish(first_row + local.y + {r}u * DOWN, first_column + local.x + {c}u * ACROSS, sum_{r}_{c});\n"
                    )
                }),
            ),
        ]);
    let template = [include_str!("product.wgsl"), include_str!("gemm.wgsl")];
    Kernel {
        name: PRODUCT,
        source: fill(&template.concat(), half, &values),
        inputs: 4,
    }
}

/// Template values common to all matrix products.
pub fn product_values(elements: ProductElements, store: StoreMode) -> Vec<(&'static str, String)> {
    let ProductElements {
        input,
        weights,
        output,
    } = elements;
    let stored = match store {
        StoreMode::Activate(_) => format!("out[at] = vec4<{}>(activate(y));", output.wgsl()),
        StoreMode::InPlace => format!("out[at] += vec4<{}>(y);", output.wgsl()),
        StoreMode::Skip => format!(
            "out[at] = vec4<{}>(y + skip[p.skip_offset + row % p.skip_period * p.skip_stride + column]);",
            output.wgsl()
        ),
    };
    let activation = match store {
        StoreMode::Activate(kind) => activation(kind),
        _ => "",
    };
    vec![
        ("input", input.wgsl().into()),
        ("weight", weights.wgsl().into()),
        ("output", output.wgsl().into()),
        ("activation", activation.into()),
        ("store", stored),
    ]
}

pub fn each(rows: usize, vectors: usize, line: impl Fn(usize, usize) -> String) -> String {
    let places = (0..rows).flat_map(|r| (0..vectors).map(move |c| (r, c)));
    places.map(|(r, c)| line(r, c)).collect()
}

/// Multiplies four inputs of all rows by four inputs of all columns of an invocation.
fn multiply(rows: usize, vectors: usize) -> String {
    let mut text = String::new();
    for r in 0..rows {
        let _ = writeln!(
            text,
            "            let x_{r} = vec4<f32>(x_tile[(local.y + {r}u * DOWN) * STEP + k]);"
        );
    }
    for c in 0..vectors {
        for lane in 0..4 {
            let _ = writeln!(
                text,
                "            let w_{c}_{lane} = vec4<f32>(w_tile[(4u * k + {lane}u) * TILE_COLUMNS + local.x + {c}u * ACROSS]);"
            );
        }
        for r in 0..rows {
            for (lane, part) in ["x", "y", "z", "w"].iter().enumerate() {
                let _ = writeln!(
                    text,
                    "            sum_{r}_{c} = fma(vec4<f32>(x_{r}.{part}), w_{c}_{lane}, sum_{r}_{c});"
                );
            }
        }
    }
    text
}

/// The same formulas as on the CPU, in `cpu/math.rs`.
fn activation(kind: Activation) -> &'static str {
    match kind {
        Activation::None => "fn activate(x: vec4<f32>) -> vec4<f32> { return x; }",
        Activation::Relu6 => {
            "fn activate(x: vec4<f32>) -> vec4<f32> { return clamp(x, vec4<f32>(0.0), vec4<f32>(6.0)); }"
        }
        Activation::QuickGelu => {
            "fn activate(x: vec4<f32>) -> vec4<f32> {
    return x / (1.0 + exp(min(-1.702 * x, vec4<f32>(80.0))));
}"
        }
        Activation::Gelu => {
            "// The error function is Abramowitz and Stegun's 7.1.26.
fn activate(x: vec4<f32>) -> vec4<f32> {
    let a = abs(x) * 0.70710678;
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    let erf = 1.0 - poly * exp(-min(a * a, vec4<f32>(80.0)));
    return 0.5 * x * (1.0 + sign(x) * erf);
}"
        }
        Activation::GeluTanh => {
            "fn activate(x: vec4<f32>) -> vec4<f32> {
    let inner = 1.5957691 * (x + 0.044715 * x * x * x);
    return x / (1.0 + exp(min(-inner, vec4<f32>(80.0))));
}"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::capabilities;
    use super::*;

    #[test]
    fn tiles_fit_in_the_memory_that_an_adapter_has() {
        let elements = [ElementType::F32, ElementType::F16];
        for memory in [16, 24, 32, 64].map(|kilobytes| kilobytes << 10) {
            for element in elements {
                let capabilities = capabilities(element, memory);
                for tile in [TileSize::Small, TileSize::Medium, TileSize::Large] {
                    // The starter model multiplies f32 inputs by f16 weights.
                    for input in elements {
                        let depth = tile.depth(&capabilities, input, element);
                        assert!(tile.memory(depth, input, element) <= memory);
                    }
                }
            }
        }
    }

    #[test]
    fn large_tiles_are_for_products_that_have_many() {
        let card = capabilities(ElementType::F16, 16 << 10);
        let fitting = |rows, columns| TileSize::fitting(&card, rows, columns);
        assert_eq!(fitting(16, 512), TileSize::Small);
        assert_eq!(fitting(800, 768), TileSize::Medium);
        assert_eq!(fitting(3200, 3072), TileSize::Large);
        // A GPU with fewer compute units is kept busy by fewer tiles.
        let small = AdapterLimits {
            enough_workgroups: 32,
            ..card
        };
        assert_eq!(TileSize::fitting(&small, 800, 768), TileSize::Large);
        // Subgroups larger than the workgroup of a small tile rule it out.
        let wide = AdapterLimits {
            subgroup: 128,
            ..card
        };
        assert_eq!(TileSize::fitting(&wide, 16, 512), TileSize::Medium);
    }

    #[test]
    fn halves_and_more_memory_make_products_deeper() {
        let depth = |element, memory: usize| {
            let capabilities = capabilities(element, memory << 10);
            TileSize::Large.depth(&capabilities, element, element)
        };
        assert_eq!(depth(ElementType::F32, 16), 4);
        assert_eq!(depth(ElementType::F16, 16), 8);
        assert_eq!(depth(ElementType::F32, 32), 8);
    }
}
