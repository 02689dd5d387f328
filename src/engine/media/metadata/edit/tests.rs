use super::*;
use crate::engine::media::metadata::text::Encoding;
use crate::engine::media::metadata::xmp::RDF;
use crate::engine::media::metadata::xmp::tests::packet;

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
    assert!(packet.insert(SUBJECT, &items).expect("inserted"), "{form}");
    assert_eq!(packet.sites(SUBJECT).len(), 1, "{form}");
    let text = text(&packet);
    let inside = text.split_once("'urn:q'>").expect("the root").1;
    inside.strip_suffix("</rdf:RDF>").expect("its end").into()
}

#[test]
fn what_is_added_is_read_back_and_added_only_once() {
    let mut packet = Packet::empty();
    assert!(packet.add(&additions()).expect("added"));
    let mut again = Packet::parse(&packet.to_bytes().expect("bytes")).expect("well-formed");
    let facts = again.facts();
    assert_eq!(facts.keywords, ["cat", "a <b> & c"]);
    assert_eq!(facts.hierarchical, ["AI|cat", "AI|a <b> & c"]);
    assert_eq!(
        (facts.rating, facts.colour.as_deref()),
        (Some(3), Some("Red"))
    );
    assert!(
        !again.add(&additions()).expect("added"),
        "nothing is added twice"
    );
    assert_eq!(text(&again), text(&packet));
}

#[test]
fn every_form_becomes_one_list_and_nothing_else_changes() {
    let bag = "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>cat</rdf:li></rdf:Bag></dc:subject>";
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
    let item = "<rdf:li rdf:parseType='Resource'><rdf:value>a</rdf:value><q:by>me</q:by></rdf:li>";
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
    assert!(packet.add(&additions).expect("added"));
    assert_eq!(
        packet.list(TAGS),
        ["Places/Sea", "holiday", "inside", "AI/cat"]
    );
    assert_eq!(packet.list(SUBJECT), ["holiday", "inside", "cat"]);
    assert_eq!(packet.list(HIERARCHY), ["Places|Sea", "AI|cat"]);
}

#[test]
fn a_person_s_own_words_stay() {
    let mut rated =
        packet("<rdf:Description xmp:Rating='5'><xmp:Label>Blue</xmp:Label></rdf:Description>");
    assert!(rated.add(&additions()).expect("added"));
    let facts = rated.facts();
    assert_eq!(
        (facts.rating, facts.colour.as_deref()),
        (Some(5), Some("Blue"))
    );
    for unrated in ["xmp:Rating='0'", ""] {
        let mut rated = packet(&format!(
            "<rdf:Description {unrated}><xmp:Label/></rdf:Description>"
        ));
        assert!(rated.add(&additions()).expect("added"));
        let facts = rated.facts();
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
        assert!(packet.add(&additions()).expect("added"));
        let after = packet.to_bytes().expect("bytes");
        assert_eq!(Encoding::of(&after), encoding);
        assert_eq!(after[..4], bytes[..4]);
    }
    let latin = format!(
        "<?xml version='1.0' encoding='latin1'?><r:RDF xmlns:r='{RDF}'><r:Description a='\u{e9}'/></r:RDF>"
    );
    let bytes = Encoding::Latin1.encode(&latin).expect("encodes");
    let mut packet = Packet::parse(&bytes).expect("a packet");
    let items = ["\u{e9}\u{65e5}".into()];
    assert!(packet.insert(SUBJECT, &items).expect("inserted"));
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
        assert!(packet.add(&additions()).expect("added"), "{form}");
        assert_eq!(packet.list(SUBJECT), ["cat", "a <b> & c"]);
        assert_eq!(packet.facts().rating, Some(3));
    }
}
