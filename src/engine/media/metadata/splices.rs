//! Splices that change a packet: new properties and items, in the existing form and indentation.

use quick_xml::escape::escape;

use super::text::Encoding;
use super::xml::{Id, Splice, TextSpan, XML};
use super::xmp::{Packet, PropertySite, RDF, XmpProperty};

impl Packet {
    /// Escapes text for content or an attribute. Characters outside the encoding become character references.
    pub(super) fn escaped(&self, text: &str) -> String {
        // The characters allowed in XML 1.0.
        let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        let text: String = text.chars().filter(allowed).collect();
        let escaped = escape(text.as_str()).into_owned();
        let lacking: fn(char) -> bool = match self.encoding {
            Encoding::Latin1 => |c| !c.is_ascii(),
            // exiftool decodes the halves of a surrogate pair separately.
            Encoding::Utf16Le | Encoding::Utf16Be => |c| c.len_utf16() == 2,
            _ => return escaped,
        };
        let reference = |c: char| match lacking(c) {
            true => format!("&#x{:X};", u32::from(c)),
            false => c.to_string(),
        };
        escaped.chars().map(reference).collect()
    }

    /// The prefix of a namespace at an element, with its colon, and a declaration of it if there is none yet.
    fn prefix(&self, description: Id, property: XmpProperty) -> (String, Option<Splice>) {
        if let Some(prefix) = self.document.prefix(description, property.uri) {
            return (format!("{prefix}:"), None);
        }
        let mut prefix = property.prefix.to_owned();
        while self.document.is_declared(description, &prefix) {
            prefix.push('_');
        }
        let text = format!("xmlns:{prefix}=\"{}\"", property.uri);
        (
            format!("{prefix}:"),
            Some(self.new_attribute(description, &text)),
        )
    }

    /// Appends an attribute to an element, with the spacing of the existing ones.
    fn new_attribute(&self, id: Id, text: &str) -> Splice {
        let element = &self.document.elements()[id];
        match element.attributes.last() {
            Some(last) => {
                let space = self
                    .document
                    .slice(TextSpan::new(last.whole.start, last.name.start));
                Splice::insert(last.whole.end, format!("{space}{text}"))
            }
            None => Splice::insert(element.name.end, format!(" {text}")),
        }
    }

    /// Appends a child element.
    pub(super) fn inside(&self, id: Id, text: &str) -> Splice {
        let document = &self.document;
        let element = &document.elements()[id];
        if let Some(last) = element.children.last() {
            let last = &document.elements()[*last];
            let indent = document.indent(last.whole.start);
            return Splice::insert(last.whole.end, format!("{indent}{text}"));
        }
        let outer = document.indent(element.whole.start);
        let inner = indented(outer, 1);
        self.new_content(id, &format!("{inner}{text}{outer}"))
    }

    /// Replaces the content of an element.
    pub(super) fn new_content(&self, id: Id, text: &str) -> Splice {
        let element = &self.document.elements()[id];
        if element.is_single_tag() {
            let end = TextSpan::new(element.tag.end - 2, element.tag.end);
            let name = self.document.slice(element.name);
            return Splice::new(end, format!(">{text}</{name}>"));
        }
        Splice::new(element.inner, text)
    }

    fn list_items(&self, rdf: &str, kind: &str, indent: &str, items: &[String]) -> String {
        let item = |item: &String| format!("{indent}{}", list_item(rdf, kind, &self.escaped(item)));
        items.iter().map(item).collect()
    }

    /// A list of these items; `raw` is the markup of existing ones.
    fn bag(&self, rdf: &str, kind: &str, indent: &str, raw: &str, items: &[String]) -> String {
        let (outer, inner) = (indented(indent, 1), indented(indent, 2));
        let raw = match raw {
            "" => String::new(),
            raw => format!("{inner}{raw}"),
        };
        let items = self.list_items(rdf, kind, &inner, items);
        format!("{outer}<{rdf}{kind}>{raw}{items}{outer}</{rdf}{kind}>{indent}")
    }

    /// Adds a list to an `rdf:Description`.
    pub(super) fn new_list(
        &self,
        description: Id,
        property: XmpProperty,
        items: &[String],
    ) -> Vec<Splice> {
        let element = &self.document.elements()[description];
        let rdf = self.document.prefix_of(element.name);
        let (prefix, declaration) = self.prefix(description, property);
        let indent = match element.children.first() {
            Some(first) => {
                let first = &self.document.elements()[*first];
                self.document.indent(first.whole.start).to_owned()
            }
            None => indented(self.document.indent(element.whole.start), 1),
        };
        let bag = self.bag(rdf, property.list, &indent, "", items);
        let name = format!("{prefix}{}", property.name);
        let list = self.inside(description, &format!("<{name}>{bag}</{name}>"));
        declaration.into_iter().chain([list]).collect()
    }

