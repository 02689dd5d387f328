//! Attention with matrix units.

use super::super::adapter_limits::MatrixUnits;
use super::{Kernel, fill};

/// Queries per workgroup, sixteen per subgroup.
pub const QUERIES: usize = 64;
/// Keys per step.
const KEYS: usize = 32;
/// Maximum head size for which the workgroup memory suffices.
const WIDEST: usize = 64;

/// Whether matrix units can be used for this head size and number of queries.
pub fn takes(size: usize, queries: usize) -> bool {
    size.is_multiple_of(16) && size <= WIDEST && queries > 1
}

/// f16 attention for heads of size `size`.
pub fn attention_matrix(units: MatrixUnits, size: usize) -> Kernel {
    let vectors = size / 4;
    let own = match units {
        MatrixUnits::Hardware => hardware(size),
        MatrixUnits::Emulated => emulated(size),
    };
    let mut values = vec![
        ("vectors", vectors.to_string()),
        ("q_tile", (QUERIES * (vectors + 2)).to_string()),
        ("kv_tile", (KEYS * (vectors + 2)).to_string()),
        ("p_tile", (QUERIES * (KEYS / 4 + 2)).to_string()),
        ("sums", (QUERIES * (KEYS / 4 + 1)).to_string()),
    ];
    values.extend(own);
    let template = [
        include_str!("attention_params.wgsl"),
        include_str!("attention_matrix.wgsl"),
    ];
    Kernel {
        name: "attention by matrix units",
        source: units.enabled(fill(&template.concat(), true, &values)),
        inputs: 2,
    }
}

/// Template values that depend on the kind of matrix units.
type Values = [(&'static str, String); 8];

/// Stores the results in strips as wide as the workgroup memory for scores; `keep` writes a fragment there.
fn finish(size: usize, keep: impl Fn(usize, usize) -> String) -> String {
    let strip = |first: usize| {
        let own = first..(size / 16).min(first + KEYS / 16);
        let wide = 4 * own.len();
        let kept: String = own.map(|n| keep(n, 4 * (n - first))).collect();
        format!(
            "    workgroupBarrier();
{kept}    workgroupBarrier();
    for (var i = lane; i < 16u * {wide}u; i += LANES) {{
        let row = i / {wide}u;
        let query = first_query + unit_row + row;
        if (query < p.queries) {{
            let at = (sequence * p.queries + query) * p.out_stride + head;
            let value = sums[unit_sums + row * SUM_PITCH + i % {wide}u] / totals[unit * LANES + 2u * row];
            out[at / 4u + {at}u + i % {wide}u] = vec4<f16>(value);
        }}
    }}\n",
            at = 4 * first
        )
    };
    (0..size / 16).step_by(KEYS / 16).map(strip).collect()
}

fn hardware(size: usize) -> Values {
    let mut scores = String::new();
    for n in 0..KEYS / 16 {
        scores += &format!("        var score_{n} = coop_mat16x16<f32, C>();\n");
        for k in 0..size / 16 {
            // Keys are stored by row, which are the columns of the transposed operand.
            scores += &format!(
                "        score_{n} = coopMultiplyAdd(
            query_{k},
            coopLoad<coop_mat16x16<f16, B>>(&kv_tile[{row}u * PITCH + {at}u], PITCH),
            score_{n});\n",
                at = 4 * k,
                row = 16 * n
            );
        }
        scores += &format!(
            "        coopStoreT(score_{n}, &sums[unit_sums + {}u], SUM_PITCH);\n",
            4 * n
        );
    }
    let mut results = String::new();
    for k in 0..KEYS / 16 {
        results += &format!(
            "        let weights_{k} = coopLoadT<coop_mat16x16<f16, A>>(&p_tile[unit_row * P_PITCH + {}u], P_PITCH);\n",
            4 * k
        );
        for n in 0..size / 16 {
            results += &format!(
                "        result_{n} = coopMultiplyAdd(
            weights_{k},
            coopLoadT<coop_mat16x16<f16, B>>(&kv_tile[{row}u * PITCH + {at}u], PITCH),
            result_{n});\n",
                row = 16 * k,
                at = 4 * n
            );
        }
    }
    let query = |k: usize| {
        format!(
            "    let query_{k} = coopLoadT<coop_mat16x16<f16, A>>(&q_tile[unit_row * PITCH + {}u], PITCH);\n",
            4 * k
        )
    };
    let declare = |n: usize| format!("    var result_{n} = coop_mat16x16<f32, C>();\n");
    [
        (
            "unit_argument",
            "\n    @builtin(subgroup_id) unit: u32,".into(),
        ),
        ("unit", String::new()),
        ("fragments", String::new()),
        ("queries", (0..size / 16).map(query).collect()),
        ("scores", scores),
        ("declare_results", (0..size / 16).map(declare).collect()),
        ("results", results),
        (
            "finish_all",
            finish(size, |n, at| {
                format!("    coopStoreT(result_{n}, &sums[unit_sums + {at}u], SUM_PITCH);\n")
            }),
        ),
    ]
}

