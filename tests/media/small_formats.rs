//! Metadata of JPEG 2000, GIF and BigTIFF, and unsupported files that are named as what they are instead of as damaged.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::corpus;
use crate::files::{Field, LONG, Page, SHORT, strips};
use crate::fixtures;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, camera_facts, decode};
use lumisift::engine::media::metadata::embedded_facts;

const XMP_UUID: &[u8; 16] = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

fn fixture(name: &str) -> Vec<u8> {
    fixtures::bytes(&format!("formats/{name}"))
}

fn read(file: &[u8]) -> Result<Decoded, DecodeError> {
    corpus::keep(file);
    decode(file, 10_000, &Cancel::default())
}

/// A structure of big-endian numbers.
struct Directory {
    /// Whether offsets have eight bytes.
    is_big: bool,
    /// The offset of its first byte.
    at: usize,
}

impl Directory {
    fn number(&self, value: usize) -> Vec<u8> {
        match self.is_big {
            true => (value as u64).to_be_bytes().to_vec(),
            false => (value as u32).to_be_bytes().to_vec(),
        }
    }

    /// A directory of fields (tag, type, value), with the values after it.
    fn bytes(&self, fields: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
        let place = self.number(0).len();
        let mut bytes = match self.is_big {
            true => (fields.len() as u64).to_be_bytes().to_vec(),
            false => (fields.len() as u16).to_be_bytes().to_vec(),
        };
        let mut values: Vec<u8> = Vec::new();
        let behind = self.at + bytes.len() + fields.len() * (4 + 2 * place) + place;
        for (tag, kind, value) in fields {
            let width = [1, 1, 1, 2, 4, 8][usize::from(*kind)];
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(self.number(value.len() / width));
            match value.len() <= place {
                true => {
                    bytes.extend(value);
                    bytes.resize(bytes.len() + place - value.len(), 0);
                }
                false => {
                    bytes.extend(self.number(behind + values.len()));
                    values.extend(value);
                }
            }
        }
        bytes.extend(self.number(0));
        bytes.extend(values);
        bytes
    }
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

/// GPS fields: 48 degrees 30 minutes north, 11 degrees east.
fn position() -> Vec<(u16, u16, Vec<u8>)> {
    let degrees = |degrees: u32, minutes: u32| {
        let parts = [degrees, 1, minutes, 1, 0, 1];
        parts.map(u32::to_be_bytes).concat()
    };
    vec![
        (1, 2, text("N")),
        (2, 5, degrees(48, 30)),
        (3, 2, text("E")),
        (4, 5, degrees(11, 0)),
    ]
}

/// Fields of the camera's directory.
fn camera() -> Vec<(u16, u16, Vec<u8>)> {
    vec![
        (0x9003, 2, text("2024:05:01 10:00:00")),
        (0xa434, 2, text("Sharp 35")),
    ]
}

/// The TIFF structure of EXIF.
fn exif() -> Vec<u8> {
    let first = Directory {
        is_big: false,
        at: 8,
    };
    let fields = |camera: usize, position: usize| {
        vec![
            (0x0110, 2, text("Box One")),
            (0x0112, 3, vec![0, 6]),
            (0x8769, 4, first.number(camera)),
            (0x8825, 4, first.number(position)),
        ]
    };
    let camera_at = 8 + first.bytes(&fields(0, 0)).len();
    let at = |at| Directory { is_big: false, at };
    let of_camera = at(camera_at).bytes(&camera());
    let position_at = camera_at + of_camera.len();
    [
        b"MM\0*\0\0\0\x08".to_vec(),
        first.bytes(&fields(camera_at, position_at)),
        of_camera,
        at(position_at).bytes(&position()),
    ]
    .concat()
}

fn packet() -> String {
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
     xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
     xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Model='Box One' tiff:Orientation='6' \
     xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' aux:Lens='Sharp 35' \
     xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2024-05-01T10:00:00' \
     exif:GPSLatitude='48,30N' exif:GPSLongitude='11,0E'/></rdf:RDF></x:xmpmeta>"
        .into()
}

/// Checks that orientation, date, camera and place of the file are read.
fn assert_says_all(file: &[u8], size: (u32, u32), what: &str) {
    let decoded = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!((decoded.width, decoded.height), (size.1, size.0), "{what}");
    let taken = decoded.taken.as_ref().map(|taken| taken.as_str());
    assert_eq!(taken, Some("2024-05-01T10:00:00"), "{what}");
    assert_eq!(decoded.camera.as_deref(), Some("Box One"), "{what}");
    assert_eq!(decoded.warning, None, "{what}");
    let facts = camera_facts(file);
    for fact in [("Camera", "Box One"), ("Lens", "Sharp 35")] {
        let fact = (fact.0, fact.1.to_owned());
        assert!(facts.contains(&fact), "{what}: {facts:?}");
    }
    let facts = embedded_facts(Cursor::new(file));
    let place = facts.position.unwrap_or_else(|| panic!("{what}: no place"));
    let (latitude, longitude) = (place.latitude(), place.longitude());
    assert!((latitude - 48.5).abs() < 1e-4, "{what}: {latitude}");
    assert!((longitude - 11.0).abs() < 1e-4, "{what}: {longitude}");
}

#[test]
fn jpeg_2000_says_what_its_boxes_hold() {
    let plain = fixture("colour.jp2");
    let end = plain.windows(4).position(|kind| kind == b"jp2c");
    let before = end.expect("a codestream") - 4;
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length[..], kind, content].concat()
    };
    let photoshop = b"\x05\x37\xcd\xab\x9d\x0c\x44\x31\xa7\x2a\xfa\x56\x1f\x2a\x11\x3e";
    for (what, block) in [
        (
            "EXIF by its name",
            boxed(b"uuid", &[b"JpgTiffExif->JP2", &exif()[..]].concat()),
        ),
        (
            "EXIF as in a JPEG",
            boxed(
                b"uuid",
                &[b"JpgTiffExif->JP2Exif\0\0", &exif()[..]].concat(),
            ),
        ),
        (
            "EXIF of Photoshop",
            boxed(b"uuid", &[photoshop, &exif()[..]].concat()),
        ),
        (
            "a box of EXIF",
            boxed(b"Exif", &[b"\0\0\0\0", &exif()[..]].concat()),
        ),
        (
            "XMP",
            boxed(b"uuid", &[XMP_UUID, packet().as_bytes()].concat()),
        ),
    ] {
        let mut file = plain.clone();
        file.splice(before..before, block.clone());
        assert_says_all(&file, (192, 128), what);
        let file = [&plain[..], &block].concat();
        assert_says_all(&file, (192, 128), &format!("{what} behind the picture"));
    }
}

