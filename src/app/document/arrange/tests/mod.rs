//! Tests of the display order and the filters.

mod search;

use proptest::prelude::*;

use super::*;
use crate::app::document::filter::FlagFilter;
use crate::app::document::filter::{LabelFit, SortKey};
use crate::app::document::labels::{Label, LabelId};
use crate::app::document::library::LibraryItem;
use crate::app::document::match_axis;
use crate::engine::media::photo::{Candidate, ContentId, Failure, Photo, PhotoFacts, Stage, Taken};
use crate::engine::organize::marks::Mark;
use crate::engine::organize::marks::{Colour, Flag};
use crate::engine::search::score::Scores;

fn photo(name: &str, taken: Option<&str>, size: u64) -> LibraryItem {
    let file = Candidate {
        path: name.into(),
        size,
        modified_ns: -(size as i64),
    };
    let facts = PhotoFacts {
        content: ContentId([size as u8; 32]),
        width: 100,
        height: size as u32,
        taken: taken.map(|text| Taken::from_text(text.into())),
        warning: None,
        video: None,
    };
    LibraryItem::read(Photo { file, facts }, 0)
}

fn library() -> Snapshot {
    let items = vec![
        photo("b10.jpg", Some("2024-05-01T10:00:00"), 3),
        photo("b9.png", None, 1),
        LibraryItem::failed(Failure::new("broken.jpg", Stage::Decode, "damaged")),
        photo("a.jpg", Some("2023-01-01T00:00:00"), 2),
    ];
    let pick = Mark {
        flag: Flag::Pick,
        stars: 4,
        colour: Some(Colour::Green),
    };
    Snapshot::new(
        items,
        vec![Mark::default(), pick, Mark::default(), Mark::default()],
    )
}

fn label(id: LabelId, negated: bool) -> Label {
    Label {
        id,
        text: format!("label {id}"),
        negated,
        min_match: 0.5,
        ..Label::default()
    }
}

/// Two labels. Matches by item: (0.9, 0.1), (0.6, 0.8), none, (0.2, 0.3).
fn scores() -> Scores {
    Scores {
        labels: 2,
        matches: vec![0.9, 0.1, 0.6, 0.8, f32::NAN, f32::NAN, 0.2, 0.3],
        probabilities: vec![0.0; 12],
    }
}

fn arranged(labels: &[Label], sorting: Sorting, filter: &Filter) -> Arrangement {
    grouped(labels, sorting, filter, Grouping::Nothing, None)
}

fn grouped(
    labels: &[Label],
    sorting: Sorting,
    filter: &Filter,
    grouping: Grouping,
    draft: Option<LabelId>,
) -> Arrangement {
    let scores = scores();
    let scored = LabelScores {
        labels,
        columns: &[Some(0), Some(1)],
        scores: &scores,
        search: None,
    };
    let wanted = ArrangeRequest {
        sorting,
        grouping,
        filter,
        draft,
        search: &SearchText::default(),
    };
    arrange(&library(), scored, wanted)
}

fn by_label(labels: &[Label], filter: &Filter) -> Arrangement {
    grouped(labels, Sorting::default(), filter, Grouping::Label, None)
}

fn order(key: SortKey, descending: bool) -> Vec<ItemId> {
    let labels = [label(1, false), label(2, false)];
    arranged(&labels, Sorting { key, descending }, &Filter::default()).order
}

#[test]
fn every_order_has_failures_last() {
    assert_eq!(order(SortKey::Match(1), true), [0, 1, 3, 2]);
    assert_eq!(order(SortKey::Match(1), false), [3, 1, 0, 2]);
    assert_eq!(order(SortKey::BestMatch, true), [0, 1, 3, 2]);
    assert_eq!(order(SortKey::Taken, true), [0, 3, 1, 2]);
    assert_eq!(order(SortKey::Taken, false), [3, 0, 1, 2]);
    assert_eq!(order(SortKey::Size, false), [1, 3, 0, 2]);
    assert_eq!(order(SortKey::Modified, true), [1, 3, 0, 2]);
    assert_eq!(order(SortKey::Dimensions, true), [0, 3, 1, 2]);
    assert_eq!(order(SortKey::Stars, true), [1, 0, 3, 2]);
    assert_eq!(order(SortKey::Colour, true), [1, 0, 3, 2]);
    assert_eq!(order(SortKey::Name, false), [3, 1, 0, 2]);
}

#[test]
fn groups_follow_the_labels_and_end_with_what_has_no_scores() {
    let labels = [label(1, false), label(2, false)];
    let got = by_label(&labels, &Filter::default());
    assert_eq!(got.order, [0, 1, 3, 2]);
    let groups = headings(&got);
    let (first, second) = (Heading::Label(0), Heading::Label(1));
    let rest = [(Heading::SomethingElse, 1), (Heading::NotRead, 1)];
    assert_eq!(groups, [&[(first, 1), (second, 1)], &rest[..]].concat());
    assert_eq!(got.counts, [2, 1]);
    // The unreadable photo has no match.
    assert_eq!(got.histograms[0].iter().sum::<u32>(), 3);
    let bar = (match_axis::place(0.8) * BARS as f32) as usize;
    assert_eq!(got.histograms[1][bar], 1);
    assert_eq!(got.something_else, 1);
}

