//! Index of the files of a folder by the names of the photos to which they belong.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use super::table::{PairedFileKind, RAW, Separator, TABLE, has_raw_ending, is_raw};
use crate::engine::files::fold::fold;
use crate::engine::files::pieces::{Piece, join, last_dot, pieces, strip_ending};
use crate::engine::media::file_names;

/// What Takeout inserts between a photo's name and `.json`, possibly truncated.
const TAKEOUT: &str = "supplemental-metadata";
/// Maximum length in characters of a Takeout name before `.json`.
const TAKEOUT_LENGTH: usize = 46;

/// A file that belongs to photos of a certain name.
#[derive(Clone, Debug)]
pub struct Pairing {
    pub file: OsString,
    pub kind: &'static str,
    /// The photo's stem or name, as spelled in the file's name.
    pub base: OsString,
    /// The suffix after the photo's stem, or after its whole name if its extension is unknown.
    pub suffix: OsString,
    whole_name: bool,
    pub own_name: bool,
    /// If a file of this name exists, the paired file belongs to that file instead.
    unless: Option<String>,
}

/// The index of a folder.
#[derive(Default)]
pub struct ListedFolder {
    /// Paired files by case-folded stem of the photo.
    of_stem: HashMap<String, Vec<Pairing>>,
    /// Paired files by case-folded name of the photo.
    of_name: HashMap<String, Vec<Pairing>>,
    /// Paired files by case-folded prefix of the photo's name.
    of_start: HashMap<String, Vec<Pairing>>,
    /// Pictures by case-folded stem.
    pictures: HashMap<String, Vec<OsString>>,
    /// Case-folded names and stems of pictures.
    names: HashSet<String>,
}

/// Paired files of a photo, each with the other photos that share it.
pub type SharedPairings<'a> = Vec<(&'a Pairing, Vec<&'a OsString>)>;

