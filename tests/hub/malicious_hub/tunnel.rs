//! A proxy that makes no connection.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A proxy that makes no connection: it answers a request for `/to/GOAL` itself, with a redirect to that address.
pub(super) struct Tunnel {
    pub(super) address: String,
    /// The destinations that it was asked to connect to.
    pub(super) hosts: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let hosts = Arc::new(Mutex::new(Vec::new()));
        let seen = hosts.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The client may have disconnected.
                let _ = tunnel(stream, &seen);
            }
        });
        Self { address, hosts }
    }
}

fn tunnel(mut stream: TcpStream, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let first = first_line(&mut reader)?;
    let host = first.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().expect("no panic").push(host);
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let request_line = first_line(&mut reader)?;
    let path = request_line.split(' ').nth(1).unwrap_or_default();
    let goal = path.strip_prefix("/to/").unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: http://{goal}\r\n\r\n"
    )
}

/// The first line of a request, which is read to the end of its headers.
fn first_line(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = first.clone();
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    Ok(first)
}
