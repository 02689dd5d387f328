//! Records plans: allocates activation buffers, lists dispatches in order and creates their bind groups. `operations`
//! implements the operations that can be recorded.

use std::ops::Range;

use super::GpuError;
use super::context::Context;
use super::driver;
use super::element::ElementType;
use super::kernels::{Kernel, TileSize};
use super::plan::{Dispatch, GpuPlan, GpuRows, cost};
use super::weights::vectors;

/// Maximum number of workgroups per dimension that every adapter supports.
pub(super) const MAX_WORKGROUPS: usize = 65_535;
/// Maximum number of parameters of a kernel, each four bytes.
const WORDS: usize = 16;
/// Alignment of parameter blocks in their buffer: the largest that an adapter may require.
const ALIGNMENT: usize = 256;

/// A dispatch whose parameter buffer does not exist yet.
struct PendingDispatch {
    kernel: Kernel,
    buffers: Vec<wgpu::Buffer>,
    parameters: [u32; WORDS],
    workgroups: [u32; 3],
    operations: f64,
    bytes: f64,
}

/// Records a plan.
pub struct Recorder<'a> {
    pub(super) context: &'a Context,
    drafts: Vec<PendingDispatch>,
    /// Buffers that are free for reuse, with their sizes.
    free: Vec<(wgpu::Buffer, u64)>,
    bytes: u64,
    /// Maximum total size of activation buffers in bytes.
    budget: u64,
    /// Cost above which a dispatch is split.
    longest: f64,
    /// Cost of the most expensive dispatch before splitting, and whether any was split.
    longest_whole: f64,
    cut: bool,
    pub(super) tile: Option<TileSize>,
    pub(super) problem: Option<GpuError>,
}

impl<'a> Recorder<'a> {
    /// An empty plan.
    #[must_use]
    pub fn new(context: &'a Context) -> Self {
        Self {
            context,
            drafts: Vec::new(),
            free: Vec::new(),
            bytes: 0,
            budget: u64::MAX,
            longest: f64::INFINITY,
            longest_whole: 0.0,
            cut: false,
            tile: None,
            problem: None,
        }
    }

    /// Uses this tile size for all matrix products.
    #[must_use]
    pub fn with_tile(mut self, tile: TileSize) -> Self {
        self.tile = Some(tile);
        self
    }

    /// Limits the memory for activations; a plan that needs more fails before allocating it.
    #[must_use]
    pub fn with_budget(mut self, bytes: u64) -> Self {
        self.budget = bytes;
        self
    }

    /// Splits matrix products and attention that would cost more than this, as far as possible.
    #[must_use]
    pub fn with_longest(mut self, cost: f64) -> Self {
        self.longest = cost;
        self
    }

    /// Ranges into which a dispatch of `rows` rows of workgroups is split.
    pub(super) fn pieces(
        &mut self,
        kernel: &str,
        (operations, bytes): (f64, f64),
        rows: usize,
    ) -> Vec<Range<usize>> {
        let whole = cost(kernel, operations, bytes);
        self.longest_whole = self.longest_whole.max(whole);
        let wanted = (whole / self.longest).ceil().max(1.0) as usize;
        let each = (rows / wanted).max(1);
        self.cut |= each < rows;
        let piece = |first: usize| first..rows.min(first + each);
        (0..rows.max(1)).step_by(each).map(piece).collect()
    }

    /// The context that the plan is recorded for.
    #[must_use]
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// Allocates rows.
    pub(super) fn rows(&mut self, rows: usize, width: usize, element: ElementType) -> GpuRows {
        let stride = vectors(width);
        let bytes = (rows * 4 * stride * element.bytes()) as u64;
        if bytes > self.context.most_bytes() {
            self.problem.get_or_insert(GpuError::OutOfMemory);
        }
        // Best fit: the smallest free buffer that is large enough.
        let fitting = self
            .free
            .iter()
            .enumerate()
            .filter(|(_, (_, size))| *size >= bytes);
        let fitting = fitting.min_by_key(|(_, (_, size))| *size).map(|(i, _)| i);
        let buffer = match fitting {
            Some(i) => self.free.swap_remove(i).0,
            None => self.buffer(bytes),
        };
        GpuRows {
            buffer,
            element,
            rows,
            width,
            offset: 0,
            stride,
        }
    }

