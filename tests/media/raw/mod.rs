//! Camera RAW is shown by its embedded previews: rotated once, dated, the smallest sufficient one. The files are
//! containers as cameras write them, around JPEGs made by the test.

mod containers;
mod writer;

use crate::corpus;

use std::io::Cursor;

use containers::{all, arw, cr2, cr3, crw, dng, large, main_fields, nef, pef, tiff_raw};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode};
use writer::Value::{Long, Longs, Short, Text};
use writer::Writer;

const RED: [u8; 3] = [220, 20, 20];

const GREEN: [u8; 3] = [20, 200, 20];

const BLUE: [u8; 3] = [20, 20, 220];

const WHITE: [u8; 3] = [240, 240, 240];

const YELLOW: [u8; 3] = [230, 220, 10];

/// Stored size of the large preview, and of the small one, which is yellow.
const LARGE: (u32, u32) = (640, 480);

const SMALL: (u32, u32) = (320, 240);

const TAKEN: &str = "2024:05:01 10:00:00";

fn encoded(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgb8(picture);
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// A picture that is red, green, blue and white in reading order when it is rotated to the right by 90 degrees.
fn stored() -> RgbImage {
    RgbImage::from_fn(LARGE.0, LARGE.1, |x, y| {
        Rgb(match (x < LARGE.0 / 2, y < LARGE.1 / 2) {
            (true, true) => GREEN,
            (false, true) => WHITE,
            (true, false) => RED,
            (false, false) => BLUE,
        })
    })
}

fn decoded(bytes: &[u8], side: u32) -> Decoded {
    corpus::keep(bytes);
    decode(bytes, side, &Cancel::default()).expect("decodes")
}

/// Colours in the middle of the four quarters of the upright picture, in reading order.
fn quarters(decoded: &Decoded) -> [[u8; 3]; 4] {
    let pixels = decoded.pixels.clone().upright();
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let (x, y) = (pixels.width * x / 4, pixels.height * y / 4);
        let at = 3 * (y * pixels.width + x) as usize;
        [0, 1, 2].map(|n| pixels.rgb[at + n])
    })
}

fn assert_shows(decoded: &Decoded, want: [[u8; 3]; 4], what: &str) {
    for (got, want) in quarters(decoded).into_iter().zip(want) {
        let near = got.iter().zip(want).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(near, "{what}: {got:?} in place of {want:?}");
    }
}

#[test]
fn every_container_shows_its_preview_upright_and_dated() {
    for (what, bytes, says_itself) in all() {
        let decoded = decoded(&bytes, 400);
        assert_shows(&decoded, [RED, GREEN, BLUE, WHITE], what);
        assert_eq!(decoded.warning, None, "{what}");
        let taken = decoded.taken.as_ref().map(|taken| taken.as_str());
        assert_eq!(
            taken,
            says_itself.then_some("2024-05-01T10:00:00"),
            "{what}"
        );
        // The size is the photo's, not the preview's, where the file gives it.
        let size = if says_itself {
            (4500, 6000)
        } else {
            (480, 640)
        };
        assert_eq!((decoded.width, decoded.height), size, "{what}");
    }
}

#[test]
fn the_smallest_preview_that_suffices_is_shown() {
    for (what, bytes, _) in [
        ("CR2", cr2(), 0),
        ("NEF", nef(), 0),
        ("ARW", arw(32_767), 0),
        ("DNG", dng(), 0),
        ("PEF", pef(), 0),
        ("CR3", cr3(), 0),
        ("CRW", crw(), 0),
    ] {
        assert_shows(&decoded(&bytes, 240), [YELLOW; 4], what);
        let large = [RED, GREEN, BLUE, WHITE];
        assert_shows(&decoded(&bytes, 241), large, what);
        assert_shows(&decoded(&bytes, 5000), large, what);
    }
}

#[test]
fn a_damaged_preview_gives_way_to_the_next() {
    let mut bytes = cr2();
    let jpeg = large();
    let at = bytes.windows(jpeg.len()).position(|part| part == jpeg);
    let scan = jpeg.windows(2).rposition(|part| part == [0xff, 0xda]);
    // Only the beginning remains, up to the start of the picture data.
    let at = at.expect("there") + scan.expect("a scan");
    bytes[at..at + 2].copy_from_slice(&[0xff, 0xd9]);
    assert_shows(&decoded(&bytes, 400), [YELLOW; 4], "the small one");
}

