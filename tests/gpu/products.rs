//! Products and norms.

use lumisift::engine::inference::cpu::Activation;
use lumisift::engine::inference::gpu::{
    Context, GpuEpilogue, GpuLinear, GpuNorm, GpuPrecision, GpuRows, GpuTable, Recorder, TileSize,
};
use proptest::prelude::*;

use super::attention::{self, attended};
use super::{CONTEXTS, adapter, assert_near, computed, for_cases, kept, noise, run};

pub const TESTS: &[(&str, fn())] = &[
    (
        "products_of_any_shape_are_those_of_the_definition",
        products,
    ),
    ("activations_are_those_of_the_definition", activations),
    ("products_add_to_rows_and_to_repeated_rows", additions),
    ("weights_larger_than_a_buffer_are_split", split_weights),
    ("products_that_are_cut_are_the_same", cut_products),
    ("what_pads_a_row_is_zero_whatever_was_there", padding),
    ("one_row_of_each_sequence_is_read_in_place", strided_rows),
    (
        "layer_norms_of_any_width_are_those_of_the_definition",
        norms,
    ),
    ("normalised_rows_have_length_one", normalised),
];

/// `x W^T + b` in double precision.
fn product(x: &[f32], weight: &[f32], bias: &[f32], inputs: usize) -> Vec<f32> {
    let rows = x.chunks_exact(inputs);
    let dot = |row: &[f32], line: &[f32]| -> f64 {
        row.iter()
            .zip(line)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    rows.flat_map(|row| {
        let lines = weight.chunks_exact(inputs).zip(bias);
        lines.map(move |(line, bias)| (dot(row, line) + f64::from(*bias)) as f32)
    })
    .collect()
}

/// The name of the kernel that multiplies activations by weights.
fn product_name(context: &Context) -> &'static str {
    match context.uses_f16() && context.has_matrix_units() {
        true => "product by matrix units",
        false => "product",
    }
}

struct Case {
    x: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// A product whose results are about 1.
fn case(rows: usize, inputs: usize, outputs: usize) -> Case {
    let scale = 1.0 / (inputs as f32).sqrt();
    Case {
        x: noise(rows * inputs, 1),
        weight: noise(outputs * inputs, 2)
            .iter()
            .map(|w| w * scale)
            .collect(),
        bias: noise(outputs, 3),
    }
}

impl Case {
    fn layer(&self, context: &Context) -> GpuLinear {
        let (outputs, inputs) = (self.bias.len(), self.weight.len() / self.bias.len());
        GpuLinear::new(context, &self.weight, Some(&self.bias), (inputs, outputs))
    }

