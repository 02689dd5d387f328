//! Warnings about partially readable files.

/// For truncated files.
pub const CUT_SHORT: &str = "the file is cut short: only a part of the picture is there";
/// For files with corrupt picture data.
pub const DAMAGED: &str = "the file is damaged: only a part of the picture could be read";

/// For truncated files that lack detail, parts of the picture, or both.
pub const DETAILS_MISSING: &str =
    "the file is cut short: fine details or parts of the picture are missing";

/// For truncated files, with the missing percentage.
pub fn cut_short(percent: usize) -> String {
    format!("the file is cut short: about {percent} % of the picture is missing")
}

/// For files with corrupt picture data, with the lost percentage.
pub fn damaged(percent: usize) -> String {
    format!("the file is damaged: about {percent} % of the picture is lost")
}

/// Whether a warning says that a file is truncated.
#[must_use]
pub fn is_cut_short(warning: &str) -> bool {
    warning.starts_with("the file is cut short")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_files_are_told_from_damaged_ones() {
        for warning in [CUT_SHORT, DETAILS_MISSING, cut_short(7).as_str()] {
            assert!(is_cut_short(warning), "{warning}");
        }
        for warning in [DAMAGED, damaged(7).as_str()] {
            assert!(!is_cut_short(warning), "{warning}");
        }
    }
}
