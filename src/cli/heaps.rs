//! `lumisift heaps`: groups similar photos and names the groups.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::words;
use lumisift::engine::search::clusters::{Cluster, ClusterRule};
use lumisift::t;
use lumisift::text::{self, Ungrouped};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, HeapsArgs, OutputFormat};
use super::commands::finish;
use super::library::{self, open_library};
use super::output::{OutputTable, failure_json, path_text, print, print_failures, print_message};

/// Runs `lumisift heaps`.
pub fn run(common: &CommonArgs, args: &HeapsArgs) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let indexed = library::index(common, &opened, &args.folders)?;
    let rule = ClusterRule::default();
    let found = opened
        .library
        .clusters(&indexed, &rule, &Cancel::default())?;
    let words = words();
    let names = |cluster: &Cluster| -> Vec<&str> {
        cluster.words.iter().map(|word| words[*word]).collect()
    };
    let path = |at: &usize| path_text(&indexed.photos[*at].0.file.path);
    let mut columns = OutputTable::new(&["heap", "also", "cover"], &["photos".to_owned()]);
    // Programs read English.
    let shown = |name: &str| match common.format {
        OutputFormat::Table => text::photo_word(name).to_owned(),
        _ => name.to_owned(),
    };
    for cluster in &found {
        let mut names = names(cluster).into_iter().map(shown);
        columns.push(vec![
            names.next().unwrap_or_default(),
            names.collect::<Vec<_>>().join(", "),
            cluster.photos.first().map(path).unwrap_or_default(),
            cluster.photos.len().to_string(),
        ]);
    }
    let clustered: usize = found.iter().map(|cluster| cluster.photos.len()).sum();
    print(common.format, &columns, || {
        let cluster = |cluster: &Cluster| {
            let names = names(cluster);
            json!({
                "name": names.first(),
                "words": names,
                "count": cluster.photos.len(),
                "cover": cluster.photos.first().map(path),
                "photos": cluster.photos.iter().map(path).collect::<Vec<_>>(),
            })
        };
        json!({
            "heaps": found.iter().map(cluster).collect::<Vec<_>>(),
            "in_none": indexed.photos.len() - clustered,
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    print_message(t!(
        "cli-heaps-found",
        heaps = t!("cli-heaps", count = Ungrouped(found.len())),
        rest = Ungrouped(indexed.photos.len() - clustered)
    ));
    print_failures(&indexed.failures);
    finish(&indexed)
}
