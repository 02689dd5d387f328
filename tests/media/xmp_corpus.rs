//! Sidecars and packets in the shapes of many programs and in all encodings: after random additions every untouched
//! byte is as before, and exiftool and exiv2 read what is expected, without warnings.
//!
//! The tests that ask these programs fail where they are not installed.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::shapes;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{DynamicImage, ImageFormat, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::decode;
use lumisift::engine::media::metadata::xmp::{HIERARCHY, Packet, SUBJECT, TAGS};
use lumisift::engine::media::metadata::{Additions, NewDescription, PhotoMetadata};
use lumisift::engine::organize::sidecars::plan;
use lumisift::engine::organize::sidecars::{SidecarEdit, SidecarPlacement, apply, undo};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value};
use shapes::{Case, Encoding};

/// Keywords as people have them; no comma, at which exiv2's output could not be told apart.
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

/// What a list has after items were added.
fn with(mut list: Vec<String>, items: impl Iterator<Item = String>) -> Vec<String> {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
    list
}

/// What other programs must read.
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
            // A new list begins with what was there.
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

/// Checks that all that was not touched stands in a text as it stood, in its order.
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
            prop_assert_eq!(again.add(additions), Ok(false), "twice");
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

fn output(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{program}: {error}; this test needs exiftool and exiv2: install them (libimage-exiftool-perl and exiv2 on Debian)")
    });
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

/// Whether exiftool cannot tell the encoding: it takes UTF-32 for UTF-16, and knows UTF-16 by its first instruction. It
/// gets UTF-8 then.
fn wide(case: &Case) -> bool {
    match case.encoding {
        Encoding::Utf8 => false,
        Encoding::Utf16Le | Encoding::Utf16Be => !case.text.contains("<?x"),
        Encoding::Utf32Le | Encoding::Utf32Be => true,
    }
}

/// What exiftool reads of each file, by name.
fn exiftool(files: &[PathBuf]) -> HashMap<String, Map<String, Value>> {
    let mut command = Command::new("exiftool");
    command.args(["-json", "-struct", "-G1", "-a", "-charset", "filename=utf8"]);
    let (out, _) = output(command.args(files));
    let read: Vec<Map<String, Value>> = serde_json::from_str(&out).expect("JSON");
    let named = read.into_iter().map(|mut tags| {
        let path = tags.remove("SourceFile").expect("a name");
        tags.retain(|tag, _| !tag.starts_with("System:") && !tag.starts_with("File:"));
        let name = Path::new(path.as_str().expect("a name")).file_name();
        (name.expect("a name").to_string_lossy().into_owned(), tags)
    });
    named.collect()
}

fn list(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(value) => Some(text(value))
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect(),
    }
}

const TOUCHED: [&str; 5] = [
    "XMP-dc:Subject",
    "XMP-lr:HierarchicalSubject",
    "XMP-digiKam:TagsList",
    "XMP-xmp:Rating",
    "XMP-xmp:Label",
];

fn as_exiftool_reads(tags: &Map<String, Value>) -> Expected {
    let [subject, hierarchical, tag_list, rating, label] = TOUCHED.map(|tag| list(tags.get(tag)));
    Expected {
        subject,
        hierarchical,
        tags: tag_list,
        rating: rating
            .first()
            .map(|rating| rating.parse().expect("a number")),
        label: label.first().cloned(),
    }
}

/// What exiv2 reads of each file: keys and values by name. It must say nothing else.
fn exiv2(files: &[PathBuf]) -> HashMap<String, Vec<(String, String)>> {
    let mut command = Command::new("exiv2");
    let (out, said) = output(command.arg("-PXkv").args(files));
    assert_eq!(said, "", "exiv2 warns");
    let mut read: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for line in out.lines() {
        let Some((path, rest)) = line
            .split_once("  Xmp.")
            .or_else(|| line.split_once(" Xmp."))
        else {
            continue;
        };
        let name = Path::new(path.trim()).file_name().expect("a name");
        let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
        let values = read.entry(name.to_string_lossy().into_owned()).or_default();
        values.push((key.into(), value.trim().into()));
    }
    read
}

