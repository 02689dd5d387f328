//! The kinds of files that belong to a photo.

/// What precedes the extension in a paired file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// The photo's stem: `IMG_1.xmp`.
    Stem,
    /// The photo's full name: `IMG_1.jpg.xmp`.
    Name,
    /// Either.
    Both,
}

/// A kind of paired file.
#[derive(Clone, Copy, Debug)]
pub struct PairedFileKind {
    /// Its extension.
    pub ending: &'static str,
    /// What precedes the extension.
    pub after: Separator,
    /// Description, with the program or camera that writes it.
    pub what: &'static str,
}

const fn kind(ending: &'static str, after: Separator, what: &'static str) -> PairedFileKind {
    PairedFileKind {
        ending,
        after,
        what,
    }
}

/// All kinds of paired files except RAW files.
pub const TABLE: &[PairedFileKind] = &[
    kind(
        "xmp",
        Separator::Both,
        "XMP sidecar (Adobe, darktable, digiKam, Immich)",
    ),
    kind("xmp.bak", Separator::Both, "backup of an XMP sidecar"),
    kind("pp3", Separator::Both, "edits of RawTherapee"),
    kind("arp", Separator::Both, "edits of ART"),
    kind("dop", Separator::Both, "edits of DxO PhotoLab"),
    kind("on1", Separator::Both, "edits of ON1 Photo RAW"),
    kind("cos", Separator::Both, "edits of Capture One"),
    kind("rrdata", Separator::Both, "edits of RapidRAW"),
    kind("aae", Separator::Both, "edits of Apple Photos"),
    kind("thm", Separator::Stem, "thumbnail of a camera"),
    kind("wav", Separator::Stem, "voice memo of a camera"),
    kind("mov", Separator::Stem, "movie of a Live Photo"),
    kind(
        "mp4",
        Separator::Stem,
        "movie of a Live Photo or motion photo",
    ),
    kind(
        "json",
        Separator::Name,
        "what Google Takeout says of a photo",
    ),
];

/// Extensions of RAW files, which belong to the picture with the same stem.
pub const RAW: &[&str] = &[
    "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "dng", "raf", "orf", "rw2", "pef",
    "srw", "x3f", "3fr", "iiq", "erf", "kdc", "mrw", "rwl", "raw",
];

/// Whether an extension is that of a RAW file.
pub(super) fn is_raw(ending: &str) -> bool {
    RAW.contains(&ending)
}

/// Whether a file name has a RAW extension.
pub(super) fn has_raw_ending(name: &std::ffi::OsStr) -> bool {
    let ending = std::path::Path::new(name).extension();
    ending.is_some_and(|ending| RAW.iter().any(|raw| ending.eq_ignore_ascii_case(raw)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_paired_file_is_documented() {
        let page = include_str!("../../../../docs/paired-files.md");
        for ending in TABLE
            .iter()
            .map(|kind| kind.ending)
            .chain(RAW.iter().copied())
        {
            assert!(page.contains(&format!("`.{ending}`")), "{ending}");
        }
    }
}
