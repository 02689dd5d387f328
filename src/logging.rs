//! The log: a file of bounded size in the state folder, and standard error on request.
//!
//! The filter is `RUST_LOG` if set; otherwise, warnings of all crates and the main events of this program are logged.
//! Nothing leaves this machine.

use std::backtrace::Backtrace;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::engine::files::regular::open_no_link;

/// The newest log file; older ones have a number before the extension.
pub const FILE: &str = "lumisift.log";
/// Size in bytes at which the log is rotated.
const FILE_BYTES: u64 = 2 << 20;
/// Number of files that are kept, including the newest.
const FILES: usize = 5;
/// The default filter.
const USUAL: &str = "warn,lumisift=info";
/// The default filter with `--verbose`.
const VERBOSE: &str = "warn,lumisift=debug";

/// The log file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("no log can be kept in {}: {source}", folder.display())]
pub struct LogError {
    folder: PathBuf,
    source: io::Error,
}

/// Starts logging to `folder`, and to standard error if `verbose`. If the folder is not writable, logging continues
/// without a file.
///
/// # Errors
/// Returns an error if the log file cannot be opened.
pub fn start(folder: &Path, verbose: bool) -> Result<(), LogError> {
    let usual = if verbose { VERBOSE } else { USUAL };
    let filter = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty())
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(usual));
    let (file, outcome) = match RotatingFile::open(folder, FILE_BYTES, FILES) {
        Ok(file) => (Some(file), Ok(())),
        Err(source) => {
            let folder = folder.into();
            (None, Err(LogError { folder, source }))
        }
    };
    let to_file = file.map(|file| fmt::layer().with_ansi(false).with_writer(Mutex::new(file)));
    let to_terminal = verbose.then(|| fmt::layer().with_ansi(false).with_writer(io::stderr));
    // Fails if already started, as in tests.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(to_file)
        .with(to_terminal)
        .try_init();
    outcome
}

/// Logs the panics of all threads with backtraces, then calls `report`.
pub fn log_panics(report: fn(&PanicHookInfo<'_>)) {
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        let thread = std::thread::current();
        let place = info.location().map(ToString::to_string);
        tracing::error!(
            thread = thread.name().unwrap_or("unnamed"),
            place,
            "panic: {}\n{}",
            info.payload_as_str().unwrap_or("unknown cause"),
            Backtrace::force_capture()
        );
    }));
}

/// The log files in `folder`, newest first.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let names = (0..FILES).map(|age| folder.join(name(age)));
    names.filter(|path| path.is_file()).collect()
}

fn name(age: usize) -> String {
    match age {
        0 => FILE.into(),
        age => format!("lumisift.{age}.log"),
    }
}

/// A file that is rotated when it is full. Several processes may write to it.
struct RotatingFile {
    folder: PathBuf,
    file: File,
    most_bytes: u64,
    most_files: usize,
}

impl RotatingFile {
    fn open(folder: &Path, most_bytes: u64, most_files: usize) -> io::Result<Self> {
        create_private_folder(folder)?;
        Ok(Self {
            file: open_private(&folder.join(FILE))?,
            folder: folder.into(),
            most_bytes,
            most_files,
        })
    }

    /// Renumbers the files, unless another process has just done so.
    fn rotate(&mut self, incoming: u64) -> io::Result<()> {
        let newest = self.folder.join(FILE);
        let lock = open_private(&self.folder.join("lumisift.log.lock"))?;
        lock.lock()?;
        let size = fs::metadata(&newest).map_or(0, |facts| facts.len());
        if size > 0 && size + incoming > self.most_bytes {
            for age in (0..self.most_files - 1).rev() {
                let (from, to) = (name(age), name(age + 1));
                match fs::rename(self.folder.join(from), self.folder.join(to)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        self.file = open_private(&newest)?;
        Ok(())
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let incoming = bytes.len() as u64;
        if self.file.metadata()?.len() + incoming > self.most_bytes {
            self.rotate(incoming)?;
        }
        // A single write per line, so that lines of several processes do not mix.
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens a file that only the user can read: paths of photos are private.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_no_link(&mut options, path)
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_make_way_and_their_number_is_bounded() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("deep/state");
        let mut log = RotatingFile::open(&folder, 100, 3).expect("opened");
        let mut another = RotatingFile::open(&folder, 100, 3).expect("opened");
        for line in 0..40 {
            let line = format!("line {line:02} of twenty\n");
            let log = if line.contains('7') {
                &mut another
            } else {
                &mut log
            };
            log.write_all(line.as_bytes()).expect("written");
        }
        let mut lines = Vec::new();
        for path in [name(2), name(1), name(0)].map(|name| folder.join(name)) {
            let text = fs::read_to_string(&path).expect("read");
            assert!(text.len() <= 100 && text.ends_with('\n'));
            lines.extend(text.lines().map(ToOwned::to_owned));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&path).expect("facts").permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
        // The last lines in order, without gaps.
        let last = (40 - lines.len()..40).map(|line| format!("line {line:02} of twenty"));
        assert_eq!(lines, last.collect::<Vec<_>>());
        assert!(lines.len() >= 10 && !folder.join(name(3)).exists());
    }
}
