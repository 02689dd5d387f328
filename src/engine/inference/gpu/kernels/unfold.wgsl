// Unfolds RGB images into rows of normalised values for a matrix product (im2col): the patches of a vision transformer
// or the receptive fields of a convolution. Each invocation writes four values of a row, in the order channel, row,
// column. Padding and the rows of class tokens are 0.

struct Params {
    vectors: u32,
    side: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    // Patches along a side.
    grid: u32,
    // Rows of an image before its patches.
    before: u32,
    // Vectors per row.
    width: u32,
    mean: vec4<f32>,
    // 1 / standard deviation.
    rate: vec4<f32>,
}

@group(0) @binding(0) var<storage, read> pictures: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<{element}>>;
@group(0) @binding(2) var<uniform> p: Params;

fn value(picture: u32, place: u32, input: u32) -> f32 {
    let area = p.kernel * p.kernel;
    let channel = input / area;
    if (channel >= 3u) {
        return 0.0;
    }
    let y = place / p.grid * p.stride + input % area / p.kernel;
    let x = place % p.grid * p.stride + input % p.kernel;
    // To the left and above the image, the difference wraps around to a large number.
    let line = y - p.padding;
    let column = x - p.padding;
    if (line >= p.side || column >= p.side) {
        return 0.0;
    }
    let at = ((picture * p.side + line) * p.side + column) * 3u + channel;
    let byte = (pictures[at / 4u] >> (8u * (at % 4u))) & 255u;
    return (f32(byte) / 255.0 - p.mean[channel]) * p.rate[channel];
}

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
    let row = at / p.width;
    let tokens = p.grid * p.grid + p.before;
    let token = row % tokens;
    var values = vec4<f32>();
    if (token >= p.before) {
        let first = 4u * (at % p.width);
        let picture = row / tokens;
        let place = token - p.before;
        values = vec4<f32>(
            value(picture, place, first),
            value(picture, place, first + 1u),
            value(picture, place, first + 2u),
            value(picture, place, first + 3u),
        );
    }
    out[at] = vec4<{element}>(values);
}
