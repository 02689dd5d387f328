//! AVIF in every form that encoders write: one picture or a grid, up to twelve bits, rotated by the container, on
//! white, in sRGB. Containers are written here around the coded pictures of a few small files.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "avif")]

use crate::corpus;

use std::fs;
use std::path::Path;

use image::RgbImage;
use image::imageops;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

pub fn bytes(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    fs::read(fixtures.join(name)).expect("a fixture")
}

fn decoded(bytes: &[u8]) -> Decoded {
    corpus::keep(bytes);
    decode(bytes, 10_000, &Cancel::default()).expect("decodes")
}

pub fn upright(bytes: &[u8]) -> RgbImage {
    let pixels = decoded(bytes).pixels.upright();
    RgbImage::from_raw(pixels.width, pixels.height, pixels.rgb).expect("as many as it says")
}

pub fn reference() -> RgbImage {
    upright(&bytes("reference.png"))
}

pub fn assert_like(got: &RgbImage, want: &RgbImage, what: &str) {
    assert_eq!(got.dimensions(), want.dimensions(), "{what}");
    let pairs = got.as_raw().iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / got.as_raw().len() as f64;
    assert!(mean < 4.0, "{what} differs by {mean:.2} on average");
}

/// The AV1 data of a file that holds one picture.
fn coded(name: &str) -> Vec<u8> {
    let file = bytes(name);
    let at = file.windows(4).position(|kind| kind == b"mdat");
    file[at.expect("data") + 4..].to_vec()
}

pub fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size[..], kind, content].concat()
}

pub struct Item {
    kind: [u8; 4],
    data: Vec<u8>,
    properties: Vec<Vec<u8>>,
}

impl Item {
    pub fn new(kind: &[u8; 4], data: Vec<u8>, properties: Vec<Vec<u8>>) -> Self {
        Self {
            kind: *kind,
            data,
            properties,
        }
    }

    fn picture(name: &str, size: (u32, u32)) -> Self {
        Self::new(b"av01", coded(name), vec![extent(size)])
    }
}

pub fn extent((width, height): (u32, u32)) -> Vec<u8> {
    let numbers = [0, width, height].map(u32::to_be_bytes).concat();
    boxed(b"ispe", &numbers)
}

/// A file of items, numbered from one; the first is the picture. References: kind, from, to.
pub fn file(brands: &[u8], items: &[Item], references: &[(&[u8; 4], u16, Vec<u16>)]) -> Vec<u8> {
    let count = (items.len() as u16).to_be_bytes();
    let ids = || (1..).map(u16::to_be_bytes).zip(items);
    let infos = ids().map(|(id, item)| {
        boxed(
            b"infe",
            &[&[2, 0, 0, 0][..], &id, &[0; 2], &item.kind, &[0]].concat(),
        )
    });
    let infos = [
        vec![0; 4],
        count.to_vec(),
        infos.collect::<Vec<_>>().concat(),
    ]
    .concat();
    let properties: Vec<u8> = items
        .iter()
        .flat_map(|item| item.properties.concat())
        .collect();
    let mut number = 0;
    let associations = ids().map(|(id, item)| {
        let numbers = item.properties.iter().map(|_| {
            number += 1;
            number
        });
        let numbers: Vec<u8> = numbers.collect();
        [&id[..], &[numbers.len() as u8], &numbers].concat()
    });
    let associations = [
        vec![0; 4],
        (items.len() as u32).to_be_bytes().to_vec(),
        associations.collect::<Vec<_>>().concat(),
    ];
    let properties = [
        boxed(b"ipco", &properties),
        boxed(b"ipma", &associations.concat()),
    ];
    let references = references.iter().map(|(kind, from, to)| {
        let to: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
        let count = (to.len() as u16 / 2).to_be_bytes();
        boxed(kind, &[&from.to_be_bytes()[..], &count, &to].concat())
    });
    let references = [vec![0; 4], references.collect::<Vec<_>>().concat()].concat();
    let head = |data_at: usize| {
        let mut at = data_at;
        let places = ids().map(|(id, item)| {
            let place = [at as u32, item.data.len() as u32]
                .map(u32::to_be_bytes)
                .concat();
            at += item.data.len();
            [&id[..], &[0; 2], &[0, 1], &place].concat()
        });
        let places = [
            &[0, 0, 0, 0, 0x44, 0][..],
            &count,
            &places.collect::<Vec<_>>().concat(),
        ];
        let meta = [
            vec![0; 4],
            boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
            boxed(b"iinf", &infos),
            boxed(b"iloc", &places.concat()),
            boxed(b"iprp", &properties.concat()),
            boxed(b"iref", &references),
        ];
        [boxed(b"ftyp", brands), boxed(b"meta", &meta.concat())].concat()
    };
    let data: Vec<u8> = items.iter().flat_map(|item| item.data.clone()).collect();
    let data_at = head(0).len() + 8;
    [head(data_at), boxed(b"mdat", &data)].concat()
}

