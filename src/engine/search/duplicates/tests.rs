use std::path::Path;

use super::*;
use crate::engine::media::appearance::{GRID, GreyGrid, PictureQuality, TURNS};
use crate::engine::media::mark::Mark;

const DIM: usize = 32;

/// A synthetic photo, of which the proportion `zoom` is visible.
fn grid(seed: f32, zoom: f32) -> GreyGrid {
    let cell = |at: usize| {
        let x = zoom * ((at % GRID) as f32 + 0.5) / GRID as f32;
        let y = zoom * ((at / GRID) as f32 + 0.5) / GRID as f32;
        let wave = |n: f32| (n * (x * (seed + n).sin() + y * (seed * n).cos()) + seed).sin();
        let value: f32 = [3.0, 7.0, 13.0, 19.0].into_iter().map(wave).sum();
        (128.0 + 30.0 * value) as u8
    };
    let cells: Vec<u8> = (0..GRID * GRID).map(cell).collect();
    GreyGrid::from_bytes(&cells).expect("a grid")
}

struct PhotoFixture {
    content: u8,
    vector: [f32; DIM],
    appearance: Appearance,
    taken: Option<&'static str>,
    sub_seconds: Option<&'static str>,
    pixels: u32,
    path: String,
}

/// A photo of scene `n`, in its file number `copy`.
fn photo(n: u8, copy: u8, grid: GreyGrid) -> PhotoFixture {
    let mut vector = [0.0; DIM];
    vector[usize::from(n) % DIM] = 1.0;
    vector[(usize::from(n) + 1) % DIM] = 0.1 * f32::from(copy);
    let quality = PictureQuality {
        sharpness: Some(0.6),
        dark: 0.0,
        blown: 0.0,
        empty: 0.0,
    };
    PhotoFixture {
        content: 10 * n + copy,
        vector,
        appearance: Appearance {
            grid,
            quality,
            camera: None,
        },
        taken: None,
        sub_seconds: None,
        pixels: 1000 - u32::from(copy),
        path: format!("{n}-{copy}.jpg"),
    }
}

fn search(
    photos: &[PhotoFixture],
    rule: &DuplicateRule,
    cancel: &Cancel,
) -> Option<Vec<DuplicateGroup>> {
    let unit = |v: &[f32; DIM]| {
        let norm = v.iter().map(|v| v * v).sum::<f32>().sqrt();
        v.map(|v| f16::from_f32(v / norm))
    };
    let values: Vec<f16> = photos
        .iter()
        .flat_map(|photo| unit(&photo.vector))
        .collect();
    let entries: Vec<DuplicateInput<'_>> = photos
        .iter()
        .zip(0..)
        .map(|(photo, row)| DuplicateInput {
            content: ContentId([photo.content; 32]),
            row: Some(row),
            appearance: Some(&photo.appearance),
            taken: photo.taken,
            sub_seconds: photo.sub_seconds,
            traits: KeeperTraits {
                mark: Mark::default(),
                size: (photo.pixels, 1000),
                format: FormatRank::Lossy,
                has_camera: false,
                sharpness: None,
                facts: 0,
                modified_ns: 1,
                bytes: 1,
                path: Path::new(&photo.path),
            },
        })
        .collect();
    find(&entries, &values, DIM, rule, cancel, |_, _| ())
}

/// Groups as names of the keeper and of its copies with their kinds.
fn groups(photos: &[PhotoFixture], rule: &DuplicateRule) -> Vec<(String, Vec<String>)> {
    let found = search(photos, rule, &Cancel::default());
    let name = |at: usize| photos[at].path.trim_end_matches(".jpg").to_owned();
    let copy = |copy: &DuplicateCopy| format!("{} {}", name(copy.at), copy.likeness.name());
    let mut named: Vec<(String, Vec<String>)> = found
        .expect("not cancelled")
        .iter()
        .map(|group| (name(group.keeper), group.copies.iter().map(copy).collect()))
        .collect();
    named.sort();
    named
}

