//! Function words in labels, and English word order.

use super::language::Language;
use super::tables::English;

/// The role of a function word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// None, like that of an article.
    Nothing,
    /// The following word modifies the preceding one: "tarta de manzana".
    Of,
    /// The preceding word modifies the following one, as in Hindi and Chinese.
    Linking,
    /// A word that has the same position in English.
    Word(&'static str),
    /// A postposition that becomes an English preposition.
    Postposition(&'static str),
}

use Particle::{Linking, Nothing, Of, Postposition, Word};

/// The role of a folded word, if it is a function word.
pub fn particle(language: Language, word: &str) -> Option<Particle> {
    let known = match language {
        Language::Spanish => SPANISH,
        Language::French => FRENCH,
        Language::German => GERMAN,
        Language::Portuguese => PORTUGUESE,
        Language::Italian => ITALIAN,
        Language::Dutch => DUTCH,
        Language::Russian | Language::Ukrainian => RUSSIAN,
        Language::Polish => POLISH,
        Language::Arabic => ARABIC,
        Language::Hindi => HINDI,
        Language::Turkish => TURKISH,
        Language::Chinese => CHINESE,
        Language::Japanese => JAPANESE,
        Language::Korean => &[],
    };
    let found = known
        .iter()
        .find(|(words, _)| words.split(' ').any(|known| known == word));
    found.map(|(_, particle)| *particle)
}

type Particles = &'static [(&'static str, Particle)];

const SPANISH: Particles = &[
    (
        "el la los las un una unos unas lo mi mis tu tus nuestro nuestra nuestros nuestras",
        Nothing,
    ),
    ("de del", Of),
    ("con", Word("with")),
    ("y e", Word("and")),
    ("en", Word("in")),
    ("sobre", Word("on")),
    ("sin", Word("without")),
];
const FRENCH: Particles = &[
    (
        "le la les l' un une mon ma mes ton ta tes notre nos votre vos",
        Nothing,
    ),
    ("de du des d' a au aux", Of),
    ("avec", Word("with")),
    ("et", Word("and")),
    ("dans en", Word("in")),
    ("sur", Word("on")),
    ("sans", Word("without")),
];
const GERMAN: Particles = &[
    (
        "der die das den dem des ein eine einen einem einer",
        Nothing,
    ),
    (
        "mein meine meinen meinem meiner meines dein deine deinen deinem deiner deines",
        Nothing,
    ),
    ("unser unsere unseren unserem unserer unseres", Nothing),
    ("von vom", Of),
    ("mit", Word("with")),
    ("und", Word("and")),
    ("in im", Word("in")),
    ("am an", Word("at")),
    ("auf", Word("on")),
    ("ohne", Word("without")),
];
const PORTUGUESE: Particles = &[
    (
        "o a os as um uma meu minha meus minhas nosso nossa nossos nossas",
        Nothing,
    ),
    ("de do da dos das", Of),
    ("com", Word("with")),
    ("e", Word("and")),
    ("em no na nos nas", Word("in")),
    ("sobre", Word("on")),
    ("sem", Word("without")),
];
const ITALIAN: Particles = &[
    (
        "il lo la i gli le l' un uno una mio mia miei mie nostro nostra",
        Nothing,
    ),
    ("di del della dei delle dell' al alla", Of),
    ("con", Word("with")),
    ("e ed", Word("and")),
    ("in nel nella", Word("in")),
    ("su sul sulla", Word("on")),
    ("senza", Word("without")),
];
const DUTCH: Particles = &[
    ("de het een mijn onze ons", Nothing),
    ("van", Of),
    ("met", Word("with")),
    ("en", Word("and")),
    ("in", Word("in")),
    ("op", Word("on")),
    ("zonder", Word("without")),
];
const RUSSIAN: Particles = &[
    ("с со з із", Word("with")),
    ("и і та", Word("and")),
    ("в во у", Word("in")),
    ("на", Word("on")),
    ("без", Word("without")),
];
const POLISH: Particles = &[
    ("z ze", Word("with")),
    ("i", Word("and")),
    ("w we", Word("in")),
    ("na", Word("on")),
    ("bez", Word("without")),
];
const ARABIC: Particles = &[
    ("من", Of),
    ("مع", Word("with")),
    ("و", Word("and")),
    ("في", Word("in")),
    ("علي", Word("on")),
    ("بدون", Word("without")),
];
const HINDI: Particles = &[
    ("का की के", Linking),
    ("और", Word("and")),
    ("में", Postposition("in")),
    ("पर", Postposition("on")),
];
const TURKISH: Particles = &[("ve", Word("and")), ("ile", Word("with")), ("bir", Nothing)];
const CHINESE: Particles = &[
    ("我的 你的 您的 他的 她的 我们的 我們的", Nothing),
    ("的", Linking),
    ("和 与 與 跟 及", Word("and")),
    ("在", Word(LOCATED)),
    ("上", Postposition("on")),
    ("里 裡 裏 中", Postposition("in")),
    ("下", Postposition("under")),
];
const JAPANESE: Particles = &[
    ("私の うちの", Nothing),
    ("の", Linking),
    ("と や", Word("and")),
];

