//! Matrix products with matrix units, which multiply 16 x 16 tiles of f16 values and accumulate in f32.

use super::super::adapter_limits::MatrixUnits;
use super::product::{ProductElements, StoreMode, TileSize, each, product_values};
use super::{Kernel, MATRIX_PRODUCT, fill};

impl MatrixUnits {
    /// Adds the language extensions that the kernel requires.
    pub(super) fn enabled(self, source: String) -> String {
        match self {
            Self::Hardware => {
                format!("enable wgpu_cooperative_matrix;\n{source}")
            }
            Self::Emulated => source,
        }
    }
}

/// Subgroups per workgroup, across and down.
const UNITS: (usize, usize) = (2, 4);
/// Invocations per workgroup.
const THREADS: usize = 32 * UNITS.0 * UNITS.1;
/// Input vectors per step, in workgroup memory.
const STEP: usize = 8;
/// Number of adjacent fragments per subgroup whose accumulators are in workgroup memory at a time.
const STRIP: usize = 1;

/// Sizes of the arrays in workgroup memory: inputs and weights in f16 vectors, accumulators in f32 vectors.
struct MatrixLayout {
    x_tile: usize,
    w_tile: usize,
    sums: usize,
}

impl MatrixLayout {
    fn of(tile: TileSize) -> Self {
        let (rows, columns) = tile.size();
        Self {
            x_tile: rows * (STEP + 2),
            w_tile: 4 * STEP * (columns / 4 + 2),
            sums: UNITS.0 * UNITS.1 * 16 * (4 * STRIP + 1),
        }
    }
}

/// `out = store(x W^T + b)` with f16 inputs and weights, in tiles of at least 64 x 64.
pub fn gemm_matrix(
    tile: TileSize,
    units: MatrixUnits,
    elements: ProductElements,
    store: StoreMode,
) -> Kernel {
    let (rows, columns) = tile.size();
    let fragments = (rows / (16 * UNITS.1), columns / (16 * UNITS.0));
    let layout = MatrixLayout::of(tile);
    let mut values = product_values(elements, store);
    values.extend([
        ("threads", THREADS.to_string()),
        ("units_across", UNITS.0.to_string()),
        ("fragment_rows", fragments.0.to_string()),
        ("fragment_columns", fragments.1.to_string()),
        ("tile_rows", rows.to_string()),
        ("tile_columns", (columns / 4).to_string()),
        ("step", STEP.to_string()),
        ("x_tile", layout.x_tile.to_string()),
        ("w_tile", layout.w_tile.to_string()),
        ("sums", layout.sums.to_string()),
        ("strip", (4 * STRIP.min(fragments.1)).to_string()),
        ("declare_next", next(tile, Next::Declare)),
        ("keep_next", next(tile, Next::Keep)),
        ("fetch_next", next(tile, Next::Fetch)),
    ]);
    values.extend(match units {
        MatrixUnits::Hardware => hardware(fragments),
        MatrixUnits::Emulated => emulated(fragments),
    });
    let template = [
        include_str!("product.wgsl"),
        include_str!("gemm_matrix.wgsl"),
    ];
    Kernel {
        name: MATRIX_PRODUCT,
        source: units.enabled(fill(&template.concat(), true, &values)),
        inputs: 4,
    }
}

/// What to emit for the values that an invocation prefetches for the next step.
enum Next {
    Declare,
    Keep,
    Fetch,
}

fn next(tile: TileSize, what: Next) -> String {
    let (rows, columns) = tile.size();
    let wide = columns / 4;
    let x = (0..rows * STEP / THREADS).map(|n| {
        let at = format!("(index + {}u)", n * THREADS);
        match what {
            Next::Declare => {
                format!("    var x_{n} = fetch_x(first_row + {at} / STEP, {at} % STEP);\n")
            }
            Next::Keep => format!("        x_tile[{at} / STEP * X_PITCH + {at} % STEP] = x_{n};\n"),
            Next::Fetch => format!(
                "        x_{n} = fetch_x(first_row + {at} / STEP, step + STEP + {at} % STEP);\n"
            ),
        }
    });
    let w = (0..4 * STEP * wide / THREADS).map(|n| {
        let at = format!("(index + {}u)", n * THREADS);
        let (row, column) = (
            format!("{at} / TILE_COLUMNS"),
            format!("{at} % TILE_COLUMNS"),
        );
        match what {
            Next::Declare => {
                format!("    var w_{n} = fetch_w({row}, first_column + {column});\n")
            }
            Next::Keep => format!("        w_tile[{row} * W_PITCH + {column}] = w_{n};\n"),
            Next::Fetch => format!(
                "        w_{n} = fetch_w(4u * (step + STEP) + {row}, first_column + {column});\n"
            ),
        }
    });
    x.chain(w).collect()
}

