// Layer normalisation with one workgroup per row. Strides and offsets are in vectors of four values; `width` is in
// values. The padding of the last vector is 0 in rows, weight and bias.

struct Params {
    rows: u32,
    width: u32,
    x_offset: u32,
    x_stride: u32,
    out_stride: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<{output}>>;
@group(0) @binding(4) var<uniform> p: Params;

const THREADS: u32 = 64u;

var<workgroup> partial: array<f32, THREADS>;

fn total(index: u32, own: f32) -> f32 {
    partial[index] = own;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if (index < half) {
            partial[index] += partial[index + half];
        }
        workgroupBarrier();
    }
    let sum = partial[0];
    workgroupBarrier();
    return sum;
}

// 1 for values within the row, 0 for padding.
fn inside(vector: u32) -> vec4<f32> {
    let at = vec4<u32>(4u * vector) + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(0.0), vec4<f32>(1.0), at < vec4<u32>(p.width));
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let row = group.y * groups.x + group.x;
    if (row >= p.rows) {
        return;
    }
    let vectors = (p.width + 3u) / 4u;
    let start = p.x_offset + row * p.x_stride;
    var sum = vec4<f32>();
    for (var i = index; i < vectors; i += THREADS) {
        sum += x[start + i];
    }
    let mean = total(index, dot(sum, vec4<f32>(1.0))) / f32(p.width);
    var squares = 0.0;
    for (var i = index; i < vectors; i += THREADS) {
        let away = (x[start + i] - mean) * inside(i);
        squares += dot(away, away);
    }
    let scale = inverseSqrt(total(index, squares) / f32(p.width) + p.epsilon);
    for (var i = index; i < vectors; i += THREADS) {
        let y = (x[start + i] - mean) * scale * weight[i] + bias[i];
        out[row * p.out_stride + i] = vec4<{output}>(y);
    }
}