#[test]
fn copies_of_each_kind_belong_to_the_best_photo() {
    let mut same = photo(1, 2, grid(1.0, 1.0));
    same.content = photo(1, 1, grid(1.0, 1.0)).content;
    let photos = [
        photo(1, 0, grid(1.0, 1.0)),
        photo(1, 1, grid(1.0, 0.9)),
        same,
        photo(2, 0, grid(2.0, 1.0)),
        photo(2, 1, grid(2.0, 1.0).turned(TURNS[1])),
        photo(3, 0, grid(3.1, 1.0)),
    ];
    let upright = vec![(
        "1-0".to_owned(),
        vec!["1-1 near".to_owned(), "1-2 near".into()],
    )];
    assert_eq!(groups(&photos, &DuplicateRule::default()), upright);
    let rule = DuplicateRule {
        turned: true,
        ..DuplicateRule::default()
    };
    let mut all = upright;
    all.push(("2-0".into(), vec!["2-1 mirrored".into()]));
    assert_eq!(groups(&photos, &rule), all);
}

#[test]
fn a_cancelled_search_finds_nothing() {
    let cancel = Cancel::default();
    cancel.cancel();
    let even = GreyGrid::from_bytes(&[90; GRID * GRID]).expect("a grid");
    let alike = [0, 1].map(|copy| photo(1, copy, grid(1.0, 1.0)));
    let featureless = [0, 1].map(|copy| photo(1, copy, even.clone()));
    for photos in [alike, featureless] {
        assert!(search(&photos, &DuplicateRule::default(), &cancel).is_none());
    }
}

#[test]
fn both_the_picture_and_the_vector_must_agree() {
    let mut far = photo(1, 1, grid(1.0, 1.0));
    far.vector = photo(4, 0, grid(1.0, 1.0)).vector;
    let other = photo(1, 2, grid(3.1, 1.0));
    let photos = [photo(1, 0, grid(1.0, 1.0)), far, other];
    assert!(groups(&photos, &DuplicateRule::default()).is_empty());
}

#[test]
fn photos_of_two_moments_are_no_copies() {
    let at = |copy, taken| PhotoFixture {
        taken,
        ..photo(1, copy, grid(1.0, 1.0))
    };
    let (ten, later) = (Some("2024-05-01T10:00:00"), Some("2024-05-01T10:00:01"));
    assert!(groups(&[at(0, ten), at(1, later)], &DuplicateRule::default()).is_empty());
    assert_eq!(
        groups(&[at(0, ten), at(1, None)], &DuplicateRule::default()).len(),
        1
    );
    assert_eq!(
        groups(&[at(0, ten), at(1, ten)], &DuplicateRule::default()).len(),
        1
    );
}

#[test]
fn an_undated_photo_joins_one_shot_of_a_burst() {
    let times = [
        None,
        Some("2024-05-01T10:00:00"),
        Some("2024-05-01T10:00:01"),
        Some("2024-05-01T10:00:02"),
        Some("2024-05-01T10:00:03"),
        Some("2024-05-01T10:00:01"),
    ];
    let photos: Vec<PhotoFixture> = (0..)
        .zip(times)
        .map(|(copy, taken)| PhotoFixture {
            taken,
            ..photo(1, copy, grid(1.0, 1.0))
        })
        .collect();
    // The first shot is the closest. The third has a copy of its own.
    let found = vec![
        ("1-0".to_owned(), vec!["1-1 near".to_owned()]),
        ("1-2".into(), vec!["1-5 near".into()]),
    ];
    assert_eq!(groups(&photos, &DuplicateRule::default()), found);
}

const FIRST_SHOT: Option<&str> = Some("2024-05-01T10:00:00");
const SECOND_SHOT: Option<&str> = Some("2024-05-01T10:00:01");

/// A file of scene `n` with a date and a camera.
fn shot(n: u8, copy: u8, taken: Option<&'static str>, camera: Option<&str>) -> PhotoFixture {
    let mut photo = photo(n, copy, grid(f32::from(n), 1.0));
    photo.taken = taken;
    photo.appearance.camera = camera.map(str::to_owned);
    photo
}

/// Two shots, and undated copies that match both, of two cameras. The first joins the first shot and the second
/// contradicts it there.
fn copies_of_two_shots(n: u8) -> [PhotoFixture; 4] {
    [
        shot(n, 0, FIRST_SHOT, None),
        shot(n, 1, SECOND_SHOT, None),
        shot(n, 2, None, Some("One")),
        shot(n, 3, None, Some("Two")),
    ]
}

/// A copy that is left out of the group of the first shot and is better than both files of the second shot.
fn copy_that_becomes_a_keeper(n: u8) -> [PhotoFixture; 5] {
    [
        shot(n, 0, FIRST_SHOT, None),
        shot(n, 1, None, Some("One")),
        shot(n, 2, None, Some("Two")),
        shot(n, 3, SECOND_SHOT, None),
        shot(n, 4, SECOND_SHOT, None),
    ]
}

