//! Kernels in WGSL: templates in `kernels/` are filled in with types and sizes. Inner loops are unrolled here, because
//! not every driver's compiler unrolls loops over registers.

#[cfg(test)]
mod backends;
mod matrix_attention;
mod matrix_units;

use std::fmt::Write;

use super::adapter_limits::AdapterLimits;
use super::element::ElementType;
use crate::engine::inference::cpu::Activation;

pub use matrix_attention::{
    QUERIES as MATRIX_QUERIES, attention_matrix, takes as matrix_attention_takes,
};
pub use matrix_units::gemm_matrix;

/// Default number of invocations per workgroup.
pub const THREADS: u32 = 64;

/// Kernel name of matrix products, which reach a higher share of peak throughput than other kernels.
pub const PRODUCT: &str = "product";

/// Source of a kernel, and the number of buffers that it reads; its output buffer follows them.
#[derive(Clone)]
pub struct Kernel {
    pub name: &'static str,
    pub source: String,
    pub inputs: usize,
}

fn fill(template: &str, half: bool, values: &[(&str, String)]) -> String {
    let mut source = String::new();
    if half {
        source.push_str("enable f16;\n");
    }
    source.push_str(template);
    for (name, value) in values {
        source = source.replace(&format!("{{{name}}}"), value);
    }
    source
}

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
    pub(super) fn fitting(abilities: &AdapterLimits, rows: usize, columns: usize) -> Self {
        let enough = |tile: &Self| {
            let (high, wide) = tile.size();
            rows.div_ceil(high) * columns.div_ceil(wide) >= abilities.enough_workgroups
        };
        let tiles = [Self::Large, Self::Medium];
        let fitting = tiles.into_iter().find(enough).unwrap_or(Self::Small);
        // Workgroups smaller than a subgroup would leave lanes idle.
        match abilities.subgroup > fitting.invocations() {
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
    pub(super) fn depth(
        self,
        abilities: &AdapterLimits,
        input: ElementType,
        weights: ElementType,
    ) -> usize {
        let fits = |depth: &usize| self.memory(*depth, input, weights) <= abilities.memory;
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
    abilities: &AdapterLimits,
    elements: ProductElements,
    store: StoreMode,
) -> Kernel {
    let ProductElements {
        input,
        weights,
        output,
    } = elements;
    let step = tile.depth(abilities, input, weights);
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
    let template = [
        include_str!("kernels/product.wgsl"),
        include_str!("kernels/gemm.wgsl"),
    ];
    Kernel {
        name: PRODUCT,
        source: fill(&template.concat(), half, &values),
        inputs: 4,
    }
}

/// Template values common to all matrix products.
fn product_values(elements: ProductElements, store: StoreMode) -> Vec<(&'static str, String)> {
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

fn each(rows: usize, vectors: usize, line: impl Fn(usize, usize) -> String) -> String {
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

pub fn layer_norm(output: ElementType) -> Kernel {
    Kernel {
        name: "layer norm",
        source: fill(
            include_str!("kernels/layer_norm.wgsl"),
            output == ElementType::F16,
            &[("output", output.wgsl().into())],
        ),
        inputs: 3,
    }
}

/// Tile size of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionTile {
    /// Queries per workgroup.
    pub queries: usize,
    /// Keys per step.
    pub keys: usize,
}

impl AttentionTile {
    /// The largest tile that fits in the adapter's workgroup memory for this head size.
    pub fn fitting(abilities: &AdapterLimits, size: usize, queries: usize) -> Self {
        let tiles = [(32, 32), (16, 32), (16, 16), (8, 16), (4, 8)].map(|(rows, keys)| Self {
            queries: if queries == 1 { 1 } else { rows },
            keys,
        });
        let fits = |tile: &Self| tile.memory(size, abilities.element) <= abilities.memory;
        let smallest = tiles[tiles.len() - 1];
        tiles.into_iter().find(fits).unwrap_or(smallest)
    }

    /// Workgroup memory in bytes. Keys and values are in their storage type, queries in f32.
    fn memory(&self, size: usize, element: ElementType) -> usize {
        let pitch = size.div_ceil(4) + 1;
        let queries = 16 * pitch * self.queries;
        let keys = 4 * pitch * element.bytes() * self.keys;
        let scores = 4 * self.queries * self.keys;
        let each = 4 * self.queries;
        // Each variable is rounded up to whole vectors.
        let parts = [queries, keys, scores, each, each, each];
        parts
            .into_iter()
            .map(|bytes| bytes.next_multiple_of(16))
            .sum()
    }
}

/// Stores the components of a vector that lie within the head.
fn store_lanes(element: ElementType) -> String {
    let lane = |(lane, part): (usize, &str)| {
        format!(
            "            if (4u * vector + {lane}u < SIZE) {{
                out[row + 4u * vector + {lane}u] = {element}(value.{part});
            }}\n",
            element = element.wgsl()
        )
    };
    ["x", "y", "z", "w"]
        .into_iter()
        .enumerate()
        .map(lane)
        .collect()
}

/// Generates attention for heads of size `size`.
pub fn attention(element: ElementType, size: usize, tile: AttentionTile) -> Kernel {
    const THREADS: usize = 128;
    let AttentionTile { queries, keys } = tile;
    let vectors = size.div_ceil(4);
    let own = (queries * vectors).div_ceil(THREADS);
    let result = |line: &dyn Fn(usize) -> String| (0..own).map(line).collect::<String>();
    let accumulate = result(&|i| {
        format!(
            "        if (index + {i}u * THREADS < QUERIES * VECTORS) {{
            let query = (index + {i}u * THREADS) / VECTORS;
            let vector = (index + {i}u * THREADS) % VECTORS;
            result_{i} *= fades[query];
            for (var key = 0u; key < KEYS; key++) {{
                result_{i} = fma(vec4<f32>(scores[query * KEYS + key]), vec4<f32>(kv_tile[key * PITCH + vector]), result_{i});
            }}
        }}\n"
        )
    });
    let finish = result(&|i| {
        format!(
            "    if (index + {i}u * THREADS < QUERIES * VECTORS) {{
        let query = (index + {i}u * THREADS) / VECTORS;
        let vector = (index + {i}u * THREADS) % VECTORS;
        if (first_query + query < p.queries) {{
            let value = result_{i} / sums[query];
            let row = (sequence * p.queries + first_query + query) * p.out_stride + head;
{lanes}        }}
    }}\n",
            lanes = store_lanes(element)
        )
    });
    let source = fill(
        &[
            include_str!("kernels/attention_params.wgsl"),
            include_str!("kernels/attention.wgsl"),
        ]
        .concat(),
        element == ElementType::F16,
        &[
            ("element", element.wgsl().into()),
            ("size", size.to_string()),
            ("vectors", vectors.to_string()),
            ("queries", queries.to_string()),
            ("keys", keys.to_string()),
            ("threads", THREADS.to_string()),
            ("own", own.to_string()),
            ("q_tile", (queries * (vectors + 1)).to_string()),
            ("kv_tile", (keys * (vectors + 1)).to_string()),
            ("scores", (queries * keys).to_string()),
            (
                "declare_result",
                result(&|i| format!("    var result_{i} = vec4<f32>();\n")),
            ),
            ("accumulate", accumulate),
            ("finish_all", finish),
        ],
    );
    Kernel {
        name: "attention",
        source,
        inputs: 2,
    }
}

