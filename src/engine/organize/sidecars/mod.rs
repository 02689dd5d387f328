//! Writes keywords, ratings and colours for other programs, into sidecars or photos: planned, journalled, undoable.

mod count;
mod journal;
mod plan;

pub use count::SidecarCount;
pub use journal::{apply, undo};
pub use plan::{
    SidecarChange, SidecarContents, SidecarEdit, SidecarPlacement, SidecarPlan, plan, plan_until,
};
