//! Keys by which the log recognises decisions.

use crate::engine::media::photo::ContentId;
use crate::engine::organize::export::FolderLayout;
use crate::engine::search::dictionary::Language;
use crate::engine::search::label_set::Wording;
use crate::engine::search::teach::TrainingSet;

/// The context of keys that cover all options of a rule.
const KEY_CONTEXT: &str =
    "lumisift watch decision 2: label, threshold, target, content, options, examples";

/// Computes the keys of a rule's decisions. A key changes with everything that decides which photos a rule matches, and
/// where it puts them or how it marks them. Moving instead of copying does not change it: a photo at its place is not
/// transferred again.
#[derive(Clone, Debug)]
pub struct RuleKey {
    /// A hasher that has read what precedes the photo's content.
    hasher: blake3::Hasher,
    /// What follows the content.
    rest: Vec<u8>,
}

impl RuleKey {
    /// The keys of a rule with this target, a folder or a mark.
    pub fn new(
        (label, wording): (&str, &Wording<'_>),
        training_set: &TrainingSet,
        min_match: f32,
        (target, layout): (&[u8], FolderLayout),
    ) -> Self {
        let is_basic = is_basic(wording, training_set, layout);
        let mut hasher = match is_basic {
            true => blake3::Hasher::new(),
            false => blake3::Hasher::new_derive_key(KEY_CONTEXT),
        };
        let mut start = Vec::new();
        for part in [label.as_bytes(), &min_match.to_le_bytes(), target] {
            add(&mut start, part);
        }
        hasher.update(&start);
        let mut rest = Vec::new();
        if is_basic {
            for example in &training_set.examples {
                rest.extend_from_slice(example.as_os_str().as_encoded_bytes());
            }
            return Self { hasher, rest };
        }
        let layout = match layout {
            FolderLayout::Flat => "flat",
            FolderLayout::Label => "label",
            FolderLayout::Month => "month",
            FolderLayout::MonthOnly => "month-only",
            FolderLayout::Mirror => "mirror",
        };
        add(
            &mut rest,
            &[u8::from(wording.exactly), u8::from(wording.as_typed)],
        );
        let language = wording.language.map_or("", Language::code);
        add(&mut rest, language.as_bytes());
        add(&mut rest, layout.as_bytes());
        add_list(&mut rest, wording.without.iter().map(String::as_bytes));
        add_list(&mut rest, wording.templates.iter().map(String::as_bytes));
        for paths in [&training_set.examples, &training_set.counter_examples] {
            let paths = paths.iter().map(|path| path.as_os_str().as_encoded_bytes());
            add_list(&mut rest, paths);
        }
        Self { hasher, rest }
    }

    /// The key of the decision about a photo with this content.
    pub fn of(&self, content: &ContentId) -> String {
        let mut part = Vec::new();
        add(&mut part, &content.0);
        let mut hasher = self.hasher.clone();
        hasher.update(&part).update(&self.rest);
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Whether the first form of keys distinguishes a rule from others. Such rules keep it, so that logs of earlier
/// versions remain valid. That form cannot represent options or distinguish examples.
fn is_basic(wording: &Wording<'_>, training_set: &TrainingSet, layout: FolderLayout) -> bool {
    let has_options = wording.exactly
        || wording.as_typed
        || wording.language.is_some()
        || !wording.without.is_empty()
        || !wording.templates.is_empty()
        || layout != FolderLayout::Flat;
    !has_options && training_set.examples.len() <= 1 && training_set.counter_examples.is_empty()
}

/// Adds a part with its length, so that different parts never form the same bytes.
fn add(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    bytes.extend_from_slice(part);
}

/// Adds a list whose order has no effect.
fn add_list<'a>(bytes: &mut Vec<u8>, parts: impl Iterator<Item = &'a [u8]>) {
    let mut parts: Vec<&[u8]> = parts.collect();
    parts.sort_unstable();
    bytes.extend_from_slice(&(parts.len() as u64).to_le_bytes());
    for part in parts {
        add(bytes, part);
    }
}
