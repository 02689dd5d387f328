//! Finds bursts of photos of one scene, and the best photo of each. Pure; docs/heap.md specifies the rule.

use half::f16;

use crate::engine::media::appearance::PictureQuality;
use crate::engine::media::mark::{Flag, Mark};
use crate::engine::search::math;

/// Decides whether two consecutive photos of a camera show the same scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstRule {
    /// Maximum intervals in seconds, each with the minimum cosine similarity: for continuous shooting, for repeated
    /// photos of a scene, and for a return to it a few minutes later. One of them must be met.
    pub tiers: [(i64, f32); 3],
}

impl Default for BurstRule {
    fn default() -> Self {
        Self {
            tiers: [(2, 0.6), (60, 0.85), (300, 0.92)],
        }
    }
}

/// A photo to search for bursts.
pub struct BurstInput<'a> {
    /// Capture time in seconds; photos without one are in no burst.
    pub seconds: Option<i64>,
    /// A key that all photos of a burst share: the camera, or the folder if no camera is recorded.
    pub camera: &'a str,
    /// The file name, which orders photos with equal times.
    pub name: &'a str,
    /// The embedding, of unit length.
    pub vector: Option<&'a [f16]>,
    /// Technical quality.
    pub quality: Option<PictureQuality>,
    /// The user's mark.
    pub mark: Mark,
}

/// Photos of one scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Burst {
    /// Indices of the photos in order of capture; at least two.
    pub photos: Vec<usize>,
    /// The index of the best photo.
    pub best: usize,
    /// Why it is the best, in a few words.
    pub reason: &'static str,
}

