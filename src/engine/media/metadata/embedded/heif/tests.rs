use std::fs;
use std::io::Cursor;
use std::path::Path;

use super::*;
use crate::engine::files::patch;
use crate::engine::media::iso_media::MAX_ITEMS;
use crate::engine::media::metadata::edit::Additions;
use crate::engine::media::metadata::embedded::{MetadataBlocks, facts_of, plan, write};

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    super::boxed(kind, parts).expect("small")
}

/// Structure of a test file.
#[derive(Clone, Debug)]
struct FileShape {
    /// Version of `iloc`, and its widths of offsets, lengths and base offsets.
    places: (u8, [u8; 3]),
    /// Whether `meta` precedes the data.
    first: bool,
    /// Whether `mdat` extends to the end of the file.
    open: bool,
    /// Whether there are item references, and with them metadata of the depth map.
    references: bool,
    /// An entity group with this identifier.
    group: Option<u32>,
    /// The existing packet: its keyword, and the item that it describes.
    packet: Option<(&'static str, u8)>,
    /// Trailing bytes.
    rest: Vec<u8>,
}

const PLAIN: FileShape = FileShape {
    places: (1, [4, 4, 0]),
    first: true,
    open: false,
    references: true,
    group: None,
    packet: None,
    rest: Vec::new(),
};

const PICTURE: &[u8] = b"a coded picture";
const MAP: &[u8] = b"a map of depths";
/// Metadata of the depth map.
const OTHERS: &str = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://purl.org/dc/elements/1.1/'><r:Description d:subject='depth'/></r:RDF>";
const THEIRS: &str = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://purl.org/dc/elements/1.1/'><r:Description d:subject='sea'/></r:RDF>";

impl FileShape {
    /// Items: 1 picture, 2 depth map in two extents, 3 grid in `idat`, 4 metadata of the depth map, 5 XMP packet.
    fn bytes(&self) -> Vec<u8> {
        let packet = self.packet.map_or("", |(text, _)| text);
        let data = [PICTURE, MAP, OTHERS.as_bytes(), packet.as_bytes()].concat();
        let head = boxed(b"ftyp", &[b"heic\0\0\0\0mif1heic"]);
        let length = self.meta(0).len();
        let before = head.len() + if self.first { length } else { 0 };
        let meta = self.meta(before + 8);
        let mut data = boxed(b"mdat", &[&data]);
        if self.open {
            data[..4].fill(0);
        }
        let parts = if self.first {
            [meta, data]
        } else {
            [data, meta]
        };
        [head, parts.concat(), self.rest.clone()].concat()
    }

    fn meta(&self, start: usize) -> Vec<u8> {
        let mut infos = Vec::new();
        let mut info = |id: u8, kind: &[u8; 4], rest: &[u8]| {
            let flags = [2, 0, 0, u8::from(kind == b"mime")];
            infos.extend(boxed(b"infe", &[&flags, &[0, id, 0, 0], kind, rest]));
        };
        info(1, b"hvc1", b"\0");
        info(2, b"hvc1", b"\0");
        info(3, b"grid", b"\0");
        if self.references {
            info(4, b"mime", b"\0application/rdf+xml\0");
        }
        if self.packet.is_some() {
            info(5, b"mime", b"\0application/rdf+xml\0\0");
        }
        let count = 3 + u8::from(self.references) + u8::from(self.packet.is_some());
        let infos = boxed(b"iinf", &[&[0; 4], &[0, count], &infos]);
        let reference = |kind, from: u8, to: u8| boxed(kind, &[&[0, from, 0, 1, 0, to]]);
        let mut references = reference(b"auxl", 2, 1);
        references.extend(reference(b"cdsc", 4, 2));
        if let Some((_, to)) = self.packet {
            references.extend(reference(b"cdsc", 5, to));
        }
        let references = match self.references {
            true => boxed(b"iref", &[&[0; 4], &references]),
            false => Vec::new(),
        };
        let group = |id: u32| {
            let body = [0, id, 1, 1].map(u32::to_be_bytes).concat();
            boxed(b"grpl", &[&boxed(b"altr", &[&body])])
        };
        let handler = [&[0; 8][..], b"pict", &[0; 13]].concat();
        boxed(
            b"meta",
            &[
                &[0; 4],
                &boxed(b"hdlr", &[&handler]),
                &boxed(b"pitm", &[&[0, 0, 0, 0, 0, 1]]),
                &self.places(start as u64),
                &infos,
                &references,
                &boxed(b"idat", &[b"grid data"]),
                &self.group.map_or_else(Vec::new, group),
            ],
        )
    }

