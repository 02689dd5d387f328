//! Commands about findings: duplicates, flaws, clusters, questions and saved searches.

use crate::app::document::findings::Kind;
use crate::app::document::labels::LabelId;

/// A command about findings.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingCommand {
    /// Filter by one kind.
    ShowKind(Kind),
    /// Set the threshold of a kind.
    SetLine(Kind, f32),
    /// Dismiss the notification that offers the clean-up summary.
    DismissOffer,
    /// Keep the best photo of one duplicate group, or of all groups, and reject the others.
    KeepBest(Option<usize>),
    /// Open the photos of a duplicate group side by side.
    CompareCopies(usize),
    /// Turn a cluster into a label with its photos as examples.
    AddCluster(usize),
    /// Rename a cluster.
    RenameCluster(usize, String),
    /// Merge the first cluster into the second.
    MergeClusters(usize, usize),
    /// Stop suggesting a cluster.
    DismissCluster(usize),
    /// Suggest dismissed clusters again.
    ProposeAgain,
    /// Ask questions about photos near a label's threshold.
    Ask(LabelId),
    /// Answer whether the current photo fits the label; `None` if the user cannot tell.
    Answer(Option<bool>),
    /// Undo the last answer.
    UndoAnswer,
    /// Apply the threshold suggested by the answers, and add the answered photos as examples and counter-examples.
    UseAnswers,
    /// Save the search text and filters under a name.
    SaveSearch(String),
    /// Apply a saved search.
    UseSearch(String),
    /// Delete a saved search.
    RemoveSearch(String),
}