/// Template values that depend on the kind of matrix units.
type Values = [(&'static str, String); 6];

/// Indices of the first input of a fragment's rows, and of the first weight of its columns.
fn x_at(row: usize, k: usize) -> String {
    format!("(unit_row + {}u) * X_PITCH + {}u", 16 * row, 4 * k)
}

fn w_at(column: usize, k: usize) -> String {
    format!("{}u * W_PITCH + unit_column + {}u", 16 * k, 4 * column)
}

/// Number of fragments along the inputs per step.
const PARTS: usize = STEP / 4;

fn hardware((rows, columns): (usize, usize)) -> Values {
    let mut multiply = String::new();
    for k in 0..PARTS {
        for r in 0..rows {
            multiply += &format!(
                "        let a_{r}_{k} = coopLoadT<coop_mat16x16<f16, A>>(&x_tile[{}], X_PITCH);\n",
                x_at(r, k)
            );
        }
        for c in 0..columns {
            multiply += &format!(
                "        let b_{c}_{k} = coopLoadT<coop_mat16x16<f16, B>>(&w_tile[{}], W_PITCH);\n",
                w_at(c, k)
            );
            for r in 0..rows {
                multiply += &format!(
                    "        sum_{r}_{c} = coopMultiplyAdd(a_{r}_{k}, b_{c}_{k}, sum_{r}_{c});\n"
                );
            }
        }
    }
    [
        (
            "unit_argument",
            "\n    @builtin(subgroup_id) unit: u32,".into(),
        ),
        ("unit", String::new()),
        ("fragments", String::new()),
        (
            "declare_sums",
            each(rows, columns, |r, c| {
                format!("    var sum_{r}_{c} = coop_mat16x16<f32, C>();\n")
            }),
        ),
        ("multiply", multiply),
        (
            "finish_all",
            finish(rows, columns, |r, c, at| {
                format!("    coopStoreT(sum_{r}_{c}, &sums[unit_sums + {at}u], SUM_PITCH);\n")
            }),
        ),
    ]
}

/// Stores the accumulators, a strip of sixteen rows per subgroup at a time.
fn finish(rows: usize, columns: usize, keep: impl Fn(usize, usize, usize) -> String) -> String {
    let strip = |r: usize, first: usize| {
        let columns = first..columns.min(first + STRIP);
        let kept: String = columns.map(|c| keep(r, c, 4 * (c - first))).collect();
        let row = format!("first_row + unit_row + {}u + i / STRIP", 16 * r);
        let column = format!("first_column + unit_column + {}u + i % STRIP", 4 * first);
        format!(
            "{kept}    workgroupBarrier();
    for (var i = index % LANES; i < 16u * STRIP; i += LANES) {{
        finish({row}, {column}, sums[unit_sums + i / STRIP * SUM_PITCH + i % STRIP]);
    }}
    workgroupBarrier();\n"
        )
    };
    let places = (0..rows).flat_map(|r| (0..columns).step_by(STRIP).map(move |c| (r, c)));
    places.map(|(r, c)| strip(r, c)).collect()
}

fn emulated((rows, columns): (usize, usize)) -> Values {
    let mut multiply = String::from("        if (index % LANES == 0u) {\n");
    for k in 0..PARTS {
        multiply += &each(rows, columns, |r, c| {
            format!(
                "            multiply(&sum_{r}_{c}, {}, {});\n",
                x_at(r, k),
                w_at(c, k)
            )
        });
    }
    multiply += "        }\n";
    let functions = "fn multiply(sum: ptr<function, array<vec4<f32>, 64>>, x_at: u32, w_at: u32) {
    for (var row = 0u; row < 16u; row++) {
        for (var input = 0u; input < 16u; input++) {
            let value = f32(x_tile[x_at + row * X_PITCH + input / 4u][input % 4u]);
            for (var column = 0u; column < 4u; column++) {
                (*sum)[4u * row + column] += value * vec4<f32>(w_tile[w_at + input * W_PITCH + column]);
            }
        }
    }
}

fn keep(sum: ptr<function, array<vec4<f32>, 64>>, at: u32) {
    for (var i = 0u; i < 64u; i++) {
        sums[at + i / 4u * SUM_PITCH + i % 4u] = (*sum)[i];
    }
}
";
    [
        ("unit_argument", String::new()),
        ("unit", "    let unit = index / LANES;".into()),
        ("fragments", functions.into()),
        (
            "declare_sums",
            each(rows, columns, |r, c| {
                format!("    var sum_{r}_{c} = array<vec4<f32>, 64>();\n")
            }),
        ),
        ("multiply", multiply),
        (
            "finish_all",
            finish(rows, columns, |r, c, at| {
                format!(
                    "    if (index % LANES == 0u) {{
        keep(&sum_{r}_{c}, unit_sums + {at}u);
    }}\n"
                )
            }),
        ),
    ]
}
