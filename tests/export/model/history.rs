//! Random trees and histories.

use crate::faults::Fault;

use lumisift::engine::organize::export::{Conflict, FolderLayout, MultiLabel, Transfer};
use proptest::prelude::*;

/// Names in the folder of photos: differences in case, sidecars, a RAW pair, a copy elsewhere.
pub(super) const NAMES: [&str; 10] = [
    "x/1.jpg",
    "x/1.JPG",
    "x/1.CR2",
    "x/1.jpg.xmp",
    "x/1.xmp",
    "x/2.jpg",
    "y/1.jpg",
    "y/3.jpg",
    "y/4.jpg",
    "5.jpg",
];

/// The initial state of a name.
#[derive(Clone, Debug)]
pub(super) enum Seed {
    Nothing,
    /// A file; equal numbers mean equal content.
    File(u8),
    /// A symbolic link to the file of another name.
    Link(usize),
    /// A hard link to it.
    HardLink(usize),
}

/// One step of a history.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Export {
        /// From the first target to the second, instead of from the photos to the first.
        onward: bool,
        far: bool,
        transfer: Transfer,
        layout: FolderLayout,
        conflict: Conflict,
        several: MultiLabel,
        fault: Option<(usize, Fault)>,
        old: bool,
    },
    /// Undoes the export that is this many before the last.
    Undo(usize, Option<(usize, Fault)>),
    Finish(Option<(usize, Fault)>),
    Edit(Edit, usize, usize),
}

/// A change by a person or another program between exports.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edit {
    Delete,
    Overwrite,
    /// A link to another file replaces a file.
    BecomeLink,
    /// A hard link to another file replaces a file.
    BecomeHardLink,
    /// A new file takes a name in the photos' folder.
    Recreate,
    /// A folder is renamed, and a link to some folder takes its place.
    FolderBecomesLink,
    /// A file is renamed within its folder.
    Rename,
}

fn fault() -> impl Strategy<Value = Option<(usize, Fault)>> {
    let kind = prop_oneof![
        5 => Just(Fault::Kill),
        1 => Just(Fault::Full),
        1 => Just(Fault::Denied),
    ];
    // Mostly early, because short exports have few operations.
    let at = prop_oneof![3 => 0usize..16, 1 => 16usize..60];
    prop_oneof![2 => Just(None), 3 => (at, kind).prop_map(Some)]
}

pub(super) fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = prop_oneof![
        2 => Just(Seed::Nothing),
        5 => (0u8..6).prop_map(Seed::File),
        1 => (0..NAMES.len()).prop_map(Seed::Link),
        1 => (0..NAMES.len()).prop_map(Seed::HardLink),
    ];
    prop::collection::vec(seed, NAMES.len())
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let transfer = prop::sample::select(vec![
        Transfer::Copy,
        Transfer::Move,
        Transfer::Move,
        Transfer::HardLink,
        Transfer::Link,
    ]);
    let layout = prop::sample::select(vec![
        FolderLayout::Flat,
        FolderLayout::Label,
        FolderLayout::Mirror,
    ]);
    let export = (
        any::<bool>(),
        any::<bool>(),
        transfer,
        layout,
        any::<bool>(),
        any::<bool>(),
        fault(),
        any::<bool>(),
    );
    let export = export.prop_map(
        |(onward, far, transfer, layout, replace, every, fault, old)| Act::Export {
            onward,
            far,
            transfer,
            layout,
            conflict: if replace {
                Conflict::Overwrite
            } else {
                Conflict::Number
            },
            several: if every {
                MultiLabel::All
            } else {
                MultiLabel::Best
            },
            fault,
            old,
        },
    );
    let edit = prop::sample::select(vec![
        Edit::Delete,
        Edit::Overwrite,
        Edit::BecomeLink,
        Edit::BecomeHardLink,
        Edit::Recreate,
        Edit::FolderBecomesLink,
        Edit::Rename,
    ]);
    prop_oneof![
        4 => export,
        4 => (0usize..6, fault()).prop_map(|(back, fault)| Act::Undo(back.saturating_sub(3), fault)),
        2 => fault().prop_map(Act::Finish),
        4 => (edit, 0usize..32, 0usize..32).prop_map(|(edit, a, b)| Act::Edit(edit, a, b)),
    ]
}
