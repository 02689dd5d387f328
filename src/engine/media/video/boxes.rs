//! Boxes of a `moov` box in memory (ISO/IEC 14496-12), and the tables in them.

use crate::engine::media::iso_media;
pub use crate::engine::media::iso_media::Fields;

/// The boxes in a buffer: type and payload. Stops at the first malformed box.
pub fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let all = iso_media::boxes(bytes, (0, bytes.len()));
    all.filter_map(move |(kind, (start, end))| Some((kind, bytes.get(start..end)?)))
}

/// The payload of the first box of this type.
pub fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let found = boxes(bytes).find(|(found, _)| found == kind);
    found.map(|(_, content)| content)
}

/// The payload of a nested box, by the types along its path.
pub fn inside<'a>(bytes: &'a [u8], way: &[&[u8; 4]]) -> Option<&'a [u8]> {
    way.iter().try_fold(bytes, |bytes, kind| child(bytes, kind))
}

/// The rows of a table: a full box with an entry count and rows of `N` 32-bit integers. A count that exceeds the box is
/// truncated.
pub fn table<const N: usize>(content: &[u8]) -> Option<&[[[u8; 4]; N]]> {
    let mut fields = Fields(content);
    fields.version_and_flags()?;
    let count = fields.u32()? as usize;
    let rows = fields.rest().as_chunks::<4>().0.as_chunks::<N>().0;
    Some(&rows[..count.min(rows.len())])
}

/// An integer in a [`table`].
pub fn number(bytes: [u8; 4]) -> u32 {
    u32::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_end_where_they_are_damaged() {
        let good = b"\0\0\0\x0aabcd12\0\0\0\x01efgh\0\0\0\0\0\0\0\x11x\0\0\0\0ijklrest";
        let found: Vec<_> = boxes(good).collect();
        let want: [([u8; 4], &[u8]); 3] =
            [(*b"abcd", b"12"), (*b"efgh", b"x"), (*b"ijkl", b"rest")];
        assert_eq!(found, want);
        for bad in [
            &b"\0\0\0\x07abcd"[..],
            b"\0\0\0\x09abcd",
            b"\0\0\0\x01abcd\0",
            b"\0\0",
        ] {
            assert_eq!(boxes(bad).count(), 0);
        }
        let huge = b"\0\0\0\x01efgh\xff\xff\xff\xff\xff\xff\xff\xffx";
        assert_eq!(boxes(huge).count(), 0);
    }

    #[test]
    fn a_table_has_no_more_rows_than_its_box() {
        let lying = b"\0\0\0\0\xff\xff\xff\xff\0\0\0\x01\0\0\0\x02\0\0";
        let rows = table::<2>(lying).expect("a table");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].map(number), [1, 2]);
    }
}