/// Finds bursts, ordered by camera and time of their first photos.
#[must_use]
pub fn find(shots: &[BurstInput<'_>], rule: &BurstRule) -> Vec<Burst> {
    let mut order: Vec<(&str, i64, &str, usize)> = shots
        .iter()
        .enumerate()
        .filter_map(|(at, shot)| Some((shot.camera, shot.seconds?, shot.name, at)))
        .collect();
    order.sort_unstable();
    let bursts = order.chunk_by(|a, b| {
        let apart = b.1 - a.1;
        let mut tiers = rule.tiers.iter().filter(|(seconds, _)| apart <= *seconds);
        let near = || cosine(&shots[a.3], &shots[b.3]);
        a.0 == b.0 && tiers.any(|(_, threshold)| near() >= *threshold)
    });
    let bursts = bursts.filter(|burst| burst.len() > 1).map(|burst| {
        let photos: Vec<usize> = burst.iter().map(|(.., at)| *at).collect();
        let (best, reason) = best(shots, &photos);
        Burst {
            photos,
            best,
            reason,
        }
    });
    bursts.collect()
}

/// Similarity of photos of which an embedding is missing: time alone decides, but not over several minutes.
const UNKNOWN: f32 = 0.9;

/// The cosine similarity of two photos.
fn cosine(a: &BurstInput<'_>, b: &BurstInput<'_>) -> f32 {
    match (a.vector, b.vector) {
        (Some(a), Some(b)) => math::cosine(a, b),
        _ => UNKNOWN,
    }
}

/// Chooses the best photo: by the user's mark, then exposure, then sharpness, then order of capture.
fn best(shots: &[BurstInput<'_>], photos: &[usize]) -> (usize, &'static str) {
    let decided = |at: &usize| {
        let mark = shots[*at].mark;
        (mark.flag.rank(), mark.stars)
    };
    // In steps of a tenth of the image area lost to black or white, about what a viewer notices.
    let lost = |at: &usize| {
        let quality = shots[*at].quality;
        quality.map_or(10, |q| (10.0 * (q.dark + q.blown)).round() as u8)
    };
    let sharp = |at: &usize| {
        let sharpness = shots[*at].quality.and_then(|q| q.sharpness);
        (100.0 * sharpness.unwrap_or(0.0)).round() as u8
    };
    let keep = |candidates: Vec<usize>, worth: &dyn Fn(&usize) -> (u8, u8)| {
        let most = candidates.iter().map(worth).max().unwrap_or_default();
        let best: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|at| worth(at) == most)
            .collect();
        (best.len() < candidates.len(), best)
    };
    let (by_person, left) = keep(photos.to_vec(), &decided);
    // Rejecting one photo does not choose among several others.
    let is_chosen = |at: &usize| decided(at) > (Flag::None.rank(), 0);
    let by_person = by_person && (left.len() == 1 || left.iter().all(is_chosen));
    let (by_exposure, left) = keep(left, &|at| (u8::MAX - lost(at), 0));
    let (by_sharpness, left) = keep(left, &|at| (sharp(at), 0));
    let reason = match (by_person, by_sharpness, by_exposure) {
        (true, ..) => "you chose it",
        (_, true, true) => "best exposed, and the sharpest of those",
        (_, true, false) => "the sharpest",
        (_, false, true) => "best exposed",
        _ => "the first of equally good ones",
    };
    (left.first().copied().unwrap_or(photos[0]), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct BurstFixture {
        seconds: Option<i64>,
        camera: &'static str,
        name: String,
        vector: Vec<f16>,
        quality: PictureQuality,
        mark: Mark,
    }

    fn photo(seconds: i64, angle: f32, sharpness: f32) -> BurstFixture {
        BurstFixture {
            seconds: Some(seconds),
            camera: "A",
            name: format!("{seconds:04}"),
            vector: [angle.cos(), angle.sin()].map(f16::from_f32).to_vec(),
            quality: PictureQuality {
                sharpness: Some(sharpness),
                dark: 0.0,
                blown: 0.0,
                empty: 0.0,
            },
            mark: Mark::default(),
        }
    }

    fn bursts(photos: &[BurstFixture]) -> Vec<Burst> {
        let shots: Vec<BurstInput<'_>> = photos
            .iter()
            .map(|photo| BurstInput {
                seconds: photo.seconds,
                camera: photo.camera,
                name: &photo.name,
                vector: Some(&photo.vector),
                quality: Some(photo.quality),
                mark: photo.mark,
            })
            .collect();
        find(&shots, &BurstRule::default())
    }

    #[test]
    fn one_scene_is_told_by_time_camera_and_picture() {
        let mut other_camera = photo(11, 0.0, 0.5);
        other_camera.camera = "B";
        let photos = [
            // Continuous shooting: similar enough for two seconds.
            photo(10, 0.0, 0.5),
            photo(12, 0.8, 0.6),
            // The same scene a minute later; then immediately a different one.
            photo(70, 0.8, 0.4),
            photo(71, 2.2, 0.4),
            other_camera,
            // Too late.
            photo(400, 2.2, 0.4),
        ];
        let found = bursts(&photos);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].photos, [0, 1, 2]);
        assert_eq!((found[0].best, found[0].reason), (1, "the sharpest"));
    }

    #[test]
    fn the_longer_the_interval_the_more_similar_photos_must_be() {
        let is_burst = |seconds: i64, cosine: f32| {
            let photos = [photo(0, 0.0, 0.5), photo(seconds, cosine.acos(), 0.5)];
            !bursts(&photos).is_empty()
        };
        for (seconds, least) in [(2, 0.6), (60, 0.85), (300, 0.92)] {
            assert!(is_burst(seconds, least + 0.01), "{seconds} s");
            assert!(!is_burst(seconds, least - 0.01), "{seconds} s");
            assert!(!is_burst(seconds + 1, least + 0.01), "{seconds} s");
        }
        assert!(!is_burst(301, 1.0));
    }

    #[test]
    fn what_a_person_chose_is_best_and_then_what_is_well_exposed() {
        let mut photos = [photo(1, 0.0, 0.9), photo(2, 0.0, 0.5), photo(3, 0.0, 0.5)];
        photos[0].quality.blown = 0.6;
        let best = |photos: &[BurstFixture]| (bursts(photos)[0].best, bursts(photos)[0].reason);
        assert_eq!(best(&photos), (1, "best exposed"));
        photos[2].mark.stars = 2;
        assert_eq!(best(&photos), (2, "you chose it"));
        photos[1].mark.flag = Flag::Pick;
        assert_eq!(best(&photos), (1, "you chose it"));
        photos[0].quality.blown = 0.0;
        photos[1].mark = Mark::default();
        photos[2].mark = Mark {
            flag: Flag::Reject,
            ..Mark::default()
        };
        assert_eq!(best(&photos), (0, "the sharpest"), "nothing was chosen");
        photos[0].mark.flag = Flag::Reject;
        assert_eq!(
            best(&photos),
            (1, "you chose it"),
            "the others are rejected"
        );
        let equals = [photo(1, 0.0, 0.5), photo(2, 0.0, 0.5)];
        assert_eq!(best(&equals), (0, "the first of equally good ones"));
    }

    #[test]
    fn photos_without_a_date_are_in_no_burst() {
        let mut photos = [photo(1, 0.0, 0.9), photo(1, 0.0, 0.5)];
        photos[1].seconds = None;
        assert!(bursts(&photos).is_empty());
    }
}
