//! Decides whether a model's image tower runs on a GPU: by a test, unless the user has decided.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::adapter::{Adapter, adapters, candidates, may_have_gpu};
use super::context::{Context, GpuPrecision};
use super::driver::with_timeout;
use super::executor::GpuImageTower;
use super::findings::{AccuracyFinding, FindingStore};
use super::model::{CpuModel, GpuModel};
use super::power::on_battery;
use super::test_marks::{AdapterMark, TestStart};
use super::{GpuError, self_test};
use crate::engine::inference::{Model, ModelError};

/// Age from which the speed of a slow GPU is measured again if the user requires the GPU: the machine may have been
/// busy. A newer result is kept, so that commands in a row do not each repeat the test.
const RETEST_AGE: Duration = Duration::from_secs(60 * 60);
/// Time limit of a driver call while a model is loaded and tested.
const CALL: Duration = Duration::from_secs(60);

/// A request for a GPU.
#[derive(Clone, Debug)]
pub struct AdapterRequest {
    /// Index of the requested adapter, if any.
    pub number: Option<usize>,
    /// Whether the user requires a GPU, even if the CPU is faster.
    pub wanted: bool,
    /// Whether a GPU may be chosen if the computer runs on battery. A required GPU is always allowed.
    pub on_battery: bool,
    /// Folder for test results and compiled kernels; without it, tests are repeated at every start.
    pub checks: Option<PathBuf>,
}

/// Loads an image tower onto a GPU.
pub type LoadTower = Arc<dyn Fn(&Arc<Context>) -> Result<GpuImageTower, ModelError> + Send + Sync>;

/// Moves the image tower to a GPU if that is required, or if the GPU is accurate and faster; otherwise returns the
/// model unchanged, with the reason. `load` uploads the tower.
///
/// # Errors
/// Returns an error if a GPU is required but cannot be used.
pub fn accelerate(
    cpu: Arc<dyn Model>,
    request: &AdapterRequest,
    load: LoadTower,
) -> Result<Arc<dyn Model>, ModelError> {
    match on_card(&cpu, request, &load) {
        Ok(model) => Ok(Arc::new(model)),
        Err(error) if request.wanted => Err(error),
        Err(error) => Ok(Arc::new(CpuModel::new(cpu, error.to_string()))),
    }
}

fn on_card(
    cpu: &Arc<dyn Model>,
    request: &AdapterRequest,
    load: &LoadTower,
) -> Result<GpuModel, ModelError> {
    if !request.wanted && request.number.is_none() && !may_have_gpu() {
        return Err(GpuError::NotFound("no graphics card was found".into()).into());
    }
    reject_on_battery(request, on_battery)?;
    let found = listed(request.checks.as_deref(), request.wanted)?;
    first_success(candidates(&found, request.number)?, |adapter| {
        on_adapter(cpu, request, adapter, load)
    })
}

/// Rejects the GPU if it is to be avoided on battery.
fn reject_on_battery(
    request: &AdapterRequest,
    on_battery: impl FnOnce() -> bool,
) -> Result<(), GpuError> {
    if request.wanted || request.on_battery || !on_battery() {
        return Ok(());
    }
    let reason = "on battery the settings leave the graphics card alone";
    Err(GpuError::NotFound(reason.into()))
}

/// All adapters, unless enumeration has hung or crashed earlier and no GPU is required (`wanted`). The marker is in the
/// folder `checks`.
///
/// # Errors
/// Returns an error if the adapters are not enumerated, or if a driver hangs.
pub fn listed(checks: Option<&Path>, wanted: bool) -> Result<Vec<Adapter>, GpuError> {
    let mark = AdapterMark::new(checks, "all", "list");
    let test = match mark.begin(wanted) {
        TestStart::Test(test) => Some(test),
        TestStart::Busy => None,
        TestStart::Blocked(reason) => {
            let reason = format!("graphics cards were not listed: {reason}");
            return Err(GpuError::NotFound(reason));
        }
    };
    let found = adapters();
    drop(test);
    if matches!(found, Err(GpuError::Hung(_))) {
        mark.hung();
    }
    found
}

/// The GPU that a request selects according to stored results.
#[derive(Clone, Debug)]
pub struct ExpectedAdapter {
    /// Name of the GPU.
    pub name: String,
    /// The result of its test with the model; without one it is tested when the model is loaded.
    pub finding: Option<AccuracyFinding>,
}

