//! Reading pictures, videos and their metadata.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/corpus.rs"]
mod corpus;
#[path = "../common/tiff.rs"]
mod files;
#[path = "../common/fixtures.rs"]
mod fixtures;
#[path = "../common/gps.rs"]
mod gps;
#[path = "../common/lab.rs"]
mod lab;
#[path = "../common/xmp_shapes.rs"]
mod shapes;

mod avif;
mod bad_input;
mod broken_boxes;
mod broken_metadata;
mod damage_corpus;
mod exif_corpus;
mod format_corpus;
mod formats;
mod heic_boxes;
mod paired_files;
mod places;
mod png;
mod raw;
mod scan;
mod small_formats;
mod tiff;
mod video;
mod xmp_corpus;
