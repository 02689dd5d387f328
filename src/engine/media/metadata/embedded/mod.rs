//! Metadata embedded in photos: XMP, IPTC-IIM and EXIF. Only the relevant parts of files are read.

mod boxes;
mod gif;
mod heif;
mod iptc;
mod jpeg;
mod png;
mod psd;
mod tiff;
mod webp;
mod write;

use std::io::{Read, Seek};
use std::path::Path;

use super::facts::SourceFacts;
use super::xmp::{self, Packet};
use crate::engine::files::regular::open_regular;
use crate::engine::media::input::{self, ByteSource, Input};
use crate::engine::media::taken::Taken;

pub use write::{plan, write};

/// The metadata of a file.
#[derive(Debug, Default)]
struct MetadataBlocks {
    /// XMP packets; in JPEG, an extended packet follows the one that references it.
    xmp: Vec<Vec<u8>>,
    /// Raw IPTC-IIM.
    iptc: Option<Vec<u8>>,
    /// Facts from EXIF.
    exif: SourceFacts,
    /// Creation date from a PNG text chunk.
    created: Option<Taken>,
}

/// Container format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContainerFormat {
    Jpeg,
    Png,
    Gif,
    /// TIFF, DNG and most camera RAW formats.
    Tiff,
    WebP,
    /// HEIC, AVIF, CR3, JPEG XL and JPEG 2000.
    Boxes,
    /// Photoshop PSD and PSB.
    Psd,
}

impl ContainerFormat {
    /// Detects the format by content, whatever the extension.
    fn of<R: Read + Seek>(input: &mut Input<R>) -> Option<Self> {
        match input.array::<12>(0)? {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [b'I', b'I', ..] | [b'M', b'M', ..] => Some(Self::Tiff),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Some(Self::WebP),
            [_, _, _, _, b'f', b't', b'y', b'p', ..]
            | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..]
            | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some(Self::Boxes),
            [b'8', b'B', b'P', b'S', ..] => Some(Self::Psd),
            _ => None,
        }
    }
}

impl MetadataBlocks {
    fn of<R: Read + Seek>(format: ContainerFormat, input: &mut Input<R>) -> Self {
        match format {
            ContainerFormat::Jpeg => jpeg::read(input),
            ContainerFormat::Png => png::read(input),
            ContainerFormat::Gif => gif::read(input),
            ContainerFormat::Tiff => tiff::read(input),
            ContainerFormat::WebP => webp::read(input),
            ContainerFormat::Boxes => boxes::read(input),
            ContainerFormat::Psd => psd::read(input),
        }
    }

    fn read<R: Read + Seek>(reader: R) -> Self {
        let mut input = Input::new(reader);
        let format = ContainerFormat::of(&mut input);
        format.map_or_else(Self::default, |format| Self::of(format, &mut input))
    }
}

/// The merged metadata of a photo. XMP takes precedence over IPTC-IIM, and IPTC-IIM over EXIF: newer programs write the
/// former. Malformed metadata is ignored.
pub fn facts<R: Read + Seek>(reader: R) -> SourceFacts {
    all(reader).0
}

/// Like [`facts`], with the orientation from XMP as an EXIF value, in a single pass over the file.
pub fn all<R: Read + Seek>(reader: R) -> (SourceFacts, Option<u32>) {
    let blocks = MetadataBlocks::read(reader);
    let packets = blocks.xmp.iter();
    let packets: Vec<Packet> = packets
        .filter_map(|packet| Packet::parse(packet).ok())
        .collect();
    let orientation = packets
        .iter()
        .find_map(|packet| packet.simple(xmp::ORIENTATION))
        .and_then(|text| text.trim().parse().ok());
    let iptc = blocks.iptc.as_deref().map(iptc::facts);
    let xmp = packets.iter().map(Packet::facts).reduce(SourceFacts::or);
    let xmp = xmp.unwrap_or_default();
    let mut facts = xmp.or(iptc.unwrap_or_default()).or(blocks.exif);
    facts.taken = facts.taken.or(blocks.created);
    (facts, orientation)
}

/// The merged metadata of a photo at this path.
#[must_use]
pub fn facts_of(photo: &Path) -> SourceFacts {
    open_regular(photo).map_or_else(|_| SourceFacts::default(), facts)
}
