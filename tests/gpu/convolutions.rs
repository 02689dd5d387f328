//! Kernels over pixels: patches, neighbourhoods, depthwise filters, means.

use lumisift::engine::inference::cpu::DepthwiseShape;
use lumisift::engine::inference::gpu::{
    self, Context, GpuDepthwise, GpuPlan, Recorder, UnfoldShape,
};
use proptest::prelude::*;

use super::{CONTEXTS, HANG_TIMEOUT, assert_near, computed, for_cases, kept, noise};

pub const TESTS: &[(&str, fn())] = &[
    ("pictures_are_cut_into_normalised_patches", patches),
    (
        "pictures_are_cut_into_neighbourhoods_with_padding",
        neighbourhoods,
    ),
    (
        "depthwise_filters_of_any_shape_are_those_of_the_definition",
        depthwise,
    ),
    ("means_are_over_the_places_of_each_picture", means),
];

const MEAN: [f32; 3] = [0.48, 0.46, 0.41];
const STD: [f32; 3] = [0.27, 0.26, 0.28];

/// Reference implementation of the rows.
fn unfolded(pictures: &[u8], count: usize, shape: UnfoldShape) -> Vec<f32> {
    let UnfoldShape {
        side, kernel, grid, ..
    } = shape;
    let mut out = Vec::new();
    for picture in 0..count {
        out.resize(out.len() + shape.before * 3 * kernel * kernel, 0.0);
        for place in 0..grid * grid {
            for input in 0..3 * kernel * kernel {
                let (channel, tap) = (input / (kernel * kernel), input % (kernel * kernel));
                let y = (place / grid * shape.stride + tap / kernel).checked_sub(shape.padding);
                let x = (place % grid * shape.stride + tap % kernel).checked_sub(shape.padding);
                out.push(match (y, x) {
                    (Some(y), Some(x)) if y < side && x < side => {
                        let at = ((picture * side + y) * side + x) * 3 + channel;
                        (f32::from(pictures[at]) / 255.0 - MEAN[channel]) / STD[channel]
                    }
                    _ => 0.0,
                });
            }
        }
    }
    out
}

fn check_unfold(context: &Context, count: usize, shape: UnfoldShape) {
    let pictures: Vec<u8> = (0..count * 3 * shape.side * shape.side)
        .map(|i| (i * 7919 % 256) as u8)
        .collect();
    let mut recorder = Recorder::new(context);
    let buffer = recorder.pictures(pictures.len());
    let out = recorder.unfold(&buffer, count, shape);
    let plan: GpuPlan = recorder.finish(out).expect("a plan");
    plan.write_pictures(context, &buffer, &[&pictures]);
    let card = gpu::run(context, &plan, HANG_TIMEOUT).expect("runs");
    assert_near(
        context,
        "unfold",
        &card,
        &unfolded(&pictures, count, shape),
        &format!("{shape:?}"),
    );
}

fn patches() {
    for_cases(
        12,
        (1usize..4, 1usize..17, 1usize..5, 0usize..2, 0usize..3),
        |case| {
            let (count, kernel, grid, before, rest) = case;
            let shape = UnfoldShape {
                // Pixels left over at the right and bottom belong to no patch.
                side: kernel * grid + rest.min(kernel - 1),
                kernel,
                stride: kernel,
                padding: 0,
                grid,
                before,
                mean: MEAN,
                std: STD,
            };
            CONTEXTS
                .iter()
                .for_each(|context| check_unfold(context, count, shape));
        },
    );
}

fn neighbourhoods() {
    for (side, kernel, stride) in [(9, 3, 2), (8, 3, 2), (7, 5, 1), (1, 3, 2)] {
        let (grid, padding) = DepthwiseShape::same(side, kernel, stride);
        let shape = UnfoldShape {
            side,
            kernel,
            stride,
            padding,
            grid,
            before: 0,
            mean: MEAN,
            std: STD,
        };
        CONTEXTS
            .iter()
            .for_each(|context| check_unfold(context, 3, shape));
    }
}

fn depthwise() {
    let kernels = prop::sample::select(vec![1usize, 3, 5]);
    for_cases(
        20,
        (1usize..3, 1usize..20, 1usize..40, kernels, 1usize..3),
        |case| {
            let (pictures, side, channels, kernel, stride) = case;
            let x = noise(pictures * side * side * channels, 20);
            let weight = noise(channels * kernel * kernel, 21);
            let bias = noise(channels, 22);
            let (grid, padding) = DepthwiseShape::same(side, kernel, stride);
            for context in CONTEXTS.iter() {
                let seen = kept(context, &x);
                let mut cpu = Vec::new();
                for at in 0..pictures * grid * grid * channels {
                    let (place, channel) = (at / channels, at % channels);
                    let (picture, y, x) =
                        (place / (grid * grid), place / grid % grid, place % grid);
                    let mut sum = bias[channel];
                    for tap in 0..kernel * kernel {
                        let line = (y * stride + tap / kernel).wrapping_sub(padding);
                        let column = (x * stride + tap % kernel).wrapping_sub(padding);
                        if line < side && column < side {
                            let value = seen
                                [((picture * side + line) * side + column) * channels + channel];
                            sum += value * weight[channel * kernel * kernel + tap];
                        }
                    }
                    cpu.push(sum.clamp(0.0, 6.0));
                }
                let filter = GpuDepthwise::new(context, &weight, &bias, (kernel, stride));
                let card = computed(context, |recorder| {
                    let input = recorder.activations(pictures * side * side, channels);
                    let (out, out_side) = recorder.depthwise(&input, side, &filter);
                    assert_eq!(out_side, grid);
                    (vec![(input, x.as_slice())], out)
                });
                assert_near(context, "depthwise", &card, &cpu, &format!("{case:?}"));
            }
        },
    );
}

fn means() {
    let shapes = (1usize..5, 1usize..100, 1usize..130);
    for_cases(16, shapes, |(pictures, places, channels)| {
        let x = noise(pictures * places * channels, 23);
        for context in CONTEXTS.iter() {
            let seen = kept(context, &x);
            let mean = |at: usize| {
                let (picture, channel) = (at / channels, at % channels);
                let value =
                    |place| f64::from(seen[(picture * places + place) * channels + channel]);
                ((0..places).map(value).sum::<f64>() / places as f64) as f32
            };
            let cpu: Vec<f32> = (0..pictures * channels).map(mean).collect();
            let card = computed(context, |recorder| {
                let input = recorder.activations(pictures * places, channels);
                let out = recorder.mean(&input, places);
                (vec![(input, x.as_slice())], out)
            });
            let what = format!("{pictures} x {places} places of {channels}");
            assert_near(context, "mean", &card, &cpu, &what);
        }
    });
}
