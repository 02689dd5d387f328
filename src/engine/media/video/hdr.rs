//! Frames of high dynamic range, as phones record them, to sRGB: what is as bright as paper stays so, and what is
//! brighter is pressed into what is left.

use super::track::Colour;

/// Transfers of ITU-R BT.2100 in H.273.
const PQ: u16 = 16;
const HLG: u16 = 18;
/// The primaries of ITU-R BT.2020 in H.273.
const BT_2020: u16 = 9;
/// How bright paper is, in candela a square metre, and the brightest that is told apart (ITU-R BT.2408).
const PAPER: f32 = 203.0;
const PEAK: f32 = 1000.0;
/// Where pressing begins, as a part of paper's brightness.
const KNEE: f32 = 0.7;
/// Steps of the table of transfers.
const STEPS: usize = 1024;

/// How values become light, and which colours they are of.
pub struct Tone {
    /// Light of a value, paper being 1.
    light: Vec<f32>,
    wide: bool,
}

impl Tone {
    /// That of a frame, if it is of high dynamic range.
    pub fn of(colour: Colour) -> Option<Self> {
        let transfer: fn(f32) -> f32 = match colour.transfer {
            PQ => pq,
            HLG => hlg,
            _ => return None,
        };
        let step = |at: usize| transfer(at as f32 / (STEPS - 1) as f32) / PAPER;
        Some(Self {
            light: (0..STEPS).map(step).collect(),
            wide: colour.primaries == BT_2020,
        })
    }

    /// A pixel, from 0 to 1, in sRGB.
    pub fn to_srgb(&self, pixel: [f32; 3]) -> [f32; 3] {
        let light = pixel.map(|value| {
            let at = (value * (STEPS - 1) as f32 + 0.5) as usize;
            self.light[at.min(STEPS - 1)]
        });
        let [r, g, b] = light;
        // ITU-R BT.2087.
        let light = match self.wide {
            true => [
                1.6605 * r - 0.5876 * g - 0.0728 * b,
                -0.1246 * r + 1.1329 * g - 0.0083 * b,
                -0.0182 * r - 0.1006 * g + 1.1187 * b,
            ],
            false => light,
        };
        let brightest = light.into_iter().fold(0.0, f32::max);
        // All channels alike, so that colours keep their hue.
        let factor = if brightest > KNEE {
            pressed(brightest) / brightest
        } else {
            1.0
        };
        light.map(|value| srgb((value * factor).clamp(0.0, 1.0)))
    }
}

/// From the knee to the peak, pressed between the knee and 1.
fn pressed(light: f32) -> f32 {
    let over = (light - KNEE) / (PEAK / PAPER - KNEE);
    let room = 1.0 - KNEE;
    let slope = (PEAK / PAPER - KNEE) / room;
    KNEE + room * (slope * over) / (1.0 + (slope - 1.0) * over)
}

/// SMPTE ST 2084, in candela a square metre.
fn pq(value: f32) -> f32 {
    let power = value.powf(32.0 / 2523.0);
    let above = (power - 0.835_937_5).max(0.0);
    10_000.0 * (above / (18.851_563 - 18.6875 * power)).powf(16384.0 / 2610.0)
}

/// ARIB STD-B67 on a screen of the peak's brightness; the gamma of the whole is left out for each channel alone.
fn hlg(value: f32) -> f32 {
    let light = match value <= 0.5 {
        true => value * value / 3.0,
        false => (((value - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
    };
    PEAK * light.powf(1.2)
}

fn srgb(light: f32) -> f32 {
    match light <= 0.003_130_8 {
        true => 12.92 * light,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(transfer: u16) -> Tone {
        let colour = Colour {
            primaries: BT_2020,
            transfer,
            matrix: 9,
            full_range: false,
        };
        Tone::of(colour).expect("high dynamic range")
    }

    #[test]
    fn paper_is_nearly_white_and_grey_stays_grey() {
        // ITU-R BT.2408: paper is at 58 % of PQ and at 75 % of HLG.
        for (transfer, paper) in [(PQ, 0.58), (HLG, 0.75)] {
            let tone = tone(transfer);
            let [r, g, b] = tone.to_srgb([paper; 3]);
            assert!((0.85..0.98).contains(&r), "{transfer}: {r}");
            assert!((r - g).abs() < 0.01 && (g - b).abs() < 0.01);
            assert_eq!(tone.to_srgb([0.0; 3]), [0.0; 3]);
            assert!(tone.to_srgb([1.0; 3])[1] >= r);
        }
        let plain = Colour {
            primaries: 1,
            transfer: 1,
            matrix: 1,
            full_range: false,
        };
        assert!(Tone::of(plain).is_none());
    }

    #[test]
    fn pressing_goes_from_the_knee_to_white() {
        assert!((pressed(KNEE) - KNEE).abs() < 1e-5);
        assert!((pressed(PEAK / PAPER) - 1.0).abs() < 1e-5);
        assert!(pressed(1.0) < pressed(2.0));
    }
}