fn of_elements(name: &'static str, template: &str, element: ElementType, inputs: usize) -> Kernel {
    Kernel {
        name,
        source: fill(
            template,
            element == ElementType::F16,
            &[("element", element.wgsl().into())],
        ),
        inputs,
    }
}

pub fn unfold(element: ElementType) -> Kernel {
    of_elements("unfold", include_str!("kernels/unfold.wgsl"), element, 1)
}

pub fn depthwise(element: ElementType) -> Kernel {
    of_elements(
        "depthwise",
        include_str!("kernels/depthwise.wgsl"),
        element,
        3,
    )
}

pub fn mean(element: ElementType) -> Kernel {
    of_elements("mean", include_str!("kernels/mean.wgsl"), element, 1)
}

pub fn normalise() -> Kernel {
    of_elements(
        "normalise",
        include_str!("kernels/normalise.wgsl"),
        ElementType::F32,
        0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abilities(element: ElementType, memory: usize) -> AdapterLimits {
        AdapterLimits {
            element,
            memory,
            subgroup: 32,
            enough_workgroups: 96,
            matrix_units: None,
        }
    }

    #[test]
    fn tiles_fit_in_the_memory_that_an_adapter_has() {
        let elements = [ElementType::F32, ElementType::F16];
        for memory in [16, 24, 32, 64].map(|kilobytes| kilobytes << 10) {
            for element in elements {
                let abilities = abilities(element, memory);
                for size in 1..=256 {
                    for queries in [1, 50] {
                        let tile = AttentionTile::fitting(&abilities, size, queries);
                        let bytes = tile.memory(size, element);
                        assert!(bytes <= memory, "{size} wide: {bytes} bytes");
                    }
                }
                for tile in [TileSize::Small, TileSize::Medium, TileSize::Large] {
                    // The starter model multiplies f32 inputs by f16 weights.
                    for input in elements {
                        let depth = tile.depth(&abilities, input, element);
                        assert!(tile.memory(depth, input, element) <= memory);
                    }
                }
            }
        }
    }

    #[test]
    fn large_tiles_are_for_products_that_have_many() {
        let card = abilities(ElementType::F16, 16 << 10);
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
            let abilities = abilities(element, memory << 10);
            TileSize::Large.depth(&abilities, element, element)
        };
        assert_eq!(depth(ElementType::F32, 16), 4);
        assert_eq!(depth(ElementType::F16, 16), 8);
        assert_eq!(depth(ElementType::F32, 32), 8);
    }
}
