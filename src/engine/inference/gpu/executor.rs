//! Runs a tower on batches of pictures: batches of a few sizes with a plan each, in submissions short enough for a window that
//! draws with the same card, a few in flight at a time, of one caller or of several.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::GpuError;
use super::context::Context;
use super::plan::{Plan, Rows};
use super::recorder::Recorder;
use super::submission::{Pending, submit};
use crate::engine::cancel::Cancel;
use crate::engine::inference::Embeddings;
use crate::engine::media::preprocess::Crop;

/// Longest time that a card is to work on one submission, while a window waits to be drawn.
const SUBMISSION: Duration = Duration::from_millis(8);
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
    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> Rows;
}

/// A plan with the buffer of the pictures that it reads.
struct Prepared {
    count: usize,
    plan: Plan,
    pictures: wgpu::Buffer,
    /// Whether it has run: the first time, a driver may compile for long.
    used: AtomicBool,
}

/// A batch that is under way.
struct Flight {
    pending: Pending,
    prepared: Arc<Prepared>,
    count: usize,
    /// Whether it is the first of its plan.
    first: bool,
    began: Instant,
}

/// What is learned while a tower runs.
struct State {
    /// The latest used comes last.
    plans: VecDeque<Arc<Prepared>>,
    /// What the card does in a second, as dispatches are estimated.
    rate: f64,
    measured: bool,
    /// Most pictures for which there is memory.
    most: usize,
    /// What a picture adds to the longest dispatch.
    longest_each: f64,
    /// When the card was done with a batch the last time.
    done: Instant,
}

/// An image tower on a card.
pub struct ImageTower {
    context: Arc<Context>,
    network: Box<dyn Network>,
    state: Mutex<State>,
    patience: Duration,
}

impl ImageTower {
    /// A tower whose weights are on the card.
    #[must_use]
    pub fn new(context: Arc<Context>, network: Box<dyn Network>) -> Self {
        Self {
            context,
            network,
            state: Mutex::new(State {
                plans: VecDeque::new(),
                rate: FIRST_GUESS,
                measured: false,
                most: MOST_PICTURES,
                longest_each: f64::INFINITY,
                done: Instant::now(),
            }),
            patience: PATIENCE,
        }
    }

    /// Lets the card be silent for so long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
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
    pub fn plan(&self, count: usize) -> Result<Plan, GpuError> {
        Ok(self.prepare(count)?.plan)
    }

    fn prepare(&self, count: usize) -> Result<Prepared, GpuError> {
        let mut recorder = Recorder::new(&self.context);
        let side = self.network.side();
        let pictures = recorder.pictures(count * 3 * side * side);
        let output = self.network.record(&mut recorder, &pictures, count);
        let plan = recorder.finish(output)?;
        Ok(Prepared {
            count,
            plan,
            pictures,
            used: AtomicBool::new(false),
        })
    }

    /// A plan for so many pictures or fewer.
    fn fitting(&self, state: &mut State, pictures: usize) -> Result<Arc<Prepared>, GpuError> {
        loop {
            let count = batch_size(pictures, state.most.min(state.timely()));
            if let Some(at) = state.plans.iter().position(|known| known.count == count) {
                let known = state.plans.remove(at);
                state.plans.extend(known.clone());
                if let Some(known) = known {
                    return Ok(known);
                }
            }
            match self.prepare(count) {
                Ok(prepared) if prepared.plan.bytes() <= MOST_PLAN_BYTES || count == 1 => {
                    let each = prepared.plan.longest() / count as f64;
                    state.longest_each = state.longest_each.min(each);
                    let prepared = Arc::new(prepared);
                    state.plans.push_back(prepared.clone());
                    let bytes = |plans: &VecDeque<Arc<Prepared>>| {
                        plans.iter().map(|p| p.plan.bytes()).sum::<u64>()
                    };
                    while state.plans.len() > PLANS
                        || (state.plans.len() > 1 && bytes(&state.plans) > MOST_PLAN_BYTES)
                    {
                        state.plans.pop_front();
                    }
                    return Ok(prepared);
                }
                Ok(_) => state.most = count / 2,
                Err(GpuError::OutOfMemory) if count > 1 => {
                    state.plans.clear();
                    state.most = count / 2;
                }
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
        let mut flight: VecDeque<Flight> = VecDeque::new();
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands as many of the pictures over as make a batch. Nobody else does meanwhile, so what is written for a plan and the
    /// plan follow each other on the card.
    fn begin(&self, crops: &[Crop], cancel: &Cancel) -> Result<Flight, GpuError> {
        let mut state = self.state();
        let prepared = self.fitting(&mut state, crops.len())?;
        let now = &crops[..prepared.count.min(crops.len())];
        self.write(&prepared, now);
        let share = state.rate * SUBMISSION.as_secs_f64();
        let began = Instant::now();
        let pending = submit(&self.context, &prepared.plan, share, &|| {
            cancel.is_cancelled()
        })?;
        Ok(Flight {
            pending,
            first: !prepared.used.swap(true, Ordering::Relaxed),
            prepared,
            count: now.len(),
            began,
        })
    }

    /// Waits for a batch, during which others may be handed over.
    fn finish(&self, mut batch: Flight) -> Result<Vec<f32>, GpuError> {
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

    fn write(&self, prepared: &Prepared, crops: &[Crop]) {
        let mut bytes = Vec::with_capacity(crops.iter().map(|crop| crop.rgb.len()).sum());
        for crop in crops {
            bytes.extend_from_slice(&crop.rgb);
        }
        (prepared.plan).write_pictures(&self.context, &prepared.pictures, &bytes);
    }
}

impl State {
    /// Most pictures whose longest dispatch, which cannot be cut in two, leaves a window time to be drawn.
    fn timely(&self) -> usize {
        if !self.measured {
            return FIRST_PICTURES;
        }
        let pictures = self.rate * SUBMISSION.as_secs_f64() / self.longest_each;
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

    #[test]
    fn a_slow_batch_makes_submissions_shorter() {
        let mut state = State {
            plans: VecDeque::new(),
            rate: FIRST_GUESS,
            measured: false,
            most: 64,
            longest_each: 1e6,
            done: Instant::now(),
        };
        assert_eq!(state.timely(), FIRST_PICTURES);
        state.learn(1e9, Duration::from_secs(1));
        assert!((state.rate - 1e9).abs() < 1.0);
        // In 8 ms it does 8 million operations.
        assert_eq!(state.timely(), 8);
        for _ in 0..20 {
            state.learn(1e9, Duration::from_millis(500));
        }
        assert!(state.rate > 1.9e9 && state.rate < 2e9);
        assert_eq!(state.timely(), 15);
    }
}