#[test]
fn an_undated_copy_of_two_shots_joins_the_better_one() {
    let photos = [
        shot(1, 0, FIRST_SHOT, None),
        shot(1, 1, SECOND_SHOT, None),
        shot(1, 2, None, None),
    ];
    let found = vec![("1-0".to_owned(), vec!["1-2 near".to_owned()])];
    assert_eq!(groups(&photos, &DuplicateRule::default()), found);
}

#[test]
fn a_left_out_copy_joins_a_later_group() {
    let found = vec![
        ("1-0".to_owned(), vec!["1-2 near".to_owned()]),
        ("1-1".into(), vec!["1-3 near".into()]),
    ];
    let photos = copies_of_two_shots(1);
    assert_eq!(groups(&photos, &DuplicateRule::default()), found);
}

#[test]
fn a_left_out_copy_joins_no_group_that_it_contradicts() {
    let photos = [
        shot(1, 0, FIRST_SHOT, None),
        shot(1, 1, SECOND_SHOT, None),
        shot(1, 2, SECOND_SHOT, Some("One")),
        shot(1, 3, None, Some("One")),
        shot(1, 4, None, Some("Two")),
    ];
    let found = vec![
        ("1-0".to_owned(), vec!["1-3 near".to_owned()]),
        ("1-1".into(), vec!["1-2 near".into()]),
    ];
    assert_eq!(groups(&photos, &DuplicateRule::default()), found);
}

#[test]
fn a_left_out_copy_becomes_the_keeper_of_worse_photos() {
    let found = vec![
        ("1-0".to_owned(), vec!["1-1 near".to_owned()]),
        ("1-2".into(), vec!["1-3 near".into(), "1-4 near".into()]),
    ];
    let photos = copy_that_becomes_a_keeper(1);
    assert_eq!(groups(&photos, &DuplicateRule::default()), found);
}

#[test]
fn a_left_out_copy_joins_a_turned_keeper() {
    let rule = DuplicateRule {
        turned: true,
        ..DuplicateRule::default()
    };
    // A mirrored picture, and the two rotations that differ from their inverses.
    for turn in [TURNS[1], TURNS[5], TURNS[6]] {
        let mut photos = copies_of_two_shots(1);
        photos[1].appearance.grid = photos[1].appearance.grid.turned(turn);
        let found = vec![
            ("1-0".to_owned(), vec!["1-2 near".to_owned()]),
            ("1-1".into(), vec![format!("1-3 {}", turn.name())]),
        ];
        assert_eq!(groups(&photos, &rule), found);
    }
}

#[test]
fn left_out_copies_do_not_depend_on_the_order_of_files_or_threads() {
    let mut photos: Vec<PhotoFixture> = Vec::new();
    photos.extend(copies_of_two_shots(1));
    photos.extend(copy_that_becomes_a_keeper(5));
    photos.extend(copies_of_two_shots(9));
    let rule = DuplicateRule::default();
    let expected = groups(&photos, &rule);
    assert_eq!(expected.len(), 6);
    let mut random = 1u32;
    for round in 0..20 {
        for at in (1..photos.len()).rev() {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            photos.swap(at, (random >> 16) as usize % (at + 1));
        }
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(1 + round % 4)
            .build()
            .expect("threads");
        assert_eq!(threads.install(|| groups(&photos, &rule)), expected);
    }
}

#[test]
fn shots_within_a_second_and_of_two_cameras_are_no_copies() {
    let shot = |copy, sub_seconds| PhotoFixture {
        taken: Some("2024-05-01T10:00:00"),
        sub_seconds,
        ..photo(1, copy, grid(1.0, 1.0))
    };
    let count = |photos: &[PhotoFixture]| groups(photos, &DuplicateRule::default()).len();
    assert_eq!(count(&[shot(0, Some("12")), shot(1, Some("31"))]), 0);
    assert_eq!(count(&[shot(0, Some("12")), shot(1, Some("12"))]), 1);
    assert_eq!(count(&[shot(0, Some("12")), shot(1, None)]), 1);
    let by = |copy, camera: Option<&str>| {
        let mut photo = photo(1, copy, grid(1.0, 1.0));
        photo.appearance.camera = camera.map(str::to_owned);
        photo
    };
    assert_eq!(count(&[by(0, Some("One")), by(1, Some("Two"))]), 0);
    assert_eq!(count(&[by(0, Some("One")), by(1, Some("One"))]), 1);
    assert_eq!(count(&[by(0, Some("One")), by(1, None)]), 1);
}

