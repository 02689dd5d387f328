//! Merges the metadata of photos and their sidecars; only changed files are read again.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;

use super::cache::Cache;
use super::error::MetadataError;
use super::facts::SourceFacts;
use super::names::{FolderSidecars, SidecarNaming};
use super::xmp::Packet;
use super::{MAX_BYTES, embedded};
use crate::engine::files::regular::open_regular;
use crate::engine::media::places::Place;

/// Number of reader threads: disks and network shares serve parallel requests faster.
const READERS: usize = 4;
/// Photos per batch.
const PART: usize = 1 << 14;

/// A source of metadata.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MetadataSource {
    /// Embedded in the photo.
    Photo,
    /// A sidecar, by file name.
    Sidecar(String),
}

impl fmt::Display for MetadataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Photo => f.write_str("the photo"),
            Self::Sidecar(name) => f.write_str(name),
        }
    }
}

/// The source of each property; `None` if no source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as in `Facts`")]
pub struct Origins {
    pub keywords: Option<MetadataSource>,
    pub hierarchical: Option<MetadataSource>,
    pub rating: Option<MetadataSource>,
    pub colour: Option<MetadataSource>,
    pub taken: Option<MetadataSource>,
    pub position: Option<MetadataSource>,
}

/// The merged metadata of a photo and its sidecars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoMetadata {
    /// The most recently written value of each property.
    pub facts: SourceFacts,
    /// The source of each value.
    pub origins: Origins,
    /// The place at the coordinates.
    pub place: Option<Place>,
    /// Hash of the state of the files when they were read.
    state: u64,
}

/// Metadata read from one source.
struct ReadSource {
    source: MetadataSource,
    modified: Option<SystemTime>,
    facts: SourceFacts,
}

impl ReadSource {
    /// The later of the file's modification time and the date in the metadata: copies can have an old file time.
    fn time(&self) -> Option<Timestamp> {
        let file = self
            .modified
            .and_then(|time| Timestamp::try_from(time).ok());
        file.max(self.facts.modified)
    }
}

impl PhotoMetadata {
    /// Reads and merges the metadata of a photo and its sidecars.
    #[must_use]
    pub fn of(photo: &Path) -> Self {
        let sidecars = FolderSidecars::default().sidecars(photo, SidecarNaming::WholeName);
        let inside = embedded::facts_of(photo);
        Self::read(photo, inside, &sidecars, state(photo, &sidecars))
    }

    /// Merges the embedded metadata of a photo with that of its sidecars.
    pub(crate) fn read(
        photo: &Path,
        inside: SourceFacts,
        sidecars: &[PathBuf],
        state: u64,
    ) -> Self {
        let modified = |path: &Path| fs::metadata(path).ok()?.modified().ok();
        let beside = sidecars.iter().filter_map(|path| {
            let bytes = read_bytes(path).ok()??;
            let name = path.file_name().unwrap_or_default().display().to_string();
            Some(ReadSource {
                source: MetadataSource::Sidecar(name),
                modified: modified(path),
                facts: Packet::parse(&bytes).ok()?.facts(),
            })
        });
        let mut sources: Vec<ReadSource> = beside.collect();
        let mut facts = inside;
        // Cameras write a rating of 0 into every photo, which must not override one in a sidecar.
        facts.rating = facts.rating.filter(|rating| *rating != 0);
        sources.push(ReadSource {
            source: MetadataSource::Photo,
            modified: modified(photo),
            facts,
        });
        // Newest first; at equal times, the source whose name is most specific to the photo.
        sources.sort_by_key(|source| std::cmp::Reverse(source.time()));
        let mut all = Self {
            state,
            ..Self::default()
        };
        for ReadSource { source, facts, .. } in sources {
            all.add(&source, facts);
        }
        all.place = all.facts.position.and_then(Place::at);
        all
    }

