//! Labels that are typed or pasted, and the colours of new ones.

use super::{COLOURS, Label, LabelId};
use crate::engine::search::query::{is_comma, is_minus, is_quotation_mark};
use crate::t;

/// Splits a typed or pasted list at newlines, and at commas outside quotes.
#[must_use]
pub fn split_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= is_quotation_mark(c);
        let ends = c == '\n' || (is_comma(c) && !quoted);
        if ends {
            quoted = false;
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let texts = parts.iter().map(|part| part.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

/// Trims text that is typed as one label, in which a comma means "or". A leading or trailing comma is ignored. `None`
/// while it contains no word.
#[must_use]
pub fn typed(text: &str) -> Option<&str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_comma(c));
    let is_sign = |c: char| is_comma(c) || is_minus(c) || is_quotation_mark(c);
    let has_words = text.contains(|c: char| !c.is_whitespace() && !is_sign(c));
    has_words.then_some(text)
}

/// The result of adding labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedLabels {
    /// The ids of the new labels.
    pub ids: Vec<LabelId>,
    /// Labels that were left out because their texts already exist.
    pub known: Vec<ExistingLabel>,
}

/// A label that was not added, because its text already exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingLabel {
    /// The text.
    pub text: String,
    /// Whether exactly one of the new and the existing label is negated.
    pub otherwise: bool,
}

impl AddedLabels {
    /// A message about labels that were left out.
    #[must_use]
    pub fn known_in_words(&self) -> Option<String> {
        let first = self.known.first()?;
        let text = &first.text;
        Some(match (self.known.len() - 1, first.otherwise) {
            (0, true) => t!("label-known-otherwise", text = text),
            (0, false) => t!("label-known", text = text),
            (more, _) => t!("labels-known", text = text, more = more),
        })
    }
}

/// The text after a leading minus, which makes a label that excludes photos; `None` without both.
#[must_use]
pub fn excluded(typed: &str) -> Option<&str> {
    let rest = typed.strip_prefix(is_minus).map(str::trim);
    rest.filter(|rest| !rest.is_empty())
}

/// Creates a label with the least used colour. A leading minus in the text makes it an excluding label.
///
/// # Errors
/// Returns the existing label if there is one with the same text.
pub fn new_label(labels: &[Label], id: LabelId, typed: &str) -> Result<Label, ExistingLabel> {
    let shut_out = excluded(typed);
    let negated = shut_out.is_some();
    let text = shut_out.unwrap_or(typed).to_owned();
    match labels.iter().find(|label| label.text == text) {
        Some(there) => Err(ExistingLabel {
            text,
            otherwise: there.negated != negated,
        }),
        None => Ok(Label {
            id,
            colour: free_colour(labels),
            text,
            negated,
            ..Label::default()
        }),
    }
}

/// Adds the labels of a list, except those that already exist. `next` is the next free label id.
pub fn add_list(labels: &mut Vec<Label>, next: &mut LabelId, list: &str) -> AddedLabels {
    add_all(labels, next, &split_list(list))
}

/// Like [`add_list`], with one label per text.
pub fn add_all(labels: &mut Vec<Label>, next: &mut LabelId, texts: &[String]) -> AddedLabels {
    let mut added = AddedLabels::default();
    for typed in texts {
        match new_label(labels, *next, typed) {
            Ok(label) => {
                added.ids.push(label.id);
                labels.push(label);
                *next = next.saturating_add(1);
            }
            Err(known) => added.known.push(known),
        }
    }
    added
}

/// The least used colour.
pub(in crate::app) fn free_colour(labels: &[Label]) -> usize {
    let used = |colour: &usize| labels.iter().filter(|l| l.colour == *colour).count();
    (0..COLOURS).min_by_key(used).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::labels::FIRST_LABEL;

    #[test]
    fn a_list_is_split_at_lines_and_by_commas_outside_quotes() {
        assert_eq!(split_list(" cat, dog \n\n beach,"), ["cat", "dog", "beach"]);
        assert_eq!(
            split_list("\"red, white and blue\", sky"),
            ["\"red, white and blue\"", "sky"]
        );
        assert_eq!(
            split_list("an open \"quote\nnext"),
            ["an open \"quote", "next"]
        );
        assert!(split_list(" ,\n, ").is_empty());
        assert_eq!(split_list("猫，狗、“红，白”"), ["猫", "狗", "“红，白”"]);
    }

    #[test]
    fn a_comma_in_what_is_typed_means_or() {
        assert_eq!(typed(" kitten, cat asleep "), Some("kitten, cat asleep"));
        assert_eq!(typed("kitten, "), Some("kitten"));
        assert_eq!((typed("猫，狗，"), typed("，")), (Some("猫，狗"), None));
        assert_eq!((typed("k"), typed("-k")), (Some("k"), Some("-k")));
        for nothing in ["", " - ", ",", "\"", "- \"\",", "，", "“", "－"] {
            assert_eq!(typed(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn new_labels_take_free_colours_and_none_twice() {
        let mut labels = Vec::new();
        let mut next = FIRST_LABEL;
        let added = add_list(&mut labels, &mut next, "cat, dog, cat");
        assert_eq!(added.ids, [1, 2]);
        labels.remove(1);
        labels.remove(0);
        // Ids of removed labels are not reused.
        assert_eq!(add_list(&mut labels, &mut next, "dog").ids, [3]);
        labels[0].colour = 1;
        add_list(&mut labels, &mut next, "bird");
        let colours: Vec<usize> = labels.iter().map(|label| label.colour).collect();
        assert_eq!(colours, [1, 0]);
    }

    #[test]
    fn a_minus_makes_a_negated_label() {
        let mut labels = Vec::new();
        let added = add_list(&mut labels, &mut 1, "cat, -dog, -, sea -people, －狗");
        assert_eq!(added.known_in_words(), None);
        let made: Vec<(&str, bool)> = labels
            .iter()
            .map(|l| (l.text.as_str(), l.negated))
            .collect();
        assert_eq!(
            made,
            [
                ("cat", false),
                ("dog", true),
                ("-", false),
                ("sea -people", false),
                ("狗", true)
            ]
        );
    }

    #[test]
    fn what_is_left_out_of_a_list_is_said() {
        let mut labels = Vec::new();
        let mut add = |list: &str| add_list(&mut labels, &mut 1, list).known_in_words();
        assert_eq!(add("cat, dog"), None);
        assert_eq!(
            add("-dog").as_deref(),
            Some("There is already a label “dog”: choose in its menu whether it keeps photos out")
        );
        let again = add("cat, bird");
        assert_eq!(again.as_deref(), Some("There is already a label “cat”"));
        let more = add("dog, cat, bird");
        assert_eq!(more.as_deref(), Some("“dog” and 2 more are already labels"));
    }
}
