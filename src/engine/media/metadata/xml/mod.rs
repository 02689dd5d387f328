//! XML as a tree of positions in its text, so that an edit leaves every other byte unchanged.

mod error;
mod parse;

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::Event;

pub use error::XmlError;

/// The namespace of the prefix `xml`, which is predeclared.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Index of an element in its document.
pub type Id = usize;

/// A byte range of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSpan {
    /// Start, inclusive.
    pub start: usize,
    /// End, exclusive.
    pub end: usize,
}

impl TextSpan {
    /// The range from `start` to `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its full range, including leading white space.
    pub whole: TextSpan,
    /// Qualified name.
    pub name: TextSpan,
    /// Raw value between the quotes.
    pub value: TextSpan,
    pub(super) namespace: Option<usize>,
}

/// An element.
#[derive(Clone, Debug)]
pub struct XmlElement {
    /// Its full range.
    pub whole: TextSpan,
    /// Start tag.
    pub tag: TextSpan,
    /// Qualified name in the start tag.
    pub name: TextSpan,
    /// Content between the tags.
    pub inner: TextSpan,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Child elements.
    pub children: Vec<Id>,
    /// Parent element.
    pub parent: Option<Id>,
    pub(super) namespace: Option<usize>,
}

impl XmlElement {
    /// Whether it is an empty-element tag.
    #[must_use]
    pub fn is_single_tag(&self) -> bool {
        self.tag == self.whole
    }
}

/// A parsed document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub(super) text: String,
    pub(super) elements: Vec<XmlElement>,
    pub(super) uris: Vec<String>,
}

/// A replacement of a byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The range to replace.
    pub span: TextSpan,
    /// The replacement.
    pub text: String,
}

impl Splice {
    /// Replaces `span` by `text`.
    #[must_use]
    pub fn new(span: TextSpan, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    /// Inserts `text` at offset `at`.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(TextSpan::new(at, at), text)
    }
}

impl Document {
    /// Parses a document.
    ///
    /// # Errors
    /// Returns an error if the text is not well-formed, has a DTD (whose entities could expand without bound), or
    /// exceeds the limits of depth and size.
    pub fn parse(text: String) -> Result<Self, XmlError> {
        parse::document(text)
    }

    /// The source text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range.
    #[must_use]
    pub fn slice(&self, span: TextSpan) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// All elements in document order.
    #[must_use]
    pub fn elements(&self) -> &[XmlElement] {
        &self.elements
    }

    /// Whether an element has this expanded name.
    #[must_use]
    pub fn is(&self, id: Id, uri: &str, local: &str) -> bool {
        let element = &self.elements[id];
        self.local(element.name) == local && same(self.uri(element.namespace), uri)
    }

    /// Whether an attribute has this expanded name.
    #[must_use]
    pub fn attribute_is(&self, attribute: &Attribute, uri: &str, local: &str) -> bool {
        self.local(attribute.name) == local && same(self.attribute_uri(attribute), uri)
    }

    /// The namespace of an element.
    #[must_use]
    pub fn element_uri(&self, id: Id) -> Option<&str> {
        self.uri(self.elements[id].namespace)
    }

    /// The namespace of an attribute; `None` for those without a prefix and for namespace declarations.
    #[must_use]
    pub fn attribute_uri(&self, attribute: &Attribute) -> Option<&str> {
        self.uri(attribute.namespace)
    }

    /// The attribute of an element with this expanded name.
    #[must_use]
    pub fn attribute(&self, id: Id, uri: &str, local: &str) -> Option<&Attribute> {
        let mut attributes = self.elements[id].attributes.iter();
        attributes.find(|attribute| self.attribute_is(attribute, uri, local))
    }

    /// The unescaped value of an attribute.
    #[must_use]
    pub fn value(&self, attribute: &Attribute) -> String {
        unescape(self.slice(attribute.value)).replace(['\n', '\t', '\r'], " ")
    }

