//! EXIF as programs really write it, slightly broken: orientation, date, camera and lens are read wherever exiftool
//! reads them.
//!
//! The test that runs exiftool fails if it is not installed.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Cursor, Write};
use std::process::Command;

use image::{ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{camera_facts, decode};

/// A field: tag, type and value.
type Field = (u16, u16, Vec<u8>);

/// How a structure is broken.
#[derive(Clone, Copy, Default)]
struct Faults {
    bad_gps: bool,
    bad_next: bool,
    no_next: bool,
    no_next_of_exif: bool,
    long_maker_note: bool,
    bad_value: bool,
    more_fields_than_there_are: bool,
    no_zero_behind_text: bool,
    long_orientation: bool,
    text_orientation: bool,
    pointer_of_type_ifd: bool,
    date_of_other_type: bool,
}

struct Builder {
    little: bool,
    faults: Faults,
    data: Vec<u8>,
    data_at: usize,
}

impl Builder {
    fn short(&self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    fn long(&self, value: usize) -> [u8; 4] {
        match self.little {
            true => (value as u32).to_le_bytes(),
            false => (value as u32).to_be_bytes(),
        }
    }

    fn text(&self, tag: u16, text: &str) -> Field {
        let end: &[u8] = if self.faults.no_zero_behind_text {
            b""
        } else {
            b"\0"
        };
        (tag, 2, [text.as_bytes(), end].concat())
    }

    fn directory(&mut self, fields: &[Field], next: Option<usize>) -> Vec<u8> {
        let more = usize::from(self.faults.more_fields_than_there_are) * 200;
        let mut bytes = self.short((fields.len() + more) as u16).to_vec();
        for (tag, kind, value) in fields {
            let width = match kind {
                3 => 2,
                4 | 13 => 4,
                5 => 8,
                _ => 1,
            };
            let count = match tag {
                0x927c => 100_000,
                _ => value.len() / width,
            };
            bytes.extend(self.short(*tag));
            bytes.extend(self.short(*kind));
            bytes.extend(self.long(count));
            if *tag == 0x010f && self.faults.bad_value {
                bytes.extend(self.long(0x00ff_ffff));
            } else if value.len() <= 4 {
                bytes.extend(value);
                bytes.resize(bytes.len() + 4 - value.len(), 0);
            } else {
                bytes.extend(self.long(self.data_at + self.data.len()));
                self.data.extend(value);
                self.data.resize(self.data.len().next_multiple_of(2), 0);
            }
        }
        if let Some(next) = next {
            bytes.extend(self.long(next));
        }
        bytes
    }
}

/// A TIFF structure of a photo that is stored on its side.
fn tiff(little: bool, faults: Faults) -> Vec<u8> {
    let mut builder = Builder {
        little,
        faults,
        data: Vec::new(),
        data_at: 0,
    };
    let orientation = match (faults.long_orientation, faults.text_orientation) {
        (true, _) => (0x0112, 4, builder.long(6).to_vec()),
        (_, true) => (0x0112, 2, b"6\0".to_vec()),
        _ => (0x0112, 3, builder.short(6).to_vec()),
    };
    let mut main = vec![
        builder.text(0x010f, "Canon"),
        builder.text(0x0110, "Canon EOS 6D"),
        orientation,
        builder.text(0x0132, "2021:01:02 03:04:05"),
    ];
    let mut exif = vec![
        builder.text(0x9003, "2020:06:07 08:09:10"),
        builder.text(0x9004, "2020:06:07 08:09:11"),
        builder.text(0xa434, "EF50mm f/1.8 STM"),
    ];
    if faults.date_of_other_type {
        exif[0].1 = 7;
    }
    if faults.long_maker_note {
        exif.insert(2, (0x927c, 7, b"Canon".repeat(20)));
    }
    let size = |fields: usize, next: bool| 2 + 12 * fields + if next { 4 } else { 0 };
    let exif_at = 8 + size(main.len() + 2, !faults.no_next);
    builder.data_at = exif_at + size(exif.len(), !faults.no_next_of_exif);
    let pointer = if faults.pointer_of_type_ifd { 13 } else { 4 };
    main.push((0x8769, pointer, builder.long(exif_at).to_vec()));
    let gps_at = if faults.bad_gps { 0x00ff_ff00 } else { exif_at };
    main.push((0x8825, 4, builder.long(gps_at).to_vec()));
    let next = if faults.bad_next { 0x00ff_f000 } else { 0 };
    let main = builder.directory(&main, (!faults.no_next).then_some(next));
    let exif = builder.directory(&exif, (!faults.no_next_of_exif).then_some(0));
    let head: &[u8] = if little {
        b"II*\0\x08\0\0\0"
    } else {
        b"MM\0*\0\0\0\x08"
    };
    [head, &main, &exif, &builder.data].concat()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_pixel(64, 48, Rgb([200, 30, 30]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn segment(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [b"\xff\xe1", &length[..], content].concat()
}

fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Jpeg);
    bytes.splice(2..2, segments.concat());
    bytes
}

fn png(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
    let mut bytes = encoded(ImageFormat::Png);
    bytes.splice(33..33, chunk);
    bytes
}

fn webp(kind: &[u8; 4], flag: u8, data: &[u8]) -> Vec<u8> {
    let simple = encoded(ImageFormat::WebP);
    let mut bytes = [
        &simple[..12],
        b"VP8X\x0a\0\0\0",
        &[flag, 0, 0, 0],
        b"\x3f\0\0\x2f\0\0",
        &simple[12..],
    ]
    .concat();
    bytes.extend(kind);
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    bytes
}

const XMP: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
    <rdf:Description rdf:about='' xmlns:tiff='http://ns.adobe.com/tiff/1.0/' xmlns:exif='http://ns.adobe.com/exif/1.0/' \
    xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' tiff:Orientation='6' tiff:Model='Canon EOS 6D' \
    aux:Lens='EF50mm f/1.8 STM' exif:DateTimeOriginal='2020-06-07T08:09:10.12+02:00'/></rdf:RDF></x:xmpmeta>";

/// ImageMagick's text form of a profile.
fn profile(tiff: &[u8]) -> Vec<u8> {
    let bytes = [b"Exif\0\0", tiff].concat();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = hex
        .as_bytes()
        .chunks(72)
        .map(|l| std::str::from_utf8(l).expect("hex"))
        .collect();
    format!("\nexif\n{:8}\n{}\n", bytes.len(), lines.join("\n")).into()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(bytes).expect("compressed");
    zlib.finish().expect("compressed")
}

/// Files of all kinds by name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let none = Faults::default();
    let faults = [
        ("whole", none),
        (
            "bad-gps",
            Faults {
                bad_gps: true,
                ..none
            },
        ),
        (
            "bad-next",
            Faults {
                bad_next: true,
                ..none
            },
        ),
        (
            "no-next",
            Faults {
                no_next: true,
                ..none
            },
        ),
        (
            "no-next-of-exif",
            Faults {
                no_next_of_exif: true,
                ..none
            },
        ),
        (
            "long-maker-note",
            Faults {
                long_maker_note: true,
                ..none
            },
        ),
        (
            "bad-value",
            Faults {
                bad_value: true,
                ..none
            },
        ),
        (
            "more-fields",
            Faults {
                more_fields_than_there_are: true,
                no_next: true,
                ..none
            },
        ),
        (
            "no-zero",
            Faults {
                no_zero_behind_text: true,
                ..none
            },
        ),
        (
            "long-orientation",
            Faults {
                long_orientation: true,
                ..none
            },
        ),
        (
            "text-orientation",
            Faults {
                text_orientation: true,
                ..none
            },
        ),
        (
            "pointer-of-type-ifd",
            Faults {
                pointer_of_type_ifd: true,
                ..none
            },
        ),
        (
            "date-of-other-type",
            Faults {
                date_of_other_type: true,
                ..none
            },
        ),
    ];
    let mut files = Vec::new();
    for little in [true, false] {
        for (name, faults) in faults {
            let tiff = tiff(little, faults);
            let prefixed = [b"Exif\0\0", &tiff[..]].concat();
            let name = |ending: &str| format!("{name}-{little}.{ending}");
            files.push((name("jpg"), jpeg(&[segment(&prefixed)])));
            files.push((name("png"), png(b"eXIf", &tiff)));
            files.push((name("webp"), webp(b"EXIF", 8, &tiff)));
        }
    }
    let whole = tiff(true, none);
    let prefixed = [b"Exif\0\0", &whole[..]].concat();
    let packet = [b"http://ns.adobe.com/xap/1.0/\0", XMP.as_bytes()].concat();
    let text = |head: &[u8], body: Vec<u8>| [head, &body].concat();
    let other = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    files.extend([
        other("prefixed.png", png(b"eXIf", &prefixed)),
        other("prefixed.webp", webp(b"EXIF", 8, &prefixed)),
        other(
            "behind-nonsense.jpg",
            jpeg(&[segment(b"Exif\0\0nonsense"), segment(&prefixed)]),
        ),
        other(
            "behind-fill.jpg",
            jpeg(&[b"\xff\xff\xff".to_vec(), segment(&prefixed)]),
        ),
        other(
            "other-byte.jpg",
            jpeg(&[segment(&[b"Exif\0\x01", &whole[..]].concat())]),
        ),
        other(
            "behind-garbage.jpg",
            jpeg(&[segment(&[b"\0\0", &prefixed[..]].concat())]),
        ),
        other(
            "capitals.jpg",
            jpeg(&[segment(&[b"EXIF\0\0", &whole[..]].concat())]),
        ),
        other(
            "other-magic.jpg",
            jpeg(&[segment(&[b"Exif\0\0II\0\0", &whole[4..]].concat())]),
        ),
        other(
            "generic-profile.png",
            png(
                b"zTXt",
                &text(
                    b"Raw profile type APP1\0\0",
                    zlib(&[b"\ngeneric profile", &profile(&whole)[5..]].concat()),
                ),
            ),
        ),
        other(
            "text.png",
            png(b"tEXt", &text(b"Raw profile type exif\0", profile(&whole))),
        ),
        other(
            "app1.png",
            png(
                b"zTXt",
                &text(b"Raw profile type APP1\0\0", zlib(&profile(&whole))),
            ),
        ),
        other(
            "international.png",
            png(
                b"iTXt",
                &text(b"Raw profile type exif\0\0\0\0\0", profile(&whole)),
            ),
        ),
        other("xmp.jpg", jpeg(&[segment(&packet)])),
        other(
            "xmp.png",
            png(b"iTXt", &text(b"XML:com.adobe.xmp\0\0\0\0\0", XMP.into())),
        ),
        other("xmp.webp", webp(b"XMP ", 4, XMP.as_bytes())),
    ]);
    files
}

#[test]
fn orientation_date_camera_and_lens_are_read_all_the_same() {
    for (name, bytes) in corpus() {
        let decoded = decode(&bytes, 8, &Cancel::default()).expect(&name);
        assert_eq!(
            (decoded.width, decoded.height),
            (48, 64),
            "{name} is upright"
        );
        let taken = decoded.taken.map(|taken| taken.to_string());
        assert_eq!(taken.as_deref(), Some("2020-06-07T08:09:10"), "{name}");
        let facts = camera_facts(&bytes);
        let fact = |wanted: &str| {
            facts
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, v)| &v[..])
        };
        assert_eq!(fact("Camera"), Some("Canon EOS 6D"), "{name}");
        assert_eq!(fact("Lens"), Some("EF50mm f/1.8 STM"), "{name}");
        assert_eq!(decoded.warning, None, "{name}");
    }
}

