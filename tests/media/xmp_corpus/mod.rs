//! Sidecars and packets in the shapes of many programs and in all encodings. After random additions every untouched
//! byte is unchanged, and exiftool and exiv2 read the expected values, without warnings.
//!
//! The tests that run these programs fail if they are not installed.

mod embedded;
mod programs;

use crate::shapes;
use crate::shapes::{Case, Encoding};

use std::fs;
use std::path::{Path, PathBuf};

use lumisift::engine::media::metadata::Additions;
use lumisift::engine::media::metadata::xmp::{HIERARCHY, Packet, SUBJECT, TAGS};
use lumisift::engine::organize::sidecars::{SidecarEdit, SidecarPlacement, apply, plan, undo};
use programs::{as_exiftool_reads, as_exiv2_reads, exiftool, exiv2};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value};

/// Realistic keywords without commas, because exiv2's output separates them by commas.
fn keyword() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[A-Z][a-z]{1,6} [a-z]{1,6}",
        Just("rock & roll".to_owned()),
        Just("a <b> \"c\" 'd'".to_owned()),
        Just("Größe".to_owned()),
        Just("日本語".to_owned()),
        Just("🐈 cat".to_owned()),
        Just("]]>".to_owned()),
        Just("&amp;".to_owned()),
        Just("holiday".to_owned()),
    ]
}

fn additions() -> impl Strategy<Value = Additions> {
    let keywords = prop::collection::vec(keyword(), 0..4);
    let parent = prop::option::of(prop_oneof![
        Just("AI".to_owned()),
        Just("Müll & mehr".to_owned())
    ]);
    let rating = prop::option::of(prop_oneof![Just(-1_i8), 1..=5_i8]);
    let colour = prop::option::of(Just("Purple".to_owned()));
    (keywords, parent, rating, colour).prop_map(|(keywords, parent, rating, colour)| Additions {
        keywords,
        parent,
        rating,
        colour,
        ..Additions::default()
    })
}

/// The content of a list after items were added.
fn with(mut list: Vec<String>, items: impl Iterator<Item = String>) -> Vec<String> {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
    list
}

/// The values that other programs must read.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    subject: Vec<String>,
    hierarchical: Vec<String>,
    tags: Vec<String>,
    rating: Option<i8>,
    label: Option<String>,
}

impl Expected {
    fn of(case: &Case, additions: &Additions) -> Self {
        let keywords = additions.keywords.iter();
        let below = |separator: &str| {
            let parent = additions.parent.as_ref();
            let head = parent.map_or(String::new(), |parent| format!("{parent}{separator}"));
            let paths = keywords.clone().map(|keyword| format!("{head}{keyword}"));
            paths.collect::<Vec<_>>()
        };
        let hierarchical = match additions.parent {
            Some(_) => with(case.hierarchical.clone(), below("|").into_iter()),
            None => case.hierarchical.clone(),
        };
        let mut tags = case.tags.clone();
        if tags.is_empty() && !additions.keywords.is_empty() {
            // A new list begins with the existing keywords.
            let mut known: Vec<String> = case
                .hierarchical
                .iter()
                .map(|path| path.replace('|', "/"))
                .collect();
            let new = below("/");
            let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
            let named: Vec<String> = known.iter().chain(&new).map(last).collect();
            let words = case.subject.iter().filter(|word| !named.contains(word));
            known.extend(words.cloned());
            tags = known;
        }
        Self {
            subject: with(case.subject.clone(), keywords.clone().cloned()),
            hierarchical,
            tags: with(tags, below("/").into_iter()),
            rating: match case.rating {
                Some(rating) if rating != 0 => Some(rating),
                none => additions.rating.or(none),
            },
            label: case.label.clone().or_else(|| additions.colour.clone()),
        }
    }
}

/// Checks that all untouched pieces are unchanged and in their order.
fn assert_untouched(case: &Case, after: &str) {
    let mut at = 0;
    for piece in &case.untouched {
        let found = after[at..].find(piece.as_str());
        let found = found.unwrap_or_else(|| panic!("{}: {piece:?} is not in {after}", case.name));
        at += found + piece.len();
    }
}

#[test]
fn the_corpus_has_all_shapes_and_is_read() {
    let cases = shapes::corpus();
    assert!(cases.len() >= 300, "{} cases", cases.len());
    for case in &cases {
        let packet = Packet::parse(&case.bytes());
        let packet = packet.unwrap_or_else(|e| panic!("{}: {e}\n{}", case.name, case.text));
        assert_eq!(packet.list(SUBJECT), case.subject, "{}", case.name);
        assert_eq!(packet.list(HIERARCHY), case.hierarchical, "{}", case.name);
        assert_eq!(packet.list(TAGS), case.tags, "{}", case.name);
        assert_untouched(case, &case.text);
    }
}