#[test]
fn a_gif_says_what_its_packet_says() {
    let picture = RgbImage::from_fn(20, 10, |x, y| Rgb([x as u8 * 12, y as u8 * 25, 90]));
    let mut gif = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut gif, ImageFormat::Gif)
        .expect("encodes");
    let mut file = gif.into_inner();
    let mut extension = b"\x21\xff\x0bXMP DataXMP".to_vec();
    extension.extend(packet().as_bytes());
    extension.push(1);
    extension.extend((0..=255_u8).rev());
    extension.push(0);
    let behind = file.len() - 1;
    let before = 13 + (6 << (file[10] & 7));
    let mut with_end = file.clone();
    with_end.splice(behind..behind, extension.clone());
    file.splice(before..before, extension);
    for (what, file) in [("before the picture", file), ("behind it", with_end)] {
        assert_says_all(&file, (20, 10), what);
    }
}

#[test]
fn a_big_tiff_says_what_its_directories_hold() {
    let ascii = |text: &str| text.bytes().chain([0]).map(u64::from).collect::<Vec<_>>();
    let page = |more: Vec<Field>| Page {
        size: (20, 10),
        kind: (1, 1, 1, 8),
        rows: 10,
        chunks: strips(&[90; 200], 20, 10),
        more,
        big_endian: true,
        is_big: true,
        ..Page::default()
    };
    let fields = |camera: u64, position: u64| {
        vec![
            Field(0x0110, 2, ascii("Box One")),
            Field(0x0112, SHORT, vec![6]),
            Field(0x8769, LONG, vec![camera]),
            Field(0x8825, LONG, vec![position]),
        ]
    };
    let camera_at = page(fields(0, 0)).to_bytes().len();
    let at = |at| Directory { is_big: true, at };
    let of_camera = at(camera_at).bytes(&camera());
    let position_at = camera_at + of_camera.len();
    let file = [
        page(fields(camera_at as u64, position_at as u64)).to_bytes(),
        of_camera,
        at(position_at).bytes(&position()),
    ]
    .concat();
    assert_says_all(&file, (20, 10), "BigTIFF");
    // Without the camera's date, the date of the last change is used.
    let changed = vec![Field(0x0132, 2, ascii("2023:04:05 06:07:08"))];
    let taken = read(&page(changed).to_bytes()).expect("decodes").taken;
    assert_eq!(
        taken.expect("a date").as_str(),
        "2023-04-05T06:07:08",
        "BigTIFF"
    );
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let jpeg_ls =
        b"\xff\xd8\xff\xf7\0\x0b\x08\0\x04\0\x04\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\0\0abc\xff\xd9";
    let plain = fixture("grey.j2k");
    // After the size of the picture.
    let behind = 4 + usize::from(u16::from_be_bytes([plain[4], plain[5]]));
    let mut marked = plain.clone();
    marked.splice(behind..behind, *b"\xff\x50\0\x08\0\x02\0\0\0\0");
    let mut capable = plain.clone();
    capable[6] |= 0x40;
    for (file, name) in [
        (&jpeg_ls[..], "JPEG-LS files"),
        (&marked, "High-throughput JPEG 2000 files"),
        (&capable, "High-throughput JPEG 2000 files"),
    ] {
        let error = read(file).expect_err(name);
        assert_eq!(error, DecodeError::Unsupported(name));
        let message = error.to_string();
        assert!(message.contains("cannot be read yet"), "{message}");
        assert!(!message.contains("damaged"), "{message}");
    }
}

