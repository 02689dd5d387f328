//! From folders to pixels: scanning, decoding (upright, in sRGB) and metadata.

pub mod appearance;
pub mod dates;
pub mod decode;
pub(in crate::engine) mod file_names;
mod input;
#[cfg_attr(
    not(all(feature = "avif", feature = "heic")),
    allow(dead_code, unused_imports, reason = "not every format needs all of it")
)]
mod iso_media;
pub mod mark;
pub mod memory_budget;
pub mod metadata;
pub mod multi_crop;
pub mod own_exports;
pub mod paired_files;
pub mod photo;
pub mod places;
pub mod preprocess;
pub mod reading;
pub mod samples;
pub mod scan;
mod taken;
pub mod takeout;
pub mod thumbnail;
#[cfg(feature = "video")]
pub mod video;
