//! Packets as programs write them, composed of pieces that an addition may change and pieces that it must not.

use std::fmt::Write as _;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const LR: &str = "http://ns.adobe.com/lightroom/1.0/";
const DIGIKAM: &str = "http://www.digikam.org/ns/1.0/";

/// How a packet is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Encoding {
    const ALL: [(Self, &str); 5] = [
        (Self::Utf8, "utf8"),
        (Self::Utf16Le, "utf16le"),
        (Self::Utf16Be, "utf16be"),
        (Self::Utf32Le, "utf32le"),
        (Self::Utf32Be, "utf32be"),
    ];

    fn encode(self, text: &str) -> Vec<u8> {
        let pairs = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let quads = |bytes: fn(u32) -> [u8; 4]| {
            let numbers = text.chars().map(u32::from);
            numbers.flat_map(bytes).collect()
        };
        match self {
            Self::Utf8 => text.into(),
            Self::Utf16Le => pairs(u16::to_le_bytes),
            Self::Utf16Be => pairs(u16::to_be_bytes),
            Self::Utf32Le => quads(u32::to_le_bytes),
            Self::Utf32Be => quads(u32::to_be_bytes),
        }
    }

    /// Decodes the text of bytes in this encoding.
    pub fn decode(self, bytes: &[u8]) -> String {
        let pairs = |unit: fn([u8; 2]) -> u16| {
            let units = bytes.as_chunks::<2>().0.iter().map(|bytes| unit(*bytes));
            String::from_utf16(&units.collect::<Vec<_>>()).expect("UTF-16")
        };
        let quads = |unit: fn([u8; 4]) -> u32| {
            let units = bytes.as_chunks::<4>().0.iter();
            let chars = units.map(|bytes| char::from_u32(unit(*bytes)).expect("UTF-32"));
            chars.collect()
        };
        match self {
            Self::Utf8 => String::from_utf8(bytes.into()).expect("UTF-8"),
            Self::Utf16Le => pairs(u16::from_le_bytes),
            Self::Utf16Be => pairs(u16::from_be_bytes),
            Self::Utf32Le => quads(u32::from_le_bytes),
            Self::Utf32Be => quads(u32::from_be_bytes),
        }
    }
}

/// A packet and its content.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    pub text: String,
    pub encoding: Encoding,
    /// The pieces that an addition must leave unchanged, in order.
    pub untouched: Vec<String>,
    pub subject: Vec<String>,
    pub hierarchical: Vec<String>,
    pub tags: Vec<String>,
    pub rating: Option<i8>,
    pub label: Option<String>,
}

impl Case {
    pub fn bytes(&self) -> Vec<u8> {
        self.encoding.encode(&self.text)
    }
}

/// A text that remembers which of its pieces must stay unchanged.
#[derive(Clone, Default)]
struct Text {
    text: String,
    untouched: Vec<String>,
}

impl Text {
    fn keep(&mut self, piece: &str) -> &mut Self {
        self.text.push_str(piece);
        // A namespace declaration may be added to the attributes of a tag, so the end of the tag is a piece of its own.
        for piece in piece.split(['\n', '>']) {
            let piece = piece.trim_end().trim_end_matches('/');
            if !piece.is_empty() {
                self.untouched.push(piece.into());
            }
        }
        self
    }

    fn touch(&mut self, piece: &str) -> &mut Self {
        self.text.push_str(piece);
        self
    }
}

