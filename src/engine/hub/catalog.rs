//! The built-in catalogue of models.
//!
//! Accuracy figures are from OpenCLIP's published tables where available, otherwise from papers and model cards:
//! zero-shot top-1 accuracy on ImageNet and text-to-image recall@1 on COCO. Sizes are those of the downloaded files.
//! The revision is `main` where a fixed commit could not be verified.

/// A catalogue entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CatalogModel {
    /// Display name.
    pub name: &'static str,
    /// Repository on the hub.
    pub repo: &'static str,
    /// Pinned revision, so that the downloaded files cannot change.
    pub revision: &'static str,
    /// Approximate download size in bytes.
    pub bytes: u64,
    /// SHA-256 of `model.safetensors`, if known in advance. The hub's own checksum is always verified.
    pub sha256: Option<&'static str>,
    /// SPDX identifier of the licence.
    pub licence: &'static str,
    /// Supported languages of labels.
    pub languages: &'static str,
    /// Zero-shot top-1 accuracy on ImageNet, in percent.
    pub imagenet: Option<f32>,
    /// Text-to-image recall@1 on COCO, in percent.
    pub coco: Option<f32>,
    /// GFLOP per image.
    pub gflop: f32,
    /// For whom the model is recommended.
    pub advice: Option<&'static str>,
}

/// For models trained on English texts.
pub const ENGLISH: &str = "English";
/// For models trained on Chinese texts.
pub const CHINESE: &str = "Chinese";
/// For models trained on multilingual web texts.
pub const MANY: &str = "more than 100 languages";

impl CatalogModel {
    /// The repository name without its owner, used on the command line.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        self.repo.rsplit('/').next().unwrap_or(self.repo)
    }
}

/// The advice of the recommended model.
const MOST_PEOPLE: &str = "most people";

/// GFLOP per image of the starter model.
pub const STARTER_GFLOP: f32 = 1.7;

/// All catalogue entries, recommended ones first.
pub const CATALOG: &[CatalogModel] = &[
    CatalogModel {
        name: "CLIP ViT-B/32, LAION-2B",
        repo: "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        revision: "1a25a446712ba5ee05982a381eed697ef9b435cf",
        bytes: 607_500_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(66.6),
        coco: Some(39.3),
        gflop: 8.8,
        advice: Some("small machines"),
    },
    CatalogModel {
        name: "SigLIP 2 B/32",
        repo: "google/siglip2-base-patch32-256",
        revision: "main",
        bytes: 1_542_000_000,
        sha256: None,
        licence: "Apache-2.0",
        languages: MANY,
        imagenet: Some(74.0),
        coco: Some(47.2),
        gflop: 11.6,
        advice: Some(MOST_PEOPLE),
    },
    CatalogModel {
        name: "SigLIP 2 B/16",
        repo: "google/siglip2-base-patch16-224",
        revision: "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
        bytes: 1_536_000_000,
        sha256: None,
        licence: "Apache-2.0",
        languages: MANY,
        imagenet: Some(78.2),
        coco: Some(52.1),
        gflop: 35.0,
        advice: None,
    },
    CatalogModel {
        name: "CLIP ViT-L/14, DataComp",
        repo: "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K",
        revision: "main",
        bytes: 1_710_500_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(79.2),
        coco: Some(45.7),
        gflop: 162.0,
        advice: None,
    },
    CatalogModel {
        name: "CLIP ViT-B/32, DataComp",
        repo: "laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
        revision: "main",
        bytes: 605_200_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(69.2),
        coco: Some(37.1),
        gflop: 8.8,
        advice: None,
    },
    CatalogModel {
        name: "CLIP ViT-B/32",
        repo: "openai/clip-vit-base-patch32",
        // The weights on `main` are pickled; this revision is the hub's own conversion.
        revision: "d15b5f29721ca72dac15f8526b284be910de18be",
        bytes: 607_500_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(63.3),
        coco: Some(30.4),
        gflop: 8.8,
        advice: Some("reproducing the CLIP paper"),
    },
    CatalogModel {
        name: "CLIP ViT-B/16",
        repo: "openai/clip-vit-base-patch16",
        revision: "57c216476eefef5ab752ec549e440a49ae4ae5f3",
        bytes: 601_000_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(68.3),
        coco: Some(33.1),
        gflop: 35.0,
        advice: None,
    },
    CatalogModel {
        name: "CLIP ViT-L/14",
        repo: "openai/clip-vit-large-patch14",
        revision: "32bd64288804d66eefd0ccbe215aa642df71cc41",
        bytes: 1_713_000_000,
        sha256: None,
        licence: "MIT",
        languages: ENGLISH,
        imagenet: Some(75.5),
        coco: Some(36.5),
        gflop: 162.0,
        advice: None,
    },
    CatalogModel {
        name: "SigLIP B/16",
        repo: "google/siglip-base-patch16-224",
        revision: "7fd15f0689c79d79e38b1c2e2e2370a7bf2761ed",
        bytes: 815_100_000,
        sha256: Some("2c63cb7d1f2e95ba501893cbb8faeb4ea9a3af295498d35097126228659c2af8"),
        licence: "Apache-2.0",
        languages: ENGLISH,
        imagenet: Some(76.0),
        coco: Some(47.2),
        gflop: 35.0,
        advice: None,
    },
    CatalogModel {
        name: "Chinese-CLIP ViT-B/16",
        repo: "OFA-Sys/chinese-clip-vit-base-patch16",
        revision: "36e679e65c2a2fead755ae21162091293ad37834",
        bytes: 753_000_000,
        sha256: None,
        licence: "Apache-2.0",
        languages: CHINESE,
        imagenet: None,
        coco: None,
        gflop: 35.0,
        advice: None,
    },
];

