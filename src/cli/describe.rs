//! `lumisift describe`: a short description of each photo.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::Indexed;
use lumisift::engine::search::describe::{kept, sentence};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, DescribeArgs};
use super::commands::finish;
use super::duplicates::appearances;
use super::library::{self, OpenedLibrary, open_library};
use super::output::{OutputTable, failure_json, number, path_text, print, say_failures};

/// What is said of each photo of which a word can be said.
pub fn descriptions(
    opened: &OpenedLibrary,
    indexed: &Indexed,
) -> anyhow::Result<Vec<Option<String>>> {
    let looks = appearances(opened, indexed)?;
    let mut said = vec![None; indexed.photos.len()];
    (opened.library).tags(indexed, &Cancel::default(), |at, words| {
        let (photo, _) = &indexed.photos[at];
        let taken = photo.facts.taken.as_ref().map(|taken| taken.as_str());
        let quality = looks[at].as_ref().map(|look| &look.quality);
        said[at] = (!kept(words).is_empty()).then(|| sentence(words, taken, quality));
    })?;
    Ok(said)
}

/// `lumisift describe`.
pub fn run(common: &CommonArgs, args: &DescribeArgs) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let indexed = &library::index(common, &opened, &args.folders)?;
    let looks = appearances(&opened, indexed)?;
    let mut columns = OutputTable::new(&["photo", "description"], &[]);
    let mut photos = Vec::new();
    opened
        .library
        .tags(indexed, &Cancel::default(), |at, words| {
            let (photo, _) = &indexed.photos[at];
            let taken = photo.facts.taken.as_ref().map(|taken| taken.as_str());
            let quality = looks[at].as_ref().map(|look| &look.quality);
            let text = sentence(words, taken, quality);
            let tags: Vec<_> = kept(words)
                .into_iter()
                .map(|(word, fit)| json!({ "word": word, "match": number(fit) }))
                .collect();
            let path = path_text(&photo.file.path);
            photos.push(json!({ "path": path, "description": text, "tags": tags }));
            columns.push(vec![path, text]);
        })?;
    print(common.format, &columns, || {
        json!({
            "photos": photos,
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    say_failures(&indexed.failures);
    finish(indexed)
}
