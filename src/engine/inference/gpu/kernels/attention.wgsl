// Multi-head attention with scores in workgroup memory (Dao et al. 2022, https://arxiv.org/abs/2205.14135): a workgroup
// computes QUERIES queries of one head of one sequence, with an online softmax over blocks of KEYS keys.

@group(0) @binding(0) var<storage, read> q: array<{element}>;
@group(0) @binding(1) var<storage, read> kv: array<{element}>;
@group(0) @binding(2) var<storage, read_write> out: array<{element}>;
@group(0) @binding(3) var<uniform> p: Params;

// Head size in values and in vectors.
const SIZE: u32 = {size}u;
const VECTORS: u32 = {vectors}u;
// One vector more, to avoid bank conflicts.
const PITCH: u32 = VECTORS + 1u;
const QUERIES: u32 = {queries}u;
const KEYS: u32 = {keys}u;
const THREADS: u32 = {threads}u;
// Result vectors accumulated per invocation.
const OWN: u32 = {own}u;

var<workgroup> q_tile: array<vec4<f32>, {q_tile}>;
// Keys, then values, in their storage type.
var<workgroup> kv_tile: array<vec4<{element}>, {kv_tile}>;
var<workgroup> scores: array<f32, {scores}>;
var<workgroup> peaks: array<f32, QUERIES>;
var<workgroup> sums: array<f32, QUERIES>;
// Correction factors of the previous sums after an update of the maximum score.
var<workgroup> fades: array<f32, QUERIES>;

fn kv_value(at: u32, valid: bool) -> {element} {
    if (valid) {
        return kv[at];
    }
    return {element}();
}

// No loop: Direct3D's older compiler cannot write to a vector component with a computed index.
fn kv_vector(row: u32, first: u32, vector: u32, valid: bool) -> vec4<{element}> {
    let column = 4u * vector;
    let at = row * p.kv_stride + first + column;
    return vec4<{element}>(
        kv_value(at, valid && column < SIZE),
        kv_value(at + 1u, valid && column + 1u < SIZE),
        kv_value(at + 2u, valid && column + 2u < SIZE),
        kv_value(at + 3u, valid && column + 3u < SIZE),
    );
}

fn q_value(at: u32, valid: bool) -> f32 {
    if (valid) {
        return f32(q[at]);
    }
    return 0.0;
}

@compute @workgroup_size({threads})
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let first_query = (p.first_group + group.x) * QUERIES;
    let head = group.y * SIZE;
    let sequence = p.first_sequence + group.z;
    for (var i = index; i < QUERIES * VECTORS; i += THREADS) {
        let query = first_query + i / VECTORS;
        let valid = query < p.queries;
        let column = 4u * (i % VECTORS);
        let at = p.q_offset + sequence * p.q_sequence + query * p.q_stride + head + column;
        let value = vec4<f32>(
            q_value(at, valid && column < SIZE),
            q_value(at + 1u, valid && column + 1u < SIZE),
            q_value(at + 2u, valid && column + 2u < SIZE),
            q_value(at + 3u, valid && column + 3u < SIZE),
        );
        q_tile[i / VECTORS * PITCH + i % VECTORS] = value * p.scale;
    }
    if (index < QUERIES) {
        peaks[index] = -3.0e38;
        sums[index] = 0.0;
    }
{declare_result}
    for (var first_key = 0u; first_key < p.tokens; first_key += KEYS) {
        workgroupBarrier();
        for (var i = index; i < KEYS * VECTORS; i += THREADS) {
            let key = first_key + i / VECTORS;
            let row = sequence * p.tokens + key;
            kv_tile[i / VECTORS * PITCH + i % VECTORS] =
                kv_vector(row, p.k_offset + head, i % VECTORS, key < p.tokens);
        }
        workgroupBarrier();
        for (var i = index; i < QUERIES * KEYS; i += THREADS) {
            let query = i / KEYS * PITCH;
            let key = i % KEYS;
            var sum = 0.0;
            for (var v = 0u; v < VECTORS; v++) {
                sum += dot(q_tile[query + v], vec4<f32>(kv_tile[key * PITCH + v]));
            }
            scores[i] = select(-3.0e38, sum, first_key + key < p.tokens);
        }
        workgroupBarrier();
        for (var i = index; i < KEYS * VECTORS; i += THREADS) {
            let key = first_key + i / VECTORS;
            let row = sequence * p.tokens + key;
            kv_tile[i / VECTORS * PITCH + i % VECTORS] =
                kv_vector(row, p.v_offset + head, i % VECTORS, key < p.tokens);
        }
        if (index < QUERIES) {
            let own = index * KEYS;
            var peak = peaks[index];
            for (var key = 0u; key < KEYS; key++) {
                peak = max(peak, scores[own + key]);
            }
            let fade = exp(peaks[index] - peak);
            var sum = sums[index] * fade;
            for (var key = 0u; key < KEYS; key++) {
                let weight = exp(scores[own + key] - peak);
                scores[own + key] = weight;
                sum += weight;
            }
            peaks[index] = peak;
            sums[index] = sum;
            fades[index] = fade;
        }
        workgroupBarrier();
{accumulate}
    }
{finish_all}
    // The padding of each row is set to 0: matrix products read it, and the buffer may have been reused.
    if (group.y + 1u == p.heads && index < QUERIES && first_query + index < p.queries) {
        let row = (sequence * p.queries + first_query + index) * p.out_stride;
        for (var column = p.heads * SIZE; column < p.out_stride; column++) {
            out[row + column] = {element}(0.0);
        }
    }
}
