//! Counts of written files, with messages shared by the window and the command line.

use std::fmt;

/// Numbers of files by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SidecarCount {
    /// Sidecars.
    pub sidecars: usize,
    /// Photos with embedded metadata.
    pub photos: usize,
}

impl SidecarCount {
    /// Adds one file.
    pub fn add(&mut self, is_photo: bool) {
        match is_photo {
            true => self.photos += 1,
            false => self.sidecars += 1,
        }
    }

    /// The total.
    #[must_use]
    pub fn total(self) -> usize {
        self.sidecars + self.photos
    }

    /// Summarises a plan; `unchanged` files need no change.
    #[must_use]
    pub fn to_write(self, unchanged: usize) -> String {
        format!("{self} to write, {unchanged} already up to date")
    }

    /// Summarises a write; `unchanged` files needed no change.
    #[must_use]
    pub fn written(self, unchanged: usize) -> String {
        format!("{self} written, {unchanged} already up to date")
    }

    /// Summarises an undo.
    #[must_use]
    pub fn restored(self) -> String {
        match self.total() {
            1 => format!("{self} is as it was before"),
            _ => format!("{self} are as they were before"),
        }
    }
}

impl fmt::Display for SidecarCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count, one, many| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let sidecars = of(self.sidecars, "sidecar", "sidecars");
        let photos = of(self.photos, "photo", "photos");
        match (self.sidecars, self.photos) {
            (_, 0) => f.write_str(&sidecars),
            (0, _) => f.write_str(&photos),
            _ => write!(f, "{photos} and {sidecars}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_by_what_they_are() {
        let count = |sidecars, photos| SidecarCount { sidecars, photos };
        let text = |sidecars, photos| count(sidecars, photos).written(0);
        assert_eq!(text(1, 0), "1 sidecar written, 0 already up to date");
        assert_eq!(text(0, 0), "0 sidecars written, 0 already up to date");
        assert_eq!(text(0, 2), "2 photos written, 0 already up to date");
        assert_eq!(
            text(1, 1),
            "1 photo and 1 sidecar written, 0 already up to date"
        );
        let to_write = count(2, 0).to_write(3);
        assert_eq!(to_write, "2 sidecars to write, 3 already up to date");
        assert_eq!(count(0, 1).restored(), "1 photo is as it was before");
        assert_eq!(
            count(1, 1).restored(),
            "1 photo and 1 sidecar are as they were before"
        );
    }
}