const AVIF: &[u8] = b"avif\0\0\0\0avifmif1";

fn plain_with(properties: Vec<Vec<u8>>) -> Vec<u8> {
    let mut item = Item::picture("plain.avif", (192, 128));
    item.properties.extend(properties);
    file(AVIF, &[item], &[])
}

fn grid() -> Vec<u8> {
    let mut items = vec![Item::new(
        b"grid",
        [
            vec![0, 0, 1, 1],
            [192_u16, 128].map(u16::to_be_bytes).concat(),
        ]
        .concat(),
        vec![extent((192, 128))],
    )];
    items.extend((0..4).map(|n| Item::picture(&format!("tile{n}.avif"), (96, 64))));
    file(AVIF, &items, &[(b"dimg", 1, vec![2, 3, 4, 5])])
}

#[test]
fn every_form_shows_the_same_picture() {
    let want = reference();
    for (what, file) in [
        ("eight bits", bytes("plain.avif")),
        ("ten bits, half of the colours", bytes("deep.avif")),
        ("a grid", grid()),
        ("a container written here", plain_with(Vec::new())),
    ] {
        assert_like(&upright(&file), &want, what);
    }
    let grey = upright(&bytes("grey.avif"));
    assert!(
        grey.pixels()
            .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
    );
    let luma = image::DynamicImage::from(want).into_luma8();
    assert_like(&grey, &image::DynamicImage::from(luma).into_rgb8(), "grey");
}

#[test]
fn reserved_colours_in_the_bitstream_are_ignored() {
    let mut data = coded("plain.avif");
    // Primaries, transfer characteristics and matrix, which start two bits into the first byte: 1, 13 and 6.
    let at = data.windows(4).position(|part| part == b"\x40\x43\x41\xa1");
    let at = at.expect("a colour description");
    // All three become 3, which is reserved.
    data[at..at + 4].copy_from_slice(&[0x40, 0xc0, 0xc0, 0xe1]);
    let item = Item::new(b"av01", data, vec![extent((192, 128))]);
    let shown = upright(&file(AVIF, &[item], &[]));
    assert_like(&shown, &reference(), "reserved colours");
}

#[test]
fn a_picture_of_high_range_becomes_srgb() {
    // Twelve bits of Rec. 2020 with the perceptual quantiser, white at three fifths.
    let light = |value: u8| match f64::from(value) / 255.0 {
        value if value <= 0.040_45 => value / 12.92,
        value => ((value + 0.055) / 1.055).powf(2.4),
    };
    let encode = |value: f64| match value <= 0.003_130_8 {
        true => value * 12.92,
        false => 1.055 * value.powf(1.0 / 2.4) - 0.055,
    };
    let mut want = reference();
    for value in want.as_flat_samples_mut().samples {
        *value = (encode(0.6 * light(*value)) * 255.0).round() as u8;
    }
    assert_like(&upright(&bytes("high-range.avif")), &want, "high range");
}

#[test]
fn transparent_parts_lie_over_white() {
    let picture = upright(&bytes("alpha.avif"));
    // Its opacity rises from zero in the first row.
    let first = picture.rows().next().expect("a row");
    assert!(
        first
            .into_iter()
            .all(|pixel| pixel.0.iter().all(|value| *value >= 245))
    );
    let last = picture.rows().next_back().expect("a row");
    let reference = reference();
    let want = reference.rows().next_back().expect("a row");
    let near = |(a, b): (&image::Rgb<u8>, &image::Rgb<u8>)| a[1].abs_diff(b[1]) < 40;
    assert!(last.zip(want).all(near));
}

