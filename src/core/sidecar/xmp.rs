//! XMP packets (ISO 16684-1): reading keywords, rating and colour label, and adding to them without touching
//! anything else.

use super::xml::{Element, Node, parse, to_text};
use crate::core::marks::{Colour, Flag, Mark};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const LR: &str = "http://ns.adobe.com/lightroom/1.0/";
const DIGIKAM: &str = "http://www.digikam.org/ns/1.0/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";

/// A packet in which nothing stands yet.
const EMPTY: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  <rdf:Description rdf:about=\"\"/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n";

/// What a sidecar says of a photo, as far as this program understands it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Keywords.
    pub keywords: Vec<String>,
    /// Keywords with those above them, parted by `|`.
    pub hierarchical: Vec<String>,
    /// Stars, 0 to 5; -1 for a reject.
    pub rating: Option<i8>,
    /// The name of a colour.
    pub colour: Option<String>,
}

impl Facts {
    /// These, and what others say where these say nothing.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        let add = |mine: &mut Vec<String>, theirs: Vec<String>| {
            let new: Vec<String> = theirs.into_iter().filter(|t| !mine.contains(t)).collect();
            mine.extend(new);
        };
        add(&mut self.keywords, others.keywords);
        add(&mut self.hierarchical, others.hierarchical);
        self.rating = self.rating.or(others.rating);
        self.colour = self.colour.or(others.colour);
        self
    }

    /// The decision that another program wrote down.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let rating = self.rating.unwrap_or_default();
        Mark {
            flag: if rating < 0 { Flag::Reject } else { Flag::None },
            stars: rating.max(0) as u8,
            colour: self.colour.as_deref().and_then(Colour::named),
        }
    }
}

/// What is added to a sidecar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Keywords.
    pub keywords: Vec<String>,
    /// The keyword above them, if they are to have one.
    pub parent: Option<String>,
    /// A rating, where there is none.
    pub rating: Option<i8>,
    /// A colour, where there is none.
    pub colour: Option<String>,
}

/// A packet, parsed.
pub struct Packet(Vec<Node>);

impl Packet {
    /// A packet in which nothing stands.
    #[must_use]
    pub fn empty() -> Self {
        Self(parse(EMPTY).unwrap_or_default())
    }

