// Divides each row by its Euclidean norm, with one workgroup per row. The padding of the last vector is 0.

struct Params {
    rows: u32,
    // Vectors per row.
    width: u32,
}

@group(0) @binding(0) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(1) var<uniform> p: Params;

const THREADS: u32 = 64u;

var<workgroup> partial: array<f32, THREADS>;

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
    let start = row * p.width;
    var squares = 0.0;
    for (var i = index; i < p.width; i += THREADS) {
        squares += dot(x[start + i], x[start + i]);
    }
    partial[index] = squares;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if (index < half) {
            partial[index] += partial[index + half];
        }
        workgroupBarrier();
    }
    let rate = inverseSqrt(partial[0]);
    for (var i = index; i < p.width; i += THREADS) {
        x[start + i] *= rate;
    }
}
