//! XML as a tree of places in its text, so that an edit can leave every other byte as it is.

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::events::Event;

/// Deepest nesting that is read: sidecars have about ten levels.
const MAX_DEPTH: usize = 100;
/// Most elements and attributes that are read; masks of Camera Raw make some ten thousand.
const MAX_PARTS: usize = 500_000;
/// The namespace of the prefix `xml`, which nothing declares.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The number of an element in its document.
pub type Id = usize;

/// A part of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Span {
    /// From here to there.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// All of it, with the white space before it.
    pub whole: Span,
    /// Its name with its prefix.
    pub name: Span,
    /// Its value as it stands between the quotes.
    pub value: Span,
    namespace: Option<usize>,
}

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// All of it.
    pub whole: Span,
    /// Its start tag.
    pub tag: Span,
    /// Its name with its prefix, in the start tag.
    pub name: Span,
    /// What lies between its tags.
    pub inner: Span,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Its elements.
    pub children: Vec<Id>,
    /// The element that it lies in.
    pub parent: Option<Id>,
    namespace: Option<usize>,
}

impl Element {
    /// Whether it is one tag that closes itself.
    #[must_use]
    pub fn is_single_tag(&self) -> bool {
        self.tag == self.whole
    }
}

/// A document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
    elements: Vec<Element>,
    uris: Vec<String>,
}

/// What is put in the place of a part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The part.
    pub span: Span,
    /// What comes there.
    pub text: String,
}

impl Splice {
    /// Puts `text` in the place of `span`.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    /// Puts `text` before the character at `at`.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(Span::new(at, at), text)
    }
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// In words, if it is not well-formed, declares a document type (whose entities could grow without bound), or is
    /// nested too deeply.
    pub fn parse(text: String) -> Result<Self, String> {
        Parser::default().run(text)
    }

    /// The text that was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// All elements, each before those that it holds.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Whether an element has a name in a namespace.
    #[must_use]
    pub fn is(&self, id: Id, uri: &str, local: &str) -> bool {
        let element = &self.elements[id];
        self.local(element.name) == local && same(self.uri(element.namespace), uri)
    }

    /// Whether an attribute has a name in a namespace.
    #[must_use]
    pub fn attribute_is(&self, attribute: &Attribute, uri: &str, local: &str) -> bool {
        self.local(attribute.name) == local && same(self.attribute_uri(attribute), uri)
    }

    /// The namespace of an element.
    #[must_use]
    pub fn element_uri(&self, id: Id) -> Option<&str> {
        self.uri(self.elements[id].namespace)
    }

    /// The namespace of an attribute; nothing for one without a prefix, and for those that declare namespaces.
    #[must_use]
    pub fn attribute_uri(&self, attribute: &Attribute) -> Option<&str> {
        self.uri(attribute.namespace)
    }

    /// The attribute of an element with a name in a namespace.
    #[must_use]
    pub fn attribute(&self, id: Id, uri: &str, local: &str) -> Option<&Attribute> {
        let mut attributes = self.elements[id].attributes.iter();
        attributes.find(|attribute| self.attribute_is(attribute, uri, local))
    }

    /// The value of an attribute.
    #[must_use]
    pub fn value(&self, attribute: &Attribute) -> String {
        unescape(self.slice(attribute.value)).replace(['\n', '\t', '\r'], " ")
    }

    /// The text directly in an element, with its references and CDATA sections resolved.
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

    /// A prefix that stands for a namespace where an element is, and may be used by attributes too.
    #[must_use]
    pub fn prefix(&self, id: Id, uri: &str) -> Option<String> {
        let declarations = self.declarations(id);
        let found = declarations.iter().find(|(_, known)| known == uri)?;
        Some(found.0.clone())
    }

    /// Whether a prefix stands for something where an element is.
    #[must_use]
    pub fn is_declared(&self, id: Id, prefix: &str) -> bool {
        let declarations = self.declarations(id);
        declarations.iter().any(|(known, _)| known == prefix)
    }

    /// Prefixes and namespaces at an element, nearest first; hidden ones left out.
    fn declarations(&self, id: Id) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut at = Some(id);
        while let Some(element) = at.map(|at| &self.elements[at]) {
            for attribute in &element.attributes {
                let Some(prefix) = self.slice(attribute.name).strip_prefix("xmlns:") else {
                    continue;
                };
                if !found.iter().any(|(known, _)| known == prefix) {
                    found.push((prefix.into(), self.value(attribute)));
                }
            }
            at = element.parent;
        }
        found
    }

    /// The prefix in a name, with its colon.
    #[must_use]
    pub fn prefix_of(&self, name: Span) -> &str {
        let name = self.slice(name);
        &name[..name.find(':').map_or(0, |at| at + 1)]
    }

    /// White space before a place, if it begins a line.
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

    /// The text with parts replaced, which must not overlap. Insertions at one place keep their order, and stand before
    /// a part that begins there.
    #[must_use]
    pub fn spliced(&self, mut splices: Vec<Splice>) -> String {
        splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
        let mut text = String::with_capacity(self.text.len() + 256);
        let mut at = 0;
        for splice in splices {
            text.push_str(self.slice(Span::new(at, splice.span.start)));
            text.push_str(&splice.text);
            at = splice.span.end;
        }
        text.push_str(self.slice(Span::new(at, self.text.len())));
        text
    }

    fn uri(&self, namespace: Option<usize>) -> Option<&str> {
        self.uris.get(namespace?).map(String::as_str)
    }

    fn local(&self, name: Span) -> &str {
        let name = self.slice(name);
        name.split_once(':').map_or(name, |(_, local)| local)
    }
}

