//! Pseudorandom numbers that are the same on every machine.

/// Uniform from -1 to 1.
pub fn noise() -> impl FnMut() -> f32 {
    let mut seed = 1u64;
    move || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / 8_388_608.0 - 1.0
    }
}
