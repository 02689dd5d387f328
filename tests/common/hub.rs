//! A hub of models on this machine that behaves as badly as a test wants.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

/// What goes wrong with one answer.
#[derive(Clone, Debug)]
pub enum Mischief {
    /// Only so many bytes of the body come, then the connection closes.
    BreakAfter(usize),
    /// A status in place of the file, with headers.
    Status(u16, &'static str),
    /// A byte of the body is another one.
    Corrupt,
    /// More comes than was announced to those who looked.
    Longer,
    /// Another address.
    Redirect(String),
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    /// By path: what goes wrong with the next answers to GET.
    mischief: HashMap<String, VecDeque<Mischief>>,
    seen: Vec<Seen>,
    /// Whether lengths and checksums are told.
    silent: bool,
    /// Lengths that are told in place of the true ones.
    lengths: HashMap<String, u64>,
}

/// The hub. Its thread ends with the process.
#[derive(Clone)]
pub struct FakeHub {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl FakeHub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { address, state }
    }

    /// An address at which nobody listens.
    pub fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let mut state = self.state.lock().expect("no panic");
        state.files.insert(path.into(), bytes.into());
    }

    /// What goes wrong with the next answers to GET for a path, one after another.
    pub fn plot(&self, path: &str, mischief: impl IntoIterator<Item = Mischief>) {
        let mut state = self.state.lock().expect("no panic");
        let plans = state.mischief.entry(path.into()).or_default();
        plans.extend(mischief);
    }

    /// Tells no lengths and checksums, as plain mirrors do.
    pub fn say_little(&self) {
        self.state.lock().expect("no panic").silent = true;
    }

    /// Tells a wrong length to those who look.
    pub fn lie_about(&self, path: &str, length: u64) {
        let mut state = self.state.lock().expect("no panic");
        state.lengths.insert(path.into(), length);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().expect("no panic").seen.clone()
    }

    /// Bytes from which a path was asked for, by GET.
    pub fn ranges(&self, path: &str) -> Vec<u64> {
        let gets = self.seen().into_iter();
        gets.filter(|seen| seen.method == "GET" && seen.path == path)
            .map(|seen| from(&seen))
            .collect()
    }
}

fn from(seen: &Seen) -> u64 {
    let range = seen.headers.get("range").map_or("", String::as_str);
    let number = range.strip_prefix("bytes=").unwrap_or("0-");
    number.trim_end_matches('-').parse().expect("a number")
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let mut seen = Seen {
        method: words.next()?.into(),
        path: words.next()?.into(),
        headers: HashMap::new(),
    };
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        seen.headers.insert(name.to_lowercase(), value.into());
    }
    Some(seen)
}

fn answer(mut stream: TcpStream, shared: &Mutex<State>) {
    let Some(seen) = read(&stream) else { return };
    let (file, plan, silent, length) = {
        let mut state = shared.lock().expect("no panic");
        state.seen.push(seen.clone());
        let get = seen.method == "GET";
        let plan = state
            .mischief
            .get_mut(&seen.path)
            .filter(|_| get)
            .and_then(VecDeque::pop_front);
        let file = state.files.get(&seen.path).cloned();
        (
            file,
            plan,
            state.silent,
            state.lengths.get(&seen.path).copied(),
        )
    };
    let mut head = |status: u16, headers: &str| {
        write!(
            stream,
            "HTTP/1.1 {status} Words\r\nConnection: close\r\n{headers}\r\n"
        )
        .is_ok()
    };
    if let Some(Mischief::Status(status, headers)) = plan {
        head(status, &format!("Content-Length: 0\r\n{headers}"));
        return;
    }
    if let Some(Mischief::Redirect(goal)) = plan {
        head(302, &format!("Content-Length: 0\r\nLocation: {goal}\r\n"));
        return;
    }
    let Some(mut bytes) = file else {
        head(404, "Content-Length: 0\r\n");
        return;
    };
    let hash: String = Sha256::digest(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let facts = if silent {
        String::new()
    } else {
        let length = length.unwrap_or(bytes.len() as u64);
        format!("X-Linked-Etag: \"{hash}\"\r\nX-Linked-Size: {length}\r\n")
    };
    match plan {
        Some(Mischief::Corrupt) => bytes[0] ^= 1,
        Some(Mischief::Longer) => bytes.extend([0; 100]),
        _ => {}
    }
    let start = usize::try_from(from(&seen)).expect("small");
    let (status, range) = match start {
        0 => (200, String::new()),
        start => {
            let end = bytes.len() - 1;
            (
                206,
                format!("Content-Range: bytes {start}-{end}/{}\r\n", bytes.len()),
            )
        }
    };
    let body = &bytes[start.min(bytes.len())..];
    let length = if silent && seen.method == "HEAD" {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    if !head(status, &format!("{length}{range}{facts}")) || seen.method == "HEAD" {
        return;
    }
    let body = match plan {
        Some(Mischief::BreakAfter(count)) => &body[..count.min(body.len())],
        _ => body,
    };
    // Whoever asked may have gone.
    let _ = stream.write_all(body);
}