impl ListedFolder {
    /// Lists a folder.
    pub fn read(dir: &Path) -> Self {
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
                folder.add_file(entry.file_name());
            }
        }
        folder
    }

    fn add_file(&mut self, file: OsString) {
        let name = pieces(&file);
        let raw = RAW
            .iter()
            .find(|ending| strip_ending(&name, ending).is_some());
        if raw.is_some() || file_names::is_picture_name(Path::new(&file)) {
            let stem = fold(Path::new(&file).file_stem().unwrap_or_default());
            self.names.insert(fold(&file));
            self.names.insert(stem.clone());
            self.pictures.entry(stem).or_default().push(file.clone());
        }
        if let Some(ending) = raw {
            let kind = PairedFileKind {
                ending,
                after: Separator::Stem,
                what: "RAW file",
            };
            return self.add_kind(&file, &name, &kind);
        }
        for kind in TABLE {
            self.add_kind(&file, &name, kind);
        }
    }

    fn add_kind(&mut self, file: &OsString, name: &[Piece], kind: &PairedFileKind) {
        let Some(base) = strip_ending(name, kind.ending).filter(|base| !base.is_empty()) else {
            return;
        };
        let tie = |base: &[Piece], suffix: &[Piece], whole_name: bool| Pairing {
            file: file.clone(),
            kind: kind.ending,
            base: join(base),
            suffix: join(suffix),
            whole_name,
            own_name: false,
            unless: None,
        };
        if kind.after != Separator::Name {
            let tie = tie(base, &name[base.len()..], false);
            self.of_stem.entry(fold(&tie.base)).or_default().push(tie);
        }
        if kind.after != Separator::Stem {
            let stem = last_dot(base).unwrap_or(base.len());
            let tie = tie(base, &name[stem..], true);
            self.of_name.entry(fold(&tie.base)).or_default().push(tie);
        }
        match kind.ending {
            "xmp" => self.add_duplicate(base, &tie(base, &name[base.len()..], true)),
            "rrdata" => self.add_virtual_copy(base, &name[base.len()..], &tie(base, &[], true)),
            "aae" => self.add_original(base, &tie(base, &[], false)),
            "json" => self.add_takeout(base, &tie(base, &[], true)),
            _ => {}
        }
    }

    /// `a_01.jpg.xmp`: darktable's second version of `a.jpg`.
    fn add_duplicate(&mut self, base: &[Piece], tie: &Pairing) {
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
        let tie = Pairing {
            base: join(&photo),
            suffix: join(&suffix),
            unless: Some(fold(&join(base))),
            ..tie.clone()
        };
        self.of_name.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `a.jpg.1f3a9c.rrdata`: RapidRAW's virtual copy of `a.jpg`.
    fn add_virtual_copy(&mut self, base: &[Piece], ending: &[Piece], tie: &Pairing) {
        let Some(dot) = last_dot(base) else { return };
        let copy = &base[dot + 1..];
        let is_id = |piece: &Piece| matches!(piece, Piece::Char(c) if c.is_ascii_alphanumeric());
        if copy.len() != 6 || !copy.iter().all(is_id) {
            return;
        }
        let photo = &base[..dot];
        let stem = last_dot(photo).unwrap_or(photo.len());
        let tie = Pairing {
            base: join(photo),
            suffix: join(&[&base[stem..], ending].concat()),
            ..tie.clone()
        };
        self.of_name.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `IMG_O1234.AAE`, which belongs to `IMG_1234.JPG` like `IMG_1234.AAE`.
    fn add_original(&mut self, base: &[Piece], tie: &Pairing) {
        let Some(photo) = without_letter(base, 'o') else {
            return;
        };
        let tie = Pairing {
            base: join(&photo),
            suffix: "_O.AAE".into(),
            own_name: true,
            unless: Some(fold(&join(base))),
            ..tie.clone()
        };
        self.of_stem.entry(fold(&tie.base)).or_default().push(tie);
    }

    /// `a.jpg.supplemental-metadata.json` and its variants: the middle part or even the photo's name is truncated, and
    /// the number of `a(1).jpg` comes last.
    fn add_takeout(&mut self, base: &[Piece], tie: &Pairing) {
        self.add_takeout_names(base, &[], tie);
        let (plain, number) = split_number(base);
        if !number.is_empty() {
            self.add_takeout_names(plain, number, tie);
        }
    }

    fn add_takeout_names(&mut self, base: &[Piece], number: &[Piece], tie: &Pairing) {
        let json = pieces(OsStr::new(".json"));
        let cut_middle = last_dot(base).filter(|dot| {
            let tail = &base[dot + 1..];
            tail.len() <= TAKEOUT.len() && tail.iter().zip(TAKEOUT.chars()).all(|(p, c)| p.is(c))
        });
        let whole = (!number.is_empty()).then_some(base.len());
        for end in cut_middle.into_iter().chain(whole) {
            let (photo, middle) = base.split_at(end);
            let dot = last_dot(photo).unwrap_or(photo.len());
            let tie = Pairing {
                base: join(&[&photo[..dot], number, &photo[dot..]].concat()),
                suffix: join(&[&photo[dot..], middle, &json].concat()),
                own_name: !number.is_empty(),
                ..tie.clone()
            };
            self.of_name.entry(fold(&tie.base)).or_default().push(tie);
        }
        if base.len() == TAKEOUT_LENGTH {
            let start = join(&[base, number].concat());
            let tie = Pairing {
                base: join(base),
                suffix: OsString::new(),
                own_name: true,
                ..tie.clone()
            };
            self.of_start.entry(fold(&start)).or_default().push(tie);
        }
    }

    /// All files that belong to a photo by its stem or name.
    pub fn paired_with<'a>(&'a self, photo: &OsStr, found: &mut SharedPairings<'a>) {
        let name = pieces(photo);
        let stem = &name[..last_dot(&name).unwrap_or(name.len())];
        let raw = RAW
            .iter()
            .any(|ending| strip_ending(&name, ending).is_some());
        let fits = |tie: &&Pairing| !(raw && is_raw(tie.kind));
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

    /// All files that belong to a file by its whole name.
    pub fn tied_to_name<'a>(&'a self, photo: &OsStr, found: &mut SharedPairings<'a>) {
        self.take(photo, self.of_name.get(&fold(photo)), true, |_| true, found);
    }

    /// Collects the pairings that apply to a photo.
    fn take<'a>(
        &'a self,
        photo: &OsStr,
        ties: Option<&'a Vec<Pairing>>,
        raw: bool,
        fits: impl Fn(&&'a Pairing) -> bool,
        found: &mut SharedPairings<'a>,
    ) {
        for tie in ties.into_iter().flatten().filter(fits) {
            let own = |name: &String| self.names.contains(name);
            if tie.unless.as_ref().is_some_and(own) {
                continue;
            }
            let owners = self.owners(tie, raw);
            let is_written = |owner: &&OsString| owner.as_os_str() == photo;
            let among = owners.iter().any(&is_written);
            // If another photo matches the paired file's spelling exactly, the file belongs to that photo.
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

    /// The pictures to which a pairing applies. RAW files share those of their pictures only if `raw` is set.
    fn owners(&self, tie: &Pairing, raw: bool) -> Vec<&OsString> {
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

    /// Edited versions by Apple's software of the picture with this stem: `IMG_E1234.JPG` of `IMG_1234.HEIC`.
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

/// Whether a picture's name matches the paired file's spelling, including case.
fn starts_exactly(picture: &OsStr, tie: &Pairing) -> bool {
    match tie.whole_name {
        true => picture == tie.base,
        false => Path::new(picture).file_stem() == Some(tie.base.as_os_str()),
    }
}

/// `IMG_E1234` without its E: Apple marks edited versions and originals with a letter.
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

/// Splits a number in brackets off the end of a name.
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
