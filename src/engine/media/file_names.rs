//! Classifies files by name.

use std::ffi::OsStr;
use std::path::Path;

use crate::engine::media::paired_files::table::{RAW, TABLE};

/// Extensions of supported picture formats.
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp", "jps", "mpo", "png", "apng", "webp",
    "gif", "tif", "tiff", "btf", "tf8", "bmp", "dib", "pbm", "pgm", "ppm", "pnm", "pam", "qoi",
    "tga", "ico", "psd", "psb", "exr", "hdr", "jp2", "jpx", "jpf", "j2k", "j2c", "jpc", "dds",
    "sgi", "pcx",
];
/// Extensions of picture formats that depend on build features.
const OPTIONAL: &[(&str, bool)] = &[
    ("avif", cfg!(feature = "avif")),
    ("avifs", cfg!(feature = "avif")),
    ("heic", cfg!(feature = "heic")),
    ("heif", cfg!(feature = "heic")),
    ("hif", cfg!(feature = "heic")),
    ("jxl", cfg!(feature = "jxl")),
];

/// Extensions of supported videos, and of those that only ffmpeg can read.
const VIDEOS: &[&str] = &["mp4", "mov", "m4v", "3gp", "3g2", "qt"];
const FFMPEG_VIDEOS: &[&str] = &[
    "avi", "mkv", "webm", "wmv", "flv", "mpg", "mpeg", "mts", "m2ts", "vob", "ogv",
];

/// Extensions of unsupported picture formats. Such files are counted and reported, unless their content turns out to be
/// of a supported format.
const UNREAD: &[&str] = &["bpg", "flif", "hdp", "jxr", "wdp"];

/// Extensions that never belong to photos, in addition to those in [`TABLE`], whose files accompany photos.
const OTHERS: &[&str] = &[
    // Documents and text.
    "txt md rst log rtf pdf doc docx odt xls xlsx ods ppt pptx odp csv tsv epub mobi djvu tex bib pages",
    "numbers key ics vcf eml msg mbox",
    // Web pages, data and configuration.
    "html htm xhtml css scss less js mjs cjs ts tsx jsx map xml xsl svg yaml yml toml ini cfg conf plist",
    "properties lock url lnk webloc desktop sqlite sqlite3 db db-wal db-shm mdb parquet npy npz",
    "safetensors gguf onnx pt pth pkl h5 hdf5 proto po mo srt vtt sub",
    // Programs and source code.
    "c h cc cpp cxx hpp hh rs py pyc pyi java class jar kt go rb php pl pm lua sh bash zsh fish bat cmd",
    "ps1 swift m mm cs vb sql r jl hs ml scala dart asm s o a so dll dylib exe msi app apk deb rpm dmg",
    "pkg wasm rlib rmeta d pdb obj lib whl ipynb cmake mk",
    // Archives and disk images.
    "zip rar 7z tar gz tgz bz2 xz zst lz4 cab iso img vmdk vdi qcow2",
    // Audio, and auxiliary files of video cameras.
    "mp3 m4a aac flac ogg oga opus wma aiff aif mid midi amr insv lrv",
    // Fonts, graphics and 3D models.
    "ttf otf woff woff2 eot ai eps ps sketch fig blend stl fbx gltf glb dwg dxf xcf kra indd cube lut",
    "icc icm",
    // Catalogues of photo software; temporary, partial and backup files.
    "lrcat lrcat-data lrprev lrmprev lrtemplate ithmb part partial crdownload download opdownload tmp",
    "temp swp bak old torrent",
];

fn others() -> impl Iterator<Item = &'static str> {
    OTHERS.iter().flat_map(|group| group.split(' '))
}

/// Folders of operating systems and tools, which hold no personal photos.
const SYSTEM_FOLDERS: &[&str] = &[
    "node_modules",
    "@eaDir",
    "System Volume Information",
    "$RECYCLE.BIN",
    "#recycle",
];

/// The kind of file that a name indicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A supported picture format.
    Picture,
    /// A camera RAW format.
    Raw,
    /// A supported video format.
    Video,
    /// A video format that only ffmpeg can read.
    FfmpegVideo,
    /// An unsupported picture format; the content may be of another one.
    Unread,
    /// A file to identify by its content, whose extension starts like a picture's: `a.jpg:large`.
    Likely,
    /// A file to identify by its content: its extension is missing or unknown.
    Unknown,
    /// Not a photo or video.
    Other,
}

