//! Active filters, each with its description and the filter that remains without it. Pure functions.

use super::filter::{Filter, FlagFilter, LabelFit};
use super::labels::Label;
use crate::{t, text};

/// An active filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The display text.
    pub text: String,
    /// The whole filter without this part.
    pub without: Filter,
}

/// The active filters, in display order.
#[must_use]
pub fn chips(filter: &Filter, labels: &[Label]) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut chip = |text: Option<String>, clear: &dyn Fn(&mut Filter)| {
        if let Some(text) = text {
            let mut without = filter.clone();
            clear(&mut without);
            chips.push(Chip { text, without });
        }
    };
    let fit = match filter.fit {
        LabelFit::All => None,
        LabelFit::AnyLabel => Some(t!("any-label").to_owned()),
        LabelFit::Nothing => Some(t!("something-else").into()),
        LabelFit::Label(id) => labels.iter().find(|l| l.id == id).map(|l| l.text.clone()),
    };
    let near = (filter.near && fit.is_some()).then(|| t!("chip-near").to_owned());
    chip(fit, &|f| (f.fit, f.near) = (LabelFit::All, false));
    chip(near, &|f| f.near = false);
    let flag = (filter.flag != FlagFilter::All).then(|| filter.flag.name().to_owned());
    chip(flag, &|f| f.flag = FlagFilter::All);
    let stars = match filter.min_stars {
        0 => None,
        5 => Some(t!("chip-stars-5").to_owned()),
        stars => Some(t!("chip-stars", count = stars)),
    };
    chip(stars, &|f| f.min_stars = 0);
    let colour = filter
        .colour
        .map(|colour| text::words(colour.name()).into_owned());
    chip(colour, &|f| f.colour = None);
    let given = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let name = given(&filter.name).map(|text| t!("chip-name", text = text));
    chip(name, &|f| f.name.clear());
    let keyword = given(&filter.keyword).map(|text| t!("chip-keyword", text = text));
    chip(keyword, &|f| f.keyword.clear());
    let place = given(&filter.place).map(|text| t!("chip-place", text = text));
    chip(place, &|f| f.place.clear());
    let located = filter.located.map(|located| match located {
        true => t!("chip-gps").to_owned(),
        false => t!("chip-no-gps").into(),
    });
    chip(located, &|f| f.located = None);
    let from = given(&filter.from).map(|date| t!("chip-from", date = date));
    chip(from, &|f| f.from.clear());
    let until = given(&filter.to).map(|date| t!("chip-until", date = date));
    chip(until, &|f| f.to.clear());
    let ending = filter.ending.as_ref().map(|e| e.to_uppercase());
    chip(ending, &|f| f.ending = None);
    chip(filter.camera.clone(), &|f| f.camera = None);
    chip(filter.lens.clone(), &|f| f.lens = None);
    let folder = filter.folder.as_ref().map(|folder| {
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        t!("chip-folder", folder = name.display())
    });
    chip(folder, &|f| f.folder = None);
    let shape = filter.shape.map(|shape| shape.name().to_owned());
    chip(shape, &|f| f.shape = None);
    let kind = filter.kind.map(|kind| kind.name().to_owned());
    chip(kind, &|f| f.kind = None);
    let failures = filter.failures.then(|| t!("chip-failures").to_owned());
    chip(failures, &|f| f.failures = false);
    let nearest = (filter.search_shows_all).then(|| t!("chip-nearest").to_owned());
    chip(nearest, &|f| f.search_shows_all = false);
    chips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::filter::AspectShape;
    use crate::app::document::findings::Kind;
    use crate::engine::organize::marks::Colour;

    #[test]
    fn every_filter_is_a_chip_and_goes_with_it() {
        let labels = [Label {
            id: 3,
            text: "cat".into(),
            ..Label::default()
        }];
        let filter = Filter {
            fit: LabelFit::Label(3),
            near: true,
            flag: FlagFilter::Picked,
            min_stars: 2,
            colour: Some(Colour::Red),
            keyword: "sea".into(),
            place: "Munich".into(),
            located: Some(true),
            ending: Some("jpg".into()),
            from: "2024".into(),
            to: "2025".into(),
            name: "IMG".into(),
            camera: Some("EOS R5".into()),
            lens: Some("50 mm".into()),
            folder: Some("/photos/2024".into()),
            shape: Some(AspectShape::Portrait),
            kind: Some(Kind::Blurred),
            failures: true,
            search_shows_all: true,
        };
        let mut left = filter;
        let mut texts = Vec::new();
        while let Some(chip) = chips(&left, &labels).pop() {
            texts.push(chip.text);
            left = chip.without;
        }
        assert_eq!(left, Filter::default());
        texts.reverse();
        assert_eq!(
            texts,
            [
                "cat",
                "just below the line too",
                "Picked",
                "2 stars or more",
                "Red",
                "name: IMG",
                "keyword: sea",
                "place: Munich",
                "with GPS",
                "from 2024",
                "until 2025",
                "JPG",
                "EOS R5",
                "50 mm",
                "in 2024",
                "Portrait",
                "Blurred",
                "with problems",
                "nearest to the search"
            ]
        );
    }
}
