//! Commands for what was found among the photos.

use crate::app::document::findings::Kind;
use crate::app::document::labels::LabelId;

/// A command about what was found among the photos.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingCommand {
    /// Show the photos of a kind alone.
    ShowKind(Kind),
    /// Move the line from which on a photo is of a kind.
    SetLine(Kind, f32),
    /// Offer what was found no longer.
    DismissOffer,
    /// Reject the copies of a group, or of all groups, and keep the best of each.
    KeepBest(Option<usize>),
    /// See the photos of a group side by side.
    CompareCopies(usize),
    /// Make a label of a heap, with its photos as examples.
    AddHeap(usize),
    /// Call a heap by another name.
    RenameHeap(usize, String),
    /// Put the photos of a heap to those of another.
    MergeHeaps(usize, usize),
    /// Propose a heap no more.
    DismissHeap(usize),
    /// Propose what was dismissed again.
    ProposeAgain,
    /// Ask about photos near the line of a label.
    Ask(LabelId),
    /// Say whether the photo that is asked about fits; nothing if the person cannot say.
    Answer(Option<bool>),
    /// Take back what was said last.
    TakeBackAnswer,
    /// Let the answers set the label's threshold and teach it.
    UseAnswers,
    /// Keep the search and the filters under a name.
    SaveSearch(String),
    /// Search and filter as it was kept under a name.
    UseSearch(String),
    /// Forget a search.
    RemoveSearch(String),
}
