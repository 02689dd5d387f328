//! Any bytes as the EXIF of a photo, in each container that can have EXIF, and as IPTC-IIM, are read or ignored.

use lumisift::engine::media::decode::camera_facts;
use lumisift::engine::media::metadata::embedded_facts;

pub fn read(tiff: &[u8]) {
    let tiff = &tiff[..tiff.len().min(65_000)];
    let length = tiff.len() as u32;
    let jpeg = [
        b"\xff\xd8\xff\xe1",
        &(length as u16 + 8).to_be_bytes()[..],
        b"Exif\0\0",
        tiff,
        b"\xff\xd9",
    ]
    .concat();
    let png = [
        b"\x89PNG\r\n\x1a\n",
        &length.to_be_bytes()[..],
        b"eXIf",
        tiff,
        b"\0\0\0\0",
    ]
    .concat();
    let text = b"Raw profile type exif\0";
    let text_length = length + text.len() as u32;
    let profile = [
        b"\x89PNG\r\n\x1a\n",
        &text_length.to_be_bytes()[..],
        b"tEXt",
        text,
        tiff,
        b"\0\0\0\0",
    ]
    .concat();
    let resources = [
        b"\xff\xd8\xff\xed",
        &(length as u16 + 16).to_be_bytes()[..],
        b"Photoshop 3.0\0",
        tiff,
        b"\xff\xd9",
    ]
    .concat();
    let webp = [b"RIFF\0\0\0\0WEBPEXIF", &length.to_le_bytes()[..], tiff].concat();
    for file in [&jpeg[..], &png, &profile, &resources, &webp, tiff] {
        for (_, value) in camera_facts(file) {
            assert!(value.chars().count() <= 80);
        }
        let _ = embedded_facts(std::io::Cursor::new(file));
    }
}
