// Multi-head attention without the scores ever leaving the workgroup (Dao et al. 2022, https://arxiv.org/abs/2205.14135): one
// workgroup takes QUERIES queries of one head of one sequence, and goes over the keys KEYS at a time with a running softmax.

@group(0) @binding(0) var<storage, read> q: array<{element}>;
@group(0) @binding(1) var<storage, read> kv: array<{element}>;
@group(0) @binding(2) var<storage, read_write> out: array<{element}>;
@group(0) @binding(3) var<uniform> p: Params;

// Width of a head, and the vectors that it fills.
const SIZE: u32 = {size}u;
const VECTORS: u32 = {vectors}u;
// One more than that, so that rows begin in different banks.
const PITCH: u32 = VECTORS + 1u;
const QUERIES: u32 = {queries}u;
const KEYS: u32 = {keys}u;
const THREADS: u32 = {threads}u;
// Vectors of the result that an invocation sums up.
const OWN: u32 = {own}u;

var<workgroup> q_tile: array<vec4<f32>, {q_tile}>;
// Keys, then values, as they are kept.
var<workgroup> kv_tile: array<vec4<{element}>, {kv_tile}>;
var<workgroup> scores: array<f32, {scores}>;
var<workgroup> peaks: array<f32, QUERIES>;
var<workgroup> sums: array<f32, QUERIES>;
// What earlier sums are multiplied by, since the peak has moved.
var<workgroup> fades: array<f32, QUERIES>;

fn kv_value(at: u32, valid: bool) -> {element} {
    if (valid) {
        return kv[at];
    }
    return {element}();
}

// Without a loop: Direct3D's older compiler cannot write to a part of a vector that is computed.
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
    // What pads the last vector of a row is 0: products read it, and the buffer may have been used for something else.
    if (group.y + 1u == p.heads && index < QUERIES && first_query + index < p.queries) {
        let row = (sequence * p.queries + first_query + index) * p.out_stride;
        for (var column = p.heads * SIZE; column < p.out_stride; column++) {
            out[row + column] = {element}(0.0);
        }
    }
}
