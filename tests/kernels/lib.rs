//! The kernels of `src/engine/inference/cpu`, with nothing around them.

/// They name themselves by their place in the program.
#[path = "../../src/engine"]
pub mod engine {
    pub mod inference {
        pub mod cpu;
    }
}
