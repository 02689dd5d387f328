//! Results: matrices that are passed to NumPy without a copy.

use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2};
use pyo3::prelude::*;

use crate::errors::CallError;

/// A row-major matrix.
pub struct Matrix {
    rows: usize,
    width: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// A matrix of NaN.
    pub fn nan(rows: usize, width: usize) -> Self {
        Self {
            rows,
            width,
            values: vec![f32::NAN; rows * width],
        }
    }

    /// A matrix of these values.
    pub fn of(rows: usize, width: usize, values: Vec<f32>) -> Self {
        Self {
            rows,
            width,
            values,
        }
    }

    /// Sets a row.
    pub fn set(&mut self, row: usize, values: &[f32]) {
        self.values[row * self.width..][..self.width].copy_from_slice(values);
    }

    /// Converts it to an array, which takes ownership of the values.
    pub fn into_array(self, py: Python<'_>) -> Result<Bound<'_, PyArray2<f32>>, CallError> {
        let array = Array2::from_shape_vec((self.rows, self.width), self.values);
        let array = array.map_err(|error| CallError::Model(error.to_string()))?;
        Ok(array.into_pyarray(py))
    }
}
