//! Measures how well proposed heaps agree with folders that people made, how often the interval estimated from a few
//! answers contains the true value, and how many answers a label needs.
//!
//!     cargo bench --bench heaps -- DIR [--store DIR] [--model DIR] [--words FILE]
//!     cargo bench --bench heaps -- DIR --teach [--store DIR] [--model DIR]
//!     cargo bench --bench heaps -- --scale 100000
//!     cargo bench --bench heaps -- --heat assets/samples/motorcycle.jpg [--model DIR]
//!
//! DIR has one folder per class. Without `--teach`, `groups.rs` measures heaps and intervals; with it, `teaching.rs`
//! measures answers. `docs/heap.md` has the results.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

mod groups;
#[path = "../common/noise.rs"]
mod noise;
mod speed;
mod teaching;
mod text_cache;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser;
use lumisift::engine::files::paths::absolute;
use lumisift::engine::index::pipeline::JobOptions;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::{self, LoadOptions, ModelChoice};
use lumisift::engine::library::{Indexed, Library};
use lumisift::engine::search::teach::TrainingSet;
use text_cache::TextCache;

#[derive(Parser)]
struct Args {
    /// A folder with one folder per class
    source: Option<PathBuf>,
    /// Count the answers that each class's label needs instead
    #[arg(long, requires = "source")]
    teach: bool,
    /// Where vectors are kept
    #[arg(long)]
    store: Option<PathBuf>,
    /// Cosines at which clusters are joined
    #[arg(long, value_delimiter = ',')]
    same: Vec<f32>,
    /// Name heaps with the words of this file, one per line, instead of the bundled words
    #[arg(long)]
    words: Option<PathBuf>,
    /// Answers per label, for the intervals
    #[arg(long, default_value_t = 10)]
    answers: usize,
    /// Cluster this many random vectors instead
    #[arg(long)]
    scale: Option<usize>,
    /// Time the heat map of a label in this photo instead
    #[arg(long)]
    heat: Option<PathBuf>,
    /// A model folder, instead of the starter
    #[arg(long)]
    model: Option<PathBuf>,
    /// Added by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    match (args.scale, &args.source, &args.heat) {
        (Some(count), ..) => speed::scale(count),
        (None, Some(source), _) if args.teach => {
            teaching::measure(&Classified::open(&args, source))
        }
        (None, Some(source), _) => groups::measure(&args, &Classified::open(&args, source)),
        (None, None, Some(photo)) => speed::heat(&args, photo),
        (None, None, None) => println!("name a folder with a folder for each class"),
    }
}

impl Args {
    fn model(&self) -> LoadOptions {
        let choice = self.model.clone();
        LoadOptions::new(choice.map_or(ModelChoice::Starter, ModelChoice::Folder))
    }
}

/// The photos of a folder with one folder per class.
struct Classified {
    library: Library,
    indexed: Indexed,
    /// The class of each photo.
    classes: Vec<String>,
    /// The store, unless it was given. Removed after the library is closed.
    _temporary: tempfile::TempDir,
}

impl Classified {
    fn open(args: &Args, source: &Path) -> Self {
        // Indexed photos have absolute paths.
        let source = absolute(source);
        let temporary = tempfile::tempdir().expect("a folder");
        let store = args.store.as_deref().unwrap_or(temporary.path());
        let model = inference::load(&args.model()).expect("a model");
        let limits = StoreLimits::megabytes(None);
        let library = Library::with_model(TextCache::new(model), store, limits).expect("a library");
        let indexed = library
            .index(JobOptions::new(vec![source.clone()]), |_| ())
            .expect("indexed");
        let class = |path: &Path| {
            let inside = path.strip_prefix(&source).expect("inside");
            let first = inside.components().next().expect("a folder");
            first.as_os_str().to_string_lossy().into_owned()
        };
        let photos = indexed.photos.iter();
        let classes = photos.map(|(photo, _)| class(&photo.file.path)).collect();
        let photos = Self {
            library,
            indexed,
            classes,
            _temporary: temporary,
        };
        let count = photos.names().len();
        println!("{} photos in {count} classes", photos.classes.len());
        photos
    }

    /// The names of the classes.
    fn names(&self) -> BTreeSet<&str> {
        self.classes.iter().map(String::as_str).collect()
    }

    /// Whether a photo shows a class.
    fn shows(&self, photo: usize, class: &str) -> bool {
        self.classes[photo] == class
    }

    /// The path of a photo.
    fn path(&self, photo: usize) -> PathBuf {
        self.indexed.photos[photo].0.file.path.clone()
    }

    /// The match scores of all photos for a label.
    fn matches(&self, label: &TrainingSet) -> Vec<f32> {
        let labels = std::slice::from_ref(label);
        let scores = self.library.score(labels, &self.indexed).expect("scores");
        let photos = 0..self.classes.len();
        photos.map(|at| scores.scores.matches_of(at)[0]).collect()
    }
}