    fn places(&self, start: u64) -> Vec<u8> {
        let (version, [place, length, base]) = self.places;
        let id = if version < 2 { 2 } else { 4 };
        let mut body = vec![version, 0, 0, 0, place << 4 | length, base << 4];
        let mut all = vec![
            (1, 0, vec![(0, PICTURE.len())]),
            (2, 0, vec![(15, 6), (21, MAP.len() - 6)]),
        ];
        if self.references {
            all.push((4, 0, vec![(30, OTHERS.len())]));
        }
        if place == 0 {
            // With offsets of zero width, each item is a single extent.
            all[1].2 = vec![(15, MAP.len())];
        }
        if version > 0 {
            all.insert(2, (3, 1, vec![(0, 9)]));
        }
        if let Some((text, _)) = self.packet {
            all.push((5, 0, vec![(30 + OTHERS.len(), text.len())]));
        }
        push(&mut body, all.len() as u64, id).expect("fits");
        for (number, method, extents) in all {
            push(&mut body, number, id).expect("fits");
            if version > 0 {
                body.extend([0, method]);
            }
            body.extend([0, 0]);
            let start = if method == 0 { start } else { 0 };
            let at = match (place, base) {
                (0, _) => start + extents[0].0 as u64,
                (_, 0) => 0,
                _ => start,
            };
            push(&mut body, at, base.into()).expect("fits");
            push(&mut body, extents.len() as u64, 2).expect("fits");
            for (piece, bytes) in extents {
                let piece = if base == 0 {
                    start + piece as u64
                } else {
                    piece as u64
                };
                if place > 0 {
                    push(&mut body, piece, place.into()).expect("fits");
                }
                push(&mut body, bytes as u64, length.into()).expect("fits");
            }
        }
        boxed(b"iloc", &[&body])
    }
}

fn additions(keyword: &str) -> Additions {
    Additions {
        keywords: vec![keyword.into()],
        ..Additions::default()
    }
}

/// The data of all items by identifier.
fn items(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut input = Input::new(Cursor::new(bytes));
    let all = parts(&mut input, 0, bytes.len() as u64);
    let meta = all
        .iter()
        .find(|part| &part.kind == b"meta")
        .expect("there");
    let items = Items::read(&mut input, meta).expect("readable");
    let mut held: Vec<_> = (items.places.items.iter())
        .map(|place| {
            (
                place.id,
                items
                    .bytes(&mut input, place, &mut MAX_ITEMS.clone())
                    .expect("there"),
            )
        })
        .collect();
    held.sort();
    held
}

fn shapes() -> Vec<FileShape> {
    let mut shapes = vec![PLAIN];
    for places in [
        (0, [4, 4, 0]),
        (0, [4, 4, 4]),
        (1, [4, 4, 4]),
        (1, [8, 8, 8]),
        (1, [0, 4, 8]),
        (2, [4, 4, 0]),
        (2, [8, 4, 4]),
    ] {
        shapes.push(FileShape { places, ..PLAIN });
    }
    shapes.push(FileShape {
        references: false,
        ..PLAIN
    });
    shapes.push(FileShape {
        open: true,
        ..PLAIN
    });
    shapes.push(FileShape {
        group: Some(9_000),
        ..PLAIN
    });
    let film = boxed(b"mpvd", &[b"a film"]);
    shapes.push(FileShape {
        rest: film,
        ..PLAIN
    });
    let also = |change: fn(FileShape) -> FileShape| {
        let changed: Vec<FileShape> = shapes.iter().cloned().map(change).collect();
        changed
    };
    let behind = also(|shape| FileShape {
        first: false,
        open: false,
        ..shape
    });
    let with_packet = also(|shape| FileShape {
        packet: Some((THEIRS, 1)),
        references: true,
        ..shape
    });
    [shapes, behind, with_packet].concat()
}

#[test]
fn packets_are_put_into_files_of_every_shape_and_taken_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let (photo, temporary) = (dir.path().join("a.heic"), dir.path().join("temporary"));
    for shape in shapes() {
        let before = shape.bytes();
        fs::write(&photo, &before).expect("written");
        let there: &[&str] = if shape.packet.is_some() {
            &["sea"]
        } else {
            &[]
        };
        // Metadata of another picture does not apply to this one.
        assert_eq!(facts_of(&photo).keywords, there, "{shape:?}");
        let held = items(&before);
        let (mut steps, mut lengths) = (Vec::new(), Vec::new());
        for word in ["cat", "a much longer word than that", "dog"] {
            let planned = plan(&photo, &additions(word));
            let planned = planned.unwrap_or_else(|e| panic!("{shape:?}: {e}"));
            let (_, patches) = planned.expect("a change");
            write(&photo, &temporary, &patches).expect("written");
            steps.push(patches);
            let now = fs::read(&photo).expect("there");
            let kept = |item: &&(u32, Vec<u8>)| shape.packet.is_none() || item.0 != 5;
            let after = items(&now);
            for item in held.iter().filter(kept) {
                assert!(after.contains(item), "{shape:?}: item {}", item.0);
            }
            assert!(now.ends_with(&shape.rest), "{shape:?}");
            assert_eq!(
                after.len(),
                held.len() + usize::from(shape.packet.is_none())
            );
            lengths.push(now.len());
        }
        let words = [there, &["cat", "a much longer word than that", "dog"]].concat();
        assert_eq!(facts_of(&photo).keywords, words, "{shape:?}");
        // The first box is replaced, so the file does not grow each time.
        assert!(lengths[2] - lengths[1] < 200, "{shape:?}: {lengths:?}");
        if let Some(group) = shape.group.filter(|_| shape.packet.is_none()) {
            let new = items(&fs::read(&photo).expect("there"));
            assert_eq!(new.last().map(|(id, _)| *id), Some(group + 1));
        }
        for patches in steps.iter().rev() {
            write(&photo, &temporary, &patch::reversed(patches)).expect("written");
        }
        assert_eq!(fs::read(&photo).expect("there"), before, "{shape:?}");
    }
}

