//! Exports lose nothing, whatever happens, and can be undone.

mod interruptions;
mod manifests;

use crate::exports::{World, tree};

use std::fs;
use std::path::Path;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::{
    Conflict, ExportError, ExportItem, ExportOptions, FolderLayout, MultiLabel, Transfer, plan,
    run, undo,
};

#[test]
fn layouts_and_names_are_as_they_were_asked_for() {
    let world = World::new();
    let items = [
        world.item("trip/a.jpg", "a", &[("cat", 0.9), ("dog", 0.3)]),
        world.item("home/a.jpg", "another a", &[("cat", 0.5)]),
        world.item("b.jpg", "b", &[]),
    ];
    let there = |change: &dyn Fn(&mut ExportOptions)| {
        let mut options = world.options(Transfer::Copy);
        change(&mut options);
        let report = world.export(&items, &options);
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        let names = world.there();
        undo(&world.journals(), &report.id).expect("undone");
        assert!(!world.target().exists(), "{:?}", world.there());
        names
    };
    let usual = ["cat/a (2).jpg", "cat/a.jpg", "something else/b.jpg"];
    assert_eq!(there(&|_| {}), usual);
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Flat),
        ["a (2).jpg", "a.jpg", "b.jpg"]
    );
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Mirror),
        ["b.jpg", "home/a.jpg", "trip/a.jpg"]
    );
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Month),
        [
            "cat/2024-05/a (2).jpg",
            "cat/2024-05/a.jpg",
            "something else/2024-05/b.jpg"
        ]
    );
    assert_eq!(
        there(&|o| o.layout = FolderLayout::MonthOnly),
        ["2024-05/a (2).jpg", "2024-05/a.jpg", "2024-05/b.jpg"]
    );
    assert_eq!(
        there(&|o| o.several = MultiLabel::All),
        [
            "cat/a (2).jpg",
            "cat/a.jpg",
            "dog/a.jpg",
            "something else/b.jpg"
        ]
    );
    assert_eq!(
        there(&|o| {
            o.layout = FolderLayout::Flat;
            o.names = "{date} {label} {match} {n}".parse().expect("a pattern");
        }),
        [
            "2024-05-01 cat 050 0002.jpg",
            "2024-05-01 cat 090 0001.jpg",
            "2024-05-01 none 000 0003.jpg"
        ]
    );
}

#[test]
fn what_is_there_already_is_passed_over_and_nothing_is_overwritten_unasked() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[("cat", 0.9)]),
        world.item("copy/a.jpg", "a", &[("cat", 0.9)]),
        world.item("b.jpg", "b", &[("cat", 0.9)]),
    ];
    fs::create_dir_all(world.target().join("cat")).expect("made");
    fs::write(world.target().join("cat/B.JPG"), "another b").expect("written");
    let options = world.options(Transfer::Copy);
    let report = world.export(&items, &options);
    assert_eq!((report.photos, report.skipped), (2, 1));
    assert_eq!(world.there(), ["cat/B.JPG", "cat/a.jpg", "cat/b (2).jpg"]);
    let again = world.export(&items, &options);
    assert_eq!((again.photos, again.skipped), (0, 3));

    let mut options = world.options(Transfer::Copy);
    options.conflict = Conflict::Overwrite;
    fs::write(world.target().join("cat/b.jpg"), "a third b").expect("written");
    let before = tree(&world.target());
    let report = world.export(&items, &options);
    assert_eq!(
        fs::read(world.target().join("cat/b.jpg")).expect("there"),
        b"b"
    );
    undo(&world.journals(), &report.id).expect("undone");
    assert_eq!(tree(&world.target()), before);
}

