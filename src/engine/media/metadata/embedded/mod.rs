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
    /// XMP packets in ImageMagick's text chunks of PNG, which are never written.
    text_xmp: Vec<Vec<u8>>,
    /// Raw IPTC-IIM.
    iptc: Option<Vec<u8>>,
    /// Facts from EXIF.
    exif: SourceFacts,
    /// Orientation from EXIF.
    orientation: Option<u32>,
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

/// The embedded metadata that decoding uses.
#[derive(Debug)]
pub struct EmbeddedMetadata {
    /// The merged metadata.
    pub facts: SourceFacts,
    /// The orientation from EXIF, or else from XMP, as an EXIF value from 1 to 8.
    pub orientation: Option<u32>,
    /// The date from EXIF alone.
    pub exif_taken: Option<Taken>,
}

/// Whether a number is one of EXIF's eight orientations.
fn is_orientation(value: &u32) -> bool {
    (1..=8).contains(value)
}

impl MetadataBlocks {
    /// Adds the EXIF in a TIFF structure; fields that are already known stay.
    fn add_exif(&mut self, tiff: &[u8]) {
        let read = tiff::read_exif(tiff);
        self.exif = std::mem::take(&mut self.exif).or(read.exif);
        self.orientation = self.orientation.or(read.orientation);
    }

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
    all(reader).facts
}

/// Like [`facts`], with the orientation, in a single pass over the file.
pub fn all<R: Read + Seek>(reader: R) -> EmbeddedMetadata {
    let blocks = MetadataBlocks::read(reader);
    let packets = blocks.xmp.iter().chain(&blocks.text_xmp);
    let packets: Vec<Packet> = packets
        .filter_map(|packet| Packet::parse(packet).ok())
        .collect();
    let of_packet = |packet: &Packet| {
        let value: Option<u32> = packet.simple(xmp::ORIENTATION)?.trim().parse().ok();
        value.filter(is_orientation)
    };
    let orientation = blocks
        .orientation
        .or_else(|| packets.iter().find_map(of_packet));
    let exif_taken = blocks.exif.taken.clone();
    let iptc = blocks.iptc.as_deref().map(iptc::facts);
    let xmp = packets.iter().map(Packet::facts).reduce(SourceFacts::or);
    let xmp = xmp.unwrap_or_default();
    let mut facts = xmp.or(iptc.unwrap_or_default()).or(blocks.exif);
    facts.taken = facts.taken.or(blocks.created);
    EmbeddedMetadata {
        facts,
        orientation,
        exif_taken,
    }
}

/// The merged metadata of a photo at this path.
#[must_use]
pub fn facts_of(photo: &Path) -> SourceFacts {
    open_regular(photo).map_or_else(|_| SourceFacts::default(), facts)
}
