//! Files that belong to a photo and travel with it: sidecars, the RAW file of a pair, the movie of a Live Photo.
//!
//! [`TABLE`] says which, and docs/companions.md says it to people. A folder is listed once, and each of its files
//! is entered under the name of the photo that it belongs to, so that looking photos up takes time linear in them.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::fold::fold;
use super::pieces::{Piece, join, last_dot, pieces, strip_ending};
use crate::core::scan;

/// What stands before an ending in the name of a companion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The photo's stem: `IMG_1.xmp`.
    Stem,
    /// The photo's whole name: `IMG_1.jpg.xmp`.
    Name,
    /// Either.
    Both,
}

/// A kind of companion.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its ending.
    pub ending: &'static str,
    /// What stands before that.
    pub after: After,
    /// What it is, and whose.
    pub what: &'static str,
}

const fn kind(ending: &'static str, after: After, what: &'static str) -> Kind {
    Kind {
        ending,
        after,
        what,
    }
}

/// All kinds of companions, but for RAW files.
pub const TABLE: &[Kind] = &[
    kind(
        "xmp",
        After::Both,
        "XMP sidecar (Adobe, darktable, digiKam, Immich)",
    ),
    kind("xmp.bak", After::Both, "backup of an XMP sidecar"),
    kind("pp3", After::Both, "edits of RawTherapee"),
    kind("arp", After::Both, "edits of ART"),
    kind("dop", After::Both, "edits of DxO PhotoLab"),
    kind("on1", After::Both, "edits of ON1 Photo RAW"),
    kind("cos", After::Both, "edits of Capture One"),
    kind("rrdata", After::Both, "edits of RapidRAW"),
    kind("aae", After::Both, "edits of Apple Photos"),
    kind("thm", After::Stem, "thumbnail of a camera"),
    kind("wav", After::Stem, "voice memo of a camera"),
    kind("mov", After::Stem, "movie of a Live Photo"),
    kind("mp4", After::Stem, "movie of a Live Photo or motion photo"),
    kind("json", After::Name, "what Google Takeout says of a photo"),
];

/// Endings of RAW files, which belong to the picture of the same stem.
pub const RAW: &[&str] = &[
    "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "dng", "raf", "orf", "rw2", "pef",
    "srw", "x3f", "3fr", "iiq", "erf", "kdc", "mrw", "rwl", "raw",
];
/// What Takeout puts between a photo's name and `.json`, or the beginning of it.
const TAKEOUT: &str = "supplemental-metadata";
/// Takeout cuts names before `.json` to so many characters.
const TAKEOUT_LENGTH: usize = 46;

/// A file that belongs to a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Where it is.
    pub path: PathBuf,
    /// What follows the photo's stem in its name.
    pub suffix: OsString,
    /// Whether it keeps its own name where the photo does: it does not begin with the photo's stem.
    pub own_name: bool,
    /// Other photos that it belongs to as well.
    pub shared: Vec<PathBuf>,
}

impl Companion {
    /// The name of a companion of a photo whose stem changes from `before` to `after`: the stem and number that
    /// the photo gets, and what follows.
    pub(super) fn parts(&self, before: &OsStr, after: &OsStr, number: u32) -> (OsString, OsString) {
        let name = self.path.file_name().unwrap_or_default();
        if self.own_name && number == 1 && before == after {
            let stem = Path::new(name).file_stem().unwrap_or_default();
            let suffix = pieces(name).split_off(pieces(stem).len());
            return (stem.into(), join(&suffix));
        }
        (after.into(), self.suffix.clone())
    }
}

/// How a file is tied to the photos under whose name it is entered.
#[derive(Clone, Debug)]
struct Tie {
    file: OsString,
    kind: &'static str,
    /// The photo's stem or name as the file has it.
    base: OsString,
    /// What follows the photo's stem; where the photo's ending is unknown, what follows its name.
    suffix: OsString,
    whole_name: bool,
    own_name: bool,
    /// The name of a file whose own companion it is, if that is there.
    unless: Option<String>,
}

/// A listed folder.
#[derive(Default)]
struct Folder {
    /// Ties by the folded stem of the photo.
    of_stem: HashMap<String, Vec<Tie>>,
    /// Ties by the folded name of the photo.
    of_name: HashMap<String, Vec<Tie>>,
    /// Ties by the folded beginning of the photo's name.
    of_start: HashMap<String, Vec<Tie>>,
    /// Pictures by folded stem.
    pictures: HashMap<String, Vec<OsString>>,
    /// Folded names and stems of pictures.
    names: HashSet<String>,
}

