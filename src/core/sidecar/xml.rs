//! A small tree of XML that writes back whatever it did not understand as it was.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Deepest nesting that is read: sidecars have about six levels.
const DEPTH: usize = 64;

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, comments and everything else, as it stands in the file.
    Raw(String),
}

/// An element with its attributes, whose values are kept as they stand in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name with its prefix.
    pub name: String,
    /// Names and escaped values.
    pub attributes: Vec<(String, String)>,
    /// What it holds.
    pub children: Vec<Node>,
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// An element that holds text.
    #[must_use]
    pub fn with_text(name: impl Into<String>, text: &str) -> Self {
        let mut element = Self::new(name);
        element.set_text(text);
        element
    }

    /// Its elements.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Raw(_) => None,
        })
    }

    /// Its elements, to be changed.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Raw(_) => None,
        })
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(unescape(value))
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let raw = self.children.iter().filter_map(|node| match node {
            Node::Raw(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        unescape(raw.collect::<String>().trim())
    }

    /// Puts text in the place of all that it holds.
    pub fn set_text(&mut self, text: &str) {
        self.children = vec![Node::Raw(quick_xml::escape::escape(text).into_owned())];
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", value.replace('"', "&quot;")));
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        write(&self.children, out);
        out.push_str(&format!("</{}>", self.name));
    }
}

fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.into(), Into::into)
}

fn write(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Element(element) => element.write(out),
            Node::Raw(text) => out.push_str(text),
        }
    }
}

/// A document as text.
#[must_use]
pub fn to_text(nodes: &[Node]) -> String {
    let mut out = String::new();
    write(nodes, &mut out);
    out
}

/// Reads a document.
///
/// # Errors
/// In words, if it is no well-formed XML.
pub fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut top = Vec::new();
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        let node = match event {
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return Err("it is nested too deeply".into());
                }
                open.push(element(&start)?);
                continue;
            }
            Event::Empty(start) => Node::Element(element(&start)?),
            Event::End(_) => match open.pop() {
                Some(element) => Node::Element(element),
                None => return Err("an element ends that did not begin".into()),
            },
            Event::Eof => break,
            Event::Text(text) => Node::Raw(decoded(&text)?),
            Event::GeneralRef(reference) => Node::Raw(format!("&{};", decoded(&reference)?)),
            Event::CData(text) => Node::Raw(format!("<![CDATA[{}]]>", decoded(&text)?)),
            Event::Comment(text) => Node::Raw(format!("<!--{}-->", decoded(&text)?)),
            Event::PI(text) => Node::Raw(format!("<?{}?>", decoded(&text)?)),
            Event::Decl(text) => Node::Raw(format!("<?{}?>", decoded(&text)?)),
            // Entities of one's own could grow without bound.
            Event::DocType(_) => return Err("it declares a document type".into()),
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => top.push(node),
        }
    }
    if open.is_empty() {
        Ok(top)
    } else {
        Err("it ends in the middle".into())
    }
}

fn decoded(bytes: &[u8]) -> Result<String, String> {
    Ok(std::str::from_utf8(bytes)
        .map_err(|e| e.to_string())?
        .to_owned())
}

fn element(start: &BytesStart) -> Result<Element, String> {
    let mut element = Element::new(decoded(start.name().as_ref())?);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        // Values are kept escaped; that they can be read is checked here.
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|e| e.to_string())?;
        let name = decoded(attribute.key.as_ref())?;
        element.attributes.push((name, decoded(&attribute.value)?));
    }
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_back_as_it_was() {
        let text = "<?xpacket begin=\"\"?>\n<!-- note --><a b=\"1 &amp; 2\"><c/> &lt;t&gt; <![CDATA[<x>]]></a>\n";
        let nodes = parse(text).expect("well-formed");
        assert_eq!(to_text(&nodes), text);
        let Some(Node::Element(a)) = nodes.iter().find(|node| matches!(node, Node::Element(_)))
        else {
            panic!("an element");
        };
        assert_eq!(a.attribute("b").as_deref(), Some("1 & 2"));
        assert_eq!(Element::with_text("n", "a < b").text(), "a < b");
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for wrong in [
            "<a>",
            "</a>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<a b=c/>",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&"<a>".repeat(1000)).is_err());
    }
}