/// Classifies a file by its name.
pub fn kind(path: &Path) -> MediaKind {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    // Backups by exiftool and text editors.
    if name.ends_with(b"_original") || name.ends_with(b"~") {
        return MediaKind::Other;
    }
    let Some(ending) = path.extension() else {
        return MediaKind::Unknown;
    };
    let is = |known: &str| ending.eq_ignore_ascii_case(known);
    let reads = |ending: &OsStr| {
        let is = |known: &str| ending.eq_ignore_ascii_case(known);
        PICTURES.iter().any(|known| is(known))
            || OPTIONAL.iter().any(|(known, on)| *on && is(known))
    };
    if reads(ending) {
        MediaKind::Picture
    } else if RAW.iter().any(|known| is(known)) {
        MediaKind::Raw
    } else if UNREAD.iter().any(|known| is(known)) || OPTIONAL.iter().any(|(known, _)| is(known)) {
        MediaKind::Unread
    } else if VIDEOS.iter().any(|known| is(known)) {
        if cfg!(feature = "video") {
            MediaKind::Video
        } else {
            MediaKind::Other
        }
    } else if FFMPEG_VIDEOS.iter().any(|known| is(known)) {
        if cfg!(feature = "video") {
            MediaKind::FfmpegVideo
        } else {
            MediaKind::Other
        }
    } else if others().any(is) || TABLE.iter().any(|kind| is(kind.ending)) {
        MediaKind::Other
    } else {
        let ending = ending.as_encoded_bytes();
        let length = ending
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let begins =
            std::str::from_utf8(&ending[..length]).is_ok_and(|word| reads(OsStr::new(word)));
        if begins {
            MediaKind::Likely
        } else {
            MediaKind::Unknown
        }
    }
}

/// Whether a name is that of a picture, supported or not.
#[must_use]
pub fn is_picture_name(path: &Path) -> bool {
    matches!(
        kind(path),
        MediaKind::Picture | MediaKind::Raw | MediaKind::Unread
    )
}

/// Whether a name is that of a video.
#[must_use]
pub fn is_video_name(path: &Path) -> bool {
    matches!(kind(path), MediaKind::Video | MediaKind::FfmpegVideo)
}

/// Whether a name is that of a picture or a video.
#[must_use]
pub fn is_media_name(path: &Path) -> bool {
    is_picture_name(path) || is_video_name(path)
}

/// Whether a name marks a hidden file.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a folder belongs to an operating system or tool.
pub fn is_system_folder(name: &OsStr) -> bool {
    name == ".git"
        || SYSTEM_FOLDERS
            .iter()
            .any(|system| name == OsStr::new(system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_can_be_told_without_opening() {
        let kind = |name: &str| kind(Path::new(name));
        for name in [
            "a.JPG", "b.mpo", "c.jps", "d.jif", "e.pjpeg", "f.pjp", "g.webp",
        ] {
            assert_eq!(kind(name), MediaKind::Picture, "{name}");
        }
        for name in [
            "a.jpg_large",
            "a.jpg:large",
            "x.jpg?w=800",
            "x.jpg!d",
            "x.png ",
        ] {
            assert_eq!(kind(name), MediaKind::Likely, "{name}");
        }
        for name in [
            "nameless",
            "a.jp",
            "IMG_1.",
            "b.dat",
            "c.20240501",
            "Ünder.ü",
        ] {
            assert_eq!(kind(name), MediaKind::Unknown, "{name}");
        }
        for name in [
            "a.jpg_original",
            "a.jpg~",
            "a.xmp",
            "a.thm",
            "a.mp3",
            "a.txt",
            "a.crdownload",
        ] {
            assert_eq!(kind(name), MediaKind::Other, "{name}");
        }
        assert_eq!(kind("a.jxr"), MediaKind::Unread);
        if cfg!(feature = "video") {
            assert_eq!(kind("a.MOV"), MediaKind::Video);
            assert_eq!(kind("a.mkv"), MediaKind::FfmpegVideo);
        }
        assert_eq!(kind("a.CR2"), MediaKind::Raw);
    }

    #[test]
    fn no_ending_is_in_two_lists() {
        let mut all: Vec<&str> = [PICTURES, UNREAD, RAW, FFMPEG_VIDEOS].concat();
        // Videos of Live Photos are paired files too.
        all.extend(
            VIDEOS
                .iter()
                .filter(|ending| !matches!(**ending, "mov" | "mp4")),
        );
        all.extend(others());
        all.extend(OPTIONAL.iter().map(|(ending, _)| ending));
        all.extend(TABLE.iter().map(|kind| kind.ending));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
