//! Camera RAW is shown by the previews in it: upright once, dated, the smallest that suffices. The files here are
//! containers as cameras write them, around JPEGs made on the spot.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::corpus;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode};

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

/// A picture that is red, green, blue and white in reading order when it is turned to the right by 90 degrees.
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

/// A JPEG with EXIF of its own, which says that it must be turned, as the container does.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = Writer::new(false, b"MM\0*");
    let main = tiff.directory(&[(0x112, Short(6))], 0);
    let tiff = tiff.finish(main);
    let length = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    let segment = [&[0xff, 0xe1][..], &length, b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

fn large() -> Vec<u8> {
    with_exif(&encoded(stored(), ImageFormat::Jpeg))
}

fn small() -> Vec<u8> {
    let picture = RgbImage::from_pixel(SMALL.0, SMALL.1, Rgb(YELLOW));
    encoded(picture, ImageFormat::Jpeg)
}

/// Sensor data as lossless JPEG, which is no preview.
fn lossless() -> Vec<u8> {
    b"\xff\xd8\xff\xc3\0\x0b\x0e\x10\0\x10\0\x01\x01\x11\0\xff\xd9".to_vec()
}

use Value::{Bytes, Long, Longs, Short, Shorts, Text};

enum Value {
    Short(u16),
    Shorts([u16; 3]),
    Long(u32),
    Longs(Vec<u32>),
    Text(&'static str),
    Bytes(Vec<u8>),
}

/// A TIFF structure that grows; its first directory is written last.
struct Writer {
    bytes: Vec<u8>,
    little: bool,
}

impl Writer {
    fn new(little: bool, magic: &[u8; 4]) -> Self {
        let bytes = [&magic[..], &[0; 4]].concat();
        Self { bytes, little }
    }

    fn short(&self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    fn long(&self, value: u32) -> [u8; 4] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    /// Appends bytes, and says where they are and how many.
    fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
        let at = self.bytes.len();
        self.bytes.extend(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        (at as u32, bytes.len() as u32)
    }

    fn directory(&mut self, fields: &[(u16, Value)], next: u32) -> u32 {
        let mut entries = self.short(fields.len() as u16).to_vec();
        for (tag, value) in fields {
            let longs = |values: &[u32]| values.iter().flat_map(|v| self.long(*v)).collect();
            let (kind, count, bytes): (u16, usize, Vec<u8>) = match value {
                Short(value) => (3, 1, self.short(*value).to_vec()),
                Shorts(values) => {
                    let bytes = values.iter().flat_map(|v| self.short(*v));
                    (3, 3, bytes.collect())
                }
                Long(value) => (4, 1, longs(&[*value])),
                Longs(values) => (4, values.len(), longs(values)),
                Text(text) => (2, text.len() + 1, [text.as_bytes(), &[0]].concat()),
                Bytes(bytes) => (7, bytes.len(), bytes.clone()),
            };
            entries.extend(self.short(*tag));
            entries.extend(self.short(kind));
            entries.extend(self.long(count as u32));
            let place = match bytes.len() {
                0..=4 => [&bytes[..], &vec![0; 4 - bytes.len()]].concat(),
                _ => {
                    let at = self.put(&bytes).0;
                    self.long(at).to_vec()
                }
            };
            entries.extend(place);
        }
        entries.extend(self.long(next));
        self.put(&entries).0
    }

    /// The structure, whose first directory is there.
    fn finish(mut self, first: u32) -> Vec<u8> {
        let first = self.long(first);
        self.bytes[4..8].copy_from_slice(&first);
        self.bytes
    }

    /// An Exif directory with the date.
    fn exif(&mut self, more: Vec<(u16, Value)>) -> u32 {
        let mut fields = vec![(0x9003, Text(TAKEN))];
        fields.extend(more);
        fields.extend([(0xa002, Long(6000)), (0xa003, Long(4500))]);
        self.directory(&fields, 0)
    }

    /// A directory that names a JPEG.
    fn jpeg(&mut self, jpeg: &[u8], next: u32) -> u32 {
        let (at, length) = self.put(jpeg);
        let fields = [(0x103, Short(6)), (0x201, Long(at)), (0x202, Long(length))];
        self.directory(&fields, next)
    }

    /// A directory whose picture data is a JPEG.
    fn strip(&mut self, jpeg: &[u8], more: Vec<(u16, Value)>, next: u32) -> u32 {
        let (at, length) = self.put(jpeg);
        let mut fields = vec![(0x103, Short(7)), (0x111, Long(at)), (0x117, Long(length))];
        fields.extend(more);
        self.directory(&fields, next)
    }

    /// A directory of sensor data.
    fn sensor(&mut self, compression: u16) -> u32 {
        let fields = [
            (0xfe, Long(0)),
            (0x100, Long(6032)),
            (0x101, Long(4520)),
            (0x103, Short(compression)),
            (0x106, Short(32_803)),
        ];
        self.directory(&fields, 0)
    }

    /// The fields of a first directory that is a small picture without compression.
    fn plain(&mut self, width: u32, height: u32) -> Vec<(u16, Value)> {
        let pixels = YELLOW.repeat((width * height) as usize);
        let (at, length) = self.put(&pixels);
        vec![
            (0xfe, Long(1)),
            (0x100, Long(width)),
            (0x101, Long(height)),
            (0x102, Shorts([8; 3])),
            (0x103, Short(1)),
            (0x106, Short(2)),
            (0x111, Long(at)),
            (0x112, Short(6)),
            (0x115, Short(3)),
            (0x116, Long(height)),
            (0x117, Long(length)),
        ]
    }
}

fn main_fields(exif: u32) -> Vec<(u16, Value)> {
    vec![
        (0x10f, Text("Maker")),
        (0x110, Text("Model 5")),
        (0x112, Short(6)),
        (0x8769, Long(exif)),
    ]
}

/// TIFF with a first directory of these fields besides the usual ones.
fn tiff_raw(mut writer: Writer, mut fields: Vec<(u16, Value)>, next: u32) -> Vec<u8> {
    let exif = writer.exif(Vec::new());
    fields.retain(|(tag, _)| *tag != 0x112);
    fields.extend(main_fields(exif));
    let main = writer.directory(&fields, next);
    writer.finish(main)
}

fn cr2() -> Vec<u8> {
    let mut writer = Writer::new(true, b"II*\0");
    writer.put(b"CR\x02\0\0\0\0\0");
    let sensor = writer.strip(&lossless(), vec![], 0);
    let thumbnail = writer.jpeg(&small(), sensor);
    let (at, length) = writer.put(&large());
    let fields = vec![(0x103, Short(6)), (0x111, Long(at)), (0x117, Long(length))];
    tiff_raw(writer, fields, thumbnail)
}

fn nef() -> Vec<u8> {
    let mut writer = Writer::new(false, b"MM\0*");
    let parts = vec![
        writer.jpeg(&large(), 0),
        writer.jpeg(&small(), 0),
        writer.sensor(34_713),
    ];
    let mut fields = writer.plain(16, 12);
    fields.push((0x14a, Longs(parts)));
    tiff_raw(writer, fields, 0)
}

/// IFD0 names the JPEG: ARW, SR2, SRW.
fn arw(compression: u16) -> Vec<u8> {
    let mut writer = Writer::new(true, b"II*\0");
    let sensor = writer.sensor(compression);
    let thumbnail = writer.jpeg(&small(), 0);
    let (at, length) = writer.put(&large());
    let fields = vec![
        (0x103, Short(6)),
        (0x201, Long(at)),
        (0x202, Long(length)),
        (0x14a, Long(sensor)),
    ];
    tiff_raw(writer, fields, thumbnail)
}

fn dng() -> Vec<u8> {
    let mut writer = Writer::new(true, b"II*\0");
    let photometric = || vec![(0x106, Short(6))];
    let parts = vec![
        writer.sensor(7),
        writer.strip(&small(), photometric(), 0),
        writer.strip(&large(), photometric(), 0),
    ];
    let mut fields = writer.plain(16, 12);
    fields.extend([(0x14a, Longs(parts)), (0xc612, Bytes(vec![1, 4, 0, 0]))]);
    tiff_raw(writer, fields, 0)
}

fn pef() -> Vec<u8> {
    let mut writer = Writer::new(false, b"MM\0*");
    let preview = writer.jpeg(&large(), 0);
    let thumbnail = writer.jpeg(&small(), preview);
    let fields = vec![(0x103, Short(65_535)), (0x106, Short(32_803))];
    tiff_raw(writer, fields, thumbnail)
}

/// JPEGs to which nothing leads: IIQ and 3FR of some backs.
fn searched(mark: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(true, b"II*\0");
    writer.put(mark);
    let sensor = writer.sensor(1);
    writer.put(&small());
    writer.put(&large());
    let mut fields = writer.plain(16, 12);
    fields.push((0x14a, Long(sensor)));
    tiff_raw(writer, fields, 0)
}

fn rw2() -> Vec<u8> {
    let mut writer = Writer::new(true, b"IIU\0");
    let exif = writer.exif(Vec::new());
    let mut fields = main_fields(exif);
    fields.push((0x2e, Bytes(large())));
    let main = writer.directory(&fields, 0);
    writer.finish(main)
}

/// A file of which only the maker's note leads to the preview. `note` makes it for the place where it will be.
fn noted(magic: &[u8; 4], note: impl Fn(&mut Writer) -> Vec<u8>) -> Vec<u8> {
    let mut writer = Writer::new(true, magic);
    let note = note(&mut writer);
    let exif = writer.exif(vec![(0x927c, Bytes(note))]);
    let sensor = writer.sensor(1);
    let mut fields = main_fields(exif);
    fields.push((0x14a, Long(sensor)));
    let main = writer.directory(&fields, 0);
    writer.finish(main)
}

/// Nikon's note, which is a TIFF structure of its own.
fn nikon() -> Vec<u8> {
    noted(b"II*\0", |_| {
        let mut inner = Writer::new(false, b"MM\0*");
        let preview = inner.jpeg(&large(), 0);
        let main = inner.directory(&[(0x11, Long(preview))], 0);
        [&b"Nikon\0\x02\x10\0\0"[..], &inner.finish(main)].concat()
    })
}

/// A note whose offsets count from its beginning.
fn olympus(magic: &[u8; 4], head: &[u8]) -> Vec<u8> {
    noted(magic, |_| {
        // The directory comes first, right behind the head.
        let directory = 2 + 12 + 4;
        let settings_at = head.len() + directory;
        let jpeg_at = settings_at + 2 + 24 + 4;
        let jpeg = large();
        let mut inner = Writer::new(true, b"II*\0");
        inner.bytes.clear();
        inner.directory(&[(0x2020, Long(settings_at as u32))], 0);
        inner.directory(
            &[
                (0x101, Long(jpeg_at as u32)),
                (0x102, Long(jpeg.len() as u32)),
            ],
            0,
        );
        [head, &inner.bytes, &jpeg].concat()
    })
}

/// Offsets count from the beginning of the file.
fn pentax() -> Vec<u8> {
    noted(b"II*\0", |writer| {
        let (at, length) = writer.put(&large());
        let mut inner = Writer::new(true, b"II*\0");
        inner.bytes.clear();
        inner.directory(&[(0x3, Long(length)), (0x4, Long(at))], 0);
        [&b"AOC\0II"[..], &inner.bytes].concat()
    })
}

/// The JPEG's own EXIF is all there is.
fn raf() -> Vec<u8> {
    let jpeg = large();
    let mut bytes = b"FUJIFILMCCD-RAW 0201".to_vec();
    bytes.resize(84, b' ');
    bytes.extend(120_u32.to_be_bytes());
    bytes.extend((jpeg.len() as u32).to_be_bytes());
    bytes.resize(120, 0);
    bytes.extend(jpeg);
    bytes.extend([7; 500]);
    bytes
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size[..], kind, content].concat()
}

fn cr3() -> Vec<u8> {
    let canon = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    let preview = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";
    let mut first = Writer::new(true, b"II*\0");
    let fields = [
        (0x100, Long(6000)),
        (0x101, Long(4500)),
        (0x110, Text("Model 5")),
        (0x112, Short(6)),
    ];
    let main = first.directory(&fields, 0);
    let mut second = Writer::new(true, b"II*\0");
    let exif = second.directory(&[(0x9003, Text(TAKEN))], 0);
    let canon = boxed(
        b"uuid",
        &[
            canon.to_vec(),
            boxed(b"CMT1", &first.finish(main)),
            boxed(b"CMT2", &second.finish(exif)),
        ]
        .concat(),
    );
    let file = |jpeg_at: u64| {
        let sizes = [
            vec![0; 8],
            1_u32.to_be_bytes().to_vec(),
            (large().len() as u32).to_be_bytes().to_vec(),
        ]
        .concat();
        let places = [
            vec![0; 4],
            1_u32.to_be_bytes().to_vec(),
            jpeg_at.to_be_bytes().to_vec(),
        ]
        .concat();
        let table = [boxed(b"stsz", &sizes), boxed(b"co64", &places)].concat();
        let track = boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &table)));
        let movie = boxed(b"moov", &[canon.clone(), boxed(b"trak", &track)].concat());
        let small = boxed(b"PRVW", &[&[0; 16][..], &small()].concat());
        let small = boxed(b"uuid", &[&preview[..], &[0; 8], &small].concat());
        [boxed(b"ftyp", b"crx \0\0\0\x01crx isom"), movie, small].concat()
    };
    let head = file(0).len() + 8;
    [file(head as u64), boxed(b"mdat", &large())].concat()
}

