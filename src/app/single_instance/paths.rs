//! Paths of the lock file and of the socket or named pipe that belong to a window.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use super::identity;
use crate::engine::files::private;
use crate::settings::Dirs;

/// Maximum length of a socket path (`sun_path` is 104 bytes on macOS).
#[cfg(unix)]
const MAX_SOCKET: usize = 100;

/// The files of a window, accessible to its user only.
#[derive(Clone, Debug)]
pub struct InstancePaths {
    lock: PathBuf,
    #[cfg(unix)]
    socket: PathBuf,
    #[cfg(windows)]
    pipe: String,
}

impl InstancePaths {
    /// The paths for a window with these directories: in `XDG_RUNTIME_DIR`, or next to the log.
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

    /// Acquires the lock of the first instance. `None` if another process holds it.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let file = private::open_or_create(&self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Creates a directory that only the user can access.
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
            // This fails in a directory of another user, and the program then opens its own window.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
mod platform {
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    /// Accepts connections of later starts.
    pub struct Listener(UnixListener);

    impl Listener {
        /// Accepts the next connection and sets its read and write timeouts.
        pub fn accept(&self, time: Duration) -> io::Result<UnixStream> {
            let (stream, _) = self.0.accept()?;
            stream.set_read_timeout(Some(time))?;
            stream.set_write_timeout(Some(time))?;
            Ok(stream)
        }
    }

    impl InstancePaths {
        /// Starts to listen. The caller holds the lock, so a socket left by an earlier process can be replaced.
        pub fn listen(&self) -> io::Result<Listener> {
            self.remove_socket();
            UnixListener::bind(&self.socket).map(Listener)
        }

        /// Connects to the open window.
        pub fn connect(&self) -> io::Result<UnixStream> {
            UnixStream::connect(&self.socket)
        }

        /// Removes the socket file.
        pub fn remove_socket(&self) {
            let _ = fs::remove_file(&self.socket);
        }

        /// The path of the socket.
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

    /// Accepts connections of later starts.
    pub struct Listener(local_socket::Listener);

    impl Listener {
        /// Accepts the next connection. Pipes have no timeouts: if a client hangs, later starts open their own windows.
        pub fn accept(&self, _: Duration) -> io::Result<Stream> {
            self.0.accept()
        }
    }

    impl InstancePaths {
        /// Starts to listen on a pipe that, by default, only this user and administrators can write to.
        pub fn listen(&self) -> io::Result<Listener> {
            let name = self.pipe.as_str().to_ns_name::<GenericNamespaced>()?;
            let options = ListenerOptions::new().name(name);
            options.create_sync().map(Listener)
        }

        /// Connects to the open window.
        pub fn connect(&self) -> io::Result<Stream> {
            Stream::connect(self.pipe.as_str().to_ns_name::<GenericNamespaced>()?)
        }

        /// Does nothing: a named pipe disappears with its process.
        pub fn remove_socket(&self) {}
    }
}

pub use platform::Listener;
