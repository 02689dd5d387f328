//! Runs a tower on batches of images. A few batch sizes have a plan each, which is submitted in parts short enough to
//! let a window draw on the same GPU. Several batches, from one or more callers, can be in flight.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::GpuError;
use super::context::Context;
use super::plan::{GpuPlan, GpuRows};
use super::recorder::Recorder;
use super::submission::{InFlightSubmissions, Pending, submit};
use crate::engine::cancel::Cancel;
use crate::engine::inference::Embeddings;
use crate::engine::media::preprocess::Crop;

/// Target duration of a submission. With two queued, a window on the same GPU waits at most 8 ms, half of a frame.
const SUBMISSION: Duration = Duration::from_millis(4);
/// Number of parts that a dispatch may be split into before the batch size is reduced instead.
const PARTS: f64 = 4.0;
/// Factor by which the GPU's throughput may differ from the one that a plan was built for.
const DRIFT: f64 = 1.5;
/// Assumed throughput before the first measurement, in operations per second: that of a slow GPU.
const FIRST_GUESS: f64 = 2e11;
/// Batches per caller in flight.
const IN_FLIGHT: usize = 2;
/// Number of plans to keep, including their buffers.
const PLANS: usize = 3;
/// Maximum memory of all plans together, in bytes.
const MAX_PLAN_BYTES: u64 = 1 << 30;
/// Maximum number of images per plan.
const MAX_PICTURES: usize = 64;
/// Maximum number of images per plan before the first measurement: drivers may treat long dispatches as hangs.
const FIRST_PICTURES: usize = 16;
/// Time without a response after which a GPU counts as hung.
const HANG_TIMEOUT: Duration = Duration::from_secs(20);

/// A tower that can record its plan for a batch.
pub trait Network: Send + Sync {
    /// Side of the input images in pixels.
    fn side(&self) -> usize;

    /// Embedding dimension.
    fn dim(&self) -> usize;

    /// Records the plan for `count` images and returns the rows of embeddings, normalised to norm 1.
    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows;
}

/// A plan with its input buffer.
struct PreparedPlan {
    count: usize,
    plan: GpuPlan,
    /// Maximum cost of a dispatch that the plan was built for.
    longest: f64,
    pictures: wgpu::Buffer,
    /// Whether it has run before: the first run may include lengthy compilation.
    used: AtomicBool,
}

impl PreparedPlan {
    /// Whether no dispatch is too long for a limit of `longest`, and none was split needlessly.
    fn fits_limit(&self, longest: f64) -> bool {
        let too_long = self.longest > DRIFT * longest && self.plan.longest_whole > DRIFT * longest;
        let too_short = self.plan.cut && DRIFT * self.longest < longest;
        !too_long && !too_short
    }
}

/// A batch in flight.
struct PendingBatch {
    pending: Pending,
    prepared: Arc<PreparedPlan>,
    count: usize,
    /// Whether it is the first one of its plan.
    first: bool,
    began: Instant,
}

/// Measurements and state of a running tower.
struct ExecutorState {
    /// In order of last use, most recent last.
    plans: VecDeque<Arc<PreparedPlan>>,
    /// Throughput of the GPU, in estimated operations per second.
    rate: f64,
    measured: bool,
    /// Maximum number of images that fit in memory.
    most: usize,
    /// Cost that each image adds to the most expensive dispatch before splitting.
    cost_per_image: f64,
    /// Largest memory requirement per image of any plan so far, in bytes.
    bytes_per_image: u64,
    /// When the previous batch completed.
    done: Instant,
}

/// An image tower on a GPU.
pub struct GpuImageTower {
    context: Arc<Context>,
    network: Box<dyn Network>,
    state: Mutex<ExecutorState>,
    /// Held while submitting a batch, so that the write of its input and its commands are consecutive in the queue.
    turn: Mutex<InFlightSubmissions>,
    hang_timeout: Duration,
    memory: u64,
}

impl GpuImageTower {
    /// A tower whose weights have been uploaded.
    #[must_use]
    pub fn new(context: Arc<Context>, network: Box<dyn Network>) -> Self {
        Self {
            context,
            network,
            state: Mutex::new(ExecutorState {
                plans: VecDeque::new(),
                rate: FIRST_GUESS,
                measured: false,
                most: MAX_PICTURES,
                cost_per_image: f64::INFINITY,
                bytes_per_image: 0,
                done: Instant::now(),
            }),
            turn: Mutex::default(),
            hang_timeout: HANG_TIMEOUT,
            memory: MAX_PLAN_BYTES,
        }
    }

    /// Sets the time without a response after which the GPU counts as hung.
    #[must_use]
    pub fn with_hang_timeout(mut self, hang_timeout: Duration) -> Self {
        self.hang_timeout = hang_timeout;
        self
    }

    /// Sets the maximum memory of all plans together.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Memory of all plans in bytes.
    #[must_use]
    pub fn memory_in_use(&self) -> u64 {
        self.state().bytes()
    }

    /// Side of the input images in pixels.
    #[must_use]
    pub fn side(&self) -> usize {
        self.network.side()
    }

