//! Reproducible values for self-tests, benchmarks and tests.

/// Pseudorandom values from -1 to 1, which are the same on every machine.
pub fn pseudorandom(seed: u32) -> impl Iterator<Item = f32> {
    let mut number = seed;
    std::iter::repeat_with(move || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 8) as f32 / 8_388_608.0 - 1.0
    })
}
