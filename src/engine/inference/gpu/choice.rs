//! Whether a model's image tower goes to a card: by what a test of both found, unless a person has decided.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::adapter::{Adapter, adapters, choose, may_have_card};
use super::context::{Context, Numbers};
use super::executor::ImageTower;
use super::findings::{Finding, Records};
use super::model::{CpuModel, GpuModel};
use super::power::on_battery;
use super::{GpuError, self_test};
use crate::engine::inference::{Model, ModelError};

/// How long a driver may take to list its cards.
const LISTING: Duration = Duration::from_secs(15);
/// How long opening a card, uploading a model and testing both may take.
const TESTING: Duration = Duration::from_secs(90);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The card's number, if it is to be one of its own.
    pub number: Option<usize>,
    /// Whether a person wants a card, even if the CPU is faster.
    pub wanted: bool,
    /// Whether a card may be chosen while the machine runs on its battery. One that is wanted always may.
    pub on_battery: bool,
    /// A folder for what is found out and compiled; without it, that is done each time.
    pub checks: Option<PathBuf>,
}

/// Brings an image tower to a card.
pub type LoadTower = Box<dyn FnOnce(&Arc<Context>) -> Result<ImageTower, ModelError> + Send>;

/// The model on a card, if that is wanted, or right and faster; otherwise as it is, with the reason. `load` brings the tower
/// to the card.
///
/// # Errors
/// If a card is wanted and cannot be used.
pub fn accelerate(
    cpu: Arc<dyn Model>,
    request: &Request,
    load: LoadTower,
) -> Result<Arc<dyn Model>, ModelError> {
    match on_card(&cpu, request, load) {
        Ok(model) => Ok(Arc::new(model)),
        Err(error) if request.wanted => Err(error),
        Err(error) => Ok(Arc::new(CpuModel::new(cpu, error.to_string()))),
    }
}

fn on_card(
    cpu: &Arc<dyn Model>,
    request: &Request,
    load: LoadTower,
) -> Result<GpuModel, ModelError> {
    if !request.wanted && request.number.is_none() && !may_have_card() {
        return Err(GpuError::NotFound("no graphics card was found".into()).into());
    }
    if !request.wanted && !request.on_battery && on_battery() {
        let reason = "on battery the settings leave the graphics card alone";
        return Err(GpuError::NotFound(reason.into()).into());
    }
    let found = patiently(LISTING, || Ok(adapters()))?;
    let adapter = choose(&found, request.number)?.clone();
    let records = Records::new(request.checks.as_deref(), adapter.identity());
    if request.wanted {
        records.clear();
    } else if let Some(reason) = records.blocked() {
        return Err(GpuError::NotFound(format!("{}: {reason}", adapter.name)).into());
    }
    let known = records.known(cpu.info());
    if let Some(finding) = &known {
        admit(finding, request.wanted)?;
    } else {
        records.testing();
    }
    let (model, kept, folder) = (cpu.clone(), known.clone(), request.checks.clone());
    let tried = patiently(TESTING, move || {
        open(&adapter, model.as_ref(), kept, folder, load)
    });
    match tried {
        Ok((tower, finding)) => {
            if known.is_none() {
                records.clear();
                records.keep(cpu.info(), &finding);
            }
            admit(&finding, request.wanted)?;
            Ok(GpuModel::new(cpu.clone(), tower, finding.card, records))
        }
        Err(error) => {
            if matches!(error, ModelError::Gpu(GpuError::Hung(_))) {
                records.hung();
            } else {
                records.clear();
            }
            Err(error)
        }
    }
}

/// A card that computes right, and either is faster or is wanted.
fn admit(finding: &Finding, wanted: bool) -> Result<(), GpuError> {
    if !finding.agrees() {
        return Err(GpuError::Wrong {
            adapter: finding.adapter.clone(),
            cosine: format!("{:.4}", finding.cosine),
        });
    }
    match finding.against() {
        Some(reason) if !wanted => Err(GpuError::NotFound(reason)),
        _ => Ok(()),
    }
}

/// The tower on the card, and how it does, unless that is known.
fn open(
    adapter: &Adapter,
    cpu: &dyn Model,
    known: Option<Finding>,
    cache: Option<PathBuf>,
    load: LoadTower,
) -> Result<(ImageTower, Finding), ModelError> {
    let context = Arc::new(Context::open(adapter, Numbers::Fastest, cache.as_deref())?);
    let tower = load(&context)?;
    let finding = match known {
        Some(finding) => finding,
        None => {
            let finding = self_test::measure(cpu, &tower, adapter.is_software())?;
            context.keep_kernels();
            finding
        }
    };
    tracing::info!("{} with {}: {finding:?}", adapter.name, finding.model);
    Ok((tower, finding))
}

/// Does something that may hang in a driver, on a thread that is left behind if it does.
fn patiently<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
) -> Result<T, ModelError> {
    let (sender, receiver) = channel();
    let work = move || {
        let _ = sender.send(work());
    };
    let thread = std::thread::Builder::new().name("lumisift-gpu-test".into());
    thread
        .spawn(work)
        .map_err(|e| GpuError::Failed(e.to_string()))?;
    match receiver.recv_timeout(patience) {
        Ok(result) => result,
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
            Err(GpuError::Hung(patience.as_secs()).into())
        }
        // It panicked: drivers and wgpu are not ours.
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
            Err(GpuError::Failed("its driver gave up".into()).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_hangs_or_panics_is_left_behind() {
        let (hold, held) = channel::<()>();
        let hung = patiently(Duration::from_millis(20), move || {
            let _ = held.recv();
            Ok(())
        });
        drop(hold);
        assert!(matches!(hung, Err(ModelError::Gpu(GpuError::Hung(_)))));
        let gone: Result<(), _> = patiently(Duration::from_secs(20), || panic!("a driver"));
        assert!(matches!(gone, Err(ModelError::Gpu(GpuError::Failed(_)))));
        assert_eq!(
            patiently(Duration::from_secs(20), || Ok(7)).expect("an answer"),
            7
        );
    }

    #[test]
    fn a_wanted_card_may_be_slow_but_not_wrong() {
        let finding = |cosine, card| Finding {
            adapter: "Radeon".into(),
            model: "clip".into(),
            cosine,
            photos: 14,
            card,
            cpu: 100.0,
            decoding: 100.0,
        };
        assert!(admit(&finding(1.0, 1.0), true).is_ok());
        assert!(admit(&finding(1.0, 1.0), false).is_err());
        assert!(admit(&finding(1.0, 500.0), false).is_ok());
        for wanted in [true, false] {
            let wrong = admit(&finding(0.9, 500.0), wanted);
            assert!(matches!(wrong, Err(GpuError::Wrong { .. })));
        }
    }
}
