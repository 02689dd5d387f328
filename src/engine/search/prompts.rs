//! Prompt templates for different kinds of phrases.
//!
//! Objects, and phrases of unknown kind: "a photo of a {}". Activities: "a person {}". Styles, which describe how a
//! photo looks: "a {} photo". Scenes involve people and are expanded by the [lexicon](super::lexicon). `docs/scores.md`
//! reports the gain from each.

/// Nouns that look like activities, except those that the list of styles or other templates handle first.
const THINGS_IN_ING: &[&str] = &[
    "building",
    "ceiling",
    "clothing",
    "dressing",
    "duckling",
    "dwelling",
    "earring",
    "evening",
    "housing",
    "icing",
    "king",
    "lightning",
    "morning",
    "painting",
    "drawing",
    "plumbing",
    "pudding",
    "railing",
    "ring",
    "scaffolding",
    "sibling",
    "spring",
    "string",
    "swing",
    "thing",
    "wedding",
    "wiring",
    "wing",
    "writing",
    "meeting",
    "crossing",
];

/// Words for how a photo looks.
const STYLES: &[&str] = &[
    "black and white",
    "black-and-white",
    "monochrome",
    "greyscale",
    "grayscale",
    "sepia",
    "colourful",
    "colorful",
    "blurry",
    "blurred",
    "out of focus",
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
    "macro",
    "aerial",
    "panoramic",
    "low quality",
];

/// Nouns that a style can describe.
const PICTURES: &[&str] = &[
    " photo",
    " photos",
    " picture",
    " pictures",
    " photograph",
    " image",
    " shot",
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
    const DETERMINERS: &[&str] = &[
        "a", "an", "the", "my", "our", "your", "his", "her", "their", "some", "two", "three",
        "many", "several", "this", "that", "these", "those", "no",
    ];
    let first = lower.split_whitespace().next();
    first.is_some_and(|first| DETERMINERS.contains(&first))
}

/// The style in the words, without the noun that it describes.
fn style(lower: &str) -> Option<&str> {
    let bare = ["a ", "an "]
        .iter()
        .find_map(|article| lower.strip_prefix(article));
    let bare = bare.unwrap_or(lower);
    let of = PICTURES
        .iter()
        .find_map(|picture| bare.strip_suffix(picture));
    let style = of.unwrap_or(bare);
    STYLES.contains(&style).then_some(style)
}

/// Whether the words begin with a verb, as in "swimming" or "riding a bike".
fn is_activity(lower: &str) -> bool {
    let first = lower.split_whitespace().next().unwrap_or_default();
    first.len() > 4 && first.ends_with("ing") && !THINGS_IN_ING.contains(&first)
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

        assert_eq!(member_prompt("sailboat"), "a photo of sailboat");
        assert_eq!(member_prompt("people on the beach"), "people on the beach");
    }
}
