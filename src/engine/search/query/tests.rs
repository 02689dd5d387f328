use super::expansion::KIND_WEIGHT;
use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Vec<(TermKind, f32)> {
    let query = Query::parse(text).expect("a query");
    let [terms] = &query.alternatives[..] else {
        panic!("one alternative: {query:?}")
    };
    let term = |term: &Term| (term.what.clone(), term.weight);
    terms.iter().map(term).collect()
}

/// The contents of each alternative.
fn alternatives(query: &Query) -> Vec<Vec<TermKind>> {
    let what = |terms: &Vec<Term>| terms.iter().map(|term| term.what.clone()).collect();
    query.alternatives.iter().map(what).collect()
}

fn words(text: &str) -> TermKind {
    TermKind::Words(text.into())
}

#[test]
fn the_language_is_as_documented() {
    assert_eq!(parse("my dog asleep"), [(words("my dog asleep"), 1.0)]);
    assert_eq!(
        parse("black-and-white photo"),
        [(words("black-and-white photo"), 1.0)]
    );
    assert_eq!(
        parse("beach -people"),
        [(words("beach"), 1.0), (words("people"), -1.0)]
    );
    assert_eq!(
        parse("beach sunset^2"),
        [(words("beach"), 1.0), (words("sunset"), 2.0)]
    );
    let exact = TermKind::Exact("a photo of -x".into());
    assert_eq!(parse("\"a photo of -x\"^0.5"), [(exact, 0.5)]);
    assert_eq!(
        parse("red like:cat.jpg -like:\"my dog.jpg\""),
        [
            (words("red"), 1.0),
            (TermKind::Like("cat.jpg".into()), 1.0),
            (TermKind::Like("my dog.jpg".into()), -1.0)
        ]
    );
    assert_eq!(parse("\"unclosed"), [(words("\"unclosed"), 1.0)]);
    assert_eq!(parse("a - b"), [(words("a - b"), 1.0)]);
}

#[test]
fn punctuation_at_the_end_of_a_short_phrase_is_ignored() {
    for (text, bare) in [
        ("People!", "People"),
        ("a red car...", "a red car"),
        ("beach ?", "beach"),
        ("人！", "人"),
        ("people…", "people"),
        ("animals;", "animals"),
        ("الناس؟", "الناس"),
        ("लोग।", "लोग"),
        ("people -", "people"),
        ("a cat sits here.", "a cat sits here."),
        ("?!", "?!"),
        ("St. Peter", "St. Peter"),
    ] {
        assert_eq!(parse(text), [(words(bare), 1.0)], "{text}");
    }
    let terms = parse("beach!^2 -people? \"People!\"");
    let exact = TermKind::Exact("People!".into());
    assert_eq!(
        terms,
        [(words("beach"), 2.0), (exact, 1.0), (words("people"), -1.0)]
    );
    let people = |text: &str| Query::parse(text).expect("a query").expand(&[]);
    assert_eq!(people("People!").text, "People!");
    assert_eq!(
        people("People!").alternatives,
        people("People").alternatives
    );
    assert!(people("People!").alternatives.len() > 1);
}

#[test]
fn signs_of_other_keyboards_mean_the_same() {
    let plain = Query::parse("猫, 犬, \"a cat, asleep\", -人").expect("a query");
    for text in [
        "猫，犬，“a cat, asleep”，－人",
        "猫、犬、„a cat, asleep“、−人",
        "猫، 犬، ＂a cat, asleep＂، -人",
    ] {
        let query = Query::parse(text).expect("a query");
        assert_eq!(query.alternatives, plain.alternatives, "{text}");
    }
    assert_eq!(Query::parse("，、"), Err(QueryError::Empty("，、".into())));
    assert_eq!(parse("“unclosed"), [(words("“unclosed"), 1.0)]);
    // The end of a long text is not searched for at each of its marks.
    let many = Query::parse(&"“a ".repeat(200_000)).expect("a query");
    assert_eq!(many.terms().count(), 1);
    let many = Query::parse(&"\"a\"".repeat(200_000));
    assert_eq!(many, Err(QueryError::TooLong(200_000)));
}