/// Finds companions; lists each folder once.
#[derive(Default)]
pub struct Companions {
    folders: HashMap<PathBuf, Folder>,
}

impl Companions {
    /// The files that belong to a photo.
    pub fn of(&mut self, photo: &Path) -> Vec<Companion> {
        let dir = photo.parent().unwrap_or(Path::new(""));
        let Some(name) = photo.file_name() else {
            return Vec::new();
        };
        if !self.folders.contains_key(dir) {
            self.folders.insert(dir.into(), Folder::read(dir));
        }
        let Some(folder) = self.folders.get(dir) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        folder.tied_to(name, &mut found);
        // RAW files and movies have sidecars of their own.
        let carriers: Vec<_> = found
            .iter()
            .filter(|(tie, _)| is_raw(tie.kind) || matches!(tie.kind, "mov" | "mp4"))
            .map(|(tie, shared)| (&tie.file, shared.clone()))
            .collect();
        for (carrier, shared) in carriers {
            let before = found.len();
            folder.tied_to_name(carrier, &mut found);
            for (_, of_carrier) in &mut found[before..] {
                of_carrier.clone_from(&shared);
            }
        }
        let exact = |tie: &Tie| {
            name.as_encoded_bytes()
                .starts_with(tie.base.as_encoded_bytes())
        };
        // Of two that differ in case alone, the one that is written as the photo is belongs to it.
        found.sort_by(|(a, _), (b, _)| (!exact(a), &a.file).cmp(&(!exact(b), &b.file)));
        let mut files = HashSet::new();
        let mut suffixes = HashSet::new();
        found.retain(|(tie, _)| {
            tie.file != name
                && files.insert(&tie.file)
                && (tie.own_name || suffixes.insert(fold(&tie.suffix)))
        });
        let companion = |(tie, shared): (&Tie, Vec<&OsString>)| Companion {
            path: dir.join(&tie.file),
            suffix: match tie.suffix.is_empty() {
                true => suffix_after(name, ".json"),
                false => tie.suffix.clone(),
            },
            own_name: tie.own_name,
            shared: shared.into_iter().map(|other| dir.join(other)).collect(),
        };
        found.into_iter().map(companion).collect()
    }
}

/// Ties of a photo, each with the other photos that it is tied to.
type Found<'a> = Vec<(&'a Tie, Vec<&'a OsString>)>;