fn headings(arrangement: &Arrangement) -> Vec<(Heading, usize)> {
    let groups = arrangement.groups.iter();
    groups.map(|g| (g.heading.clone(), g.len)).collect()
}

#[test]
fn what_is_just_below_a_line_is_counted_and_comes_after_it() {
    let mut labels = [label(1, false), label(2, false)];
    labels[1].min_match = 0.4;
    // Photo 3 has a match of 0.3 with the second label: near 0.4, but far from 0.5.
    let filter = Filter {
        fit: LabelFit::Label(2),
        near: true,
        ..Filter::default()
    };
    let got = by_label(&labels, &filter);
    assert_eq!((got.near[0], got.near[1]), (0, 1));
    assert_eq!(got.order, [1, 3]);
    assert_eq!(
        headings(&got),
        [(Heading::Label(1), 1), (Heading::NearMisses(1), 1)]
    );
    let flat = arranged(&labels, Sorting::default(), &filter);
    assert_eq!((flat.order, flat.groups.len()), (vec![1, 3], 2));
    let without = Filter {
        near: false,
        ..filter
    };
    assert_eq!(by_label(&labels, &without).order, [1]);
}

#[test]
fn a_filter_by_one_label_sorts_by_it() {
    let mut labels = [label(1, false), label(2, false)];
    labels[1].min_match = 0.05;
    let filter = Filter {
        fit: LabelFit::Label(2),
        ..Filter::default()
    };
    // The first photo fits another label better.
    let got = by_label(&labels, &filter);
    assert_eq!(
        (&got.order[..], headings(&got)),
        (&[1, 3, 0][..], vec![(Heading::Label(1), 3)])
    );
    assert_eq!(
        arranged(&labels, Sorting::default(), &filter).order,
        [1, 3, 0]
    );
}

#[test]
fn what_fits_nothing_has_the_nearest_misses_first_under_any_heading() {
    let mut labels = [label(1, false), label(2, false)];
    // The first photo has the highest match of any label, but the last one is closer to a threshold.
    labels[0].min_match = 0.95;
    labels[1].min_match = 0.35;
    let filter = Filter {
        fit: LabelFit::Nothing,
        ..Filter::default()
    };
    for grouping in [
        Grouping::Nothing,
        Grouping::Label,
        Grouping::Folder,
        Grouping::Camera,
        Grouping::Rating,
    ] {
        let got = grouped(&labels, Sorting::default(), &filter, grouping, None);
        assert_eq!(got.order, [3, 0], "{grouping:?}");
    }
}

#[test]
fn a_label_that_is_typed_comes_first_with_its_best_photos() {
    let labels = [label(1, false), label(2, false)];
    let filter = Filter::default();
    let got = grouped(
        &labels,
        Sorting::default(),
        &filter,
        Grouping::Label,
        Some(2),
    );
    // The second photo also fits the first label, but not as well.
    assert_eq!(headings(&got)[0], (Heading::Label(1), 1));
    assert_eq!(got.order[0], 1);
    assert_eq!(got.best, [1, 3, 0]);
    assert!(by_label(&labels, &filter).best.is_empty());
}

#[test]
fn a_label_that_is_typed_has_its_own_group_among_those_of_another_label() {
    let labels = [label(1, false), label(2, false)];
    let filter = Filter {
        fit: LabelFit::Label(1),
        ..Filter::default()
    };
    let got = grouped(
        &labels,
        Sorting::default(),
        &filter,
        Grouping::Label,
        Some(2),
    );
    assert_eq!(got.order, [1, 0]);
    assert_eq!(
        headings(&got),
        [(Heading::Label(1), 1), (Heading::Label(0), 1)]
    );
}

#[test]
fn photos_are_put_together_by_what_they_say() {
    let labels = [label(1, false), label(2, false)];
    let sorting = Sorting {
        key: SortKey::Size,
        descending: false,
    };
    let by = |grouping| grouped(&labels, sorting, &Filter::default(), grouping, None);
    let named = |name: &str, len| (Heading::Named(name.into()), len);
    let months = by(Grouping::Month);
    assert_eq!(
        headings(&months),
        [
            named("May 2024", 1),
            named("January 2023", 1),
            named("No date", 2)
        ]
    );
    assert_eq!(months.groups[0].days, Some((20_240_501, 20_240_501)));
    assert_eq!(headings(&by(Grouping::Day))[0], named("1 May 2024", 1));
    assert_eq!(headings(&by(Grouping::Folder)), [named("", 4)]);
    assert_eq!(headings(&by(Grouping::Camera)), [named("No camera", 4)]);
    assert_eq!(
        headings(&by(Grouping::Rating)),
        [named("4 stars", 1), named("No stars", 3)]
    );
    let earliest = Sorting {
        key: SortKey::Taken,
        descending: false,
    };
    let got = grouped(&labels, earliest, &Filter::default(), Grouping::Month, None);
    assert_eq!(headings(&got)[0], named("January 2023", 1));
}

