//! Writing keywords, ratings and colours for other programs, into sidecars or photos: planned, journalled, taken back.

mod count;
mod journal;
mod plan;

pub use count::Count;
pub use journal::{apply, undo};
pub use plan::{Change, Contents, SidecarEdit, SidecarPlan, Way, plan};
