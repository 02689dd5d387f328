//! Errors of reading and writing metadata.

use std::io;
use std::num::TryFromIntError;

use super::xml::XmlError;

/// Why metadata could not be read or written. Messages omit the file name, which the caller adds.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// An I/O error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The sidecar is a dangling symbolic link.
    #[error("it is a link to a missing file")]
    DanglingLink,
    /// The sidecar is not a regular file.
    #[error("it is not a regular file")]
    NotRegular,
    /// The sidecar exceeds the size limit.
    #[error("it is too large for a sidecar")]
    TooLarge,
    /// The packet ends within a character.
    #[error("it is damaged: its text ends in the middle of a character")]
    Truncated,
    /// The packet is not well-formed XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The packet has no `rdf:RDF`.
    #[error("it has no rdf:RDF")]
    NoRoot,
    /// The packet has no `rdf:Description` to add to.
    #[error("it has no rdf:Description")]
    NoDescription,
    /// The packet cannot be re-encoded losslessly.
    #[error("its encoding differs from the declared one")]
    WrongEncoding,
    /// The photo's format is not supported for writing.
    #[error("its format is unknown")]
    UnknownFormat,
    /// The photo has several overlapping packets.
    #[error("its metadata is spread over several packets")]
    SeveralPackets,
    /// The photo references a missing extended XMP packet.
    #[error("a part of its metadata is missing")]
    PartMissing,
    /// The photo's container is malformed or has an unsupported structure.
    #[error("its parts are not where its format requires them")]
    UnusualLayout,
    /// Camera RAW files are never modified.
    #[error("camera RAW files are never modified")]
    CameraRaw,
    /// GIF files are not supported for writing.
    #[error("writing into GIF files is not supported")]
    Gif,
    /// Photoshop files are not supported for writing.
    #[error("writing into Photoshop files is not supported")]
    Photoshop,
    /// The packet exceeds the size of a JPEG segment.
    #[error("its metadata would be too large for a JPEG segment")]
    TooLargeForJpeg,
    /// A length exceeds its field in the container.
    #[error("it would be too large for its format")]
    Length(#[from] TryFromIntError),
}
