//! The kernels of `src/engine/inference/cpu`, as a separate crate.

/// They refer to themselves by their path in the program.
#[path = "../../src/engine"]
pub mod engine {
    pub mod inference {
        pub mod cpu;
    }
}
