//! `lumisift import`: output of `lumisift worker`, imported into the store of the real program.
#![cfg(feature = "arrow")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::home::Home;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Metadata, Schema};
use common::{json, lumisift, photos};
use image::{Rgb, RgbImage};
use serde_json::Value;

/// A home with a folder of photos, with vectors from a worker.
struct Library {
    home: Home,
}

impl Library {
    /// With this many photos.
    fn new(count: u32) -> Self {
        let library = Self { home: Home::new() };
        photos(&library.photos(), count);
        library
    }

    fn photos(&self) -> PathBuf {
        self.home.path().join("photos")
    }

    fn photo(&self, number: u32) -> PathBuf {
        self.photos().join(format!("photo-{number:05}.png"))
    }

    /// A command with its folders in `home`.
    fn in_home(&self, home: &str, arguments: &[&str]) -> Command {
        let folders = self.home.path().join(home);
        self.home.command_with_folders(&folders, arguments)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.in_home("home", arguments)
    }

    /// Runs a worker over all photos and returns the file that it wrote.
    fn work(&self, format: &str) -> PathBuf {
        let list = self.home.path().join("photos.list");
        let entries = fs::read_dir(self.photos()).expect("listed");
        let mut paths: Vec<String> = entries
            .map(|entry| format!("photos/{}", entry.expect("one").file_name().display()))
            .collect();
        paths.sort();
        fs::write(&list, paths.join("\n")).expect("written");
        let out = self.home.path().join("out");
        let mut worker = self.in_home("elsewhere", &["worker", "--out"]);
        worker
            .arg(&out)
            .args(["--format", format, "--input"])
            .arg(&list);
        succeeded(&mut worker);
        out.join(format!("photos-00000-of-00001.{format}"))
    }

    fn import(&self, file: &Path) -> Value {
        let mut command = self.command(&["import"]);
        let (counts, code, errors) = json(command.arg(file));
        assert_eq!(code, 0, "{errors}");
        counts
    }

    fn refused(&self, file: &Path) -> String {
        let output = self.command(&["import"]).arg(file).output().expect("runs");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The matches of all photos for two labels, by name.
    fn matches(&self, home: &str) -> BTreeMap<String, Value> {
        let labels = ["sort", "photos", "-l", "red", "-l", "a cat"];
        let (sorted, code, errors) = json(&mut self.in_home(home, &labels));
        assert_eq!(code, 0, "{errors}");
        let photos = sorted["photos"].as_array().expect("photos");
        let one = |photo: &Value| {
            let path = photo["path"].as_str().expect("a path").to_owned();
            let facts = ["labels", "best", "width", "height", "taken"];
            (path, facts.map(|name| photo[name].clone()).to_vec().into())
        };
        photos.iter().map(one).collect()
    }

    /// The number of photos that were found unchanged in the store, found under another name, and read.
    fn indexed(&self) -> [u64; 3] {
        let (counts, code, errors) = json(&mut self.command(&["index", "photos"]));
        assert_eq!(code, 0, "{errors}");
        ["cached", "recognised", "encoded"].map(|name| counts[name].as_u64().expect("a number"))
    }
}

fn succeeded(command: &mut Command) -> Output {
    let output = command.output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output
}

fn numbers<const N: usize>(counts: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| {
        counts[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} in {counts}"))
    })
}

/// Makes a file unreadable as a photo, without changing its size and times.
fn corrupt_file(path: &Path) {
    let metadata = fs::metadata(path).expect("there");
    let length = usize::try_from(metadata.len()).expect("small");
    fs::write(path, vec![0; length]).expect("written");
    let file = fs::File::options().write(true).open(path).expect("opened");
    file.set_modified(metadata.modified().expect("a time"))
        .expect("set");
}

/// Changes the schema metadata of an Arrow file.
fn with_metadata(file: &Path, change: impl FnOnce(&mut Schema)) -> PathBuf {
    let reader = FileReader::try_new(fs::File::open(file).expect("opened"), None).expect("Arrow");
    let mut schema = reader.schema().as_ref().clone();
    let batches: Vec<RecordBatch> = reader.map(|batch| batch.expect("a batch")).collect();
    change(&mut schema);
    let other = file.with_file_name("other.arrow");
    let written = fs::File::create(&other).expect("made");
    let mut writer = FileWriter::try_new(written, &schema).expect("a writer");
    for batch in batches {
        let columns = batch.columns().to_vec();
        let batch = RecordBatch::try_new(schema.clone().into(), columns).expect("a batch");
        writer.write(&batch).expect("written");
    }
    writer.finish().expect("finished");
    other
}

