//! Graphics cards compute the same results as the CPU: every kernel over many shapes, and whole towers. A software
//! driver such as lavapipe (Debian's `mesa-vulkan-drivers`) is enough.
//!
//! If there is no adapter, the tests count as ignored; with `LUMISIFT_NEED_GPU=1`, which `.ci/run` sets, they fail.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "left out loudly")]

mod attention;
mod choice;
mod convolutions;
mod failures;
#[path = "../common/fixtures.rs"]
mod fixtures;
mod products;
mod resources;
mod towers;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use half::f16;
use libtest_mimic::{Arguments, Trial};
use lumisift::engine::inference::cpu::pseudorandom;
use lumisift::engine::inference::gpu::{
    self, Adapter, Context, GpuPlan, GpuPrecision, GpuRows, Recorder, adapters, noop_adapter,
    synthetic_tower,
};
use lumisift::engine::inference::load_starter_tower;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Detected once.
static ADAPTERS: LazyLock<Vec<Adapter>> = LazyLock::new(|| adapters().expect("drivers answer"));
/// The first adapter, in f32 and f16, each with the workgroup memory and subgroup sizes of small and of large cards;
/// then in f16 with emulated matrix units, and without its own matrix units.
static CONTEXTS: LazyLock<Vec<Context>> = LazyLock::new(|| {
    let open = |numbers, memory: usize, subgroup| {
        let context = Context::open(adapter(), numbers, None).expect("opens");
        context
            .with_workgroup_memory(memory << 10)
            .with_subgroups_of(subgroup)
    };
    let both = [GpuPrecision::Full, GpuPrecision::Fastest];
    let each = both.map(|numbers| [open(numbers, 16, 32), open(numbers, 64, 128)]);
    let emulated = open(GpuPrecision::Fastest, 16, 32).with_emulated_matrix_units();
    let mut all: Vec<Context> = each.into_iter().flatten().chain([emulated]).collect();
    if adapter().has_matrix_units() {
        all.push(open(GpuPrecision::Fastest, 16, 32).without_matrix_units());
    }
    all
});
/// The largest difference of each kernel in f32 or f16, as listed in docs/gpu.md.
static WORST: Mutex<BTreeMap<(&str, bool), f32>> = Mutex::new(BTreeMap::new());

fn adapter() -> &'static Adapter {
    ADAPTERS.first().expect("an adapter")
}

/// Longer than any test takes.
const HANG_TIMEOUT: Duration = Duration::from_secs(120);

/// Reproducible pseudorandom values from -1 to 1.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    // Seeds that follow one another would have similar first values.
    let seed = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    pseudorandom(seed).take(count).collect()
}

/// Rounds values as the card does when it stores them as weights.
fn kept(context: &Context, values: &[f32]) -> Vec<f32> {
    let round = |v: &f32| f16::from_f32(*v).to_f32();
    if context.uses_f16() {
        values.iter().map(round).collect()
    } else {
        values.to_vec()
    }
}

/// Runs the recorded dispatches over inputs.
fn computed<'a>(
    context: &'a Context,
    record: impl FnOnce(&mut Recorder<'a>) -> (Vec<(GpuRows, &'a [f32])>, GpuRows),
) -> Vec<f32> {
    let mut recorder = Recorder::new(context);
    let (inputs, output) = record(&mut recorder);
    run(recorder, &inputs, output)
}

/// Runs the recorded dispatches on the card for which they were recorded.
fn run(recorder: Recorder, inputs: &[(GpuRows, &[f32])], output: GpuRows) -> Vec<f32> {
    run_named(recorder, inputs, output).0
}

/// The same; also returns the name of the kernel that computes the result.
fn run_named(
    recorder: Recorder,
    inputs: &[(GpuRows, &[f32])],
    output: GpuRows,
) -> (Vec<f32>, &'static str) {
    let context = recorder.context();
    let plan: GpuPlan = recorder.finish(output).expect("a plan");
    for (rows, values) in inputs {
        plan.write(context, rows, values);
    }
    let kernel = plan.dispatches().last().expect("a dispatch").name;
    let values = gpu::run(context, &plan, HANG_TIMEOUT).expect("runs");
    (values, kernel)
}

/// Adds a difference to the table that is printed at the end.
fn note(what: &'static str, is_f16: bool, gap: f32) {
    let mut worst = WORST.lock().expect("free");
    let known = worst.entry((what, is_f16)).or_default();
    *known = known.max(gap);
}

/// Fails unless two results of a kernel agree: to a hundred thousandth in f32, and otherwise to the rounding of f16.
fn assert_near(context: &Context, kernel: &'static str, card: &[f32], cpu: &[f32], what: &str) {
    assert_eq!(card.len(), cpu.len(), "{kernel}: {what}");
    let tolerance = if context.uses_f16() { 2e-3 } else { 2e-5 };
    for (i, (a, b)) in card.iter().zip(cpu).enumerate() {
        let gap = (a - b).abs() / (1.0 + b.abs());
        assert!(
            gap <= tolerance,
            "{kernel}: {what}: value {i} is {a}, not {b}"
        );
        note(kernel, context.uses_f16(), gap);
    }
}

/// On an adapter without f16, half of the tests would be left out.
fn f16_is_supported() {
    let able = CONTEXTS.iter().filter(|context| context.uses_f16());
    assert!(
        able.count() > 0,
        "{} ({}) has no SHADER_F16: f16 kernels cannot be tested with it; another driver, such as lavapipe, has it",
        adapter().name,
        adapter().driver
    );
}

