//! XML errors.

/// Why a text is rejected as XML. Messages omit the file name, which the caller adds.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// A syntax error from the parser.
    #[error(transparent)]
    Syntax(#[from] quick_xml::Error),
    /// The text has a DTD, whose entities could expand without bound.
    #[error("it declares a document type, which XMP does not allow")]
    DocumentType,
    /// The text ends inside an element.
    #[error("it ends inside an element")]
    Unfinished,
    /// An end tag without a start tag.
    #[error("it has an end tag without a start tag")]
    NotBegun,
    /// The nesting exceeds the limit.
    #[error("it is nested too deeply")]
    TooDeep,
    /// The number of elements and attributes exceeds the limit.
    #[error("it has too many elements for XMP")]
    TooManyParts,
    /// An undeclared namespace prefix.
    #[error("the prefix {0:?} is not declared")]
    UnknownPrefix(String),
    /// An entity that XML does not predefine.
    #[error("it refers to an unknown entity, {0:?}")]
    UnknownEntity(String),
    /// An element with an invalid name.
    #[error("an element has an invalid name")]
    BadName,
    /// An attribute with an invalid name or without a value.
    #[error("an attribute is malformed")]
    BadAttribute,
    /// Two attributes with the same name.
    #[error("an attribute occurs twice")]
    RepeatedAttribute,
    /// The text is too long.
    #[error("it is too long")]
    TooLarge(#[from] std::num::TryFromIntError),
}
