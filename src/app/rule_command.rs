//! Commands about rules for photos that arrive.

use crate::app::document::labels::LabelId;
use crate::engine::library::RuleText;

/// A command about rules.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleCommand {
    /// Show the rules, and begin one for a label.
    ShowFor(LabelId),
    /// Look what a rule would do with photos that are there now.
    Preview(Box<RuleText>),
    /// Keep a rule, and carry it out if it is switched on.
    Add(Box<RuleText>),
    /// Switch a rule on or off.
    Switch(usize, bool),
    /// Forget a rule.
    Remove(usize),
    /// Open the log of what rules did.
    OpenLog,
}
