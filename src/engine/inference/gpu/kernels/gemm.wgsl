// out = then(x W^T + b): one workgroup computes a tile of TILE_ROWS x TILE_COLUMNS, one invocation ROWS x (4 COLUMNS) of it.
// Widths and strides count vectors of four values. The weights lie input by input, so that a tile's columns are contiguous.

struct Params {
    rows: u32,
    inputs: u32,
    columns: u32,
    x_offset: u32,
    x_stride: u32,
    out_offset: u32,
    out_stride: u32,
    // The skip connection repeats after so many rows.
    skip_period: u32,
    skip_stride: u32,
    skip_offset: u32,
    // Tiles of rows that other dispatches compute.
    first_tile: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<{input}>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<{weight}>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> skip: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> out: array<vec4<{output}>>;
@group(0) @binding(5) var<uniform> p: Params;

const ACROSS: u32 = {across}u;
const DOWN: u32 = {down}u;
const TILE_ROWS: u32 = {tile_rows}u;
const TILE_COLUMNS: u32 = {tile_columns}u;
// Inputs of a step, in vectors.
const STEP: u32 = {step}u;

var<workgroup> x_tile: array<vec4<{input}>, {x_tile}>;
var<workgroup> w_tile: array<vec4<{weight}>, {w_tile}>;

{activation}

fn finish(row: u32, column: u32, sum: vec4<f32>) {
    if (row >= p.rows || column >= p.columns) {
        return;
    }
    let at = p.out_offset + row * p.out_stride + column;
    let y = sum + bias[column];
    {store}
}

@compute @workgroup_size({across}, {down})
fn main(
    @builtin(workgroup_id) tile: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let first_row = (p.first_tile + tile.y) * TILE_ROWS;
    let first_column = tile.x * TILE_COLUMNS;
{declare_sums}
    for (var step = 0u; step < p.inputs; step += STEP) {
        for (var i = index; i < TILE_ROWS * STEP; i += ACROSS * DOWN) {
            let row = first_row + i / STEP;
            let input = step + i % STEP;
            var value = vec4<{input}>();
            if (row < p.rows && input < p.inputs) {
                value = x[p.x_offset + row * p.x_stride + input];
            }
            x_tile[i] = value;
        }
        for (var i = index; i < 4u * STEP * TILE_COLUMNS; i += ACROSS * DOWN) {
            let input = 4u * step + i / TILE_COLUMNS;
            let column = first_column + i % TILE_COLUMNS;
            var value = vec4<{weight}>();
            if (input < 4u * p.inputs && column < p.columns) {
                value = weights[input * p.columns + column];
            }
            w_tile[i] = value;
        }
        workgroupBarrier();
        for (var k = 0u; k < STEP; k++) {
{multiply}
        }
        workgroupBarrier();
    }
{finish_all}
}
