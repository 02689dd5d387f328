//! The files that belong to a photo go where the photo goes, all of them or none.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common::names;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, ExportPlan, FittingLabel, Transfer, plan, run,
};
use tempfile::TempDir;

struct World(TempDir);

impl World {
    /// A folder of photos with files that contain their names.
    fn new(files: &[&str]) -> Self {
        let world = Self(tempfile::tempdir().expect("a folder"));
        for file in files {
            let path = world.path("photos").join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, file).expect("written");
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn plan(&self, photos: &[(&str, &str)], transfer: Transfer) -> ExportPlan {
        let item = |(name, label): &(&str, &str)| ExportItem {
            source: self.path("photos").join(name),
            labels: vec![FittingLabel {
                label: (*label).into(),
                matched: 0.9,
            }],
            ..ExportItem::default()
        };
        let items: Vec<ExportItem> = photos.iter().map(item).collect();
        let options = ExportOptions {
            transfer,
            ..ExportOptions::new(self.path("out"))
        };
        plan(&items, &options).expect("a plan")
    }

    fn export(&self, photos: &[(&str, &str)], transfer: Transfer) {
        let plan = self.plan(photos, transfer);
        assert!(plan.failures.is_empty(), "{:?}", plan.failures);
        let report = run(&plan, &self.path("journals"), &Cancel::default(), &|_| {});
        let report = report.expect("exports");
        assert!(report.failures.is_empty(), "{:?}", report.failures);
    }

    fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

#[test]
fn sidecars_of_all_programs_leave_with_their_photo() {
    let belonging = [
        "a.CR2",
        "a.CR2.xmp",
        "a.jpg",
        "a.jpg.dop",
        "a.jpg.json",
        "a.jpg.pp3",
        "a.jpg.rrdata",
        "a.jpg.xmp",
        "a.jpg.xmp.bak",
        "a.on1",
        "a.pp3",
        "a.cos",
        "a.wav",
        "a.XMP",
        "a.THM",
        "a.MOV",
        "a.aae",
        "a_01.jpg.xmp",
    ];
    let mut all = belonging.to_vec();
    all.extend(["other.txt", "ab.xmp", "a.txt"]);
    let world = World::new(&all);
    world.export(&[("a.jpg", "cat")], Transfer::Move);
    assert_eq!(world.names("photos"), ["a.txt", "ab.xmp", "other.txt"]);
    let mut want = belonging.map(ToOwned::to_owned).to_vec();
    want.sort();
    assert_eq!(world.names("out/cat"), want);
}

#[test]
fn what_belongs_to_two_photos_stays_until_the_last_one_goes() {
    let files = ["a.jpg", "a.png", "a.xmp", "a.cr2"];
    let world = World::new(&files);
    world.export(&[("a.jpg", "cat")], Transfer::Move);
    assert_eq!(world.names("photos"), ["a.cr2", "a.png", "a.xmp"]);
    assert_eq!(world.names("out/cat"), ["a.cr2", "a.jpg", "a.xmp"]);

    // Both are moved, to different places.
    let world = World::new(&files);
    let plan = world.plan(&[("a.jpg", "cat"), ("a.png", "dog")], Transfer::Move);
    let sets: Vec<usize> = plan.steps.iter().map(|step| step.set).collect();
    assert!(
        sets.iter().all(|set| *set == sets[0]),
        "they are one set: {sets:?}"
    );
    world.export(&[("a.jpg", "cat"), ("a.png", "dog")], Transfer::Move);
    assert!(world.names("photos").is_empty());
    assert_eq!(world.names("out/cat"), ["a.cr2", "a.jpg", "a.xmp"]);
    assert_eq!(world.names("out/dog"), ["a.cr2", "a.png", "a.xmp"]);

    // And to the same place, where only one copy is needed.
    let world = World::new(&files);
    world.export(&[("a.jpg", "cat"), ("a.png", "cat")], Transfer::Move);
    assert!(world.names("photos").is_empty());
    assert_eq!(world.names("out/cat"), ["a.cr2", "a.jpg", "a.png", "a.xmp"]);
}

#[test]
fn a_raw_file_stays_with_a_photo_that_is_there_already() {
    let world = World::new(&["a.jpg", "a.cr2", "a.xmp"]);
    fs::create_dir_all(world.path("out/cat")).expect("made");
    fs::write(world.path("out/cat/a.jpg"), "a.jpg").expect("written");
    world.export(&[("a.jpg", "cat")], Transfer::Move);
    assert_eq!(
        world.names("photos"),
        ["a.cr2", "a.jpg", "a.xmp"],
        "the set stays whole"
    );
    assert_eq!(
        world.names("out/cat"),
        ["a.cr2", "a.jpg", "a.xmp"],
        "and is whole there"
    );
}

#[test]
fn each_photo_is_a_set_with_what_belongs_to_it() {
    let world = World::new(&["a.jpg", "b.jpg", "b.xmp"]);
    // A folder belongs to no photo.
    fs::create_dir(world.path("photos/a.cr2")).expect("made");
    let plan = world.plan(&[("a.jpg", "cat"), ("b.jpg", "cat")], Transfer::Move);
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    for step in &plan.steps {
        *sizes.entry(step.set).or_default() += 1;
    }
    let mut sizes: Vec<usize> = sizes.into_values().collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_removed_is_not_planned_to_move() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&["a.jpg", "a.cr2"]);
    let photos = world.path("photos");
    fs::set_permissions(&photos, fs::Permissions::from_mode(0o555)).expect("set");
    let may_remove = fs::remove_file(photos.join("none")).is_err_and(|error| {
        fs::write(photos.join("probe"), "").is_ok() && error.kind() == std::io::ErrorKind::NotFound
    });
    let plan = world.plan(&[("a.jpg", "cat")], Transfer::Move);
    // Root may remove everything.
    assert_eq!(plan.steps.is_empty(), !may_remove);
    assert_eq!(plan.failures.len(), usize::from(!may_remove));
    assert_eq!(
        world.plan(&[("a.jpg", "cat")], Transfer::Copy).steps.len(),
        2
    );
    fs::set_permissions(&photos, fs::Permissions::from_mode(0o755)).expect("set back");
}

#[test]
fn a_raw_file_that_is_exported_for_itself_goes_with_its_picture() {
    let world = World::new(&["a.jpg", "a.dng", "b.dng", "b.dng.xmp"]);
    let photos = [("a.dng", "dog"), ("a.jpg", "cat"), ("b.dng", "dog")];
    world.export(&photos, Transfer::Move);
    assert!(world.names("photos").is_empty());
    assert_eq!(world.names("out/cat"), ["a.dng", "a.jpg"]);
    assert_eq!(world.names("out/dog"), ["b.dng", "b.dng.xmp"]);
}

#[test]
fn names_of_takeout_and_apple_stay_where_the_photo_s_does_and_follow_where_it_changes() {
    let files = [
        "b(1).jpg",
        "b.jpg.supplemental-metadata(1).json",
        "IMG_1234.JPG",
        "IMG_O1234.AAE",
    ];
    let photos = [("b(1).jpg", "cat"), ("IMG_1234.JPG", "cat")];
    let world = World::new(&files);
    world.export(&photos, Transfer::Move);
    let mut want = files.map(ToOwned::to_owned).to_vec();
    want.sort();
    assert_eq!(world.names("out/cat"), want);

    let world = World::new(&files);
    fs::create_dir_all(world.path("out/cat")).expect("made");
    fs::write(world.path("out/cat/B(1).JPG"), "another").expect("written");
    world.export(&photos[..1], Transfer::Copy);
    let want = [
        "B(1).JPG",
        "b(1) (2).jpg",
        "b(1) (2).jpg.supplemental-metadata.json",
    ];
    assert_eq!(world.names("out/cat"), want);
}

#[test]
fn of_many_photos_each_has_its_own_sidecar() {
    let world = World::new(&[]);
    let folder = world.path("photos");
    fs::create_dir_all(&folder).expect("made");
    for n in 0..2_000 {
        fs::write(folder.join(format!("IMG_{n}.jpg")), "").expect("written");
        fs::write(folder.join(format!("IMG_{n}.jpg.xmp")), "").expect("written");
    }
    let mut paired_files = lumisift::engine::media::paired_files::PairedFiles::default();
    for n in 0..2_000 {
        let found = paired_files.of(&folder.join(format!("IMG_{n}.jpg")));
        assert_eq!(found.len(), 1);
    }
}
