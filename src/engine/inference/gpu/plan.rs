//! A static execution plan: the dispatches for one batch size, with fixed buffers and parameters.

use std::ops::Range;

use super::context::Context;
use super::driver;
use super::element::ElementType;
use super::kernels::{MATRIX_PRODUCT, PRODUCT};
use super::weights::{GpuTable, vectors};

/// Cost of moving a byte, in operations, for estimating the duration of a dispatch: about the ratio of a GPU's
/// arithmetic throughput to its memory bandwidth.
const OPERATIONS_PER_BYTE: f64 = 16.0;
/// Cost of an operation outside matrix products, which reach a higher share of peak throughput.
const OPERATIONS_OF_OTHERS: f64 = 3.5;

/// Estimated cost of a dispatch, in operations of matrix products.
pub(super) fn cost(kernel: &str, operations: f64, bytes: f64) -> f64 {
    let each = match kernel {
        PRODUCT | MATRIX_PRODUCT => 1.0,
        _ => OPERATIONS_OF_OTHERS,
    };
    each * operations + OPERATIONS_PER_BYTE * bytes
}

/// Splits a list of dispatch costs into ranges that cost at most `share` each or contain a single dispatch.
fn parts(costs: &[f64], share: f64) -> Vec<Range<usize>> {
    let (mut parts, mut first, mut sum) = (Vec::new(), 0, 0.0);
    for (at, cost) in costs.iter().enumerate() {
        if at > first && sum + cost > share {
            parts.push(first..at);
            (first, sum) = (at, 0.0);
        }
        sum += cost;
    }
    parts.push(first..costs.len());
    parts
}

/// Rows of values in GPU memory. Offsets and strides are in vectors of four values.
#[derive(Clone)]
pub struct GpuRows {
    pub(super) buffer: wgpu::Buffer,
    pub(super) element: ElementType,
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) offset: usize,
    pub(super) stride: usize,
}

impl GpuRows {
    /// Number of rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows
    }

    /// Number of values per row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// For sequences of `tokens` rows, a view of row `token` of each.
    #[must_use]
    pub fn of_each(&self, tokens: usize, token: usize) -> Self {
        Self {
            rows: self.rows / tokens,
            offset: self.offset + token * self.stride,
            stride: self.stride * tokens,
            ..self.clone()
        }
    }
}

impl From<&GpuTable> for GpuRows {
    fn from(table: &GpuTable) -> Self {
        Self {
            buffer: table.buffer.clone(),
            element: table.element,
            rows: table.rows,
            width: table.width,
            offset: 0,
            stride: vectors(table.width),
        }
    }
}

/// A single dispatch of a kernel.
pub struct Dispatch {
    /// Name of the kernel.
    pub name: &'static str,
    /// Number of arithmetic operations.
    pub operations: f64,
    /// Minimum memory traffic in bytes.
    pub bytes: f64,
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) binding: wgpu::BindGroup,
    pub(super) workgroups: [u32; 3],
}

impl Dispatch {
    /// Number of workgroups.
    #[must_use]
    pub fn workgroups(&self) -> u64 {
        self.workgroups
            .iter()
            .map(|count| u64::from(*count))
            .product()
    }

    /// Estimated cost.
    fn cost(&self) -> f64 {
        cost(self.name, self.operations, self.bytes)
    }

    /// Adds the dispatch to a compute pass.
    fn record(&self, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.binding, &[]);
        let [x, y, z] = self.workgroups;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// The execution plan for one batch size.
pub struct GpuPlan {
    pub(super) dispatches: Vec<Dispatch>,
    pub(super) output: GpuRows,
    pub(super) bytes: u64,
    /// Cost of the most expensive dispatch before splitting, and whether any was split.
    pub(super) longest_whole: f64,
    pub(super) cut: bool,
}

impl GpuPlan {
    /// The dispatches in order.
    #[must_use]
    pub fn dispatches(&self) -> &[Dispatch] {
        &self.dispatches
    }

    /// GPU memory for activations, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Estimated total cost.
    pub(super) fn cost(&self) -> f64 {
        self.dispatches.iter().map(Dispatch::cost).sum()
    }

    /// Costs of the command buffers that the plan is split into, in order.
    #[must_use]
    pub fn submissions(&self, share: f64) -> Vec<f64> {
        let costs: Vec<f64> = self.dispatches.iter().map(Dispatch::cost).collect();
        let sum = |part: Range<usize>| costs[part].iter().sum();
        parts(&costs, share).into_iter().map(sum).collect()
    }

