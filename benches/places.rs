//! Cost of naming the places of photos: unpacking the towns once, then each look-up.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use lumisift::engine::media::places::{Coordinates, Place, PlaceQuery, WordMatch};

const LOOKUPS: u32 = 1_000_000;

fn main() {
    let munich = Coordinates::new(48.137, 11.575).expect("coordinates");
    let start = Instant::now();
    black_box(Place::at(munich));
    println!(
        "first look-up, which unpacks the towns: {:.1?}",
        start.elapsed()
    );
    // Around cities of all continents, as photos are, and anywhere on earth, mostly at sea.
    let cities = [
        (48.1, 11.6),
        (40.7, -74.0),
        (35.7, 139.7),
        (-33.9, 151.2),
        (-1.3, 36.8),
        (-23.5, -46.6),
    ];
    let mut number = 1_u64;
    let mut random = || {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (number >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut near = Vec::new();
    let mut anywhere = Vec::new();
    for at in 0..LOOKUPS as usize {
        let (y, x) = cities[at % cities.len()];
        near.extend(Coordinates::new(y + random() - 0.5, x + random() - 0.5));
        anywhere.extend(Coordinates::new(
            random() * 180.0 - 90.0,
            random() * 360.0 - 180.0,
        ));
    }
    for (what, places) in [("near cities", &near), ("anywhere", &anywhere)] {
        let start = Instant::now();
        let found = places.iter().filter(|at| Place::at(**at).is_some()).count();
        let each = start.elapsed() / LOOKUPS;
        println!("look-up {what}: {each:.2?} each, {found} found");
    }
    let places: Vec<Place> = near.iter().filter_map(|at| Place::at(*at)).collect();
    let query = PlaceQuery::new("bavaria", WordMatch::Whole);
    let start = Instant::now();
    let found = places.iter().filter(|place| query.matches(**place)).count();
    let each = start.elapsed() / LOOKUPS;
    println!("filter: {each:.2?} each, {found} fit");
}
