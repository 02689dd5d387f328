//! A local hub of models that misbehaves as a test requests.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::fixtures;

/// The fault in one answer.
#[derive(Clone, Debug)]
pub enum ResponseFault {
    /// Only this many bytes of the body are sent, then the connection closes.
    BreakAfter(usize),
    /// A status instead of the file, with headers.
    Status(u16, &'static str),
    /// One byte of the body is changed.
    Corrupt,
    /// More bytes are sent than the answer to HEAD announced.
    Longer,
    /// A redirect.
    Redirect(String),
    /// A redirect with false information about the file.
    RedirectSaying(String, String),
    /// No length is sent, and bytes are sent until the client gives up.
    Endless,
    /// Bytes are sent one by one with this delay, without end.
    Drip(Duration),
    /// Nothing is sent, not even a status.
    Silence,
    /// The status and headers are sent, then nothing.
    Stall,
    /// A few kilobytes that unpack to many megabytes.
    Bomb,
}

/// A request as received.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    /// By path: the faults of the next answers to GET.
    response_faults: HashMap<String, VecDeque<ResponseFault>>,
    seen: Vec<Seen>,
    /// Whether lengths and checksums are sent.
    silent: bool,
    /// Lengths that are sent instead of the true ones.
    lengths: HashMap<String, u64>,
    /// Checksums that are sent instead of the true ones.
    hashes: HashMap<String, String>,
    /// By path: the fault of every answer, to HEAD and to GET.
    always: HashMap<String, ResponseFault>,
    /// Bytes of bodies that were sent.
    sent: u64,
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

    /// A hub with the small CLIP under a path.
    pub fn with_fixtures(base: &str) -> Self {
        let hub = Self::start();
        hub.put_fixtures(base, &fixtures::CLIP_TINY);
        hub
    }

    /// Offers fixtures under a path, each by its file name.
    pub fn put_fixtures(&self, base: &str, files: &[(&str, &str)]) {
        for (file, fixture) in files {
            self.put(&format!("{base}/{file}"), fixtures::bytes(fixture));
        }
    }