#[test]
fn a_date_that_is_being_typed_hides_nothing() {
    let filter = Filter {
        from: "2024-1".into(),
        ..Filter::default()
    };
    assert_eq!(arranged(&[], Sorting::default(), &filter).order.len(), 4);
}

#[test]
fn a_negated_label_excludes_its_photos_from_the_others() {
    let labels = [label(1, false), label(2, true)];
    let got = by_label(&labels, &Filter::default());
    assert_eq!(got.counts, [1, 1], "photo 1 fits the label marked not");
    assert_eq!(got.groups[0].len, 1);
}

#[test]
fn filters_let_through_what_they_say() {
    let labels = [label(1, false), label(2, false)];
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    let shown = |filter: Filter| arranged(&labels, by_name, &filter).order;
    let filter = Filter::default;
    assert_eq!(
        shown(Filter {
            fit: LabelFit::AnyLabel,
            ..filter()
        }),
        [1, 0]
    );
    assert_eq!(
        shown(Filter {
            fit: LabelFit::Label(2),
            ..filter()
        }),
        [1]
    );
    assert_eq!(
        shown(Filter {
            fit: LabelFit::Nothing,
            ..filter()
        }),
        [3],
        "what was not read is not something else"
    );
    assert_eq!(
        shown(Filter {
            flag: FlagFilter::Picked,
            ..filter()
        }),
        [1]
    );
    assert_eq!(
        shown(Filter {
            min_stars: 4,
            ..filter()
        }),
        [1]
    );
    assert_eq!(
        shown(Filter {
            colour: Some(Colour::Green),
            ..filter()
        }),
        [1]
    );
    assert!(
        shown(Filter {
            keyword: "sea".into(),
            ..filter()
        })
        .is_empty()
    );
    assert_eq!(
        shown(Filter {
            ending: Some("png".into()),
            ..filter()
        }),
        [1]
    );
    assert_eq!(
        shown(Filter {
            from: "2024".into(),
            ..filter()
        }),
        [0]
    );
    assert_eq!(
        shown(Filter {
            to: "2023-01".into(),
            ..filter()
        }),
        [3]
    );
    assert_eq!(
        shown(Filter {
            name: "B".into(),
            ..filter()
        }),
        [1, 0, 2]
    );
    assert_eq!(
        shown(Filter {
            failures: true,
            ..filter()
        }),
        [2]
    );
    assert!(
        filter().is_clear()
            && !Filter {
                min_stars: 1,
                ..filter()
            }
            .is_clear()
    );
}

proptest! {
    #[test]
    fn an_unfiltered_order_is_a_permutation_and_groups_cover_it(
        matches in proptest::collection::vec(0f32..=1.0, 0..120), key in 0usize..10, descending: bool, grouping in 0usize..7, near: bool, one: bool,
    ) {
        let photos = matches.len() / 2;
        let scores = Scores {
            labels: 2,
            matches: matches[..photos * 2].to_vec(),
            probabilities: vec![0.3; photos * 3],
        };
        let items: Vec<_> = (0..photos).map(|n| photo(&format!("{n}"), None, n as u64)).collect();
        let library = Snapshot::new(items, vec![Mark::default(); photos]);
        let labels = [label(1, false), label(2, true)];
        let columns = [Some(0), Some(1)];
        let scored = LabelScores { labels: &labels, columns: &columns, scores: &scores, search: None };
        let key = [
            SortKey::BestMatch, SortKey::Match(2), SortKey::Probability(1), SortKey::Search,
            SortKey::Name, SortKey::Taken, SortKey::Modified, SortKey::Size, SortKey::Dimensions, SortKey::Stars,
        ][key];
        let fit = if one { LabelFit::Label(1) } else { LabelFit::All };
        let filter = Filter { fit, near, ..Filter::default() };
        let wanted = ArrangeRequest {
            sorting: Sorting { key, descending },
            grouping: Grouping::ALL[grouping],
            filter: &filter,
            draft: near.then_some(2),
            search: &SearchText::default(),
        };
        let got = arrange(&library, scored, wanted);
        let mut sorted = got.order.clone();
        sorted.sort_unstable();
        let shown = sorted.len();
        prop_assert!(one || sorted.into_iter().eq(0..photos as ItemId));
        let mut end = 0;
        for group in &got.groups {
            prop_assert_eq!(group.first, end);
            end += group.len;
        }
        prop_assert!(got.groups.is_empty() || end == shown);
    }
}
