//! Messages about how a model handles labels in other languages, and which models support those languages.

use crate::engine::hub::catalog::{CATALOG, CHINESE, CatalogModel, MANY};
use crate::engine::inference::ModelInfo;
use crate::engine::search::dictionary::{Language, Translation, Unknown};

/// The catalogue's models that support a language, or most languages if `language` is `None`; the recommended model comes
/// first.
#[must_use]
pub fn models_for(language: Option<Language>) -> Vec<&'static CatalogModel> {
    let knows = |model: &&CatalogModel| {
        model.languages == MANY || model.languages == CHINESE && language == Some(Language::Chinese)
    };
    let mut models: Vec<&CatalogModel> = CATALOG.iter().filter(knows).collect();
    models.sort_by_key(|model| model.advice.is_none());
    models
}

/// The families of these models, without sizes and duplicates: "SigLIP 2".
#[must_use]
pub fn families_for(language: Option<Language>) -> Vec<&'static str> {
    let mut names: Vec<&str> = models_for(language).into_iter().map(family).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

/// "猫 -> cat".
#[must_use]
pub fn translation_text(known: &Translation) -> String {
    format!("{} -> {}", known.words, known.english)
}

/// Says that a model does not know some words, and which models of the catalogue do.
#[must_use]
pub fn unknown_text(unknown: &Unknown, model: &ModelInfo) -> String {
    let name = match model.name.as_str() {
        "starter" => "the starter",
        name => name,
    };
    let better = families_for(unknown.language);
    let know = match &better[..] {
        [one] => format!("{one} knows"),
        several => format!("{} know", several.join(" and ")),
    };
    let language = unknown.language.map_or("other languages", Language::name);
    let words = &unknown.words;
    format!("{words}: {name} knows English, and may not know this; {know} {language}")
}

/// A model's name without its size: "SigLIP 2".
fn family(model: &CatalogModel) -> &'static str {
    match model.name.rsplit_once(' ') {
        Some((family, size)) if size.contains('/') => family,
        _ => model.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_by_the_language() {
        let names = |language| -> Vec<&str> {
            models_for(language)
                .iter()
                .map(|model| model.repo)
                .collect()
        };
        let many = [
            "google/siglip2-base-patch32-256",
            "google/siglip2-base-patch16-224",
        ];
        assert_eq!(names(None)[..2], many);
        assert_eq!(names(Some(Language::Hindi))[..2], many);
        assert!(names(Some(Language::Chinese)).contains(&"OFA-Sys/chinese-clip-vit-base-patch16"));
        let unknown = |language| Unknown {
            words: "量子".into(),
            language,
        };
        let model = ModelInfo {
            name: "starter".into(),
            ..ModelInfo::of_tests(4)
        };
        assert_eq!(
            unknown_text(&unknown(Some(Language::Chinese)), &model),
            "量子: the starter knows English, and may not know this; SigLIP 2 and Chinese-CLIP know Chinese"
        );
        assert_eq!(
            unknown_text(&unknown(None), &model),
            "量子: the starter knows English, and may not know this; SigLIP 2 knows other languages"
        );
    }
}