impl Folder {
    fn read(dir: &Path) -> Self {
        let mut folder = Self::default();
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let is_file = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {
                    fs::metadata(entry.path()).is_ok_and(|m| m.is_file())
                }
                Ok(kind) => kind.is_file(),
                Err(_) => false,
            };
            if is_file {
                folder.enter(entry.file_name());
            }
        }
        folder
    }

    fn enter(&mut self, file: OsString) {
        let name = pieces(&file);
        let raw = RAW
            .iter()
            .find(|ending| strip_ending(&name, ending).is_some());
        if raw.is_some() || scan::is_picture_name(Path::new(&file)) {
            let stem = fold(Path::new(&file).file_stem().unwrap_or_default());
            self.names.insert(fold(&file));
            self.names.insert(stem.clone());
            self.pictures.entry(stem).or_default().push(file.clone());
        }
        if let Some(ending) = raw {
            return self.enter_kind(&file, &name, &kind(ending, After::Stem, "RAW file"));
        }
        for kind in TABLE {
            self.enter_kind(&file, &name, kind);
        }
    }

    fn enter_kind(&mut self, file: &OsString, name: &[Piece], kind: &Kind) {
        let Some(base) = strip_ending(name, kind.ending).filter(|base| !base.is_empty()) else {
            return;
        };
        let tie = |base: &[Piece], suffix: &[Piece], whole_name: bool| Tie {
            file: file.clone(),
            kind: kind.ending,
            base: join(base),
            suffix: join(suffix),
            whole_name,
            own_name: false,
            unless: None,
        };
        if kind.after != After::Name {
            let tie = tie(base, &name[base.len()..], false);
            self.of_stem.entry(fold(&tie.base)).or_default().push(tie);
        }
        if kind.after != After::Stem {
            let stem = last_dot(base).unwrap_or(base.len());
            let tie = tie(base, &name[stem..], true);
            self.of_name.entry(fold(&tie.base)).or_default().push(tie);
        }
        match kind.ending {
            "xmp" => self.enter_duplicate(base, &tie(base, &name[base.len()..], true)),
            "rrdata" => self.enter_virtual_copy(base, &name[base.len()..], &tie(base, &[], true)),
            "aae" => self.enter_original(base, &tie(base, &[], false)),
            "json" => self.enter_takeout(base, &tie(base, &[], true)),
            _ => {}
        }
    }

    /// `a_01.jpg.xmp`, the second version of `a.jpg` in darktable.
    fn enter_duplicate(&mut self, base: &[Piece], tie: &Tie) {
        let Some(dot) = last_dot(base) else { return };
        let digits = base[..dot]
            .iter()
            .rev()
            .take_while(|piece| piece.is_digit())
            .count();
        let at = dot - digits;
        if digits < 2 || at < 2 || !base[at - 1].is('_') {
            return;
        }
        let photo = [&base[..at - 1], &base[dot..]].concat();
        let suffix = [&base[at - 1..], &pieces(&tie.suffix)].concat();
        let tie = Tie {
            base: join(&photo),
            suffix: join(&suffix),
            unless: Some(fold(&join(base))),
            ..tie.clone()
        };
        self.of_name.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `a.jpg.1f3a9c.rrdata`, a virtual copy of `a.jpg` in RapidRAW.
    fn enter_virtual_copy(&mut self, base: &[Piece], ending: &[Piece], tie: &Tie) {
        let Some(dot) = last_dot(base) else { return };
        let copy = &base[dot + 1..];
        let is_id = |piece: &Piece| matches!(piece, Piece::Char(c) if c.is_ascii_alphanumeric());
        if copy.len() != 6 || !copy.iter().all(is_id) {
            return;
        }
        let photo = &base[..dot];
        let stem = last_dot(photo).unwrap_or(photo.len());
        let tie = Tie {
            base: join(photo),
            suffix: join(&[&base[stem..], ending].concat()),
            ..tie.clone()
        };
        self.of_name.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `IMG_O1234.AAE`, which belongs to `IMG_1234.JPG` as `IMG_1234.AAE` does.
    fn enter_original(&mut self, base: &[Piece], tie: &Tie) {
        let Some(photo) = without_letter(base, 'o') else {
            return;
        };
        let tie = Tie {
            base: join(&photo),
            suffix: "_O.AAE".into(),
            own_name: true,
            unless: Some(fold(&join(base))),
            ..tie.clone()
        };
        self.of_stem.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `a.jpg.supplemental-metadata.json` and what becomes of that name: the middle part or even the photo's name is
    /// cut, and the number of `a(1).jpg` comes last.
    fn enter_takeout(&mut self, base: &[Piece], tie: &Tie) {
        self.enter_takeout_names(base, &[], tie);
        let (plain, number) = split_number(base);
        if !number.is_empty() {
            self.enter_takeout_names(plain, number, tie);
        }
    }

    fn enter_takeout_names(&mut self, base: &[Piece], number: &[Piece], tie: &Tie) {
        let json = pieces(OsStr::new(".json"));
        let cut_middle = last_dot(base).filter(|dot| {
            let tail = &base[dot + 1..];
            tail.len() <= TAKEOUT.len() && tail.iter().zip(TAKEOUT.chars()).all(|(p, c)| p.is(c))
        });
        let whole = (!number.is_empty()).then_some(base.len());
        for end in cut_middle.into_iter().chain(whole) {
            let (photo, middle) = base.split_at(end);
            let dot = last_dot(photo).unwrap_or(photo.len());
            let tie = Tie {
                base: join(&[&photo[..dot], number, &photo[dot..]].concat()),
                suffix: join(&[&photo[dot..], middle, &json].concat()),
                own_name: !number.is_empty(),
                ..tie.clone()
            };
            self.of_name.entry(fold(&tie.base)).or_default().push(tie);
        }
        if base.len() == TAKEOUT_LENGTH {
            let start = join(&[base, number].concat());
            let tie = Tie {
                base: join(base),
                suffix: OsString::new(),
                own_name: true,
                ..tie.clone()
            };
            self.of_start.entry(fold(&start)).or_default().push(tie);
        }
    }

    /// Everything that belongs to a photo by its stem or name.
    fn tied_to<'a>(&'a self, photo: &OsStr, found: &mut Found<'a>) {
        let name = pieces(photo);
        let stem = &name[..last_dot(&name).unwrap_or(name.len())];
        let raw = RAW
            .iter()
            .any(|ending| strip_ending(&name, ending).is_some());
        let fits = |tie: &&Tie| !(raw && is_raw(tie.kind));
        self.take(
            photo,
            self.of_stem.get(&fold(&join(stem))),
            raw,
            fits,
            found,
        );
        if let Some(original) = without_letter(stem, 'e') {
            let ties = self.of_stem.get(&fold(&join(&original)));
            self.take(photo, ties, raw, |tie| tie.kind == "aae", found);
        }
        self.tied_to_name(photo, found);
        let (plain, number) = split_number(stem);
        let whole = [plain, &name[stem.len()..]].concat();
        if whole.len() > TAKEOUT_LENGTH {
            let start = join(&[&whole[..TAKEOUT_LENGTH], number].concat());
            self.take(
                photo,
                self.of_start.get(&fold(&start)),
                raw,
                |_| true,
                found,
            );
        }
    }

    fn tied_to_name<'a>(&'a self, photo: &OsStr, found: &mut Found<'a>) {
        self.take(photo, self.of_name.get(&fold(photo)), true, |_| true, found);
    }

    /// Takes the ties that hold for a photo.
    fn take<'a>(
        &'a self,
        photo: &OsStr,
        ties: Option<&'a Vec<Tie>>,
        raw: bool,
        fits: impl Fn(&&'a Tie) -> bool,
        found: &mut Found<'a>,
    ) {
        for tie in ties.into_iter().flatten().filter(fits) {
            let own = |name: &String| self.names.contains(name);
            if tie.unless.as_ref().is_some_and(own) {
                continue;
            }
            let owners = self.owners(tie, raw);
            let is_written = |owner: &&OsString| owner.as_os_str() == photo;
            let among = owners.iter().any(|owner| is_written(owner));
            // Where another photo is written as the companion is, that one has it.
            let exact = owners.iter().any(|owner| starts_exactly(owner, tie));
            if !among && exact && self.pictures_have(photo) {
                continue;
            }
            let others = owners.into_iter().filter(|owner| !is_written(owner));
            found.push((tie, others.collect()));
        }
    }

    fn pictures_have(&self, photo: &OsStr) -> bool {
        self.names.contains(&fold(photo))
    }

    /// The pictures that a tie holds for. RAW files have what belongs to their pictures only if asked.
    fn owners(&self, tie: &Tie, raw: bool) -> Vec<&OsString> {
        let base = pieces(&tie.base);
        let stem = match tie.whole_name {
            true => &base[..last_dot(&base).unwrap_or(base.len())],
            false => &base[..],
        };
        let pictures = self.pictures.get(&fold(&join(stem))).into_iter().flatten();
        let name = tie.whole_name.then(|| fold(&tie.base));
        let edited = (tie.kind == "aae").then(|| self.edited(stem));
        let all: Vec<&OsString> = pictures
            .chain(edited.into_iter().flatten())
            .filter(|picture| name.as_ref().is_none_or(|name| fold(picture) == *name))
            .filter(|picture| raw || !has_raw_ending(picture))
            .collect();
        let exact = all
            .iter()
            .copied()
            .filter(|owner| starts_exactly(owner, tie));
        let exact: Vec<&OsString> = exact.collect();
        if exact.is_empty() || tie.kind == "aae" {
            all
        } else {
            exact
        }
    }

    /// Pictures that Apple's programs made of the one of this stem: `IMG_E1234.JPG` of `IMG_1234.HEIC`.
    fn edited(&self, stem: &[Piece]) -> impl Iterator<Item = &OsString> {
        let digits = stem
            .iter()
            .rev()
            .take_while(|piece| piece.is_digit())
            .count();
        let (start, end) = stem.split_at(stem.len() - digits);
        let edited = [start, &[Piece::Char('E')], end].concat();
        let pictures = self.pictures.get(&fold(&join(&edited)));
        pictures.into_iter().flatten()
    }
}

