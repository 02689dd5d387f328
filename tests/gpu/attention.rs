//! Attention.

use lumisift::engine::inference::gpu::{AttentionInput, Context, GpuRows, Recorder};
use proptest::prelude::*;

use super::{CONTEXTS, assert_near, for_cases, kept, noise, run_named};

pub const TESTS: &[(&str, fn())] = &[
    ("attention_that_is_cut_is_the_same", cut_attention),
    (
        "attention_of_any_shape_is_that_of_the_definition",
        attention,
    ),
    (
        "one_query_for_all_sequences_attends_as_its_copies",
        shared_query,
    ),
];

/// Sizes of an attention: sequences, tokens, queries, heads, width of a head.
type Shape = (usize, usize, usize, usize, usize);

/// Attention by its definition. Queries are separate rows; keys and values are side by side.
pub fn attended(
    q: &[f32],
    kv: &[f32],
    (sequences, tokens, queries, heads, size): Shape,
) -> Vec<f32> {
    let width = heads * size;
    let mut out = vec![0f32; sequences * queries * width];
    for (at, out) in out.chunks_exact_mut(size).enumerate() {
        let (row, head) = (at / heads, at % heads * size);
        let sequence = row / queries;
        let query = &q[row * width + head..][..size];
        let token = |t: usize| (sequence * tokens + t) * 2 * width + head;
        let scores: Vec<f64> = (0..tokens)
            .map(|t| {
                let key = &kv[token(t)..][..size];
                let dot: f64 = query.iter().zip(key).map(|(a, b)| f64::from(a * b)).sum();
                (dot / (size as f64).sqrt()).exp()
            })
            .collect();
        let sum: f64 = scores.iter().sum();
        for (column, out) in out.iter_mut().enumerate() {
            let value = |t: usize| f64::from(kv[token(t) + width + column]);
            *out = (0..tokens).map(|t| scores[t] / sum * value(t)).sum::<f64>() as f32;
        }
    }
    out
}

fn attention_on_card(
    context: &Context,
    values: (&[f32], &[f32]),
    shape: Shape,
    shared: bool,
) -> (Vec<f32>, &'static str) {
    attention_by(Recorder::new(context), values, shape, shared)
}

/// Records attention, given tokens, heads and the width of a head.
pub fn record(
    recorder: &mut Recorder,
    (queries, keys_values): (&GpuRows, &GpuRows),
    (tokens, heads, size): (usize, usize, usize),
    shared: bool,
) -> GpuRows {
    let width = heads * size;
    recorder.attention(&AttentionInput {
        queries,
        shared,
        keys_values,
        columns: [0, 0, width],
        tokens,
        heads,
        width,
        scale: 1.0 / (size as f32).sqrt(),
    })
}

/// Attention by the card, and the name of its kernel.
fn attention_by(
    mut recorder: Recorder,
    (q, kv): (&[f32], &[f32]),
    (sequences, tokens, queries, heads, size): Shape,
    shared: bool,
) -> (Vec<f32>, &'static str) {
    let width = heads * size;
    let rows = if shared { queries } else { sequences * queries };
    let q_rows = recorder.activations(rows, width);
    let kv_rows = recorder.activations(sequences * tokens, 2 * width);
    let out = record(
        &mut recorder,
        (&q_rows, &kv_rows),
        (tokens, heads, size),
        shared,
    );
    let inputs = [(q_rows, q), (kv_rows, kv)];
    run_named(recorder, &inputs, out)
}

fn attention() {
    let sizes = prop::sample::select(vec![1, 3, 8, 12, 16, 32, 33, 48, 64, 72, 80, 104, 128, 256]);
    let shapes = (1usize..4, 1usize..70, 1usize..40, 1usize..4, sizes);
    for_cases(20, shapes, |shape| {
        let (sequences, tokens, queries, heads, size) = shape;
        let width = heads * size;
        let q = noise(sequences * queries * width, 9);
        let kv = noise(sequences * tokens * 2 * width, 10);
        for context in CONTEXTS.iter() {
            let (card, kernel) = attention_on_card(context, (&q, &kv), shape, false);
            let cpu = attended(&kept(context, &q), &kept(context, &kv), shape);
            assert_near(context, kernel, &card, &cpu, &format!("{shape:?}"));
        }
    });
}

fn shared_query() {
    let (sequences, tokens, heads, size) = (3, 49, 2, 12);
    let width = heads * size;
    let q = noise(width, 11);
    let kv = noise(sequences * tokens * 2 * width, 12);
    for context in CONTEXTS.iter() {
        let shape = (sequences, tokens, 1, heads, size);
        let (card, kernel) = attention_on_card(context, (&q, &kv), shape, true);
        let copies = q.repeat(sequences);
        let cpu = attended(&kept(context, &copies), &kept(context, &kv), shape);
        assert_near(context, kernel, &card, &cpu, "shared");
    }
}

fn cut_attention() {
    let shapes = (1usize..5, 1usize..70, 1usize..70, 1usize..3, 1usize..20);
    for_cases(12, (shapes, 1e2..1e6), |(shape, longest)| {
        let (sequences, tokens, queries, heads, size) = shape;
        let width = heads * size;
        let q = noise(sequences * queries * width, 9);
        let kv = noise(sequences * tokens * 2 * width, 10);
        for context in CONTEXTS.iter() {
            let recorder = Recorder::new(context).with_longest(longest);
            let (card, kernel) = attention_by(recorder, (&q, &kv), shape, false);
            let cpu = attended(&kept(context, &q), &kept(context, &kv), shape);
            let what = format!("{shape:?} in parts of {longest}");
            assert_near(context, kernel, &card, &cpu, &what);
        }
    });
}