/// The GPU among `found` that a request selects for the model of this name, without opening or testing any.
///
/// # Errors
/// Returns an error if the request selects none.
pub fn expected_adapter(
    found: &[Adapter],
    request: &AdapterRequest,
    model: &str,
) -> Result<ExpectedAdapter, ModelError> {
    reject_on_battery(request, on_battery)?;
    first_success(candidates(found, request.number)?, |adapter| {
        let name = adapter.name.clone();
        let records = FindingStore::new(request.checks.as_deref(), adapter.identity());
        let against = records.mark.against().filter(|_| !request.wanted);
        if let Some(reason) = against {
            return Err(GpuError::NotFound(format!("{name}: {reason}")).into());
        }
        let finding = records.latest(model);
        if let Some(finding) = &finding {
            check_finding(finding, request.wanted)?;
        }
        Ok(ExpectedAdapter { name, finding })
    })
}

/// Returns the first success. If all attempts fail, returns the only error, or one that combines all messages.
fn first_success<A, T>(
    candidates: &[A],
    mut attempt: impl FnMut(&A) -> Result<T, ModelError>,
) -> Result<T, ModelError> {
    let mut errors = Vec::new();
    for candidate in candidates {
        match attempt(candidate) {
            Err(ModelError::Gpu(error)) => errors.push(error),
            // A success, or an error of the model, which would recur on any GPU.
            other => return other,
        }
    }
    let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Err(match errors.pop() {
        Some(only) if errors.is_empty() => only,
        _ => GpuError::NotFound(words.join("; ")),
    }
    .into())
}

/// Moves the model to one adapter, if that is accurate and faster.
fn on_adapter(
    cpu: &Arc<dyn Model>,
    request: &AdapterRequest,
    adapter: &Adapter,
    load: &LoadTower,
) -> Result<GpuModel, ModelError> {
    let refused =
        |reason: &str| Err(GpuError::NotFound(format!("{}: {reason}", adapter.name)).into());
    let records = FindingStore::new(request.checks.as_deref(), adapter.identity());
    let known = records.known(cpu.info());
    let known = known.filter(|stored| !is_repeated(&stored.finding, stored.age(), request.wanted));
    let known = known.map(|stored| stored.finding);
    if let Some(finding) = &known {
        check_finding(finding, request.wanted)?;
    }
    let test = match records.mark.begin(request.wanted) {
        TestStart::Test(test) => Some(test),
        TestStart::Busy if request.wanted || known.is_some() => None,
        TestStart::Busy => {
            return refused("another Lumisift is testing the graphics card right now");
        }
        TestStart::Blocked(reason) => return refused(&reason),
    };
    let (model, kept, folder) = (cpu.clone(), known.clone(), request.checks.clone());
    let (card, load) = (adapter.clone(), load.clone());
    let tried = with_timeout(CALL, move || {
        open(&card, model.as_ref(), kept, folder, &load)
    });
    drop(test);
    match tried {
        Ok((tower, finding)) => {
            if known.is_none() {
                records.keep(cpu.info(), &finding);
            }
            check_finding(&finding, request.wanted)?;
            Ok(GpuModel::new(cpu.clone(), tower, finding.card, records))
        }
        Err(error) => {
            if matches!(error, ModelError::Gpu(GpuError::Hung(_))) {
                records.mark.hung();
            }
            Err(error)
        }
    }
}

/// Whether a GPU is tested again: if the user requires it, and its results differed or it was too slow some time ago.
fn is_repeated(finding: &AccuracyFinding, age: Duration, wanted: bool) -> bool {
    let is_slow = finding.against().is_some();
    wanted && (!finding.agrees() || (is_slow && age >= RETEST_AGE))
}

