//! Why a text is not read as XML.

/// Why a text is not read as XML. The messages leave out the file, which the caller names.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// The parser's own complaint.
    #[error(transparent)]
    Syntax(#[from] quick_xml::Error),
    /// Entities of a document type could grow without bound.
    #[error("it declares a document type, which XMP has not")]
    DocumentType,
    /// Elements are left open.
    #[error("it ends in the middle")]
    Unfinished,
    /// An end tag without a start tag.
    #[error("an element ends that did not begin")]
    NotBegun,
    /// More levels than are read.
    #[error("it is nested too deeply")]
    TooDeep,
    /// More elements and attributes than are read.
    #[error("it has too many parts for XMP")]
    TooManyParts,
    /// A prefix without a namespace.
    #[error("the prefix {0:?} stands for nothing")]
    UnknownPrefix(String),
    /// An entity that XML does not define.
    #[error("it refers to an unknown entity, {0:?}")]
    UnknownEntity(String),
    /// A tag without a name.
    #[error("an element has no proper name")]
    BadName,
    /// An attribute without a name or value.
    #[error("an attribute is malformed")]
    BadAttribute,
    /// Two attributes of one name.
    #[error("an attribute stands twice")]
    RepeatedAttribute,
    /// More text than memory can address.
    #[error(transparent)]
    TooLarge(#[from] std::num::TryFromIntError),
}