/// The Chinese 在 before a place, which a postposition may follow: 狗在沙滩上.
const LOCATED: &str = "in";

/// A part of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A translated noun or adjective.
    Translated(English),
    /// A word that is kept as typed.
    AsTyped(&'a str),
    /// A function word.
    Between(Particle),
}

/// Translates the parts of a label into an English phrase; `None` if no noun is among them.
pub fn in_english(language: Language, parts: &[Part]) -> Option<String> {
    let mut phrases: Vec<String> = Vec::new();
    let mut words: Vec<Part> = Vec::new();
    // Whether the noun follows what a postposition says of it: 沙滩上的狗.
    let mut noun_is_last = false;
    // What preceded "of"; it follows its modifier in English.
    let mut behind: Vec<String> = Vec::new();
    let finish = |words: &mut Vec<Part>, behind: &mut Vec<String>| {
        let mut all = vec![join_words(language, words)];
        words.clear();
        all.extend(behind.drain(..).rev());
        all.retain(|words| !words.is_empty());
        all.join(" ")
    };
    for part in parts {
        match part {
            Part::Between(Nothing | Linking) => {}
            Part::Between(Of) => {
                behind.push(join_words(language, &words));
                words.clear();
            }
            Part::Between(Word(word)) => {
                let phrase = finish(&mut words, &mut behind);
                if noun_is_last {
                    phrases.insert(0, phrase);
                    noun_is_last = false;
                } else {
                    phrases.push(phrase);
                }
                phrases.push((*word).into());
            }
            Part::Between(Postposition(word)) => {
                let place = finish(&mut words, &mut behind);
                let place = format!("{word} {place}");
                let is_enclosed = language == Language::Chinese
                    && phrases.last().is_some_and(|last| last == LOCATED);
                if is_enclosed {
                    phrases.pop();
                } else {
                    noun_is_last = true;
                }
                phrases.push(place);
            }
            word => words.push(*word),
        }
    }
    let last = finish(&mut words, &mut behind);
    if noun_is_last {
        phrases.insert(0, last);
    } else {
        phrases.push(last);
    }
    phrases.retain(|phrase| !phrase.is_empty());
    let is_thing = |part: &Part| !matches!(part, Part::Between(_));
    parts.iter().any(is_thing).then(|| phrases.join(" "))
}

/// Joins consecutive words, adjectives first.
fn join_words(language: Language, words: &[Part]) -> String {
    let text = |part: &Part| match part {
        Part::Translated(english) => english.words.to_owned(),
        Part::AsTyped(word) => (*word).to_owned(),
        Part::Between(_) => String::new(),
    };
    let is_adjective = |part: &&Part| matches!(part, Part::Translated(e) if e.is_adjective);
    let mut adjectives: Vec<String> = words.iter().filter(is_adjective).map(text).collect();
    let mut nouns: Vec<String> = words
        .iter()
        .filter(|p| !is_adjective(p))
        .map(text)
        .collect();
    if language == Language::Arabic {
        // "A cup (of) coffee" becomes "coffee cup".
        nouns.reverse();
    }
    adjectives.extend(nouns);
    adjectives.join(" ")
}