fn as_exiv2_reads(tags: &[(String, String)]) -> Expected {
    let value = |key: &str| {
        let found = tags.iter().find(|(known, _)| known == key);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let list = |key: &str| -> Vec<String> {
        let items = value(key).into_iter().flat_map(|value| value.split(", "));
        items.map(ToOwned::to_owned).collect()
    };
    Expected {
        subject: list("dc.subject"),
        hierarchical: list("lr.hierarchicalSubject"),
        tags: list("digiKam.TagsList"),
        rating: value("xmp.Rating").map(|rating| rating.parse().expect("a number")),
        label: value("xmp.Label").map(ToOwned::to_owned),
    }
}

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
        // exiv2 knows sidecars in UTF-8 alone, and not without their wrapper.
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
        // It calls a byte order mark in UTF-8 superfluous and Windows' own address of its namespace incorrect, before
        // and after.
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

/// Endings, and what makes such a picture; one without an encoder here is a fixture.
const FORMATS: [(&str, Option<ImageFormat>); 5] = [
    ("jpg", Some(ImageFormat::Jpeg)),
    ("png", Some(ImageFormat::Png)),
    ("webp", Some(ImageFormat::WebP)),
    ("tif", Some(ImageFormat::Tiff)),
    ("heic", None),
];

fn picture(path: &Path, format: Option<ImageFormat>) {
    let Some(format) = format else {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
        let fixture = fs::read(fixtures.join("turned.heic")).expect("a fixture");
        fs::write(path, as_phones_order(fixture)).expect("written");
        return;
    };
    let image = RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 120]));
    let image = DynamicImage::from(image);
    image.save_with_format(path, format).expect("saved");
}

/// A HEIC whose items are listed before their places, and these without a common base: the only form that exiv2 0.27
/// reads.
fn as_phones_order(mut heic: Vec<u8>) -> Vec<u8> {
    let number = |at: usize, width: usize| {
        let bytes = heic[at..at + width].iter();
        bytes.fold(0, |sum, byte| sum << 8 | u32::from(*byte))
    };
    let kind = heic.windows(4).position(|kind| kind == b"iloc");
    let start = kind.expect("places") - 4;
    let infos = start + number(start, 4) as usize;
    let end = infos + number(infos, 4) as usize;
    let mut places = b"iloc\0\0\0\0\x44\0".to_vec();
    places.extend(&heic[start + 14..start + 16]);
    for item in (start + 16..infos).step_by(18) {
        places.extend(&heic[item..item + 4]);
        places.extend([0, 1]);
        places.extend((number(item + 4, 4) + number(item + 10, 4)).to_be_bytes());
        places.extend(&heic[item + 14..item + 18]);
    }
    let length = places.len() as u32 + 4;
    let mut new = heic[infos..end].to_vec();
    new.extend(length.to_be_bytes());
    new.extend(places);
    // What is saved is left free, so that no place changes.
    let free = (end - start - new.len()) as u32;
    new.extend(free.to_be_bytes());
    new.extend(b"free");
    new.resize(end - start, 0);
    heic.splice(start..end, new);
    heic
}

/// The pixels of a picture, in full.
fn pixels(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|ending| ending == "heic") && !cfg!(feature = "heic") {
        return Vec::new();
    }
    let bytes = fs::read(path).expect("there");
    let decoded = decode(&bytes, 10_000, &Cancel::default());
    decoded.expect("decodes").pixels.rgb
}

