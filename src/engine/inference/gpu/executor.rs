//! Runs a tower on batches of pictures: batches of a few sizes with a plan each, in submissions that are short enough for a
//! window that draws with the same card, a few in flight at a time, for one or several callers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::GpuError;
use super::context::Context;
use super::plan::{GpuPlan, GpuRows};
use super::recorder::Recorder;
use super::submission::{Pending, UnderWay, submit};
use crate::engine::cancel::Cancel;
use crate::engine::inference::Embeddings;
use crate::engine::media::preprocess::Crop;

/// Longest time that a card is to work on one submission. Two are handed over at a time, so a window on the same card waits for
/// 8 ms at most, half of what it has for a frame.
const SUBMISSION: Duration = Duration::from_millis(4);
/// Into how many parts a dispatch is cut rather than that a batch has fewer pictures.
const PARTS: f64 = 4.0;
/// How far the rate of a card may be from the one that a plan was cut for.
const DRIFT: f64 = 1.5;
/// What a card is taken for before it was measured, in operations a second: slow.
const FIRST_GUESS: f64 = 2e11;
/// Batches of a caller that are under way at a time.
const IN_FLIGHT: usize = 2;
/// Plans that are kept, with their buffers.
const PLANS: usize = 3;
/// Most memory that plans may take together.
const MOST_PLAN_BYTES: u64 = 1 << 30;
/// Most pictures of a plan.
const MOST_PICTURES: usize = 64;
/// Most pictures of a plan before the card was measured: drivers of weak cards take long dispatches for a hang.
const FIRST_PICTURES: usize = 16;
/// How long a card may be silent before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tower that can write down what is to be done with a batch.
pub trait Network: Send + Sync {
    /// Side of its pictures in pixels.
    fn side(&self) -> usize;

    /// Width of its vectors.
    fn dim(&self) -> usize;

    /// Writes the plan for so many `pictures`, whose vectors, of length 1, it returns.
    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows;
}

/// A plan with the buffer of the pictures that it reads.
struct PreparedPlan {
    count: usize,
    plan: GpuPlan,
    /// What a dispatch was to cost at most.
    longest: f64,
    pictures: wgpu::Buffer,
    /// Whether it has run: the first time, a driver may compile for long.
    used: AtomicBool,
}

impl PreparedPlan {
    /// Whether its dispatches are neither too long where one may cost `longest`, nor cut for nothing.
    fn suits(&self, longest: f64) -> bool {
        let too_long = self.longest > DRIFT * longest && self.plan.longest_whole > DRIFT * longest;
        let too_short = self.plan.cut && DRIFT * self.longest < longest;
        !too_long && !too_short
    }
}

/// A batch that is under way.
struct PendingBatch {
    pending: Pending,
    prepared: Arc<PreparedPlan>,
    count: usize,
    /// Whether it is the first of its plan.
    first: bool,
    began: Instant,
}

/// What is learned while a tower runs.
struct ExecutorState {
    /// The latest used comes last.
    plans: VecDeque<Arc<PreparedPlan>>,
    /// What the card does in a second, as dispatches are estimated.
    rate: f64,
    measured: bool,
    /// Most pictures for which there is memory.
    most: usize,
    /// What a picture adds to the longest dispatch, before it is cut.
    longest_each: f64,
    /// Most memory that a picture has needed in a plan, in bytes.
    bytes_each: u64,
    /// When the card was done with a batch the last time.
    done: Instant,
}

/// An image tower on a card.
pub struct GpuImageTower {
    context: Arc<Context>,
    network: Box<dyn Network>,
    state: Mutex<ExecutorState>,
    /// Held by whoever hands a batch over, so that what is written for a plan and the plan follow each other on the card.
    turn: Mutex<UnderWay>,
    patience: Duration,
    memory: u64,
}