#[test]
fn photos_that_a_worker_read_are_not_read_again() {
    for format in ["arrow", "parquet"] {
        let library = Library::new(9);
        let expected = library.matches("reference");
        assert_eq!(expected.len(), 9);
        let file = library.work(format);
        let counts = library.import(&file);
        let names = [
            "new",
            "known",
            "unchanged_files",
            "changed_files",
            "left",
            "failed",
        ];
        assert_eq!(numbers(&counts, names), [9, 0, 9, 0, 0, 0], "{format}");
        // If one of these files were opened now, there would be no photo in it.
        (0..9).for_each(|number| corrupt_file(&library.photo(number)));
        assert_eq!(library.indexed(), [9, 0, 0], "{format}");
        assert_eq!(library.matches("home"), expected, "{format}");
        let again = library.import(&file);
        assert_eq!(numbers(&again, ["new", "known"]), [0, 9], "{format}");
    }
}

#[test]
fn a_photo_that_was_changed_or_moved_is_told_by_its_content() {
    let library = Library::new(6);
    let file = library.work("arrow");
    // Another photo with the same size and name; only its modification time differs.
    let other = RgbImage::from_pixel(24, 16, Rgb([1, 200, 3]));
    other.save(library.photo(0)).expect("saved");
    // Changed, and then given an earlier time and another length.
    let before = fs::metadata(library.photo(1)).expect("there");
    let longer = RgbImage::from_fn(25, 16, |x, y| Rgb([(x * 9) as u8, (y * 7) as u8, 50]));
    longer.save(library.photo(1)).expect("saved");
    let opened = fs::File::options()
        .write(true)
        .open(library.photo(1))
        .expect("opened");
    opened
        .set_modified(before.modified().expect("a time"))
        .expect("set");
    fs::rename(library.photo(2), library.photos().join("moved.png")).expect("moved");
    let counts = library.import(&file);
    let names = ["new", "unchanged_files", "changed_files"];
    assert_eq!(numbers(&counts, names), [6, 3, 2]);
    assert_eq!(library.indexed(), [3, 1, 2]);
    assert_eq!(library.matches("home"), library.matches("reference"));
}

#[test]
fn rows_of_other_models_and_versions_are_refused() {
    let library = Library::new(2);
    let file = library.work("arrow");
    let mut with_starter = lumisift(library.home.path());
    let output = with_starter
        .args(["import", "--model", "starter"])
        .arg(&file)
        .output();
    let output = output.expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("its vectors were made by the model"),
        "{stderr}"
    );

    let older = with_metadata(&file, |schema| {
        let mut metadata = schema.metadata().clone();
        metadata.insert("lumisift.preprocessing", "0");
        *schema = schema.clone().with_metadata(metadata);
    });
    let stderr = library.refused(&older);
    assert!(stderr.contains("version 0 of preprocessing"), "{stderr}");

    let unknown = with_metadata(&file, |schema| {
        *schema = schema.clone().with_metadata(Metadata::default());
    });
    let stderr = library.refused(&unknown);
    assert!(stderr.contains("does not say which model"), "{stderr}");

    fs::write(
        library.home.path().join("text"),
        "no table, but long enough",
    )
    .expect("written");
    let stderr = library.refused(&library.home.path().join("text"));
    assert!(
        stderr.contains("neither a Parquet nor an Arrow file"),
        "{stderr}"
    );
    assert_eq!(library.indexed(), [0, 0, 2], "nothing was imported");
}

#[test]
fn wide_photos_are_left_to_be_read_and_bad_ones_left_out() {
    let library = Library::new(2);
    let wide = RgbImage::from_fn(64, 16, |x, _| Rgb([(x * 4) as u8, 30, 90]));
    wide.save(library.photos().join("wide.png")).expect("saved");
    fs::write(library.photos().join("zero.png"), "no picture").expect("written");
    let file = library.work("parquet");
    let counts = library.import(&file);
    assert_eq!(numbers(&counts, ["new", "left", "failed"]), [2, 1, 1]);
    fs::remove_file(library.photos().join("zero.png")).expect("removed");
    assert_eq!(library.indexed(), [2, 0, 1]);
    assert_eq!(library.matches("home"), library.matches("reference"));
}

#[test]
fn thumbnails_are_made_when_they_are_asked_for() {
    let library = Library::new(3);
    let file = library.work("arrow");
    library.import(&file);
    let sheet = |name: &str| {
        let mut sort = library.command(&["sort", "photos", "-l", "red", "--min-match", "0"]);
        let path = library.home.path().join(name);
        succeeded(sort.arg("--contact-sheet").arg(&path));
        let html = fs::read_to_string(&path).expect("read");
        html.matches("data:image/jpeg").count()
    };
    assert_eq!(sheet("first.html"), 3);
    // The data is in the store, so the photos are no longer needed.
    (0..3).for_each(|number| corrupt_file(&library.photo(number)));
    assert_eq!(sheet("second.html"), 3);
}
