//! Packets inside photos.

use super::programs::{as_exiftool_reads, as_exiv2_reads, exiftool, exiv2, output};
use super::{TOUCHED, with};
use crate::shapes;
use crate::shapes::{Case, Encoding};

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{DynamicImage, ImageFormat, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::decode;
use lumisift::engine::media::metadata::{Additions, NewDescription, PhotoMetadata};
use lumisift::engine::organize::sidecars::{SidecarEdit, SidecarPlacement, apply, plan, undo};
use serde_json::{Map, Value};

/// File extensions, and how such a picture is made; a format without an encoder here uses a fixture.
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

/// A HEIC whose list of items comes before their locations, which have no common base: the only form that exiv2 0.27
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
    // The saved bytes are left free, so that no offset changes.
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
    // The packet is larger than a segment: properties in the extended packet are read, and nothing is written into such
    // a photo, because it would then be there twice.
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
    // exiftool puts the packets into the photos unchanged.
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
    let (_, warnings) = output(&mut command);
    assert_eq!(warnings, "");
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
        let descriptions: Vec<_> = planned
            .changes
            .iter()
            .map(|c| c.description.as_deref())
            .collect();
        assert_eq!(descriptions, vec![Some(text); new.len()]);
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
    // A replaced description keeps its translations.
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