/// Whether two namespaces are one: programs disagree about the slash at the end of some.
fn same(namespace: Option<&str>, uri: &str) -> bool {
    namespace.is_some_and(|known| known.trim_end_matches('/') == uri.trim_end_matches('/'))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.into(), Into::into)
}

#[derive(Default)]
struct Parser {
    document: Document,
    open: Vec<Id>,
    /// For each prefix the namespaces that it stands for, the innermost last.
    scope: HashMap<String, Vec<usize>>,
    numbers: HashMap<String, usize>,
    /// The prefixes that each open element declares.
    declared: Vec<Vec<String>>,
    parts: usize,
}

impl Parser {
    fn run(mut self, text: String) -> Result<Document, String> {
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let xml = self.number(XML);
        self.scope.insert("xml".into(), vec![xml]);
        let mut reader = Reader::from_str(&text[mark..]);
        loop {
            let start = mark + position(&reader)?;
            let event = reader.read_event().map_err(|e| e.to_string())?;
            let span = Span::new(start, mark + position(&reader)?);
            match event {
                Event::Start(_) => self.begin(&text, span)?,
                Event::Empty(_) => {
                    self.begin(&text, span)?;
                    self.end(Span::new(span.end, span.end))?;
                }
                Event::End(_) => self.end(span)?,
                Event::DocType(_) => {
                    return Err("it declares a document type, which XMP has not".into());
                }
                Event::GeneralRef(name) => known_reference(&lossy(&name))?,
                Event::Eof => break,
                _ => {}
            }
        }
        if !self.open.is_empty() {
            return Err("it ends in the middle".into());
        }
        self.document.text = text;
        Ok(self.document)
    }

