//! Warnings about files of which only a part can be shown.

/// Of a file that ends before its picture does.
pub const CUT_SHORT: &str = "the file is cut short: only a part of the picture is there";
/// Of a file with faults in its picture data.
pub const DAMAGED: &str = "the file is damaged: only a part of the picture could be read";

/// Of a file that ends before its picture does, where what is missing may be details everywhere or parts.
pub const DETAILS_MISSING: &str =
    "the file is cut short: fine details or parts of the picture are missing";

/// Of a file that ends before its picture does, with how much is missing.
pub fn cut_short(percent: usize) -> String {
    format!("the file is cut short: about {percent} % of the picture is missing")
}

/// Of a file with faults in its picture data, with how much is lost.
pub fn damaged(percent: usize) -> String {
    format!("the file is damaged: about {percent} % of the picture is lost")
}
