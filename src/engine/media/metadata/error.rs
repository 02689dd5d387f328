//! Why metadata is not read or not added to.

use std::io;
use std::num::TryFromIntError;

use super::xml::XmlError;

/// Why metadata is not read or not added to. The messages leave out the file, which the caller names.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The sidecar is a link that leads nowhere.
    #[error("it is a link to a file that is not there")]
    DanglingLink,
    /// The sidecar is a folder or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// The sidecar is larger than any.
    #[error("it is too large for a sidecar")]
    TooLarge,
    /// The packet's text is cut off.
    #[error("it is damaged: its characters end in the middle")]
    Truncated,
    /// The packet is no XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The packet has no root.
    #[error("it holds no rdf:RDF")]
    NoRoot,
    /// The packet has nowhere to add to.
    #[error("it holds no rdf:Description")]
    NoDescription,
    /// The packet cannot be written back as it was.
    #[error("its encoding is not what it declares")]
    WrongEncoding,
    /// The photo's container has no place for metadata.
    #[error("its format is unknown")]
    UnknownFormat,
    /// The photo has more packets than one, and they overlap.
    #[error("its metadata is spread over several packets")]
    SeveralPackets,
    /// The photo names an extended packet that it does not have.
    #[error("a part of its metadata is missing")]
    PartMissing,
    /// The photo's container is damaged or unlike others of its kind.
    #[error("its parts are not where its format has them")]
    UnusualLayout,
    /// A negative from a camera.
    #[error("camera RAW is not written into")]
    CameraRaw,
    /// A GIF.
    #[error("GIF files are not written into")]
    Gif,
    /// A file of Photoshop.
    #[error("Photoshop files are not written into")]
    Photoshop,
    /// More than a JPEG can hold.
    #[error("its metadata would be larger than a JPEG's segment can be")]
    TooLargeForJpeg,
    /// A length that the container cannot express.
    #[error(transparent)]
    Length(#[from] TryFromIntError),
}