/// A picture of each format into which exiftool has written.
fn tagged(folder: &Path, name: &str, endings: &[&str], tags: &[&str]) -> Vec<PathBuf> {
    let formats = FORMATS
        .iter()
        .filter(|(ending, _)| endings.contains(ending));
    let make = |(ending, format): &(&str, Option<ImageFormat>)| {
        let path = folder.join(format!("{name}.{ending}"));
        picture(&path, *format);
        path
    };
    let photos: Vec<PathBuf> = formats.map(make).collect();
    let mut command = Command::new("exiftool");
    command
        .args(["-q", "-overwrite_original"])
        .args(tags)
        .args(&photos);
    assert_eq!(output(&mut command).1, "");
    photos
}

#[test]
fn what_exiftool_writes_inside_photos_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let all = ["jpg", "png", "webp", "tif", "heic"];
    let xmp = [
        "-XMP-xmp:Rating=4",
        "-XMP-xmp:Label=Red",
        "-XMP-dc:Subject=sea",
        "-XMP-dc:Subject=Größe",
        "-XMP-photoshop:DateCreated=2024:05:01 10:11:12",
    ];
    let exif = [
        "-IFD0:Rating=4",
        "-IFD0:XPKeywords=sea;Größe",
        "-ExifIFD:DateTimeOriginal=2024:05:01 10:11:12",
    ];
    let day = ["-IPTC:DateCreated=2024:05:01", "-IPTC:TimeCreated=10:11:12"];
    let words = ["-IPTC:Keywords=sea", "-IPTC:Keywords=Größe"];
    let utf8 = [&day[..], &words, &["-IPTC:CodedCharacterSet=UTF8"]].concat();
    let latin = [&day[..], &words, &["-IPTC:CodedCharacterSet="]].concat();
    for (name, endings, tags) in [
        ("xmp", &all[..], &xmp[..]),
        ("exif", &all, &exif),
        ("utf8", &["jpg", "tif"], &utf8),
        ("latin", &["jpg", "tif"], &latin),
    ] {
        for photo in tagged(dir.path(), name, endings, tags) {
            let facts = PhotoMetadata::of(&photo).facts;
            assert_eq!(facts.keywords, ["sea", "Größe"], "{}", photo.display());
            let taken = facts.taken.as_ref().map(ToString::to_string);
            assert_eq!(
                taken.as_deref(),
                Some("2024-05-01T10:11:12"),
                "{}",
                photo.display()
            );
            let rated = Some(4).filter(|_| endings.len() == all.len());
            assert_eq!(facts.rating, rated, "{}", photo.display());
        }
    }
    // More than a segment holds: what lies in the extended packet is read, and nothing is written into such a photo
    // that would stand twice.
    let caption = format!("-XMP-dc:Description={}", "caption ".repeat(10_000));
    let photos = tagged(
        dir.path(),
        "long",
        &["jpg"],
        &[&xmp[..], &[&caption]].concat(),
    );
    assert_eq!(
        PhotoMetadata::of(&photos[0]).facts.keywords,
        ["sea", "Größe"]
    );
    let wish = SidecarEdit {
        photo: photos[0].clone(),
        additions: Additions {
            keywords: vec!["cat".into()],
            ..Additions::default()
        },
    };
    let inside = SidecarPlacement {
        inside: true,
        ..SidecarPlacement::default()
    };
    let (count, failures) = apply(&plan(&[wish], inside), dir.path()).expect("written");
    assert_eq!((count.total(), failures.len()), (1, 0));
    assert_eq!(
        PhotoMetadata::of(&photos[0]).facts.keywords,
        ["sea", "Größe", "cat"]
    );
    assert!(!exiftool(&photos)["long.jpg"].contains_key("ExifTool:Warning"));
}