    /// Takes properties that no newer source has.
    fn add(&mut self, source: &MetadataSource, facts: SourceFacts) {
        let before = self.facts.clone();
        self.facts = before.clone().or(facts);
        let now = &self.facts;
        let origins = &mut self.origins;
        for (is_changed, origin) in [
            (now.keywords != before.keywords, &mut origins.keywords),
            (
                now.hierarchical != before.hierarchical,
                &mut origins.hierarchical,
            ),
            (now.rating != before.rating, &mut origins.rating),
            (now.colour != before.colour, &mut origins.colour),
            (now.taken != before.taken, &mut origins.taken),
            (now.position != before.position, &mut origins.position),
        ] {
            if is_changed {
                *origin = Some(source.clone());
            }
        }
    }
}

/// The bytes of a sidecar; `None` if it does not exist.
///
/// # Errors
/// Returns an error if it cannot be read, is not a regular file or is too large.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, MetadataError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(MetadataError::DanglingLink),
                Err(_) => Ok(None),
            };
        }
        Err(error) => return Err(error.into()),
    };
    if !metadata.is_file() {
        return Err(MetadataError::NotRegular);
    }
    let mut bytes = Vec::new();
    let file = open_regular(path)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= MAX_BYTES {
        true => Ok(Some(bytes)),
        false => Err(MetadataError::TooLarge),
    }
}

/// A hash that changes when the photo or one of its sidecars changes.
fn state(photo: &Path, sidecars: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for path in sidecars.iter().map(PathBuf::as_path).chain([photo]) {
        let metadata = fs::metadata(path).ok();
        let modified = metadata.as_ref().and_then(|m| m.modified().ok());
        (path, metadata.map(|m| m.len()), modified).hash(&mut hasher);
    }
    hasher.finish()
}

/// A photo and its previously read metadata.
type MetadataQuery<'a> = (&'a Path, Option<&'a Arc<PhotoMetadata>>);

/// The photos that are new, or that changed or whose sidecars changed since they were read, with their metadata.
///
/// Each folder is listed once. Only changed files are opened, and only the parts of photos that hold metadata are read.
/// `cache` is the file of the persistent cache, if one is to be used.
#[must_use]
pub fn read_changed<'a>(
    photos: impl Iterator<Item = MetadataQuery<'a>>,
    cache: Option<&Path>,
) -> Vec<(PathBuf, Arc<PhotoMetadata>)> {
    read_metadata_of(photos, cache, |_| true)
}

/// The photos that have any metadata, with it; otherwise like [`read_changed`]. Memory use depends on the number of
/// these photos only.
#[must_use]
pub fn read_nonempty<'a>(
    photos: impl Iterator<Item = &'a Path>,
    cache: Option<&Path>,
) -> Vec<(PathBuf, Arc<PhotoMetadata>)> {
    let photos = photos.map(|photo| (photo, None));
    read_metadata_of(photos, cache, |metadata| !metadata.facts.is_empty())
}

fn read_metadata_of<'a>(
    photos: impl Iterator<Item = MetadataQuery<'a>>,
    cache: Option<&Path>,
    is_wanted: impl Fn(&PhotoMetadata) -> bool + Sync,
) -> Vec<(PathBuf, Arc<PhotoMetadata>)> {
    let mut folders = FolderSidecars::default();
    let cache = cache.map(Cache::open);
    let mut changes = Vec::new();
    let mut photos = photos.peekable();
    while photos.peek().is_some() {
        let queries: Vec<(MetadataQuery, Vec<PathBuf>)> = (photos.by_ref().take(PART))
            .map(|(photo, known)| {
                (
                    (photo, known),
                    folders.sidecars(photo, SidecarNaming::WholeName),
                )
            })
            .collect();
        changes.extend(read_part(&queries, cache.as_ref(), &is_wanted));
    }
    if let Some(cache) = cache {
        cache.save();
    }
    changes
}

