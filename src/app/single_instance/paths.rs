//! Paths by which the open window is reached: a lock file, and a socket or named pipe beside it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use super::identity;
use crate::engine::files::private;
use crate::settings::Dirs;

/// The longest path that every system takes for a socket (`sun_path` has 104 bytes on a Mac).
#[cfg(unix)]
const MAX_SOCKET: usize = 100;

/// The files of a window. Only the person they belong to can reach them.
#[derive(Clone, Debug)]
pub struct InstancePaths {
    lock: PathBuf,
    #[cfg(unix)]
    socket: PathBuf,
    #[cfg(windows)]
    pipe: String,
}

impl InstancePaths {
    /// The place of the window with these folders: in the folder for what lives as long as a session, or beside the log.
    pub fn of(dirs: &Dirs) -> io::Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let runtime = runtime.filter(|dir| cfg!(unix) && dir.is_absolute() && dir.is_dir());
        let folder = match runtime {
            Some(dir) => dir.join("lumisift"),
            None => dirs.state.join("window"),
        };
        make_private(&folder)?;
        let name = identity(dirs);
        #[cfg(unix)]
        let socket = folder.join(format!("{name}.sock"));
        #[cfg(unix)]
        if socket.as_os_str().len() > MAX_SOCKET {
            let text = format!("{} is too long for a socket", socket.display());
            return Err(io::Error::other(text));
        }
        Ok(Self {
            lock: folder.join(format!("{name}.lock")),
            #[cfg(unix)]
            socket,
            #[cfg(windows)]
            pipe: format!("lumisift-{name}"),
        })
    }

    /// The lock of the first; nothing if another one has it.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let file = private::open_or_create(&self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Makes a folder that the person alone can look into.
fn make_private(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    #[cfg_attr(not(unix), allow(unused_mut, reason = "it has no mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        let text = format!("{} is no folder", folder.display());
        return Err(io::Error::other(text));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            // Only its owner may do so: in a folder of somebody else, this start stays on its own.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
mod platform {
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    /// Where later starts come in.
    pub struct Listener(UnixListener);

    impl Listener {
        /// The next one, whose bytes must come and go in time.
        pub fn accept(&self, time: Duration) -> io::Result<UnixStream> {
            let (stream, _) = self.0.accept()?;
            stream.set_read_timeout(Some(time))?;
            stream.set_write_timeout(Some(time))?;
            Ok(stream)
        }
    }

    impl InstancePaths {
        /// Listens. The holder of the lock takes the place of whatever socket an earlier one left.
        pub fn listen(&self) -> io::Result<Listener> {
            self.remove_socket();
            UnixListener::bind(&self.socket).map(Listener)
        }

        /// A way to the window that is open.
        pub fn connect(&self) -> io::Result<UnixStream> {
            UnixStream::connect(&self.socket)
        }

        /// Takes the socket away.
        pub fn remove_socket(&self) {
            let _ = fs::remove_file(&self.socket);
        }

        /// Where it is.
        #[cfg(test)]
        pub fn socket(&self) -> &Path {
            &self.socket
        }
    }
}

#[cfg(windows)]
mod platform {
    use std::time::Duration;

    use interprocess::local_socket::prelude::*;
    use interprocess::local_socket::{self, GenericNamespaced, ListenerOptions, Stream};

    use super::*;

    /// Where later starts come in.
    pub struct Listener(local_socket::Listener);

    impl Listener {
        /// The next one. Pipes know no time limits; who hangs here makes others open windows of their own.
        pub fn accept(&self, _: Duration) -> io::Result<Stream> {
            self.0.accept()
        }
    }

    impl InstancePaths {
        /// Listens, on a pipe that by default only this person and administrators may write to.
        pub fn listen(&self) -> io::Result<Listener> {
            let name = self.pipe.as_str().to_ns_name::<GenericNamespaced>()?;
            let options = ListenerOptions::new().name(name);
            options.create_sync().map(Listener)
        }

        /// A way to the window that is open.
        pub fn connect(&self) -> io::Result<Stream> {
            Stream::connect(self.pipe.as_str().to_ns_name::<GenericNamespaced>()?)
        }

        /// A pipe goes with its process.
        pub fn remove_socket(&self) {}
    }
}

pub use platform::Listener;