fn emulated(size: usize) -> Values {
    const FUNCTIONS: &str = "alias Fragment = array<vec4<f32>, 64>;

fn key_product(query: u32, key: u32) -> f32 {
    var sum = 0.0;
    for (var v = 0u; v < VECTORS; v++) {
        sum += dot(vec4<f32>(q_tile[query * PITCH + v]), vec4<f32>(kv_tile[key * PITCH + v]));
    }
    return sum;
}

fn multiply_keys(sum: ptr<function, Fragment>, unit_row: u32, first_key: u32) {
    for (var i = 0u; i < 64u; i++) {
        let query = unit_row + i / 4u;
        let key = first_key + 4u * (i % 4u);
        (*sum)[i] = vec4<f32>(
            key_product(query, key),
            key_product(query, key + 1u),
            key_product(query, key + 2u),
            key_product(query, key + 3u),
        );
    }
}

fn multiply_values(sum: ptr<function, Fragment>, unit_row: u32, column: u32) {
    for (var i = 0u; i < 64u; i++) {
        let query = (unit_row + i / 4u) * P_PITCH;
        for (var key = 0u; key < KEYS; key++) {
            let weight = f32(p_tile[query + key / 4u][key % 4u]);
            (*sum)[i] += weight * vec4<f32>(kv_tile[key * PITCH + column + i % 4u]);
        }
    }
}

fn keep(sum: ptr<function, Fragment>, at: u32) {
    for (var i = 0u; i < 64u; i++) {
        sums[at + i / 4u * SUM_PITCH + i % 4u] = (*sum)[i];
    }
}
";
    let first = |text: String| format!("        if (lane == 0u) {{\n{text}        }}\n");
    let scores = |n: usize| {
        format!(
            "            var score_{n} = Fragment();
            multiply_keys(&score_{n}, unit_row, {}u);
            keep(&score_{n}, unit_sums + {}u);\n",
            16 * n,
            4 * n
        )
    };
    let declare = |n: usize| format!("    var result_{n} = Fragment();\n");
    let results = |n: usize| {
        format!(
            "            multiply_values(&result_{n}, unit_row, {}u);\n",
            4 * n
        )
    };
    [
        ("unit_argument", String::new()),
        ("unit", "    let unit = index / LANES;".into()),
        ("fragments", FUNCTIONS.into()),
        ("queries", String::new()),
        ("scores", first((0..KEYS / 16).map(scores).collect())),
        ("declare_results", (0..size / 16).map(declare).collect()),
        ("results", first((0..size / 16).map(results).collect())),
        (
            "finish_all",
            finish(size, |n, at| {
                first(format!(
                    "            keep(&result_{n}, unit_sums + {at}u);\n"
                ))
            }),
        ),
    ]
}
