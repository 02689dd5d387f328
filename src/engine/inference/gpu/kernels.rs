//! Kernels in WGSL: templates in `kernels/` are filled in with types and sizes. Inner loops are unrolled here, because
//! not every driver's compiler unrolls loops over registers.

mod attention;
#[cfg(test)]
mod backends;
mod matrix_attention;
mod matrix_units;
mod product;

use super::element::ElementType;

pub use attention::{AttentionTile, attention};
pub use matrix_attention::{
    QUERIES as MATRIX_QUERIES, attention_matrix, takes as matrix_attention_takes,
};
pub use matrix_units::gemm_matrix;
pub use product::{ProductElements, StoreMode, TileSize, gemm};

/// Default number of invocations per workgroup.
pub const THREADS: u32 = 64;

/// Kernel name of matrix products, which reach a higher share of peak throughput than other kernels.
pub const PRODUCT: &str = "product";
/// Kernel name of matrix products by matrix units.
pub const MATRIX_PRODUCT: &str = "product by matrix units";

/// Source of a kernel, and the number of buffers that it reads; its output buffer follows them.
#[derive(Clone)]
pub struct Kernel {
    pub name: &'static str,
    pub source: String,
    pub inputs: usize,
}

fn fill(template: &str, half: bool, values: &[(&str, String)]) -> String {
    let mut source = String::new();
    if half {
        source.push_str("enable f16;\n");
    }
    source.push_str(template);
    for (name, value) in values {
        source = source.replace(&format!("{{{name}}}"), value);
    }
    source
}

pub fn layer_norm(output: ElementType) -> Kernel {
    Kernel {
        name: "layer norm",
        source: fill(
            include_str!("kernels/layer_norm.wgsl"),
            output == ElementType::F16,
            &[("output", output.wgsl().into())],
        ),
        inputs: 3,
    }
}

fn of_elements(name: &'static str, template: &str, element: ElementType, inputs: usize) -> Kernel {
    Kernel {
        name,
        source: fill(
            template,
            element == ElementType::F16,
            &[("element", element.wgsl().into())],
        ),
        inputs,
    }
}

pub fn unfold(element: ElementType) -> Kernel {
    of_elements("unfold", include_str!("kernels/unfold.wgsl"), element, 1)
}

pub fn depthwise(element: ElementType) -> Kernel {
    of_elements(
        "depthwise",
        include_str!("kernels/depthwise.wgsl"),
        element,
        3,
    )
}

pub fn mean(element: ElementType) -> Kernel {
    of_elements("mean", include_str!("kernels/mean.wgsl"), element, 1)
}

pub fn normalise() -> Kernel {
    of_elements(
        "normalise",
        include_str!("kernels/normalise.wgsl"),
        ElementType::F32,
        0,
    )
}

#[cfg(test)]
mod tests {
    use super::super::adapter_limits::AdapterLimits;
    use super::ElementType;

    pub(super) fn capabilities(element: ElementType, memory: usize) -> AdapterLimits {
        AdapterLimits {
            element,
            memory,
            subgroup: 32,
            enough_workgroups: 96,
            matrix_units: None,
        }
    }
}
