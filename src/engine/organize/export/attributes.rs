//! File attributes: permissions, times, extended attributes including access control lists, owner. A file system that
//! rejects some of them (exFAT, SMB, MTP, FUSE) loses the attributes, never the photo.

use std::fs::{self, File, Metadata};

/// The attributes that a file system did not accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LostAttributes {
    /// Permissions.
    pub permissions: bool,
    /// Modification and access times.
    pub times: bool,
    /// Extended attributes and access control lists.
    pub attributes: bool,
    /// Owner and group.
    pub owner: bool,
    /// The confirmation that all data is on disk (`fsync`).
    pub flush: bool,
}

impl LostAttributes {
    /// The union of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            permissions: self.permissions || other.permissions,
            times: self.times || other.times,
            attributes: self.attributes || other.attributes,
            owner: self.owner || other.owner,
            flush: self.flush || other.flush,
        }
    }

    /// The display names of the lost attributes.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            (self.permissions, "permissions"),
            (self.times, "times"),
            (self.attributes, "extended attributes"),
            (self.owner, "owners"),
        ];
        let lost = all.into_iter().filter(|(lost, _)| *lost);
        lost.map(|(_, name)| name).collect()
    }
}

/// Copies the attributes of `from` to `to`, the owner only if `owner` is set. Returns those that were rejected.
pub fn copy(from: &File, to: &File, owner: bool) -> LostAttributes {
    let Ok(metadata) = from.metadata() else {
        return LostAttributes {
            permissions: true,
            times: true,
            ..LostAttributes::default()
        };
    };
    // Owner first, since changing it clears permission bits; then extended attributes, while the file is still
    // writable.
    LostAttributes {
        owner: owner && !give_owner(&metadata, to),
        attributes: !extended::copy(from, to),
        permissions: to.set_permissions(metadata.permissions()).is_err(),
        times: to.set_times(times(&metadata)).is_err(),
        flush: false,
    }
}

fn times(metadata: &Metadata) -> fs::FileTimes {
    let mut times = fs::FileTimes::new();
    if let Ok(modified) = metadata.modified() {
        times = times.set_modified(modified);
    }
    if let Ok(accessed) = metadata.accessed() {
        times = times.set_accessed(accessed);
    }
    times
}

#[cfg(unix)]
fn give_owner(wanted: &Metadata, to: &File) -> bool {
    use std::os::unix::fs::{MetadataExt, fchown};
    let ids = |metadata: &Metadata| (metadata.uid(), metadata.gid());
    let has = to.metadata().is_ok_and(|now| ids(&now) == ids(wanted));
    has || fchown(to, Some(wanted.uid()), Some(wanted.gid())).is_ok()
}

#[cfg(not(unix))]
fn give_owner(_: &Metadata, _: &File) -> bool {
    true
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod extended {
    use std::ffi::{CStr, CString};
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
    use rustix::io::Errno;

    /// Copies the user's extended attributes, but none that the system manages, such as security labels. Returns
    /// whether all were accepted.
    pub fn copy(from: &File, to: &File) -> bool {
        let mut all = true;
        for name in names(from) {
            let name: &CStr = &name;
            // An attribute that has vanished in the meantime is not a loss.
            if let Some(value) = grown(|buffer| fgetxattr(from, name, buffer)) {
                all &= fsetxattr(to, name, &value, XattrFlags::empty()).is_ok();
            }
        }
        all
    }

    fn names(file: &File) -> Vec<CString> {
        let list = grown(|buffer| flistxattr(file, buffer)).unwrap_or_default();
        let names = list.split(|byte| *byte == 0).filter(|name| ours(name));
        names.filter_map(|name| CString::new(name).ok()).collect()
    }

    fn ours(name: &[u8]) -> bool {
        if cfg!(target_vendor = "apple") {
            // macOS: keep the origin (quarantine) attributes; those of the system have this prefix.
            return !name.is_empty() && !name.starts_with(b"com.apple.system.");
        }
        name.starts_with(b"user.") || name == b"system.posix_acl_access"
    }

    /// Calls `call` with growing buffers until its result fits.
    fn grown(mut call: impl FnMut(&mut [u8]) -> rustix::io::Result<usize>) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 1024];
        loop {
            match call(&mut buffer) {
                Ok(length) => {
                    buffer.truncate(length);
                    return Some(buffer);
                }
                Err(Errno::RANGE) if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 4, 0),
                Err(_) => return None,
            }
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod extended {
    use std::fs::File;

    /// Not supported on other platforms.
    pub fn copy(_: &File, _: &File) -> bool {
        true
    }
}
