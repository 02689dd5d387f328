//! The message from a second program start to the open window, and the reply.
//!
//! A message consists of four bytes with magic and version, the payload length (`u32`, little-endian), and the payload:
//! a JSON list of paths. The reply is the same four bytes and a status byte.

use std::io::{self, Read};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::files::path_serde;

const VERSION: &[u8; 4] = b"LSI1";
/// Maximum payload length, larger than any command line.
const MAX_BYTES: u32 = 16 << 20;

/// The window's reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It has taken the paths.
    Taken,
    /// It does not take the paths.
    Refused,
}

#[derive(Serialize, Deserialize)]
struct MessagePath(#[serde(with = "path_serde")] PathBuf);

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Encodes a message.
///
/// # Errors
/// Returns an error if the payload would exceed the maximum length.
pub fn encode(paths: &[PathBuf]) -> io::Result<Vec<u8>> {
    let entries: Vec<MessagePath> = paths.iter().cloned().map(MessagePath).collect();
    let json = serde_json::to_vec(&entries)?;
    let length = u32::try_from(json.len()).ok();
    let length = length.filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| invalid("too many paths to hand over"))?;
    Ok([&VERSION[..], &length.to_le_bytes(), &json].concat())
}

/// Reads the paths of a message.
///
/// # Errors
/// Returns an error if reading fails, or if the data is not a message of this version.
pub fn read(stream: &mut impl Read) -> io::Result<Vec<PathBuf>> {
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    let [a, b, c, d, length @ ..] = head;
    if [a, b, c, d] != *VERSION {
        return Err(invalid("its version differs"));
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_BYTES {
        return Err(invalid("it is too long"));
    }
    // Memory is allocated for the bytes that arrive, not for the length that is announced.
    let mut json = Vec::new();
    stream.take(length.into()).read_to_end(&mut json)?;
    if json.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let entries: Vec<MessagePath> = serde_json::from_slice(&json)?;
    Ok(entries.into_iter().map(|entry| entry.0).collect())
}

/// Encodes a reply.
#[must_use]
pub fn encode_reply(reply: Reply) -> [u8; 5] {
    let [a, b, c, d] = *VERSION;
    [a, b, c, d, u8::from(reply == Reply::Taken)]
}

/// Reads a reply.
///
/// # Errors
/// Returns an error if no valid reply arrives.
pub fn read_reply(stream: &mut impl Read) -> io::Result<Reply> {
    let mut bytes = [0; 5];
    stream.read_exact(&mut bytes)?;
    Ok(match bytes == encode_reply(Reply::Taken) {
        true => Reply::Taken,
        false => Reply::Refused,
    })
}
