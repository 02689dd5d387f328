//! An open graphics card: its device and queue, limits, kernels, and errors.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::GpuError;
use super::adapter::Adapter;
use super::adapter_limits::{AdapterLimits, MOST_WORKGROUP_MEMORY, MatrixUnits, WORKGROUP_MEMORY};
use super::driver;
use super::element::ElementType;
use super::kernels::Kernel;
use super::permissions;
use super::pipeline_cache::PipelineCache;

/// The number format of weights and activations. Sums and the residual stream are always in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpuPrecision {
    /// Halves where the card has them.
    Fastest,
    /// Full precision.
    Full,
}

/// What wgpu reports on its own time.
#[derive(Default)]
struct DeviceErrors {
    lost: OnceLock<String>,
    /// The first of it; the rest follows from that.
    error: Mutex<Option<GpuError>>,
}

impl DeviceErrors {
    /// What a device reports from now on.
    fn of(device: &wgpu::Device) -> Arc<Self> {
        let errors = Arc::new(Self::default());
        let reported = errors.clone();
        device.on_uncaptured_error(Arc::new(move |error| reported.record(translate(error))));
        let reported = errors.clone();
        device.set_device_lost_callback(move |reason, message| {
            let message = first_line(&message);
            let said = if message.is_empty() {
                format!("{reason:?}")
            } else {
                message
            };
            let _ = reported.lost.set(said);
        });
        errors
    }

    fn record(&self, error: GpuError) {
        let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
    }
}

/// An open graphics card.
pub struct Context {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    name: String,
    abilities: AdapterLimits,
    /// Most bytes of a buffer that a kernel sees.
    most_bytes: u64,
    pipelines: Mutex<HashMap<String, wgpu::ComputePipeline>>,
    compiled: Option<PipelineCache>,
    errors: Arc<DeviceErrors>,
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Longest reason that is shown, in characters.
const REASON: usize = 300;

fn translate(error: wgpu::Error) -> GpuError {
    match error {
        wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory,
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            let words: Vec<&str> = description.split_whitespace().collect();
            let reason: String = words.join(" ").chars().take(REASON).collect();
            let lower = reason.to_lowercase();
            if lower.contains("device is lost") || lower.contains("device lost") {
                GpuError::Lost(reason)
            } else {
                GpuError::Failed(reason)
            }
        }
    }
}

impl Context {
    /// Opens a card. Kernels that it compiled are looked up in `cache`, a folder, and kept there by
    /// [`Context::keep_kernels`].
    ///
    /// # Errors
    /// If its driver refuses, or it lacks what the kernels need.
    pub fn open(
        adapter: &Adapter,
        numbers: GpuPrecision,
        cache: Option<&Path>,
    ) -> Result<Self, GpuError> {
        driver::call(|| Self::open_device(adapter, numbers, cache))
    }

    fn open_device(
        adapter: &Adapter,
        numbers: GpuPrecision,
        cache: Option<&Path>,
    ) -> Result<Self, GpuError> {
        let there = adapter.inner.limits();
        let lacks = |what: &str| GpuError::Unsupported {
            adapter: adapter.name.clone(),
            what: what.into(),
        };
        if (there.max_compute_workgroup_storage_size as usize) < WORKGROUP_MEMORY {
            return Err(lacks("workgroup memory of 16 KB"));
        }
        if there.max_compute_invocations_per_workgroup < 256 {
            return Err(lacks("workgroups of 256"));
        }
        let mut wanted = wgpu::Features::PIPELINE_CACHE;
        wanted.set(wgpu::Features::SHADER_F16, numbers == GpuPrecision::Fastest);
        if numbers == GpuPrecision::Fastest && adapter.has_matrix_units() {
            wanted |= wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX | wgpu::Features::SUBGROUP;
        }
        let features = adapter.inner.features() & wanted;
        let limits = wgpu::Limits {
            max_storage_buffer_binding_size: there.max_storage_buffer_binding_size,
            max_buffer_size: there.max_buffer_size,
            max_compute_workgroup_storage_size: there
                .max_compute_workgroup_storage_size
                .min(MOST_WORKGROUP_MEMORY as u32),
            ..wgpu::Limits::defaults()
        };
        let opened = adapter.inner.request_device(&wgpu::DeviceDescriptor {
            label: Some("lumisift"),
            required_features: features,
            required_limits: limits.or_worse_values_from(&there),
            experimental_features: permissions::experimental(features),
            ..Default::default()
        });
        let (device, queue) =
            pollster::block_on(opened).map_err(|e| GpuError::Failed(first_line(&e.to_string())))?;
        let errors = DeviceErrors::of(&device);
        let info = adapter.inner.get_info();
        Ok(Self {
            compiled: cache.and_then(|folder| PipelineCache::open(&device, adapter, folder)),
            device,
            queue,
            name: adapter.name.clone(),
            abilities: AdapterLimits::of(adapter.kind, features, &there, &info),
            // Buffers are as long as a whole number of vectors.
            most_bytes: there
                .max_storage_buffer_binding_size
                .min(there.max_buffer_size)
                & !15,
            pipelines: Mutex::default(),
            errors,
        })
    }

    /// Takes buffers for smaller than they may be.
    #[must_use]
    pub fn with_most_bytes(mut self, bytes: u64) -> Self {
        self.most_bytes = self.most_bytes.min(bytes);
        self
    }

    /// Makes kernels as for a card with so much workgroup memory, as far as this one has it.
    #[must_use]
    pub fn with_workgroup_memory(mut self, bytes: usize) -> Self {
        let most = self.device.limits().max_compute_workgroup_storage_size;
        self.abilities.memory = bytes.clamp(WORKGROUP_MEMORY, most as usize);
        self
    }

