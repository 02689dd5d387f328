//! The Python package `lumisift`: embeds and scores pictures with the engine.
//!
//! `encoder` has the class `Encoder`, `pictures` its arguments, `matrix` its results and `errors` its exceptions;
//! `interrupt` runs the engine without the interpreter's lock. `lumisift.pyi` declares the types.

mod encoder;
mod errors;
mod interrupt;
mod matrix;
mod pictures;

use pyo3::prelude::*;

/// Embeds pictures and texts as vectors, and scores pictures against labels.
#[pymodule(name = "lumisift")]
mod module {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::encoder::Encoder;
    #[pymodule_export]
    use crate::errors::{ModelError, PictureError};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // Defaults, so that every instance has both attributes.
        let picture_error = module.py().get_type::<PictureError>();
        picture_error.setattr("path", module.py().None())?;
        picture_error.setattr("index", module.py().None())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
