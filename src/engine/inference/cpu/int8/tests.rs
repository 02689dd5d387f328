use super::super::{Activation, pseudorandom};
use super::*;

fn noise(n: usize, seed: u32) -> Vec<f32> {
    pseudorandom(seed).take(n).collect()
}

#[test]
fn every_unit_sums_bit_by_bit_like_the_definition() {
    for isa in IntegerIsa::available() {
        for (rows, inputs, outputs) in [(1, 4, 1), (3, 7, 64), (13, 200, 130), (6, 3072, 64)] {
            let (a, weight) = (noise(rows * inputs, 1), noise(outputs * inputs, 2));
            let panels = PackedI8::for_isa(isa, &weight, &vec![0.0; outputs]);
            let mut quantised = Int8Rows::default();
            quantised.fill(&a, inputs);
            // The extreme values, where an intermediate sum might saturate.
            quantised.values[..inputs].fill(255);
            let mut out = vec![0f32; rows * outputs];
            let plain = GemmEpilogue::Activate(Activation::None);
            panels.multiply_rows(&quantised, plain, &mut out);
            for (at, got) in out.iter().enumerate() {
                let (row, output) = (at / outputs, at % outputs);
                let sum: i32 = (0..inputs)
                    .map(|input| {
                        let x = quantised.values[row * panels.depth + input];
                        i32::from(x) * i32::from(panels.values[panels.place(output, input)])
                    })
                    .sum();
                let mut sums = [[0i32; PANEL]; 1];
                sums[0][output % PANEL] = sum;
                let columns = panels.columns(output / PANEL);
                let mut want = vec![0f32; outputs];
                let range = &quantised.ranges[row..=row];
                finish_rows(&sums, range, &columns, plain, &mut want);
                assert_eq!(
                    got.to_bits(),
                    want[output].to_bits(),
                    "{isa:?} {row} {output}"
                );
            }
        }
    }
}

#[test]
fn what_reaches_a_line_is_what_the_whole_product_has_above_it() {
    for isa in IntegerIsa::available() {
        for (rows, inputs, outputs) in [(1, 4, 1), (3, 7, 64), (13, 200, 130), (7, 384, 63)] {
            let (a, weight) = (noise(rows * inputs, 6), noise(outputs * inputs, 7));
            let panels = PackedI8::for_isa(isa, &weight, &noise(outputs, 8));
            let mut all = vec![0f32; rows * outputs];
            let plain = GemmEpilogue::Activate(Activation::None);
            panels.multiply(&a, plain, &mut Int8Rows::default(), &mut all);
            let mut found = Vec::new();
            panels.products_above(&a, 1.0, &mut Int8Rows::default(), &mut found);
            found.sort_by_key(|hit| (hit.row, hit.output));
            let got: Vec<usize> = found.iter().map(|h| h.row * outputs + h.output).collect();
            let want: Vec<usize> = (0..all.len()).filter(|at| all[*at] >= 1.0).collect();
            assert_eq!(got, want, "{isa:?} {outputs}");
            for hit in found {
                let want = all[hit.row * outputs + hit.output];
                assert!((hit.product - want).abs() < 1e-4, "{isa:?}");
            }
        }
    }
}

#[test]
fn products_are_near_those_in_full_precision() {
    let (rows, inputs, outputs) = (9, 500, 70);
    let (a, weight, bias) = (
        noise(rows * inputs, 3),
        noise(outputs * inputs, 4),
        noise(outputs, 5),
    );
    let float = crate::engine::inference::cpu::PackedF32::new(&weight, &bias);
    let mut want = vec![0f32; rows * outputs];
    float.multiply(&a, GemmEpilogue::Activate(Activation::None), &mut want);
    for isa in IntegerIsa::available() {
        let panels = PackedI8::for_isa(isa, &weight, &bias);
        let mut got = vec![0f32; want.len()];
        let plain = GemmEpilogue::Activate(Activation::None);
        panels.multiply(&a, plain, &mut Int8Rows::default(), &mut got);
        let error: f32 = want.iter().zip(&got).map(|(a, b)| (a - b).powi(2)).sum();
        let size: f32 = want.iter().map(|a| a.powi(2)).sum();
        assert!(
            (error / size).sqrt() < 0.02,
            "{isa:?}: {}",
            (error / size).sqrt()
        );
    }
}

#[test]
fn bytes_count_as_they_are_and_damage_is_not_hidden() {
    let weight = [1.0, -1.0, 0.5, 0.25, 2.0];
    let panels = PackedI8::new(&weight, &[10.0]);
    let mut out = [0f32];
    let plain = GemmEpilogue::Activate(Activation::None);
    let mut rows = Int8Rows::default();
    panels.multiply_bytes(&[1, 2, 4, 8, 255], plain, &mut rows, &mut out);
    assert!((out[0] - 523.0).abs() < 3.0, "{out:?}");
    let around = PackedI8::around(&weight, &[10.0], &[1.0, 2.0, 4.0, 8.0, 255.0]);
    around.multiply_bytes(&[1, 2, 4, 8, 255], plain, &mut rows, &mut out);
    assert!(
        (out[0] - 10.0).abs() < 1e-3,
        "at the centre nothing is lost"
    );
    panels.multiply(&[0.0, 1.0, f32::NAN, 0.0, 0.0], plain, &mut rows, &mut out);
    assert!(out[0].is_nan());
    panels.multiply(&[0.0; 5], plain, &mut rows, &mut out);
    assert!((out[0] - 10.0).abs() < 1e-6);
}
