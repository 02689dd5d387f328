//! Opens regular files of bounded size only.
//!
//! Opening a pipe blocks, a device never ends, and a file in `/proc` is longer than its reported length. So a file is
//! checked before it is opened, opened without blocking, and checked again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a regular file for reading.
///
/// # Errors
/// If it cannot be opened, or is a folder, a pipe, a device or a socket.
pub fn open_regular(path: &Path) -> io::Result<File> {
    check(&fs::metadata(path)?)?;
    open(OpenOptions::new().read(true), path, false)
}

/// Reads a regular file of at most `limit` bytes whole.
///
/// # Errors
/// As [`open_regular`], or if it is larger, or holds more than its length says.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let length = file.metadata()?.len();
    if length > limit {
        let message = format!("larger than the limit of {}", limit_text(limit));
        return Err(io::Error::new(ErrorKind::FileTooLarge, message));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > length {
        return Err(io::Error::other(
            "it is longer than its reported size: it is still being written, or is not an ordinary file",
        ));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As [`read_regular`], or if it is no UTF-8.
pub fn read_regular_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_regular(path, limit)?)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not text in UTF-8"))
}

/// Opens a regular file to write at its end, made if it is not there. A link is not followed.
///
/// # Errors
/// If it cannot be opened or is something else.
pub fn create_for_append(path: &Path) -> io::Result<File> {
    open_no_link(OpenOptions::new().append(true).create(true), path)
}

/// Opens a regular file that is there to write at its end. A link is not followed.
///
/// # Errors
/// If it is not there or is something else.
pub fn append_in_place(path: &Path) -> io::Result<File> {
    open_no_link(OpenOptions::new().append(true), path)
}

/// Opens a regular file as the options say. A link is not followed.
///
/// # Errors
/// If it cannot be opened or is something else.
pub fn open_no_link(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    open(options, path, true)
}

/// Restricts a file to its owner, where the file system has permissions.
///
/// # Errors
/// If the file belongs to somebody else.
pub fn make_private(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return file.set_permissions(fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn open(options: &mut OpenOptions, path: &Path, no_links: bool) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if no_links {
            flags |= OFlags::NOFOLLOW;
        }
        options.custom_flags(flags.bits().cast_signed());
    }
    #[cfg(not(unix))]
    if no_links && fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(io::Error::other("a link where a file should be"));
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

fn check(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(match metadata.is_dir() {
        true => io::Error::new(ErrorKind::IsADirectory, "a folder, not a file"),
        false => io::Error::new(
            ErrorKind::InvalidInput,
            "not a regular file, so it was not opened",
        ),
    })
}

fn limit_text(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_in_binary_units() {
        assert_eq!(limit_text(1023), "1023 bytes");
        assert_eq!(limit_text(1024), "1 KiB");
        assert_eq!(limit_text(16 << 20), "16 MiB");
        assert_eq!(limit_text(1 << 30), "1 GiB");
    }

    #[test]
    fn files_are_read_up_to_a_limit() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a");
        fs::write(&path, "words").expect("written");
        assert_eq!(read_regular(&path, 5).expect("read"), b"words");
        assert_eq!(read_regular_text(&path, 9).expect("read"), "words");
        let error = read_regular(&path, 4).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("4 bytes"), "{error}");
        fs::write(&path, [0xff]).expect("written");
        assert!(read_regular_text(&path, 9).is_err());
        let error = read_regular(dir.path(), 9).expect_err("a folder");
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
        let error = read_regular(&dir.path().join("b"), 9).expect_err("nothing");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pipes_devices_and_files_that_never_end_are_refused_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("runs").success());
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).expect("linked");
        for path in [
            &pipe,
            &link,
            Path::new("/dev/zero"),
            Path::new("/dev/stdin"),
        ] {
            assert!(read_regular(path, 99).is_err(), "{}", path.display());
        }
        // Regular files by name, of no length, with something in them.
        for path in ["/proc/cpuinfo", "/proc/self/status", "/proc/kmsg"] {
            assert!(read_regular(Path::new(path), 1 << 30).is_err(), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_to_is_never_a_link() {
        let dir = tempfile::tempdir().expect("a folder");
        let (victim, link) = (dir.path().join("victim"), dir.path().join("link"));
        fs::write(&victim, "mine").expect("written");
        std::os::unix::fs::symlink(&victim, &link).expect("linked");
        assert!(create_for_append(&link).is_err() && append_in_place(&link).is_err());
        assert!(append_in_place(&dir.path().join("new")).is_err());
        assert!(create_for_append(&dir.path().join("new")).is_ok());
        assert_eq!(fs::read(&victim).expect("read"), b"mine");
    }
}
