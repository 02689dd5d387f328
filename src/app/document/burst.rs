//! Photos taken in quick succession. Pure functions.

use super::calendar::Day;
use super::library::{ItemId, LibraryItem, Snapshot};

/// Maximum number of seconds between consecutive photos of a burst.
const GAP: i64 = 2;
/// Maximum number of photos in a side-by-side comparison.
pub const COMPARED: usize = 4;
/// Maximum number of photos of a burst that are shown at once.
pub const SURVEYED: usize = 9;

fn seconds(item: &LibraryItem) -> Option<i64> {
    item.facts()?.taken.as_ref()?.seconds()
}

/// Whether two days can be the same or consecutive. Meant to exclude most photos quickly: it also accepts the end of one
/// month with the start of any other.
fn may_be_consecutive(a: Day, b: Day) -> bool {
    let is_change_of_month = |end: Day, start: Day| end % 100 >= 28 && start % 100 == 1;
    a.abs_diff(b) <= 1 || is_change_of_month(a, b) || is_change_of_month(b, a)
}

/// The burst that contains a photo, in order of time: photos of the same folder, each taken within two seconds of the
/// one before, at most a day before or after the photo. Only the photo itself if there are no others.
#[must_use]
pub fn burst(library: &Snapshot, id: ItemId) -> Vec<ItemId> {
    let alone = vec![id];
    let at = id as usize;
    let (Some(item), Some(facts)) = (library.items.get(at), library.order_facts.get(at)) else {
        return alone;
    };
    if seconds(item).is_none() {
        return alone;
    }
    let folder = item.file.path.parent();
    let days = library.order_facts.iter().zip(0..);
    let near = days
        .filter(|(other, _)| may_be_consecutive(facts.day, other.day))
        .filter_map(|(_, id): (_, ItemId)| Some((library.items.get(id as usize)?, id)));
    let beside = near.filter(|(other, _)| other.file.path.parent() == folder);
    let mut times: Vec<(i64, &str, ItemId)> = beside
        .filter_map(|(other, id)| Some((seconds(other)?, other.name_key.as_str(), id)))
        .collect();
    times.sort_unstable();
    let mut bursts = times.chunk_by(|a, b| b.0 - a.0 <= GAP);
    let own = bursts.find(|burst| burst.iter().any(|(_, _, other)| *other == id));
    own.map_or(alone, |burst| burst.iter().map(|(_, _, id)| *id).collect())
}

/// Up to `most` consecutive photos of a burst around one of them.
#[must_use]
pub fn around(burst: &[ItemId], id: ItemId, most: usize) -> Vec<ItemId> {
    let place = burst.iter().position(|other| *other == id).unwrap_or(0);
    let last = burst.len().saturating_sub(most);
    let first = place.saturating_sub(most / 2).min(last);
    burst.iter().skip(first).take(most).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::photo::{Candidate, ContentId, Photo, PhotoFacts, Taken};

    fn photo(path: &str, taken: Option<&str>) -> LibraryItem {
        let file = Candidate {
            path: path.into(),
            size: 1,
            modified_ns: 0,
        };
        let facts = PhotoFacts {
            content: ContentId([0; 32]),
            width: 4,
            height: 3,
            taken: taken.map(|text| Taken::from_text(text.into())),
            warning: None,
            video: None,
        };
        LibraryItem::read(Photo { file, facts }, 0)
    }

    #[test]
    fn a_burst_is_what_was_taken_without_a_pause_in_one_folder() {
        let items = vec![
            photo("in/b.jpg", Some("2024-05-01T09:59:59")),
            photo("in/a.jpg", Some("2024-05-01T10:00:01")),
            photo("in/c.jpg", Some("2024-05-01T10:00:03")),
            photo("in/d.jpg", Some("2024-05-01T10:00:06")),
            photo("out/e.jpg", Some("2024-05-01T10:00:01")),
            photo("in/f.jpg", None),
            photo("in/g.jpg", Some("2024-12-31T23:59:59")),
            photo("in/h.jpg", Some("2025-01-01T00:00:01")),
        ];
        let library = Snapshot::new(items, Vec::new());
        assert_eq!(burst(&library, 2), [0, 1, 2]);
        assert_eq!(burst(&library, 3), [3]);
        assert_eq!(burst(&library, 4), [4]);
        assert_eq!(burst(&library, 5), [5]);
        assert_eq!(burst(&library, 6), [6, 7]);
        assert_eq!(burst(&library, 7), [6, 7]);
    }

    #[test]
    fn of_a_long_burst_those_around_a_photo_are_seen() {
        let burst: Vec<ItemId> = (0..20).collect();
        assert_eq!(around(&burst, 0, 4), [0, 1, 2, 3]);
        assert_eq!(around(&burst, 10, 4), [8, 9, 10, 11]);
        assert_eq!(around(&burst, 19, 4), [16, 17, 18, 19]);
        assert_eq!(around(&[5], 5, 4), [5]);
    }
}
