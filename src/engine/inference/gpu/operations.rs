//! Operations that a plan consists of: matrix products, normalisation, attention, convolutions.

use super::GpuError;
use super::element::ElementType;
use super::kernels::{
    self, AttentionTile, Kernel, PRODUCT, ProductElements, StoreMode, THREADS, TileSize,
};
use super::plan::GpuRows;
use super::recorder::{MAX_WORKGROUPS, Recorder};
use super::weights::{GpuDepthwise, GpuLinear, GpuNorm, vectors};
use crate::engine::inference::cpu::{Activation, DepthwiseShape};

/// Operation fused after a matrix product.
#[derive(Clone, Copy)]
pub enum GpuEpilogue<'a> {
    /// Applies an activation function; the output has the element type of activations.
    Activate(Activation),
    /// Applies an activation function; the output is f32.
    ActivateInFull(Activation),
    /// Accumulates into these rows in place.
    AddTo(&'a GpuRows),
    /// Adds these rows, repeated if there are fewer of them; the output is f32.
    Add(&'a GpuRows),
}

/// Inputs and dimensions of multi-head attention.
pub struct AttentionInput<'a> {
    /// Queries: of all sequences, concatenated, or, if `shared`, of a single one.
    pub queries: &'a GpuRows,
    /// Whether all sequences share the same queries.
    pub shared: bool,
    /// Keys and values of all tokens.
    pub keys_values: &'a GpuRows,
    /// Column offsets of queries, keys and values within their rows.
    pub columns: [usize; 3],
    /// Tokens per sequence.
    pub tokens: usize,
    /// Number of heads.
    pub heads: usize,
    /// Total width of all heads.
    pub width: usize,
    /// Factor applied to the scores.
    pub scale: f32,
}

/// How images are unfolded into rows (im2col).
#[derive(Clone, Copy, Debug)]
pub struct UnfoldShape {
    /// Side of an image in pixels.
    pub side: usize,
    /// Side of a patch in pixels.
    pub kernel: usize,
    /// Distance between patches in pixels.
    pub stride: usize,
    /// Padding before the first row and column in pixels.
    pub padding: usize,
    /// Patches along a side.
    pub grid: usize,
    /// Zero rows before the patches of each image.
    pub before: usize,
    /// Mean to subtract, per channel, for pixel values in 0..=1.
    pub mean: [f32; 3],
    /// Standard deviation to divide by, per channel.
    pub std: [f32; 3],
}

/// Workgroup counts for a linear range of `count`, spread over two dimensions if one is not enough.
fn in_two_dimensions(count: usize) -> [usize; 3] {
    let across = count.clamp(1, MAX_WORKGROUPS / 2);
    [across, count.div_ceil(across), 1]
}