    /// An address at which nothing listens.
    pub fn unreachable_url() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let mut state = self.state.lock().expect("no panic");
        state.files.insert(path.into(), bytes.into());
    }

    /// Sets the faults of the next answers to GET for a path.
    pub fn queue_faults(
        &self,
        path: &str,
        response_faults: impl IntoIterator<Item = ResponseFault>,
    ) {
        let mut state = self.state.lock().expect("no panic");
        let plans = state.response_faults.entry(path.into()).or_default();
        plans.extend(response_faults);
    }

    /// Sends no lengths and checksums, like plain mirrors.
    pub fn omit_metadata(&self) {
        self.state.lock().expect("no panic").silent = true;
    }

    /// Sends a wrong length in answers to HEAD.
    pub fn fake_length(&self, path: &str, length: u64) {
        let mut state = self.state.lock().expect("no panic");
        state.lengths.insert(path.into(), length);
    }

    /// Sends a wrong checksum.
    pub fn fake_hash(&self, path: &str, hash: &str) {
        let mut state = self.state.lock().expect("no panic");
        state.hashes.insert(path.into(), hash.into());
    }

    /// Sets the fault of every answer for a path.
    pub fn always(&self, path: &str, response_faults: ResponseFault) {
        let mut state = self.state.lock().expect("no panic");
        state.always.insert(path.into(), response_faults);
    }

    /// Bytes of bodies that were sent.
    pub fn sent(&self) -> u64 {
        self.state.lock().expect("no panic").sent
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().expect("no panic").seen.clone()
    }

    /// The start offsets of the GET requests for a path.
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
    let (file, plan, silent, length, hash) = {
        let mut state = shared.lock().expect("no panic");
        state.seen.push(seen.clone());
        let get = seen.method == "GET";
        let plan = state
            .response_faults
            .get_mut(&seen.path)
            .filter(|_| get)
            .and_then(VecDeque::pop_front)
            .or_else(|| state.always.get(&seen.path).cloned());
        let file = state.files.get(&seen.path).cloned();
        (
            file,
            plan,
            state.silent,
            state.lengths.get(&seen.path).copied(),
            state.hashes.get(&seen.path).cloned(),
        )
    };
    let mut head = |status: u16, headers: &str| {
        write!(
            stream,
            "HTTP/1.1 {status} Words\r\nConnection: close\r\n{headers}\r\n"
        )
        .is_ok()
    };
    if let Some(ResponseFault::Status(status, headers)) = plan {
        head(status, &format!("Content-Length: 0\r\n{headers}"));
        return;
    }
    if let Some(ResponseFault::Redirect(goal)) = plan {
        head(302, &format!("Content-Length: 0\r\nLocation: {goal}\r\n"));
        return;
    }
    if let Some(ResponseFault::RedirectSaying(goal, lies)) = plan {
        head(
            302,
            &format!("Content-Length: 0\r\nLocation: {goal}\r\n{lies}"),
        );
        return;
    }
    let torments = match &plan {
        Some(ResponseFault::Silence) => true,
        Some(ResponseFault::Endless | ResponseFault::Drip(_) | ResponseFault::Stall) => {
            head(200, "")
        }
        Some(ResponseFault::Bomb) => head(200, "Content-Encoding: deflate\r\n"),
        _ => false,
    };
    if let Some(plan) = plan.as_ref().filter(|_| torments) {
        if seen.method != "HEAD" || matches!(plan, ResponseFault::Silence) {
            send_endlessly(stream, plan, shared);
        }
        return;
    }
    let Some(mut bytes) = file else {
        head(404, "Content-Length: 0\r\n");
        return;
    };
    let hash = hash.unwrap_or_else(|| {
        let digest = Sha256::digest(&bytes);
        digest.iter().map(|b| format!("{b:02x}")).collect()
    });
    let facts = if silent {
        String::new()
    } else {
        let length = length.unwrap_or(bytes.len() as u64);
        format!("X-Linked-Etag: \"{hash}\"\r\nX-Linked-Size: {length}\r\n")
    };
    match plan {
        Some(ResponseFault::Corrupt) => bytes[0] ^= 1,
        Some(ResponseFault::Longer) => bytes.extend([0; 100]),
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
        Some(ResponseFault::BreakAfter(count)) => &body[..count.min(body.len())],
        _ => body,
    };
    // The client may have disconnected.
    let _ = stream.write_all(body);
}

/// Sends bytes without end, until the client disconnects.
fn send_endlessly(mut stream: TcpStream, plan: &ResponseFault, shared: &Mutex<State>) {
    let chunk = match plan {
        ResponseFault::Drip(_) => vec![b'x'],
        ResponseFault::Bomb => deflated_zeros(),
        _ => vec![0; 64 << 10],
    };
    loop {
        match plan {
            ResponseFault::Silence | ResponseFault::Stall => {
                // The client ends the wait by disconnecting.
                let _ = stream.read(&mut [0; 1]);
                return;
            }
            ResponseFault::Drip(time) => std::thread::sleep(*time),
            _ => {}
        }
        if stream.write_all(&chunk).is_err() {
            return;
        }
        shared.lock().expect("no panic").sent += chunk.len() as u64;
        if matches!(plan, ResponseFault::Bomb) {
            return;
        }
    }
}

/// 64 MB of zeros as compressed by zlib: the start of a block, then two bits for each copy of 258 bytes.
fn deflated_zeros() -> Vec<u8> {
    let head = [
        0x78, 0xda, 0xed, 0xc1, 0x01, 0x01, 0, 0, 0, 0x80, 0x90, 0xfe, 0xaf, 0xee, 0x08, 0x0a,
    ];
    [&head[..], &[0; 65_000]].concat()
}
