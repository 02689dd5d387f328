//! Rules for new photos: the existing ones, and what can become one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::filter::LabelFit;
use super::labels::{Label, LabelId};
use super::memory::{SavedSearch, SavedWindow};
use super::search_text::SearchText;
use crate::engine::library::{RuleMark, RuleText};
use crate::{t, text};

/// What a new rule is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleSource {
    /// A label.
    Label(LabelId),
    /// A saved search, by name.
    Search(String),
}

/// A label or saved search that could become a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleChoice {
    /// What the rule is made from.
    pub source: RuleSource,
    /// The display name.
    pub name: String,
    /// The rule, still without an action; or why it cannot become one.
    pub rule: Result<RuleText, &'static str>,
}

/// The effect of a rule on the photos that are open now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulePreview {
    /// Each photo with its target or mark.
    pub photos: Vec<(PathBuf, String)>,
    /// Number of photos that do not fit.
    pub others: usize,
    /// Number of files that could not be read, copied or moved.
    pub failed: usize,
}

/// State of the preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PreviewState {
    /// No preview has been requested.
    #[default]
    Idle,
    /// The preview is being computed.
    Looking,
    /// The preview is ready.
    Ready(Arc<RulePreview>),
    /// The preview failed, with the reason.
    Failed(String),
}

/// State of all rules.
#[derive(Default)]
pub struct Rules {
    /// The rules.
    pub list: Vec<RuleText>,
    /// Whether the rules file has been loaded. Rules cannot be changed before.
    pub is_loaded: bool,
    /// Why the rules file could not be loaded. It is not overwritten then.
    pub problem: Option<String>,
    /// Whether rules are running.
    pub is_running: bool,
    /// The initial source of a new rule in the dialog.
    pub source: Option<RuleSource>,
    /// The target folder of a new rule.
    pub target: Option<PathBuf>,
    /// The preview of a new rule.
    pub preview: PreviewState,
    /// The rule of the preview.
    pub previewed: Option<RuleText>,
    /// Number of the newest preview. Results of older ones are ignored.
    pub(in crate::app) previews: u64,
    /// Problems of the last run. Each is reported only once.
    pub(in crate::app) reported_problems: HashSet<String>,
}

impl Rules {
    /// Enabled rules, limited to those of their folders that are open. Relative folders are resolved against `base`.
    #[must_use]
    pub fn active(&self, roots: &[PathBuf], base: &Path) -> Vec<RuleText> {
        let rules = self.list.iter().filter(|rule| rule.enabled).cloned();
        let open = rules.map(|mut rule| {
            let is_open = |folder: &PathBuf| {
                let folder = base.join(folder);
                roots.iter().any(|root| folder.starts_with(root))
            };
            rule.folders.retain(is_open);
            rule
        });
        open.filter(|rule| !rule.folders.is_empty()).collect()
    }
}

/// The display text of a mark: "pick", "3 stars", "red".
#[must_use]
pub fn mark_text(mark: RuleMark) -> String {
    match mark {
        RuleMark::Pick => t!("rule-mark-pick").into(),
        RuleMark::Reject => t!("rule-mark-reject").into(),
        RuleMark::Stars(stars) => t!("stars", count = stars),
        RuleMark::Colour(colour) => text::in_sentence(&text::words(colour.name())),
    }
}

impl SavedWindow {
    /// All labels and saved searches, as rules for the open folders.
    #[must_use]
    pub fn rule_choices(&self) -> Vec<RuleChoice> {
        let labels = self.labels.iter().map(|label| RuleChoice {
            source: RuleSource::Label(label.id),
            name: label.text.clone(),
            rule: match label.negated {
                true => Err(t!("rule-label-excludes")),
                false => Ok(self.rule_of_label(label)),
            },
        });
        let searches = self.searches.iter().map(|search| RuleChoice {
            source: RuleSource::Search(search.name.clone()),
            name: search.name.clone(),
            rule: self.rule_of_search(search),
        });
        labels.chain(searches).collect()
    }

    fn rule_of_label(&self, label: &Label) -> RuleText {
        let shown = |examples: &[PathBuf]| match label.text_only {
            true => Vec::new(),
            false => examples.to_vec(),
        };
        RuleText {
            min_match: Some(label.min_match),
            examples: shown(&label.examples),
            counter_examples: shown(&label.counter_examples),
            exactly: label.exactly,
            without: label.without.clone(),
            as_typed: label.as_typed,
            templates: label.templates.clone(),
            language: label.language,
            ..self.rule_about(label.text.clone())
        }
    }