/// Accepts a GPU that is accurate and either faster or required.
fn check_finding(finding: &AccuracyFinding, wanted: bool) -> Result<(), GpuError> {
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

/// Loads the tower and tests it, unless a result is known.
fn open(
    adapter: &Adapter,
    cpu: &dyn Model,
    known: Option<AccuracyFinding>,
    cache: Option<PathBuf>,
    load: &LoadTower,
) -> Result<(GpuImageTower, AccuracyFinding), ModelError> {
    let context = Arc::new(Context::open(
        adapter,
        GpuPrecision::Fastest,
        cache.as_deref(),
    )?);
    let tower = load(&context)?;
    let finding = match known {
        Some(finding) => finding,
        None => self_test::measure(cpu, &tower, adapter.is_software())?,
    };
    tracing::info!("{} with {}: {finding:?}", adapter.name, finding.model);
    Ok((tower, finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::inference::ModelInfo;
    use crate::engine::inference::gpu::noop_adapter;

    #[test]
    fn another_card_is_tried_if_the_first_fails() {
        let lost = |what: &str| -> Result<i32, ModelError> {
            Err(ModelError::Gpu(GpuError::Lost(what.into())))
        };
        let attempt = |number: &i32| match *number {
            0 => lost("a"),
            1 => lost("b"),
            2 => Err(ModelError::Panicked),
            number => Ok(number),
        };
        assert!(matches!(first_success(&[0, 3, 4], attempt), Ok(3)));
        let both = first_success(&[0, 1], attempt).expect_err("none works");
        let words = both.to_string();
        assert!(
            words.contains("(a)") && words.contains("; ") && words.contains("(b)"),
            "{words}"
        );
        let one = first_success(&[0], attempt);
        assert!(matches!(one, Err(ModelError::Gpu(GpuError::Lost(_)))));
        // An error of the model would recur on any GPU.
        let model = first_success(&[0, 2, 3], attempt);
        assert!(matches!(model, Err(ModelError::Panicked)));
    }

    #[test]
    fn on_battery_a_card_is_left_alone_if_the_settings_say_so_and_nobody_wants_it() {
        for (wanted, allowed, battery, used) in [
            (false, false, true, false),
            (false, false, false, true),
            (false, true, true, true),
            (true, false, true, true),
        ] {
            let request = AdapterRequest {
                number: None,
                wanted,
                on_battery: allowed,
                checks: None,
            };
            let result = reject_on_battery(&request, || battery);
            assert_eq!(result.is_ok(), used, "{request:?}, battery: {battery}");
        }
    }

    fn finding(cosine: f32, card: f64) -> AccuracyFinding {
        AccuracyFinding {
            adapter: "Radeon".into(),
            model: "clip".into(),
            cosine,
            photos: 14,
            card,
            batches: Vec::new(),
            cpu: 100.0,
            decoding: 100.0,
        }
    }

    #[test]
    fn the_card_in_use_is_known_from_its_test() {
        let checks = tempfile::tempdir().expect("a folder");
        let cards = [noop_adapter().expect("wgpu's noop")];
        let request = |wanted| AdapterRequest {
            number: None,
            wanted,
            on_battery: true,
            checks: Some(checks.path().to_path_buf()),
        };
        let expected = |wanted| expected_adapter(&cards, &request(wanted), "clip");
        let records = FindingStore::new(Some(checks.path()), cards[0].identity());
        let untested = expected(false).expect("a card");
        assert_eq!(untested.name, cards[0].name);
        assert_eq!(untested.finding, None);
        // Faster than the CPU, slower, and wrong: whether it is used by `auto`, and on request.
        for (cosine, rate, automatic, on_request) in [
            (1.0, 500.0, true, true),
            (1.0, 1.0, false, true),
            (0.9, 500.0, false, false),
        ] {
            let tested = finding(cosine, rate);
            records.keep(&ModelInfo::of_tests(4), &tested);
            for (wanted, used) in [(false, automatic), (true, on_request)] {
                match expected(wanted) {
                    Ok(card) => assert!(used && card.finding == Some(tested.clone())),
                    Err(error) => assert!(!used, "{error}"),
                }
            }
        }
        records.keep(&ModelInfo::of_tests(4), &finding(1.0, 500.0));
        assert!(records.mark.hung());
        let why = expected(false).expect_err("left alone").to_string();
        assert!(why.contains("did not respond"), "{why}");
        assert!(expected(true).is_ok());
        let none = expected_adapter(&[], &request(false), "clip").err();
        assert_eq!(
            none.expect("none").to_string(),
            "no graphics card was found"
        );
    }

    #[test]
    fn a_wanted_card_that_was_refused_is_tested_again() {
        let (fast, slow, wrong) = (finding(1.0, 500.0), finding(1.0, 1.0), finding(0.9, 500.0));
        for (finding, age, repeated) in [
            (&fast, 2 * RETEST_AGE, false),
            (&slow, Duration::ZERO, false),
            (&slow, RETEST_AGE, true),
            (&wrong, Duration::ZERO, true),
        ] {
            assert_eq!(is_repeated(finding, age, true), repeated, "{finding:?}");
            assert!(!is_repeated(finding, age, false), "{finding:?}");
        }
    }

    #[test]
    fn a_wanted_card_may_be_slow_but_not_wrong() {
        assert!(check_finding(&finding(1.0, 1.0), true).is_ok());
        assert!(check_finding(&finding(1.0, 1.0), false).is_err());
        assert!(check_finding(&finding(1.0, 500.0), false).is_ok());
        for wanted in [true, false] {
            let wrong = check_finding(&finding(0.9, 500.0), wanted);
            assert!(matches!(wrong, Err(GpuError::Wrong { .. })));
        }
    }
}
