//! Chooses the key frames that represent a video. No I/O.

/// Maximum number of frames per video.
pub const MAX_FRAMES: usize = 16;
/// Many videos start black: earlier frames are skipped if there are later ones.
const START_MS: u64 = 500;

/// Indices of the representative frames among key frames with these ascending times: at most [`MAX_FRAMES`], evenly
/// spread from the first to the last.
pub fn choose(times_ms: &[u64]) -> Vec<usize> {
    let first = times_ms.partition_point(|time| *time < START_MS);
    let first = if first == times_ms.len() { 0 } else { first };
    let times = &times_ms[first..];
    if times.len() <= MAX_FRAMES {
        return (first..times_ms.len()).collect();
    }
    let (start, span) = (times[0], times[times.len() - 1] - times[0]);
    let mut chosen: Vec<usize> = Vec::with_capacity(MAX_FRAMES);
    for number in 0..MAX_FRAMES {
        let wanted = start + span * number as u64 / (MAX_FRAMES as u64 - 1);
        // At least one frame must remain for each of the following choices.
        let least = chosen.last().map_or(0, |last| last + 1);
        let most = times.len() - (MAX_FRAMES - number);
        let after = times.partition_point(|time| *time < wanted);
        let nearest = match after.checked_sub(1) {
            Some(before)
                if after == times.len() || wanted - times[before] < times[after] - wanted =>
            {
                before
            }
            _ => after,
        };
        chosen.push(nearest.clamp(least, most));
    }
    chosen.into_iter().map(|at| first + at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_start_is_passed_over_where_there_is_more() {
        assert_eq!(choose(&[]), [0usize; 0]);
        assert_eq!(choose(&[0]), [0]);
        assert_eq!(choose(&[0, 400]), [0, 1]);
        assert_eq!(choose(&[0, 499, 500, 900]), [2, 3]);
    }

    #[test]
    fn frames_are_spread_by_time_and_not_by_number() {
        // Many cuts in the first second, then a frame every ten seconds.
        let mut times: Vec<u64> = (0..100).map(|n| 500 + 5 * n).collect();
        times.extend((1..=30).map(|n| 10_000 * n));
        let chosen: Vec<u64> = choose(&times).into_iter().map(|at| times[at]).collect();
        assert_eq!(chosen.len(), MAX_FRAMES);
        assert_eq!((chosen[0], chosen[15]), (500, 300_000));
        assert!(
            chosen.windows(2).all(|pair| pair[1] - pair[0] >= 9_000),
            "{chosen:?}"
        );
    }

    proptest! {
        #[test]
        fn frames_are_distinct_and_in_order(mut times in proptest::collection::vec(0u64..100_000, 1..200)) {
            times.sort_unstable();
            let chosen = choose(&times);
            prop_assert!(!chosen.is_empty() && chosen.len() <= MAX_FRAMES);
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(chosen.iter().all(|at| *at < times.len()));
            let late = times.iter().filter(|time| **time >= START_MS).count();
            prop_assert_eq!(chosen.len(), if late == 0 { times.len() } else { late }.min(MAX_FRAMES));
        }
    }
}
