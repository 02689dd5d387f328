//! Tars in the layout of img2dataset and webdataset: members with the same key, the name up to its first dot, are
//! adjacent. Pictures are rows; their `.json` and `.txt` members are columns.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use tar::{Archive, Entry};

use super::super::WorkerError;
use super::super::source::{BYTES, NAME};
use super::{BATCH_BYTES, BATCH_ROWS, InputKind, Survey, unfit};
use crate::engine::media::decode::MAX_FILE_BYTES;
use crate::engine::media::file_names;

/// Size limit of a text member, in bytes.
const MAX_TEXT: u64 = 16 << 20;

/// The type of a member, by its name.
#[derive(Clone, Copy, PartialEq)]
enum TarMember {
    Picture,
    Json,
    Text,
    Other,
}

fn member(name: &[u8]) -> TarMember {
    let name = String::from_utf8_lossy(name);
    let path = Path::new(name.as_ref());
    let ending = path.extension().unwrap_or_default();
    let base = path.file_name().unwrap_or_default();
    if file_names::is_hidden(base) {
        // Mainly the AppleDouble files (`._*`) that macOS adds.
        TarMember::Other
    } else if ending.eq_ignore_ascii_case("json") {
        TarMember::Json
    } else if ending.eq_ignore_ascii_case("txt") {
        TarMember::Text
    } else if file_names::is_picture_name(path) || file_names::is_video_name(path) {
        TarMember::Picture
    } else {
        TarMember::Other
    }
}

/// The key: a name up to the first dot in its last component.
fn key(name: &[u8]) -> &[u8] {
    let base = memchr::memrchr(b'/', name).map_or(0, |at| at + 1);
    let dot = memchr::memchr(b'.', &name[base..]).unwrap_or(name.len() - base);
    &name[..base + dot]
}

fn schema() -> SchemaRef {
    let field = |name, kind, nullable| Field::new(name, kind, nullable);
    Arc::new(Schema::new(vec![
        field("key", DataType::Utf8, false),
        field(NAME, DataType::Utf8, false),
        field("json", DataType::Utf8, true),
        field("txt", DataType::Utf8, true),
        field(BYTES, DataType::Binary, true),
    ]))
}

/// Counts the pictures of a tar by seeking from header to header.
pub fn survey(file: File) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"tar");
    let mut rows = 0;
    let mut archive = Archive::new(file);
    for entry in archive.entries_with_seek()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path_bytes();
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(&name).update(&entry.size().to_le_bytes());
        let changed = entry.header().mtime().unwrap_or_default();
        hasher.update(&changed.to_le_bytes());
        rows += u64::from(member(&name) == TarMember::Picture);
    }
    Ok(Survey {
        kind: InputKind::Tar,
        schema: schema(),
        rows,
        identity: hasher.finalize(),
    })
}

/// A picture with the texts of its key.
struct Sample {
    key: String,
    name: String,
    bytes: Option<Vec<u8>>,
    json: Option<String>,
    txt: Option<String>,
}

/// A text of a key. Those before a shard may apply to its first pictures, so their place is kept, and only what is
/// needed is read.
#[derive(Clone, Default)]
struct KeyText {
    text: Option<String>,
    unread: Option<Range<u64>>,
}

impl KeyText {
    fn new(entry: &mut Entry<'_, impl Read>, read_now: bool) -> io::Result<Self> {
        let (start, size) = (entry.raw_file_position(), entry.size());
        Ok(match read_now {
            true => Self {
                text: text(entry, size)?,
                unread: None,
            },
            false => Self {
                text: None,
                unread: Some(start..start.saturating_add(size)),
            },
        })
    }

    /// Reads the text if that has not been done. The position of `file` stays as it is: the archive shares it.
    fn load(&mut self, mut file: &File) -> io::Result<()> {
        if let Some(place) = self.unread.take() {
            let before = file.stream_position()?;
            file.seek(SeekFrom::Start(place.start))?;
            let size = place.end - place.start;
            self.text = text(&mut file.take(size), size)?;
            file.seek(SeekFrom::Start(before))?;
        }
        Ok(())
    }
}

/// Members with the same key. Pictures wait for texts that may follow them, but only a limited number wait.
#[derive(Default)]
struct TarGroup {
    key: Vec<u8>,
    pictures: Vec<(String, Option<Vec<u8>>)>,
    json: KeyText,
    txt: KeyText,
    /// Number and size of the waiting pictures, including those outside the shard: which pictures wait for a text must
    /// not depend on how the tar is divided.
    count: usize,
    bytes: u64,
}

