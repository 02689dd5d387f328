// Multi-head attention with matrix units. A workgroup computes 64 queries of one head of one sequence, a subgroup 16.
// It makes two passes over the keys: the first for the maximum score and the softmax denominator, the second for the
// weighted sum of values. The accumulators thus need no rescaling, which matrix units cannot do per row.

@group(0) @binding(0) var<storage, read> q: array<vec4<f16>>;
@group(0) @binding(1) var<storage, read> kv: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f16>>;
@group(0) @binding(3) var<uniform> p: Params;

const THREADS: u32 = 128u;
const LANES: u32 = 32u;
const QUERIES: u32 = 64u;
const KEYS: u32 = 32u;
// Vectors per row of a head, and row pitch.
const VECTORS: u32 = {vectors}u;
const PITCH: u32 = VECTORS + 2u;
const P_PITCH: u32 = KEYS / 4u + 2u;
const SUM_PITCH: u32 = KEYS / 4u + 1u;

var<workgroup> q_tile: array<vec4<f16>, {q_tile}>;
// Keys, then values.
var<workgroup> kv_tile: array<vec4<f16>, {kv_tile}>;
// Softmax weights of the keys.
var<workgroup> p_tile: array<vec4<f16>, {p_tile}>;
// Scores, then results.
var<workgroup> sums: array<vec4<f32>, {sums}>;
// Per lane, which handles half of the keys of a query.
var<workgroup> peaks: array<f32, THREADS>;
var<workgroup> totals: array<f32, THREADS>;

// Loads keys or values starting with `first_key`, padded with zeros.
fn fill_tile(sequence: u32, first_key: u32, first: u32, index: u32) {
    for (var i = index; i < KEYS * VECTORS; i += THREADS) {
        let key = first_key + i / VECTORS;
        var value = vec4<f16>();
        if (key < p.tokens) {
            value = kv[((sequence * p.tokens + key) * p.kv_stride + first) / 4u + i % VECTORS];
        }
        kv_tile[i / VECTORS * PITCH + i % VECTORS] = value;
    }
}

// Scaled scores of four keys; padding keys get a score that softmax maps to 0.
fn score(value: vec4<f32>, key: u32) -> vec4<f32> {
    let keys = vec4<u32>(key, key + 1u, key + 2u, key + 3u);
    return select(vec4<f32>(-3.0e38), value * p.scale, keys < vec4<u32>(p.tokens));
}

{fragments}
@compute @workgroup_size(128)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) index: u32,{unit_argument}
) {
    let first_query = (p.first_group + group.x) * QUERIES;
    let head = group.y * 4u * VECTORS;
    let sequence = p.first_sequence + group.z;
{unit}
    let lane = index % LANES;
    let unit_row = unit * 16u;
    let unit_sums = unit_row * SUM_PITCH;
    // The query of a lane, and its first key within a tile, in vectors.
    let own_query = lane / 2u;
    let own_keys = lane % 2u * (KEYS / 8u);
    let own_sums = unit_sums + own_query * SUM_PITCH + own_keys;
    for (var i = index; i < QUERIES * VECTORS; i += THREADS) {
        let query = first_query + i / VECTORS;
        var value = vec4<f16>();
        if (query < p.queries) {
            let at = p.q_offset + sequence * p.q_sequence + query * p.q_stride + head;
            value = q[at / 4u + i % VECTORS];
        }
        q_tile[i / VECTORS * PITCH + i % VECTORS] = value;
    }
    workgroupBarrier();
{queries}
    var peak = -3.0e38;
    var total = 0.0;
    for (var first_key = 0u; first_key < p.tokens; first_key += KEYS) {
        workgroupBarrier();
        fill_tile(sequence, first_key, p.k_offset + head, index);
        workgroupBarrier();
{scores}
        workgroupBarrier();
        var highest = vec4<f32>(peak);
        for (var i = 0u; i < KEYS / 8u; i++) {
            highest = max(highest, score(sums[own_sums + i], first_key + 4u * (own_keys + i)));
        }
        let next = max(max(highest.x, highest.y), max(highest.z, highest.w));
        total *= exp(peak - next);
        peak = next;
        for (var i = 0u; i < KEYS / 8u; i++) {
            let weight = exp(score(sums[own_sums + i], first_key + 4u * (own_keys + i)) - peak);
            total += weight.x + weight.y + weight.z + weight.w;
        }
    }
    peaks[index] = peak;
    totals[index] = total;
    workgroupBarrier();
    // The lane with the other half of the keys.
    let other = index ^ 1u;
    let highest_score = max(peak, peaks[other]);
    total = total * exp(peak - highest_score) + totals[other] * exp(peaks[other] - highest_score);
{declare_results}
    for (var first_key = 0u; first_key < p.tokens; first_key += KEYS) {
        workgroupBarrier();
        fill_tile(sequence, first_key, p.k_offset + head, index);
        workgroupBarrier();
{scores}
        workgroupBarrier();
        fill_tile(sequence, first_key, p.v_offset + head, index);
        for (var i = 0u; i < KEYS / 8u; i++) {
            let weight = exp(score(sums[own_sums + i], first_key + 4u * (own_keys + i)) - highest_score);
            p_tile[(unit_row + own_query) * P_PITCH + own_keys + i] = vec4<f16>(weight);
        }
        workgroupBarrier();
{results}
    }
    workgroupBarrier();
    totals[index] = total;
{finish_all}
}
