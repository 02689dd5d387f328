use super::super::header::{Coding, read_header};
use super::*;
use std::path::Path;

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/progressive");
    std::fs::read(dir.join(name)).expect("a fixture")
}

fn decoded(bytes: &[u8], eighths: usize) -> Result<Scaled, Unsupported> {
    let file = read_header(bytes)?;
    assert_eq!(file.0.coding, Coding::Progressive);
    decode(bytes, file, eighths, &Cancel::default())
}

#[test]
fn scaled_pictures_are_close_to_averages_of_the_full_ones() {
    for name in [
        "colour-420.jpg",
        "colour-444-restarts.jpg",
        "grey.jpg",
        "coarse.jpg",
    ] {
        let bytes = fixture(name);
        let full = image::load_from_memory(&bytes)
            .expect("decodes")
            .into_rgb8();
        for eighths in [1, 2, 4] {
            let ours = decoded(&bytes, eighths).expect("decodes");
            let side = 8 / eighths as u32;
            assert_eq!(ours.width, full.width().div_ceil(side), "{name}");
            let (mut off, mut count) = (0.0, 0.0);
            for y in 0..full.height() / side {
                for (x, channel) in
                    (0..full.width() / side).flat_map(|x| (0..3).map(move |c| (x, c)))
                {
                    let area = (0..side).flat_map(|dy| (0..side).map(move |dx| (dx, dy)));
                    let sum: u32 = area
                        .map(|(dx, dy)| full.get_pixel(x * side + dx, y * side + dy).0[channel])
                        .map(u32::from)
                        .sum();
                    let at = (y * ours.width + x) as usize * 3 + channel;
                    off +=
                        (f64::from(ours.rgb[at]) - f64::from(sum) / f64::from(side * side)).abs();
                    count += 1.0;
                }
            }
            let mean = off / count;
            assert!(
                mean < 3.5,
                "{name} at {eighths}/8: {mean:.2} off on average"
            );
        }
    }
}

#[test]
fn files_without_their_end_are_left_to_others() {
    let bytes = fixture("colour-420.jpg");
    for length in (0..bytes.len()).step_by(97) {
        assert!(decoded(&bytes[..length], 2).is_err(), "cut at {length}");
    }
}
