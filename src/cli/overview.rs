//! `lumisift overview` and `lumisift bursts`: photos that may not be worth keeping.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::{DuplicateReport, Flaw, Flaws, Indexed};
use lumisift::engine::media::photo::Photo;
use lumisift::engine::search::bursts::{self, Burst};
use lumisift::engine::search::duplicates;
use lumisift::t;
use lumisift::text::{self, Digits, Locale, Ungrouped};
use serde_json::json;

use super::RunOutcome;
use super::args::{BURSTS, BurstsArgs, COPIES, CommonArgs, OutputFormat, OverviewArgs, UNDATED};
use super::commands::finish;
use super::duplicates::IndexedPhotos;
use super::output::{
    OutputTable, failure_json, number, path_text, print, print_failures, print_message,
};

/// Runs `lumisift bursts`.
pub fn bursts(common: &CommonArgs, args: &BurstsArgs) -> anyhow::Result<RunOutcome> {
    let looked = IndexedPhotos::open(common, &args.folders)?;
    let (indexed, looks) = (&looked.indexed, &looked.looks);
    let copies = looked.copies(&duplicates::DuplicateRule::default())?;
    let found = find_bursts(&looked, &copies)?;
    let numbers = ["sharpness".to_owned()];
    let mut columns =
        OutputTable::new(&["burst", "photo", "taken", "what"], &numbers).with_words("what");
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
    print_message(t!(
        "cli-bursts-found",
        bursts = t!("cli-bursts", count = Ungrouped(found.len())),
        photos = t!("cli-photos", count = Ungrouped(photos))
    ));
    print_failures(&indexed.failures);
    finish(indexed)
}

/// Finds bursts, ignoring duplicates.
fn find_bursts(looked: &IndexedPhotos, copies: &DuplicateReport) -> anyhow::Result<Vec<Burst>> {
    let (library, photos) = (&looked.opened.library, &looked.indexed.photos);
    let mut is_copy = vec![false; photos.len()];
    let all = copies.groups.iter().flat_map(|group| &group.copies);
    all.for_each(|copy| is_copy[copy.at] = true);
    let mark = |photo: &Photo| looked.decided.mark(photo);
    let rule = bursts::BurstRule::default();
    Ok(library.bursts(photos, &looked.looks, mark, |at| is_copy[at], &rule)?)
}

/// One row of the overview.
struct OverviewRow {
    what: &'static str,
    photos: Vec<usize>,
    /// Number of groups, for rows that consist of groups.
    groups: Option<usize>,
    /// Total size of the photos that can be removed.
    bytes: Option<u64>,
}

/// The name of a row in the user's language.
fn name_of(what: &str) -> &'static str {
    let flaw = Flaw::ALL.into_iter().find(|flaw| flaw.name() == what);
    let key = match flaw {
        Some(Flaw::Blurred) => "kind-blurred",
        Some(Flaw::Dark) => "kind-dark",
        Some(Flaw::BlownOut) => "kind-blown-out",
        Some(Flaw::NearEmpty) => "kind-near-empty",
        Some(Flaw::Screenshot) => "kind-screenshots",
        Some(Flaw::Document) => "kind-documents",
        Some(Flaw::Receipt) => "kind-receipts",
        Some(Flaw::Meme) => "kind-memes",
        None if what == COPIES => "kind-copies",
        None if what == BURSTS => "kind-bursts",
        None => "kind-undated",
    };
    t!(key)
}

/// Runs `lumisift overview`.
pub fn overview(common: &CommonArgs, args: &OverviewArgs) -> anyhow::Result<RunOutcome> {
    let looked = IndexedPhotos::open(common, &args.folders)?;
    let indexed = &looked.indexed;
    let is_wanted = |what: &str| args.list.as_deref().is_none_or(|wanted| wanted == what);
    let flaws = match Flaw::ALL.into_iter().any(|flaw| is_wanted(flaw.name())) {
        true => looked
            .opened
            .library
            .flaws(indexed, &looked.looks, &Cancel::default())?,
        false => Flaws::default(),
    };
    let rows = rows(&looked, &flaws, is_wanted)?;
    if args.list.is_some() {
        rows.iter()
            .try_for_each(|row| list(common, indexed, row, &flaws))?;
    } else {
        count(common, indexed, &rows)?;
    }
    print_failures(&indexed.failures);
    finish(indexed)
}