    /// The direct text content of an element, with references and CDATA sections resolved.
    #[must_use]
    pub fn text_of(&self, id: Id) -> String {
        let mut reader = Reader::from_str(self.slice(self.elements[id].inner));
        let (mut text, mut depth) = (String::new(), 0_usize);
        loop {
            match reader.read_event() {
                Ok(Event::Start(_)) => depth += 1,
                Ok(Event::End(_)) => depth = depth.saturating_sub(1),
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) if depth > 0 => {}
                Ok(Event::Text(part)) => text.push_str(&lossy(&part)),
                Ok(Event::CData(part)) => text.push_str(&lossy(&part)),
                Ok(Event::GeneralRef(name)) => {
                    text.push_str(&unescape(&format!("&{};", lossy(&name))));
                }
                Ok(_) => {}
            }
        }
        text.replace("\r\n", "\n")
    }

    /// A prefix bound to a namespace at an element, usable for attributes too.
    #[must_use]
    pub fn prefix(&self, id: Id, uri: &str) -> Option<String> {
        let declarations = self.declarations(id);
        let found = declarations.iter().find(|(_, known)| known == uri)?;
        Some(found.0.clone())
    }

    /// Whether a prefix is bound at an element.
    #[must_use]
    pub fn is_declared(&self, id: Id, prefix: &str) -> bool {
        let declarations = self.declarations(id);
        declarations.iter().any(|(known, _)| known == prefix)
    }

    /// Prefixes and namespaces in scope at an element, innermost first; shadowed ones are omitted.
    fn declarations(&self, id: Id) -> Vec<(String, String)> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut at = Some(id);
        while let Some(element) = at.map(|at| &self.elements[at]) {
            for attribute in &element.attributes {
                let Some(prefix) = self.slice(attribute.name).strip_prefix("xmlns:") else {
                    continue;
                };
                if seen.insert(prefix) {
                    found.push((prefix.into(), self.value(attribute)));
                }
            }
            at = element.parent;
        }
        found
    }

    /// The prefix of a qualified name, including the colon.
    #[must_use]
    pub fn prefix_of(&self, name: TextSpan) -> &str {
        let name = self.slice(name);
        &name[..name.find(':').map_or(0, |at| at + 1)]
    }

    /// The white space before a position, if it starts a line.
    #[must_use]
    pub fn indent(&self, at: usize) -> &str {
        let before = &self.text[..at];
        let space = &before[before.trim_end().len()..];
        match space.rfind('\n') {
            Some(line) if space[..line].ends_with('\r') => &space[line - 1..],
            Some(line) => &space[line..],
            None => "",
        }
    }

    /// The text with splices applied; their ranges must not overlap. Insertions at the same offset keep their order and
    /// precede a replacement that starts there.
    #[must_use]
    pub fn spliced(&self, mut splices: Vec<Splice>) -> String {
        splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
        let mut text = String::with_capacity(self.text.len() + 256);
        let mut at = 0;
        for splice in splices {
            text.push_str(self.slice(TextSpan::new(at, splice.span.start)));
            text.push_str(&splice.text);
            at = splice.span.end;
        }
        text.push_str(self.slice(TextSpan::new(at, self.text.len())));
        text
    }

    fn uri(&self, namespace: Option<usize>) -> Option<&str> {
        self.uris.get(namespace?).map(String::as_str)
    }

    fn local(&self, name: TextSpan) -> &str {
        let name = self.slice(name);
        name.split_once(':').map_or(name, |(_, local)| local)
    }
}

/// Whether two namespaces are equal, ignoring a trailing slash, which programs treat inconsistently.
fn same(namespace: Option<&str>, uri: &str) -> bool {
    namespace.is_some_and(|known| known.trim_end_matches('/') == uri.trim_end_matches('/'))
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(text.into()).expect("well-formed")
    }

    #[test]
    fn elements_know_their_places_names_and_text() {
        let text = "\u{feff}<?xpacket begin=\"\u{feff}\"?>\n<!-- note --><p:a xmlns:p='u' p:b = \"1 &amp; 2\"\n  c='>'><p:c/> &lt;t&gt;<![CDATA[<x>]]>&#xe9;<q xmlns='v'/></p:a>\n";
        let document = parse(text);
        let [a, c, q] = document.elements() else {
            panic!("three elements: {document:?}")
        };
        assert!(document.slice(a.whole).starts_with("<p:a xmlns"));
        assert!(document.slice(a.whole).ends_with("</p:a>"));
        assert_eq!(document.slice(c.whole), "<p:c/>");
        assert!(c.is_single_tag() && !a.is_single_tag());
        assert!(document.is(0, "u", "a") && document.is(2, "v", "q"));
        assert_eq!((a.children.as_slice(), q.parent), (&[1, 2][..], Some(0)));
        let b = document.attribute(0, "u", "b").expect("an attribute");
        assert_eq!(document.value(b), "1 & 2");
        assert_eq!(document.slice(b.whole), " p:b = \"1 &amp; 2\"");
        assert_eq!(document.text_of(0), " <t><x>\u{e9}");
        assert_eq!(document.prefix(2, "u").as_deref(), Some("p"));
        assert_eq!(document.spliced(Vec::new()), text);
        let splices = vec![Splice::insert(c.whole.end, "2"), Splice::new(c.whole, "1")];
        assert!(document.spliced(splices).contains("c='>'>12 &lt;"));
    }

    #[test]
    fn hidden_prefixes_are_not_used() {
        let document = parse("<a xmlns:p='u' xmlns:q='u'><b xmlns:p='other'/></a>");
        assert_eq!(document.prefix(1, "u").as_deref(), Some("q"));
        assert!(document.is_declared(1, "p") && !document.is_declared(1, "r"));
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for wrong in [
            "<a>",
            "</a>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<a b=c/>",
            "<a b='1' b='2'/>",
            "<a b='1'c='2'/>",
            "<a b='&c;'/>",
            "<a>&c;</a>",
            "<p:a/>",
            "<a b/>",
            "<a =''",
            "<a/b></a/b>",
            "<1/>",
            "<a xmlns:/b='c'/>",
            "<a:b:c xmlns:a='d'/>",
        ] {
            assert!(Document::parse(wrong.into()).is_err(), "{wrong}");
        }
        let deep = "<a>".repeat(200) + &"</a>".repeat(200);
        assert!(Document::parse(deep).is_err());
        assert!(Document::parse("<a/>".repeat(600_000)).is_err());
    }
}
