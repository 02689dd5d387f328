//! Messages about how a model handles labels in other languages, and which models support those languages.

use crate::engine::hub::catalog::{CATALOG, CHINESE, CatalogModel, MANY};
use crate::engine::search::dictionary::{Language, Translation};

/// The catalogue's models that support a language, or most languages if `language` is `None`; the recommended model
/// comes first.
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
    }
}