    /// Command buffers that cost at most `share` each or contain a single dispatch; the last one also copies the result
    /// to `target`.
    pub(super) fn commands<'a>(
        &'a self,
        context: &'a Context,
        share: f64,
        target: &'a wgpu::Buffer,
    ) -> impl Iterator<Item = wgpu::CommandBuffer> + 'a {
        let costs: Vec<f64> = self.dispatches.iter().map(Dispatch::cost).collect();
        parts(&costs, share).into_iter().map(move |part| {
            let done = part.end == self.dispatches.len();
            let now = &self.dispatches[part];
            let mut encoder = context.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                now.iter().for_each(|dispatch| dispatch.record(&mut pass));
            }
            if done {
                encoder.copy_buffer_to_buffer(
                    &self.output.buffer,
                    0,
                    target,
                    0,
                    self.output_bytes(),
                );
            }
            encoder.finish()
        })
    }

    /// A single dispatch, repeated `times` times.
    pub(super) fn repeated(
        &self,
        context: &Context,
        dispatch: usize,
        times: u32,
    ) -> wgpu::CommandBuffer {
        let mut encoder = context.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            (0..times).for_each(|_| self.dispatches[dispatch].record(&mut pass));
        }
        encoder.finish()
    }

    /// Size of the result in bytes, including the padding of rows to whole vectors.
    pub(super) fn output_bytes(&self) -> u64 {
        (self.output.rows * self.output.stride * 4 * self.output.element.bytes()) as u64
    }

    /// Decodes the result, removing the padding of its rows.
    pub(super) fn values(&self, bytes: &[u8]) -> Vec<f32> {
        let values: Vec<f32> = match self.output.element {
            ElementType::F32 => bytemuck::pod_collect_to_vec(bytes),
            ElementType::F16 => bytemuck::pod_collect_to_vec::<u8, half::f16>(bytes)
                .iter()
                .map(|half| half.to_f32())
                .collect(),
        };
        let rows = values.chunks_exact((4 * self.output.stride).max(1));
        rows.flat_map(|row| &row[..self.output.width])
            .copied()
            .collect()
    }

    /// Writes rows that the plan reads.
    pub fn write(&self, context: &Context, rows: &GpuRows, values: &[f32]) {
        let full = 4 * rows.stride;
        let mut padded = vec![0f32; rows.rows * full];
        for (slot, row) in padded
            .chunks_exact_mut(full.max(1))
            .zip(values.chunks_exact(rows.width.max(1)))
        {
            slot[..rows.width].copy_from_slice(row);
        }
        context
            .queue
            .write_buffer(&rows.buffer, 0, &rows.element.encode(&padded));
    }

    /// Writes image data that the plan reads, concatenated, directly to the driver's staging memory.
    pub fn write_pictures(&self, context: &Context, buffer: &wgpu::Buffer, pictures: &[&[u8]]) {
        let bytes: usize = pictures.iter().map(|picture| picture.len()).sum();
        let Some(size) = wgpu::BufferSize::new(bytes.next_multiple_of(4) as u64) else {
            return;
        };
        driver::call(|| {
            // `None` if the device is lost, which the following submission reports.
            let Some(mut view) = context.queue.write_buffer_with(buffer, 0, size) else {
                return;
            };
            let mut at = 0;
            for picture in pictures {
                view.slice(at..at + picture.len()).copy_from_slice(picture);
                at += picture.len();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_are_all_dispatches_in_order_and_none_costs_more_than_its_share(
            costs in prop::collection::vec(0.0f64..100.0, 1..200),
            share in 1.0f64..500.0,
        ) {
            let parts = parts(&costs, share);
            let mut next = 0;
            for part in &parts {
                prop_assert_eq!(part.start, next);
                prop_assert!(!part.is_empty());
                let sum: f64 = costs[part.clone()].iter().sum();
                prop_assert!(sum <= share || part.len() == 1);
                next = part.end;
            }
            prop_assert_eq!(next, costs.len());
            // No two neighbouring parts could be merged.
            for pair in parts.windows(2) {
                let sum: f64 = costs[pair[0].start..=pair[1].start].iter().sum();
                prop_assert!(sum > share);
            }
        }
    }

    #[test]
    fn operations_of_products_count_least() {
        assert!(cost(PRODUCT, 7.0, 0.0) < cost("attention", 7.0, 0.0));
        let by_units = cost(MATRIX_PRODUCT, 7.0, 2.0);
        assert!((by_units - cost(PRODUCT, 7.0, 2.0)).abs() < 1e-9);
        assert!(cost(PRODUCT, 0.0, 1.0) > 1.0);
        assert_eq!(parts(&[5.0, 5.0], f64::INFINITY).len(), 1);
    }
}