#[test]
fn random_additions_leave_every_other_byte_as_it_was() {
    let cases = shapes::corpus();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(600)
    });
    let some = prop::collection::vec(additions(), 1..4);
    let outcome = runner.run(&(0..cases.len(), some), |(at, all)| {
        let case = &cases[at];
        let mut packet = Packet::parse(&case.bytes()).expect("a packet");
        for additions in &all {
            let changed = packet.add(additions).expect("added");
            let bytes = packet.to_bytes().expect("bytes");
            let mut again = Packet::parse(&bytes).expect("a packet");
            prop_assert!(!again.add(additions).expect("added"), "twice");
            let subject = packet.list(SUBJECT);
            prop_assert!(additions.keywords.iter().all(|k| subject.contains(k)));
            prop_assert!(case.subject.iter().all(|k| subject.contains(k)));
            if !changed {
                continue;
            }
            let after = case.encoding.decode(&bytes);
            assert_untouched(case, &after);
        }
        Ok(())
    });
    outcome.expect("every case");
}

/// Whether exiftool cannot detect the encoding: it takes UTF-32 for UTF-16, and recognizes UTF-16 by the first
/// instruction. It gets UTF-8 then.
fn wide(case: &Case) -> bool {
    match case.encoding {
        Encoding::Utf8 => false,
        Encoding::Utf16Le | Encoding::Utf16Be => !case.text.contains("<?x"),
        Encoding::Utf32Le | Encoding::Utf32Be => true,
    }
}

const TOUCHED: [&str; 5] = [
    "XMP-dc:Subject",
    "XMP-lr:HierarchicalSubject",
    "XMP-digiKam:TagsList",
    "XMP-xmp:Rating",
    "XMP-xmp:Label",
];

#[test]
fn exiftool_and_exiv2_read_every_result() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| {
        let folder = dir.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        folder
    };
    let (before, photos) = (folder("before"), folder("photos"));
    let (after, plain) = (folder("after"), folder("plain"));
    let mut runner = TestRunner::deterministic();
    let cases = shapes::corpus();
    let mut wishes = Vec::new();
    for case in &cases {
        let name = format!("{}.xmp", case.name);
        let readable = if wide(case) {
            case.text.clone().into()
        } else {
            case.bytes()
        };
        fs::write(before.join(&name), readable).expect("written");
        fs::write(photos.join(&name), case.bytes()).expect("written");
        let additions = additions()
            .new_tree(&mut runner)
            .expect("additions")
            .current();
        let photo = photos.join(format!("{}.jpg", case.name));
        wishes.push(SidecarEdit { photo, additions });
    }
    let records = dir.path().join("records");
    let planned = plan(&wishes, SidecarPlacement::default());
    assert_eq!(planned.failures, []);
    let (count, failures) = apply(&planned, &records).expect("written");
    assert_eq!((count.total(), failures.len()), (planned.changes.len(), 0));

    let named = |folder: &Path| -> Vec<PathBuf> {
        let name = |case: &Case| folder.join(format!("{}.xmp", case.name));
        cases.iter().map(name).collect()
    };
    for case in &cases {
        let name = format!("{}.xmp", case.name);
        let bytes = fs::read(photos.join(&name)).expect("there");
        let text = case.encoding.decode(&bytes);
        let readable = if wide(case) { text.into() } else { bytes };
        fs::write(after.join(name), readable).expect("written");
    }
    let (was, is) = (exiftool(&named(&before)), exiftool(&named(&after)));
    for (case, wish) in cases.iter().zip(&wishes) {
        let name = format!("{}.xmp", case.name);
        let bytes = fs::read(photos.join(&name)).expect("there");
        let text = case.encoding.decode(&bytes);
        assert_untouched(case, &text);
        // exiv2 supports only sidecars in UTF-8, and only with their wrapper.
        fs::write(plain.join(&name), shapes::for_exiv2(&text)).expect("written");
        let expected = Expected::of(case, &wish.additions);
        let (was, is) = (&was[&name], &is[&name]);
        assert_eq!(as_exiftool_reads(is), expected, "{name}: {text}");
        let others = |tags: &Map<String, Value>| -> Map<String, Value> {
            let others = tags
                .iter()
                .filter(|(tag, _)| !TOUCHED.contains(&tag.as_str()));
            others
                .map(|(tag, value)| (tag.clone(), value.clone()))
                .collect()
        };
        assert_eq!(others(is), others(was), "{name}: {text}");
        // exiftool calls a byte order mark in UTF-8 superfluous and Windows' own address of its namespace incorrect,
        // before and after the change.
        let warned = is.get("ExifTool:Warning");
        assert_eq!(warned, was.get("ExifTool:Warning"), "{name}");
        let marked = text.starts_with('\u{feff}');
        let known = marked || name.starts_with("windows");
        assert!(warned.is_none() || known, "{name}: {warned:?}");
    }
    let read = exiv2(&named(&plain));
    for (case, wish) in cases.iter().zip(&wishes) {
        let name = format!("{}.xmp", case.name);
        let none = Vec::new();
        let tags = read.get(&name).unwrap_or(&none);
        let expected = Expected::of(case, &wish.additions);
        assert_eq!(as_exiv2_reads(tags), expected, "{name}: {}", case.text);
    }

    let (count, kept) = undo(&records).expect("undone");
    assert_eq!((count.total(), kept.len()), (planned.changes.len(), 0));
    for case in &cases {
        let name = format!("{}.xmp", case.name);
        assert_eq!(
            fs::read(photos.join(name)).expect("there"),
            case.bytes(),
            "{}",
            case.name
        );
    }
}
