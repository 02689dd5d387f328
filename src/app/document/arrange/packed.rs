//! Sort keys of photos, packed into integers, and their sorting.

use std::mem;

use rayon::prelude::*;

use super::groups::MAX_RANK;
use crate::app::document::library::ItemId;

/// The data missing for sorting a photo. Later variants sort after earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingData {
    Nothing,
    Value,
    Content,
}

/// Group (30 bits), missing data (2), sort key (64) and item id (32), packed into one integer that compares like a
/// tuple of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackedOrder(u128);

impl PackedOrder {
    pub fn new(group: u32, lacks: MissingData, key: u64, id: ItemId) -> Self {
        let first = u128::from(group.min(MAX_RANK)) << 2 | lacks as u128;
        Self((first << 64 | u128::from(key)) << 32 | u128::from(id))
    }

    pub fn group(self) -> u32 {
        (self.0 >> 98) as u32
    }

    pub fn id(self) -> ItemId {
        self.0 as ItemId
    }

    /// Group, missing data, and the upper half of the sort key.
    fn head(self) -> u64 {
        (self.0 >> 64) as u64
    }

    /// The lower half of the sort key, and the id.
    fn tail(self) -> u64 {
        self.0 as u64
    }
}

/// Maximum number of different heads for which finding a photo's bucket costs less than comparisons.
const MAX_BUCKETS: usize = 32;
/// Minimum number of values for which counting bytes costs less than comparisons.
const MIN_RADIX: usize = 1024;

/// Photos with the same head, by their tails.
struct Bucket {
    head: u64,
    tails: Vec<u64>,
}

/// Sorts photos, which must be in the order of their ids.
///
/// Matches and probabilities are `f32`, so under the headings of a few labels there are only a few different heads.
/// Then a radix sort of the tails is faster than comparisons, which sort everything else.
pub fn sort(photos: &mut [PackedOrder]) {
    debug_assert!(photos.is_sorted_by_key(|photo| photo.id()));
    let Some(mut buckets) = buckets(photos) else {
        return photos.par_sort_unstable();
    };
    buckets.sort_unstable_by_key(|bucket| bucket.head);
    buckets
        .par_iter_mut()
        .for_each(|bucket| sort_tails(&mut bucket.tails));
    let mut sorted = photos.iter_mut();
    for Bucket { head, tails } in buckets {
        let head = u128::from(head) << 64;
        for (tail, photo) in tails.into_iter().zip(&mut sorted) {
            *photo = PackedOrder(head | u128::from(tail));
        }
    }
}

/// Distributes photos by their heads, and keeps their order. `None` if there are too many different heads.
fn buckets(photos: &[PackedOrder]) -> Option<Vec<Bucket>> {
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut at = 0;
    for photo in photos {
        let head = photo.head();
        // Most photos have the head of the one before.
        if buckets.get(at).is_none_or(|bucket| bucket.head != head) {
            let found = buckets.iter().position(|bucket| bucket.head == head);
            at = found.unwrap_or(buckets.len());
        }
        if at == MAX_BUCKETS {
            return None;
        }
        if at == buckets.len() {
            let tails = Vec::new();
            buckets.push(Bucket { head, tails });
        }
        buckets[at].tails.push(photo.tail());
    }
    Some(buckets)
}

/// Sorts tails whose ids are in order: by the bytes of their upper halves, from the lowest. Each pass keeps the order of
/// tails with the same byte.
fn sort_tails(tails: &mut Vec<u64>) {
    let count = tails.len();
    if count < MIN_RADIX {
        return tails.sort_unstable();
    }
    let byte = |tail: u64, at: usize| usize::from((tail >> (32 + 8 * at)) as u8);
    let mut counts = [[0usize; 256]; 4];
    for tail in &*tails {
        for (at, counts) in counts.iter_mut().enumerate() {
            counts[byte(*tail, at)] += 1;
        }
    }
    let mut target = vec![0; count];
    for (at, mut places) in counts.into_iter().enumerate() {
        if places.contains(&count) {
            continue;
        }
        let mut first = 0;
        for place in &mut places {
            first += mem::replace(place, first);
        }
        for tail in &*tails {
            let place = &mut places[byte(*tail, at)];
            target[*place] = *tail;
            *place += 1;
        }
        mem::swap(tails, &mut target);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sort keys like those of matches in both directions, of sizes, and any others.
    fn any_key() -> impl Strategy<Value = u64> {
        let matched = |value: f32| u64::from(value.to_bits());
        prop_oneof![
            (0f32..=1.0).prop_map(matched),
            (0f32..=1.0).prop_map(move |value| !matched(value)),
            0u64..300,
            Just(0),
            any::<u64>(),
        ]
    }

    fn packed(group: u32, lacks: u8, key: u64, id: ItemId) -> PackedOrder {
        let lacks = match lacks {
            0 => MissingData::Nothing,
            1 => MissingData::Value,
            _ => MissingData::Content,
        };
        PackedOrder::new(group, lacks, key, id)
    }

    proptest! {
        #[test]
        fn a_packed_order_compares_like_its_parts(
            one in (0..=MAX_RANK, 0u8..3, any_key(), any::<ItemId>()),
            other in (0..=MAX_RANK, 0u8..3, any_key(), any::<ItemId>()),
        ) {
            let pack = |(group, lacks, key, id)| packed(group, lacks, key, id);
            prop_assert_eq!(pack(one).cmp(&pack(other)), one.cmp(&other));
            prop_assert_eq!((pack(one).group(), pack(one).id()), (one.0, one.3));
        }

        #[test]
        fn photos_are_sorted_as_by_comparison(
            keys in proptest::collection::vec(any_key(), 1..60), groups in 1u32..50, count in 0usize..5000,
        ) {
            let photo = |id: usize| {
                // Multiplied by primes, so that neither groups nor keys follow the order of the ids.
                let group = (id * 7 % 11) as u32 % groups;
                let group = if group == 1 { MAX_RANK } else { group };
                let key = keys[id * 31 % keys.len()] ^ (id * 7919 % 256) as u64;
                packed(group, (id % 3) as u8, key, id as ItemId)
            };
            let mut photos: Vec<PackedOrder> = (0..count).map(photo).collect();
            let mut plain = photos.clone();
            plain.sort_unstable();
            sort(&mut photos);
            prop_assert_eq!(photos, plain);
        }
    }

    #[test]
    fn many_photos_of_one_group_are_sorted_by_their_matches() {
        let photo = |id: u32| {
            let matched = id.wrapping_mul(2_654_435_761) as f32 / u32::MAX as f32;
            packed(3, 0, !u64::from(matched.to_bits()), id)
        };
        let mut photos: Vec<PackedOrder> = (0..20_000).map(photo).collect();
        assert!(buckets(&photos).is_some_and(|buckets| buckets.len() == 1));
        let mut plain = photos.clone();
        plain.sort_unstable();
        sort(&mut photos);
        assert!(photos == plain);
    }
}
