//! Commands about rules for new photos.

use crate::app::document::labels::LabelId;
use crate::engine::library::RuleText;

/// A command about rules.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleCommand {
    /// Open the rules dialog with a new rule for a label.
    ShowFor(LabelId),
    /// Preview the effect of a rule on the photos that are open now.
    Preview(Box<RuleText>),
    /// Save a rule, and run it if it is enabled.
    Add(Box<RuleText>),
    /// Enable or disable a rule.
    Switch(usize, bool),
    /// Delete a rule.
    Remove(usize),
    /// Open the log of executed rules.
    OpenLog,
}
