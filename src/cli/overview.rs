//! `lumisift overview` and `lumisift bursts`: what a person may want to clear away.

use lumisift::engine::library::{Duplicates, Flaw, Flaws, Indexed};
use lumisift::engine::media::photo::Photo;
use lumisift::engine::plural::counted;
use lumisift::engine::search::bursts::{self, Burst};
use lumisift::engine::search::duplicates;
use serde_json::{Value, json};

use super::Outcome;
use super::args::{Bursts, Common, Overview};
use super::commands::finish;
use super::duplicates::{Looked, megabytes};
use super::output::{Columns, failure_json, number, path_text, print, say, say_failures};

/// `lumisift bursts`.
pub fn bursts(common: &Common, args: &Bursts) -> anyhow::Result<Outcome> {
    let looked = Looked::open(common, &args.folders)?;
    let (indexed, looks) = (&looked.indexed, &looked.looks);
    let copies = looked.copies(&duplicates::Rule::default())?;
    let found = find_bursts(&looked, &copies)?;
    let numbers = ["sharpness".to_owned()];
    let mut columns = Columns::new(&["burst", "photo", "taken", "what"], &numbers);
    let sharpness = |at: usize| looks[at].as_ref().and_then(|look| look.quality.sharpness);
    let photo = |at: usize| &indexed.photos[at].0;
    for (burst, number) in found.iter().zip(1..) {
        for at in &burst.photos {
            let taken = photo(*at).facts.taken.as_ref();
            columns.push(vec![
                number.to_string(),
                path_text(&photo(*at).file.path),
                taken.map(ToString::to_string).unwrap_or_default(),
                if *at == burst.best { burst.reason } else { "" }.into(),
                sharpness(*at).map_or(String::new(), |s| format!("{s:.2}")),
            ]);
        }
    }
    print(common.format, &columns, || {
        let member = |at: &usize| {
            json!({
                "path": path_text(&photo(*at).file.path),
                "taken": photo(*at).facts.taken.as_ref().map(ToString::to_string),
                "sharpness": sharpness(*at).map(number),
            })
        };
        let burst = |burst: &Burst| {
            let photos = burst.photos.iter().map(|at| {
                let mut value = member(at);
                value["best"] = json!(*at == burst.best);
                value
            });
            json!({ "photos": photos.collect::<Vec<_>>(), "best_is": burst.reason })
        };
        json!({
            "bursts": found.iter().map(burst).collect::<Vec<_>>(),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    let photos: usize = found.iter().map(|burst| burst.photos.len()).sum();
    say(format_args!(
        "{} of {}",
        counted(found.len(), "burst", "bursts"),
        counted(photos, "photo", "photos")
    ));
    say_failures(&indexed.failures);
    finish(indexed)
}

/// Bursts among photos that are no copies of others.
fn find_bursts(looked: &Looked, copies: &Duplicates) -> anyhow::Result<Vec<Burst>> {
    let (library, photos) = (&looked.opened.library, &looked.indexed.photos);
    let mut is_copy = vec![false; photos.len()];
    let all = copies.groups.iter().flat_map(|group| &group.copies);
    all.for_each(|copy| is_copy[copy.at] = true);
    let mark = |photo: &Photo| looked.decided.mark(photo);
    let rule = bursts::Rule::default();
    Ok(library.bursts(photos, &looked.looks, mark, |at| is_copy[at], &rule)?)
}

/// One line of the overview.
struct Line {
    what: &'static str,
    photos: Vec<usize>,
    /// Groups of them, where they come in groups.
    groups: Option<usize>,
    /// What they take, where they can go.
    bytes: Option<u64>,
}

/// `lumisift overview`.
pub fn overview(common: &Common, args: &Overview) -> anyhow::Result<Outcome> {
    let looked = Looked::open(common, &args.folders)?;
    let (indexed, looks) = (&looked.indexed, &looked.looks);
    let copies = looked.copies(&duplicates::Rule::default())?;
    let bursts = find_bursts(&looked, &copies)?;
    let flaws = looked.opened.library.flaws(indexed, looks)?;
    let lines = lines(indexed, &copies, &bursts, &flaws);
    if let Some(wanted) = &args.list {
        let named = |line: &&Line| line.what == wanted.as_str();
        let line = lines.iter().find(named);
        return list(common, indexed, line, &flaws, wanted);
    }
    let numbers = ["photos", "groups", "MB"].map(ToOwned::to_owned);
    let mut columns = Columns::new(&["what"], &numbers);
    for line in &lines {
        columns.push(vec![
            line.what.into(),
            line.photos.len().to_string(),
            line.groups
                .map(|groups| groups.to_string())
                .unwrap_or_default(),
            line.bytes
                .map(|bytes| format!("{:.1}", bytes as f64 / 1e6))
                .unwrap_or_default(),
        ]);
    }
    print(common.format, &columns, || {
        let line = |line: &Line| {
            let mut value = json!({ "what": line.what, "photos": line.photos.len() });
            if let Some(groups) = line.groups {
                value["groups"] = json!(groups);
            }
            if let Some(bytes) = line.bytes {
                value["bytes"] = json!(bytes);
            }
            value
        };
        json!({
            "photos": indexed.photos.len(),
            "overview": lines.iter().map(line).collect::<Vec<_>>(),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    say(format_args!(
        "of {}; copies take {}; `--list WHAT` lists those of one line",
        counted(indexed.photos.len(), "photo", "photos"),
        megabytes(copies.bytes_freed())
    ));
    say_failures(&indexed.failures);
    finish(indexed)
}

fn lines(indexed: &Indexed, copies: &Duplicates, bursts: &[Burst], flaws: &Flaws) -> Vec<Line> {
    let all = || 0..indexed.photos.len();
    let copied = copies.groups.iter().flat_map(|group| &group.copies);
    let mut lines = vec![
        Line {
            what: "copies",
            photos: copied.map(|copy| copy.at).collect(),
            groups: Some(copies.groups.len()),
            bytes: Some(copies.bytes_freed()),
        },
        Line {
            what: "bursts",
            photos: bursts
                .iter()
                .flat_map(|burst| burst.photos.clone())
                .collect(),
            groups: Some(bursts.len()),
            bytes: None,
        },
    ];
    lines.extend(Flaw::ALL.into_iter().map(|flaw| Line {
        what: flaw.name(),
        photos: all().filter(|at| flaws.has(flaw, *at)).collect(),
        groups: None,
        bytes: None,
    }));
    lines.push(Line {
        what: "undated",
        photos: all()
            .filter(|at| indexed.photos[*at].0.facts.taken.is_none())
            .collect(),
        groups: None,
        bytes: None,
    });
    lines
}

/// Lists the photos of a line, with the number that put them there.
fn list(
    common: &Common,
    indexed: &Indexed,
    line: Option<&Line>,
    flaws: &Flaws,
    wanted: &str,
) -> anyhow::Result<Outcome> {
    let Some(line) = line else {
        let names: Vec<&str> = Flaw::ALL.into_iter().map(Flaw::name).collect();
        anyhow::bail!(
            "there is no line {wanted:?}: give copies, bursts, undated, {}",
            names.join(", ")
        );
    };
    let flaw = Flaw::ALL.into_iter().find(|flaw| flaw.name() == line.what);
    let value = |at: usize| flaw.and_then(|flaw| flaws.number(flaw, at));
    let mut photos = line.photos.clone();
    if flaw.is_some() {
        let worth = |at: &usize| value(*at).unwrap_or(0.0);
        photos.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    }
    let mut columns = Columns::new(&["photo"], &["number".to_owned()]);
    let path = |at: usize| path_text(&indexed.photos[at].0.file.path);
    for at in &photos {
        let value = value(*at).map_or(String::new(), |value| format!("{value:.2}"));
        columns.push(vec![path(*at), value]);
    }
    print(common.format, &columns, || {
        let photo = |at: &usize| json!({ "path": path(*at), "number": value(*at).map(number) });
        let found: Vec<Value> = photos.iter().map(photo).collect();
        json!({ "what": line.what, "line": flaw.map(|flaw| number(flaw.line())), "photos": found })
    })?;
    say_failures(&indexed.failures);
    finish(indexed)
}
