//! A plan on its way through the card.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::GpuError;
use super::context::Context;
use super::driver;
use super::plan::Plan;

/// A batch that the card works on.
pub(super) struct Pending {
    submission: wgpu::SubmissionIndex,
    target: wgpu::Buffer,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// Hands a plan to the card, in submissions that cost little more than `share`.
pub(super) fn submit(
    context: &Context,
    plan: &Plan,
    share: f64,
    stop: &dyn Fn() -> bool,
) -> Result<Pending, GpuError> {
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let target = context.buffer("result", plan.output_bytes(), usage);
    let mut submission = None;
    for commands in plan.commands(context, share, &target) {
        if stop() {
            return Err(GpuError::Cancelled);
        }
        submission = Some(driver::call(|| context.queue.submit([commands])));
    }
    context.check()?;
    let submission = submission.ok_or_else(|| GpuError::Failed("an empty plan".into()))?;
    let (told, mapped) = channel();
    target.map_async(wgpu::MapMode::Read, .., move |result| {
        let _ = told.send(result);
    });
    Ok(Pending {
        submission,
        target,
        mapped,
    })
}

impl Pending {
    /// The values, once they are there.
    pub(super) fn wait(
        &mut self,
        context: &Context,
        plan: &Plan,
        patience: Duration,
    ) -> Result<Vec<f32>, GpuError> {
        let mapped = driver::call(|| {
            let waited = context.device.poll(wgpu::PollType::Wait {
                submission_index: Some(self.submission.clone()),
                timeout: Some(patience),
            });
            context.check_lost()?;
            match waited {
                Ok(_) => {}
                Err(wgpu::PollError::Timeout) => return Err(GpuError::Hung(patience.as_secs())),
                // A lost device takes no submission, and may say that it is lost only later.
                Err(error @ wgpu::PollError::WrongSubmissionIndex(..)) => {
                    return Err(GpuError::Lost(error.to_string()));
                }
            }
            // Another thread that waits may be the one that is told.
            (self.mapped.recv_timeout(patience)).map_err(|e| GpuError::Failed(e.to_string()))
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
/// If the card fails.
pub fn run(context: &Context, plan: &Plan, patience: Duration) -> Result<Vec<f32>, GpuError> {
    submit(context, plan, f64::INFINITY, &|| false)?.wait(context, plan, patience)
}
