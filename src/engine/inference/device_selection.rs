//! Chooses the device for a model and tests that it computes correctly.

use std::collections::HashMap;

use candle_core::{DType, Tensor};
use candle_nn::VarBuilder;

use super::ModelError;
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Activation, pseudorandom};
use crate::engine::inference::device::{Device, DeviceChoice, DeviceError, DeviceProblem};
use crate::engine::inference::families::transformer::{Encoder, EncoderConfig};
use crate::engine::inference::layers::WeightFormat;

/// Lowest acceptable cosine similarity with the CPU's result.
const AGREEMENT: f32 = 0.999;
/// Encoder for the self-test: like CLIP's, but small.
const PROBE: EncoderConfig = EncoderConfig {
    width: 128,
    hidden: 256,
    layers: 2,
    heads: 2,
    activation: Activation::QuickGelu,
    epsilon: 1e-5,
    causal: false,
};
/// Sequence length of the self-test; odd, like CLIP's.
const TOKENS: usize = 17;

/// Opens the requested device. With [`DeviceChoice::Auto`], falls back to the CPU if a GPU is missing or computes
/// wrong results, and records the reason.
///
/// # Errors
/// Returns an error if an explicitly requested device cannot be used.
pub fn place(choice: DeviceChoice) -> Result<Device, ModelError> {
    let opened = Device::open(choice).and_then(|device| {
        if device.is_cpu() {
            return Ok(device);
        }
        let agreement = probe(&device).map_err(DeviceProblem::Probe)?;
        checked(device, agreement)
    });
    match (opened, choice) {
        (Ok(device), _) => Ok(device),
        (Err(reason), DeviceChoice::Auto) => Ok(Device::cpu_because(reason.to_string())),
        (Err(reason), choice) => Err(DeviceError { choice, reason }.into()),
    }
}

/// Accepts a device if `agreement`, the cosine similarity with the CPU's result, is high enough.
fn checked(device: Device, agreement: f32) -> Result<Device, DeviceProblem> {
    // Written so that NaN is rejected.
    if agreement >= AGREEMENT {
        return Ok(device);
    }
    Err(DeviceProblem::Disagrees {
        name: device.facts().name.clone(),
        agreement,
    })
}

/// Cosine similarity between the device's and the CPU's output of a small transformer.
fn probe(device: &Device) -> candle_core::Result<f32> {
    let here = forward(device, WeightFormat::Tensor)?;
    let there = forward(&Device::cpu(), WeightFormat::Float)?;
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    Ok(dot(&here, &there) / (dot(&here, &here) * dot(&there, &there)).sqrt())
}

fn forward(device: &Device, format: WeightFormat) -> candle_core::Result<Vec<f32>> {
    let (width, hidden) = (PROBE.width, PROBE.hidden);
    let mut weights = HashMap::new();
    let mut values = pseudorandom(0);
    let mut put = |name: String, shape: &[usize], scale: f32| {
        let count = shape.iter().product();
        let values = values.by_ref().take(count).map(|value| value * scale);
        let values: Vec<f32> = values.collect();
        weights.insert(
            name,
            Tensor::from_vec(values, shape, &candle_core::Device::Cpu)?,
        );
        candle_core::Result::Ok(())
    };
    for layer in 0..PROBE.layers {
        let base = format!("layers.{layer}");
        for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            put(
                format!("{base}.self_attn.{name}.weight"),
                &[width, width],
                0.15,
            )?;
            put(format!("{base}.self_attn.{name}.bias"), &[width], 0.1)?;
        }
        for (name, rows, columns) in [("fc1", hidden, width), ("fc2", width, hidden)] {
            put(format!("{base}.mlp.{name}.weight"), &[rows, columns], 0.12)?;
            put(format!("{base}.mlp.{name}.bias"), &[rows], 0.1)?;
        }
        for name in ["layer_norm1", "layer_norm2"] {
            put(format!("{base}.{name}.weight"), &[width], 1.0)?;
            put(format!("{base}.{name}.bias"), &[width], 0.1)?;
        }
    }
    put("input".into(), &[2 * TOKENS, width], 1.0)?;
    let vb = VarBuilder::from_tensors(weights, device.dtype(), device.inner());
    let input = vb.get((2 * TOKENS, width), "input")?;
    let encoder = Encoder::load_for_single_query(PROBE, format, &vb)?;
    let output = encoder.forward(input, TOKENS, 0, &Cancel::default())?;
    output.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_agrees_with_itself_and_wrong_results_are_refused() {
        let agreement = probe(&Device::cpu()).expect("a result");
        // Compares the CPU kernels with candle's operations.
        assert!((agreement - 1.0).abs() < 1e-5, "{agreement}");
        assert!(checked(Device::cpu(), agreement).is_ok());
        for wrong in [0.9, f32::NAN] {
            let why = checked(Device::cpu(), wrong).expect_err("refused");
            assert!(matches!(why, DeviceProblem::Disagrees { .. }), "{why}");
        }
    }

    #[test]
    fn left_to_choose_it_always_finds_a_device() {
        let device = place(DeviceChoice::Auto).expect("a device");
        assert_eq!(device.is_cpu(), device.facts().reason.is_some());
    }
}
