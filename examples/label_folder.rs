//! Labels a folder of photos with the bundled model:
//!
//! ```sh
//! cargo run --release --example label_folder -- assets/samples cat motorcycle
//! ```

use std::error::Error;
use std::path::PathBuf;

use lumisift::engine::index::pipeline::JobOptions;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::{LoadOptions, ModelChoice};
use lumisift::engine::library::Library;
use lumisift::engine::search::query::Query;
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;
use lumisift::engine::search::teach::TrainingSet;

#[allow(clippy::print_stdout, reason = "the result of an example")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder, then labels")?);
    let labels: Vec<String> = arguments.collect();
    let sets = labels
        .iter()
        .map(|label| Query::parse(label).map(TrainingSet::of))
        .collect::<Result<Vec<_>, _>>()?;

    // Embeddings are cached in this store, so a second run is immediate.
    let store = std::env::temp_dir().join("lumisift-example");
    let library = Library::open(
        &LoadOptions::new(ModelChoice::Starter),
        &store,
        StoreLimits::megabytes(None),
    )?;
    let indexed = library.index(JobOptions::new(vec![folder]), |_| ())?;
    let scores = library.score(&sets, &indexed)?.scores;

    for (at, (photo, _)) in indexed.photos.iter().enumerate() {
        let fitting = labels.iter().zip(scores.matches_of(at));
        let fitting = fitting.filter(|(_, matched)| **matched >= DEFAULT_MIN_MATCH);
        let words: Vec<String> = fitting
            .map(|(label, matched)| format!("{label} {:.0} %", matched * 100.0))
            .collect();
        println!("{}: {}", photo.file.path.display(), words.join(", "));
    }
    Ok(())
}
