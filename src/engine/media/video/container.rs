//! Detects video containers by signature.

use crate::engine::media::iso_media;

/// A video container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoContainer {
    /// MP4, QuickTime and 3GP.
    Iso,
    /// One that only ffmpeg can read.
    Other(&'static ForeignContainer),
}

/// A container that only ffmpeg can read.
#[derive(Debug, PartialEq, Eq)]
pub struct ForeignContainer {
    /// The name in messages.
    pub name: &'static str,
    /// ffmpeg's name.
    pub format: &'static str,
    /// Signature at the start of the file.
    magic: &'static [u8],
    /// Signature at offset 8.
    then: &'static [u8],
}

const fn other(
    name: &'static str,
    format: &'static str,
    magic: &'static [u8],
    then: &'static [u8],
) -> ForeignContainer {
    ForeignContainer {
        name,
        format,
        magic,
        then,
    }
}

static OTHERS: &[ForeignContainer] = &[
    other("AVI", "avi", b"RIFF", b"AVI "),
    other("Matroska or WebM", "matroska", b"\x1a\x45\xdf\xa3", b""),
    other("MPEG", "mpeg", b"\0\0\x01\xba", b""),
    other("Flash video", "flv", b"FLV\x01", b""),
    other(
        "Windows Media",
        "asf",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        b"",
    ),
    other("Ogg", "ogg", b"OggS", b""),
];

/// Transport stream packets share only a sync byte, at the start or after a timestamp.
static TRANSPORT: ForeignContainer = other("MPEG transport stream", "mpegts", b"\x47", b"");

/// Brands of files that are neither videos nor HEIF: audio, RAW files and other pictures.
const OTHER_BRANDS: &[&[u8]] = &[
    b"crx ", b"M4A ", b"M4B ", b"M4P ", b"jp2 ", b"jpx ", b"jxl ", b"F4A ",
];

/// First box types of QuickTime files without a brand.
const QUICKTIME: &[&[u8]] = &[b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// The container of a file with these first bytes. Some may contain only audio.
pub fn detect(head: &[u8]) -> Option<VideoContainer> {
    let at =
        |start: usize, what: &[u8]| head.get(start..).is_some_and(|rest| rest.starts_with(what));
    if at(4, b"ftyp") {
        let brands = iso_media::brands(head);
        let is_still = brands.is_some_and(|brands| brands.is_avif() || brands.is_heic());
        let is_other = OTHER_BRANDS.iter().any(|brand| at(8, brand));
        return (!is_still && !is_other).then_some(VideoContainer::Iso);
    }
    if QUICKTIME.iter().any(|kind| at(4, kind)) {
        return Some(VideoContainer::Iso);
    }
    let found = OTHERS
        .iter()
        .find(|other| at(0, other.magic) && at(8, other.then));
    found.map(VideoContainer::Other)
}

/// Like [`detect`], for files with a video extension, for which a weak signature suffices.
pub fn detect_named(head: &[u8]) -> Option<VideoContainer> {
    let transport = head.first() == Some(&0x47) || head.get(4) == Some(&0x47);
    detect(head).or_else(|| transport.then_some(VideoContainer::Other(&TRANSPORT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_told_by_their_first_bytes() {
        let name = |head: &[u8]| match detect_named(head) {
            Some(VideoContainer::Iso) => "MP4",
            Some(VideoContainer::Other(other)) => other.format,
            None => "",
        };
        assert_eq!(name(b"\0\0\0\x18ftypisom\0\0\0\0"), "MP4");
        assert_eq!(name(b"\0\0\0\x14ftypqt  "), "MP4");
        assert_eq!(name(b"\0\0\0\x08wide\0\0\0\0mdat"), "MP4");
        assert_eq!(name(b"RIFF\0\0\0\0AVI LIST"), "avi");
        assert_eq!(name(b"\x47\x40\0\x10"), "mpegts");
        assert_eq!(name(b"\0\0\0\0\x47\x40\0\x10"), "mpegts");
        for still in [
            &b"\0\0\0\x18ftypheic"[..],
            b"\0\0\0\x18ftyphevx",
            b"\0\0\0\x18ftypavci",
            b"\0\0\0\x18ftypcrx ",
            b"RIFF\0\0\0\0WEBP",
            b"RIFF\0\0\0\0WAVE",
            b"x",
        ] {
            assert_eq!(name(still), "");
        }
        assert_eq!(detect(b"\x47\x49\x46"), None);
    }
}
