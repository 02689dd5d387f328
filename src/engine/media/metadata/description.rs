//! The description in an XMP packet: `dc:description`, a language alternative (`rdf:Alt`).

use super::error::MetadataError;
use super::facts::is_camera_default;
use super::splices::list_item;
use super::xml::{Id, Splice, XML};
use super::xmp::{DESCRIPTION, Packet, PropertySite, RDF};

/// The default language of a language alternative.
const DEFAULT_LANGUAGE: &str = "x-default";

/// A description to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDescription {
    /// The text.
    pub text: String,
    /// Whether it replaces an existing description.
    pub replaces: bool,
}

impl Packet {
    /// The description in the default language, or else the first one. Defaults of cameras are ignored.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        let sites = self.sites(DESCRIPTION).into_iter();
        let mut all = sites.filter_map(|site| self.description_at(site));
        all.find(|text| !is_camera_default(text))
    }

    fn description_at(&self, site: PropertySite) -> Option<String> {
        let default = match site {
            PropertySite::Element(id) => self.default_item(id),
            PropertySite::Attribute(..) => None,
        };
        let default = default.and_then(|item| self.value(item));
        let default = default.filter(|text| !text.trim().is_empty());
        default.or_else(|| self.items_at(site).into_iter().next())
    }

    /// The language alternative of a property; `None` for other containers, or if no item has a language.
    fn translations(&self, property: Id) -> Option<Id> {
        let (document, list) = (&self.document, self.container(property)?);
        let mut items = document.elements()[list].children.iter();
        let has_languages = items.any(|item| self.has_language(*item));
        (document.is(list, RDF, "Alt") && has_languages).then_some(list)
    }

    fn has_language(&self, item: Id) -> bool {
        self.document.attribute(item, XML, "lang").is_some()
    }

    /// The item of a language alternative in the default language.
    fn default_item(&self, property: Id) -> Option<Id> {
        let document = &self.document;
        let items = &document.elements()[self.container(property)?].children;
        let is_default = |item: &Id| {
            let language = document.attribute(*item, XML, "lang");
            language.is_some_and(|language| document.value(language) == DEFAULT_LANGUAGE)
        };
        items.iter().copied().find(is_default)
    }

    /// Writes a description in the default language and keeps translations. Returns whether the packet changed.
    ///
    /// # Errors
    /// Returns an error if the structure of the packet is not supported.
    pub(super) fn describe(&mut self, new: &NewDescription) -> Result<bool, MetadataError> {
        let text = new.text.trim();
        let known = self.description();
        let stays = known.is_some_and(|known| !new.replaces || known == text);
        if text.is_empty() || stays {
            return Ok(false);
        }
        self.ensure_description()?;
        let mut sites = self.sites(DESCRIPTION);
        let translated = sites.iter().enumerate().find_map(|(at, site)| match site {
            PropertySite::Element(id) => Some((at, *id, self.translations(*id)?)),
            PropertySite::Attribute(..) => None,
        });
        // The property must be unique, and only a language alternative can be extended.
        if let Some((at, ..)) = translated {
            sites.remove(at);
        }
        let removals = sites.into_iter().map(|site| self.removal(site));
        let mut splices: Vec<Splice> = removals.collect();
        let Some((_, property, list)) = translated else {
            self.splice(splices)?;
            let home = self.home(DESCRIPTION)?;
            let splices = self.new_list(home, DESCRIPTION, &[text.to_owned()]);
            return self.splice(splices).map(|()| true);
        };
        splices.extend(self.new_default(property, list, text));
        self.splice(splices).map(|()| true)
    }

    /// Sets the item in the default language, and removes items without a language.
    fn new_default(&self, property: Id, list: Id, text: &str) -> Vec<Splice> {
        let items = self.document.elements()[list].children.iter().copied();
        let mut untagged: Vec<Id> = items.filter(|item| !self.has_language(*item)).collect();
        let new = match self.default_item(property) {
            Some(item) => self.new_content(self.value_element(item), &self.escaped(text)),
            None => self.first_item(list, &mut untagged, text),
        };
        let removals = untagged.into_iter().map(PropertySite::Element);
        let removals = removals.map(|item| self.removal(item));
        removals.chain([new]).collect()
    }

    /// Inserts a text as the first item, where XMP requires the default language. If the first item has no language,
    /// the text replaces it, and it is removed from `untagged`.
    fn first_item(&self, list: Id, untagged: &mut Vec<Id>, text: &str) -> Splice {
        let document = &self.document;
        let element = &document.elements()[list];
        let rdf = document.prefix_of(element.name);
        let item = list_item(rdf, DESCRIPTION.list, &self.escaped(text));
        match element.children.first() {
            Some(first) if untagged.first() == Some(first) => {
                untagged.remove(0);
                Splice::new(document.elements()[*first].whole, item)
            }
            Some(first) => {
                let start = document.elements()[*first].whole.start;
                Splice::insert(start, format!("{item}{}", document.indent(start)))
            }
            None => self.inside(list, &item),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::xmp::tests::packet;
    use super::*;

    fn new(text: &str, replaces: bool) -> NewDescription {
        NewDescription {
            text: text.into(),
            replaces,
        }
    }

    /// Packets with a description in each supported form.
    fn forms() -> Vec<Packet> {
        let list = |items: &str| {
            packet(&format!(
                "<rdf:Description>\n <dc:description>\n  <rdf:Alt>{items}</rdf:Alt>\n </dc:description>\n</rdf:Description>"
            ))
        };
        vec![
            packet("<rdf:Description dc:description='theirs'/>"),
            packet("<rdf:Description><dc:description>theirs</dc:description></rdf:Description>"),
            packet(
                "<rdf:Description><dc:description rdf:parseType='Resource'><rdf:value>theirs</rdf:value></dc:description></rdf:Description>",
            ),
            packet(
                "<rdf:Description dc:description='theirs'/><rdf:Description><dc:description>more</dc:description></rdf:Description>",
            ),
            list(
                "\n   <rdf:li xml:lang='x-default'>theirs</rdf:li>\n   <rdf:li xml:lang='de'>ihre</rdf:li>\n  ",
            ),
            list("<rdf:li xml:lang='de'>ihre</rdf:li><rdf:li xml:lang='x-default'>theirs</rdf:li>"),
            list("\n   <rdf:li xml:lang='de'>theirs</rdf:li>\n  "),
            list("<rdf:li>theirs</rdf:li>"),
            list("<rdf:li>theirs</rdf:li><rdf:li xml:lang='de'>ihre</rdf:li>"),
            list(
                "\n   <rdf:li xml:lang='x-default'>theirs</rdf:li>\n   <rdf:li>more</rdf:li>\n   <rdf:li xml:lang='de'>ihre</rdf:li>\n  ",
            ),
            packet(
                "<rdf:Description dc:description=''><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>theirs</rdf:li><rdf:li xml:lang='de'>ihre</rdf:li></rdf:Alt></dc:description></rdf:Description>",
            ),
            packet(
                "<rdf:Description><dc:description><rdf:Bag><rdf:li>theirs</rdf:li></rdf:Bag></dc:description></rdf:Description>",
            ),
        ]
    }

    #[test]
    fn a_description_stays_unless_it_is_to_be_replaced() {
        for mut packet in forms() {
            let before = packet.document.text().to_owned();
            assert_eq!(packet.description().as_deref(), Some("theirs"), "{before}");
            assert!(!packet.describe(&new("a cat", false)).expect("described"));
            assert_eq!(packet.document.text(), before);
            assert!(
                packet
                    .describe(&new("a <cat> & dog", true))
                    .expect("described")
            );
            let text = packet.document.text();
            assert_eq!(
                packet.description().as_deref(),
                Some("a <cat> & dog"),
                "{text}"
            );
            assert_eq!(packet.sites(DESCRIPTION).len(), 1, "{text}");
            assert!(
                text.contains("x-default") && text.contains("Alt>"),
                "{text}"
            );
            assert_eq!(text.contains("ihre"), before.contains("ihre"), "{text}");
            assert!(!text.contains("more"), "{text}");
            assert!(
                !packet
                    .describe(&new("a <cat> & dog", true))
                    .expect("described")
            );
        }
    }

    #[test]
    fn an_empty_description_is_none() {
        for form in [
            "<rdf:Description/>",
            "<rdf:Description dc:description=' '/>",
            "<rdf:Description dc:description='OLYMPUS DIGITAL CAMERA'/>",
            "<rdf:Description><dc:description/></rdf:Description>",
            "<rdf:Description><dc:description><rdf:Alt/></dc:description></rdf:Description>",
            "<rdf:Description><dc:description><rdf:Alt><rdf:li xml:lang='x-default'/></rdf:Alt></dc:description></rdf:Description>",
        ] {
            let mut packet = packet(form);
            assert_eq!(packet.description(), None, "{form}");
            assert!(!packet.describe(&new(" ", false)).expect("described"));
            assert!(packet.describe(&new("a cat", false)).expect("described"));
            let text = packet.document.text();
            assert_eq!(packet.description().as_deref(), Some("a cat"), "{text}");
            assert!(text.contains("x-default"), "{text}");
        }
    }
}