/// The forms of keywords: an attribute, an element, and their content.
fn forms() -> Vec<(&'static str, String, String, Vec<&'static str>)> {
    let list = |kind: &str, items: &[&str]| {
        let mut text = format!("<dc:subject>\n    <rdf:{kind}>\n");
        for item in items {
            let _ = writeln!(text, "     <rdf:li{item}</rdf:li>");
        }
        text + &format!("    </rdf:{kind}>\n   </dc:subject>")
    };
    let none = String::new();
    vec![
        ("none", none.clone(), none.clone(), vec![]),
        ("empty", none.clone(), "<dc:subject/>".into(), vec![]),
        (
            "emptybag",
            none.clone(),
            "<dc:subject><rdf:Bag/></dc:subject>".into(),
            vec![],
        ),
        (
            "attribute",
            " dc:subject=\"sea &amp; sand\"".into(),
            none.clone(),
            vec!["sea & sand"],
        ),
        (
            "plain",
            none.clone(),
            "<dc:subject>holiday</dc:subject>".into(),
            vec!["holiday"],
        ),
        (
            "bag",
            none.clone(),
            list("Bag", &[">holiday", ">Größe"]),
            vec!["holiday", "Größe"],
        ),
        (
            "seq",
            none.clone(),
            list("Seq", &[">one", ">two"]),
            vec!["one", "two"],
        ),
        ("alt", none.clone(), list("Alt", &[">only"]), vec!["only"]),
        (
            "cdata",
            none.clone(),
            list("Bag", &["><![CDATA[rock & roll]]>"]),
            vec!["rock & roll"],
        ),
        (
            "entity",
            none.clone(),
            list("Bag", &[">&#x65e5; &lt;3"]),
            vec!["日 <3"],
        ),
        (
            "inline",
            none,
            "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>"
                .into(),
            vec!["a", "b"],
        ),
    ]
}

struct Form<'a> {
    attribute: &'a str,
    element: &'a str,
}

impl Form<'_> {
    fn line(&self) -> String {
        match self.element {
            "" => String::new(),
            element => format!("   {element}\n"),
        }
    }
}

fn head(toolkit: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"{toolkit}\">\n <rdf:RDF xmlns:rdf=\"{RDF}\">\n"
    )
}

const BEGIN: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n";
const TAIL: &str = " </rdf:RDF>\n</x:xmpmeta>\n";
const END: &str = "<?xpacket end=\"w\"?>";

/// exiftool: one description for each namespace, and only elements.
fn exiftool(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep("<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n");
    text.keep("<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.57'>\n");
    text.keep(&format!("<rdf:RDF xmlns:rdf='{RDF}'>\n\n"));
    text.keep(" <rdf:Description rdf:about=''\n  xmlns:Iptc4xmpCore='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/'");
    text.keep(
        ">\n  <Iptc4xmpCore:Location>Bremen</Iptc4xmpCore:Location>\n </rdf:Description>\n\n",
    );
    text.keep(&format!(
        " <rdf:Description rdf:about=''\n  xmlns:dc='{DC}'"
    ));
    text.touch(form.attribute).keep(">\n  <dc:creator>\n   <rdf:Seq>\n    <rdf:li>A. Person</rdf:li>\n   </rdf:Seq>\n  </dc:creator>\n");
    text.touch(&form.line()).keep(" </rdf:Description>\n\n");
    text.keep(&format!(
        " <rdf:Description rdf:about=''\n  xmlns:xmp='{XMP}'>\n"
    ));
    text.touch("  <xmp:Rating>3</xmp:Rating>\n")
        .keep(" </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>");
    case("exiftool", text).rated(3)
}

