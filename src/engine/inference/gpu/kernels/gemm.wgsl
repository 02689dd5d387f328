// out = store(x W^T + b): TILE_ROWS x TILE_COLUMNS per workgroup, ROWS x (4 COLUMNS) per invocation.

const ACROSS: u32 = {across}u;
const DOWN: u32 = {down}u;
const TILE_ROWS: u32 = {tile_rows}u;
const TILE_COLUMNS: u32 = {tile_columns}u;
// Inputs per step, in vectors.
const STEP: u32 = {step}u;

var<workgroup> x_tile: array<vec4<{input}>, {x_tile}>;
var<workgroup> w_tile: array<vec4<{weight}>, {w_tile}>;

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