impl GpuImageTower {
    /// A tower whose weights are on the card.
    #[must_use]
    pub fn new(context: Arc<Context>, network: Box<dyn Network>) -> Self {
        Self {
            context,
            network,
            state: Mutex::new(ExecutorState {
                plans: VecDeque::new(),
                rate: FIRST_GUESS,
                measured: false,
                most: MOST_PICTURES,
                longest_each: f64::INFINITY,
                bytes_each: 0,
                done: Instant::now(),
            }),
            turn: Mutex::default(),
            patience: PATIENCE,
            memory: MOST_PLAN_BYTES,
        }
    }

    /// Lets the card be silent for so long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Lets all plans together take so much memory.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Memory that plans take.
    #[must_use]
    pub fn memory_in_use(&self) -> u64 {
        self.state().bytes()
    }

    /// Side of its pictures in pixels.
    #[must_use]
    pub fn side(&self) -> usize {
        self.network.side()
    }

    /// The card.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The plan for a batch, as it would run.
    ///
    /// # Errors
    /// If the card has no memory for it.
    pub fn plan(&self, count: usize) -> Result<GpuPlan, GpuError> {
        Ok(self.prepare(count, u64::MAX, f64::INFINITY)?.plan)
    }

    /// The same, where a dispatch may cost so much at most.
    ///
    /// # Errors
    /// If the card has no memory for it.
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

    /// A plan for so many pictures or fewer.
    fn fitting(
        &self,
        state: &mut ExecutorState,
        pictures: usize,
    ) -> Result<Arc<PreparedPlan>, GpuError> {
        loop {
            let longest = state.share();
            let count = batch_size(pictures, state.most.min(state.timely()));
            if let Some(at) = state.plans.iter().position(|known| known.count == count) {
                let known = state.plans.remove(at);
                if let Some(known) = known.filter(|known| known.suits(longest)) {
                    state.plans.push_back(known.clone());
                    return Ok(known);
                }
            }
            let needed = count as u64 * state.bytes_each;
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
                    state.longest_each = state.longest_each.min(each);
                    let each = plan.bytes().div_ceil(count as u64);
                    state.bytes_each = state.bytes_each.max(each);
                    let prepared = Arc::new(prepared);
                    state.plans.push_back(prepared.clone());
                    return Ok(prepared);
                }
                // There may be room once other plans are gone.
                Err(GpuError::OutOfMemory) if !state.plans.is_empty() => state.plans.clear(),
                Err(GpuError::OutOfMemory) if count > 1 => state.most = count / 2,
                Err(error) => return Err(error),
            }
        }
    }

    /// Vectors of pictures, each of length 1.
    ///
    /// # Errors
    /// If a crop is not of the model's side, the card fails, or the work was cancelled.
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

    /// Hands as many of the pictures over as make a batch. Nobody else does meanwhile.
    fn begin(&self, crops: &[Crop], cancel: &Cancel) -> Result<PendingBatch, GpuError> {
        let mut under_way = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (prepared, share) = {
            let mut state = self.state();
            let prepared = self.fitting(&mut state, crops.len())?;
            (prepared, state.share())
        };
        let now = &crops[..prepared.count.min(crops.len())];
        self.write(&prepared, now);
        let began = Instant::now();
        let limits = (share, self.patience);
        let stop = || cancel.is_cancelled();
        let plan = &prepared.plan;
        let pending = submit(&self.context, plan, limits, &mut under_way, &stop)?;
        Ok(PendingBatch {
            pending,
            first: !prepared.used.swap(true, Ordering::Relaxed),
            prepared,
            count: now.len(),
            began,
        })
    }

    /// Waits for a batch, during which others may be handed over.
    fn finish(&self, mut batch: PendingBatch) -> Result<Vec<f32>, GpuError> {
        let plan = &batch.prepared.plan;
        let mut vectors = (batch.pending).wait(&self.context, plan, self.patience)?;
        vectors.truncate(batch.count * self.network.dim());
        let mut state = self.state();
        // A batch begins when it was handed over, or when the one before it was done.
        let took = state.done.max(batch.began).elapsed();
        state.done = Instant::now();
        if !batch.first {
            state.learn(plan.cost(), took);
            return Ok(vectors);
        }
        drop(state);
        // Its kernels are compiled now, some of them for the first time.
        self.context.keep_kernels();
        Ok(vectors)
    }

    fn write(&self, prepared: &PreparedPlan, crops: &[Crop]) {
        let pictures: Vec<&[u8]> = crops.iter().map(|crop| crop.rgb.as_slice()).collect();
        (prepared.plan).write_pictures(&self.context, &prepared.pictures, &pictures);
    }
}

