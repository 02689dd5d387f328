//! Finds JPEGs by their first bytes where the container does not refer to any.

use memchr::memmem;

use super::Preview;

/// Bytes that are searched.
const MOST_BYTES: usize = 256 << 20;
/// Beginnings that are looked at.
const MOST_BEGINNINGS: usize = 4096;
/// Pictures that are taken.
const MOST_FOUND: usize = 16;

/// JPEGs in the file. Each ends where the next begins or the file does: what follows a JPEG does not hurt.
pub fn previews(bytes: &[u8]) -> Vec<Preview<'_>> {
    let searched = &bytes[..bytes.len().min(MOST_BYTES)];
    let beginnings = memmem::find_iter(searched, b"\xff\xd8\xff").take(MOST_BEGINNINGS);
    let previews = beginnings.filter_map(|at| Preview::at(bytes, at, bytes.len()));
    previews.take(MOST_FOUND).collect()
}
