//! Parses XML into a tree of positions, with limits on depth and size.

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Attribute, Document, Id, TextSpan, XML, XmlElement, XmlError, lossy, unescape};

/// Maximum nesting depth; sidecars have about ten levels.
const MAX_DEPTH: usize = 100;
/// Maximum number of elements and attributes; Camera Raw masks have around ten thousand.
const MAX_PARTS: usize = 500_000;

/// Parses a document.
pub(super) fn document(text: String) -> Result<Document, XmlError> {
    Parser::default().run(text)
}

#[derive(Default)]
struct Parser {
    document: Document,
    open: Vec<Id>,
    /// For each prefix: the namespaces that it is bound to, innermost last.
    scope: HashMap<String, Vec<usize>>,
    numbers: HashMap<String, usize>,
    /// The prefixes that each open element declares.
    declared: Vec<Vec<String>>,
    parts: usize,
}

impl Parser {
    fn run(mut self, text: String) -> Result<Document, XmlError> {
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let xml = self.number(XML);
        self.scope.insert("xml".into(), vec![xml]);
        let mut reader = Reader::from_str(&text[mark..]);
        loop {
            let start = mark + position(&reader)?;
            let event = reader.read_event()?;
            let span = TextSpan::new(start, mark + position(&reader)?);
            match event {
                Event::Start(_) => self.begin(&text, span)?,
                Event::Empty(_) => {
                    self.begin(&text, span)?;
                    self.end(TextSpan::new(span.end, span.end))?;
                }
                Event::End(_) => self.end(span)?,
                Event::DocType(_) => {
                    return Err(XmlError::DocumentType);
                }
                Event::GeneralRef(name) => known_reference(&lossy(&name))?,
                Event::Eof => break,
                _ => {}
            }
        }
        if !self.open.is_empty() {
            return Err(XmlError::Unfinished);
        }
        self.document.text = text;
        Ok(self.document)
    }

    fn begin(&mut self, text: &str, tag: TextSpan) -> Result<(), XmlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
        let (name, mut attributes) = scan_tag(text, tag)?;
        self.parts += 1 + attributes.len();
        if self.parts > MAX_PARTS {
            return Err(XmlError::TooManyParts);
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
        self.document.elements.push(XmlElement {
            whole: tag,
            tag,
            name,
            inner: TextSpan::new(tag.end, tag.end),
            attributes,
            children: Vec::new(),
            parent,
            namespace,
        });
        self.open.push(id);
        self.declared.push(declared);
        Ok(())
    }

    fn end(&mut self, tag: TextSpan) -> Result<(), XmlError> {
        let id = self.open.pop();
        let id = id.ok_or(XmlError::NotBegun)?;
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

    fn resolve(&self, prefix: &str) -> Result<usize, XmlError> {
        let known = self.scope.get(prefix).and_then(|known| known.last());
        known
            .copied()
            .ok_or_else(|| XmlError::UnknownPrefix(prefix.into()))
    }
}

fn position(reader: &Reader<&[u8]>) -> Result<usize, XmlError> {
    Ok(usize::try_from(reader.buffer_position())?)
}

/// DTDs are rejected, so only the predefined entities are known.
fn known_reference(name: &str) -> Result<(), XmlError> {
    let resolved = quick_xml::escape::unescape(&format!("&{name};")).map(|_| ());
    resolved.map_err(|_| XmlError::UnknownEntity(name.into()))
}

/// Whether a text is a valid qualified name. Characters beyond ASCII are not checked in detail.
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

/// Name and attributes of a start tag.
fn scan_tag(text: &str, tag: TextSpan) -> Result<(TextSpan, Vec<Attribute>), XmlError> {
    let bytes = text.as_bytes();
    let space = |at: usize| bytes[at].is_ascii_whitespace();
    let malformed = || XmlError::BadAttribute;
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
    let name = TextSpan::new(tag.start + 1, at);
    if !is_name(&text[name.start..name.end]) {
        return Err(XmlError::BadName);
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
        let key = TextSpan::new(start, at);
        while at < end && (space(at) || bytes[at] == b'=') {
            at += 1;
        }
        let equals = text[key.end..at].trim();
        let quote = (bytes[..end].get(at).copied()).filter(|quote| matches!(quote, b'"' | b'\''));
        let proper = before < start && is_name(&text[key.start..key.end]);
        let quote = quote.filter(|_| equals == "=" && proper);
        let quote = quote.ok_or_else(malformed)?;
        let length = memchr::memchr(quote, &bytes[at + 1..end]).ok_or_else(malformed)?;
        let value = TextSpan::new(at + 1, at + 1 + length);
        at = value.end + 1;
        let raw = &text[value.start..value.end];
        quick_xml::escape::unescape(raw).map_err(|_| malformed())?;
        if !names.insert(&text[key.start..key.end]) {
            return Err(XmlError::RepeatedAttribute);
        }
        attributes.push(Attribute {
            whole: TextSpan::new(before, at),
            name: key,
            value,
            namespace: None,
        });
    }
}