/// A product on a white background: two wheels and a frame, `right` cells to the right, with a part of this length.
fn product(right: usize, part: usize) -> GreyGrid {
    let cell = |at: usize| {
        let (x, y) = (at % GRID, at / GRID);
        let is_wheel = |centre: usize| {
            let radius = (x as f32 - centre as f32).hypot(y as f32 - 16.0);
            (3.0..5.0).contains(&radius)
        };
        let is_within = |from: usize, to: usize| (from + right..=to + right).contains(&x);
        match y {
            5..8 if part > 0 && is_within(10, 10 + part) => 120,
            8..12 if is_within(6, 17) => 80,
            _ if is_wheel(6 + right) || is_wheel(17 + right) => 30,
            _ => 250,
        }
    };
    let cells: Vec<u8> = (0..GRID * GRID).map(cell).collect();
    GreyGrid::from_bytes(&cells).expect("a grid")
}

#[test]
fn similar_products_are_no_copies() {
    let groups_of = |grid: GreyGrid| {
        let photos = [photo(1, 0, product(0, 0)), photo(1, 1, grid)];
        groups(&photos, &DuplicateRule::default()).len()
    };
    assert_eq!(groups_of(product(0, 0)), 1);
    assert_eq!(groups_of(product(0, 3)), 0);
    assert_eq!(groups_of(product(0, 4)), 0);
    assert_eq!(groups_of(product(1, 0)), 0);
}

#[test]
fn what_is_no_copy_of_the_keeper_stands_alone() {
    let taken = |photo: PhotoFixture, taken| PhotoFixture { taken, ..photo };
    let mirrored = || grid(1.0, 1.0).turned(TURNS[1]);
    // The second has no date, so it may match either of the others, which were taken at different times.
    let photos = [
        taken(photo(1, 0, grid(1.0, 1.0)), Some("2024-05-01T10:00:00")),
        photo(1, 1, mirrored()),
        taken(photo(1, 2, mirrored()), Some("2024-05-01T10:00:01")),
    ];
    let rule = DuplicateRule {
        turned: true,
        ..DuplicateRule::default()
    };
    let found = vec![("1-0".to_owned(), vec!["1-1 mirrored".to_owned()])];
    assert_eq!(groups(&photos, &rule), found);
}

#[test]
fn an_even_wall_is_a_copy_of_its_own_bytes_only() {
    let wall = || GreyGrid::from_bytes(&[128; GRID * GRID]).expect("a grid");
    let mut same = photo(1, 2, wall());
    same.content = photo(1, 0, wall()).content;
    let photos = [photo(1, 0, wall()), photo(1, 1, wall()), same];
    let exact = vec![("1-0".to_owned(), vec!["1-2 exact".to_owned()])];
    assert_eq!(groups(&photos, &DuplicateRule::default()), exact);
}

#[test]
fn the_order_of_files_and_the_size_of_blocks_do_not_matter() {
    let mut photos: Vec<PhotoFixture> = (0..20)
        .flat_map(|n| (0..3).map(move |copy| photo(n, copy, grid(f32::from(n), 1.0))))
        .collect();
    let forwards = groups(&photos, &DuplicateRule::default());
    assert_eq!(forwards.len(), 20);
    assert!(forwards.iter().all(|(_, copies)| copies.len() == 2));
    photos.reverse();
    assert_eq!(groups(&photos, &DuplicateRule::default()), forwards);
}

#[test]
fn copies_of_one_content_are_found_without_looking_at_pictures() {
    // Two files with the same bytes, both a smaller version of a third.
    let mut same = photo(1, 2, grid(1.0, 1.0));
    same.content = photo(1, 1, grid(1.0, 1.0)).content;
    let photos = [
        photo(1, 0, grid(1.0, 1.0)),
        photo(1, 1, grid(1.0, 1.0)),
        same,
    ];
    let rule = DuplicateRule {
        exact: true,
        ..DuplicateRule::default()
    };
    let found = vec![("1-1".to_owned(), vec!["1-2 exact".to_owned()])];
    assert_eq!(groups(&photos, &rule), found);
}
