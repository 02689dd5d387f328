//! Memory limits, reuse of plans and compiled kernels, and concurrent callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::cpu::Activation;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{
    Context, GpuEpilogue, GpuImageTower, GpuLinear, GpuPrecision, GpuRows, Network, Recorder,
    UnfoldShape,
};
use lumisift::engine::inference::{Embeddings, Model, load_folder, load_folder_tower};

use super::adapter;
use super::fixtures::model_folder;
use super::towers::{crops, tower, worst_gap};

pub const TESTS: &[(&str, fn())] = &[
    ("batches_too_large_for_a_buffer_are_split", small_buffers),
    (
        "towers_run_where_buffers_are_hardly_larger_than_a_picture",
        tiny_buffers,
    ),
    ("plans_keep_to_the_memory_they_were_given", budget),
    ("a_plan_is_recorded_once_for_each_batch_size", recorded_once),
    ("compiled_kernels_are_kept_and_used_again", kept_kernels),
    (
        "callers_at_the_same_time_get_their_own_vectors",
        several_callers,
    ),
];

fn small_buffers() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    // Four pictures fit, five do not.
    let most = 4 * 50 * 3 * 32 * 32 * 4;
    let context = Context::open(adapter(), GpuPrecision::Full, None)
        .expect("opens")
        .with_max_bytes(most);
    let tower = load_folder_tower(dir.path(), &Arc::new(context), &model.info().preprocess);
    let tower = tower.expect("loads");
    let crops = crops(9, model.info().preprocess.side);
    let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
    let cpu = model
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    assert!(worst_gap(&card, &cpu) < 1e-4);
}

/// Weights in many buffers, and batches of hardly more than one picture.
fn tiny_buffers() {
    for name in ["clip-tiny", "siglip2-tiny", "chinese-clip-tiny"] {
        let dir = model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let spec = &model.info().preprocess;
        let crops = crops(5, spec.side);
        let cpu = model.embed_images(&crops, &Cancel::default());
        let cpu = cpu.expect("vectors");
        for (numbers, tolerance) in [(GpuPrecision::Full, 1e-4), (GpuPrecision::Fastest, 1e-3)] {
            let open = || Context::open(adapter(), numbers, None).expect("opens");
            let load = |context| load_folder_tower(dir.path(), &Arc::new(context), spec);
            // The smallest limit that is enough for one picture.
            let fits = |bytes: &u64| {
                let tower = load(open().with_max_bytes(*bytes));
                tower.is_ok_and(|tower| tower.plan(1).is_ok())
            };
            let sizes = (8..24).map(|power| 1u64 << power);
            let smallest = sizes.into_iter().find(fits).expect("some size");
            let tower = load(open().with_max_bytes(smallest)).expect("loads");
            let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
            let gap = worst_gap(&card, &cpu);
            assert!(gap < tolerance, "{name}, {smallest} bytes: {gap}");
        }
    }
}

fn budget() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let crops = crops(16, model.info().preprocess.side);
    let cpu = model.embed_images(&crops, &Cancel::default());
    let cpu = cpu.expect("vectors");
    let load = || tower(dir.path(), &model, GpuPrecision::Full);
    let for_four = load().plan(4).expect("a plan").bytes();
    let tower = load().with_memory(for_four);
    let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
    assert!(worst_gap(&card, &cpu) < 1e-4);
    assert!(tower.memory_in_use() > 0);
    for count in [16, 1, 3, 2, 7] {
        let vectors = tower.embed(&crops[..count], &Cancel::default());
        assert_eq!(vectors.expect("vectors").len(), count);
        let used = tower.memory_in_use();
        assert!(used <= for_four, "{count} pictures: {used} of {for_four}");
    }
    // A single picture is always tried.
    let tower = load().with_memory(1);
    assert_eq!(
        tower
            .embed(&crops, &Cancel::default())
            .expect("vectors")
            .len(),
        16
    );
}

/// A tower that counts the requests for plans.
struct Counted {
    layer: GpuLinear,
    recorded: Arc<AtomicUsize>,
}

impl Network for Counted {
    fn side(&self) -> usize {
        8
    }

    fn dim(&self) -> usize {
        4
    }

    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows {
        self.recorded.fetch_add(1, Ordering::Relaxed);
        let shape = UnfoldShape {
            side: 8,
            kernel: 8,
            stride: 8,
            padding: 0,
            grid: 1,
            before: 0,
            mean: [0.5; 3],
            std: [0.5; 3],
        };
        let pixels = recorder.unfold(pictures, count, shape);
        let plain = GpuEpilogue::ActivateInFull(Activation::None);
        recorder.linear(&pixels, &self.layer, plain)
    }
}

fn recorded_once() {
    let context = Context::open(adapter(), GpuPrecision::Full, None).expect("opens");
    let weight = super::noise(4 * 192, 3);
    let recorded = Arc::new(AtomicUsize::new(0));
    let network = Counted {
        layer: GpuLinear::new(&context, &weight, None, (192, 4)),
        recorded: recorded.clone(),
    };
    let tower = GpuImageTower::new(Arc::new(context), Box::new(network));
    let crops = crops(4, 8);
    let first = tower.embed(&crops, &Cancel::default()).expect("vectors");
    for _ in 0..5 {
        let again = tower.embed(&crops, &Cancel::default());
        assert_eq!(again.expect("vectors"), first);
        tower.embed(&crops[..1], &Cancel::default()).expect("one");
    }
    assert_eq!(
        recorded.load(Ordering::Relaxed),
        2,
        "of four pictures, and of one"
    );
}

fn kept_kernels() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let (spec, crops) = (cpu.info().preprocess, crops(3, cpu.info().preprocess.side));
    let cache = tempfile::tempdir().expect("a folder");
    let run = || {
        let context =
            Context::open(adapter(), GpuPrecision::Full, Some(cache.path())).expect("opens");
        let context = Arc::new(context);
        let tower = load_folder_tower(dir.path(), &context, &spec).expect("loads");
        // The first batch of a size caches the compiled kernels for it.
        tower.embed(&crops, &Cancel::default()).expect("vectors")
    };
    let files = || -> Vec<_> {
        let entries = std::fs::read_dir(cache.path().join("kernels")).expect("a folder");
        entries.map(|entry| entry.expect("a file").path()).collect()
    };
    let first = run();
    let kept = files();
    assert_eq!(
        kept.len(),
        1,
        "lavapipe hands out what it compiled: {kept:?}"
    );
    assert_eq!(run(), first);
    // A damaged file is not used, and is replaced.
    std::fs::write(&kept[0], b"something else").expect("written");
    assert_eq!(run(), first);
    assert!(std::fs::metadata(&kept[0]).expect("a file").len() > 32);
}

fn several_callers() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &cpu, GpuPrecision::Full);
    let crops = crops(24, cpu.info().preprocess.side);
    let expected = cpu.embed_images(&crops, &Cancel::default());
    let expected = expected.expect("vectors");
    std::thread::scope(|scope| {
        for first in [0, 5, 11] {
            let (tower, crops, expected) = (&tower, &crops, &expected);
            scope.spawn(move || {
                for _ in 0..3 {
                    let card = tower.embed(&crops[first..first + 13], &Cancel::default());
                    let card = card.expect("vectors");
                    let all = expected.values.chunks_exact(card.dim);
                    let own: Vec<f32> = all.skip(first).take(13).flatten().copied().collect();
                    let gap = worst_gap(
                        &card,
                        &Embeddings {
                            dim: card.dim,
                            values: own,
                        },
                    );
                    assert!(gap < 1e-4, "{gap}");
                }
            });
        }
    });
}