/// Replaces the last occurrence.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).rposition(|part| part == old);
    let at = at.expect("there");
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

#[test]
fn what_is_not_understood_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let photo = dir.path().join("a.heic");
    let refused = |bytes: &[u8]| {
        fs::write(&photo, bytes).expect("written");
        plan(&photo, &additions("cat")).is_err()
    };
    let plain = PLAIN.bytes();
    assert!(!refused(&plain));
    let with = |rest: Vec<u8>| FileShape { rest, ..PLAIN }.bytes();
    assert!(
        refused(&with(boxed(b"moov", &[b"a film"]))),
        "its places count"
    );
    assert!(refused(&with(b"more".to_vec())), "no box");
    assert!(refused(&with(PLAIN.meta(0))), "two descriptions");
    assert!(refused(&plain[..plain.len() - 1]), "cut");
    assert!(refused(&replaced(&plain, b"pict\0", b"vide\0")));
    let grouped = FileShape {
        group: Some(7),
        ..PLAIN
    };
    assert!(refused(&replaced(&grouped.bytes(), b"grpl", b"ipro")));
    let theirs = FileShape {
        packet: Some((THEIRS, 1)),
        ..PLAIN
    };
    assert!(!refused(&theirs.bytes()));
    // Compressed or protected packets cannot be read, so none is written beside them.
    let sealed = replaced(&theirs.bytes(), b"rdf+xml\0\0", b"rdf+xml\0x");
    assert!(refused(&sealed));
    let protected = replaced(
        &theirs.bytes(),
        b"\x02\0\0\x01\0\x05\0\0",
        b"\x02\0\0\x01\0\x05\0\x01",
    );
    assert!(refused(&protected));
    let films = replaced(&plain, b"ftypheic", b"ftypcrx ");
    assert!(!refused(&films), "what it is called does not count");
    // A truncated or corrupted file is rejected, or its items are unchanged.
    for at in 0..plain.len() {
        for bit in [1, 0x80] {
            let mut bytes = plain.clone();
            bytes[at] ^= bit;
            fs::write(&photo, &bytes).expect("written");
            if let Ok(Some((_, patches))) = plan(&photo, &additions("cat")) {
                let temporary = Path::new(dir.path()).join("temporary");
                if write(&photo, &temporary, &patches).is_ok() {
                    let back = patch::reversed(&patches);
                    write(&photo, &temporary, &back).expect("taken back");
                    assert_eq!(fs::read(&photo).expect("there"), bytes, "{at}");
                }
                assert!(!temporary.exists());
            }
        }
        let _ = MetadataBlocks::read(Cursor::new(&plain[..at]));
    }
}

#[test]
fn pieces_move_by_what_changes_before_them() {
    let changes = [(10..20, 15), (40..40, 7)];
    let to = |at, length| moved(at, length, &changes);
    assert_eq!((to(0, 10), to(20, 20)), (Some(0), Some(25)));
    assert_eq!((to(40, 5), to(20, 0)), (Some(52), Some(25)));
    assert_eq!((to(5, 6), to(15, 1), to(30, 11)), (None, None, None));
    assert_eq!(to(u64::MAX, 2), None);
}
