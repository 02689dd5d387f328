//! Reads XMP packets (ISO 16684-1) in every RDF serialisation that XMP allows.

use super::error::MetadataError;
use super::facts::{self, SourceFacts};
use super::text::Encoding;
use super::xml::{Document, Id};
use crate::engine::media::dates;
use crate::engine::media::mark::Colour;
use crate::engine::media::places::Coordinates;

pub(super) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const EXIF_EX: &str = "http://cipa.jp/exif/1.0/";
const AUX: &str = "http://ns.adobe.com/exif/1.0/aux/";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const LR: &str = "http://ns.adobe.com/lightroom/1.0/";
const DIGIKAM: &str = "http://www.digikam.org/ns/1.0/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const MICROSOFT: &str = "http://ns.microsoft.com/photo/1.0/";
const DARKTABLE: &str = "http://darktable.sf.net/";
const NOTE: &str = "http://ns.adobe.com/xmp/note/";

/// An empty packet.
const EMPTY: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  <rdf:Description rdf:about=\"\"/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n";

/// A property that is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmpProperty {
    /// Namespace URI.
    pub uri: &'static str,
    /// Conventional prefix.
    pub prefix: &'static str,
    /// Local name.
    pub name: &'static str,
    /// Array type that this program creates for it.
    pub list: &'static str,
}

impl XmpProperty {
    const fn new(uri: &'static str, prefix: &'static str, name: &'static str) -> Self {
        Self {
            uri,
            prefix,
            name,
            list: "Bag",
        }
    }

    const fn sequence(self) -> Self {
        Self {
            list: "Seq",
            ..self
        }
    }

    const fn translated(self) -> Self {
        Self {
            list: "Alt",
            ..self
        }
    }
}

/// Keywords.
pub const SUBJECT: XmpProperty = XmpProperty::new(DC, "dc", "subject");
/// Hierarchical keywords, with levels separated by `|`.
pub const HIERARCHY: XmpProperty = XmpProperty::new(LR, "lr", "hierarchicalSubject");
/// Hierarchical keywords, with levels separated by `/`.
pub const TAGS: XmpProperty = XmpProperty::new(DIGIKAM, "digiKam", "TagsList").sequence();
/// Star rating; -1 for rejected.
pub const RATING: XmpProperty = XmpProperty::new(XMP, "xmp", "Rating");
/// Name of a colour label.
pub const LABEL: XmpProperty = XmpProperty::new(XMP, "xmp", "Label");
/// Description of the content, for human readers and screen readers.
pub const DESCRIPTION: XmpProperty = XmpProperty::new(DC, "dc", "description").translated();
/// Identifier of the extended packet of a JPEG.
pub const EXTENDED: XmpProperty = XmpProperty::new(NOTE, "xmpNote", "HasExtendedXMP");

/// EXIF orientation.
pub const ORIENTATION: XmpProperty = XmpProperty::new(TIFF, "tiff", "Orientation");
/// Camera model.
pub const MODEL: XmpProperty = XmpProperty::new(TIFF, "tiff", "Model");
/// Lens model, in order of precedence.
pub const LENSES: [XmpProperty; 3] = [
    XmpProperty::new(EXIF_EX, "exifEX", "LensModel"),
    XmpProperty::new(AUX, "aux", "Lens"),
    XmpProperty::new(AUX, "aux", "LensModel"),
];

const RATING_PERCENT: XmpProperty = XmpProperty::new(MICROSOFT, "MicrosoftPhoto", "Rating");
const WINDOWS_TAGS: XmpProperty = XmpProperty::new(MICROSOFT, "MicrosoftPhoto", "LastKeywordXMP");
const DIGIKAM_COLOUR: XmpProperty = XmpProperty::new(DIGIKAM, "digiKam", "ColorLabel");
const DARKTABLE_COLOURS: XmpProperty = XmpProperty::new(DARKTABLE, "darktable", "colorlabels");
/// Capture date, in order of precedence.
const DATES: [XmpProperty; 4] = [
    XmpProperty::new(EXIF, "exif", "DateTimeOriginal"),
    XmpProperty::new(EXIF, "exif", "DateTimeDigitized"),
    XmpProperty::new(PHOTOSHOP, "photoshop", "DateCreated"),
    XmpProperty::new(XMP, "xmp", "CreateDate"),
];
/// GPS position.
const POSITION: [XmpProperty; 2] = [
    XmpProperty::new(EXIF, "exif", "GPSLatitude"),
    XmpProperty::new(EXIF, "exif", "GPSLongitude"),
];
/// Date of the last change of the metadata.
const CHANGED: [XmpProperty; 2] = [
    XmpProperty::new(XMP, "xmp", "MetadataDate"),
    XmpProperty::new(XMP, "xmp", "ModifyDate"),
];