#[test]
fn a_cut_codestream_shows_what_it_has() {
    for name in ["grey.j2k", "colour.jp2"] {
        let whole = fixture(name);
        let want = read(&whole).expect("decodes");
        assert_eq!(want.warning, None, "{name}");
        let mut last = f64::INFINITY;
        for percent in [1, 2, 5, 10, 25, 50, 75, 99] {
            let cut = &whole[..whole.len() * percent / 100];
            let decoded = match read(cut) {
                Ok(decoded) => decoded,
                Err(error) => {
                    assert!(percent <= 5, "{percent} % of {name}: {error}");
                    assert!(error.to_string().starts_with("damaged JPEG 2000: "));
                    continue;
                }
            };
            let warning = decoded.warning.expect("a warning");
            assert!(warning.starts_with("the file is cut short"), "{warning}");
            let pairs = decoded.pixels.rgb.iter().zip(&want.pixels.rgb);
            let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = sum as f64 / want.pixels.rgb.len() as f64;
            assert!(
                mean <= last + 0.5,
                "{percent} % of {name} shows less than before: {mean:.1}, {last:.1}"
            );
            last = mean;
        }
        assert!(last < 2.0, "nearly all of {name} differs by {last:.1}");
    }
}

#[test]
fn a_cut_photoshop_file_says_how_much_is_missing() {
    let (width, height) = (10_u32, 40_u32);
    let mut file = b"8BPS\0\x01\0\0\0\0\0\0\0\x01".to_vec();
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    // Grey of eight bits; no palette, resources, layers and compression.
    file.extend([0, 8, 0, 1]);
    file.extend([0; 14]);
    file.extend((0..width * height).map(|at| (at % 200) as u8));
    assert_eq!(read(&file).expect("decodes").warning, None);
    let cut = &file[..file.len() - 100];
    assert_eq!(
        read(cut).expect("decodes").warning.as_deref(),
        Some("the file is cut short: about 25 % of the picture is missing")
    );
}
