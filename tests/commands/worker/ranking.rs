//! `lumisift rank` over the output of workers.

use super::shards::{list, read_shard, shard};
use super::text;
use crate::common;
use crate::common::{json, lumisift, names, samples};
use crate::home::Home;

use std::fs;
use std::path::PathBuf;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;

#[test]
fn ranking_finds_what_the_whole_order_begins_with() {
    let home = Home::new();
    let input = list(&home, 90);
    let samples = names(&samples())
        .into_iter()
        // A wide picture is ranked only by the model's own square crop.
        .filter(|name| name.ends_with(".jpg") && name != "page.jpg");
    let mut lines = fs::read_to_string(&input).expect("read");
    for name in samples {
        lines.push_str(&format!("\n{}", common::samples().join(name).display()));
    }
    lines.push_str("\ngone.jpg\n");
    fs::write(&input, lines).expect("written");
    shard(&home, &input, "0/2", &["-l", "animal"]);
    shard(&home, &input, "1/2", &["-l", "animal"]);
    let files: Vec<PathBuf> = (0..2)
        .map(|n| {
            home.path()
                .join(format!("out/photos-{n:05}-of-00002.arrow"))
        })
        .collect();
    let mut wanted: Vec<(f32, usize, u64, String)> = Vec::new();
    for (file, path) in files.iter().enumerate() {
        let mut row = 0;
        for batch in read_shard(path) {
            let matches = batch
                .column_by_name("match")
                .expect("the column")
                .as_struct();
            let matches = matches.column(0).as_primitive::<Float32Type>();
            for at in 0..batch.num_rows() {
                if matches.is_valid(at) {
                    let key = text(&batch, "path", at).expect("a path").to_owned();
                    wanted.push((matches.value(at), file, row, key));
                }
                row += 1;
            }
        }
    }
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (found, code, errors) = json(
        home.command(&["rank"])
            .args(&files)
            .args(["-l", "animal", "--top", "15"]),
    );
    assert_eq!(code, 0, "{errors}");
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), 15);
    let place = |hit: &serde_json::Value| {
        (
            hit["row"].as_u64(),
            hit["photo"].as_str().map(ToOwned::to_owned),
        )
    };
    for (hit, wanted) in found.iter().zip(&wanted) {
        assert_eq!(
            place(hit),
            (Some(wanted.2), Some(wanted.3.clone())),
            "{found:?}"
        );
        let matched = hit["match"].as_f64().expect("a match");
        assert!((matched - f64::from(wanted.0)).abs() < 1e-4);
    }
    // Vectors of another model are not ranked.
    let other = lumisift(home.path())
        .args(["rank", "-l", "cat"])
        .args(&files)
        .output()
        .expect("runs");
    assert_eq!(other.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&other.stderr);
    assert!(stderr.contains("--model"), "{stderr}");
}