impl ExecutorState {
    /// What a submission may cost.
    fn share(&self) -> f64 {
        self.rate * SUBMISSION.as_secs_f64()
    }

    /// Memory that plans take.
    fn bytes(&self) -> u64 {
        self.plans.iter().map(|known| known.plan.bytes()).sum()
    }

    /// Most pictures whose longest dispatch is not cut into many parts.
    fn timely(&self) -> usize {
        if !self.measured {
            return FIRST_PICTURES;
        }
        let pictures = PARTS * self.share() / self.longest_each;
        (pictures as usize).clamp(1, MOST_PICTURES)
    }

    /// Takes a batch into account; more recent ones count more.
    fn learn(&mut self, cost: f64, took: Duration) {
        let rate = cost / took.as_secs_f64().max(1e-6);
        self.rate = if self.measured {
            0.75 * self.rate + 0.25 * rate
        } else {
            rate
        };
        self.measured = true;
    }
}

/// How many of these pictures are taken together: a power of two, so that a few plans serve all batches; the next larger one if
/// it is filled by three quarters.
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

    fn unmeasured() -> ExecutorState {
        ExecutorState {
            plans: VecDeque::new(),
            rate: FIRST_GUESS,
            measured: false,
            most: 64,
            longest_each: 1e6,
            bytes_each: 0,
            done: Instant::now(),
        }
    }

    #[test]
    fn a_window_waits_for_half_a_frame_at_most() {
        const FRAME: f64 = 1.0 / 60.0;
        // From graphics in old processors to the largest cards.
        for rate in [5e10, 2e11, 9e11, 3e12, 2.3e13] {
            let mut state = unmeasured();
            // A driver that takes submissions in turn lets a window wait for all that were handed over.
            let wait = |state: &ExecutorState, rate: f64| AHEAD as f64 * state.share() / rate;
            if rate >= FIRST_GUESS {
                assert!(wait(&state, rate) < FRAME / 2.0);
            }
            let cost = 1e9;
            for _ in 0..20 {
                state.learn(cost, Duration::from_secs_f64(cost / rate));
                assert!(wait(&state, rate) < FRAME / 2.0);
            }
            // A laptop that is unplugged: its card is half as fast from one batch to the next.
            assert!(wait(&state, rate / 2.0) < FRAME);
            for _ in 0..12 {
                state.learn(cost, Duration::from_secs_f64(2.0 * cost / rate));
            }
            assert!(wait(&state, rate / 2.0) < 1.05 * FRAME / 2.0);
        }
    }

    #[test]
    fn a_slow_batch_makes_submissions_shorter() {
        let mut state = unmeasured();
        assert_eq!(state.timely(), FIRST_PICTURES);
        state.learn(1e9, Duration::from_secs(1));
        assert!((state.rate - 1e9).abs() < 1.0);
        // In 4 ms it does 4 million operations, and a dispatch may be cut into four.
        assert!((state.share() - 4e6).abs() < 1.0);
        assert_eq!(state.timely(), 16);
        for _ in 0..20 {
            state.learn(1e9, Duration::from_millis(500));
        }
        assert!(state.rate > 1.9e9 && state.rate < 2e9);
        assert_eq!(state.timely(), 31);
    }
}