/// The model that is recommended for most people.
#[must_use]
pub fn recommended() -> Option<&'static CatalogModel> {
    CATALOG
        .iter()
        .find(|entry| entry.advice == Some(MOST_PEOPLE))
}

/// Finds an entry by repository, short name or display name.
#[must_use]
pub fn find(name: &str) -> Option<&'static CatalogModel> {
    CATALOG.iter().find(|entry| {
        [entry.repo, entry.short_name(), entry.name]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// The display name of a model, if it is in the catalogue.
#[must_use]
pub fn title(name: &str) -> &str {
    find(name).map_or(name, |entry| entry.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_machines_are_offered_the_more_accurate_of_two_equally_fast_models() {
        let place = |name: &str| CATALOG.iter().position(|model| model.short_name() == name);
        let laion = place("CLIP-ViT-B-32-laion2B-s34B-b79K").expect("LAION's");
        let openai = place("clip-vit-base-patch32").expect("OpenAI's");
        assert!(laion < openai && CATALOG[laion].advice == Some("small machines"));
        let (better, other) = (CATALOG[laion], CATALOG[openai]);
        assert!(better.gflop <= other.gflop && better.coco > other.coco);
    }

    #[test]
    fn a_model_is_recommended() {
        assert!(recommended().is_some());
    }

    #[test]
    fn names_are_unique_and_found() {
        for entry in CATALOG {
            for name in [entry.repo, entry.short_name(), entry.name] {
                assert_eq!(find(name).map(|e| e.repo), Some(entry.repo));
            }
            let revision = entry.revision;
            assert!(revision == "main" || revision.len() == 40, "{revision}");
        }
        assert!(find("nobody/nothing").is_none());
    }

    #[test]
    fn what_is_recommended_is_not_beaten_at_its_cost_and_in_its_languages() {
        // OpenAI's own model is recommended for results identical to the original, not for its accuracy.
        let recommended = CATALOG.iter().filter(|entry| entry.advice.is_some());
        for entry in recommended.filter(|entry| !entry.repo.starts_with("openai/")) {
            let beats = |other: &&CatalogModel| {
                other.gflop <= entry.gflop
                    && (other.languages == entry.languages || other.languages == MANY)
                    && other.imagenet > entry.imagenet
                    && other.coco > entry.coco
            };
            let better = CATALOG.iter().find(beats);
            assert!(better.is_none(), "{}: {better:?}", entry.name);
        }
        let licences = ["MIT", "Apache-2.0"];
        assert!(
            CATALOG
                .iter()
                .all(|entry| licences.contains(&entry.licence))
        );
    }
}
