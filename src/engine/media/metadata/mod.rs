//! Keywords, ratings, colour labels and dates from other programs, in XMP sidecars and in photos. All sources are read;
//! additions are planned, merged into existing metadata, and can be undone as a whole.

mod cache;
mod description;
pub(crate) mod edit;
mod error;
mod facts;
pub(crate) mod inside;
pub(crate) mod look;
pub(crate) mod names;
mod splices;
pub(crate) mod text;
mod xml;
pub mod xmp;

pub use description::NewDescription;
pub use edit::{Additions, KnownKeywords};
pub use error::MetadataError;
pub use facts::SourceFacts;
pub(crate) use inside::all as all_inside;
pub use inside::facts as facts_inside;
pub use look::{MetadataSource, Origins, PhotoMetadata, changed, said};
pub use names::SidecarNaming;

/// Maximum size of a sidecar.
pub(crate) const MAX_BYTES: u64 = 16 << 20;