    fn expected(&self, context: &Context) -> Vec<f32> {
        let inputs = self.weight.len() / self.bias.len();
        let (x, weight) = (kept(context, &self.x), kept(context, &self.weight));
        product(&x, &weight, &self.bias, inputs)
    }
}

fn products() {
    let shapes = (1usize..150, 1usize..90, 1usize..150);
    let tiles = prop::sample::select(vec![TileSize::Small, TileSize::Medium, TileSize::Large]);
    for_cases(24, (shapes, tiles), |((rows, inputs, outputs), tile)| {
        for context in CONTEXTS.iter() {
            let case = case(rows, inputs, outputs);
            let layer = case.layer(context);
            let mut recorder = Recorder::new(context).with_tile(tile);
            let x = recorder.activations(rows, inputs);
            let out = recorder.linear(&x, &layer, GpuEpilogue::ActivateInFull(Activation::None));
            let card = run(recorder, &[(x, &case.x)], out);
            let what = format!("{rows} x {inputs} to {outputs} in {tile:?} tiles");
            assert_near(
                context,
                product_name(context),
                &card,
                &case.expected(context),
                &what,
            );
        }
    });
}

/// Compares an activation with its definition in double precision.
type Defined = (Activation, fn(f64) -> f64);

fn activations() {
    let kinds: [Defined; 5] = [
        (Activation::None, |x| x),
        (Activation::Relu6, |x| x.clamp(0.0, 6.0)),
        (Activation::QuickGelu, |x| x / (1.0 + (-1.702 * x).exp())),
        (Activation::Gelu, |x| {
            0.5 * x * (1.0 + erf(x / std::f64::consts::SQRT_2))
        }),
        (Activation::GeluTanh, |x| {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }),
    ];
    // With one input, each output is the activation of a value that the test chooses.
    let x: Vec<f32> = (-600..=600).map(|i| i as f32 / 25.0).collect();
    for context in CONTEXTS.iter() {
        let layer = GpuLinear::new(context, &[1.0], None, (1, 1));
        for (kind, define) in &kinds {
            let card = computed(context, |recorder| {
                let input = recorder.activations(x.len(), 1);
                let out = recorder.linear(&input, &layer, GpuEpilogue::Activate(*kind));
                (vec![(input, x.as_slice())], out)
            });
            let cpu: Vec<f32> = kept(context, &x)
                .iter()
                .map(|x| define(f64::from(*x)) as f32)
                .collect();
            assert_near(context, "activations", &card, &cpu, &format!("{kind:?}"));
        }
    }
}

/// The error function by its series, far more exact than single precision.
fn erf(x: f64) -> f64 {
    let a = x.abs();
    if a > 4.5 {
        return x.signum();
    }
    let (mut term, mut sum) = (a, a);
    for n in 1..200 {
        term *= -a * a / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    x.signum() * sum * 2.0 / std::f64::consts::PI.sqrt()
}

fn additions() {
    for context in CONTEXTS.iter() {
        for_cases(
            12,
            (1usize..80, 1usize..60, 1usize..90, 1usize..80),
            |shape| {
                let (rows, inputs, outputs, period) = shape;
                let period = period.min(rows);
                let what = format!("{shape:?}");
                let case = case(rows, inputs, outputs);
                let layer = case.layer(context);
                let before = noise(rows * outputs, 5);
                let plain = case.expected(context);
                let card = computed(context, |recorder| {
                    let x = recorder.activations(rows, inputs);
                    let stream = recorder.input(rows, outputs);
                    let out = recorder.linear(&x, &layer, GpuEpilogue::AddTo(&stream));
                    (vec![(x, &case.x[..]), (stream, before.as_slice())], out)
                });
                let cpu: Vec<f32> = plain.iter().zip(&before).map(|(a, b)| a + b).collect();
                assert_near(
                    context,
                    product_name(context),
                    &card,
                    &cpu,
                    &format!("added in place, {what}"),
                );
                let table = GpuTable::new(context, &before[..period * outputs], outputs);
                let card = computed(context, |recorder| {
                    let x = recorder.activations(rows, inputs);
                    let out = recorder.linear(&x, &layer, GpuEpilogue::Add(&GpuRows::from(&table)));
                    (vec![(x, &case.x[..])], out)
                });
                let repeated = before[..period * outputs].iter().cycle();
                let cpu: Vec<f32> = plain.iter().zip(repeated).map(|(a, b)| a + b).collect();
                assert_near(
                    context,
                    product_name(context),
                    &card,
                    &cpu,
                    &format!("with repeated rows, {what}"),
                );
            },
        );
    }
}

fn split_weights() {
    for numbers in [GpuPrecision::Full, GpuPrecision::Fastest] {
        let context = Context::open(adapter(), numbers, None)
            .expect("opens")
            .with_max_bytes(4096);
        for_cases(12, (1usize..7, 1usize..60, 100usize..160), |shape| {
            let (rows, inputs, outputs) = shape;
            let case = case(rows, inputs, outputs);
            let layer = case.layer(&context);
            if inputs > 40 {
                assert!(layer.slices() > 2, "{} buffers", layer.slices());
            }
            let mut recorder = Recorder::new(&context);
            let x = recorder.activations(rows, inputs);
            let out = recorder.linear(&x, &layer, GpuEpilogue::ActivateInFull(Activation::None));
            let card = run(recorder, &[(x, &case.x)], out);
            let what = format!("split, {shape:?}");
            assert_near(
                &context,
                product_name(&context),
                &card,
                &case.expected(&context),
                &what,
            );
        });
    }
}

/// Splits a product into parts by rows of tiles, down to one row each.
fn cut_products() {
    let shapes = (1usize..200, 1usize..40, 1usize..50);
    for_cases(
        12,
        (shapes, 1e3..1e6),
        |((rows, inputs, outputs), longest)| {
            for context in CONTEXTS.iter() {
                let case = case(rows, inputs, outputs);
                let layer = case.layer(context);
                let before = noise(rows * outputs, 5);
                let recorder = Recorder::new(context).with_tile(TileSize::Small);
                let mut recorder = recorder.with_longest(longest);
                let x = recorder.activations(rows, inputs);
                let stream = recorder.input(rows, outputs);
                let out = recorder.linear(&x, &layer, GpuEpilogue::AddTo(&stream));
                let inputs: [(GpuRows, &[f32]); 2] = [(x, &case.x), (stream, &before)];
                let card = run(recorder, &inputs, out);
                let plain = case.expected(context);
                let cpu: Vec<f32> = plain.iter().zip(&before).map(|(a, b)| a + b).collect();
                let what = format!("{rows} rows in parts of {longest}");
                assert_near(context, product_name(context), &card, &cpu, &what);
            }
        },
    );
}

/// Buffers are reused. If the length of a row is not a multiple of the vector size, a product also reads the padding.
fn padding() {
    for_cases(
        8,
        (1usize..30, 1usize..4, 1usize..16),
        |(tokens, heads, size)| {
            let width = heads * size;
            let shape = (1, tokens, tokens, heads, size);
            let q = noise(tokens * width, 9);
            let kv = noise(tokens * 2 * width, 10);
            let after = case(tokens, width, 5);
            let not_numbers = vec![f32::NAN; tokens * 4 * width.div_ceil(4)];
            for context in CONTEXTS.iter() {
                let mut recorder = Recorder::new(context);
                let used = recorder.activations(tokens, 4 * width.div_ceil(4));
                let q_rows = recorder.activations(tokens, width);
                let kv_rows = recorder.activations(tokens, 2 * width);
                recorder.release(used.clone());
                let rows = (&q_rows, &kv_rows);
                let sizes = (tokens, heads, size);
                let attended_rows = attention::record(&mut recorder, rows, sizes, false);
                let layer = after.layer(context);
                let plain = GpuEpilogue::ActivateInFull(Activation::None);
                let out = recorder.linear(&attended_rows, &layer, plain);
                let inputs: [(GpuRows, &[f32]); 3] =
                    [(used, &not_numbers), (q_rows, &q), (kv_rows, &kv)];
                let card = run(recorder, &inputs, out);
                let middle = attended(&kept(context, &q), &kept(context, &kv), shape);
                let weight = kept(context, &after.weight);
                let cpu = product(&kept(context, &middle), &weight, &after.bias, width);
                assert!(card.iter().all(|v| v.is_finite()), "{shape:?}: {card:?}");
                assert_near(
                    context,
                    product_name(context),
                    &card,
                    &cpu,
                    &format!("after {shape:?}"),
                );
            }
        },
    );
}

fn strided_rows() {
    for context in CONTEXTS.iter() {
        let (sequences, tokens, width) = (3, 5, 22);
        let all = case(sequences * tokens, width, 13);
        let layer = all.layer(context);
        let card = computed(context, |recorder| {
            let x = recorder.activations(sequences * tokens, width);
            let first = x.of_each(tokens, 2);
            let out = recorder.linear(
                &first,
                &layer,
                GpuEpilogue::ActivateInFull(Activation::None),
            );
            (vec![(x, &all.x[..])], out)
        });
        let rows = all.expected(context);
        let cpu: Vec<f32> = rows
            .chunks_exact(tokens * 13)
            .flat_map(|rows| &rows[26..39])
            .copied()
            .collect();
        assert_near(
            context,
            product_name(context),
            &card,
            &cpu,
            "the third of each five rows",
        );
    }
}

fn norms() {
    for_cases(16, (1usize..40, 1usize..700), |(rows, width)| {
        let x: Vec<f32> = noise(rows * width, 6)
            .iter()
            .map(|v| 3.0 * v + 0.5)
            .collect();
        let (weight, bias) = (noise(width, 7), noise(width, 8));
        let cpu: Vec<f32> = x
            .chunks_exact(width)
            .flat_map(|row| {
                let n = width as f64;
                let mean = row.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
                let square = |v: &f32| (f64::from(*v) - mean).powi(2);
                let scale = 1.0 / (row.iter().map(square).sum::<f64>() / n + 1e-5).sqrt();
                let value = move |((v, w), b): ((&f32, &f32), &f32)| {
                    ((f64::from(*v) - mean) * scale * f64::from(*w) + f64::from(*b)) as f32
                };
                row.iter()
                    .zip(&weight)
                    .zip(&bias)
                    .map(value)
                    .collect::<Vec<_>>()
            })
            .collect();
        for context in CONTEXTS.iter() {
            let norm = GpuNorm::new(context, &weight, &bias, 1e-5);
            let card = computed(context, |recorder| {
                let input = recorder.input(rows, width);
                let out = recorder.layer_norm(&input, &norm);
                (vec![(input, x.as_slice())], out)
            });
            assert_near(
                context,
                "layer norm",
                &card,
                &cpu,
                &format!("{rows} rows of {width}"),
            );
        }
    });
}

fn normalised() {
    for_cases(16, (1usize..20, 1usize..1200), |(rows, width)| {
        let x = noise(rows * width, 13);
        for context in CONTEXTS.iter() {
            let mut recorder = Recorder::new(context);
            let input = recorder.input(rows, width);
            recorder.normalise(&input);
            let card = run(recorder, &[(input.clone(), &x)], input);
            let unit = |row: &[f32]| {
                let norm = row
                    .iter()
                    .map(|v| f64::from(*v).powi(2))
                    .sum::<f64>()
                    .sqrt();
                let scaled = row.iter().map(|v| (f64::from(*v) / norm) as f32);
                scaled.collect::<Vec<_>>()
            };
            let cpu: Vec<f32> = x.chunks_exact(width).flat_map(unit).collect();
            let what = format!("{rows} rows of {width}");
            assert_near(context, "normalise", &card, &cpu, &what);
        }
    });
}