    fn buffer(&mut self, bytes: u64) -> wgpu::Buffer {
        if self.bytes.saturating_add(bytes) > self.budget {
            self.problem.get_or_insert(GpuError::OutOfMemory);
        }
        // A plan that has already failed allocates no memory.
        let bytes = if self.problem.is_some() { 16 } else { bytes };
        self.bytes += bytes;
        let usage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_SRC
            | wgpu::BufferUsages::COPY_DST;
        self.context.buffer("activations", bytes, usage)
    }

    /// Frees rows that no later operation reads.
    pub fn release(&mut self, rows: GpuRows) {
        let bytes = rows.buffer.size();
        self.free.push((rows.buffer, bytes));
    }

    /// Allocates f32 rows that are written before the plan runs.
    pub fn input(&mut self, rows: usize, width: usize) -> GpuRows {
        self.rows(rows, width, ElementType::F32)
    }

    /// The same, in the element type of activations.
    pub fn activations(&mut self, rows: usize, width: usize) -> GpuRows {
        self.rows(rows, width, self.context.element())
    }

    /// Allocates a buffer for image data of `bytes` bytes.
    pub fn pictures(&mut self, bytes: usize) -> wgpu::Buffer {
        if bytes as u64 > self.context.most_bytes() {
            self.problem.get_or_insert(GpuError::OutOfMemory);
        }
        self.buffer(bytes.next_multiple_of(4) as u64)
    }

    pub(super) fn dispatch(
        &mut self,
        kernel: Kernel,
        buffers: &[&wgpu::Buffer],
        parameters: &[u32],
        workgroups: [usize; 3],
        (operations, bytes): (f64, f64),
    ) {
        if workgroups.iter().any(|count| *count > MAX_WORKGROUPS) {
            self.problem.get_or_insert(GpuError::OutOfMemory);
        }
        let own = cost(kernel.name, operations, bytes);
        self.longest_whole = self.longest_whole.max(own);
        let mut words = [0; WORDS];
        words[..parameters.len()].copy_from_slice(parameters);
        self.drafts.push(PendingDispatch {
            kernel,
            buffers: buffers.iter().map(|buffer| (*buffer).clone()).collect(),
            parameters: words,
            workgroups: workgroups.map(|count| count as u32),
            operations,
            bytes,
        });
    }

    /// Completes the plan, with `output` as its result.
    ///
    /// # Errors
    /// Returns an error if shapes do not match, the GPU is out of memory, or the driver rejects a kernel.
    pub fn finish(self, output: GpuRows) -> Result<GpuPlan, GpuError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let context = self.context;
        let mut parameters = vec![0u8; self.drafts.len() * ALIGNMENT];
        for (slot, draft) in parameters.chunks_exact_mut(ALIGNMENT).zip(&self.drafts) {
            slot[..4 * WORDS].copy_from_slice(bytemuck::cast_slice(&draft.parameters));
        }
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let uniform = context.buffer("parameters", parameters.len() as u64, usage);
        driver::call(|| context.queue.write_buffer(&uniform, 0, &parameters));
        let mut dispatches = Vec::with_capacity(self.drafts.len());
        for (i, draft) in self.drafts.into_iter().enumerate() {
            let pipeline = context.pipeline(&draft.kernel);
            let mut entries: Vec<_> = (draft.buffers.iter().enumerate())
                .map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding: binding as u32,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            entries.push(wgpu::BindGroupEntry {
                binding: draft.buffers.len() as u32,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &uniform,
                    offset: (i * ALIGNMENT) as u64,
                    size: std::num::NonZeroU64::new(4 * WORDS as u64),
                }),
            });
            let layout = pipeline.get_bind_group_layout(0);
            let binding = context
                .device
                .create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(draft.kernel.name),
                    layout: &layout,
                    entries: &entries,
                });
            dispatches.push(Dispatch {
                name: draft.kernel.name,
                operations: draft.operations,
                bytes: draft.bytes,
                pipeline,
                binding,
                workgroups: draft.workgroups,
            });
        }
        context.check()?;
        Ok(GpuPlan {
            dispatches,
            output,
            bytes: self.bytes,
            longest_whole: self.longest_whole,
            cut: self.cut,
        })
    }
}
