// Depthwise convolution with SAME padding, bias and ReLU6, channels last; four channels of a pixel per invocation.

struct Params {
    vectors: u32,
    // Vectors per pixel.
    width: u32,
    side: u32,
    out_side: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<{element}>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<{element}>>;
@group(0) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let at = (group.y * groups.x + group.x) * 64u + index;
    if (at >= p.vectors) {
        return;
    }
    let channel = at % p.width;
    let place = at / p.width;
    let column = place % p.out_side;
    let line = place / p.out_side % p.out_side;
    let picture = place / (p.out_side * p.out_side);
    var sum = bias[channel];
    for (var i = 0u; i < p.kernel; i++) {
        // Above the image, the difference wraps around to a large number.
        let y = line * p.stride + i - p.padding;
        if (y >= p.side) {
            continue;
        }
        for (var j = 0u; j < p.kernel; j++) {
            let x_at = column * p.stride + j - p.padding;
            if (x_at < p.side) {
                let value = x[((picture * p.side + y) * p.side + x_at) * p.width + channel];
                sum = fma(vec4<f32>(value), weights[(i * p.kernel + j) * p.width + channel], sum);
            }
        }
    }
    out[at] = vec4<{element}>(clamp(sum, vec4<f32>(0.0), vec4<f32>(6.0)));
}
