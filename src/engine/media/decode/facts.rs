//! Facts from the metadata of picture files.

use std::cell::LazyCell;
use std::io::Cursor;

use ::exif::{In, Tag};

use super::format::PictureFormat;
use super::formats::sniff;
use super::{Orientation, exif};
use crate::engine::media::metadata;
use crate::engine::media::taken::Taken;

/// Facts that decoding uses.
#[derive(Default)]
pub(super) struct ExifFacts {
    pub orientation: Orientation,
    pub taken: Option<Taken>,
    pub camera: Option<String>,
}

/// Reads the metadata of a file: first EXIF, then XMP and IPTC-IIM (docs/metadata.md). What the EXIF library does not
/// find is taken from our own reader, which accepts more: BigTIFF, other types of pointers and values.
pub(super) fn read(format: &dyn PictureFormat, bytes: &[u8]) -> ExifFacts {
    let fields = format.exif(bytes);
    let fields = fields.as_ref();
    // Lazy: needed only if the EXIF is incomplete.
    let inside = LazyCell::new(|| metadata::embedded_metadata(Cursor::new(bytes)));
    let orientation = fields.and_then(exif::orientation).or_else(|| {
        let orientation = inside.orientation;
        orientation.map(Orientation::from_exif)
    });
    let camera = fields.and_then(exif::camera).or_else(|| {
        let camera = inside.facts.camera.as_deref()?.trim();
        (!camera.is_empty()).then(|| camera.chars().take(exif::MAX_LETTERS).collect())
    });
    let taken = (fields.and_then(exif::taken))
        .or_else(|| inside.exif_taken.clone())
        .or_else(|| fields.and_then(exif::changed));
    ExifFacts {
        orientation: orientation.unwrap_or_default(),
        camera,
        taken: taken.or_else(|| inside.facts.taken.clone()),
    }
}

