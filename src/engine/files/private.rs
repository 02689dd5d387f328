//! Files that only their owner may read, whatever the process's umask is.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use super::regular::open_no_link;

/// Options that create files which only the user may access.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a regular file for reading and writing as it is, or makes an empty one. A link is not followed.
///
/// # Errors
/// If it cannot be opened or is something else.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    open_no_link(options().read(true).create(true).truncate(false), path)
}

/// Restricts a file that an earlier version left readable to others. It is unchanged if the file system has no
/// permissions.
pub fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = |metadata: &std::fs::Metadata| metadata.permissions().mode() & 0o077 != 0;
        if path.metadata().is_ok_and(|metadata| open(&metadata)) {
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