    /// Adds a simple property: as an attribute if others are attributes, otherwise as an element.
    pub(super) fn new_value(
        &self,
        description: Id,
        property: XmpProperty,
        value: &str,
    ) -> Vec<Splice> {
        let element = &self.document.elements()[description];
        let (prefix, declaration) = self.prefix(description, property);
        let name = format!("{prefix}{}", property.name);
        let simple = element.attributes.iter().any(|attribute| {
            let uri = self.document.attribute_uri(attribute);
            uri.is_some_and(|uri| uri != RDF && uri != XML)
        });
        let new = match simple {
            true => self.new_attribute(description, &format!("{name}=\"{value}\"")),
            false => self.inside(description, &format!("<{name}>{value}</{name}>")),
        };
        declaration.into_iter().chain([new]).collect()
    }

    /// Appends items to a list. An `rdf:Alt` becomes an `rdf:Bag`, since readers take only one of its items.
    pub(super) fn append(&self, list: Id, items: &[String]) -> Vec<Splice> {
        let document = &self.document;
        let element = &document.elements()[list];
        let rdf = document.prefix_of(element.name);
        let mut splices = Vec::new();
        if document.is(list, RDF, "Alt") {
            let name = format!("{rdf}Bag");
            splices.push(Splice::new(element.name, name.clone()));
            if !element.is_single_tag() {
                let close = TextSpan::new(element.inner.end, element.whole.end);
                splices.push(Splice::new(close, format!("</{name}>")));
            }
        }
        let Some(last) = element.children.last() else {
            let outer = document.indent(element.whole.start);
            let items = self.list_items(rdf, "Bag", &indented(outer, 1), items);
            let mut content = self.new_content(list, &format!("{items}{outer}"));
            if element.is_single_tag() && !splices.is_empty() {
                content.text = content.text.replace("Alt>", "Bag>");
            }
            splices.push(content);
            return splices;
        };
        let last = &document.elements()[*last];
        let indent = document.indent(last.whole.start);
        let items = self.list_items(rdf, "Bag", indent, items);
        splices.push(Splice::insert(last.whole.end, items));
        splices
    }

    /// Converts a property with a simple value, or without one, to a list.
    pub(super) fn wrap(&self, id: Id, property: XmpProperty, items: &[String]) -> Vec<Splice> {
        let document = &self.document;
        let element = &document.elements()[id];
        let parent = element.parent.unwrap_or(id);
        let rdf = document.prefix_of(document.elements()[parent].name);
        let (mut splices, mut qualifiers) = (Vec::new(), String::new());
        for attribute in &element.attributes {
            if document.attribute_uri(attribute).is_some() {
                qualifiers.push_str(document.slice(attribute.whole));
                splices.push(Splice::new(attribute.whole, ""));
            }
        }
        let inner = document.slice(element.inner).trim();
        let raw = match (qualifiers.is_empty(), inner) {
            (true, "") => String::new(),
            (false, "") => format!("<{rdf}li{qualifiers}/>"),
            _ => format!("<{rdf}li{qualifiers}>{inner}</{rdf}li>"),
        };
        let indent = document.indent(element.whole.start);
        let bag = self.bag(rdf, property.list, indent, &raw, items);
        splices.push(self.new_content(id, &bag));
        splices
    }

    /// Removes a property, including its line.
    pub(super) fn removal(&self, site: PropertySite) -> Splice {
        let span = match site {
            PropertySite::Attribute(id, at) => self.document.elements()[id].attributes[at].whole,
            PropertySite::Element(id) => {
                let whole = self.document.elements()[id].whole;
                TextSpan::new(
                    whole.start - self.document.indent(whole.start).len(),
                    whole.end,
                )
            }
        };
        Splice::new(span, "")
    }
}

/// Markup of a list item. Items of `rdf:Alt` are translations; this one is in the default language.
pub(super) fn list_item(rdf: &str, kind: &str, escaped: &str) -> String {
    let language = match kind {
        "Alt" => " xml:lang=\"x-default\"",
        _ => "",
    };
    format!("<{rdf}li{language}>{escaped}</{rdf}li>")
}

/// Indents by further steps; an empty indentation stays empty.
fn indented(indent: &str, steps: usize) -> String {
    match indent {
        "" => String::new(),
        _ => format!("{indent}{}", " ".repeat(steps)),
    }
}