/// Whether a picture is written as a companion has it, letter case included.
fn starts_exactly(picture: &OsStr, tie: &Tie) -> bool {
    match tie.whole_name {
        true => picture == tie.base,
        false => Path::new(picture).file_stem() == Some(tie.base.as_os_str()),
    }
}

fn is_raw(ending: &str) -> bool {
    RAW.contains(&ending)
}

fn has_raw_ending(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| RAW.iter().any(|raw| ending.eq_ignore_ascii_case(raw)))
}

/// A photo's own ending, and one after it.
fn suffix_after(photo: &OsStr, ending: &str) -> OsString {
    let name = pieces(photo);
    let own = &name[last_dot(&name).unwrap_or(name.len())..];
    [join(own), ending.into()].into_iter().collect()
}

/// `IMG_E1234` without its E: Apple marks edited pictures and their originals so.
fn without_letter(stem: &[Piece], letter: char) -> Option<Vec<Piece>> {
    let digits = stem
        .iter()
        .rev()
        .take_while(|piece| piece.is_digit())
        .count();
    let at = stem
        .len()
        .checked_sub(digits + 1)
        .filter(|at| *at > 0 && digits > 0)?;
    (stem[at].is(letter) && stem[at - 1].is('_')).then(|| [&stem[..at], &stem[at + 1..]].concat())
}