#[test]
fn what_says_nothing_is_an_error() {
    for text in ["", "  ", ",,", "\"\""] {
        assert_eq!(Query::parse(text), Err(QueryError::Empty(text.into())));
    }
    assert!(matches!(
        Query::parse("cat^many"),
        Err(QueryError::Weight { .. })
    ));
    assert!(matches!(
        Query::parse("cat like:"),
        Err(QueryError::Like(_))
    ));
}

#[test]
fn negated_words_do_not_multiply_without_end() {
    let query = |alternatives: usize, negated: usize| {
        let text = "a,".repeat(alternatives) + &" -b".repeat(negated);
        Query::parse(&text).map(|query| query.terms().count())
    };
    assert_eq!(query(100, 10), Ok(1_100));
    assert_eq!(query(10_000, 10_000), Err(QueryError::TooLong(100_010_000)));
}

#[test]
fn a_comma_means_or_and_a_minus_holds_for_all() {
    let query = Query::parse("cat, \"a dog, asleep\", -grass,").expect("a query");
    let exact = TermKind::Exact("a dog, asleep".into());
    assert_eq!(
        alternatives(&query),
        [[words("cat"), words("grass")], [exact, words("grass")]]
    );
    let away = Query::parse("-grass").expect("a query");
    assert_eq!(alternatives(&away), [[words("grass")]]);
    for text in ["猫，狗", "猫、狗", "猫，  狗，", "猫، 狗"] {
        let query = Query::parse(text).expect("a query");
        assert_eq!(
            alternatives(&query),
            [[words("猫")], [words("狗")]],
            "{text}"
        );
    }
}

#[test]
fn alternatives_count_their_weights_and_a_label_alone_counts_one() {
    let weights = |text: &str| Query::parse(text).expect("a query").weights();
    assert_eq!(weights("beach, sunset^2, red sky^2"), [1.0, 2.0, 1.0]);
    assert_eq!(weights("sunset^2"), [1.0]);
    let people = Query::parse("people").expect("a query").expand(&[]);
    assert_eq!(people.weights()[..2], [1.0, KIND_WEIGHT]);
    let beach = Query::parse("beach").expect("a query").expand(&[]);
    assert_eq!(beach.weights()[1], 1.0);
}

#[test]
fn general_words_are_spread_and_what_was_switched_off_is_not() {
    let expand = |text: &str, without: &[String]| {
        let query = Query::parse(text).expect("a query").expand(without);
        let what = |terms: &Vec<Term>| terms.iter().map(|term| term.what.clone()).collect();
        let all: Vec<Vec<TermKind>> = query.alternatives.iter().map(what).collect();
        all
    };
    let member = |text: &str| TermKind::Member(text.into());
    let people = expand("people -dog", &["Boy ".into()]);
    assert_eq!(people[0], [words("people"), words("dog")]);
    assert!(people.contains(&vec![member("woman"), words("dog")]));
    assert!(!people.contains(&vec![member("boy"), words("dog")]));
    // Negated members are not added.
    for (text, member) in [
        ("people -child", "child"),
        ("people -\"child\"", "child"),
        ("People, beach -Child", "child"),
        ("animal -dogs", "dog"),
    ] {
        let query = Query::parse(text).expect("a query");
        assert!(!query.members().is_empty(), "{text}");
        assert!(!query.members().contains(&member), "{text}");
    }
    // Existing words are not added again, and quoted words are not expanded.
    let two = expand("people, woman", &[]);
    assert!(two.contains(&vec![words("woman")]) && !two.contains(&vec![member("woman")]));
    for text in [
        "cat",
        "\"people\"",
        "people like:me.jpg",
        "people on a boat",
    ] {
        assert_eq!(expand(text, &[]).len(), 1, "{text}");
    }
}

