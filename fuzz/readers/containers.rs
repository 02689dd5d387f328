//! Any bytes after the signature of each format that has a reader of our own are decoded or refused. A fuzzer would
//! take long to find these signatures from random bytes.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{camera_facts, decode, embedded_thumbnail};
use lumisift::engine::media::metadata::embedded_facts;

const BEGINNINGS: &[&[u8]] = &[
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe1",
    // TIFF, BigTIFF, and the RAW formats based on them.
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
    b"II*\0\x10\0\0\0CR\x02\0",
    b"IIU\0\x08\0\0\0",
    b"IIRO\x08\0\0\0",
    b"II\x1a\0\0\0HEAPCCDR",
    b"FUJIFILMCCD-RAW 0201",
    b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
    // ISO media boxes.
    b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x0cJXL \r\n\x87\n",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xff\x4f\xff\x51",
    b"8BPS\0\x01\0\0\0\0\0\0",
    b"8BPS\0\x02\0\0\0\0\0\0",
    b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBI",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
    b"RIFF\0\0\0\0WEBPVP8X",
    b"\0\0\x01\0",
    b"BM",
    b"GIF89a\x01\0\x01\0\0\0\0!\xff\x0bXMP DataXMP",
];

pub fn read(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    let file = [BEGINNINGS[usize::from(*which) % BEGINNINGS.len()], rest].concat();
    for side in [8, 10_000] {
        if let Ok(decoded) = decode(&file, side, &Cancel::default()) {
            let pixels = decoded.pixels;
            assert_eq!(
                pixels.rgb.len(),
                pixels.width as usize * pixels.height as usize * 3
            );
        }
    }
    let _ = camera_facts(&file);
    let _ = embedded_thumbnail(&file, &Cancel::default());
    let _ = embedded_facts(std::io::Cursor::new(&file));
}
