//! One window per user: a second program start hands its paths to the open window, which comes to the front.
//!
//! The first process holds a lock while it runs and listens on a socket, or on Windows on a named pipe, that only its
//! user can access. It replies only after the window has taken the paths. If anything goes wrong (no reply in time, an
//! unknown version, missing permissions), the second start opens its own window.

mod message;
mod paths;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use egui::{Context, UserAttentionType, ViewportCommand};

use super::App;
use crate::app::command::Command;
use crate::engine::index::pipeline::Notify;
use crate::settings::Dirs;
use message::Reply;
use paths::{InstancePaths, Listener};

/// How long the window may take to accept paths. The first frame after its start can be slow.
const WINDOW_TIME: Duration = Duration::from_secs(4);
/// How long a second start waits in total before it opens its own window.
const HAND_OVER_TIME: Duration = Duration::from_secs(5);
/// How long a second start may take to send its message.
const MESSAGE_TIME: Duration = Duration::from_secs(2);
/// Interval between attempts to connect to a window that is starting or closing.
const RETRY: Duration = Duration::from_millis(20);
/// Maximum number of offers that wait for the window.
const WAITING: usize = 64;

/// The result of a program start.
pub enum StartOutcome {
    /// This is the first instance: it opens a window and receives the paths of later starts.
    First(Instance),
    /// The open window has taken the paths.
    HandedOver,
    /// It opens a window that receives no paths from later starts.
    Alone,
}

/// The receiver of paths from later starts.
pub struct Instance {
    handed: Receiver<HandedOver>,
    notify: Arc<OnceLock<Notify>>,
    place: InstancePaths,
    /// Held until the process ends. The operating system releases it even after a crash.
    _lock: File,
}

/// Paths offered by a later start.
pub struct HandedOver {
    paths: Vec<PathBuf>,
    state: Arc<AtomicU8>,
    taken: Sender<()>,
}

const OFFERED: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

impl HandedOver {
    /// Takes the paths. `None` if the other start has timed out and opened its own window.
    pub fn take(self) -> Option<Vec<PathBuf>> {
        let taken = change(&self.state, TAKEN);
        let _ = self.taken.try_send(());
        taken.then_some(self.paths)
    }
}

/// Sets the final state of an offer, and returns whether this call was the first to do so.
fn change(state: &AtomicU8, to: u8) -> bool {
    let changed = state.compare_exchange(OFFERED, to, Ordering::AcqRel, Ordering::Acquire);
    changed.is_ok()
}

/// Hands the paths to an open window, or becomes the first instance.
#[must_use]
pub fn start(dirs: &Dirs, paths: &[PathBuf]) -> StartOutcome {
    start_within(dirs, paths, HAND_OVER_TIME, WINDOW_TIME)
}

fn start_within(
    dirs: &Dirs,
    paths: &[PathBuf],
    connect_timeout: Duration,
    window: Duration,
) -> StartOutcome {
    match first_or_handed_over(dirs, paths, connect_timeout, window) {
        Ok(started) => started,
        Err(error) => {
            tracing::warn!("this window is on its own: {error}");
            StartOutcome::Alone
        }
    }
}

fn first_or_handed_over(
    dirs: &Dirs,
    paths: &[PathBuf],
    connect_timeout: Duration,
    window: Duration,
) -> io::Result<StartOutcome> {
    let place = InstancePaths::of(dirs)?;
    let until = Instant::now() + connect_timeout;
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    while Instant::now() < until {
        if let Some(lock) = place.lock()? {
            return Ok(StartOutcome::First(Instance::listen(place, lock, window)?));
        }
        match hand_over(&place, paths, until) {
            Ok(Reply::Taken) => return Ok(StartOutcome::HandedOver),
            Ok(Reply::Refused) => {
                return Err(io::Error::other("the open window does not take paths now"));
            }
            // The other instance is starting or closing.
            Err(error) => last = error,
        }
        thread::sleep(RETRY.min(until.saturating_duration_since(Instant::now())));
    }
    Err(last)
}

