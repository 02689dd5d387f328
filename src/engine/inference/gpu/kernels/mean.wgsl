// Mean over the pixels of each image. Each invocation computes four channels.

struct Params {
    vectors: u32,
    width: u32,
    places: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<{element}>>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<{element}>>;
@group(0) @binding(2) var<uniform> p: Params;

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
    let picture = at / p.width;
    var sum = vec4<f32>();
    for (var place = 0u; place < p.places; place++) {
        sum += vec4<f32>(x[(picture * p.places + place) * p.width + channel]);
    }
    out[at] = vec4<{element}>(sum / f32(p.places));
}
