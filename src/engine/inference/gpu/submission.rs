//! Submission of plans to the GPU.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::GpuError;
use super::context::Context;
use super::driver;
use super::plan::GpuPlan;

/// Maximum number of queued submissions: one running, and one to keep the GPU from idling. Many drivers schedule
/// submissions in order, so a window on the same GPU must wait for all of them before it can draw.
pub(super) const AHEAD: usize = 2;

/// Submissions that may still be running, oldest first.
#[derive(Default)]
pub(super) struct InFlightSubmissions(VecDeque<wgpu::SubmissionIndex>);

impl InFlightSubmissions {
    /// Waits until another submission may be queued.
    fn make_room(&mut self, context: &Context, hang_timeout: Duration) -> Result<(), GpuError> {
        while self.0.len() >= AHEAD {
            let Some(oldest) = self.0.pop_front() else {
                break;
            };
            driver::call(|| wait_for(context, oldest, hang_timeout))?;
        }
        Ok(())
    }
}

/// Waits for a submission to complete.
fn wait_for(
    context: &Context,
    submission: wgpu::SubmissionIndex,
    hang_timeout: Duration,
) -> Result<(), GpuError> {
    context.check_lost()?;
    let waited = context.device.poll(wgpu::PollType::Wait {
        submission_index: Some(submission),
        timeout: Some(hang_timeout),
    });
    context.check_lost()?;
    match waited {
        Ok(_) => Ok(()),
        Err(wgpu::PollError::Timeout) => Err(context.abandon(hang_timeout)),
        // A lost device accepts no submission, and may report its loss only later.
        Err(error @ wgpu::PollError::WrongSubmissionIndex(..)) => {
            Err(GpuError::Lost(error.to_string()))
        }
    }
}

/// A batch running on the GPU.
pub(super) struct Pending {
    submission: wgpu::SubmissionIndex,
    target: wgpu::Buffer,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// Submits a plan in parts that cost at most `share` each, with a limited number queued at a time.
pub(super) fn submit(
    context: &Context,
    plan: &GpuPlan,
    (share, hang_timeout): (f64, Duration),
    in_flight: &mut InFlightSubmissions,
    stop: &dyn Fn() -> bool,
) -> Result<Pending, GpuError> {
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let target = context.buffer("result", plan.output_bytes(), usage);
    for commands in plan.commands(context, share, &target) {
        if stop() {
            return Err(GpuError::Cancelled);
        }
        in_flight.make_room(context, hang_timeout)?;
        let submission = driver::call(|| context.queue.submit([commands]));
        in_flight.0.push_back(submission);
    }
    context.check()?;
    let submission = in_flight.0.back().cloned();
    let submission = submission.ok_or_else(|| GpuError::Failed("an empty plan".into()))?;
    let (sender, mapped) = channel();
    target.map_async(wgpu::MapMode::Read, .., move |result| {
        let _ = sender.send(result);
    });
    Ok(Pending {
        submission,
        target,
        mapped,
    })
}

impl Pending {
    /// Waits for the results.
    pub(super) fn wait(
        &mut self,
        context: &Context,
        plan: &GpuPlan,
        hang_timeout: Duration,
    ) -> Result<Vec<f32>, GpuError> {
        let mapped = driver::call(|| {
            wait_for(context, self.submission.clone(), hang_timeout)?;
            // The notification may be received by another waiting thread.
            (self.mapped.recv_timeout(hang_timeout)).map_err(|e| GpuError::Failed(e.to_string()))
        })?;
        if let Err(error) = mapped {
            return Err(context.failure(&error));
        }
        let range = self.target.get_mapped_range(..plan.output_bytes());
        let range = range.map_err(|e| GpuError::Failed(e.to_string()))?;
        Ok(plan.values(&range))
    }
}

/// Runs a plan once and returns its result.
///
/// # Errors
/// Returns an error if the GPU fails.
pub fn run(
    context: &Context,
    plan: &GpuPlan,
    hang_timeout: Duration,
) -> Result<Vec<f32>, GpuError> {
    let limits = (f64::INFINITY, hang_timeout);
    submit(
        context,
        plan,
        limits,
        &mut InFlightSubmissions::default(),
        &|| false,
    )?
    .wait(context, plan, hang_timeout)
}

/// Mean duration of one dispatch of a plan over `times` repetitions, including a share of the submission overhead.
///
/// # Errors
/// Returns an error if the GPU fails.
pub fn time_dispatch(
    context: &Context,
    plan: &GpuPlan,
    (dispatch, times): (usize, u32),
    hang_timeout: Duration,
) -> Result<Duration, GpuError> {
    let run = |times: u32| {
        let commands = plan.repeated(context, dispatch, times);
        let began = Instant::now();
        let submission = driver::call(|| context.queue.submit([commands]));
        driver::call(|| wait_for(context, submission, hang_timeout))?;
        context.check()?;
        Ok(began.elapsed())
    };
    // The first run may include compilation.
    run(1)?;
    Ok(run(times)? / times.max(1))
}