#[test]
fn companions_travel_under_the_photo_s_new_name() {
    let world = World::new();
    let items = [world.item("IMG_1.jpg", "jpeg", &[("cat", 0.9)])];
    for name in [
        "IMG_1.CR2",
        "IMG_1.xmp",
        "IMG_1.jpg.xmp",
        "IMG_1.MOV",
        "IMG_12.xmp",
    ] {
        world.photo(name, name);
    }
    fs::create_dir_all(world.target().join("cat")).expect("made");
    // If one of the names is taken, all get a number.
    fs::write(world.target().join("cat/IMG_1.MOV"), "another").expect("written");
    let report = world.export(&items, &world.options(Transfer::Move));
    assert_eq!((report.photos, report.exported.len()), (1, 5));
    assert_eq!(
        world.there(),
        [
            "cat/IMG_1 (2).CR2",
            "cat/IMG_1 (2).MOV",
            "cat/IMG_1 (2).jpg",
            "cat/IMG_1 (2).jpg.xmp",
            "cat/IMG_1 (2).xmp",
            "cat/IMG_1.MOV"
        ]
    );
    assert_eq!(
        tree(&world.photos()).len(),
        1,
        "only the other photo's sidecar is left"
    );
}

#[test]
fn exporting_a_folder_into_itself_does_nothing_strange() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[("cat", 0.9)]),
        world.item("sub/b.jpg", "b", &[("cat", 0.9)]),
    ];
    for transfer in [Transfer::Copy, Transfer::Move] {
        let options = ExportOptions {
            transfer,
            layout: FolderLayout::Mirror,
            ..ExportOptions::new(world.photos())
        };
        let before = tree(&world.photos());
        let report = world.export(&items, &options);
        assert_eq!((report.photos, report.skipped), (0, 2));
        assert_eq!(tree(&world.photos()), before);
    }
}

#[test]
fn targets_that_cannot_be_are_refused_before_anything_happens() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[])];
    let file = world.photo("not a folder", "x");
    let refused =
        |target: &Path| plan(&items, &ExportOptions::new(target.into())).expect_err("refused");
    assert!(matches!(refused(&file), ExportError::NotAFolder { .. }));
    assert!(matches!(
        refused(&file.join("below")),
        ExportError::NotAFolder { .. }
    ));
    let huge = world.photos().join("huge.jpg");
    let file = fs::File::create(&huge).expect("made");
    // A sparse file: long, with hardly any bytes on the disk.
    file.set_len(1 << 43).expect("a long file");
    let item = ExportItem {
        source: huge,
        ..ExportItem::default()
    };
    let error = plan(&[item], &world.options(Transfer::Copy)).expect_err("no space");
    assert!(matches!(error, ExportError::NoSpace { .. }), "{error}");
    assert!(
        error.to_string().contains("the export needs 8796.2 GB"),
        "{error}"
    );
    assert!(!world.dir.path().join("out").exists());
}

#[test]
fn what_changes_between_plan_and_export_is_left_alone() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[]),
        world.item("b.jpg", "b", &[]),
        world.item("c.jpg", "c", &[]),
        world.item("d.jpg", "d", &[]),
    ];
    let plan = plan(&items, &world.options(Transfer::Move)).expect("a plan");
    fs::write(&items[0].source, "changed").expect("written");
    fs::remove_file(&items[1].source).expect("removed");
    let folder = world.target().join("something else");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("c.jpg"), "in the way").expect("written");
    let report = run(&plan, &world.journals(), &Cancel::default(), &|_| {}).expect("exports");
    assert_eq!(
        (report.photos, report.failures.len()),
        (1, 3),
        "{:?}",
        report.failures
    );
    assert_eq!(fs::read(&items[0].source).expect("there"), b"changed");
    assert_eq!(fs::read(&items[2].source).expect("there"), b"c");
    assert_eq!(
        fs::read(folder.join("c.jpg")).expect("there"),
        b"in the way"
    );
    assert!(!items[3].source.exists() && folder.join("d.jpg").exists());
}

#[test]
fn undoing_never_touches_what_changed_since() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[]), world.item("b.jpg", "b", &[])];
    let report = world.export(&items, &world.options(Transfer::Copy));
    let folder = world.target().join("something else");
    fs::write(folder.join("a.jpg"), "edited since").expect("written");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 1));
    assert_eq!(
        fs::read(folder.join("a.jpg")).expect("there"),
        b"edited since"
    );
    assert!(!folder.join("b.jpg").exists());

    let report = world.export(&items, &world.options(Transfer::Move));
    world.photo("b.jpg", "a new b");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!(undone.kept.len(), 1, "{:?}", undone.kept);
    assert_eq!(fs::read(&items[1].source).expect("there"), b"a new b");
    assert_eq!(
        undo(&world.journals(), &report.id).expect("again").restored,
        0
    );
}