impl TarGroup {
    fn is_full(&self) -> bool {
        self.count >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// Takes the waiting pictures with the texts so far, which also apply to later pictures.
    fn part(&mut self) -> Self {
        (self.count, self.bytes) = (0, 0);
        Self {
            key: self.key.clone(),
            pictures: std::mem::take(&mut self.pictures),
            json: self.json.clone(),
            txt: self.txt.clone(),
            ..Self::default()
        }
    }

    fn samples(self) -> impl Iterator<Item = Sample> {
        let key = String::from_utf8_lossy(&self.key).into_owned();
        let sample = move |(name, bytes)| Sample {
            key: key.clone(),
            name,
            bytes,
            json: self.json.text.clone(),
            txt: self.txt.text.clone(),
        };
        self.pictures.into_iter().map(sample)
    }
}

/// Batches with the pictures in a range, read on a separate thread, because entries borrow the archive.
pub fn batches(
    path: &Path,
    file: File,
    range: Range<u64>,
) -> io::Result<impl Iterator<Item = Result<RecordBatch, WorkerError>> + Send + use<>> {
    let (sender, receiver) = crossbeam_channel::bounded(1);
    let path = path.to_path_buf();
    std::thread::Builder::new()
        .name("lumisift-tar".into())
        .spawn(move || {
            let mut reader = TarReader {
                path: path.clone(),
                waiting: Vec::new(),
                bytes: 0,
                send: |batch| sender.send(batch).is_ok(),
            };
            if let Err(source) = reader.run(file, &range) {
                (reader.send)(Err(WorkerError::Io { path, source }));
            }
        })?;
    Ok(receiver.into_iter())
}

/// Reads a tar and sends complete batches.
struct TarReader<S> {
    path: PathBuf,
    waiting: Vec<Sample>,
    bytes: u64,
    send: S,
}

impl<S: Fn(Result<RecordBatch, WorkerError>) -> bool> TarReader<S> {
    fn run(&mut self, file: File, range: &Range<u64>) -> io::Result<()> {
        let texts = file.try_clone()?;
        let mut archive = Archive::new(file);
        let (mut row, mut group) = (0, TarGroup::default());
        for entry in archive.entries_with_seek()? {
            let mut entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path_bytes().into_owned();
            let kind = member(&name);
            if key(&name) != group.key {
                if !self.take(std::mem::take(&mut group)) || row >= range.end {
                    break;
                }
                group.key = key(&name).to_vec();
            }
            // Texts may precede or follow their picture.
            let may_apply = row < range.end || !group.pictures.is_empty();
            let read_now = row >= range.start;
            match kind {
                TarMember::Picture => {
                    if group.is_full() && !self.take(group.part()) {
                        break;
                    }
                    group.count += 1;
                    group.bytes = group.bytes.saturating_add(entry.size());
                    if range.contains(&row) {
                        group.json.load(&texts)?;
                        group.txt.load(&texts)?;
                        let name = String::from_utf8_lossy(&name).into_owned();
                        let size = entry.size();
                        let bytes = contents(&mut entry, size, MAX_FILE_BYTES)?;
                        group.pictures.push((name, bytes));
                    }
                    row += 1;
                }
                TarMember::Json if may_apply => group.json = KeyText::new(&mut entry, read_now)?,
                TarMember::Text if may_apply => group.txt = KeyText::new(&mut entry, read_now)?,
                _ => {}
            }
        }
        let _ = self.take(group) && self.flush();
        Ok(())
    }

    /// Adds the pictures of a group; returns whether the receiver wants more.
    fn take(&mut self, group: TarGroup) -> bool {
        for sample in group.samples() {
            let texts = [&sample.json, &sample.txt].into_iter().flatten();
            let texts: usize = texts.map(String::len).sum();
            self.bytes += (sample.bytes.as_ref().map_or(0, Vec::len) + texts) as u64;
            self.waiting.push(sample);
            let full = self.waiting.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES;
            if full && !self.flush() {
                return false;
            }
        }
        true
    }

    fn flush(&mut self) -> bool {
        self.bytes = 0;
        let samples = std::mem::take(&mut self.waiting);
        samples.is_empty() || (self.send)(batch(&self.path, &samples))
    }
}

fn batch(path: &Path, samples: &[Sample]) -> Result<RecordBatch, WorkerError> {
    let text = |of: fn(&Sample) -> Option<&str>| -> ArrayRef {
        Arc::new(samples.iter().map(of).collect::<StringArray>())
    };
    let bytes: BinaryArray = samples.iter().map(|s| s.bytes.as_deref()).collect();
    let columns = vec![
        text(|s| Some(&s.key)),
        text(|s| Some(&s.name)),
        text(|s| s.json.as_deref()),
        text(|s| s.txt.as_deref()),
        Arc::new(bytes),
    ];
    RecordBatch::try_new(schema(), columns).map_err(|error| unfit(path, &error))
}

/// A member's bytes; `None` if they exceed the limit.
fn contents(member: &mut impl Read, size: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if size > limit {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(BATCH_BYTES)).unwrap_or_default());
    member.read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < size {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it ends in the middle of a picture",
        ));
    }
    Ok(Some(bytes))
}