#[test]
fn a_raw_file_without_a_preview_says_so() {
    let mut writer = Writer::new(true, b"II*\0");
    let sensor = writer.sensor(34_713);
    let bytes = writer.finish(sensor);
    let error = decode(&bytes, 200, &Cancel::default()).expect_err("no preview");
    assert_eq!(error, DecodeError::NoPreview);
    assert!(
        error.to_string().contains("export the photo as JPEG"),
        "{error}"
    );
    // A small uncompressed picture is better than none.
    let mut writer = Writer::new(true, b"II*\0");
    let sensor = writer.sensor(34_713);
    let mut fields = writer.plain(64, 48);
    fields.push((0x14a, Long(sensor)));
    let decoded = decoded(&tiff_raw(writer, fields, 0), 200);
    assert_shows(&decoded, [YELLOW; 4], "plain");
    assert_eq!((decoded.width, decoded.height), (4500, 6000));
    let warning = decoded.warning.expect("a warning");
    assert!(warning.contains("64 x 48"), "{warning}");
}

#[test]
fn pictures_of_cameras_that_are_no_raw_files_stay_what_they_are() {
    // TIFF with a maker and an Exif directory, as cameras and scanners write it.
    let mut writer = Writer::new(true, b"II*\0");
    let exif = writer.exif(Vec::new());
    let mut fields = writer.plain(64, 48);
    fields.retain(|(tag, _)| !matches!(tag, 0xfe | 0x112));
    fields.extend(main_fields(exif));
    fields.sort_by_key(|(tag, _)| *tag);
    let main = writer.directory(&fields, 0);
    let decoded = decoded(&writer.finish(main), 10);
    assert_eq!((decoded.width, decoded.height), (48, 64));
    assert_eq!(decoded.warning, None);
    let tiff = encoded(stored(), ImageFormat::Tiff);
    assert_eq!(self::decoded(&tiff, 10).pixels.rgb, stored().into_raw());
}

#[test]
fn hostile_structures_are_refused_and_end() {
    let own = |next: u32, parts: Vec<u32>| {
        let mut writer = Writer::new(true, b"IIU\0");
        writer.put(&[0; 8]);
        let main = writer.directory(&[(0x14a, Longs(parts)), (0x10f, Text("Maker"))], next);
        writer.finish(main)
    };
    // Directories that point to themselves, to each other and beyond the end of the file.
    for (next, parts) in [
        (16, vec![16, 16]),
        (u32::MAX, vec![u32::MAX; 3]),
        (8, vec![16, 4, 8, 2]),
        (0, (0..5000).collect()),
    ] {
        let result = decode(&own(next, parts), 100, &Cancel::default());
        assert_eq!(result.expect_err("nothing there"), DecodeError::NoPreview);
    }
    // A JPEG that claims to be longer than the file is shown as far as it goes.
    let mut writer = Writer::new(true, b"IIU\0");
    let (at, _) = writer.put(&large());
    let fields = [
        (0x201, Long(at)),
        (0x202, Long(u32::MAX)),
        (0x112, Short(6)),
    ];
    let main = writer.directory(&fields, 0);
    let decoded = decoded(&writer.finish(main), 400);
    assert_shows(&decoded, [RED, GREEN, BLUE, WHITE], "a long one");
}

#[test]
fn cut_and_damaged_files_never_panic() {
    for (what, whole, _) in all() {
        for part in 0..24 {
            let cut = &whole[..whole.len() * part / 24];
            if let Err(error) = decode(cut, 100, &Cancel::default()) {
                assert!(!error.to_string().is_empty(), "{what}");
            }
        }
        let jpeg = large();
        let at = whole.windows(jpeg.len()).position(|part| part == jpeg);
        let at = at.expect("there");
        // Everything except the data of the large JPEG.
        let structure = (0..at).chain(at + jpeg.len()..whole.len());
        for place in structure.step_by(whole.len() / 150) {
            for value in [0, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] = value;
                let _ = decode(&damaged, 100, &Cancel::default());
            }
        }
    }
}