/// Sends the paths to the open window. Runs on its own thread, so that a hanging window cannot delay this start.
fn hand_over(place: &InstancePaths, paths: &[PathBuf], until: Instant) -> io::Result<Reply> {
    let bytes = message::encode(paths)?;
    let (sender, receiver) = bounded(1);
    let place = place.clone();
    let talk = move || -> io::Result<Reply> {
        let mut stream = place.connect()?;
        stream.write_all(&bytes)?;
        stream.flush()?;
        message::read_reply(&mut stream)
    };
    thread::Builder::new()
        .name("lumisift-hand-over".into())
        .spawn(move || sender.send(talk()))?;
    let left = until.saturating_duration_since(Instant::now());
    let receiver = receiver.recv_timeout(left);
    receiver.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl Instance {
    fn listen(place: InstancePaths, lock: File, window: Duration) -> io::Result<Self> {
        let listener = place.listen()?;
        let (offer, handed) = bounded(WAITING);
        let notify = Arc::new(OnceLock::new());
        let desk = InstanceServer {
            offer,
            notify: notify.clone(),
            window,
        };
        thread::Builder::new()
            .name("lumisift-instance".into())
            .spawn(move || desk.serve(&listener))?;
        Ok(Self {
            handed,
            notify,
            place,
            _lock: lock,
        })
    }

    /// Sets the callback for new offers.
    pub fn notify_with(&self, notify: Notify) {
        if self.notify.set(notify.clone()).is_ok() && !self.handed.is_empty() {
            notify();
        }
    }

    /// The offers received since the last call.
    pub fn handed(&self) -> impl Iterator<Item = HandedOver> {
        self.handed.try_iter()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Before the lock is released, because its next holder creates a new socket.
        self.place.remove_socket();
    }
}

/// The server that later starts connect to.
struct InstanceServer {
    offer: Sender<HandedOver>,
    notify: Arc<OnceLock<Notify>>,
    window: Duration,
}

impl InstanceServer {
    fn serve(&self, listener: &Listener) {
        loop {
            // The client has gone, or the system's queue was full: the next connection may succeed.
            let Ok(mut stream) = listener.accept(MESSAGE_TIME) else {
                thread::sleep(RETRY);
                continue;
            };
            let reply = self.receive(&mut stream).unwrap_or_else(|error| {
                tracing::warn!("the message of a second start is invalid: {error}");
                Reply::Refused
            });
            let _ = stream
                .write_all(&message::encode_reply(reply))
                .and_then(|()| stream.flush());
        }
    }

    fn receive(&self, stream: &mut impl Read) -> io::Result<Reply> {
        let until = Instant::now() + MESSAGE_TIME;
        let paths = message::read(&mut DeadlineReader { stream, until })?;
        let state = Arc::new(AtomicU8::new(OFFERED));
        let (taken, was_taken) = bounded(1);
        let handed = HandedOver {
            paths,
            state: state.clone(),
            taken,
        };
        if self.offer.try_send(handed).is_err() {
            return Ok(Reply::Refused);
        }
        if let Some(notify) = self.notify.get() {
            notify();
        }
        let _ = was_taken.recv_timeout(self.window);
        // Withdraw the offer: the other start opens its own window, and a hanging window must not open the paths too.
        Ok(match change(&state, WITHDRAWN) {
            true => Reply::Refused,
            false => Reply::Taken,
        })
    }
}

/// A reader with an overall deadline, however slowly bytes arrive.
struct DeadlineReader<'a, R> {
    stream: &'a mut R,
    until: Instant,
}

impl<R: Read> Read for DeadlineReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match Instant::now() < self.until {
            true => self.stream.read(buffer),
            false => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl App {
    /// Starts to accept paths from later starts.
    pub fn receive(&mut self, instance: Arc<Instance>) {
        instance.notify_with(self.notify.clone());
        self.instance = Some(instance);
    }

    /// Opens the paths from later starts, and brings the window to the front.
    pub(super) fn open_handed_over(&mut self, ctx: &Context) {
        let Some(instance) = self.instance.clone() else {
            return;
        };
        for paths in instance.handed().filter_map(HandedOver::take) {
            self.open_in_front(ctx, paths);
        }
    }

    /// Opens paths from outside the window, if there are any, and brings the window to the front.
    pub fn open_in_front(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.apply(Command::OpenPaths(paths));
        }
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
        ctx.send_viewport_cmd(ViewportCommand::Focus);
        // If the platform does not let a program raise its own window, its taskbar entry asks for attention.
        let attention = UserAttentionType::Informational;
        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
    }
}

