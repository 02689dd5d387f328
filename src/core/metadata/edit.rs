//! Adding to XMP packets: only the bytes that an addition needs change.

use quick_xml::escape::escape;

use super::facts::Facts;
use super::text::Encoding;
use super::xml::{Document, Id, Span, Splice};
use super::xmp::{HIERARCHY, LABEL, Packet, Property, RATING, RDF, SUBJECT, Site, TAGS};

/// What is added to metadata.
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
    /// What the photo is called elsewhere. A list of keywords counts as a whole, so one that is added to gets these too.
    pub known: Known,
}

/// Keywords that another source has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Keywords.
    pub keywords: Vec<String>,
    /// Keywords with those above them, separated by `|`.
    pub hierarchical: Vec<String>,
}

impl Additions {
    /// These and others, for a sidecar that two photos share. The first rating and colour count.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for keyword in &other.keywords {
            if !self.keywords.contains(keyword) {
                self.keywords.push(keyword.clone());
            }
        }
        self.parent = self.parent.or_else(|| other.parent.clone());
        self.rating = self.rating.or(other.rating);
        self.colour = self.colour.or_else(|| other.colour.clone());
        for (mine, theirs) in [
            (&mut self.known.keywords, &other.known.keywords),
            (&mut self.known.hierarchical, &other.known.hierarchical),
        ] {
            let new: Vec<String> = (theirs.iter().filter(|t| !mine.contains(t)))
                .cloned()
                .collect();
            mine.extend(new);
        }
        self
    }
}

impl Packet {
    /// Adds what is not there yet. A person's own rating and colour stay. Returns whether anything was added.
    ///
    /// # Errors
    /// In words, if the packet is so unusual that it cannot be added to.
    pub fn add(&mut self, additions: &Additions) -> Result<bool, String> {
        let known = self.facts();
        let keywords = &additions.keywords;
        let path = |keyword: &String, separator: char| match &additions.parent {
            Some(parent) => format!("{parent}{separator}{keyword}"),
            None => keyword.clone(),
        };
        let mut changed = self.insert_with(SUBJECT, &additions.known.keywords, keywords)?;
        if additions.parent.is_some() {
            let paths: Vec<String> = keywords.iter().map(|k| path(k, '|')).collect();
            let known = match self.list(HIERARCHY).is_empty() {
                true => additions.known.hierarchical.as_slice(),
                false => &[],
            };
            changed |= self.insert_with(HIERARCHY, known, &paths)?;
        }
        let paths: Vec<String> = keywords.iter().map(|k| path(k, '/')).collect();
        // Programs that know this list look at no other, so a new one has all keywords.
        let others = match self.list(TAGS).is_empty() {
            true => tag_paths(&known, &additions.known, &paths),
            false => Vec::new(),
        };
        changed |= self.insert_with(TAGS, &others, &paths)?;
        if let Some(rating) = additions.rating.filter(|_| known.rating.unwrap_or(0) == 0) {
            changed |= self.set(RATING, &rating.to_string())?;
        }
        if let Some(colour) = additions.colour.as_ref().filter(|_| known.colour.is_none()) {
            changed |= self.set(LABEL, colour)?;
        }
        Ok(changed)
    }

    /// Adds items to a list; and before them what is known, if one of them is not there yet.
    fn insert_with(
        &mut self,
        property: Property,
        known: &[String],
        items: &[String],
    ) -> Result<bool, String> {
        let there = self.list(property);
        if items
            .iter()
            .all(|item| there.iter().any(|t| t == item.trim()))
        {
            return Ok(false);
        }
        self.insert(property, &[known, items].concat())
    }

