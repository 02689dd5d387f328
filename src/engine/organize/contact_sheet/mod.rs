//! Contact sheets: photos grouped by label, as a self-contained HTML page or JPEG file.

mod picture;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use picture::{SheetError, jpeg};

/// Photos under a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetGroup {
    /// The label, which is the heading.
    pub label: String,
    /// Its photos.
    pub photos: Vec<SheetPhoto>,
}

/// A photo with its caption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetPhoto {
    /// The display name.
    pub name: String,
    /// The match score, 0 to 1.
    pub matched: f32,
    /// The thumbnail as JPEG data, if available.
    pub thumbnail: Option<Vec<u8>>,
}

const STYLE: &str = "body{font:15px system-ui,sans-serif;margin:2em;background:#fff;color:#1a1c20}\
section{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;width:200px}\
img{width:200px;height:150px;object-fit:cover;border-radius:6px;background:#e8eaee}\
figcaption{font-size:12px;overflow-wrap:anywhere}small{color:#5b616b}\
@media(prefers-color-scheme:dark){body{background:#15171b;color:#e6e8ec}small{color:#9aa1ad}img{background:#24272d}}";

/// The start of every page, up to its title.
pub const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>";

/// Renders the contact sheet as HTML.
#[must_use]
pub fn html(title: &str, groups: &[SheetGroup]) -> String {
    let mut page = String::new();
    let title = escape(title);
    // Writing to a `String` cannot fail.
    let _ = write!(
        page,
        "{HEAD}{title}</title><style>{STYLE}</style><h1>{title}</h1>"
    );
    for group in groups.iter().filter(|group| !group.photos.is_empty()) {
        let (label, count) = (escape(&group.label), group.photos.len());
        let _ = write!(page, "<h2>{label} <small>{count}</small></h2><section>");
        for photo in &group.photos {
            let name = escape(&photo.name);
            let source = photo.thumbnail.as_ref().map_or_else(String::new, |jpeg| {
                format!(" src=\"data:image/jpeg;base64,{}\"", STANDARD.encode(jpeg))
            });
            let percent = percent(photo.matched);
            let _ = write!(
                page,
                "<figure><img alt=\"{name}\"{source}><figcaption>{name} <small>{percent}</small></figcaption></figure>"
            );
        }
        page.push_str("</section>");
    }
    page.push_str("</html>\n");
    page
}

fn percent(matched: f32) -> String {
    format!("{:.0} %", matched * 100.0)
}

fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_everything_and_nothing_can_break_out_of_it() {
        let photo = |name: &str| SheetPhoto {
            name: name.into(),
            matched: 0.974,
            thumbnail: Some(vec![0xff, 0xd8]),
        };
        let groups = [
            SheetGroup {
                label: "<script>".into(),
                photos: vec![photo("a \"b\".jpg")],
            },
            SheetGroup::default(),
        ];
        let page = html("Mine & yours", &groups);
        assert!(page.contains("data:image/jpeg;base64,/9g=") && page.contains("97 %"));
        assert!(page.contains("Mine &amp; yours") && !page.contains("<script"));
        assert!(!page.contains("http"), "it fetches nothing");
        assert_eq!(page.matches("<section>").count(), 1);
    }
}