/// The environment variable that sets lavapipe's register width in bits. A subgroup has as many invocations as a
/// register holds 32-bit values.
const REGISTERS: &str = "LP_NATIVE_VECTOR_WIDTH";
/// Set when this program runs itself to test kernels only.
const KERNELS_ALONE: &str = "LUMISIFT_TEST_KERNELS_ALONE";

fn subgroup_text() -> String {
    let (fewest, most) = adapter().subgroups();
    format!("subgroups of {fewest} to {most}")
}

/// A driver reads its register width only once, so the kernels run again in a separate process.
fn narrow_subgroups() {
    let mut command = std::process::Command::new(std::env::current_exe().expect("a program"));
    command.env(KERNELS_ALONE, "1").env(REGISTERS, "128");
    let output = command.output().expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{stderr}\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(stderr.contains("subgroups of 4 to 4"), "{stderr}");
    assert!(
        !subgroup_text().contains("of 4 to 4"),
        "the usual ones are wider"
    );
}

const OWN: &[(&str, fn())] = &[("the_adapter_supports_f16", f16_is_supported)];

/// Arithmetic of plans that are never run, without any driver.
fn on_paper() {
    let paper = noop_adapter().expect("wgpu's noop");
    let context = Context::open(&paper, GpuPrecision::Fastest, None).expect("opens");
    assert!(context.uses_f16());
    let tower = load_starter_tower(&Arc::new(context)).expect("the starter");
    let plan = tower.plan(16).expect("a plan");
    let products = plan.dispatches().iter().filter(|d| d.name == "product");
    let each = products.map(|d| d.operations).sum::<f64>() / 16.0;
    // EfficientNet-B0 has 0.39 billion multiplications at 224 pixels. The starter has more pixels, and its own heads.
    assert!((1e9..2e9).contains(&each), "{each}");
    assert!(
        plan.dispatches()
            .iter()
            .all(|d| d.workgroups() > 0 && d.bytes > 0.0)
    );
}

/// However slow a card is, a window that is drawn on it waits only for short submissions.
fn shares() {
    let paper = noop_adapter().expect("wgpu's noop");
    let context = Context::open(&paper, GpuPrecision::Fastest, None).expect("opens");
    let config = serde_json::json!({"model_type": "clip", "projection_dim": 256, "vision_config": {
        "hidden_size": 256, "intermediate_size": 1024, "num_attention_heads": 4,
        "num_hidden_layers": 2, "patch_size": 16, "image_size": 224, "hidden_act": "quick_gelu"}});
    let tower = synthetic_tower(&Arc::new(context), config).expect("a tower");
    for (count, most_parts) in [(1, 5), (16, 20)] {
        let whole = tower.plan(count).expect("a plan");
        let all: f64 = whole.submissions(f64::INFINITY).iter().sum();
        for parts in [1, 2, 5, 10, 20]
            .into_iter()
            .filter(|parts| *parts <= most_parts)
        {
            let share = all / f64::from(parts);
            let plan = tower.plan_in_parts(count, share).expect("a plan");
            let submissions = plan.submissions(share);
            // Each part of a product reads all of its weights.
            let longest = submissions.iter().copied().fold(0.0, f64::max);
            let what = format!("{count} pictures in {parts} parts");
            assert!(longest <= 1.1 * share, "{what}: {longest} of {share}");
            assert!(submissions.len() >= parts as usize, "{what}");
            let operations =
                |plan: &GpuPlan| plan.dispatches().iter().map(|d| d.operations).sum::<f64>();
            let gap = operations(&plan) / operations(&whole) - 1.0;
            assert!(gap.abs() < 1e-9, "{what}: the same work");
        }
    }
}

/// Tests that need no adapter at all.
const ON_PAPER: &[(&str, fn())] = &[
    ("plans_need_neither_card_nor_driver", on_paper),
    ("submissions_cost_no_more_than_their_share", shares),
];

/// Subgroup sizes cannot be changed on a real card, so these tests count as ignored there.
const OF_SOFTWARE: &[(&str, fn())] = &[("kernels_hold_with_other_subgroups", narrow_subgroups)];

/// Tests a property over reproducible cases.
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
    let mut arguments = Arguments::from_args();
    // Every test may open devices of its own, and drivers of cards refuse to open many at once.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    arguments.test_threads.get_or_insert(threads.min(4));
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
    let left_out = !there && !needed;
    let on_a_card = there && !adapter().is_software();
    let kernels = [products::TESTS, attention::TESTS, convolutions::TESTS];
    let mut tests = Vec::from(kernels.map(|tests| (tests, left_out)));
    if std::env::var_os(KERNELS_ALONE).is_none() {
        tests.push((ON_PAPER, false));
        let own = [
            OWN,
            towers::TESTS,
            choice::TESTS,
            failures::TESTS,
            resources::TESTS,
        ];
        tests.extend(own.map(|tests| (tests, left_out)));
        let of_software = [OF_SOFTWARE, choice::OF_SOFTWARE];
        tests.extend(of_software.map(|tests| (tests, left_out || on_a_card)));
    }
    let trials = tests.into_iter().flat_map(|(tests, ignored)| {
        tests.iter().map(move |(name, test)| {
            let test = *test;
            let run = move || {
                test();
                Ok(())
            };
            Trial::test(*name, run).with_ignored_flag(ignored)
        })
    });
    let trials = trials.collect();
    let code = libtest_mimic::run(&arguments, trials).exit_code();
    for ((what, is_f16), gap) in WORST.lock().expect("free").iter() {
        let numbers = if *is_f16 { "f16" } else { "f32" };
        eprintln!("largest difference in {numbers}: {gap:.1e}, {what}");
    }
    code
}