#[test]
fn all_turns_and_mirrors_of_the_container_end_upright() {
    let plain = reference();
    let turned = |picture: &RgbImage, turns: u8| {
        // Counterclockwise.
        (0..turns).fold(picture.clone(), |picture, _| imageops::rotate270(&picture))
    };
    let mirrored = |picture: &RgbImage, axis: Option<u8>| match axis {
        None => picture.clone(),
        Some(0) => imageops::flip_vertical(picture),
        Some(_) => imageops::flip_horizontal(picture),
    };
    for turns in 0..4_u8 {
        for mirror in [None, Some(0_u8), Some(1)] {
            let turn = boxed(b"irot", &[turns]);
            let mirror_box = mirror.map(|axis| boxed(b"imir", &[axis]));
            let turned_first = [turn.clone()].into_iter().chain(mirror_box.clone());
            let mirrored_first = mirror_box.into_iter().chain([turn]);
            for (properties, want) in [
                (
                    turned_first.collect(),
                    mirrored(&turned(&plain, turns), mirror),
                ),
                (
                    mirrored_first.collect(),
                    turned(&mirrored(&plain, mirror), turns),
                ),
            ] {
                let properties: Vec<Vec<u8>> = properties;
                let what = format!("{turns} turns, mirror {mirror:?}: {properties:?}");
                let file = plain_with(properties);
                assert_like(&upright(&file), &want, &what);
                let decoded = decoded(&file);
                assert_eq!((decoded.width, decoded.height), want.dimensions(), "{what}");
            }
        }
    }
}

#[test]
fn tiles_outside_the_picture_are_not_decoded() {
    let shape = [&[0, 0, 1, 2][..], &[0, 192, 0, 128]].concat();
    let mut items = vec![Item::new(b"grid", shape, vec![extent((192, 128))])];
    items.extend((0..4).map(|n| Item::picture(&format!("tile{n}.avif"), (96, 64))));
    let nonsense = b"no picture".to_vec();
    items.push(Item::new(b"av01", nonsense, vec![extent((96, 64))]));
    let file = file(AVIF, &items, &[(b"dimg", 1, vec![2, 3, 6, 4, 5, 6])]);
    assert_like(&upright(&file), &reference(), "a grid with a hidden column");
}

#[test]
fn a_clean_aperture_is_cut_out() {
    // 100 x 60, whose centre lies 10 to the right of the picture's and 4 above it.
    let numbers = [100, 1, 60, 1, 10, 1, -4_i32, 1]
        .map(i32::to_be_bytes)
        .concat();
    let got = upright(&plain_with(vec![boxed(b"clap", &numbers)]));
    let want = imageops::crop_imm(&reference(), 56, 30, 100, 60).to_image();
    assert_like(&got, &want, "cut out");
    // A crop that lies outside the picture is ignored.
    let numbers = [300, 1, 60, 1, 0, 1, 0, 1].map(i32::to_be_bytes).concat();
    let got = upright(&plain_with(vec![boxed(b"clap", &numbers)]));
    assert_like(&got, &reference(), "not cut");
}

#[test]
fn general_brands_and_open_ended_data_are_read() {
    let item = || Item::picture("plain.avif", (192, 128));
    for brands in [
        &b"mif1\0\0\0\0avifmiaf"[..],
        b"mif2\0\0\0\0mif1avif",
        b"MA1B\0\0\0\0avifmif1",
        b"msf1\0\0\0\0avis",
    ] {
        let general = file(brands, &[item()], &[]);
        assert_like(&upright(&general), &reference(), "a general brand");
    }
    let mut open = file(AVIF, &[item()], &[]);
    let at = open
        .windows(4)
        .position(|kind| kind == b"mdat")
        .expect("data");
    open[at - 4..at].fill(0);
    assert_like(&upright(&open), &reference(), "data to the end of the file");
}

#[test]
fn a_sequence_without_a_still_shows_its_first_frame() {
    let data = coded("plain.avif");
    let number = |number: usize| (number as u32).to_be_bytes();
    let build = |at: usize| {
        let mut entry = vec![0; 78];
        entry[24..28].copy_from_slice(&[0, 192, 0, 128]);
        let entry = boxed(b"av01", &entry);
        let table = [
            boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &entry[..]].concat()),
            boxed(b"stsz", &[[0; 4], number(data.len()), number(3)].concat()),
            boxed(b"stco", &[[0; 4], number(1), number(at)].concat()),
        ];
        let table = boxed(b"minf", &boxed(b"stbl", &table.concat()));
        let handler = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0");
        let media = boxed(b"mdia", &[handler, table].concat());
        let movie = boxed(b"moov", &boxed(b"trak", &media));
        [boxed(b"ftyp", b"avis\0\0\0\0msf1avis"), movie].concat()
    };
    let head = build(build(0).len() + 8);
    let file = [head, boxed(b"mdat", &data)].concat();
    assert_like(&upright(&file), &reference(), "a sequence");
    for end in 0..file.len() {
        let _ = decode(&file[..end], 64, &Cancel::default());
    }
}

