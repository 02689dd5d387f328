//! Keywords, ratings, colours and dates that other programs keep: in XMP sidecars and inside photos. Read from wherever
//! they stand; written as planned, merged into what is there, and taken back as a whole.

mod cache;
mod count;
mod edit;
mod facts;
mod inside;
mod journal;
mod look;
mod names;
mod parse;
mod patch;
mod plan;
mod replace;
mod splices;
mod text;
mod xml;
pub mod xmp;

pub use count::Count;
pub use edit::{Additions, Known};
pub use facts::Facts;
pub use inside::facts as facts_inside;
pub use journal::{apply, undo};
pub use look::{Metadata, Origins, Source, changed, said};
pub use names::Naming;
pub use plan::{Change, Contents, Plan, Way, Wish, plan};

/// Largest sidecar that is read.
const MAX_BYTES: u64 = 16 << 20;
