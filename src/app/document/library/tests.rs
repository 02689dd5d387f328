use super::item::natural_key;
use super::*;
use crate::engine::media::metadata::Additions;
use crate::engine::media::metadata::xmp::Packet;
use crate::engine::media::photo::{Candidate, Photo, PhotoFacts, Stage};
use crate::engine::organize::marks::Colour;

/// A photo that has been read, with a content of this byte.
pub(in crate::app) fn item(path: &str, content: u8) -> LibraryItem {
    let file = Candidate {
        path: path.into(),
        size: 1,
        modified_ns: 1,
    };
    let facts = PhotoFacts {
        content: ContentId([content; 32]),
        width: 4,
        height: 3,
        taken: None,
        warning: None,
        video: None,
    };
    LibraryItem::read(Photo { file, facts }, u32::from(content))
}

#[test]
fn names_sort_as_people_count() {
    let mut names = ["img10.jpg", "IMG2.jpg", "img002b.jpg", "a.jpg", "猫.jpg"];
    names.sort_by_key(|name| natural_key(name));
    assert_eq!(
        names,
        ["a.jpg", "IMG2.jpg", "img002b.jpg", "img10.jpg", "猫.jpg"]
    );
}

#[test]
fn each_path_has_one_item() {
    let mut library = PhotoList::default();
    library.put(item("a.jpg", 1), 1);
    library.put(item("b.jpg", 2), 1);
    let epoch = library.snapshot().epoch;
    library.put(item("a.jpg", 1), 2);
    assert_eq!((library.len(), library.snapshot().epoch), (2, epoch));
    library.put(
        LibraryItem::failed(Failure::new("a.jpg", Stage::Read, "gone")),
        2,
    );
    assert_eq!(library.len(), 2);
    assert!(library.snapshot().epoch > epoch);
    assert_eq!(library.failures().len(), 1);
    assert_eq!(library.find(Path::new("a.jpg")), Some(0));
}

#[test]
fn removed_items_leave_no_gaps() {
    let mut library = PhotoList::default();
    for (path, content) in [("in/a.jpg", 1), ("usb/b.jpg", 2), ("in/c.jpg", 3)] {
        library.put(item(path, content), 1);
    }
    library.put(item("in/c.jpg", 3), 2);
    let stays = |path: &Path, seen: u64| seen == 2 || path.starts_with("usb");
    let renumbered = library.retain(stays);
    assert_eq!(renumbered, Some(vec![None, Some(0), Some(1)]));
    assert_eq!(library.find(Path::new("in/c.jpg")), Some(1));
    assert_eq!(library.find(Path::new("in/a.jpg")), None);
    let copies = |content| library.copies(&ContentId([content; 32])).to_vec();
    assert_eq!(
        [copies(1), copies(2), copies(3)],
        [vec![], vec![0], vec![1]]
    );
    assert_eq!(library.retain(stays), None);
}

#[test]
fn photos_that_a_model_has_not_read_are_counted() {
    let mut library = PhotoList::default();
    library.put(item("a.jpg", 1), 1);
    library.put(item("b.jpg", 2), 1);
    library.put(
        LibraryItem::failed(Failure::new("c.jpg", Stage::Read, "gone")),
        1,
    );
    assert_eq!(library.unread_count(), 0);
    library.forget_rows();
    assert_eq!((library.unread_count(), library.failure_count()), (2, 1));
    library.put(item("a.jpg", 1), 2);
    assert_eq!(library.unread_count(), 1);
    library.retain(|path, _| path != Path::new("b.jpg"));
    assert_eq!(library.unread_count(), 0);
}

#[test]
fn marks_follow_the_content() {
    let pick = Mark {
        flag: Flag::Pick,
        stars: 2,
        colour: None,
    };
    let mut library = PhotoList::new(HashMap::from([(ContentId([1; 32]), pick)]));
    library.put(item("a.jpg", 1), 1);
    library.put(item("b.jpg", 2), 1);
    assert_eq!(library.mark(0), pick);
    library.decide(&[(ContentId([2; 32]), Some(pick))]);
    library.put(item("copy of b.jpg", 2), 1);
    assert_eq!((library.mark(1), library.mark(2)), (pick, pick));
    assert_eq!(library.decision(&ContentId([2; 32])), Some(pick));
    // A file whose content has changed is no longer a copy.
    library.put(item("b.jpg", 3), 2);
    library.retain(|path, _| path != Path::new("a.jpg"));
    library.decide(&[(ContentId([2; 32]), None)]);
    assert_eq!(
        (library.mark(0), library.mark(1)),
        (Mark::default(), Mark::default())
    );
    library.decide(&[(ContentId([3; 32]), Some(pick))]);
    assert_eq!((library.mark(0), library.mark(1)), (pick, Mark::default()));
}