    /// Adds items to a list, wherever it stands and in whichever form; makes it if it is not there.
    pub(super) fn insert(&mut self, property: Property, items: &[String]) -> Result<bool, String> {
        let mut known = self.list(property);
        let already = known.len();
        for item in items {
            let item = item.trim();
            if !item.is_empty() && !known.iter().any(|there| there == item) {
                known.push(item.into());
            }
        }
        if known.len() == already {
            return Ok(false);
        }
        self.ensure_description()?;
        let mut new = known.split_off(already);
        let mut sites = self.sites(property);
        if sites.is_empty() {
            let splices = self.new_list(self.home(property)?, property, &new);
            return self.splice(splices).map(|()| true);
        }
        let first = sites.remove(0);
        let mut splices = Vec::new();
        // A property may stand once: what stands elsewhere joins the first.
        for site in sites {
            let (there, items) = (self.items_at(first), self.items_at(site));
            let missing = items.into_iter().filter(|item| !there.contains(item));
            new.splice(0..0, missing);
            splices.push(self.removal(site));
        }
        match first {
            Site::Attribute(id, _) => {
                new.splice(0..0, self.items_at(first));
                splices.push(self.removal(first));
                splices.extend(self.new_list(id, property, &new));
            }
            Site::Element(id) => match self.container(id) {
                Some(list) => splices.extend(self.append(list, &new)),
                None => splices.extend(self.wrap(id, property, &new)),
            },
        }
        self.splice(splices).map(|()| true)
    }

    /// Sets a simple property.
    pub(super) fn set(&mut self, property: Property, value: &str) -> Result<bool, String> {
        self.ensure_description()?;
        let value = self.escaped(value);
        let sites = self.sites(property);
        if sites.is_empty() {
            let splices = self.new_value(self.home(property)?, property, &value);
            return self.splice(splices).map(|()| true);
        }
        let splices = sites.into_iter().map(|site| match site {
            Site::Attribute(id, at) => {
                let attribute = &self.document.elements()[id].attributes[at];
                Splice::new(attribute.value, value.clone())
            }
            Site::Element(id) => self.new_content(self.innermost(id), &value),
        });
        let splices = splices.collect();
        self.splice(splices).map(|()| true)
    }

    /// The element that holds the text of a simple value.
    fn innermost(&self, id: Id) -> Id {
        let first_item = || {
            let list = self.container(id)?;
            self.document.elements()[list].children.first().copied()
        };
        match first_item().or_else(|| self.qualified(id)) {
            Some(inner) => self.innermost(inner),
            None => id,
        }
    }

    fn splice(&mut self, splices: Vec<Splice>) -> Result<(), String> {
        self.document = Document::parse(self.document.spliced(splices))?;
        Ok(())
    }

    /// Text for content or an attribute. What the encoding may lack is written as a reference.
    fn escaped(&self, text: &str) -> String {
        // The characters of XML 1.0.
        let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        let text: String = text.chars().filter(allowed).collect();
        let escaped = escape(text.as_str()).into_owned();
        let lacking: fn(char) -> bool = match self.encoding {
            Encoding::Latin1 => |c| !c.is_ascii(),
            // exiftool reads each half of a pair for itself.
            Encoding::Utf16Le | Encoding::Utf16Be => |c| c.len_utf16() == 2,
            _ => return escaped,
        };
        let reference = |c: char| match lacking(c) {
            true => format!("&#x{:X};", u32::from(c)),
            false => c.to_string(),
        };
        escaped.chars().map(reference).collect()
    }

    fn ensure_description(&mut self) -> Result<(), String> {
        if !self.descriptions().is_empty() {
            return Ok(());
        }
        let root = self.roots().first().copied();
        let root = root.ok_or("it holds no rdf:RDF")?;
        let prefix = self.document.prefix_of(self.document.elements()[root].name);
        // Attributes without a prefix are in no namespace.
        let about = match prefix {
            "" => String::new(),
            prefix => format!(" {prefix}about=\"\""),
        };
        let text = format!("<{prefix}Description{about}/>");
        let splice = self.inside(root, &text);
        self.splice(vec![splice])
    }

    /// The description that a new property belongs into: one that has others of its namespace, one that declares
    /// the namespace, or the first.
    fn home(&self, property: Property) -> Result<Id, String> {
        let all = self.descriptions();
        let document = &self.document;
        let has = |id: &&Id| {
            let element = &document.elements()[**id];
            let attributes = element.attributes.iter();
            let mut uris = attributes
                .map(|a| document.attribute_uri(a))
                .chain(element.children.iter().map(|c| document.element_uri(*c)));
            uris.any(|uri| uri == Some(property.uri))
        };
        let declares = |id: &&Id| document.prefix(**id, property.uri).is_some();
        let found = all.iter().find(has).or_else(|| all.iter().find(declares));
        let found = found.or_else(|| all.first()).copied();
        found.ok_or_else(|| "it holds no rdf:Description".into())
    }