/// Reads the metadata of a batch in several threads.
fn read_part(
    queries: &[(MetadataQuery, Vec<PathBuf>)],
    cache: Option<&Cache>,
    is_wanted: &(impl Fn(&PhotoMetadata) -> bool + Sync),
) -> Vec<(PathBuf, Arc<PhotoMetadata>)> {
    let next = AtomicUsize::new(0);
    let read = || {
        let mut changes = Vec::new();
        while let Some(((photo, known), sidecars)) =
            queries.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let state = state(photo, sidecars);
            if known.is_none_or(|known| known.state != state) {
                let inside = match cache {
                    Some(cache) => cache.facts(photo),
                    None => embedded::facts_of(photo),
                };
                let now = PhotoMetadata::read(photo, inside, sidecars, state);
                if is_wanted(&now) {
                    changes.push((photo.to_path_buf(), Arc::new(now)));
                }
            }
        }
        changes
    };
    std::thread::scope(|scope| {
        let readers = READERS.min(queries.len());
        let readers: Vec<_> = (0..readers).map(|_| scope.spawn(read)).collect();
        let read = readers.into_iter().flat_map(|reader| reader.join());
        read.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;
    use crate::engine::media::metadata::edit::Additions;

    fn packet(keyword: &str, rating: i8) -> Vec<u8> {
        let mut packet = Packet::empty();
        let additions = Additions {
            keywords: vec![keyword.into()],
            rating: Some(rating),
            ..Additions::default()
        };
        packet.add(&additions).expect("added");
        packet.to_bytes().expect("bytes")
    }

    fn write(path: &Path, bytes: &[u8], age: u64) {
        fs::write(path, bytes).expect("written");
        let file = File::options().write(true).open(path).expect("opens");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000 - age);
        file.set_modified(time).expect("a time");
    }

    #[test]
    fn sidecars_are_found_read_once_and_missed() {
        let dir = tempfile::tempdir().expect("a folder");
        let [a, b] = ["A.JPG", "b.jpg"].map(|name| dir.path().join(name));
        let read = |known: Option<&Arc<PhotoMetadata>>| {
            let mut found = read_changed([(&*a, known)].into_iter(), None);
            found.pop().map(|(_, metadata)| metadata)
        };
        assert_eq!(
            read_changed([(&*a, None), (&*b, None)].into_iter(), None).len(),
            2
        );
        let nothing = read(None).expect("looked at");
        assert!(nothing.facts.is_empty());
        assert_eq!(read(Some(&nothing)), None, "nothing changed");
        write(&dir.path().join("a.xmp"), &packet("sea", 4), 20);
        let one = read(Some(&nothing)).expect("a sidecar");
        assert_eq!(
            (one.facts.rating, &one.facts.keywords[..]),
            (Some(4), &["sea".into()][..])
        );
        assert_eq!(
            one.origins.rating,
            Some(MetadataSource::Sidecar("a.xmp".into()))
        );
        write(&dir.path().join("A.JPG.xmp"), &packet("holiday", 2), 10);
        let both = read(Some(&one)).expect("two sidecars");
        assert_eq!(
            (both.facts.rating, &both.facts.keywords[..]),
            (Some(2), &["holiday".into()][..])
        );
        write(&dir.path().join("a.xmp"), &packet("sea", 4), 0);
        let newest = read(Some(&both)).expect("two sidecars");
        assert_eq!(newest.facts.rating, Some(4), "the newest counts");
        for name in ["a.xmp", "A.JPG.xmp"] {
            fs::remove_file(dir.path().join(name)).expect("removed");
        }
        assert_eq!(read(Some(&newest)), Some(nothing));
    }

    #[test]
    fn a_sidecar_that_names_a_later_change_counts_more_than_its_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = String::from_utf8(packet("late", 1)).expect("text");
        let text = text.replace(
            "<dc:subject",
            "<xmp:MetadataDate>2099-01-01T00:00:00Z</xmp:MetadataDate><dc:subject",
        );
        write(&dir.path().join("a.xmp"), text.as_bytes(), 100);
        write(&dir.path().join("a.jpg.xmp"), &packet("early", 2), 0);
        let metadata = PhotoMetadata::of(&dir.path().join("a.jpg"));
        assert_eq!(metadata.facts.keywords, ["late"]);
    }

    #[test]
    fn what_is_no_sidecar_says_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let photo = dir.path().join("a.jpg");
        fs::write(dir.path().join("a.jpg.xmp"), "no XML").expect("written");
        fs::create_dir(dir.path().join("a.xmp")).expect("a folder");
        assert!(PhotoMetadata::of(&photo).facts.is_empty());
    }
}
