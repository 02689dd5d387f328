//! Prompt templates for different kinds of phrases.
//!
//! Objects, and phrases of unknown kind: "a photo of a {}". Activities: "a person {}". Styles, which describe how a
//! photo looks: "a {} photo". Scenes involve people and are expanded by the [lexicon](super::lexicon). `docs/scores.md`
//! reports the gain from each.

use super::nouns::without_article;

/// Nouns that look like activities, except those that the list of styles or other templates handle first.
const THINGS_IN_ING: &[&str] = &[
    "awning",
    "bedding",
    "beijing",
    "boeing",
    "building",
    "carving",
    "ceiling",
    "clearing",
    "clothing",
    "crossing",
    "drawing",
    "dressing",
    "duckling",
    "dumpling",
    "dwelling",
    "earring",
    "engraving",
    "etching",
    "evening",
    "fledgling",
    "flooring",
    "frosting",
    "gosling",
    "handwriting",
    "hatchling",
    "herring",
    "housing",
    "icing",
    "king",
    "landing",
    "lettering",
    "lighting",
    "lightning",
    "meeting",
    "morning",
    "packaging",
    "painting",
    "parking",
    "plumbing",
    "pudding",
    "railing",
    "ring",
    "sapling",
    "scaffolding",
    "seedling",
    "sibling",
    "spring",
    "starling",
    "stocking",
    "string",
    "swing",
    "thing",
    "viking",
    "wedding",
    "wing",
    "wiring",
    "writing",
];

/// Words for how a photo looks.
const STYLES: &[&str] = &[
    "black and white",
    "black-and-white",
    "black & white",
    "b&w",
    "monochrome",
    "greyscale",
    "grayscale",
    "sepia",
    "colourful",
    "colorful",
    "blurry",
    "blurred",
    "out of focus",
    "out-of-focus",
    "sharp",
    "shaky",
    "grainy",
    "noisy",
    "dark",
    "bright",
    "overexposed",
    "underexposed",
    "vintage",
    "old",
    "faded",
    "close-up",
    "close up",
    "macro",
    "aerial",
    "panoramic",
    "low quality",
    "low-quality",
];

/// Nouns that a style can describe.
const PICTURES: &[&str] = &[
    " photo",
    " photos",
    " picture",
    " pictures",
    " photograph",
    " photographs",
    " image",
    " images",
    " shot",
    " shots",
];

/// Verbs whose object often follows without a determiner, as in "playing football". After other verbs, a noun is more
/// often the thing that the words name, as in "swimming pool" and "sleeping dog".
const VERBS_WITH_OBJECTS: &[&str] = &[
    "carrying",
    "catching",
    "chasing",
    "clapping",
    "drinking",
    "eating",
    "feeding",
    "holding",
    "hugging",
    "kicking",
    "kissing",
    "making",
    "planting",
    "playing",
    "reading",
    "riding",
    "taking",
    "throwing",
    "unwrapping",
    "washing",
    "watching",
    "wearing",
];

/// Nouns that name a thing even after those verbs, as in "playing cards" and "washing machine".
const NOT_OBJECTS: &[&str] = &[
    "boots", "card", "cards", "chair", "field", "fountain", "glass", "glasses", "lamp", "line",
    "machine", "room", "school", "straw",
];

/// Words after a verb that are not a noun.
const AFTER_VERBS: &[&str] = &[
    "across",
    "after",
    "along",
    "and",
    "around",
    "at",
    "away",
    "behind",
    "between",
    "by",
    "down",
    "fast",
    "for",
    "from",
    "in",
    "indoors",
    "inside",
    "into",
    "like",
    "near",
    "off",
    "on",
    "onto",
    "out",
    "outdoors",
    "outside",
    "over",
    "past",
    "through",
    "to",
    "together",
    "towards",
    "under",
    "underwater",
    "up",
    "with",
    "without",
];

/// The prompts whose mean embedding represents the words.
///
/// Words that begin with an article or the like, or already mention a photo, get templates that suit them
/// grammatically. A complete sentence, or text in another script than the templates, is used unchanged.
#[must_use]
pub fn prompts(words: &str) -> Vec<String> {
    let lower = words.to_lowercase();
    if stands_alone(&lower) {
        return vec![words.into()];
    }
    let fill = |templates: &[&str], words: &str| {
        let filled = templates
            .iter()
            .map(|template| template.replace("{}", words));
        filled.collect()
    };
    if let Some(style) = style(&lower) {
        return fill(&["{}", "a {} photo", "a {} picture"], style);
    }
    if is_activity(&lower) {
        return fill(
            &["{}", "a photo of {}", "a photo of a person {}", "people {}"],
            words,
        );
    }
    if begins_with_determiner(&lower) {
        return fill(
            &[
                "{}",
                "a photo of {}",
                "a close-up photo of {}",
                "a picture of {}",
            ],
            words,
        );
    }
    fill(
        &[
            "{}",
            "a photo of {}",
            "a photo of a {}",
            "a close-up photo of a {}",
        ],
        words,
    )
}

