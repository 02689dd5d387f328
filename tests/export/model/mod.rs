//! Random trees and random histories of exports, edits, kills and faults. Whatever happens, all content that nobody
//! deleted can be read afterwards.
//!
//! `LUMISIFT_MODEL_CASES` sets the number of histories.
#![cfg(unix)]

mod history;
mod tally;
mod world;

use history::{Act, act, seeds};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tally::TALLY;
use world::World;

/// Default number of histories.
const CASES: u32 = 1_500;

fn cases() -> u32 {
    let cases = std::env::var("LUMISIFT_MODEL_CASES").ok();
    cases.and_then(|text| text.parse().ok()).unwrap_or(CASES)
}

#[test]
fn no_content_is_ever_lost() {
    let config = ProptestConfig {
        cases: cases(),
        max_shrink_iters: 20_000,
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    let histories = (seeds(), prop::collection::vec(act(), 1..12));
    let tried = TestRunner::new(config).run(&histories, |(seeds, acts)| {
        let mut world = World::new(&seeds);
        for (at, act) in acts.iter().enumerate() {
            let before = world.contents();
            world.act(act);
            let after = world.contents();
            if !matches!(act, Act::Edit(..)) {
                let lost: Vec<String> = before
                    .difference(&after)
                    .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                    .collect();
                prop_assert!(lost.is_empty(), "step {at}, {act:?}, lost {lost:?}");
            }
        }
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    for (name, count) in TALLY.all() {
        // Shown with --nocapture.
        let line = format!("{count} {name}\n");
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("printed");
        assert!(count > 0 || cases() < 200, "no {name}");
    }
}
