//! An open GPU: device, queue, limits, pipelines and errors.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::GpuError;
use super::adapter::Adapter;
use super::adapter_limits::{AdapterLimits, MAX_WORKGROUP_MEMORY, MatrixUnits, WORKGROUP_MEMORY};
use super::driver;
use super::element::ElementType;
use super::kernels::Kernel;
use super::permissions;
use super::pipeline_cache::PipelineCache;
use crate::engine::inference::invalid::first_line;

/// Element type of weights and activations. Accumulators and the residual stream are always f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpuPrecision {
    /// f16 where the GPU supports it.
    Fastest,
    /// f32.
    Full,
}

/// Errors that wgpu reports asynchronously.
#[derive(Default)]
struct DeviceErrors {
    /// Why the device is no longer usable: `Lost` or `Hung`.
    lost: OnceLock<GpuError>,
    /// The first error; later ones are usually consequences.
    error: Mutex<Option<GpuError>>,
}

impl DeviceErrors {
    /// Registers the error callbacks of a device.
    fn of(device: &wgpu::Device) -> Arc<Self> {
        let errors = Arc::new(Self::default());
        let reported = errors.clone();
        device.on_uncaptured_error(Arc::new(move |error| reported.record(translate(error))));
        let reported = errors.clone();
        device.set_device_lost_callback(move |reason, message| {
            let message = first_line(&message);
            let reason = if message.is_empty() {
                format!("{reason:?}")
            } else {
                message
            };
            let _ = reported.lost.set(GpuError::Lost(reason));
        });
        errors
    }

    fn record(&self, error: GpuError) {
        let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
    }
}

/// An open GPU.
pub struct Context {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    name: String,
    capabilities: AdapterLimits,
    /// Maximum size in bytes of a buffer binding.
    most_bytes: u64,
    pipelines: Mutex<HashMap<String, wgpu::ComputePipeline>>,
    compiled: Option<PipelineCache>,
    errors: Arc<DeviceErrors>,
}

/// Maximum length of a displayed reason, in characters.
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
    /// Opens an adapter. `cache` is the folder of the pipeline cache, which [`Context::save_pipeline_cache`] updates.
    ///
    /// # Errors
    /// Returns an error if the driver fails or the adapter lacks a required feature.
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
                .min(MAX_WORKGROUP_MEMORY as u32),
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
            pollster::block_on(opened).map_err(|e| GpuError::Failed(first_line(&e)))?;
        let errors = DeviceErrors::of(&device);
        let info = adapter.inner.get_info();
        Ok(Self {
            compiled: cache.and_then(|folder| PipelineCache::open(&device, adapter, folder)),
            device,
            queue,
            name: adapter.name.clone(),
            capabilities: AdapterLimits::of(adapter.kind, features, &there, &info),
            // Buffer sizes are multiples of a vector.
            most_bytes: there
                .max_storage_buffer_binding_size
                .min(there.max_buffer_size)
                & !15,
            pipelines: Mutex::default(),
            errors,
        })
    }

    /// Lowers the maximum buffer size, for tests.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.most_bytes = self.most_bytes.min(bytes);
        self
    }

    /// Generates kernels for a given amount of workgroup memory, within the adapter's limits.
    #[must_use]
    pub fn with_workgroup_memory(mut self, bytes: usize) -> Self {
        let most = self.device.limits().max_compute_workgroup_storage_size;
        self.capabilities.memory = bytes.clamp(WORKGROUP_MEMORY, most as usize);
        self
    }

    /// Generates kernels for a given subgroup size.
    #[must_use]
    pub fn with_subgroups_of(mut self, invocations: usize) -> Self {
        self.capabilities.subgroup = invocations;
        self
    }

    /// Does not use matrix units.
    #[must_use]
    pub fn without_matrix_units(mut self) -> Self {
        self.capabilities.matrix_units = None;
        self
    }

    /// Generates kernels for matrix units, with emulated units.
    #[must_use]
    pub fn with_emulated_matrix_units(mut self) -> Self {
        self.capabilities.matrix_units = Some(MatrixUnits::Emulated);
        self
    }

    /// Whether matrix products use matrix units.
    #[must_use]
    pub fn has_matrix_units(&self) -> bool {
        self.capabilities.matrix_units.is_some()
    }

    /// Name of the GPU.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether weights are stored as f16.
    #[must_use]
    pub fn uses_f16(&self) -> bool {
        self.element() == ElementType::F16
    }

    /// Element type of weights and activations.
    pub(super) fn element(&self) -> ElementType {
        self.capabilities.element
    }

    /// Adapter properties that kernels are generated for.
    pub(super) fn capabilities(&self) -> &AdapterLimits {
        &self.capabilities
    }

    pub(super) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Gives up a device whose driver did not respond in time, and returns the error that every later call gets. The
    /// device is leaked: closing it would block indefinitely.
    pub(super) fn abandon(&self, hang_timeout: Duration) -> GpuError {
        std::mem::forget((self.device.clone(), self.queue.clone()));
        // Other threads need not wait for the hung driver as well.
        let hung = || GpuError::Hung(hang_timeout.as_secs());
        self.errors.lost.get_or_init(hung).clone()
    }

    /// Destroys the device, to simulate a driver crash.
    pub fn lose(&self) {
        self.device.destroy();
    }

    /// Returns the error reported since the last call, if any. The loss of a device persists.
    ///
    /// # Errors
    /// Returns the reported error.
    pub fn check(&self) -> Result<(), GpuError> {
        let error = self.errors.error.lock();
        let error = error.unwrap_or_else(PoisonError::into_inner).take();
        if error.is_some() {
            // The loss of a device first appears as failing calls; wgpu reports it at the next poll.
            let _ = self.device.poll(wgpu::PollType::Poll);
        }
        if let Some(lost @ GpuError::Lost(_)) = &error {
            let _ = self.errors.lost.set(lost.clone());
        }
        self.check_lost()?;
        error.map_or(Ok(()), Err)
    }

    /// Whether the device is still usable. Errors of other threads' calls are left for them.
    pub(super) fn check_lost(&self) -> Result<(), GpuError> {
        self.errors.lost.get().cloned().map_or(Ok(()), Err)
    }

    /// Classifies a failed call. The loss of a device first appears as failing calls; wgpu reports it at the next poll.
    pub(super) fn failure(&self, error: &dyn std::fmt::Display) -> GpuError {
        let _ = self.device.poll(wgpu::PollType::Poll);
        match self.check() {
            Err(lost @ (GpuError::Lost(_) | GpuError::Hung(_))) => lost,
            _ => GpuError::Failed(error.to_string()),
        }
    }

    /// A zero-initialised buffer.
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

    /// Uploads bytes, whose length must be a multiple of four, to a new buffer.
    pub(super) fn upload(&self, label: &str, bytes: &[u8]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let buffer = self.buffer(label, bytes.len() as u64, usage);
        driver::call(|| {
            self.queue.write_buffer(&buffer, 0, bytes);
            // Flushes the write, so that data does not accumulate in the driver until the first batch.
            self.queue.submit([])
        });
        buffer
    }

    /// Stores compiled kernels for the next start, where there is a pipeline cache.
    pub fn save_pipeline_cache(&self) {
        if let Some(compiled) = &self.compiled {
            driver::call(|| compiled.save());
        }
    }

    /// The pipeline of a kernel, compiled on first use.
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
                    // Kernels write all workgroup memory before they read it.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: self.compiled.as_ref().map(PipelineCache::inner),
            })
    }

    /// Layout of a bind group: `inputs` buffers to read, one to write, and the parameters.
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