/// The single prompt for a member of a general word; short words get a template, captions do not.
pub(in crate::engine) fn member_prompt(words: &str) -> String {
    match words.split_whitespace().count() {
        0..=2 => format!("a photo of {words}"),
        _ => words.into(),
    }
}

/// Whether a member of a general word is a scene with people, such as "people on the beach".
pub(in crate::engine) fn is_scene(words: &str) -> bool {
    words.contains(" the ")
}

fn stands_alone(lower: &str) -> bool {
    let of_a_picture = [
        "photo of",
        "picture of",
        "image of",
        "photograph of",
        "painting of",
    ];
    lower.split_whitespace().count() >= 7
        || lower.ends_with(['.', '!', '?'])
        || of_a_picture.iter().any(|phrase| lower.contains(phrase))
        || !lower.contains(|c: char| c.is_ascii_alphabetic())
}

fn begins_with_determiner(lower: &str) -> bool {
    let first = lower.split_whitespace().next();
    first.is_some_and(is_determiner)
}

fn is_determiner(word: &str) -> bool {
    const DETERMINERS: &[&str] = &[
        "a", "an", "the", "my", "our", "your", "his", "her", "their", "some", "two", "three",
        "many", "several", "this", "that", "these", "those", "no",
    ];
    DETERMINERS.contains(&word)
}

/// The style in the words, without the noun that it describes.
fn style(lower: &str) -> Option<&str> {
    let bare = without_article(lower);
    let of = PICTURES
        .iter()
        .find_map(|picture| bare.strip_suffix(picture));
    let style = of.unwrap_or(bare);
    STYLES.contains(&style).then_some(style)
}

/// Whether the words are a verb in its "-ing" form, alone or with an object or an adverbial: "swimming", "riding a bike".
fn is_activity(lower: &str) -> bool {
    let mut words = lower.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let is_verb = verb.len() > 4 && verb.ends_with("ing") && !THINGS_IN_ING.contains(&verb);
    let is_object = |word| VERBS_WITH_OBJECTS.contains(&verb) && !NOT_OBJECTS.contains(&word);
    is_verb
        && words.next().is_none_or(|word| {
            is_determiner(word)
                || AFTER_VERBS.contains(&word)
                || word.ends_with("ly")
                || is_object(word)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_the_words() {
        assert!(prompts("beach").contains(&"a photo of a beach".into()));
        assert!(prompts("my dog asleep").contains(&"a photo of my dog asleep".into()));
        assert!(!prompts("a cat").iter().any(|p| p.contains("a a cat")));
        assert_eq!(prompts("a photo of a cat"), ["a photo of a cat"]);
        assert_eq!(prompts("猫"), ["猫"]);
    }

    #[test]
    fn styles_and_activities_have_their_own() {
        for words in ["blurred photo", "a blurred picture", "Blurred"] {
            assert!(
                prompts(words).contains(&"a blurred photo".into()),
                "{words}"
            );
        }
        assert!(prompts("riding a bike").contains(&"a photo of a person riding a bike".into()));
        assert!(prompts("wedding").contains(&"a photo of a wedding".into()));
        for words in [
            "Black & white photographs",
            "the blurry pictures",
            "out-of-focus shots",
        ] {
            let prompts = prompts(words);
            let describes =
                |prompt: &String| prompt.starts_with("a ") && prompt.ends_with(" photo");
            assert!(prompts.iter().any(describes), "{words}: {prompts:?}");
        }
        for words in [
            "swimming",
            "playing football",
            "holding hands",
            "feeding animals",
            "sleeping on a sofa",
            "smiling happily",
            "Reading the newspaper",
        ] {
            let person = format!("a photo of a person {words}");
            assert!(prompts(words).contains(&person), "{words}");
        }
        for words in [
            "swimming pool",
            "washing machine",
            "sleeping dog",
            "playing cards",
            "fishing boat",
            "drinking straw",
            "Living room",
            "dumpling",
            "seedling",
        ] {
            let thing = format!("a photo of a {words}");
            assert!(prompts(words).contains(&thing), "{words}");
        }

        assert_eq!(member_prompt("sailboat"), "a photo of sailboat");
        assert_eq!(member_prompt("people on the beach"), "people on the beach");
    }
}
