//! Finds JPEGs by their signature, for containers that do not reference any.

use memchr::memmem;

use super::Preview;

/// Maximum number of bytes searched.
const MAX_BYTES: usize = 256 << 20;
/// Maximum number of signatures examined.
const MAX_CANDIDATES: usize = 4096;
/// Maximum number of pictures returned.
const MAX_FOUND: usize = 16;

/// JPEGs in the file. Each extends to the next one or to the end of the file: trailing data is harmless.
pub fn previews(bytes: &[u8]) -> Vec<Preview<'_>> {
    let searched = &bytes[..bytes.len().min(MAX_BYTES)];
    let beginnings = memmem::find_iter(searched, b"\xff\xd8\xff").take(MAX_CANDIDATES);
    let previews = beginnings.filter_map(|at| Preview::at(bytes, at, bytes.len()));
    previews.take(MAX_FOUND).collect()
}
