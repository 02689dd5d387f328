//! The Python package `lumisift`: the engine's model behind [`Encoder`].
//!
//! `encoder` is the class, `pictures` its arguments, `matrix` its results, `errors` its exceptions, and `interrupt` keeps
//! Ctrl+C working while the engine is busy. `lumisift.pyi` has the types.

mod encoder;
mod errors;
mod interrupt;
mod matrix;
mod pictures;

use pyo3::prelude::*;

/// Vectors of pictures and texts, and matches between pictures and labels.
#[pymodule(name = "lumisift")]
mod module {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::encoder::Encoder;
    #[pymodule_export]
    use crate::errors::{ModelError, PictureError};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // What an exception says where it knows no more.
        let picture_error = module.py().get_type::<PictureError>();
        picture_error.setattr("path", module.py().None())?;
        picture_error.setattr("index", module.py().None())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