/// Camera settings for display: name and value, in caption order.
#[must_use]
pub fn camera_facts(bytes: &[u8]) -> Vec<(&'static str, String)> {
    const SHOWN: &[(Tag, &str)] = &[
        (Tag::Model, "Camera"),
        (Tag::LensModel, "Lens"),
        (Tag::ExposureTime, "Exposure"),
        (Tag::FNumber, "Aperture"),
        (Tag::PhotographicSensitivity, "ISO"),
        (Tag::FocalLength, "Focal length"),
        (Tag::Flash, "Flash"),
        (Tag::Artist, "Artist"),
    ];
    let exif = sniff(bytes).ok().and_then(|format| format.exif(bytes));
    let fact = |tag: Tag| {
        let exif = exif.as_ref()?;
        let field = exif.get_field(tag, In::PRIMARY)?;
        let text = field.display_value().with_unit(exif).to_string();
        Some(
            text.trim_matches(['"', ' '])
                .trim_end_matches('\0')
                .trim()
                .to_owned(),
        )
    };
    let inside = LazyCell::new(|| metadata::embedded_facts(Cursor::new(bytes)));
    let facts = SHOWN.iter().filter_map(|(tag, name)| {
        let text = fact(*tag)
            .filter(|text| !text.is_empty())
            .or_else(|| match *tag {
                Tag::Model => inside.camera.clone(),
                Tag::LensModel => inside.lens.clone(),
                _ => None,
            });
        // Malformed fields can be of any length; captions must be short.
        Some((*name, text?.chars().take(80).collect()))
    });
    facts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::decode::jpeg::Jpeg;

    /// An IFD entry, big-endian.
    fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        let mut bytes = tag.to_be_bytes().to_vec();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(value.to_be_bytes());
        bytes
    }

    /// An IFD with the offset of the next one.
    fn directory(entries: &[Vec<u8>], next: u32) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_be_bytes().to_vec();
        bytes.extend(entries.concat());
        bytes.extend(next.to_be_bytes());
        bytes
    }

    /// A 32 x 16 JPEG with this TIFF structure after `MM` and the offset of its first IFD.
    fn jpeg_with(directories: &[u8]) -> Vec<u8> {
        let tiff = [&b"Exif\0\0MM\0*\0\0\0\x08"[..], directories].concat();
        let image = image::RgbImage::from_pixel(32, 16, image::Rgb([10, 200, 30]));
        let mut jpeg = Cursor::new(Vec::new());
        image
            .write_to(&mut jpeg, image::ImageFormat::Jpeg)
            .expect("encodes");
        let mut segment = vec![0xff, 0xe1];
        segment.extend((tiff.len() as u16 + 2).to_be_bytes());
        segment.extend(tiff);
        let mut bytes = jpeg.into_inner();
        bytes.splice(2..2, segment);
        bytes
    }

    #[test]
    fn facts_are_read_from_the_head_of_a_jpeg() {
        let orientation = entry(0x112, 3, 1, 6 << 16);
        let date = entry(0x132, 2, 20, 8 + 2 + 24 + 4);
        let mut tiff = directory(&[orientation, date], 0);
        tiff.extend(b"2024:05:01 10:00:00\0");
        let bytes = jpeg_with(&tiff);
        let decoded =
            crate::engine::media::decode::decode(&bytes, 4, &Default::default()).expect("decodes");
        assert_eq!((decoded.width, decoded.height), (16, 32));
        assert_eq!(decoded.pixels.orientation, Orientation::from_exif(6));
        assert_eq!(
            decoded.taken.expect("a date").as_str(),
            "2024-05-01T10:00:00"
        );
    }

    #[test]
    fn what_exif_does_not_say_is_taken_from_xmp() {
        let packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
            xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
            xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Model=' Sharp One ' tiff:Orientation='6' \
            xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreateDate='2024-05-01T10:00:00'/>\
            </rdf:RDF></x:xmpmeta>";
        let content = [&b"http://ns.adobe.com/xap/1.0/\0"[..], packet.as_bytes()].concat();
        let mut bytes = jpeg_with(&directory(&[entry(0x10f, 2, 4, 0x41_42_43_00)], 0));
        let mut segment = vec![0xff, 0xe1];
        segment.extend((content.len() as u16 + 2).to_be_bytes());
        segment.extend(content);
        bytes.splice(2..2, segment);
        let facts = read(&Jpeg, &bytes);
        assert_eq!(facts.camera.as_deref(), Some("Sharp One"));
        assert_eq!(facts.orientation, Orientation::from_exif(6));
        assert_eq!(facts.taken.expect("a date").as_str(), "2024-05-01T10:00:00");
    }

    #[test]
    fn damage_elsewhere_does_not_hide_the_orientation() {
        let turned = || entry(0x112, 3, 1, 6 << 16);
        let date = b"2024:05:01 10:00:00\0";
        // piexif omits the next-IFD offset of the Exif IFD; its values follow directly.
        let exif_at = 8 + 2 + 24 + 4;
        let mut piexif = directory(&[turned(), entry(0x8769, 4, 1, exif_at)], 0);
        piexif.extend(1u16.to_be_bytes());
        piexif.extend(entry(0x9003, 2, 20, exif_at + 14));
        piexif.extend(date);
        let cases = [
            (
                "a pointer to the next directory",
                directory(&[turned()], 0x7fff_ffff),
            ),
            (
                "a pointer to GPS data",
                directory(&[turned(), entry(0x8825, 4, 1, 0xff_ffff)], 0),
            ),
            (
                "the offset of a value before it",
                directory(&[entry(0x10f, 2, 400, 0xff_ffff), turned()], 0),
            ),
            (
                "a pointer to the Exif directory",
                directory(&[turned(), entry(0x8769, 4, 1, 0xff_ffff)], 0),
            ),
            (
                "an unknown type of value",
                directory(&[entry(0x10f, 77, 1, 0), turned()], 0),
            ),
            ("a missing pointer to the next directory", {
                let mut cut = directory(&[turned()], 0);
                cut.truncate(cut.len() - 4);
                cut
            }),
            ("piexif's Exif directory", piexif.clone()),
        ];
        for (what, tiff) in cases {
            let facts = read(&Jpeg, &jpeg_with(&tiff));
            assert_eq!(facts.orientation, Orientation::from_exif(6), "{what}");
        }
        let taken = read(&Jpeg, &jpeg_with(&piexif)).taken.expect("a date");
        assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
    }

    #[test]
    fn types_that_the_library_does_not_know_are_read() {
        // A signed orientation, a pointer of type IFD, as libtiff writes it, and a date of type UNDEFINED.
        let first = directory(
            &[
                entry(0x112, 8, 1, 6 << 16),
                entry(0x132, 2, 20, 50),
                entry(0x8769, 13, 1, 70),
            ],
            0,
        );
        let second = directory(&[entry(0x9003, 7, 20, 88)], 0);
        let tiff = [
            &first[..],
            b"2024:05:01 10:00:00\0",
            &second,
            b"2020:06:07 08:09:10\0",
        ];
        let facts = read(&Jpeg, &jpeg_with(&tiff.concat()));
        assert_eq!(facts.orientation, Orientation::from_exif(6));
        let taken = facts.taken.expect("a date");
        assert_eq!(taken.as_str(), "2020-06-07T08:09:10");
    }

    #[test]
    fn an_orientation_that_is_none_gives_way_to_that_of_xmp() {
        let packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF \
            xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description \
            xmlns:t='http://ns.adobe.com/tiff/1.0/'><t:Orientation>8</t:Orientation>\
            </r:Description></r:RDF></x:xmpmeta>";
        let content = [&b"http://ns.adobe.com/xap/1.0/\0"[..], packet.as_bytes()].concat();
        let mut segment = vec![0xff, 0xe1];
        segment.extend((content.len() as u16 + 2).to_be_bytes());
        segment.extend(content);
        for (value, want) in [(0, 8), (9, 8), (3, 3)] {
            let mut bytes = jpeg_with(&directory(&[entry(0x112, 3, 1, value << 16)], 0));
            bytes.splice(2..2, segment.clone());
            let facts = read(&Jpeg, &bytes);
            assert_eq!(facts.orientation, Orientation::from_exif(want), "{value}");
        }
    }

    #[test]
    fn an_impossible_date_gives_way_to_the_next_tag() {
        let mut tiff = directory(
            &[
                entry(0x132, 2, 20, 8 + 2 + 24 + 4),
                entry(0x8769, 4, 1, 8 + 2 + 24 + 4 + 20),
            ],
            0,
        );
        tiff.extend(b"2024:05:01 10:00:00\0");
        tiff.extend(directory(&[entry(0x9003, 2, 20, 8 + 38 + 20 + 18 - 8)], 0));
        tiff.extend(b"2024:02:31 10:00:00\0");
        let taken = read(&Jpeg, &jpeg_with(&tiff)).taken.expect("a date");
        assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
    }
}
