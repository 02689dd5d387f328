// out = store(x W^T + b) with matrix units: each subgroup computes FRAGMENT_ROWS x FRAGMENT_COLUMNS fragments of
// 16 x 16 values. The accumulators pass through workgroup memory in strips of 16 rows, so that the epilogue is shared
// with other matrix products.

const THREADS: u32 = {threads}u;
const LANES: u32 = 32u;
const UNITS_ACROSS: u32 = {units_across}u;
const FRAGMENT_ROWS: u32 = {fragment_rows}u;
const FRAGMENT_COLUMNS: u32 = {fragment_columns}u;
const TILE_ROWS: u32 = {tile_rows}u;
// Width of a tile, and of a subgroup's part, in vectors.
const TILE_COLUMNS: u32 = {tile_columns}u;
const UNIT_COLUMNS: u32 = 4u * FRAGMENT_COLUMNS;
// Width of a strip of accumulators, in vectors.
const STRIP: u32 = {strip}u;
// Inputs per step, in vectors.
const STEP: u32 = {step}u;
// Row pitches are chosen to avoid bank conflicts.
const X_PITCH: u32 = STEP + 2u;
const W_PITCH: u32 = TILE_COLUMNS + 2u;
const SUM_PITCH: u32 = STRIP + 1u;

var<workgroup> x_tile: array<vec4<f16>, {x_tile}>;
var<workgroup> w_tile: array<vec4<f16>, {w_tile}>;
var<workgroup> sums: array<vec4<f32>, {sums}>;

fn fetch_x(row: u32, input: u32) -> vec4<f16> {
    var value = vec4<f16>();
    if (row < p.rows && input < p.inputs) {
        value = vec4<f16>(x[p.x_offset + row * p.x_stride + input]);
    }
    return value;
}

fn fetch_w(input: u32, column: u32) -> vec4<f16> {
    var value = vec4<f16>();
    if (input < 4u * p.inputs && column < p.columns) {
        value = vec4<f16>(weights[input * p.columns + column]);
    }
    return value;
}

{fragments}
@compute @workgroup_size({threads})
fn main(
    @builtin(workgroup_id) tile: vec3<u32>,
    @builtin(local_invocation_index) index: u32,{unit_argument}
) {
    let first_row = (p.first_tile + tile.y) * TILE_ROWS;
    let first_column = tile.x * TILE_COLUMNS;
{unit}
    let unit_row = unit / UNITS_ACROSS * 16u * FRAGMENT_ROWS;
    let unit_column = unit % UNITS_ACROSS * UNIT_COLUMNS;
    let unit_sums = unit * 16u * SUM_PITCH;
{declare_sums}
{declare_next}
    for (var step = 0u; step < p.inputs; step += STEP) {
{keep_next}
        workgroupBarrier();
        // Loads the operands of the next step meanwhile.
{fetch_next}
{multiply}
        workgroupBarrier();
    }
{finish_all}
}