    /// Converts a saved search. Only searches for content can become rules.
    fn rule_of_search(&self, search: &SavedSearch) -> Result<RuleText, &'static str> {
        let mut filter = search.filter.clone();
        let fit = filter.fit;
        filter.set_fit(LabelFit::All, false);
        // The current month is irrelevant, because searches with dates are refused.
        let text = SearchText::parse(&search.text, (2000, 1));
        let others = !filter.is_clear() || !text.is_plain();
        match (fit, text.meaning.is_empty()) {
            _ if others => Err(t!("rule-filters-more")),
            (LabelFit::All, false) => Ok(RuleText {
                name: Some(search.name.clone()),
                ..self.rule_about(text.meaning)
            }),
            (LabelFit::Label(id), true) => {
                let label = self.labels.iter().find(|label| label.id == id);
                let label = label.ok_or(t!("rule-label-gone"))?;
                Ok(RuleText {
                    name: Some(search.name.clone()),
                    ..self.rule_of_label(label)
                })
            }
            _ => Err(t!("rule-asks-otherwise")),
        }
    }

    /// A rule for the open folders, without an action yet.
    fn rule_about(&self, label: String) -> RuleText {
        RuleText {
            name: None,
            enabled: true,
            folders: self.roots.clone(),
            label,
            min_match: None,
            examples: Vec::new(),
            counter_examples: Vec::new(),
            exactly: false,
            without: Vec::new(),
            as_typed: false,
            templates: Vec::new(),
            language: None,
            to: None,
            layout: None,
            moves: false,
            mark: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::filter::Filter;
    use crate::engine::search::dictionary::Language;

    fn saved() -> SavedWindow {
        let search = |name: &str, text: &str, filter: Filter| SavedSearch {
            name: name.into(),
            text: text.into(),
            filter,
        };
        let mut fitting = Filter::default();
        fitting.set_fit(LabelFit::Label(7), false);
        let named = Filter {
            name: "IMG".into(),
            ..Filter::default()
        };
        SavedWindow {
            roots: vec!["/photos".into()],
            labels: vec![Label {
                id: 7,
                text: "receipt".into(),
                min_match: 0.6,
                examples: vec!["/photos/a.jpg".into()],
                ..Label::default()
            }],
            searches: vec![
                search("pets", "cat, dog", Filter::default()),
                search("fits", "", fitting.clone()),
                search("both", "cat", fitting),
                search("named", "cat", named),
                search("old", "cat 2019", Filter::default()),
            ],
            ..SavedWindow::default()
        }
    }

    #[test]
    fn labels_and_searches_for_what_photos_show_become_rules() {
        let choices = saved().rule_choices();
        let rule = |at: usize| choices[at].rule.as_ref().expect("a rule");
        assert_eq!(rule(0).label, "receipt");
        assert_eq!((rule(0).min_match, rule(0).examples.len()), (Some(0.6), 1));
        assert_eq!(rule(0).folders, [PathBuf::from("/photos")]);
        assert_eq!(
            (rule(1).label.as_str(), rule(1).name()),
            ("cat, dog", "pets")
        );
        assert_eq!(
            (rule(2).label.as_str(), rule(2).name()),
            ("receipt", "fits")
        );
        assert!(choices[3..].iter().all(|choice| choice.rule.is_err()));
    }

    #[test]
    fn rules_read_the_words_of_a_label_as_the_window_does() {
        let label = Label {
            id: 8,
            text: "chat".into(),
            templates: vec!["a drawing of {}".into()],
            language: Some(Language::French),
            ..Label::default()
        };
        let window = SavedWindow {
            labels: vec![label.clone()],
            ..saved()
        };
        let choices = window.rule_choices();
        let rule = RuleText {
            mark: Some(RuleMark::Pick),
            ..choices[0].rule.clone().expect("a rule")
        };
        let checked = rule.checked(Path::new("/")).expect("a rule");
        assert_eq!(Ok(checked.training_set), label.training_set());
        let plain = Label {
            templates: Vec::new(),
            language: None,
            ..label.clone()
        };
        assert_ne!(plain.training_set(), label.training_set());
    }

    #[test]
    fn labels_that_exclude_photos_become_no_rules() {
        let mut window = saved();
        window.labels[0].negated = true;
        assert!(window.rule_choices()[0].rule.is_err());
    }

    #[test]
    fn rules_are_active_while_they_are_on_and_their_folders_are_open() {
        let mut rule = saved().rule_about("cat".into());
        rule.folders = vec!["/photos/new".into(), "/other".into(), "here".into()];
        let off = RuleText {
            enabled: false,
            ..rule.clone()
        };
        let rules = Rules {
            list: vec![rule, off],
            ..Rules::default()
        };
        let roots = ["/photos".into(), "/config".into()];
        let active = rules.active(&roots, Path::new("/config"));
        assert_eq!(active.len(), 1);
        assert_eq!(
            active[0].folders,
            ["/photos/new", "here"].map(PathBuf::from)
        );
        assert!(rules.active(&[], Path::new("/config")).is_empty());
    }
}
