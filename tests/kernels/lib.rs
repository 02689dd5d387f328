//! The kernels of `src/core/kernels`, with nothing around them.

/// They name themselves by their place in the program.
#[path = "../../src/core"]
pub mod core {
    pub mod kernels;
}
