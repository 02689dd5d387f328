//! `lumisift describe`: a short description of each photo.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::Indexed;
use lumisift::engine::media::appearance::PictureQuality;
use lumisift::engine::search::describe::{Word, kept, sentence};
use lumisift::text;
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, DescribeArgs, OutputFormat};
use super::commands::finish;
use super::duplicates::appearances;
use super::library::{self, OpenedLibrary, open_library};
use super::output::{OutputTable, failure_json, number, path_text, print, print_failures};

/// Describes a photo in the user's language.
fn in_language(
    words: &[Word<'_>],
    taken: Option<&str>,
    quality: Option<&PictureQuality>,
) -> String {
    text::description(words, taken.and_then(text::day_of), quality)
}

/// Calls a function with each photo's index, the words of its description, and the description by `describe`.
fn describe_each(
    opened: &OpenedLibrary,
    indexed: &Indexed,
    mut describe: impl FnMut(&[Word<'static>], Option<&str>, Option<&PictureQuality>) -> String,
    mut each: impl FnMut(usize, Vec<Word<'static>>, String),
) -> anyhow::Result<()> {
    let looks = appearances(opened, indexed)?;
    (opened.library).tags(indexed, &Cancel::default(), |at, words| {
        let (photo, _) = &indexed.photos[at];
        let taken = photo.facts.taken.as_ref().map(|taken| taken.as_str());
        let quality = looks[at].as_ref().map(|look| &look.quality);
        each(at, kept(words), describe(words, taken, quality));
    })?;
    Ok(())
}

/// The description of each photo in the user's language, if any word fits it.
///
/// # Errors
/// Returns an error if the model fails or the store cannot be read.
pub fn descriptions(
    opened: &OpenedLibrary,
    indexed: &Indexed,
) -> anyhow::Result<Vec<Option<String>>> {
    let mut descriptions = vec![None; indexed.photos.len()];
    describe_each(opened, indexed, in_language, |at, words, text| {
        descriptions[at] = (!words.is_empty()).then_some(text);
    })?;
    Ok(descriptions)
}

/// Runs `lumisift describe`.
pub fn run(common: &CommonArgs, args: &DescribeArgs) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let indexed = &library::index(common, &opened, &args.folders)?;
    let mut columns = OutputTable::new(&["photo", "description"], &[]);
    let mut photos = Vec::new();
    // Programs read English.
    let describe = match common.format {
        OutputFormat::Table => in_language,
        _ => sentence,
    };
    describe_each(&opened, indexed, describe, |at, words, text| {
        let tags: Vec<_> = words
            .into_iter()
            .map(|(word, fit)| json!({ "word": word, "match": number(fit) }))
            .collect();
        let (photo, _) = &indexed.photos[at];
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
    print_failures(&indexed.failures);
    finish(indexed)
}
