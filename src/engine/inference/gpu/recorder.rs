//! Records plans: allocates rows, lists dispatches in order, then creates the bindings of all of them. `operations` has what
//! can be recorded.

use std::ops::Range;

use super::GpuError;
use super::context::Context;
use super::driver;
use super::element::ElementType;
use super::kernels::{Kernel, TileSize};
use super::plan::{Dispatch, GpuPlan, GpuRows, cost};
use super::weights::vectors;

/// Workgroups along one dimension that every adapter takes.
pub(super) const MOST_WORKGROUPS: usize = 65_535;
/// Numbers that a kernel may have as parameters.
const WORDS: usize = 16;
/// What parameters are aligned to in their buffer: the most that an adapter may ask for.
const ALIGNMENT: usize = 256;

/// A dispatch before its parameters have a buffer.
struct PendingDispatch {
    kernel: Kernel,
    buffers: Vec<wgpu::Buffer>,
    parameters: [u32; WORDS],
    workgroups: [u32; 3],
    operations: f64,
    bytes: f64,
}

/// Writes a plan.
pub struct Recorder<'a> {
    pub(super) context: &'a Context,
    drafts: Vec<PendingDispatch>,
    /// Buffers that nothing in the plan needs any more, with their sizes.
    free: Vec<(wgpu::Buffer, u64)>,
    bytes: u64,
    /// Most bytes that it may take.
    budget: u64,
    /// What a dispatch may cost before it is cut.
    longest: f64,
    /// What the longest would cost if it was not, and whether one was.
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

    /// Takes this tile for all products.
    #[must_use]
    pub fn with_tile(mut self, tile: TileSize) -> Self {
        self.tile = Some(tile);
        self
    }

    /// Takes no more memory than this between layers; a plan that needs more fails before it has it.
    #[must_use]
    pub fn with_budget(mut self, bytes: u64) -> Self {
        self.budget = bytes;
        self
    }

    /// Cuts products and attention that would cost more than this, as far as they can be cut.
    #[must_use]
    pub fn with_longest(mut self, cost: f64) -> Self {
        self.longest = cost;
        self
    }

    /// Into which parts a dispatch of so many `rows` of workgroups is cut.
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

    /// The card that it is for.
    #[must_use]
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// Room for rows.
    pub(super) fn rows(&mut self, rows: usize, width: usize, element: ElementType) -> GpuRows {
        let stride = vectors(width);
        let bytes = (rows * 4 * stride * element.bytes()) as u64;
        if bytes > self.context.most_bytes() {
            self.problem.get_or_insert(GpuError::OutOfMemory);
        }
        // The smallest that is large enough.
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
        // A plan that fails anyway takes no memory.
        let bytes = if self.problem.is_some() { 16 } else { bytes };
        self.bytes += bytes;
        let usage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_SRC
            | wgpu::BufferUsages::COPY_DST;
        self.context.buffer("activations", bytes, usage)
    }

    /// Nothing that follows reads these rows.
    pub fn release(&mut self, rows: GpuRows) {
        let bytes = rows.buffer.size();
        self.free.push((rows.buffer, bytes));
    }

    /// Room for what is written before the plan runs: rows in full precision.
    pub fn input(&mut self, rows: usize, width: usize) -> GpuRows {
        self.rows(rows, width, ElementType::F32)
    }

    /// The same, kept as activations are.
    pub fn activations(&mut self, rows: usize, width: usize) -> GpuRows {
        self.rows(rows, width, self.context.element())
    }

    /// Room for so many bytes of pictures.
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
        if workgroups.iter().any(|count| *count > MOST_WORKGROUPS) {
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

    /// The plan, which ends with these rows, in full precision.
    ///
    /// # Errors
    /// If shapes do not fit, the card has no memory for it, or its driver takes no kernel.
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