/// A name without a number in brackets at its end, and that number.
fn split_number(name: &[Piece]) -> (&[Piece], &[Piece]) {
    let numbered = || {
        let inner = name.strip_suffix(&[Piece::Char(')')])?;
        let digits = inner
            .iter()
            .rev()
            .take_while(|piece| piece.is_digit())
            .count();
        let at = inner
            .len()
            .checked_sub(digits + 1)
            .filter(|at| *at > 0 && digits > 0)?;
        inner[at].is('(').then_some(at)
    };
    name.split_at(numbered().unwrap_or(name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for name in names {
            fs::write(dir.path().join(name), name).expect("written");
        }
        dir
    }

    /// Names of the companions of a photo.
    fn of(dir: &tempfile::TempDir, photo: &str) -> Vec<String> {
        let found = Companions::default()
            .of(&dir.path().join(photo))
            .into_iter();
        let mut names: Vec<String> = found
            .map(|c| {
                c.path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_photo_has_its_sidecars_and_its_pair() {
        let dir = folder(&[
            "IMG_1.jpg",
            "IMG_1.xmp",
            "IMG_1.jpg.xmp",
            "IMG_1.CR2",
            "img_1.MOV",
            "IMG_1.AAE",
            "IMG_10.xmp",
            "IMG_1.txt",
            "IMG_1 (2).jpg",
            "img_1.xmp",
            "IMG_2.xmp",
        ]);
        let found = Companions::default().of(&dir.path().join("IMG_1.jpg"));
        let suffixes: Vec<&str> = found.iter().filter_map(|c| c.suffix.to_str()).collect();
        assert_eq!(suffixes, [".AAE", ".CR2", ".jpg.xmp", ".xmp", ".MOV"]);
        assert!(found.iter().all(|c| c.shared.is_empty()));
        assert!(of(&dir, "IMG_3.jpg").is_empty());
    }

    #[test]
    fn sidecars_of_every_program_are_known_in_any_case() {
        let names: Vec<String> = TABLE
            .iter()
            .flat_map(|kind| {
                let stem = format!("a.{}", kind.ending.to_uppercase());
                let name = format!("a.JPG.{}", kind.ending);
                match kind.after {
                    After::Stem => vec![stem],
                    After::Name => vec![name],
                    After::Both => vec![stem, name],
                }
            })
            .collect();
        let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
        all.extend(["a.jpg", "other.txt", "ab.xmp", "b.jpg.xmp"]);
        let dir = folder(&all);
        let mut want = names.clone();
        want.sort();
        assert_eq!(of(&dir, "a.jpg"), want);
    }

    #[test]
    fn numbered_duplicates_and_virtual_copies_belong_to_their_photo() {
        let dir = folder(&[
            "a.jpg",
            "a_01.jpg.xmp",
            "a_12.jpg.xmp",
            "a_1.jpg.xmp",
            "b.jpg",
            "b_01.jpg",
            "b_01.jpg.xmp",
            "a.jpg.1f3a9c.rrdata",
            "a.CR2",
            "a_02.CR2.xmp",
            "a.CR2.xmp",
            "a.cr2.pp3",
        ]);
        let of_a = [
            "a.CR2",
            "a.CR2.xmp",
            "a.cr2.pp3",
            "a.jpg.1f3a9c.rrdata",
            "a_01.jpg.xmp",
            "a_02.CR2.xmp",
            "a_12.jpg.xmp",
        ];
        assert_eq!(of(&dir, "a.jpg"), of_a);
        assert!(of(&dir, "b.jpg").is_empty());
        assert_eq!(of(&dir, "b_01.jpg"), ["b_01.jpg.xmp"]);
    }

    #[test]
    fn takeout_is_understood_however_it_cuts_names() {
        let long = "a-name-that-is-longer-than-takeout-can-bear-with-json.jpg";
        let cut = format!("{}.json", &long[..46]);
        let dir = folder(&[
            "IMG_1.jpg",
            "IMG_1.jpg.json",
            "IMG_10.jpg",
            "IMG_10.jpg.supplemental-meta.json",
            "IMG_1.json",
            "b.jpg",
            "b.jpg.suppl.json",
            "b(1).jpg",
            "b.jpg.supplemental-metadata(1).json",
            "b.jpg.other.json",
            "c(2).jpg",
            "c.jpg(2).json",
            "d(3).jpg",
            "d(3).jpg.json",
            long,
            &cut,
        ]);
        assert_eq!(of(&dir, "IMG_1.jpg"), ["IMG_1.jpg.json"]);
        assert_eq!(
            of(&dir, "IMG_10.jpg"),
            ["IMG_10.jpg.supplemental-meta.json"]
        );
        assert_eq!(of(&dir, "b.jpg"), ["b.jpg.suppl.json"]);
        assert_eq!(
            of(&dir, "b(1).jpg"),
            ["b.jpg.supplemental-metadata(1).json"]
        );
        assert_eq!(of(&dir, "c(2).jpg"), ["c.jpg(2).json"]);
        assert_eq!(of(&dir, "d(3).jpg"), ["d(3).jpg.json"]);
        assert_eq!(of(&dir, long), [cut.as_str()]);
        let found = Companions::default().of(&dir.path().join("b(1).jpg"));
        assert_eq!(found[0].suffix, ".jpg.supplemental-metadata.json");
        assert!(found[0].own_name);
        let found = Companions::default().of(&dir.path().join(long));
        assert_eq!(found[0].suffix, ".jpg.json");
    }

    #[test]
    fn edits_of_apple_belong_to_the_original_and_to_the_edited_picture() {
        let dir = folder(&[
            "IMG_1234.JPG",
            "IMG_E1234.JPG",
            "IMG_1234.AAE",
            "IMG_O1234.AAE",
        ]);
        let both = ["IMG_1234.AAE", "IMG_O1234.AAE"];
        assert_eq!(of(&dir, "IMG_1234.JPG"), both);
        assert_eq!(of(&dir, "IMG_E1234.JPG"), both);
        let found = Companions::default().of(&dir.path().join("IMG_E1234.JPG"));
        let original = vec![dir.path().join("IMG_1234.JPG")];
        assert!(found.iter().all(|companion| companion.shared == original));
    }

    #[test]
    fn what_belongs_to_two_photos_says_so() {
        let dir = folder(&[
            "a.jpg",
            "a.png",
            "a.xmp",
            "a.jpg.xmp",
            "a.cr2",
            "B.jpg",
            "b.jpg",
            "b.xmp",
        ]);
        let shared = |photo: &str| -> Vec<(String, usize)> {
            let found = Companions::default()
                .of(&dir.path().join(photo))
                .into_iter();
            found
                .map(|c| (c.suffix.to_string_lossy().into_owned(), c.shared.len()))
                .collect()
        };
        let of_jpg = [(".cr2", 1), (".jpg.xmp", 0), (".xmp", 1)];
        assert_eq!(
            shared("a.jpg"),
            of_jpg.map(|(suffix, n)| (suffix.into(), n))
        );
        assert_eq!(shared("a.png"), [(".cr2".into(), 1), (".xmp".into(), 1)]);
        // A RAW file alone has what the pictures have.
        assert_eq!(shared("a.cr2"), [(".xmp".into(), 2)]);
        assert_eq!(of(&dir, "b.jpg"), ["b.xmp"]);
        assert!(of(&dir, "B.jpg").is_empty());
    }

    #[test]
    fn people_are_told_of_every_kind() {
        let page = include_str!("../../../docs/companions.md");
        for ending in TABLE
            .iter()
            .map(|kind| kind.ending)
            .chain(RAW.iter().copied())
        {
            assert!(page.contains(&format!("`.{ending}`")), "{ending}");
        }
    }
}