#[test]
fn the_last_of_several_decisions_about_a_content_counts() {
    let mut library = PhotoList::default();
    library.put(item("a.jpg", 1), 1);
    library.put(item("b.jpg", 1), 1);
    library.put(item("c.jpg", 2), 1);
    let stars = |stars| {
        Some(Mark {
            stars,
            ..Mark::default()
        })
    };
    let (first, second) = (ContentId([1; 32]), ContentId([2; 32]));
    library.decide(&[(first, stars(1)), (second, stars(2)), (first, stars(3))]);
    let marked: Vec<u8> = (0..3).map(|id| library.mark(id).stars).collect();
    assert_eq!(marked, [3, 3, 2]);
}

#[test]
fn photos_are_removed_together_and_decisions_stay_known() {
    let pick = Mark {
        flag: Flag::Pick,
        ..Mark::default()
    };
    let mut library = PhotoList::default();
    library.put(item("a.jpg", 1), 1);
    library.decide(&[(ContentId([1; 32]), Some(pick))]);
    let epoch = library.snapshot().epoch;
    let removed = library.clear();
    assert_eq!((removed.len(), library.len()), (1, 0));
    assert!(library.snapshot().epoch > epoch);
    library.put(item("b.jpg", 1), 2);
    assert_eq!(library.mark(0), pick);
}

#[test]
fn a_decision_counts_more_than_a_sidecar() {
    let dir = tempfile::tempdir().expect("a folder");
    let photo = dir.path().join("a.jpg");
    let mut packet = Packet::empty();
    let additions = Additions {
        keywords: vec!["sea".into()],
        rating: Some(4),
        colour: Some("Red".into()),
        ..Additions::default()
    };
    packet.add(&additions).expect("added");
    let bytes = packet.to_bytes().expect("bytes");
    std::fs::write(dir.path().join("a.jpg.xmp"), bytes).expect("written");
    let metadata = Arc::new(PhotoMetadata::of(&photo));
    let mut library = PhotoList::default();
    let path = photo.to_str().expect("a plain name");
    library.put(item(path, 1), 1);
    library.set_metadata(vec![(photo.clone(), metadata)]);
    let theirs = library.mark(0);
    assert_eq!((theirs.stars, theirs.colour), (4, Some(Colour::Red)));
    library.decide(&[(ContentId([1; 32]), Some(Mark::default()))]);
    assert_eq!(library.mark(0), Mark::default());
    library.decide(&[(ContentId([1; 32]), None)]);
    // After reading it again, the mark from its metadata stays.
    library.put(item(path, 2), 2);
    assert_eq!(library.mark(0), theirs);
    let read = library.get(0).expect("an item");
    assert_eq!(read.keywords(), ["sea"]);
    library.set_metadata(vec![(photo, Arc::default())]);
    assert_eq!(library.mark(0), Mark::default());
}

#[test]
fn a_copy_is_rejected_alone_and_what_it_shares_stays() {
    let mut library = PhotoList::default();
    library.put(item("a.jpg", 1), 1);
    library.put(item("b.jpg", 1), 1);
    let stars = Mark {
        stars: 3,
        ..Mark::default()
    };
    library.decide(&[(ContentId([1; 32]), Some(stars))]);
    let alone = [(PathBuf::from("b.jpg"), Some(ContentId([1; 32])))];
    let before = library.reject_individually(&alone);
    let flags = |library: &PhotoList| [library.mark(0).flag, library.mark(1).flag];
    assert_eq!(flags(&library), [Flag::None, Flag::Reject]);
    assert_eq!(
        (library.mark(1).stars, library.mark_of_content(1)),
        (3, stars)
    );
    // The path now has a different content.
    library.put(item("b.jpg", 2), 2);
    assert!(!library.is_rejected_individually(1));
    library.put(item("b.jpg", 1), 3);
    assert!(library.is_rejected_individually(1));
    library.reject_individually(&before);
    assert_eq!(flags(&library), [Flag::None; 2]);
}