    /// Makes kernels as for a card that runs so many invocations in step.
    #[must_use]
    pub fn with_subgroups_of(mut self, invocations: usize) -> Self {
        self.abilities.subgroup = invocations;
        self
    }

    /// Leaves matrix units alone, as for a card that has none.
    #[must_use]
    pub fn without_matrix_units(mut self) -> Self {
        self.abilities.matrix_units = None;
        self
    }

    /// Makes products for matrix units, whose part invocations play.
    #[must_use]
    pub fn with_emulated_matrix_units(mut self) -> Self {
        self.abilities.matrix_units = Some(MatrixUnits::Emulated);
        self
    }

    /// Whether products are computed by matrix units.
    #[must_use]
    pub fn has_matrix_units(&self) -> bool {
        self.abilities.matrix_units.is_some()
    }

    /// The card's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether weights are kept in halves.
    #[must_use]
    pub fn in_halves(&self) -> bool {
        self.element() == ElementType::F16
    }

    /// The number format of weights and activations.
    pub(super) fn element(&self) -> ElementType {
        self.abilities.element
    }

    /// What its kernels are made for.
    pub(super) fn abilities(&self) -> &AdapterLimits {
        &self.abilities
    }

    pub(super) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Leaves the device open for good: closing one whose driver hangs would wait for it, however long.
    pub(super) fn abandon(&self) {
        // Other threads need not wait for it as well.
        let _ = self.errors.lost.set("its driver gave no answer".into());
        std::mem::forget((self.device.clone(), self.queue.clone()));
    }

    /// Gives the device up, as a driver does that has crashed.
    pub fn lose(&self) {
        self.device.destroy();
    }

    /// What has gone wrong since it was last asked. That a card is lost stays so.
    ///
    /// # Errors
    /// With that.
    pub fn check(&self) -> Result<(), GpuError> {
        let error = self.errors.error.lock();
        let error = error.unwrap_or_else(PoisonError::into_inner).take();
        if error.is_some() {
            // A lost device first shows as calls that fail; wgpu reports it at the next poll.
            let _ = self.device.poll(wgpu::PollType::Poll);
        }
        if let Some(GpuError::Lost(reason)) = &error {
            let _ = self.errors.lost.set(reason.clone());
        }
        self.check_lost()?;
        error.map_or(Ok(()), Err)
    }

    /// Whether the card is still there. What calls of other threads have done wrong is for them to ask for.
    pub(super) fn check_lost(&self) -> Result<(), GpuError> {
        match self.errors.lost.get() {
            Some(reason) => Err(GpuError::Lost(reason.clone())),
            None => Ok(()),
        }
    }

    /// What a failed call means. A lost card first shows as calls that fail; wgpu reports it at the next poll.
    pub(super) fn failure(&self, error: &dyn std::fmt::Display) -> GpuError {
        let _ = self.device.poll(wgpu::PollType::Poll);
        match self.check() {
            Err(lost @ GpuError::Lost(_)) => lost,
            _ => GpuError::Failed(error.to_string()),
        }
    }

    /// A buffer on the card, filled with zeros.
    pub(super) fn buffer(
        &self,
        label: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> wgpu::Buffer {
        let descriptor = wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes.next_multiple_of(16).max(16),
            usage,
            mapped_at_creation: false,
        };
        driver::call(|| self.device.create_buffer(&descriptor))
    }

    /// A buffer with these bytes, whose number is a multiple of four.
    pub(super) fn upload(&self, label: &str, bytes: &[u8]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let buffer = self.buffer(label, bytes.len() as u64, usage);
        driver::call(|| {
            self.queue.write_buffer(&buffer, 0, bytes);
            // So that what was written does not pile up in the driver until the first batch.
            self.queue.submit([])
        });
        buffer
    }

    /// Keeps compiled kernels for the next start, where the driver hands them out and there is a folder for them.
    pub fn keep_kernels(&self) {
        if let Some(compiled) = &self.compiled {
            driver::call(|| compiled.keep());
        }
    }

    /// The pipeline of a kernel, compiled when it is first asked for.
    pub(super) fn pipeline(&self, kernel: &Kernel) -> wgpu::ComputePipeline {
        let mut known = self
            .pipelines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = known.get(&kernel.source) {
            return pipeline.clone();
        }
        let pipeline = driver::call(|| self.compile(kernel));
        known.insert(kernel.source.clone(), pipeline.clone());
        pipeline
    }

    fn compile(&self, kernel: &Kernel) -> wgpu::ComputePipeline {
        let module = permissions::module(&self.device, kernel);
        let bindings = self.bindings(kernel.inputs);
        let layout = self
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(kernel.name),
                bind_group_layouts: &[Some(&bindings)],
                immediate_size: 0,
            });
        self.device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(kernel.name),
                layout: Some(&layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    // Kernels write all that they read.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: self.compiled.as_ref().map(PipelineCache::inner),
            })
    }

    /// `inputs` buffers that are read, one that is written, and the parameters.
    fn bindings(&self, inputs: usize) -> wgpu::BindGroupLayout {
        let entry = |binding: usize, ty: wgpu::BufferBindingType| wgpu::BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
        let mut entries: Vec<_> = (0..inputs).map(|i| entry(i, storage(true))).collect();
        entries.push(entry(inputs, storage(false)));
        entries.push(entry(inputs + 1, wgpu::BufferBindingType::Uniform));
        self.device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: None,
                entries: &entries,
            })
    }
}