#[test]
fn exiftool_and_exiv2_read_packets_inside_photos() {
    let dir = tempfile::tempdir().expect("a folder");
    let formats = FORMATS;
    let utf8 = |case: &&Case| case.encoding == Encoding::Utf8;
    let cases: Vec<Case> = shapes::corpus()
        .into_iter()
        .filter(|case| utf8(&case))
        .collect();
    let (mut photos, mut pictures) = (Vec::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        let (ending, format) = formats[at % formats.len()];
        let photo = dir.path().join(format!("{}.{ending}", case.name));
        picture(&photo, format);
        pictures.push(pixels(&photo));
        photos.push(photo);
    }
    // exiftool puts the packets into the photos as they are.
    let mut command = Command::new("exiftool");
    command.args(["-q", "-q", "-overwrite_original", "-tagsFromFile"]);
    let sidecars = dir.path().join("sidecars");
    fs::create_dir(&sidecars).expect("a folder");
    for (case, photo) in cases.iter().zip(&photos) {
        let name = photo.with_extension("xmp");
        let name = sidecars.join(name.file_name().expect("a name"));
        fs::write(name, shapes::for_photos(&case.text)).expect("written");
    }
    command
        .arg(sidecars.join("%f.xmp"))
        .arg("-XMP")
        .args(&photos);
    let (_, said) = output(&mut command);
    assert_eq!(said, "");
    let originals: Vec<Vec<u8>> = photos.iter().map(|p| fs::read(p).expect("there")).collect();
    let was = exiftool(&photos);

    let wish = |photo: &PathBuf| SidecarEdit {
        photo: photo.clone(),
        additions: Additions {
            keywords: vec!["cat & dog".into()],
            parent: Some("AI".into()),
            ..Additions::default()
        },
    };
    let wishes: Vec<SidecarEdit> = photos.iter().map(wish).collect();
    let way = SidecarPlacement {
        inside: true,
        ..SidecarPlacement::default()
    };
    let planned = plan(&wishes, way);
    assert_eq!(
        (planned.changes.len(), planned.failures.len()),
        (photos.len(), 0)
    );
    let records = dir.path().join("records");
    let (count, failures) = apply(&planned, &records).expect("written");
    assert_eq!((count.photos, failures), (photos.len(), Vec::new()));

    let (is, by_exiv2) = (exiftool(&photos), exiv2(&photos));
    for ((case, photo), picture) in cases.iter().zip(&photos).zip(&pictures) {
        let name = photo
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(&pixels(photo) == picture, "{name}");
        let read = as_exiftool_reads(&is[&name]);
        let subject = with(case.subject.clone(), ["cat & dog".to_owned()].into_iter());
        assert_eq!(read.subject, subject, "{name}");
        assert_eq!(
            as_exiv2_reads(by_exiv2.get(&name).unwrap_or_else(|| panic!("{name}"))).subject,
            subject,
            "{name}"
        );
        assert!(
            read.hierarchical.contains(&"AI|cat & dog".to_owned()),
            "{name}"
        );
        let warned = |tags: &Map<String, Value>| tags.get("ExifTool:Warning").cloned();
        assert_eq!(warned(&is[&name]), warned(&was[&name]), "{name}");
        for (tag, value) in &was[&name] {
            let kept = tag.starts_with("XMP-") && !TOUCHED.contains(&tag.as_str());
            assert!(!kept || is[&name].get(tag) == Some(value), "{name}: {tag}");
        }
        assert_eq!(
            PhotoMetadata::of(photo).facts.keywords.first(),
            subject.first(),
            "{name}"
        );
    }
    undo(&records).expect("undone");
    for (photo, original) in photos.iter().zip(&originals) {
        assert_eq!(
            &fs::read(photo).expect("there"),
            original,
            "{}",
            photo.display()
        );
    }
}

