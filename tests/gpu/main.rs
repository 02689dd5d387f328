//! Graphics cards compute what the CPU computes: every kernel over many shapes, and whole towers. A software driver such as
//! lavapipe (Debian's `mesa-vulkan-drivers`) is enough.
//!
//! Where there is no adapter at all, the tests are counted as ignored; with `LUMISIFT_NEED_GPU=1`, as `.ci/run` sets it, they
//! fail there.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "left out loudly")]

mod convolutions;
#[path = "../common/fixtures.rs"]
mod fixtures;
mod products;
mod running;
mod towers;

use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::Duration;

use half::f16;
use libtest_mimic::{Arguments, Trial};
use lumisift::engine::inference::gpu::{
    self, Adapter, Context, Numbers, Plan, Recorder, Rows, adapters,
};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Found once.
static ADAPTERS: LazyLock<Vec<Adapter>> = LazyLock::new(adapters);
/// The first adapter, in full precision and in halves.
static CONTEXTS: LazyLock<Vec<Context>> = LazyLock::new(|| {
    let open = |numbers| Context::open(adapter(), numbers, None).expect("opens");
    vec![open(Numbers::Full), open(Numbers::Fastest)]
});

fn adapter() -> &'static Adapter {
    ADAPTERS.first().expect("an adapter")
}

/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Values that look random and are the same everywhere, from -1 to 1.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut number = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let values = std::iter::repeat_with(|| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 8) as f32 / 8_388_608.0 - 1.0
    });
    values.take(count).collect()
}

/// What a card makes of values that it keeps as weights are kept.
fn kept(context: &Context, values: &[f32]) -> Vec<f32> {
    let round = |v: &f32| f16::from_f32(*v).to_f32();
    if context.in_halves() {
        values.iter().map(round).collect()
    } else {
        values.to_vec()
    }
}

/// Runs what is recorded over inputs.
fn computed<'a>(
    context: &'a Context,
    record: impl FnOnce(&mut Recorder<'a>) -> (Vec<(Rows, &'a [f32])>, Rows),
) -> Vec<f32> {
    let mut recorder = Recorder::new(context);
    let (inputs, output) = record(&mut recorder);
    run(context, recorder, &inputs, output)
}

fn run(context: &Context, recorder: Recorder, inputs: &[(Rows, &[f32])], output: Rows) -> Vec<f32> {
    let plan: Plan = recorder.finish(output).expect("a plan");
    for (rows, values) in inputs {
        plan.write(context, rows, values);
    }
    gpu::run(context, &plan, PATIENCE).expect("runs")
}

/// Fails unless two results are near each other: to a hundred thousandth in full precision, and to what halves round away
/// otherwise.
fn assert_near(context: &Context, card: &[f32], cpu: &[f32], what: &str) {
    assert_eq!(card.len(), cpu.len(), "{what}");
    let tolerance = if context.in_halves() { 2e-3 } else { 2e-5 };
    for (i, (a, b)) in card.iter().zip(cpu).enumerate() {
        let gap = (a - b).abs() / (1.0 + b.abs());
        assert!(gap <= tolerance, "{what}: value {i} is {a}, not {b}");
    }
}

/// Tries a property over cases that are the same each time.
fn for_cases<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(&strategy, |case| {
        check(case);
        Ok(())
    });
    tried.expect("holds");
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let there = !ADAPTERS.is_empty();
    let needed = std::env::var_os("LUMISIFT_NEED_GPU").is_some_and(|value| value == "1");
    if there {
        let halves = CONTEXTS
            .iter()
            .filter(|context| context.in_halves())
            .count();
        let numbers = if halves > 0 {
            "f32 and f16"
        } else {
            "f32 only: IT HAS NO f16"
        };
        eprintln!(
            "graphics card: {} ({}), in {numbers}",
            adapter().name,
            adapter().driver
        );
    } else {
        eprintln!(
            "NO GRAPHICS CARD AND NO SOFTWARE DRIVER: these tests are left out. Install mesa-vulkan-drivers to run them."
        );
    }
    let tests = [
        products::TESTS,
        convolutions::TESTS,
        towers::TESTS,
        running::TESTS,
    ];
    let trial = |(name, test): &(&'static str, fn())| {
        let test = *test;
        Trial::test(*name, move || {
            test();
            Ok(())
        })
        .with_ignored_flag(!there && !needed)
    };
    let trials = tests.into_iter().flatten().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