/// Identifies a window by its directories and its display.
fn identity(dirs: &Dirs) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for folder in [&dirs.config, &dirs.cache, &dirs.data, &dirs.state] {
        let folder: &Path = folder;
        add(folder.as_os_str().as_encoded_bytes());
    }
    for variable in ["DISPLAY", "WAYLAND_DISPLAY"] {
        let value = std::env::var_os(variable).unwrap_or_default();
        add(value.as_encoded_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(50);

    fn dirs(home: &Path) -> Dirs {
        Dirs::within(home)
    }

    fn first(dirs: &Dirs, window: Duration) -> Instance {
        match start_within(dirs, &[], LONG, window) {
            StartOutcome::First(instance) => instance,
            _ => panic!("not the first"),
        }
    }

    fn second(dirs: &Dirs, paths: &[PathBuf], connect_timeout: Duration) -> &'static str {
        match start_within(dirs, paths, connect_timeout, LONG) {
            StartOutcome::First(_) => "first",
            StartOutcome::HandedOver => "handed over",
            StartOutcome::Alone => "alone",
        }
    }

    /// Starts a second instance, and takes its paths as the window would.
    fn handed_over(instance: &Instance, dirs: &Dirs, paths: &[PathBuf]) -> Vec<PathBuf> {
        thread::scope(|scope| {
            let second = scope.spawn(|| second(dirs, paths, LONG));
            let handed = instance.handed.recv().expect("an offer");
            let taken = handed.take().expect("still offered");
            assert_eq!(second.join().expect("no panic"), "handed over");
            taken
        })
    }

    #[test]
    fn paths_reach_the_first_window_as_they_are() {
        let home = tempfile::tempdir().expect("a folder");
        let dirs = dirs(home.path());
        let instance = first(&dirs, LONG);
        assert!(handed_over(&instance, &dirs, &[]).is_empty());
        // As a file manager does to open a large selection.
        let mut many: Vec<PathBuf> = (0..20_000)
            .map(|at| format!("/photos/a folder/IMG_{at:05}.jpg").into())
            .collect();
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            many.push(std::ffi::OsStr::from_bytes(b"/photos/\xe9\xff.jpg").into());
        }
        assert_eq!(handed_over(&instance, &dirs, &many), many);
        // A user with other directories has another window.
        let elsewhere = tempfile::tempdir().expect("a folder");
        assert_eq!(second(&self::dirs(elsewhere.path()), &many, LONG), "first");
    }

    #[test]
    fn paths_sent_before_the_listener_exists_are_delivered() {
        let home = tempfile::tempdir().expect("a folder");
        let dirs = dirs(home.path());
        let instance = first(&dirs, LONG);
        let (sender, receiver) = bounded(8);
        thread::scope(|scope| {
            let second = scope.spawn(|| second(&dirs, &["/a".into()], LONG));
            // The offer stays pending until it is taken.
            let handed = instance.handed.recv().expect("an offer");
            instance.notify_with(Arc::new(move || {
                let _ = sender.send(());
            }));
            assert_eq!(handed.take(), Some(vec!["/a".into()]));
            assert_eq!(second.join().expect("no panic"), "handed over");
            let third = scope.spawn(|| self::second(&dirs, &[], LONG));
            receiver.recv().expect("a message");
            let handed = instance.handed.recv().expect("an offer");
            handed.take().expect("still offered");
            assert_eq!(third.join().expect("no panic"), "handed over");
        });
    }

    #[test]
    fn a_hung_window_delays_a_start_and_opens_nothing_later() {
        let home = tempfile::tempdir().expect("a folder");
        let dirs = dirs(home.path());
        let instance = first(&dirs, SHORT);
        assert_eq!(second(&dirs, &["/a".into()], LONG), "alone");
        let handed = instance.handed.recv().expect("an offer");
        assert_eq!(handed.take(), None, "it was withdrawn");
        // An instance that holds the lock but does not listen.
        let elsewhere = tempfile::tempdir().expect("a folder");
        let dirs = self::dirs(elsewhere.path());
        let place = InstancePaths::of(&dirs).expect("a place");
        let lock = place.lock().expect("locked").expect("the first");
        assert_eq!(second(&dirs, &[], SHORT), "alone");
        drop(lock);
        assert_eq!(second(&dirs, &[], SHORT), "first");
    }

    #[test]
    fn invalid_messages_are_rejected_and_later_ones_accepted() {
        let home = tempfile::tempdir().expect("a folder");
        let dirs = dirs(home.path());
        let instance = first(&dirs, LONG);
        let place = InstancePaths::of(&dirs).expect("a place");
        let good = message::encode(&["/a".into()]).expect("encoded");
        let mut huge = good.clone();
        huge[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let newer = [&b"LSI2"[..], &good[4..]].concat();
        let mut garbled = good.clone();
        garbled[8] = b'!';
        for bytes in [&huge[..], &newer, &garbled, b"GET / HTTP/1.1\r\n\r\n"] {
            let mut stream = place.connect().expect("connected");
            stream.write_all(bytes).expect("sent");
            let reply = message::read_reply(&mut stream).expect("a reply");
            assert_eq!(reply, Reply::Refused);
        }
        // A client that disconnects in the middle of a message.
        let mut stream = place.connect().expect("connected");
        stream.write_all(&good[..9]).expect("sent");
        drop(stream);
        let paths = [PathBuf::from("/b")];
        assert_eq!(handed_over(&instance, &dirs, &paths), paths);
    }

    #[cfg(unix)]
    #[test]
    fn files_left_by_an_earlier_window_do_not_prevent_a_start() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a folder");
        let dirs = dirs(home.path());
        let instance = first(&dirs, LONG);
        let socket = instance.place.socket().to_owned();
        let folder = socket.parent().expect("a folder");
        let mode = std::fs::metadata(folder)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else looks in");
        drop(instance);
        assert!(!socket.exists(), "it is removed at the end");
        // A killed window leaves its socket behind, but its lock is released.
        drop(std::os::unix::net::UnixListener::bind(&socket).expect("bound"));
        assert!(socket.exists());
        let instance = first(&dirs, LONG);
        let paths = [PathBuf::from("/a")];
        assert_eq!(handed_over(&instance, &dirs, &paths), paths);
    }
}
