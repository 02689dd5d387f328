// Shared by all matrix products: parameters, buffers and the epilogue. Widths and strides are in vectors of four
// values. The weights are stored input by input, so that a tile's columns are contiguous.

struct Params {
    rows: u32,
    inputs: u32,
    columns: u32,
    x_offset: u32,
    x_stride: u32,
    out_offset: u32,
    out_stride: u32,
    // Number of rows after which the residual repeats.
    skip_period: u32,
    skip_stride: u32,
    skip_offset: u32,
    // Number of row tiles computed by other dispatches.
    first_tile: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<{input}>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<{weight}>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> skip: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> out: array<vec4<{output}>>;
@group(0) @binding(5) var<uniform> p: Params;

{activation}

fn finish(row: u32, column: u32, sum: vec4<f32>) {
    if (row >= p.rows || column >= p.columns) {
        return;
    }
    let at = p.out_offset + row * p.out_stride + column;
    let y = sum + bias[column];
    {store}
}