fn crw() -> Vec<u8> {
    let mut bytes = b"II\x1a\0\0\0HEAPCCDR\x02\0\x01\0".to_vec();
    bytes.resize(26, 0);
    let heap = bytes.len();
    let mut entries = Vec::new();
    let mut put = |bytes: &mut Vec<u8>, tag: u16, value: &[u8]| {
        entries.extend(tag.to_le_bytes());
        entries.extend((value.len() as u32).to_le_bytes());
        entries.extend(((bytes.len() - heap) as u32).to_le_bytes());
        bytes.extend(value);
    };
    put(&mut bytes, 0x2007, &large());
    put(&mut bytes, 0x2008, &small());
    put(&mut bytes, 0x080a, b"Maker\0Model 5\0");
    let image: Vec<u8> = [6000_u32, 4500, 0, 90]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    put(&mut bytes, 0x1810, &image);
    put(&mut bytes, 0x180e, &1_714_557_600_u32.to_le_bytes());
    let table = (bytes.len() - heap) as u32;
    bytes.extend(5_u16.to_le_bytes());
    bytes.extend(&entries);
    bytes.extend(table.to_le_bytes());
    bytes
}

fn x3f() -> Vec<u8> {
    [
        &b"FOVb\x01\0\x03\0"[..],
        &[1; 300],
        &small(),
        &[2; 100],
        &large(),
    ]
    .concat()
}