#[test]
fn exiftool_and_exiv2_read_descriptions_and_a_persons_own_stays() {
    let dir = tempfile::tempdir().expect("a folder");
    let all = ["jpg", "png", "webp", "tif", "heic"];
    let theirs = ["-XMP-dc:Description=Grandma", "-XMP-dc:Description-de=Oma"];
    let camera = ["-IFD0:ImageDescription=OLYMPUS DIGITAL CAMERA"];
    let new = [
        tagged(dir.path(), "bare", &all, &["-XMP-xmp:Rating=4"]),
        tagged(dir.path(), "camera", &["jpg"], &camera),
    ]
    .concat();
    let described = [
        tagged(dir.path(), "xmp", &all, &theirs),
        tagged(
            dir.path(),
            "iptc",
            &["jpg", "tif"],
            &["-IPTC:Caption-Abstract=Grandma"],
        ),
        tagged(
            dir.path(),
            "exif",
            &["jpg"],
            &["-IFD0:ImageDescription=Grandma"],
        ),
    ]
    .concat();
    let photos = [new.clone(), described.clone()].concat();
    let originals: Vec<Vec<u8>> = photos.iter().map(|p| fs::read(p).expect("there")).collect();
    let text = "cat & \"dog\" <b>, perhaps sofa; taken 4 May 2024; sharp";
    let wishes = |replaces: bool| -> Vec<SidecarEdit> {
        let wish = |photo: &PathBuf| SidecarEdit {
            photo: photo.clone(),
            additions: Additions {
                description: Some(NewDescription {
                    text: text.into(),
                    replaces,
                }),
                ..Additions::default()
            },
        };
        photos.iter().map(wish).collect()
    };
    let records = dir.path().join("records");
    for inside in [true, false] {
        let way = SidecarPlacement {
            inside,
            ..SidecarPlacement::default()
        };
        let planned = plan(&wishes(false), way);
        assert_eq!(planned.failures, []);
        let said: Vec<_> = planned
            .changes
            .iter()
            .map(|c| c.description.as_deref())
            .collect();
        assert_eq!(said, vec![Some(text); new.len()]);
        assert_eq!(planned.unchanged, described.len());
        apply(&planned, &records).expect("written");
        let written: Vec<PathBuf> = match inside {
            true => new.clone(),
            false => new.iter().map(|p| p.with_added_extension("xmp")).collect(),
        };
        let (by_exiftool, by_exiv2) = (exiftool(&written), exiv2(&written));
        for path in &written {
            let name = path.file_name().expect("a name").to_string_lossy();
            let tags = &by_exiftool[&*name];
            assert_eq!(tags["XMP-dc:Description"], text, "{name}");
            assert!(!tags.contains_key("ExifTool:Warning"), "{name}");
            let value = format!("lang=\"x-default\" {text}");
            let tag = ("dc.description".to_owned(), value);
            assert!(by_exiv2[&*name].contains(&tag), "{name}: {by_exiv2:?}");
        }
        assert_eq!(plan(&wishes(false), way).changes, [], "twice");
        undo(&records).expect("undone");
    }
    // One that is replaced keeps its translations.
    let way = SidecarPlacement {
        inside: true,
        ..SidecarPlacement::default()
    };
    let planned = plan(&wishes(true), way);
    assert_eq!(planned.changes.len(), photos.len());
    apply(&planned, &records).expect("written");
    let (by_exiftool, by_exiv2) = (exiftool(&described), exiv2(&described));
    for path in &described {
        let name = path.file_name().expect("a name").to_string_lossy();
        assert_eq!(by_exiftool[&*name]["XMP-dc:Description"], text, "{name}");
        if name.starts_with("xmp") {
            assert_eq!(
                by_exiftool[&*name]["XMP-dc:Description-de"], "Oma",
                "{name}"
            );
            let value = format!("lang=\"x-default\" {text}, lang=\"de\" Oma");
            let tag = ("dc.description".to_owned(), value);
            assert!(by_exiv2[&*name].contains(&tag), "{name}: {by_exiv2:?}");
        }
    }
    undo(&records).expect("undone");
    for (photo, original) in photos.iter().zip(&originals) {
        let now = fs::read(photo).expect("there");
        assert!(now == *original, "{}", photo.display());
    }
}