    /// The prefix of a namespace at a description, with its colon, and what declares it if nothing does yet.
    fn prefix(&self, description: Id, property: Property) -> (String, Option<Splice>) {
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

    /// An attribute after those that an element has, spaced as they are.
    fn new_attribute(&self, id: Id, text: &str) -> Splice {
        let element = &self.document.elements()[id];
        match element.attributes.last() {
            Some(last) => {
                let space = self
                    .document
                    .slice(Span::new(last.whole.start, last.name.start));
                Splice::insert(last.whole.end, format!("{space}{text}"))
            }
            None => Splice::insert(element.name.end, format!(" {text}")),
        }
    }

    /// Puts an element last into another.
    fn inside(&self, id: Id, text: &str) -> Splice {
        let document = &self.document;
        let element = &document.elements()[id];
        if let Some(last) = element.children.last() {
            let last = &document.elements()[*last];
            let indent = document.indent(last.whole.start);
            return Splice::insert(last.whole.end, format!("{indent}{text}"));
        }
        let outer = document.indent(element.whole.start);
        let inner = deeper(outer, 1);
        self.new_content(id, &format!("{inner}{text}{outer}"))
    }

    /// Puts text in the place of all that an element holds.
    fn new_content(&self, id: Id, text: &str) -> Splice {
        let element = &self.document.elements()[id];
        if element.is_single_tag() {
            let end = Span::new(element.tag.end - 2, element.tag.end);
            let name = self.document.slice(element.name);
            return Splice::new(end, format!(">{text}</{name}>"));
        }
        Splice::new(element.inner, text)
    }

    fn list_items(&self, rdf: &str, indent: &str, items: &[String]) -> String {
        let item = |item: &String| {
            let item = self.escaped(item);
            format!("{indent}<{rdf}li>{item}</{rdf}li>")
        };
        items.iter().map(item).collect()
    }

    /// A list with these items, `raw` being some of them as they stood already.
    fn bag(&self, rdf: &str, kind: &str, indent: &str, raw: &str, items: &[String]) -> String {
        let (outer, inner) = (deeper(indent, 1), deeper(indent, 2));
        let raw = match raw {
            "" => String::new(),
            raw => format!("{inner}{raw}"),
        };
        let items = self.list_items(rdf, &inner, items);
        format!("{outer}<{rdf}{kind}>{raw}{items}{outer}</{rdf}{kind}>{indent}")
    }

    fn new_list(&self, description: Id, property: Property, items: &[String]) -> Vec<Splice> {
        let element = &self.document.elements()[description];
        let rdf = self.document.prefix_of(element.name);
        let (prefix, declaration) = self.prefix(description, property);
        let indent = match element.children.first() {
            Some(first) => {
                let first = &self.document.elements()[*first];
                self.document.indent(first.whole.start).to_owned()
            }
            None => deeper(self.document.indent(element.whole.start), 1),
        };
        let bag = self.bag(rdf, property.list, &indent, "", items);
        let name = format!("{prefix}{}", property.name);
        let list = self.inside(description, &format!("<{name}>{bag}</{name}>"));
        declaration.into_iter().chain([list]).collect()
    }

    /// A simple property: an attribute where others are, otherwise an element.
    fn new_value(&self, description: Id, property: Property, value: &str) -> Vec<Splice> {
        let element = &self.document.elements()[description];
        let (prefix, declaration) = self.prefix(description, property);
        let name = format!("{prefix}{}", property.name);
        let simple = element.attributes.iter().any(|attribute| {
            let uri = self.document.attribute_uri(attribute);
            uri.is_some_and(|uri| uri != RDF && uri != super::xml::XML)
        });
        let new = match simple {
            true => self.new_attribute(description, &format!("{name}=\"{value}\"")),
            false => self.inside(description, &format!("<{name}>{value}</{name}>")),
        };
        declaration.into_iter().chain([new]).collect()
    }

    /// Adds items to a list that is there. Of alternatives one would count, so they become a bag.
    fn append(&self, list: Id, items: &[String]) -> Vec<Splice> {
        let document = &self.document;
        let element = &document.elements()[list];
        let rdf = document.prefix_of(element.name);
        let mut splices = Vec::new();
        if document.is(list, RDF, "Alt") {
            let name = format!("{rdf}Bag");
            splices.push(Splice::new(element.name, name.clone()));
            if !element.is_single_tag() {
                let close = Span::new(element.inner.end, element.whole.end);
                splices.push(Splice::new(close, format!("</{name}>")));
            }
        }
        let Some(last) = element.children.last() else {
            let outer = document.indent(element.whole.start);
            let items = self.list_items(rdf, &deeper(outer, 1), items);
            let mut content = self.new_content(list, &format!("{items}{outer}"));
            if element.is_single_tag() && !splices.is_empty() {
                content.text = content.text.replace("Alt>", "Bag>");
            }
            splices.push(content);
            return splices;
        };
        let last = &document.elements()[*last];
        let indent = document.indent(last.whole.start);
        let items = self.list_items(rdf, indent, items);
        splices.push(Splice::insert(last.whole.end, items));
        splices
    }

    /// Makes a list of a property that holds a simple value or nothing.
    fn wrap(&self, id: Id, property: Property, items: &[String]) -> Vec<Splice> {
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

    fn removal(&self, site: Site) -> Splice {
        let span = match site {
            Site::Attribute(id, at) => self.document.elements()[id].attributes[at].whole,
            Site::Element(id) => {
                let whole = self.document.elements()[id].whole;
                Span::new(
                    whole.start - self.document.indent(whole.start).len(),
                    whole.end,
                )
            }
        };
        Splice::new(span, "")
    }
}

/// All keywords that a packet and others have, as paths separated by `/`, without those that `new` has below another.
fn tag_paths(mine: &Facts, known: &Known, new: &[String]) -> Vec<String> {
    let hierarchical = mine.hierarchical.iter().chain(&known.hierarchical);
    let mut paths: Vec<String> = hierarchical.map(|path| path.replace('|', "/")).collect();
    let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let named: Vec<String> = paths.iter().chain(new).map(last).collect();
    let keywords = mine.keywords.iter().chain(&known.keywords);
    paths.extend(keywords.filter(|word| !named.contains(word)).cloned());
    paths
}

/// An indentation by some steps more; none where there is none.
fn deeper(indent: &str, steps: usize) -> String {
    match indent {
        "" => String::new(),
        _ => format!("{indent}{}", " ".repeat(steps)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::xmp::tests::packet;
    use super::*;

    fn additions() -> Additions {
        Additions {
            keywords: vec!["cat".into(), "a <b> & c".into()],
            parent: Some("AI".into()),
            rating: Some(3),
            colour: Some("Red".into()),
            ..Additions::default()
        }
    }

    fn text(packet: &Packet) -> String {
        packet.document.text().into()
    }

    fn added(form: &str, keyword: &str) -> String {
        let mut packet = packet(form);
        let items = [keyword.to_owned()];
        assert_eq!(packet.insert(SUBJECT, &items), Ok(true), "{form}");
        assert_eq!(packet.sites(SUBJECT).len(), 1, "{form}");
        let text = text(&packet);
        let inside = text.split_once("'urn:q'>").expect("the root").1;
        inside.strip_suffix("</rdf:RDF>").expect("its end").into()
    }

    #[test]
    fn what_is_added_is_read_back_and_added_only_once() {
        let mut packet = Packet::empty();
        assert_eq!(packet.add(&additions()), Ok(true));
        let mut again = Packet::parse(&packet.to_bytes().expect("bytes")).expect("well-formed");
        let facts = again.facts();
        assert_eq!(facts.keywords, ["cat", "a <b> & c"]);
        assert_eq!(facts.hierarchical, ["AI|cat", "AI|a <b> & c"]);
        assert_eq!(
            (facts.rating, facts.colour.as_deref()),
            (Some(3), Some("Red"))
        );
        assert_eq!(again.add(&additions()), Ok(false), "nothing is added twice");
        assert_eq!(text(&again), text(&packet));
    }

    #[test]
    fn every_form_becomes_one_list_and_nothing_else_changes() {
        let bag =
            "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>cat</rdf:li></rdf:Bag></dc:subject>";
        let whole = format!("<rdf:Description q:p='1'>{bag}</rdf:Description>");
        for form in [
            "<rdf:Description q:p='1' dc:subject='a'/>",
            "<rdf:Description dc:subject='a' q:p='1'></rdf:Description>",
            "<rdf:Description q:p='1'><dc:subject>a</dc:subject></rdf:Description>",
            "<rdf:Description q:p='1'><dc:subject> a\n </dc:subject></rdf:Description>",
            "<rdf:Description q:p='1'><dc:subject><rdf:Alt><rdf:li>a</rdf:li></rdf:Alt></dc:subject></rdf:Description>",
            "<rdf:Description q:p='1'><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject></rdf:Description>",
        ] {
            assert_eq!(added(form, "cat"), whole, "{form}");
        }
        let bag = "<dc:subject><rdf:Bag><rdf:li>cat</rdf:li></rdf:Bag></dc:subject>";
        let whole = format!("<rdf:Description>{bag}</rdf:Description>");
        for form in [
            "<rdf:Description/>",
            "<rdf:Description></rdf:Description>",
            "<rdf:Description dc:subject=''/>",
            "<rdf:Description><dc:subject/></rdf:Description>",
            "<rdf:Description><dc:subject></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag/></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Alt/></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag></rdf:Bag></dc:subject></rdf:Description>",
        ] {
            assert_eq!(added(form, "cat"), whole, "{form}");
        }
        let qualified = "<rdf:Description><dc:subject rdf:parseType='Resource'><rdf:value>a</rdf:value><q:by>me</q:by></dc:subject></rdf:Description>";
        let item =
            "<rdf:li rdf:parseType='Resource'><rdf:value>a</rdf:value><q:by>me</q:by></rdf:li>";
        assert_eq!(
            added(qualified, "cat"),
            format!(
                "<rdf:Description><dc:subject><rdf:Bag>{item}<rdf:li>cat</rdf:li></rdf:Bag></dc:subject></rdf:Description>"
            )
        );
    }

    #[test]
    fn a_list_is_found_in_any_description_and_two_become_one() {
        let one = "<rdf:Description><q:p>1</q:p></rdf:Description><rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject></rdf:Description>";
        let want = one.replace("a</rdf:li>", "a</rdf:li><rdf:li>cat</rdf:li>");
        assert_eq!(added(one, "cat"), want);
        let two = "<rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject></rdf:Description><rdf:Description><dc:subject><rdf:Bag><rdf:li>b</rdf:li></rdf:Bag></dc:subject></rdf:Description>";
        assert_eq!(
            added(two, "cat"),
            "<rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li><rdf:li>cat</rdf:li></rdf:Bag></dc:subject></rdf:Description><rdf:Description></rdf:Description>"
        );
    }

    #[test]
    fn indentation_and_line_ends_are_taken_over() {
        let form = "\r\n <rdf:Description>\r\n  <dc:subject>\r\n   <rdf:Bag>\r\n    <rdf:li>a</rdf:li>\r\n   </rdf:Bag>\r\n  </dc:subject>\r\n </rdf:Description>\r\n";
        let want = form.replace("a</rdf:li>", "a</rdf:li>\r\n    <rdf:li>cat</rdf:li>");
        assert_eq!(added(form, "cat"), want);
        let bare = "\n <rdf:Description/>\n";
        assert_eq!(
            added(bare, "cat"),
            "\n <rdf:Description>\n  <dc:subject>\n   <rdf:Bag>\n    <rdf:li>cat</rdf:li>\n   </rdf:Bag>\n  </dc:subject>\n </rdf:Description>\n"
        );
    }

    #[test]
    fn a_new_list_of_tags_has_the_keywords_that_were_there() {
        let mut packet = packet(
            "<rdf:Description><dc:subject>holiday</dc:subject><lr:hierarchicalSubject><rdf:Bag><rdf:li>Places|Sea</rdf:li></rdf:Bag></lr:hierarchicalSubject></rdf:Description>",
        );
        let mut additions = additions();
        additions.keywords.truncate(1);
        additions.known.keywords.push("inside".into());
        assert_eq!(packet.add(&additions), Ok(true));
        assert_eq!(
            packet.list(TAGS),
            ["Places/Sea", "holiday", "inside", "AI/cat"]
        );
        assert_eq!(packet.list(SUBJECT), ["holiday", "inside", "cat"]);
        assert_eq!(packet.list(HIERARCHY), ["Places|Sea", "AI|cat"]);
    }

    #[test]
    fn a_person_s_own_words_stay() {
        let mut packet =
            packet("<rdf:Description xmp:Rating='5'><xmp:Label>Blue</xmp:Label></rdf:Description>");
        assert_eq!(packet.add(&additions()), Ok(true));
        let facts = packet.facts();
        assert_eq!(
            (facts.rating, facts.colour.as_deref()),
            (Some(5), Some("Blue"))
        );
        for unrated in ["xmp:Rating='0'", ""] {
            let mut packet = super::tests::packet(&format!(
                "<rdf:Description {unrated}><xmp:Label/></rdf:Description>"
            ));
            assert_eq!(packet.add(&additions()), Ok(true));
            let facts = packet.facts();
            assert_eq!(
                (facts.rating, facts.colour.as_deref()),
                (Some(3), Some("Red"))
            );
        }
    }

    #[test]
    fn encodings_are_kept_and_what_they_lack_is_referred_to() {
        let xml = text(&Packet::empty());
        for encoding in [
            Encoding::Utf16Le,
            Encoding::Utf16Be,
            Encoding::Utf32Le,
            Encoding::Utf32Be,
        ] {
            let bytes = encoding.encode(&format!("\u{feff}{xml}")).expect("encodes");
            let mut packet = Packet::parse(&bytes).expect("a packet");
            assert_eq!(packet.add(&additions()), Ok(true));
            let after = packet.to_bytes().expect("bytes");
            assert_eq!(Encoding::of(&after), encoding);
            assert_eq!(after[..4], bytes[..4]);
        }
        let latin = format!(
            "<?xml version='1.0' encoding='latin1'?><r:RDF xmlns:r='{RDF}'><r:Description a='\u{e9}'/></r:RDF>"
        );
        let bytes = Encoding::Latin1.encode(&latin).expect("encodes");
        let mut packet = Packet::parse(&bytes).expect("a packet");
        assert_eq!(packet.insert(SUBJECT, &["\u{e9}\u{65e5}".into()]), Ok(true));
        let after = packet.to_bytes().expect("bytes");
        let text = String::from_utf8_lossy(&after);
        assert!(text.contains("&#xE9;&#x65E5;"), "{text}");
        let again = Packet::parse(&after).expect("a packet");
        assert_eq!(again.list(SUBJECT), ["\u{e9}\u{65e5}"]);
    }

    #[test]
    fn unusual_packets_are_added_to() {
        for form in [
            format!("<RDF xmlns='{RDF}'/>"),
            format!("<RDF xmlns='{RDF}'><Description/></RDF>"),
            format!("<r:RDF xmlns:r='{RDF}'>\n</r:RDF>"),
            format!(
                "<r:RDF xmlns:r='{RDF}'><r:Description xmlns:dc='urn:other' dc:subject='no'/></r:RDF>"
            ),
        ] {
            let mut packet = Packet::parse(form.as_bytes()).expect("a packet");
            assert_eq!(packet.add(&additions()), Ok(true), "{form}");
            assert_eq!(packet.list(SUBJECT), ["cat", "a <b> & c"]);
            assert_eq!(packet.facts().rating, Some(3));
        }
    }
}
