//! Keywords, ratings, colour labels and dates from other programs, in XMP sidecars and in photos. All sources are read;
//! additions are planned, merged into existing metadata, and can be undone as a whole.

mod cache;
mod description;
pub(crate) mod edit;
pub(crate) mod embedded;
mod error;
mod facts;
pub(crate) mod names;
pub(crate) mod photo_metadata;
mod splices;
pub(crate) mod text;
mod xml;
pub mod xmp;

pub use description::NewDescription;
pub use edit::{Additions, KnownKeywords};
pub(crate) use embedded::all as embedded_metadata;
pub use embedded::facts as embedded_facts;
pub use error::MetadataError;
pub use facts::SourceFacts;
pub use names::SidecarNaming;
pub use photo_metadata::{MetadataSource, Origins, PhotoMetadata, read_changed, read_nonempty};

/// Maximum size of a sidecar.
pub(crate) const MAX_BYTES: u64 = 16 << 20;