#[test]
fn what_is_negated_is_no_member_in_any_form() {
    for (text, members) in [
        ("people -children", vec!["child"]),
        ("people -women", vec!["woman"]),
        ("people -\"a man\"", vec!["man"]),
        ("animals -sheep -fishes", vec!["sheep", "fish"]),
        ("furniture -benches -Chairs", vec!["chair"]),
        ("drink -wine", vec!["glass of wine"]),
        ("beach -child", vec!["a child on the beach"]),
        (
            "beach -people",
            vec![
                "people on the beach",
                "a man on the beach",
                "a child on the beach",
                "group of people on the beach",
            ],
        ),
    ] {
        let typed = Query::parse(text).expect("a query");
        let query = typed.clone().expand(&[]);
        assert!(!typed.members().is_empty(), "{text}");
        for member in members {
            assert!(!typed.members().contains(&member), "{text}: {member}");
            let what = TermKind::Member(member.into());
            let is_member =
                |terms: &Vec<Term>| terms.iter().any(|t| t.what == what && t.weight > 0.0);
            assert!(
                !query.alternatives.iter().any(is_member),
                "{text}: {member}"
            );
        }
    }
    assert!(
        Query::parse("beach -people")
            .expect("a query")
            .members()
            .contains(&"a dog on the beach")
    );
    // What the query looks for is not negated with a general word.
    for text in [
        "a dog -animal",
        "\"dog\" -animal",
        "dogs like:a.jpg -animal",
        "black dog -animals",
        "cat, dog -animal",
    ] {
        let negated = Query::parse(text).expect("a query").expand(&[]).negated();
        let has = |member: &str| {
            negated
                .iter()
                .any(|t| t.what == TermKind::Member(member.into()))
        };
        assert!(has("horse") && !has("dog"), "{text}");
    }
}

#[test]
fn words_that_are_typed_are_not_added_in_another_form() {
    for text in [
        "people, women",
        "people, a woman",
        "people, \"woman\"",
        "Woman, people",
    ] {
        let query = Query::parse(text).expect("a query");
        assert!(query.members().contains(&"man"), "{text}");
        assert!(!query.members().contains(&"woman"), "{text}");
    }
    // A picture of a woman is something else.
    let query = Query::parse("people, woman like:a.jpg").expect("a query");
    assert!(query.members().contains(&"woman"));
}

#[test]
fn members_count_with_their_word() {
    let expand = |text: &str| Query::parse(text).expect("a query").expand(&[]);
    let people = expand("people");
    assert_eq!(expand("people^2").alternatives, people.alternatives);
    assert_eq!(expand("people^2").weights(), people.weights());
    let weights = expand("people^2, cat").weights();
    assert_eq!(weights[..3], [2.0, 1.0, 2.0 * KIND_WEIGHT]);
    // A picture is subtracted from each in the same proportion.
    let query = expand("people^2 -like:a.jpg");
    let ratio = |terms: &Vec<Term>| terms[1].weight / terms[0].weight;
    let ratios: Vec<f32> = query.alternatives.iter().map(ratio).collect();
    assert!(ratios.len() > 1);
    for ratio in ratios {
        assert!((ratio + 0.5).abs() < 1e-6, "{ratio}");
    }
    // Extreme weights do not overflow.
    let query = expand("people^1e-38 -like:a.jpg^3e38, cat^3e38");
    assert!(
        query
            .terms()
            .all(|term| term.weight.is_finite() && term.weight != 0.0)
    );
}