fn exif() -> Item {
    let tiff = [
        &b"MM\0*\0\0\0\x08\0\x02"[..],
        b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0",
        b"\x01\x32\0\x02\0\0\0\x14\0\0\0\x26",
        b"\0\0\0\0",
        b"2024:05:01 10:00:00\0",
    ];
    let tiff = tiff.concat();
    Item::new(b"Exif", [&[0; 4][..], &tiff].concat(), Vec::new())
}

#[test]
fn exif_dates_a_picture_and_turns_it_only_where_the_container_does_not() {
    let item = Item::picture("plain.avif", (192, 128));
    let references: [(&[u8; 4], u16, Vec<u16>); 1] = [(b"cdsc", 2, vec![1])];
    let file_with = |item: Item| file(AVIF, &[item, exif()], &references);
    let by_exif = decoded(&file_with(item));
    assert_eq!((by_exif.width, by_exif.height), (128, 192));
    let taken = by_exif.taken.expect("a date");
    assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
    let mut item = Item::picture("plain.avif", (192, 128));
    item.properties.push(boxed(b"irot", &[3]));
    let turned = upright(&file_with(item));
    assert_like(&turned, &imageops::rotate90(&reference()), "turned once");
}

#[test]
fn sizes_that_are_only_claimed_cost_nothing() {
    let claim = |size: (u32, u32)| {
        let mut item = Item::picture("plain.avif", size);
        item.properties.push(boxed(b"irot", &[0]));
        file(AVIF, &[item], &[])
    };
    let budget = MemoryBudget::new(256 << 20);
    let refused = decode_within(&claim((60_000, 60_000)), 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "{refused:?}"
    );
    // No memory was reserved for a picture that is larger than the container says.
    let refused = decode_within(&claim((4, 4)), 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
    // A smaller picture leaves a part unpainted.
    let refused = decode_within(&claim((400, 300)), 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(budget.used(), 0);
}

#[test]
fn tiles_that_show_the_same_data_cost_it_once() {
    let columns = 32_u16;
    let size = (96 * u32::from(columns), 64 * u32::from(columns));
    let sides = [size.0 as u16, size.1 as u16]
        .map(u16::to_be_bytes)
        .concat();
    let shape = [&[0, 0, columns as u8 - 1, columns as u8 - 1][..], &sides].concat();
    let mut tile = Item::picture("tile0.avif", (96, 64));
    // The data after the picture is large, and is skipped.
    tile.data.extend([0x7a, 0x80, 0x80, 0x80, 0x01]);
    tile.data.resize(tile.data.len() + (2 << 20), 0);
    let items = [Item::new(b"grid", shape, vec![extent(size)]), tile];
    let parts = vec![2; usize::from(columns * columns)];
    let file = file(AVIF, &items, &[(b"dimg", 1, parts)]);
    // Pixels, a tile and the data.
    let need = u64::from(size.0 * size.1) * 4 + 96 * 64 * 12 + file.len() as u64;
    let budget = MemoryBudget::new(need);
    let decoded = decode_within(&file, 64, &budget, &Cancel::default()).expect("decodes");
    assert_eq!((decoded.width, decoded.height), size);
    let least = MemoryBudget::new(need - (2 << 20));
    let refused = decode_within(&file, 64, &least, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "the data is not counted"
    );
}

#[test]
fn cut_and_damaged_files_are_refused_in_words() {
    for whole in [bytes("plain.avif"), bytes("alpha.avif"), grid()] {
        for part in 1..24 {
            let cut = &whole[..whole.len() * part / 24];
            if let Err(error) = decode(cut, 64, &Cancel::default()) {
                assert!(!error.to_string().is_empty());
            }
        }
        for at in (16..whole.len()).step_by(43) {
            for value in [0x00, 0x55, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= value;
                let _ = decode(&damaged, 64, &Cancel::default());
            }
        }
    }
    let cancel = Cancel::default();
    cancel.cancel();
    let result = decode(&bytes("plain.avif"), 64, &cancel);
    assert_eq!(result.expect_err("stopped"), DecodeError::Cancelled);
}