/// Lightroom: one description of attributes, then lists, and padding.
fn lightroom(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep(BEGIN).keep(&head(
        "Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00        ",
    ));
    text.keep("  <rdf:Description rdf:about=\"\"\n");
    for (prefix, uri) in [
        ("xmp", XMP),
        ("dc", DC),
        ("lr", LR),
        ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
        ("stEvt", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"),
        ("crs", "http://ns.adobe.com/camera-raw-settings/1.0/"),
    ] {
        text.keep(&format!("    xmlns:{prefix}=\"{uri}\"\n"));
    }
    text.keep("   xmp:CreatorTool=\"Adobe Lightroom 12.0\"\n   xmp:MetadataDate=\"2023-05-01T10:00:00+02:00\"\n   crs:Exposure2012=\"+0.50\"\n   crs:HasSettings=\"True\"");
    text.touch("\n   xmp:Rating=\"0\"")
        .touch(form.attribute)
        .keep(">\n");
    text.keep("   <xmpMM:History>\n    <rdf:Seq>\n     <rdf:li\n      stEvt:action=\"saved\"\n      stEvt:softwareAgent=\"Adobe Lightroom 12.0\"/>\n    </rdf:Seq>\n   </xmpMM:History>\n");
    text.keep("   <dc:title>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">Am Meer &amp; mehr</rdf:li>\n    </rdf:Alt>\n   </dc:title>\n");
    text.touch(&form.line());
    text.touch("   <lr:hierarchicalSubject>\n    <rdf:Bag>\n     <rdf:li>Places|Sea</rdf:li>\n    </rdf:Bag>\n   </lr:hierarchicalSubject>\n");
    text.keep("   <crs:ToneCurvePV2012>\n    <rdf:Seq>\n     <rdf:li>0, 0</rdf:li>\n     <rdf:li>255, 255</rdf:li>\n    </rdf:Seq>\n   </crs:ToneCurvePV2012>\n");
    text.keep("  </rdf:Description>\n").keep(TAIL);
    text.touch(&format!("{}\n", " ".repeat(100)).repeat(20))
        .keep(END);
    let mut case = case("lightroom", text).rated(0);
    case.hierarchical = vec!["Places|Sea".into()];
    case
}

/// Old versions of Bridge: several descriptions, only elements, with a base64 thumbnail.
fn bridge(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep(BEGIN).keep(&head(
        "Adobe XMP Core 4.2.2-c063 53.352624, 2008/07/30-18:12:18        ",
    ));
    text.keep(&format!("  <rdf:Description rdf:about=\"\"\n    xmlns:xmp=\"{XMP}\"\n    xmlns:xmpGImg=\"http://ns.adobe.com/xap/1.0/g/img/\">\n"));
    text.touch("   <xmp:Label>Blue</xmp:Label>\n");
    text.keep("   <xmp:Thumbnails>\n    <rdf:Alt>\n     <rdf:li rdf:parseType=\"Resource\">\n      <xmpGImg:width>256</xmpGImg:width>\n      <xmpGImg:image>/9j/4AAQSkZJRgABAgEASABIAAD&#xA;/7QAsUGhvdG9zaG9w</xmpGImg:image>\n     </rdf:li>\n    </rdf:Alt>\n   </xmp:Thumbnails>\n  </rdf:Description>\n");
    text.keep(&format!(
        "  <rdf:Description rdf:about=\"\"\n    xmlns:dc=\"{DC}\""
    ));
    text.touch(form.attribute)
        .keep(">\n   <dc:format>image/jpeg</dc:format>\n");
    text.touch(&form.line())
        .keep("  </rdf:Description>\n")
        .keep(TAIL)
        .keep(END);
    let mut case = case("bridge", text);
    case.label = Some("Blue".into());
    case
}

/// digiKam, by exiv2: attributes, tags with `/`, and face regions in both forms.
fn digikam(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .keep(&head("XMP Core 4.4.0-Exiv2"));
    text.keep(&format!("  <rdf:Description rdf:about=\"\"\n    xmlns:digiKam=\"{DIGIKAM}\"\n    xmlns:xmp=\"{XMP}\"\n    xmlns:dc=\"{DC}\"\n"));
    text.keep("    xmlns:mwg-rs=\"http://www.metadataworkinggroup.com/schemas/regions/\"\n    xmlns:stArea=\"http://ns.adobe.com/xmp/sType/Area#\"\n    xmlns:MP=\"http://ns.microsoft.com/photo/1.2/\"\n    xmlns:MPRI=\"http://ns.microsoft.com/photo/1.2/t/RegionInfo#\"\n    xmlns:MPReg=\"http://ns.microsoft.com/photo/1.2/t/Region#\"\n");
    text.keep("   digiKam:PickLabel=\"0\"\n   digiKam:ImageUniqueID=\"abc\"")
        .touch("\n   xmp:Rating=\"4\"")
        .touch(form.attribute)
        .keep(">\n");
    text.touch(&form.line());
    text.touch("   <digiKam:TagsList>\n    <rdf:Seq>\n     <rdf:li>Places/Sea</rdf:li>\n    </rdf:Seq>\n   </digiKam:TagsList>\n");
    text.keep("   <mwg-rs:Regions rdf:parseType=\"Resource\">\n    <mwg-rs:RegionList>\n     <rdf:Bag>\n      <rdf:li>\n       <rdf:Description\n        mwg-rs:Name=\"Ann\"\n        mwg-rs:Type=\"Face\">\n       <mwg-rs:Area\n        stArea:x=\"0.5\"\n        stArea:y=\"0.25\"\n        stArea:w=\"0.1\"\n        stArea:h=\"0.2\"\n        stArea:unit=\"normalized\"/>\n       </rdf:Description>\n      </rdf:li>\n     </rdf:Bag>\n    </mwg-rs:RegionList>\n   </mwg-rs:Regions>\n");
    text.keep("   <MP:RegionInfo rdf:parseType=\"Resource\">\n    <MPRI:Regions>\n     <rdf:Bag>\n      <rdf:li\n       MPReg:Rectangle=\"0.45, 0.15, 0.1, 0.2\"\n       MPReg:PersonDisplayName=\"Ann\"/>\n     </rdf:Bag>\n    </MPRI:Regions>\n   </MP:RegionInfo>\n");
    text.keep("  </rdf:Description>\n").keep(TAIL);
    let mut case = case("digikam", text).rated(4);
    case.tags = vec!["Places/Sea".into()];
    case
}

/// darktable: its history as attributes of items.
fn darktable(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .keep(&head("XMP Core 4.4.0-Exiv2"));
    text.keep(&format!("  <rdf:Description rdf:about=\"\"\n    xmlns:xmp=\"{XMP}\"\n    xmlns:darktable=\"http://darktable.sf.net/\"\n    xmlns:dc=\"{DC}\"\n"));
    text.keep("   darktable:xmp_version=\"5\"\n   darktable:raw_params=\"0\"\n   darktable:history_end=\"1\"").touch("\n   xmp:Rating=\"-1\"").touch(form.attribute).keep(">\n");
    text.touch(&form.line());
    text.keep("   <darktable:masks_history>\n    <rdf:Seq/>\n   </darktable:masks_history>\n   <darktable:history>\n    <rdf:Seq>\n     <rdf:li\n      darktable:num=\"0\"\n      darktable:operation=\"exposure\"\n      darktable:params=\"gz02eJxjYGBgkGBgYJBg\"/>\n    </rdf:Seq>\n   </darktable:history>\n");
    text.keep("  </rdf:Description>\n").keep(TAIL);
    case("darktable", text).rated(-1)
}

/// Capture One: elements, with values that are present but empty.
fn capture_one(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep(BEGIN).keep(&head("XMP Core 5.5.0"));
    text.keep(&format!("  <rdf:Description rdf:about=\"\"\n   xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\"\n   xmlns:xmp=\"{XMP}\"\n   xmlns:dc=\"{DC}\""));
    text.touch(form.attribute)
        .keep(">\n   <photoshop:City>Köln</photoshop:City>\n");
    text.touch("   <xmp:Rating>0</xmp:Rating>\n   <xmp:Label/>\n")
        .touch(&form.line());
    text.keep("   <photoshop:Urgency>0</photoshop:Urgency>\n  </rdf:Description>\n")
        .keep(TAIL)
        .keep(END);
    case("captureone", text).rated(0)
}

/// ON1: everything on one line.
fn on1(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"ON1 XMP\">")
        .keep(&format!("<rdf:RDF xmlns:rdf=\"{RDF}\">"));
    text.keep(&format!("<rdf:Description rdf:about=\"\" xmlns:dc=\"{DC}\" xmlns:xmp=\"{XMP}\" xmlns:lr=\"{LR}\" xmlns:ON1=\"http://ns.on1.com/on1/1.0/\" ON1:Thing='it&apos;s \"so\"'"));
    text.touch(form.attribute)
        .keep(">")
        .touch(&form.line().replace('\n', ""));
    text.keep("<ON1:Other><![CDATA[raw & more]]></ON1:Other>")
        .keep("</rdf:Description></rdf:RDF></x:xmpmeta>");
    case("on1", text)
}

/// Immich: tags alone, by exiftool.
fn immich(form: &Form) -> Case {
    let mut text = Text::default();
    text.keep("<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 13.00'>\n");
    text.keep(&format!("<rdf:RDF xmlns:rdf='{RDF}'>\n\n <rdf:Description rdf:about=''\n  xmlns:digiKam='{DIGIKAM}'>\n"));
    text.touch("  <digiKam:TagsList>\n   <rdf:Seq>\n    <rdf:li>People/Ann</rdf:li>\n   </rdf:Seq>\n  </digiKam:TagsList>\n").keep(" </rdf:Description>\n\n");
    text.keep(" <rdf:Description rdf:about=''\n  xmlns:exif='http://ns.adobe.com/exif/1.0/'>\n  <exif:GPSLatitude>53,4.5N</exif:GPSLatitude>\n </rdf:Description>\n\n");
    text.keep(&format!(
        " <rdf:Description rdf:about=''\n  xmlns:dc='{DC}'"
    ));
    text.touch(form.attribute)
        .keep(">\n")
        .touch(&form.line())
        .keep(" </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>");
    let mut case = case("immich", text);
    case.tags = vec!["People/Ann".into()];
    case
}

/// Windows: an identifier for every photo, declarations at the properties, and its own line ends.
fn windows(form: &Form) -> Case {
    let mut text = Text::default();
    let about = "uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b";
    text.keep("<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\r\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">");
    text.keep(&format!("<rdf:RDF xmlns:rdf=\"{RDF}\">"));
    text.keep(&format!("<rdf:Description rdf:about=\"{about}\" xmlns:MicrosoftPhoto=\"http://ns.microsoft.com/photo/1.0/\"><MicrosoftPhoto:Flash>0</MicrosoftPhoto:Flash></rdf:Description>"));
    text.keep(&format!(
        "<rdf:Description rdf:about=\"{about}\" xmlns:dc=\"{DC}\""
    ));
    text.touch(form.attribute)
        .keep(">")
        .touch(&form.line().replace('\n', "\r\n"))
        .keep("</rdf:Description>");
    text.keep("</rdf:RDF></x:xmpmeta>\r\n")
        .touch(&" ".repeat(2000))
        .keep("<?xpacket end='w'?>");
    case("windows", text)
}

/// No wrapper, custom prefixes, and a comment.
fn bare(form: &Form) -> Case {
    let mut text = Text::default();
    let own = |piece: &str| piece.replace("dc:", "d:");
    text.keep(&format!("<rdf:RDF xmlns:rdf=\"{RDF}\" xmlns:d=\"{DC}\" xmlns:mine=\"urn:mine\">\n <!-- a note -->\n <rdf:Description rdf:about=\"\" mine:kind=\"a &gt; b\""));
    text.touch(&own(form.attribute)).keep(
        ">\n  <mine:note rdf:parseType=\"Resource\">\n   <mine:by>me</mine:by>\n  </mine:note>\n",
    );
    text.touch(&own(&form.line()))
        .keep(" </rdf:Description>\n</rdf:RDF>\n");
    case("bare", text)
}

fn case(program: &str, text: Text) -> Case {
    Case {
        name: program.into(),
        text: text.text,
        encoding: Encoding::Utf8,
        untouched: text.untouched,
        subject: Vec::new(),
        hierarchical: Vec::new(),
        tags: Vec::new(),
        rating: None,
        label: None,
    }
}

impl Case {
    fn rated(mut self, rating: i8) -> Self {
        self.rating = Some(rating);
        self
    }
}

/// All shapes in all forms and encodings.
pub fn corpus() -> Vec<Case> {
    let programs: [fn(&Form) -> Case; 10] = [
        exiftool,
        lightroom,
        bridge,
        digikam,
        darktable,
        capture_one,
        on1,
        immich,
        windows,
        bare,
    ];
    let mut cases = Vec::new();
    for program in programs {
        for (name, attribute, element, subject) in forms() {
            let form = Form {
                attribute: &attribute,
                element: &element,
            };
            let case = program(&form);
            for (encoding, suffix) in Encoding::ALL {
                let mut case = case.clone();
                if encoding != Encoding::Utf8 {
                    case.text = case
                        .text
                        .replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
                    for piece in &mut case.untouched {
                        *piece = piece.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
                    }
                }
                // Half of them begin with a byte order mark.
                if !name.len().is_multiple_of(2) {
                    case.text.insert(0, '\u{feff}');
                }
                case.name = format!("{}-{name}-{suffix}", case.name);
                case.encoding = encoding;
                case.subject = subject.iter().map(ToString::to_string).collect();
                cases.push(case);
            }
        }
    }
    cases
}

/// A packet in the form in which exiv2 supports sidecars.
pub fn for_exiv2(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let text = text.replace("encoding=\"UTF-16\"", "encoding=\"UTF-8\"");
    match text.starts_with("<rdf:RDF") {
        true => format!("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">{text}</x:xmpmeta>"),
        false => text,
    }
}

/// A packet as stored inside photos: without a declaration.
pub fn for_photos(text: &str) -> String {
    for_exiv2(text).replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")
}