    /// Reads a packet.
    ///
    /// # Errors
    /// In words, if it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut packet = Self(parse(text)?);
        match packet.description() {
            Some(_) => Ok(packet),
            None => Err("it holds no rdf:Description".into()),
        }
    }

    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        to_text(&self.0)
    }

    /// What it says.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        for (scope, description) in self.descriptions() {
            facts
                .keywords
                .extend(items(description, &scope.name(DC, "subject")));
            let hierarchy = scope.name(LR, "hierarchicalSubject");
            facts.hierarchical.extend(items(description, &hierarchy));
            let value = |name: &str| simple(description, &scope.name(XMP, name));
            let rating = value("Rating").and_then(|text| text.parse::<f32>().ok());
            facts.rating = facts
                .rating
                .or(rating.map(|r| r.round().clamp(-1.0, 5.0) as i8));
            facts.colour = facts
                .colour
                .or_else(|| value("Label"))
                .filter(|c| !c.is_empty());
        }
        facts
    }

    /// Adds what is not there yet. A person's own rating and colour stay. Returns whether anything was added.
    pub fn add(&mut self, additions: &Additions) -> bool {
        let known = self.facts();
        let Some((scope, description)) = self.description() else {
            return false;
        };
        let mut change = Change {
            scope,
            description,
            changed: false,
        };
        let mut paths = Vec::new();
        for keyword in &additions.keywords {
            change.insert(DC, "dc", "subject", "Bag", keyword, &known.keywords);
            paths.push(match &additions.parent {
                Some(parent) => vec![parent.as_str(), keyword.as_str()],
                None => vec![keyword.as_str()],
            });
        }
        for path in paths {
            let lightroom = path.join("|");
            if additions.parent.is_some() {
                change.insert(
                    LR,
                    "lr",
                    "hierarchicalSubject",
                    "Bag",
                    &lightroom,
                    &known.hierarchical,
                );
            }
            let there = items(change.description, &change.scope.name(DIGIKAM, "TagsList"));
            change.insert(
                DIGIKAM,
                "digiKam",
                "TagsList",
                "Seq",
                &path.join("/"),
                &there,
            );
        }
        if let Some(rating) = additions.rating.filter(|_| known.rating.unwrap_or(0) == 0) {
            change.set("Rating", &rating.to_string());
        }
        if let Some(colour) = additions.colour.as_ref().filter(|_| known.colour.is_none()) {
            change.set("Label", colour);
        }
        change.changed
    }

    fn descriptions(&self) -> Vec<(Scope, &Element)> {
        fn walk<'a>(element: &'a Element, scope: &Scope, found: &mut Vec<(Scope, &'a Element)>) {
            let scope = scope.within(element);
            if element.name == scope.name(RDF, "Description") {
                found.push((scope, element));
                return;
            }
            for child in element.elements() {
                walk(child, &scope, found);
            }
        }
        let mut found = Vec::new();
        for node in &self.0 {
            if let Node::Element(element) = node {
                walk(element, &Scope::default(), &mut found);
            }
        }
        found
    }

    /// The first description, to be changed.
    fn description(&mut self) -> Option<(Scope, &mut Element)> {
        fn walk<'a>(element: &'a mut Element, scope: &Scope) -> Option<(Scope, &'a mut Element)> {
            let scope = scope.within(element);
            if element.name == scope.name(RDF, "Description") {
                return Some((scope, element));
            }
            element.elements_mut().find_map(|child| walk(child, &scope))
        }
        self.0.iter_mut().find_map(|node| match node {
            Node::Element(element) => walk(element, &Scope::default()),
            Node::Raw(_) => None,
        })
    }
}

/// Prefixes and what they stand for, at one place of a document.
#[derive(Clone, Default)]
struct Scope(Vec<(String, String)>);

impl Scope {
    fn within(&self, element: &Element) -> Self {
        let mut scope = self.clone();
        for (name, _) in &element.attributes {
            let prefix = match name.as_str() {
                "xmlns" => "",
                name => match name.strip_prefix("xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            let uri = element.attribute(name).unwrap_or_default();
            scope.0.retain(|(known, _)| known != prefix);
            scope.0.push((prefix.into(), uri));
        }
        scope
    }

    fn prefix(&self, uri: &str) -> Option<&str> {
        let (prefix, _) = self.0.iter().rev().find(|(_, known)| known == uri)?;
        Some(prefix)
    }

    /// A name with the prefix that stands for a namespace here; one that nothing has, if none does.
    fn name(&self, uri: &str, local: &str) -> String {
        match self.prefix(uri) {
            Some("") => local.into(),
            Some(prefix) => format!("{prefix}:{local}"),
            None => String::new(),
        }
    }
}

/// A value that is an attribute or an element.
fn simple(description: &Element, name: &str) -> Option<String> {
    let element = || Some(description.elements().find(|e| e.name == name)?.text());
    description.attribute(name).or_else(element)
}

/// The items of a bag or sequence.
fn items(description: &Element, name: &str) -> Vec<String> {
    let properties = description.elements().filter(|e| e.name == name);
    let lists = properties.flat_map(Element::elements);
    lists
        .flat_map(Element::elements)
        .map(Element::text)
        .collect()
}

/// A description that is being added to.
struct Change<'a> {
    scope: Scope,
    description: &'a mut Element,
    changed: bool,
}

impl Change<'_> {
    /// The prefix of a namespace, made known here if it is not.
    fn prefix(&mut self, uri: &str, usual: &str) -> String {
        if let Some(prefix) = self.scope.prefix(uri) {
            return prefix.into();
        }
        let taken = |prefix: &str| self.scope.0.iter().any(|(known, _)| known == prefix);
        let mut prefix = usual.to_owned();
        while taken(&prefix) {
            prefix.push('_');
        }
        let declaration = (format!("xmlns:{prefix}"), uri.to_owned());
        self.description.attributes.push(declaration);
        self.scope.0.push((prefix.clone(), uri.into()));
        prefix
    }

