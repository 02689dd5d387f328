//! Attention without matrix units.

use super::super::adapter_limits::AdapterLimits;
use super::super::element::ElementType;
use super::{Kernel, fill};

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
    pub fn fitting(capabilities: &AdapterLimits, size: usize, queries: usize) -> Self {
        let tiles = [(32, 32), (16, 32), (16, 16), (8, 16), (4, 8)].map(|(rows, keys)| Self {
            queries: if queries == 1 { 1 } else { rows },
            keys,
        });
        let fits = |tile: &Self| tile.memory(size, capabilities.element) <= capabilities.memory;
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
            include_str!("attention_params.wgsl"),
            include_str!("attention.wgsl"),
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

#[cfg(test)]
mod tests {
    use super::super::tests::capabilities;
    use super::*;

    #[test]
    fn tiles_fit_in_the_memory_that_an_adapter_has() {
        for memory in [16, 24, 32, 64].map(|kilobytes| kilobytes << 10) {
            for element in [ElementType::F32, ElementType::F16] {
                let capabilities = capabilities(element, memory);
                for size in 1..=256 {
                    for queries in [1, 50] {
                        let tile = AttentionTile::fitting(&capabilities, size, queries);
                        let bytes = tile.memory(size, element);
                        assert!(bytes <= memory, "{size} wide: {bytes} bytes");
                    }
                }
            }
        }
    }
}
