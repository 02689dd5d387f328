//! Writes keywords, ratings and colours into sidecars or photos for other programs: planned, journalled, undone.

mod count;
mod journal;
mod plan;

pub use count::SidecarCount;
pub use journal::{apply, undo};
pub use plan::{SidecarChange, SidecarContents, SidecarEdit, SidecarPlacement, SidecarPlan, plan};