#[test]
fn words_of_other_languages_are_english_for_models_that_know_no_other() {
    let query = Query::parse("perro, gato -人 \"el mar\"").expect("a query");
    let query = query.translated(None);
    let english = query.for_model(true);
    let exact = TermKind::Exact("el mar".into());
    assert_eq!(
        alternatives(&english),
        [
            vec![words("dog"), words("people")],
            vec![words("cat"), exact, words("people")]
        ]
    );
    let typed = query.for_model(false);
    assert_eq!(alternatives(&typed)[0], [words("perro"), words("人")]);
    let known = query.english.expect("other words").translations;
    let pairs: Vec<(&str, &str)> = { known.iter() }
        .map(|known| (&*known.words, &*known.english))
        .collect();
    assert_eq!(pairs, [("perro", "dog"), ("人", "people"), ("gato", "cat")]);
    // The expansion uses the English translation.
    let people = Query::parse("人").expect("a query").translated(None);
    let people = people.expand(&["boy".into()]).for_model(true);
    let same = Query::parse("people")
        .expect("a query")
        .expand(&["boy".into()]);
    assert_eq!(people.alternatives, same.alternatives);
    let english = Query::parse("chat, a red car").expect("a query");
    assert_eq!(english.clone().translated(None), english);
    let unknown = Query::parse("ผีเสื้อ").expect("a query").translated(None);
    assert_eq!(unknown.for_model(true).alternatives, unknown.alternatives);
    assert_eq!(
        unknown.english.map(|english| english.unknown.len()),
        Some(1)
    );
}

#[test]
fn negated_words_are_not_blended_into_what_they_are_negated_for() {
    let contents =
        |terms: Vec<Term>| -> Vec<TermKind> { terms.into_iter().map(|term| term.what).collect() };
    let query = Query::parse("cat, tiger, -dog^2 -like:a.jpg").expect("a query");
    let like = TermKind::Like("a.jpg".into());
    let blended: Vec<_> = query.blended().into_iter().map(contents).collect();
    assert_eq!(
        blended,
        [[words("cat"), like.clone()], [words("tiger"), like]]
    );
    let dog = Term {
        what: words("dog"),
        weight: -2.0,
    };
    assert_eq!(query.negated(), [dog]);
    // General words are negated with their members, but not what the query looks for.
    let query = Query::parse("dog -animal^2").expect("a query").expand(&[]);
    let negated = query.negated();
    let cat = Term {
        what: TermKind::Member("cat".into()),
        weight: -2.0 * KIND_WEIGHT,
    };
    assert!(negated.contains(&cat) && negated[0].what == words("animal"));
    assert!(!contents(negated).contains(&TermKind::Member("dog".into())));
    // A word that the query itself stands for is negated alone.
    let query = Query::parse("people -child").expect("a query").expand(&[]);
    assert_eq!(contents(query.negated()), [words("child")]);
    assert!(query.members().contains(&"girl"));
    // Negation alone has nothing else to blend.
    let query = Query::parse("-dog").expect("a query");
    assert_eq!(query.blended(), query.alternatives);
    assert_eq!(query.negated(), []);
}

#[test]
fn subtracting_turns_away_from_a_term_and_not_from_everything() {
    let axes = Axes {
        text: vec![0.8, 0.0, 0.0],
        image: vec![0.0; 3],
    };
    let (a, b) = (vec![0.8, 0.6, 0.0], vec![0.8, 0.0, 0.6]);
    let term = |weight| Term {
        what: words("x"),
        weight,
    };
    let both = combine(&[term(1.0), term(-1.0)], &[a.clone(), b.clone()], &axes);
    let dot = |x: &[f32], y: &[f32]| -> f32 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    assert!(dot(&both, &a) > 0.8);
    assert!(dot(&both, &b) < dot(&a, &b));
    let away = combine(&[term(-1.0)], std::slice::from_ref(&b), &axes);
    assert!(dot(&away, &a) > dot(&away, &b));
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*") {
        if let Ok(query) = Query::parse(&text) {
            let query = query.translated(None).expand(&[]);
            prop_assert!(!query.for_model(true).alternatives.is_empty());
            prop_assert!(query.alternatives.iter().all(|terms| !terms.is_empty()));
            for term in query.terms() {
                prop_assert!(term.weight.is_finite() && term.weight != 0.0);
            }
        }
    }
}