    /// The GPU.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Records the plan for a batch without limits.
    ///
    /// # Errors
    /// Returns an error if the GPU is out of memory.
    pub fn plan(&self, count: usize) -> Result<GpuPlan, GpuError> {
        Ok(self.prepare(count, u64::MAX, f64::INFINITY)?.plan)
    }

    /// The same, with dispatches split to cost at most `longest`.
    ///
    /// # Errors
    /// Returns an error if the GPU is out of memory.
    pub fn plan_in_parts(&self, count: usize, longest: f64) -> Result<GpuPlan, GpuError> {
        Ok(self.prepare(count, u64::MAX, longest)?.plan)
    }

    fn prepare(&self, count: usize, budget: u64, longest: f64) -> Result<PreparedPlan, GpuError> {
        let recorder = Recorder::new(&self.context);
        let mut recorder = recorder.with_budget(budget).with_longest(longest);
        let side = self.network.side();
        let pictures = recorder.pictures(count * 3 * side * side);
        let output = self.network.record(&mut recorder, &pictures, count);
        let plan = recorder.finish(output)?;
        Ok(PreparedPlan {
            count,
            plan,
            longest,
            pictures,
            used: AtomicBool::new(false),
        })
    }

    /// A plan for at most `pictures` images.
    fn fitting(
        &self,
        state: &mut ExecutorState,
        pictures: usize,
    ) -> Result<Arc<PreparedPlan>, GpuError> {
        loop {
            let longest = state.share();
            let count = batch_size(pictures, state.most.min(state.max_unsplit_images()));
            if let Some(at) = state.plans.iter().position(|known| known.count == count) {
                let known = state.plans.remove(at);
                if let Some(known) = known.filter(|known| known.fits_limit(longest)) {
                    state.plans.push_back(known.clone());
                    return Ok(known);
                }
            }
            let needed = count as u64 * state.bytes_per_image;
            while state.plans.len() >= PLANS
                || (!state.plans.is_empty() && state.bytes() + needed > self.memory)
            {
                state.plans.pop_front();
            }
            let budget = match count {
                1 => u64::MAX,
                _ => self.memory.saturating_sub(state.bytes()),
            };
            match self.prepare(count, budget, longest) {
                Ok(prepared) => {
                    let plan = &prepared.plan;
                    let each = plan.longest_whole / count as f64;
                    state.cost_per_image = state.cost_per_image.min(each);
                    let each = plan.bytes().div_ceil(count as u64);
                    state.bytes_per_image = state.bytes_per_image.max(each);
                    let prepared = Arc::new(prepared);
                    state.plans.push_back(prepared.clone());
                    return Ok(prepared);
                }
                // Freeing the other plans may make enough memory available.
                Err(GpuError::OutOfMemory) if !state.plans.is_empty() => state.plans.clear(),
                Err(GpuError::OutOfMemory) if count > 1 => state.most = count / 2,
                Err(error) => return Err(error),
            }
        }
    }

    /// Embeds images; the embeddings have norm 1.
    ///
    /// # Errors
    /// Returns an error if a crop does not have the model's input size, the GPU fails, or the work was cancelled.
    pub fn embed(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, GpuError> {
        let side = self.network.side();
        if let Some(crop) = crops
            .iter()
            .find(|crop| crop.side as usize != side || crop.rgb.len() != side * side * 3)
        {
            let text = format!(
                "a picture of {} pixels for a model that reads {side}",
                crop.side
            );
            return Err(GpuError::Failed(text));
        }
        let mut values = Vec::with_capacity(crops.len() * self.network.dim());
        let mut flight: VecDeque<PendingBatch> = VecDeque::new();
        let mut left = crops;
        loop {
            if !left.is_empty() && flight.len() < IN_FLIGHT {
                let batch = self.begin(left, cancel)?;
                left = &left[batch.count..];
                flight.push_back(batch);
            } else if let Some(batch) = flight.pop_front() {
                values.extend(self.finish(batch)?);
            } else {
                break;
            }
        }
        Ok(Embeddings {
            dim: self.network.dim(),
            values,
        })
    }

    fn state(&self) -> MutexGuard<'_, ExecutorState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Submits one batch of the images, excluding other callers.
    fn begin(&self, crops: &[Crop], cancel: &Cancel) -> Result<PendingBatch, GpuError> {
        let mut in_flight = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (prepared, share) = {
            let mut state = self.state();
            let prepared = self.fitting(&mut state, crops.len())?;
            (prepared, state.share())
        };
        let now = &crops[..prepared.count.min(crops.len())];
        self.write(&prepared, now);
        let began = Instant::now();
        let limits = (share, self.hang_timeout);
        let stop = || cancel.is_cancelled();
        let plan = &prepared.plan;
        let pending = submit(&self.context, plan, limits, &mut in_flight, &stop)?;
        Ok(PendingBatch {
            pending,
            first: !prepared.used.swap(true, Ordering::Relaxed),
            prepared,
            count: now.len(),
            began,
        })
    }

    /// Waits for a batch, while others may be submitted.
    fn finish(&self, mut batch: PendingBatch) -> Result<Vec<f32>, GpuError> {
        let plan = &batch.prepared.plan;
        let mut vectors = (batch.pending).wait(&self.context, plan, self.hang_timeout)?;
        vectors.truncate(batch.count * self.network.dim());
        let mut state = self.state();
        // Execution starts at submission or when the previous batch has completed.
        let took = state.done.max(batch.began).elapsed();
        state.done = Instant::now();
        if !batch.first {
            state.update_throughput(plan.cost(), took);
            return Ok(vectors);
        }
        drop(state);
        // Its kernels are now compiled.
        self.context.save_pipeline_cache();
        Ok(vectors)
    }

    fn write(&self, prepared: &PreparedPlan, crops: &[Crop]) {
        let pictures: Vec<&[u8]> = crops.iter().map(|crop| crop.rgb.as_slice()).collect();
        (prepared.plan).write_pictures(&self.context, &prepared.pictures, &pictures);
    }
}

impl ExecutorState {
    /// Maximum cost of a submission.
    fn share(&self) -> f64 {
        self.rate * SUBMISSION.as_secs_f64()
    }

