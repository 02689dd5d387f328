//! Additions to XMP packets, which change only the bytes that they need.

use std::collections::HashSet;

use super::description::NewDescription;
use super::error::MetadataError;
use super::facts::SourceFacts;
use super::xml::{Document, Id, Splice};
use super::xmp::{HIERARCHY, LABEL, Packet, PropertySite, RATING, SUBJECT, TAGS, XmpProperty};

/// Metadata to add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Keywords.
    pub keywords: Vec<String>,
    /// Parent keyword of a hierarchy, if any.
    pub parent: Option<String>,
    /// Rating, set if there is none.
    pub rating: Option<i8>,
    /// Colour label, set if there is none.
    pub colour: Option<String>,
    /// Description, set if there is none or it is to be replaced.
    pub description: Option<NewDescription>,
    /// Keywords from other sources. Readers take a keyword list as a whole, so a list that is extended gets these too.
    pub known: KnownKeywords,
}

/// Keywords of another source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownKeywords {
    /// Flat keywords.
    pub keywords: Vec<String>,
    /// Hierarchical keywords, with levels separated by `|`.
    pub hierarchical: Vec<String>,
}

impl Additions {
    /// Merges additions for a sidecar that two photos share. The first rating and colour label win.
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
        self.description = self.description.or_else(|| other.description.clone());
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

/// Contents of a packet after additions, for display before they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedContents {
    /// All keywords.
    pub(crate) keywords: Vec<String>,
    /// The description, if it changes.
    pub(crate) description: Option<String>,
}

impl PlannedContents {
    /// Adds to a packet; `None` if it has everything already.
    ///
    /// # Errors
    /// Returns an error if the structure of the packet is not supported.
    pub(crate) fn of(
        packet: &mut Packet,
        additions: &Additions,
    ) -> Result<Option<Self>, MetadataError> {
        let before = packet.description();
        if !packet.add(additions)? {
            return Ok(None);
        }
        let description = packet.description();
        Ok(Some(Self {
            keywords: packet.facts().keywords,
            description: description.filter(|now| before.as_ref() != Some(now)),
        }))
    }
}

impl Packet {
    /// Adds what is missing. An existing rating or colour label is kept. Returns whether anything was added.
    ///
    /// # Errors
    /// Returns an error if the structure of the packet is not supported.
    pub fn add(&mut self, additions: &Additions) -> Result<bool, MetadataError> {
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
        // Programs that support this list ignore the others, so a new one must have all keywords.
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
        if let Some(description) = &additions.description {
            changed |= self.describe(description)?;
        }
        Ok(changed)
    }

    /// Adds items to a list, preceded by `known`, if any of the items is missing.
    fn insert_with(
        &mut self,
        property: XmpProperty,
        known: &[String],
        items: &[String],
    ) -> Result<bool, MetadataError> {
        let there = self.list(property);
        if items
            .iter()
            .all(|item| there.iter().any(|t| t == item.trim()))
        {
            return Ok(false);
        }
        self.insert(property, &[known, items].concat())
    }

    /// Adds items to a list in whichever form it exists, or creates it.
    pub(super) fn insert(
        &mut self,
        property: XmpProperty,
        items: &[String],
    ) -> Result<bool, MetadataError> {
        let mut known: HashSet<String> = self.list(property).into_iter().collect();
        let items = items.iter().map(|item| item.trim().to_owned());
        let is_new = |item: &String| !item.is_empty() && known.insert(item.clone());
        let mut new: Vec<String> = items.filter(is_new).collect();
        if new.is_empty() {
            return Ok(false);
        }
        self.ensure_description()?;
        let mut sites = self.sites(property);
        if sites.is_empty() {
            let splices = self.new_list(self.home(property)?, property, &new);
            return self.splice(splices).map(|()| true);
        }
        let first = sites.remove(0);
        let mut splices = Vec::new();
        // A property must be unique: duplicates are merged into the first.
        let mut there: HashSet<String> = self.items_at(first).into_iter().collect();
        let others = sites.iter().flat_map(|site| self.items_at(*site));
        let missing: Vec<String> = others.filter(|item| there.insert(item.clone())).collect();
        new.splice(0..0, missing);
        splices.extend(sites.into_iter().map(|site| self.removal(site)));
        match first {
            PropertySite::Attribute(id, _) => {
                new.splice(0..0, self.items_at(first));
                splices.push(self.removal(first));
                splices.extend(self.new_list(id, property, &new));
            }
            PropertySite::Element(id) => match self.container(id) {
                Some(list) => splices.extend(self.append(list, &new)),
                None => splices.extend(self.wrap(id, property, &new)),
            },
        }
        self.splice(splices).map(|()| true)
    }

    /// Sets a simple property.
    pub(super) fn set(
        &mut self,
        property: XmpProperty,
        value: &str,
    ) -> Result<bool, MetadataError> {
        self.ensure_description()?;
        let value = self.escaped(value);
        let sites = self.sites(property);
        if sites.is_empty() {
            let splices = self.new_value(self.home(property)?, property, &value);
            return self.splice(splices).map(|()| true);
        }
        let splices = sites.into_iter().map(|site| match site {
            PropertySite::Attribute(id, at) => {
                let attribute = &self.document.elements()[id].attributes[at];
                Splice::new(attribute.value, value.clone())
            }
            PropertySite::Element(id) => self.new_content(self.value_element(id), &value),
        });
        let splices = splices.collect();
        self.splice(splices).map(|()| true)
    }

    /// The element with the text of a simple value.
    pub(super) fn value_element(&self, id: Id) -> Id {
        let first_item = || {
            let list = self.container(id)?;
            self.document.elements()[list].children.first().copied()
        };
        match first_item().or_else(|| self.qualified(id)) {
            Some(inner) => self.value_element(inner),
            None => id,
        }
    }

    pub(super) fn splice(&mut self, splices: Vec<Splice>) -> Result<(), MetadataError> {
        self.document = Document::parse(self.document.spliced(splices))?;
        Ok(())
    }

    pub(super) fn ensure_description(&mut self) -> Result<(), MetadataError> {
        if !self.descriptions().is_empty() {
            return Ok(());
        }
        let root = self.roots().first().copied();
        let root = root.ok_or(MetadataError::NoRoot)?;
        let prefix = self.document.prefix_of(self.document.elements()[root].name);
        // Attributes without a prefix have no namespace.
        let about = match prefix {
            "" => String::new(),
            prefix => format!(" {prefix}about=\"\""),
        };
        let text = format!("<{prefix}Description{about}/>");
        let splice = self.inside(root, &text);
        self.splice(vec![splice])
    }

    /// The `rdf:Description` for a new property: one with properties of its namespace, else one that declares the
    /// namespace, else the first.
    pub(super) fn home(&self, property: XmpProperty) -> Result<Id, MetadataError> {
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
        found.ok_or(MetadataError::NoDescription)
    }
}

/// All keywords of a packet and `known` as paths separated by `/`, except those that `new` places below a parent.
fn tag_paths(mine: &SourceFacts, known: &KnownKeywords, new: &[String]) -> Vec<String> {
    let hierarchical = mine.hierarchical.iter().chain(&known.hierarchical);
    let mut paths: Vec<String> = hierarchical.map(|path| path.replace('|', "/")).collect();
    let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let named: HashSet<String> = paths.iter().chain(new).map(last).collect();
    let keywords = mine.keywords.iter().chain(&known.keywords);
    paths.extend(keywords.filter(|word| !named.contains(*word)).cloned());
    paths
}

#[cfg(test)]
mod tests;