/// Location of a property in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PropertySite {
    /// An attribute of an `rdf:Description`, by index.
    Attribute(Id, usize),
    /// A child element.
    Element(Id),
}

/// A parsed packet.
pub struct Packet {
    pub(super) document: Document,
    pub(super) encoding: Encoding,
    /// Whether re-encoding the text would not restore the original bytes.
    is_lossy: bool,
}

impl Packet {
    /// A packet without properties.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            document: Document::parse(EMPTY.into()).unwrap_or_default(),
            encoding: Encoding::Utf8,
            is_lossy: false,
        }
    }

    /// Parses a packet.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a valid packet.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        let encoding = Encoding::of(bytes);
        let text = encoding.decode(bytes);
        let text = text.ok_or(MetadataError::Truncated)?;
        let is_lossy = encoding.encode(&text).as_deref() != Some(bytes);
        let packet = Self {
            document: Document::parse(text)?,
            encoding,
            is_lossy,
        };
        match packet.roots().is_empty() {
            true => Err(MetadataError::NoRoot),
            false => Ok(packet),
        }
    }

    /// Serialises the packet in its original encoding.
    ///
    /// # Errors
    /// Returns an error if the encoding cannot represent it, or did not decode losslessly.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MetadataError> {
        self.encoded(self.document.text())
    }

    fn encoded(&self, text: &str) -> Result<Vec<u8>, MetadataError> {
        let bytes = self.encoding.encode(text);
        bytes
            .filter(|_| !self.is_lossy)
            .ok_or(MetadataError::WrongEncoding)
    }

    /// The properties that this program uses.
    #[must_use]
    pub fn facts(&self) -> SourceFacts {
        let hierarchical = self.list(HIERARCHY);
        let tags = self.list(TAGS).into_iter().chain(self.list(WINDOWS_TAGS));
        let tags: Vec<String> = tags.map(|path| path.replace('/', "|")).collect();
        let leaf = |path: &String| {
            let leaf = path.rsplit('|').next().unwrap_or_default().trim();
            (!leaf.is_empty()).then(|| leaf.to_owned())
        };
        let leaves = hierarchical.iter().chain(&tags).filter_map(leaf);
        let keywords = facts::unique(self.list(SUBJECT).into_iter().chain(leaves));
        let paths = tags.into_iter().filter(|path| path.contains('|'));
        let hierarchical = facts::unique(hierarchical.into_iter().chain(paths));
        let percent = || self.simple(RATING_PERCENT)?.trim().parse().ok();
        let date = |property: &XmpProperty| dates::parse(&self.simple(*property)?);
        let [latitude, longitude] = POSITION.map(|property| self.simple(property));
        let position = || Coordinates::from_xmp(&latitude?, &longitude?);
        let changed = |property: &XmpProperty| facts::moment(&self.simple(*property)?);
        SourceFacts {
            keywords,
            hierarchical,
            rating: (self.simple(RATING).as_deref().and_then(facts::stars))
                .or_else(|| facts::stars_of_percent(percent()?)),
            colour: self.colour(),
            taken: DATES.iter().find_map(date),
            sub_seconds: None,
            position: position(),
            camera: self.simple(MODEL).filter(|name| !name.is_empty()),
            lens: LENSES.iter().find_map(|lens| self.simple(*lens)),
            description: self.description().as_deref().and_then(facts::description),
            modified: CHANGED.iter().filter_map(changed).max(),
        }
    }

    fn colour(&self) -> Option<String> {
        let label = self.simple(LABEL).filter(|label| !label.is_empty());
        let digikam = || match self.simple(DIGIKAM_COLOUR)?.trim() {
            "1" => Some(Colour::Red),
            "3" => Some(Colour::Yellow),
            "4" => Some(Colour::Green),
            "5" => Some(Colour::Blue),
            "6" => Some(Colour::Purple),
            _ => None,
        };
        let darktable = || {
            let numbers = self.list(DARKTABLE_COLOURS);
            let number = numbers.first()?.parse::<usize>().ok()?;
            Colour::ALL.get(number).copied()
        };
        label.or_else(|| Some(digikam().or_else(darktable)?.name().into()))
    }

    /// The items of an array, or the value of a simple property as the only item.
    #[must_use]
    pub fn list(&self, property: XmpProperty) -> Vec<String> {
        let sites = self.sites(property).into_iter();
        facts::unique(sites.flat_map(|site| self.items_at(site)))
    }

    /// The value of a simple property.
    #[must_use]
    pub fn simple(&self, property: XmpProperty) -> Option<String> {
        let sites = self.sites(property).into_iter();
        sites.flat_map(|site| self.items_at(site)).next()
    }

    /// All `rdf:RDF` elements.
    pub(super) fn roots(&self) -> Vec<Id> {
        let all = 0..self.document.elements().len();
        all.filter(|id| self.document.is(*id, RDF, "RDF")).collect()
    }

    /// All `rdf:Description` elements of the photo.
    pub(super) fn descriptions(&self) -> Vec<Id> {
        let children = |root: Id| self.document.elements()[root].children.iter().copied();
        let all = self.roots().into_iter().flat_map(children);
        all.filter(|id| self.document.is(*id, RDF, "Description"))
            .collect()
    }

    /// All occurrences of a property; several only in packets that another program corrupted.
    pub(super) fn sites(&self, property: XmpProperty) -> Vec<PropertySite> {
        let (uri, name) = (property.uri, property.name);
        let mut sites = Vec::new();
        for description in self.descriptions() {
            let element = &self.document.elements()[description];
            let attributes = element.attributes.iter().enumerate();
            let named = attributes.filter(|(_, a)| self.document.attribute_is(a, uri, name));
            sites.extend(named.map(|(at, _)| PropertySite::Attribute(description, at)));
            let children = element.children.iter();
            let named = children.filter(|child| self.document.is(**child, uri, name));
            sites.extend(named.map(|child| PropertySite::Element(*child)));
        }
        sites
    }

    pub(super) fn items_at(&self, site: PropertySite) -> Vec<String> {
        let items = match site {
            PropertySite::Attribute(id, at) => {
                let attribute = &self.document.elements()[id].attributes[at];
                vec![self.document.value(attribute)]
            }
            PropertySite::Element(id) => match self.container(id) {
                Some(list) => (self.document.elements()[list].children.iter())
                    .filter_map(|item| self.value(*item))
                    .collect(),
                None => self.value(id).into_iter().collect(),
            },
        };
        let items = items.into_iter().map(|item| item.trim().to_owned());
        items.filter(|item| !item.is_empty()).collect()
    }

    /// The array (`rdf:Bag`, `rdf:Seq` or `rdf:Alt`) of a property, also if the value has qualifiers.
    pub(super) fn container(&self, id: Id) -> Option<Id> {
        let children = &self.document.elements()[id].children;
        let kinds = ["Bag", "Seq", "Alt"];
        let is_list = |id: &Id| kinds.iter().any(|kind| self.document.is(*id, RDF, kind));
        let list = children.iter().copied().find(is_list);
        list.or_else(|| self.container(self.qualified(id)?))
    }

    /// The `rdf:value` element of a property with qualifiers.
    pub(super) fn qualified(&self, id: Id) -> Option<Id> {
        let find = |id: Id, name| {
            let mut children = self.document.elements()[id].children.iter().copied();
            children.find(|child| self.document.is(*child, RDF, name))
        };
        find(id, "value").or_else(|| find(find(id, "Description")?, "value"))
    }

    /// The value of a simple property or item; `None` for a structure.
    pub(super) fn value(&self, id: Id) -> Option<String> {
        for name in ["resource", "value"] {
            if let Some(attribute) = self.document.attribute(id, RDF, name) {
                return Some(self.document.value(attribute));
            }
        }
        if let Some(value) = self.qualified(id) {
            return self.value(value);
        }
        let element = &self.document.elements()[id];
        match element.children.as_slice() {
            [] => Some(self.document.text_of(id)),
            [inner] if self.document.is(*inner, RDF, "Description") => {
                let attribute = self.document.attribute(*inner, RDF, "value")?;
                Some(self.document.value(attribute))
            }
            _ => None,
        }
    }

    /// Serialises the packet without the trailing padding that allows growth in place.
    ///
    /// # Errors
    /// Same as [`Packet::to_bytes`].
    pub(super) fn without_padding(&self) -> Result<Vec<u8>, MetadataError> {
        let text = self.document.text();
        let Some(end) = text.rfind("<?xpacket end") else {
            return self.to_bytes();
        };
        let body = text[..end].trim_end();
        self.encoded(&format!("{body}{}", &text[end..]))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn packet(descriptions: &str) -> Packet {
        let text = format!(
            "<rdf:RDF xmlns:rdf='{RDF}' xmlns:dc='{DC}' xmlns:xmp='{XMP}' xmlns:lr='{LR}' xmlns:digiKam='{DIGIKAM}' xmlns:MicrosoftPhoto='{MICROSOFT}' xmlns:darktable='{DARKTABLE}' xmlns:exif='{EXIF}' xmlns:q='urn:q'>{descriptions}</rdf:RDF>"
        );
        Packet::parse(text.as_bytes()).expect("a packet")
    }

    #[test]
    fn every_form_of_a_list_is_read() {
        for form in [
            "<rdf:Description dc:subject='a &amp; b'/>",
            "<rdf:Description><dc:subject>a &amp; b</dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Seq><rdf:li><![CDATA[a & b]]></rdf:li></rdf:Seq></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Alt><rdf:li xml:lang='x-default'>a &#38; b</rdf:li></rdf:Alt></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>a &#x26; b</rdf:value><q:by>me</q:by></rdf:li></rdf:Bag></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag><rdf:li><rdf:Description><rdf:value>a &amp; b</rdf:value><q:by>me</q:by></rdf:Description></rdf:li></rdf:Bag></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag><rdf:li rdf:value='a &amp; b' q:by='me'/></rdf:Bag></dc:subject></rdf:Description>",
            "<rdf:Description><dc:subject rdf:parseType='Resource'><rdf:value><rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></rdf:value></dc:subject></rdf:Description>",
            "<rdf:Description/><rdf:Description><q:other/></rdf:Description><rdf:Description><dc:subject> <rdf:Bag>\n<rdf:_1>a<!-- no --> &amp; b</rdf:_1></rdf:Bag></dc:subject></rdf:Description>",
        ] {
            assert_eq!(packet(form).list(SUBJECT), ["a & b"], "{form}");
        }
        for empty in [
            "<rdf:Description/>",
            "<rdf:Description><dc:subject/></rdf:Description>",
            "<rdf:Description><dc:subject><rdf:Bag/></dc:subject></rdf:Description>",
            "<rdf:Description><q:other><dc:subject>inside</dc:subject></q:other></rdf:Description>",
        ] {
            assert!(packet(empty).facts().is_empty(), "{empty}");
        }
    }

    #[test]
    fn what_programs_write_beside_the_usual_properties_is_read() {
        let windows = packet("<rdf:Description MicrosoftPhoto:Rating='75'><MicrosoftPhoto:LastKeywordXMP><rdf:Bag><rdf:li>Travel/Sea</rdf:li></rdf:Bag></MicrosoftPhoto:LastKeywordXMP></rdf:Description>").facts();
        assert_eq!(
            (windows.rating, windows.keywords),
            (Some(4), vec!["Sea".into()])
        );
        assert_eq!(windows.hierarchical, ["Travel|Sea"]);
        let digikam = packet("<rdf:Description digiKam:ColorLabel='5'><digiKam:TagsList><rdf:Seq><rdf:li>AI/cat</rdf:li></rdf:Seq></digiKam:TagsList></rdf:Description>").facts();
        assert_eq!(
            (digikam.colour.as_deref(), digikam.keywords),
            (Some("Blue"), vec!["cat".into()])
        );
        let darktable = packet("<rdf:Description exif:DateTimeOriginal='2024:05:01 10:00:00' xmp:Rating='-1'><darktable:colorlabels><rdf:Seq><rdf:li>2</rdf:li></rdf:Seq></darktable:colorlabels></rdf:Description>").facts();
        assert_eq!(
            (darktable.colour.as_deref(), darktable.rating),
            (Some("Green"), Some(-1))
        );
        assert_eq!(
            darktable.taken.expect("a date").as_str(),
            "2024-05-01T10:00:00"
        );
    }

    #[test]
    fn no_form_is_written_that_would_change_other_bytes() {
        let packet = Packet {
            is_lossy: true,
            ..Packet::empty()
        };
        for written in [packet.to_bytes(), packet.without_padding()] {
            assert!(matches!(written, Err(MetadataError::WrongEncoding)));
        }
        assert!(Packet::empty().without_padding().is_ok());
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        assert!(Packet::parse(b"<html/>").is_err());
        assert!(Packet::parse(b"no XML").is_err());
        assert!(Packet::parse(b"<\0a\0>").is_err());
    }
}
