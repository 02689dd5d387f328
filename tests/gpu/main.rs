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

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use half::f16;
use libtest_mimic::{Arguments, Trial};
use lumisift::engine::inference::gpu::{
    self, Adapter, Context, Numbers, Plan, Recorder, Rows, adapters,
};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Found once.
static ADAPTERS: LazyLock<Vec<Adapter>> = LazyLock::new(|| adapters().expect("drivers answer"));
/// The first adapter, in full precision and in halves, each with the workgroup memory and the subgroups of small and of large
/// cards.
static CONTEXTS: LazyLock<Vec<Context>> = LazyLock::new(|| {
    let open = |numbers, memory: usize, subgroup| {
        let context = Context::open(adapter(), numbers, None).expect("opens");
        context
            .with_workgroup_memory(memory << 10)
            .with_subgroups_of(subgroup)
    };
    let both = [Numbers::Full, Numbers::Fastest];
    let each = both.map(|numbers| [open(numbers, 16, 32), open(numbers, 64, 128)]);
    each.into_iter().flatten().collect()
});
/// The largest difference of each kernel, in full precision or in halves: what docs/gpu.md has.
static WORST: Mutex<BTreeMap<(&str, bool), f32>> = Mutex::new(BTreeMap::new());

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

/// Takes a difference into account for the table at the end.
fn note(what: &'static str, halves: bool, gap: f32) {
    let mut worst = WORST.lock().expect("free");
    let known = worst.entry((what, halves)).or_default();
    *known = known.max(gap);
}

/// Fails unless two results of a kernel are near each other: to a hundred thousandth in full precision, and to what halves
/// round away otherwise.
fn assert_near(context: &Context, kernel: &'static str, card: &[f32], cpu: &[f32], what: &str) {
    assert_eq!(card.len(), cpu.len(), "{kernel}: {what}");
    let tolerance = if context.in_halves() { 2e-3 } else { 2e-5 };
    for (i, (a, b)) in card.iter().zip(cpu).enumerate() {
        let gap = (a - b).abs() / (1.0 + b.abs());
        assert!(
            gap <= tolerance,
            "{kernel}: {what}: value {i} is {a}, not {b}"
        );
        note(kernel, context.in_halves(), gap);
    }
}

/// Where an adapter has no halves, half of what there is to test would be left out.
fn halves() {
    let halves = CONTEXTS.iter().filter(|context| context.in_halves());
    assert!(
        halves.count() > 0,
        "{} ({}) has no SHADER_F16: kernels in halves cannot be tested with it; another driver, such as lavapipe, has it",
        adapter().name,
        adapter().driver
    );
}

/// Where lavapipe is told how many bits its registers have: a subgroup is as many invocations as they hold values of 32.
const REGISTERS: &str = "LP_NATIVE_VECTOR_WIDTH";
/// Set where this program runs within itself, for kernels alone.
const KERNELS_ALONE: &str = "LUMISIFT_TEST_KERNELS_ALONE";

fn subgroup_text() -> String {
    let (fewest, most) = adapter().subgroups();
    format!("subgroups of {fewest} to {most}")
}

/// A driver is told once how wide its registers are, so the kernels run again in a process of their own.
fn narrow_subgroups() {
    if !adapter().is_software() {
        // A card has the subgroups that it has.
        return;
    }
    let mut command = std::process::Command::new(std::env::current_exe().expect("a program"));
    command.env(KERNELS_ALONE, "1").env(REGISTERS, "128");
    let output = command.output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(said.contains("subgroups of 4 to 4"), "{said}");
    assert!(
        !subgroup_text().contains("of 4 to 4"),
        "the usual ones are wider"
    );
}

const OWN: &[(&str, fn())] = &[
    ("the_adapter_has_halves", halves),
    ("kernels_hold_with_other_subgroups", narrow_subgroups),
];

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
        let (name, driver) = (&adapter().name, &adapter().driver);
        eprintln!("graphics card: {name} ({driver}), {}", subgroup_text());
    } else {
        eprintln!(
            "NO GRAPHICS CARD AND NO SOFTWARE DRIVER: these tests are left out. Install mesa-vulkan-drivers to run them."
        );
    }
    let mut tests = vec![products::TESTS, convolutions::TESTS];
    if std::env::var_os(KERNELS_ALONE).is_none() {
        tests.extend([OWN, towers::TESTS, running::TESTS]);
    }
    let trial = |(name, test): &(&'static str, fn())| {
        let test = *test;
        Trial::test(*name, move || {
            test();
            Ok(())
        })
        .with_ignored_flag(!there && !needed)
    };
    let trials = tests.into_iter().flatten().map(trial).collect();
    let code = libtest_mimic::run(&arguments, trials).exit_code();
    for ((what, halves), gap) in WORST.lock().expect("free").iter() {
        let numbers = if *halves { "f16" } else { "f32" };
        eprintln!("largest difference in {numbers}: {gap:.1e}, {what}");
    }
    code
}