/// All containers, and whether they say themselves when and how the photo was taken.
fn all() -> Vec<(&'static str, Vec<u8>, bool)> {
    vec![
        ("CR2", cr2(), true),
        ("NEF", nef(), true),
        ("NEF with a note", nikon(), true),
        ("ARW", arw(32_767), true),
        ("SRW", arw(32_770), true),
        ("DNG", dng(), true),
        ("PEF", pef(), true),
        ("PEF with a note", pentax(), true),
        ("IIQ", searched(b"IIII\0\0\0\0"), true),
        ("3FR", searched(b"\0\0\0\0"), true),
        ("ORF", olympus(b"IIRO", b"OLYMPUS\0II\x03\0"), true),
        (
            "ORF of OM",
            olympus(b"IIRS", b"OM SYSTEM\0\0\0II\x04\0"),
            true,
        ),
        ("RW2", rw2(), true),
        ("CR3", cr3(), true),
        ("CRW", crw(), true),
        ("RAF", raf(), false),
        ("X3F", x3f(), false),
    ]
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
        // The size is the photo's, not the preview's, where the file names it.
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
    // Only the beginning is left, up to where the picture data would begin.
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
    // A small picture without compression is better than nothing.
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
    // Directories that lead to themselves, to each other and out of the file.
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
        // Everything but the large JPEG's data.
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