/// A member's text; `None` if it is too long or not UTF-8.
fn text(member: &mut impl Read, size: u64) -> io::Result<Option<String>> {
    let bytes = contents(member, size, MAX_TEXT)?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    /// A tar of these members, each containing its own name.
    fn archive(members: &[String]) -> File {
        let mut archive = tar::Builder::new(tempfile::tempfile().expect("a file"));
        for name in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(name.len() as u64);
            (archive.append_data(&mut header, name, name.as_bytes())).expect("added");
        }
        let mut file = archive.into_inner().expect("finished");
        io::Seek::rewind(&mut file).expect("rewound");
        file
    }

    /// Names of pictures, each with its JSON.
    fn read(members: &[String], range: Range<u64>) -> Vec<(String, Option<String>)> {
        let mut rows = Vec::new();
        let batches = batches(Path::new("a.tar"), archive(members), range).expect("opened");
        for batch in batches {
            let batch = batch.expect("a batch");
            let names = batch.column_by_name(NAME).expect("names");
            let texts = batch.column_by_name("json").expect("texts");
            let pairs = names
                .as_string::<i32>()
                .iter()
                .zip(texts.as_string::<i32>().iter());
            rows.extend(pairs.map(|(name, text)| {
                let name = name.unwrap_or_default().to_owned();
                (name, text.map(ToOwned::to_owned))
            }));
        }
        rows
    }

    #[test]
    fn texts_do_not_depend_on_how_a_tar_is_divided() {
        for members in [
            ["a.json", "a.jpg", "a.png"],
            ["a.jpg", "a.json", "a.png"],
            ["a.jpg", "a.png", "a.json"],
        ] {
            let members = members.map(ToOwned::to_owned);
            let whole = read(&members, 0..2);
            let json = Some("a.json".to_owned());
            let wanted = ["a.jpg", "a.png"].map(|name| (name.to_owned(), json.clone()));
            assert_eq!(whole, wanted, "{members:?}");
            let parts = [read(&members, 0..1), read(&members, 1..2)].concat();
            assert_eq!(parts, whole, "{members:?}");
        }
    }

    #[test]
    fn of_many_pictures_of_a_key_only_some_wait_for_a_text() {
        let mut members: Vec<String> = (0..600).map(|n| format!("a.{n}.jpg")).collect();
        members.push("a.json".into());
        let whole = read(&members, 0..600);
        let with_text: Vec<bool> = whole.iter().map(|(_, text)| text.is_some()).collect();
        let full = 600 / BATCH_ROWS * BATCH_ROWS;
        let wanted: Vec<bool> = (0..600).map(|n| n >= full).collect();
        assert_eq!(with_text, wanted);
        let parts = [read(&members, 0..300), read(&members, 300..600)].concat();
        assert!(parts == whole);
        // A text at the start applies to all.
        members.rotate_right(1);
        let whole = read(&members, 0..600);
        assert!(whole.len() == 600 && whole.iter().all(|(_, text)| text.is_some()));
    }

    #[test]
    fn a_text_far_before_a_shard_applies_to_its_pictures() {
        let pictures = |key: &str, numbers: Range<usize>| -> Vec<String> {
            numbers.map(|n| format!("{key}.{n}.jpg")).collect()
        };
        let json = |name: &str| vec![name.to_owned()];
        // The second text of the key replaces the first; that of another key applies to none of these pictures.
        let long = format!("c{}", "x".repeat(120));
        let members = [
            json("a.1.json"),
            pictures("a", 0..100),
            json("a.2.json"),
            pictures("a", 100..300),
            json("b.json"),
            pictures("c", 300..301),
            json(&format!("{long}.json")),
            pictures(&long, 301..450),
        ]
        .concat();
        let whole = read(&members, 0..450);
        assert_eq!(whole.len(), 450);
        assert_eq!(whole[299].1.as_deref(), Some("a.2.json"));
        assert_eq!(whole[300].1, None);
        let last = format!("{long}.json");
        assert_eq!(whole[449].1.as_deref(), Some(last.as_str()));
        for size in [1, 7, 65, 110, 256, 400] {
            let starts = (0..450_usize).step_by(size);
            let ranges = starts.map(|start| start as u64..(start + size).min(450) as u64);
            let parts = ranges.flat_map(|range| read(&members, range));
            assert!(parts.eq(whole.iter().cloned()), "shards of {size} rows");
        }
    }

    #[test]
    fn keys_end_at_the_first_dot_of_the_last_part() {
        assert_eq!(key(b"a/b.c/d.seg.jpg"), b"a/b.c/d");
        assert_eq!(key(b"000.jpg"), b"000");
        assert_eq!(key(b"plain"), b"plain");
    }

    #[test]
    fn members_are_told_by_their_names() {
        assert!(
            member(b"a/1.JPG") == TarMember::Picture && member(b"1.heic") == TarMember::Picture
        );
        assert!(member(b"1.json") == TarMember::Json && member(b"1.txt") == TarMember::Text);
        assert!(member(b"1.cls") == TarMember::Other && member(b"a/._1.jpg") == TarMember::Other);
    }
}
