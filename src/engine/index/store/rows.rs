//! The rows of a vector file that belong to one photo.

/// The rows of one photo: the first vector is that of the model's standard crop, the others are of further crops of a
/// wide picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoRows {
    /// Index of the first row.
    pub first: u32,
    /// Number of rows, at least one.
    pub count: u8,
}

impl PhotoRows {
    /// The row after the last one.
    pub fn end(self) -> u32 {
        self.first.saturating_add(self.count.into())
    }
}