impl Recorder<'_> {
    /// `x W^T + b`, followed by the epilogue.
    pub fn linear(&mut self, x: &GpuRows, layer: &GpuLinear, after: GpuEpilogue) -> GpuRows {
        let own = self.context.element();
        let (out, store, skip) = match after {
            GpuEpilogue::Activate(kind) => (
                self.rows(x.rows, layer.outputs, own),
                StoreMode::Activate(kind),
                None,
            ),
            GpuEpilogue::ActivateInFull(kind) => (
                self.rows(x.rows, layer.outputs, ElementType::F32),
                StoreMode::Activate(kind),
                None,
            ),
            GpuEpilogue::AddTo(rows) => (rows.clone(), StoreMode::InPlace, None),
            GpuEpilogue::Add(rows) => (
                self.rows(x.rows, layer.outputs, ElementType::F32),
                StoreMode::Skip,
                Some(rows),
            ),
        };
        if layer.inputs != x.width || layer.outputs != out.width || x.rows != out.rows {
            let text = format!(
                "a product of {} x {} for {} rows of {}",
                layer.outputs, layer.inputs, x.rows, x.width
            );
            self.problem.get_or_insert(GpuError::Failed(text));
        }
        let capabilities = self.context.capabilities();
        let halves = [x.element, layer.element] == [ElementType::F16; 2];
        let units = capabilities.matrix_units.filter(|_| halves);
        for slice in &layer.slices {
            let fitting = || TileSize::fitting(capabilities, x.rows, 4 * slice.columns);
            let tile = match self.tile.unwrap_or_else(fitting) {
                // Small tiles cannot be divided among all subgroups.
                TileSize::Small if units.is_some() => TileSize::Medium,
                tile => tile,
            };
            let (high, wide) = tile.size();
            let elements = ProductElements {
                input: x.element,
                weights: layer.element,
                output: out.element,
            };
            let kernel = match units {
                Some(units) => kernels::gemm_matrix(tile, units, elements, store),
                None => kernels::gemm(tile, capabilities, elements, store),
            };
            let (period, stride, offset) = skip.map_or((1, 0, 0), |skip| {
                (skip.rows, skip.stride, skip.offset + slice.first)
            });
            let columns = (4 * slice.columns) as f64;
            let inputs = x.width as f64;
            let work = |rows: usize| {
                let rows = rows as f64;
                let bytes = rows * inputs * x.element.bytes() as f64
                    + inputs * columns * layer.element.bytes() as f64
                    + rows * columns * out.element.bytes() as f64;
                (2.0 * rows * inputs * columns, bytes)
            };
            let skip = skip.map_or(&slice.bias, |skip| &skip.buffer);
            let buffers = [&x.buffer, &slice.weights, &slice.bias, skip, &out.buffer];
            for tiles in self.pieces(PRODUCT, work(x.rows), x.rows.div_ceil(high)) {
                let parameters = [
                    x.rows,
                    vectors(x.width),
                    slice.columns,
                    x.offset,
                    x.stride,
                    out.offset + slice.first,
                    out.stride,
                    period,
                    stride,
                    offset,
                    tiles.start,
                ]
                .map(|n| n as u32);
                let rows = x.rows.min(tiles.end * high) - tiles.start * high;
                self.dispatch(
                    kernel.clone(),
                    &buffers,
                    &parameters,
                    [(4 * slice.columns).div_ceil(wide), tiles.len(), 1],
                    work(rows),
                );
            }
        }
        out
    }

    /// Layer normalisation of f32 rows; the output has the element type of activations.
    pub fn layer_norm(&mut self, x: &GpuRows, norm: &GpuNorm) -> GpuRows {
        let out = self.rows(x.rows, x.width, self.context.element());
        self.norm_into(x, norm, &out);
        out
    }

    /// The same with f32 output.
    pub fn layer_norm_in_full(&mut self, x: &GpuRows, norm: &GpuNorm) -> GpuRows {
        let out = self.rows(x.rows, x.width, ElementType::F32);
        self.norm_into(x, norm, &out);
        out
    }

    fn norm_into(&mut self, x: &GpuRows, norm: &GpuNorm, out: &GpuRows) {
        if norm.width != x.width || x.element != ElementType::F32 {
            let text = format!("a norm of {} for rows of {}", norm.width, x.width);
            self.problem.get_or_insert(GpuError::Failed(text));
        }
        let counts = [x.rows, x.width, x.offset, x.stride, out.stride].map(|n| n as u32);
        let mut parameters = counts.to_vec();
        parameters.push(norm.epsilon.to_bits());
        let values = (x.rows * x.width) as f64;
        self.dispatch(
            kernels::layer_norm(out.element),
            &[&x.buffer, &norm.weight, &norm.bias, &out.buffer],
            &parameters,
            in_two_dimensions(x.rows),
            (8.0 * values, values * (4 + out.element.bytes()) as f64),
        );
    }

    /// Multi-head attention; returns one row per query.
    pub fn attention(&mut self, input: &AttentionInput) -> GpuRows {
        let AttentionInput {
            queries,
            keys_values,
            tokens,
            heads,
            width,
            ..
        } = *input;
        let sequences = keys_values.rows / tokens;
        let each = if input.shared {
            queries.rows
        } else {
            queries.rows / sequences.max(1)
        };
        let out = self.rows(sequences * each, width, self.context.element());
        let size = width / heads;
        let (kernel, queries_of_group) = self.attention_kernel(size, each, out.element);
        let [q, k, v] = input.columns;
        let q_sequence = if input.shared {
            0
        } else {
            4 * each * queries.stride
        };
        let counts = [
            tokens,
            heads,
            each,
            q_sequence,
            4 * queries.stride,
            4 * queries.offset + q,
            4 * keys_values.stride,
            4 * keys_values.offset + k,
            4 * keys_values.offset + v,
            4 * out.stride,
        ];
        let buffers = [&queries.buffer, &keys_values.buffer, &out.buffer];
        let groups = each.div_ceil(queries_of_group);
        let work = |sequences: usize, queries: usize| {
            let pairs = (sequences * queries * tokens * width) as f64;
            let values = sequences * (2 * queries + 2 * tokens) * width * out.element.bytes();
            (4.0 * pairs, values as f64)
        };
        // Split between sequences first, then between the queries of a single sequence.
        for several in self.pieces(kernel.name, work(sequences, each), sequences) {
            let own = match several.len() {
                1 => self.pieces(kernel.name, work(1, each), groups),
                _ => std::iter::once(0..groups).collect(),
            };
            for part in own {
                let queries = each.min(part.end * queries_of_group) - part.start * queries_of_group;
                let mut parameters: Vec<u32> = counts.iter().map(|n| *n as u32).collect();
                parameters.push(input.scale.to_bits());
                parameters.extend([several.start, part.start].map(|n| n as u32));
                self.dispatch(
                    kernel.clone(),
                    &buffers,
                    &parameters,
                    [part.len(), heads, several.len()],
                    work(several.len(), queries),
                );
            }
        }
        out
    }

    /// The attention kernel for a head size, and its queries per workgroup.
    fn attention_kernel(
        &self,
        size: usize,
        queries: usize,
        element: ElementType,
    ) -> (Kernel, usize) {
        let capabilities = self.context.capabilities();
        match capabilities.matrix_units {
            Some(units)
                if element == ElementType::F16
                    && kernels::matrix_attention_takes(size, queries) =>
            {
                (
                    kernels::attention_matrix(units, size),
                    kernels::MATRIX_QUERIES,
                )
            }
            _ => {
                let tile = AttentionTile::fitting(capabilities, size, queries);
                (kernels::attention(element, size, tile), tile.queries)
            }
        }
    }

    /// Unfolds images into rows of normalised values.
    pub fn unfold(&mut self, pictures: &wgpu::Buffer, count: usize, shape: UnfoldShape) -> GpuRows {
        let width = 3 * shape.kernel * shape.kernel;
        let rows = count * (shape.grid * shape.grid + shape.before);
        let out = self.rows(rows, width, self.context.element());
        let all = rows * out.stride;
        let counts = [
            all,
            shape.side,
            shape.kernel,
            shape.stride,
            shape.padding,
            shape.grid,
            shape.before,
            out.stride,
        ];
        let [mean, rate] = [shape.mean, shape.std.map(|std| 1.0 / std)];
        let colours = [mean, rate]
            .into_iter()
            .flat_map(|[r, g, b]| [r, g, b, 0.0]);
        let mut parameters: Vec<u32> = counts.iter().map(|n| *n as u32).collect();
        parameters.extend(colours.map(f32::to_bits));
        let bytes = count * 3 * shape.side * shape.side + all * 4 * out.element.bytes();
        self.dispatch(
            kernels::unfold(out.element),
            &[pictures, &out.buffer],
            &parameters,
            in_two_dimensions(all.div_ceil(THREADS as usize)),
            (8.0 * all as f64, bytes as f64),
        );
        out
    }

    /// Depthwise convolution with ReLU6 of images of `side` x `side` rows. Returns the output and its side.
    pub fn depthwise(
        &mut self,
        x: &GpuRows,
        side: usize,
        filter: &GpuDepthwise,
    ) -> (GpuRows, usize) {
        let (out_side, padding) = DepthwiseShape::same(side, filter.kernel, filter.stride);
        let pictures = x.rows / (side * side).max(1);
        let out = self.rows(pictures * out_side * out_side, x.width, x.element);
        if filter.channels != x.width || x.offset != 0 || x.stride != vectors(x.width) {
            let text = format!("filters for {} channels over {}", filter.channels, x.width);
            self.problem.get_or_insert(GpuError::Failed(text));
        }
        let all = out.rows * out.stride;
        let parameters = [
            all,
            out.stride,
            side,
            out_side,
            filter.kernel,
            filter.stride,
            padding,
        ]
        .map(|n| n as u32);
        let taps = filter.kernel * filter.kernel;
        let values = (x.rows * x.width + out.rows * out.width) * x.element.bytes();
        self.dispatch(
            kernels::depthwise(x.element),
            &[&x.buffer, &filter.weights, &filter.bias, &out.buffer],
            &parameters,
            in_two_dimensions(all.div_ceil(THREADS as usize)),
            (2.0 * (out.rows * out.width * taps) as f64, values as f64),
        );
        (out, out_side)
    }

    /// Mean over each group of `places` rows.
    pub fn mean(&mut self, x: &GpuRows, places: usize) -> GpuRows {
        let out = self.rows(x.rows / places.max(1), x.width, x.element);
        let all = out.rows * out.stride;
        let parameters = [all, out.stride, places].map(|n| n as u32);
        let values = (x.rows * x.width) as f64;
        self.dispatch(
            kernels::mean(x.element),
            &[&x.buffer, &out.buffer],
            &parameters,
            in_two_dimensions(all.div_ceil(THREADS as usize)),
            (values, values * x.element.bytes() as f64),
        );
        out
    }

    /// Normalises f32 rows to norm 1, in place.
    pub fn normalise(&mut self, x: &GpuRows) {
        let parameters = [x.rows, x.stride].map(|n| n as u32);
        let values = (x.rows * x.width) as f64;
        self.dispatch(
            kernels::normalise(),
            &[&x.buffer],
            &parameters,
            in_two_dimensions(x.rows),
            (3.0 * values, 8.0 * values),
        );
    }
}
