//! Containers as cameras write them.

use super::writer::Value::{Bytes, Long, Longs, Short, Text};
use super::writer::{Value, Writer};
use super::{SMALL, TAKEN, YELLOW, encoded, stored};

use image::{ImageFormat, Rgb, RgbImage};

/// A JPEG with its own EXIF, which has an orientation, as does the container.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = Writer::new(false, b"MM\0*");
    let main = tiff.directory(&[(0x112, Short(6))], 0);
    let tiff = tiff.finish(main);
    let length = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    let segment = [&[0xff, 0xe1][..], &length, b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

pub(super) fn large() -> Vec<u8> {
    with_exif(&encoded(stored(), ImageFormat::Jpeg))
}

pub(super) fn small() -> Vec<u8> {
    let picture = RgbImage::from_pixel(SMALL.0, SMALL.1, Rgb(YELLOW));
    encoded(picture, ImageFormat::Jpeg)
}

/// Sensor data as lossless JPEG, which is not a preview.
fn lossless() -> Vec<u8> {
    b"\xff\xd8\xff\xc3\0\x0b\x0e\x10\0\x10\0\x01\x01\x11\0\xff\xd9".to_vec()
}

pub(super) fn main_fields(exif: u32) -> Vec<(u16, Value)> {
    vec![
        (0x10f, Text("Maker")),
        (0x110, Text("Model 5")),
        (0x112, Short(6)),
        (0x8769, Long(exif)),
    ]
}

/// A TIFF whose first directory has these fields besides the usual ones.
pub(super) fn tiff_raw(mut writer: Writer, mut fields: Vec<(u16, Value)>, next: u32) -> Vec<u8> {
    let exif = writer.exif(Vec::new());
    fields.retain(|(tag, _)| *tag != 0x112);
    fields.extend(main_fields(exif));
    let main = writer.directory(&fields, next);
    writer.finish(main)
}

pub(super) fn cr2() -> Vec<u8> {
    let mut writer = Writer::new(true, b"II*\0");
    writer.put(b"CR\x02\0\0\0\0\0");
    let sensor = writer.strip(&lossless(), vec![], 0);
    let thumbnail = writer.jpeg(&small(), sensor);
    let (at, length) = writer.put(&large());
    let fields = vec![(0x103, Short(6)), (0x111, Long(at)), (0x117, Long(length))];
    tiff_raw(writer, fields, thumbnail)
}

pub(super) fn nef() -> Vec<u8> {
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

/// IFD0 points to the JPEG: ARW, SR2, SRW.
pub(super) fn arw(compression: u16) -> Vec<u8> {
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

pub(super) fn dng() -> Vec<u8> {
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

pub(super) fn pef() -> Vec<u8> {
    let mut writer = Writer::new(false, b"MM\0*");
    let preview = writer.jpeg(&large(), 0);
    let thumbnail = writer.jpeg(&small(), preview);
    let fields = vec![(0x103, Short(65_535)), (0x106, Short(32_803))];
    tiff_raw(writer, fields, thumbnail)
}

/// JPEGs to which nothing points: IIQ and 3FR of some digital backs.
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

/// A file in which only the maker note points to the preview. `note` makes it for its final offset.
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

/// A note whose offsets are relative to its beginning.
fn olympus(magic: &[u8; 4], head: &[u8]) -> Vec<u8> {
    noted(magic, |_| {
        // The directory comes first, right after the header.
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

/// Offsets are relative to the beginning of the file.
fn pentax() -> Vec<u8> {
    noted(b"II*\0", |writer| {
        let (at, length) = writer.put(&large());
        let mut inner = Writer::new(true, b"II*\0");
        inner.bytes.clear();
        inner.directory(&[(0x3, Long(length)), (0x4, Long(at))], 0);
        [&b"AOC\0II"[..], &inner.bytes].concat()
    })
}

/// The only EXIF is that of the JPEG.
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

pub(super) fn cr3() -> Vec<u8> {
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

pub(super) fn crw() -> Vec<u8> {
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

/// All containers, and whether they hold the date and the exposure themselves.
pub(super) fn all() -> Vec<(&'static str, Vec<u8>, bool)> {
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