    /// Adds an item to a bag or sequence, which is made if it is not there.
    fn insert(
        &mut self,
        uri: &str,
        usual: &str,
        local: &str,
        kind: &str,
        item: &str,
        known: &[String],
    ) {
        if known.iter().any(|there| there == item) {
            return;
        }
        let rdf = self.prefix(RDF, "rdf");
        let name = format!("{}:{local}", self.prefix(uri, usual));
        if !self.description.elements().any(|e| e.name == name) {
            let mut property = Element::new(name.as_str());
            let list = Element::new(format!("{rdf}:{kind}"));
            property.children.push(Node::Element(list));
            self.description.children.push(Node::Element(property));
        }
        let property = self.description.elements_mut().find(|e| e.name == name);
        let list = property.and_then(|property| property.elements_mut().next());
        if let Some(list) = list {
            let item = Element::with_text(format!("{rdf}:li"), item);
            list.children.push(Node::Element(item));
            self.changed = true;
        }
    }

    /// Sets a simple value of the XMP namespace.
    fn set(&mut self, local: &str, value: &str) {
        let name = format!("{}:{local}", self.prefix(XMP, "xmp"));
        if let Some(element) = self.description.elements_mut().find(|e| e.name == name) {
            element.set_text(value);
        } else {
            self.description
                .attributes
                .retain(|(known, _)| *known != name);
            let escaped = quick_xml::escape::escape(value).into_owned();
            self.description.attributes.push((name, escaped));
        }
        self.changed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn additions() -> Additions {
        Additions {
            keywords: vec!["cat".into(), "a <b> & c".into()],
            parent: Some("AI".into()),
            rating: Some(3),
            colour: Some("Red".into()),
        }
    }

    #[test]
    fn what_is_added_is_read_back_and_added_only_once() {
        let mut packet = Packet::empty();
        assert!(packet.add(&additions()));
        let mut again = Packet::parse(&packet.to_text()).expect("well-formed");
        let facts = again.facts();
        assert_eq!(facts.keywords, ["cat", "a <b> & c"]);
        assert_eq!(facts.hierarchical, ["AI|cat", "AI|a <b> & c"]);
        assert_eq!(
            (facts.rating, facts.colour.as_deref()),
            (Some(3), Some("Red"))
        );
        assert!(!again.add(&additions()), "nothing is added twice");
        assert_eq!(again.to_text(), packet.to_text());
    }

    #[test]
    fn a_person_s_own_words_and_unknown_properties_stay() {
        let theirs = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><!-- mine --><rdf:Description rdf:about="" xmlns:q="http://ns.adobe.com/xap/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" q:Rating="5" crs:Exposure="+0.50"><d:subject><rdf:Bag><rdf:li>holiday</rdf:li></rdf:Bag></d:subject><crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve></rdf:Description></rdf:RDF></x:xmpmeta>"#;
        let mut packet = Packet::parse(theirs).expect("well-formed");
        assert!(packet.add(&additions()));
        let text = packet.to_text();
        for kept in [
            "crs:Exposure=\"+0.50\"",
            "<crs:ToneCurve>",
            "<!-- mine -->",
            "q:Rating=\"5\"",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(
            text.contains("<d:subject><rdf:Bag><rdf:li>holiday</rdf:li><rdf:li>cat</rdf:li>"),
            "{text}"
        );
        let facts = packet.facts();
        assert_eq!(facts.rating, Some(5));
        assert_eq!(facts.keywords, ["holiday", "cat", "a <b> & c"]);
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        assert!(Packet::parse("<html/>").is_err());
        assert!(Packet::parse("no XML").is_err());
    }
}