/// The rows that `is_wanted` selects. Computes only what these need.
fn rows(
    looked: &IndexedPhotos,
    flaws: &Flaws,
    is_wanted: impl Fn(&str) -> bool,
) -> anyhow::Result<Vec<OverviewRow>> {
    let photos = &looked.indexed.photos;
    let mut rows = Vec::new();
    if is_wanted(COPIES) || is_wanted(BURSTS) {
        let copies = looked.copies(&duplicates::DuplicateRule::default())?;
        let copied = copies.groups.iter().flat_map(|group| &group.copies);
        rows.push(OverviewRow {
            what: COPIES,
            photos: copied.map(|copy| copy.at).collect(),
            groups: Some(copies.groups.len()),
            bytes: Some(copies.bytes_freed()),
        });
        if is_wanted(BURSTS) {
            let bursts = find_bursts(looked, &copies)?;
            let in_bursts = bursts.iter().flat_map(|burst| burst.photos.clone());
            rows.push(OverviewRow {
                what: BURSTS,
                photos: in_bursts.collect(),
                groups: Some(bursts.len()),
                bytes: None,
            });
        }
    }
    let plain = |what, has: &dyn Fn(usize) -> bool| OverviewRow {
        what,
        photos: (0..photos.len()).filter(|at| has(*at)).collect(),
        groups: None,
        bytes: None,
    };
    let flawed = Flaw::ALL
        .into_iter()
        .map(|flaw| plain(flaw.name(), &|at| flaws.has(flaw, at)));
    rows.extend(flawed);
    let is_undated = |at: usize| photos[at].0.facts.taken.is_none();
    rows.push(plain(UNDATED, &is_undated));
    rows.retain(|row| is_wanted(row.what));
    Ok(rows)
}

/// Prints the number of photos in each row.
fn count(common: &CommonArgs, indexed: &Indexed, rows: &[OverviewRow]) -> anyhow::Result<()> {
    let numbers = ["photos", "groups", "MB"].map(ToOwned::to_owned);
    // The kinds are named in English for `--list`.
    let is_named = common.format == OutputFormat::Table && text::current() != Locale::English;
    let headings: &[&str] = match is_named {
        true => &["what", "name"],
        false => &["what"],
    };
    let mut columns = OutputTable::new(headings, &numbers);
    for row in rows {
        let groups = row.groups.map(|groups| groups.to_string());
        let bytes = row.bytes.map(|bytes| format!("{:.1}", bytes as f64 / 1e6));
        let mut cells = vec![row.what.to_owned()];
        cells.extend(is_named.then(|| name_of(row.what).to_owned()));
        cells.extend([
            row.photos.len().to_string(),
            groups.unwrap_or_default(),
            bytes.unwrap_or_default(),
        ]);
        columns.push(cells);
    }
    print(common.format, &columns, || {
        let row = |row: &OverviewRow| {
            let mut value = json!({ "what": row.what, "photos": row.photos.len() });
            if let Some(groups) = row.groups {
                value["groups"] = json!(groups);
            }
            if let Some(bytes) = row.bytes {
                value["bytes"] = json!(bytes);
            }
            value
        };
        json!({
            "photos": indexed.photos.len(),
            "overview": rows.iter().map(row).collect::<Vec<_>>(),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    let copies: u64 = rows.iter().filter_map(|row| row.bytes).sum();
    print_message(t!(
        "cli-overview",
        photos = t!("cli-photos", count = Ungrouped(indexed.photos.len())),
        size = text::bytes(copies, Digits::Ungrouped)
    ));
    Ok(())
}

/// Lists the photos of a row, each with the value that placed it there.
fn list(
    common: &CommonArgs,
    indexed: &Indexed,
    row: &OverviewRow,
    flaws: &Flaws,
) -> anyhow::Result<()> {
    let flaw = Flaw::ALL.into_iter().find(|flaw| flaw.name() == row.what);
    let value = |at: usize| flaw.and_then(|flaw| flaws.number(flaw, at));
    let mut photos = row.photos.clone();
    if flaw.is_some() {
        let worth = |at: &usize| value(*at).unwrap_or(0.0);
        photos.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    }
    let mut columns = OutputTable::new(&["photo"], &["number".to_owned()]);
    let path = |at: usize| path_text(&indexed.photos[at].0.file.path);
    for at in &photos {
        let value = value(*at).map_or(String::new(), |value| format!("{value:.2}"));
        columns.push(vec![path(*at), value]);
    }
    print(common.format, &columns, || {
        let photo = |at: &usize| json!({ "path": path(*at), "number": value(*at).map(number) });
        json!({
            "what": row.what,
            "threshold": flaw.map(|flaw| number(flaw.threshold())),
            "photos": photos.iter().map(photo).collect::<Vec<_>>(),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_names_in_the_language_of_the_user() {
        text::keep_to_thread(Locale::SimplifiedChinese);
        for (what, name) in [
            (COPIES, "重复照片"),
            (BURSTS, "连拍"),
            ("blown out", "过曝"),
            ("meme", "表情包和图形"),
            (UNDATED, "无日期"),
        ] {
            assert_eq!(name_of(what), name);
        }
        text::keep_to_thread(Locale::English);
    }
}