    fn begin(&mut self, text: &str, tag: Span) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err("it is nested too deeply".into());
        }
        let (name, mut attributes) = scan_tag(text, tag)?;
        self.parts += 1 + attributes.len();
        if self.parts > MAX_PARTS {
            return Err("it has too many parts for XMP".into());
        }
        let mut declared = Vec::new();
        for attribute in &attributes {
            let name = &text[attribute.name.start..attribute.name.end];
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) => match rest.strip_prefix(':') {
                    Some(prefix) => prefix,
                    None => continue,
                },
                None => continue,
            };
            let uri = unescape(&text[attribute.value.start..attribute.value.end]);
            let number = self.number(&uri);
            self.scope.entry(prefix.into()).or_default().push(number);
            declared.push(prefix.to_owned());
        }
        for attribute in &mut attributes {
            let name = &text[attribute.name.start..attribute.name.end];
            if let Some((prefix, _)) = name.split_once(':')
                && prefix != "xmlns"
            {
                attribute.namespace = Some(self.resolve(prefix)?);
            }
        }
        let qualified = &text[name.start..name.end];
        let namespace = match qualified.split_once(':') {
            Some((prefix, _)) => Some(self.resolve(prefix)?),
            None => self.resolve("").ok(),
        };
        let parent = self.open.last().copied();
        let id = self.document.elements.len();
        if let Some(parent) = parent {
            self.document.elements[parent].children.push(id);
        }
        self.document.elements.push(Element {
            whole: tag,
            tag,
            name,
            inner: Span::new(tag.end, tag.end),
            attributes,
            children: Vec::new(),
            parent,
            namespace,
        });
        self.open.push(id);
        self.declared.push(declared);
        Ok(())
    }

    fn end(&mut self, tag: Span) -> Result<(), String> {
        let id = self.open.pop();
        let id = id.ok_or("an element ends that did not begin")?;
        let element = &mut self.document.elements[id];
        element.whole.end = tag.end;
        element.inner.end = tag.start;
        for prefix in self.declared.pop().unwrap_or_default() {
            if let Some(known) = self.scope.get_mut(&prefix) {
                known.pop();
            }
        }
        Ok(())
    }

    fn number(&mut self, uri: &str) -> usize {
        if let Some(number) = self.numbers.get(uri) {
            return *number;
        }
        let number = self.document.uris.len();
        self.document.uris.push(uri.into());
        self.numbers.insert(uri.into(), number);
        number
    }

    fn resolve(&self, prefix: &str) -> Result<usize, String> {
        let known = self.scope.get(prefix).and_then(|known| known.last());
        known
            .copied()
            .ok_or_else(|| format!("the prefix {prefix:?} stands for nothing"))
    }
}

fn position(reader: &Reader<&[u8]>) -> Result<usize, String> {
    usize::try_from(reader.buffer_position()).map_err(|e| e.to_string())
}

/// Entities of a document type are not read, so only those of XML itself are known.
fn known_reference(name: &str) -> Result<(), String> {
    let resolved = quick_xml::escape::unescape(&format!("&{name};")).map(|_| ());
    resolved.map_err(|_| format!("it refers to an unknown entity, {name:?}"))
}

/// Whether a name is one, with a prefix or without. Letters beyond ASCII are not looked at closely.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let begins =
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii());
        let inside = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c) || !c.is_ascii();
        begins && part.chars().all(inside)
    };
    match name.split_once(':') {
        Some((prefix, local)) => is_part(prefix) && is_part(local),
        None => is_part(name),
    }
}

/// The name and the attributes of a start tag.
fn scan_tag(text: &str, tag: Span) -> Result<(Span, Vec<Attribute>), String> {
    let bytes = text.as_bytes();
    let space = |at: usize| bytes[at].is_ascii_whitespace();
    let malformed = || "an attribute is malformed".to_owned();
    let end = tag.end
        - if bytes[..tag.end].ends_with(b"/>") {
            2
        } else {
            1
        };
    let mut at = tag.start + 1;
    while at < end && !space(at) {
        at += 1;
    }
    let name = Span::new(tag.start + 1, at);
    if !is_name(&text[name.start..name.end]) {
        return Err("an element has no proper name".into());
    }
    let (mut attributes, mut names) = (Vec::new(), HashSet::new());
    loop {
        let before = at;
        while at < end && space(at) {
            at += 1;
        }
        if at == end {
            return Ok((name, attributes));
        }
        let start = at;
        while at < end && !space(at) && bytes[at] != b'=' {
            at += 1;
        }
        let key = Span::new(start, at);
        while at < end && (space(at) || bytes[at] == b'=') {
            at += 1;
        }
        let equals = text[key.end..at].trim();
        let quote = (bytes[..end].get(at).copied()).filter(|quote| matches!(quote, b'"' | b'\''));
        let proper = before < start && is_name(&text[key.start..key.end]);
        let quote = quote.filter(|_| equals == "=" && proper);
        let quote = quote.ok_or_else(malformed)?;
        let length = memchr::memchr(quote, &bytes[at + 1..end]).ok_or_else(malformed)?;
        let value = Span::new(at + 1, at + 1 + length);
        at = value.end + 1;
        let raw = &text[value.start..value.end];
        quick_xml::escape::unescape(raw).map_err(|_| malformed())?;
        if !names.insert(&text[key.start..key.end]) {
            return Err("an attribute stands twice".into());
        }
        attributes.push(Attribute {
            whole: Span::new(before, at),
            name: key,
            value,
            namespace: None,
        });
    }
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