#[test]
fn exiftool_reads_the_same_of_the_corpus() {
    let dir = tempfile::tempdir().expect("a folder");
    let corpus = corpus();
    for (name, bytes) in &corpus {
        fs::write(dir.path().join(name), bytes).expect("written");
    }
    let tags = [
        "-Orientation#",
        "-DateTimeOriginal",
        "-Model",
        "-LensModel",
        "-Lens",
    ];
    let output = Command::new("exiftool")
        .arg("-json")
        .args(tags)
        .arg(dir.path())
        .output();
    let output =
        output.expect("this test needs exiftool: install it (libimage-exiftool-perl on Debian)");
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let read = read.as_array().expect("a list");
    assert_eq!(read.len(), corpus.len());
    // The other test requires us to read the same values.
    let mut agreed = 0;
    for file in read {
        let text = file.to_string();
        let expected = [
            ("Orientation", "6"),
            ("DateTimeOriginal", "2020:06:07"),
            ("Model", "EOS 6D"),
        ];
        for (tag, value) in expected {
            if let Some(read) = file.get(tag) {
                assert!(read.to_string().contains(value), "{text}");
                agreed += 1;
            }
        }
    }
    assert!(
        agreed >= 2 * corpus.len(),
        "it reads most of them: {agreed}"
    );
}