    /// Memory of all plans in bytes.
    fn bytes(&self) -> u64 {
        self.plans.iter().map(|known| known.plan.bytes()).sum()
    }

    /// Maximum number of images for which no dispatch is split into more than [`PARTS`] parts.
    fn max_unsplit_images(&self) -> usize {
        if !self.measured {
            return FIRST_PICTURES;
        }
        let pictures = PARTS * self.share() / self.cost_per_image;
        (pictures as usize).clamp(1, MAX_PICTURES)
    }

    /// Updates the throughput with an exponential moving average.
    fn update_throughput(&mut self, cost: f64, took: Duration) {
        let rate = cost / took.as_secs_f64().max(1e-6);
        self.rate = if self.measured {
            0.75 * self.rate + 0.25 * rate
        } else {
            rate
        };
        self.measured = true;
    }
}

/// Batch size for the given images: a power of two, so that few plans serve all batches; rounded up if at least three
/// quarters full.
fn batch_size(pictures: usize, most: usize) -> usize {
    let up = pictures.next_power_of_two();
    let fitting = if 4 * pictures >= 3 * up { up } else { up / 2 };
    let most = most.max(1);
    let most = if most.is_power_of_two() {
        most
    } else {
        most.next_power_of_two() / 2
    };
    fitting.clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::super::submission::AHEAD;
    use super::*;

    #[test]
    fn batches_have_few_sizes_and_little_is_wasted() {
        let sizes = |pictures| batch_size(pictures, 64);
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 16, 24, 23].map(sizes),
            [1, 2, 4, 4, 4, 8, 16, 32, 16]
        );
        assert_eq!(sizes(1000), 64);
        assert_eq!(batch_size(1000, 3), 2);
    }

    fn initial_state() -> ExecutorState {
        ExecutorState {
            plans: VecDeque::new(),
            rate: FIRST_GUESS,
            measured: false,
            most: 64,
            cost_per_image: 1e6,
            bytes_per_image: 0,
            done: Instant::now(),
        }
    }

    #[test]
    fn a_window_waits_for_half_a_frame_at_most() {
        const FRAME: f64 = 1.0 / 60.0;
        // From old integrated GPUs to the fastest discrete ones.
        for rate in [5e10, 2e11, 9e11, 3e12, 2.3e13] {
            let mut state = initial_state();
            // A driver that executes submissions in order makes a window wait for all queued ones.
            let wait = |state: &ExecutorState, rate: f64| AHEAD as f64 * state.share() / rate;
            if rate >= FIRST_GUESS {
                assert!(wait(&state, rate) < FRAME / 2.0);
            }
            let cost = 1e9;
            for _ in 0..20 {
                state.update_throughput(cost, Duration::from_secs_f64(cost / rate));
                assert!(wait(&state, rate) < FRAME / 2.0);
            }
            // An unplugged laptop, whose GPU slows down by half from one batch to the next.
            assert!(wait(&state, rate / 2.0) < FRAME);
            for _ in 0..12 {
                state.update_throughput(cost, Duration::from_secs_f64(2.0 * cost / rate));
            }
            assert!(wait(&state, rate / 2.0) < 1.05 * FRAME / 2.0);
        }
    }

    #[test]
    fn a_slow_batch_makes_submissions_shorter() {
        let mut state = initial_state();
        assert_eq!(state.max_unsplit_images(), FIRST_PICTURES);
        state.update_throughput(1e9, Duration::from_secs(1));
        assert!((state.rate - 1e9).abs() < 1.0);
        // 4 ms correspond to 4 million operations, and a dispatch may be split into four.
        assert!((state.share() - 4e6).abs() < 1.0);
        assert_eq!(state.max_unsplit_images(), 16);
        for _ in 0..20 {
            state.update_throughput(1e9, Duration::from_millis(500));
        }
        assert!(state.rate > 1.9e9 && state.rate < 2e9);
        assert_eq!(state.max_unsplit_images(), 31);
    }
}
