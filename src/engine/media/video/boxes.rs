//! Boxes of a film's description (ISO/IEC 14496-12) by their content, and the tables in them.

use crate::engine::media::iso_media;
pub use crate::engine::media::iso_media::Fields;

/// Boxes one after another: kind and content. Ends at the first that is damaged.
pub fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let all = iso_media::boxes(bytes, (0, bytes.len()));
    all.filter_map(move |(kind, (start, end))| Some((kind, bytes.get(start..end)?)))
}

/// The content of the first box of a kind.
pub fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let found = boxes(bytes).find(|(found, _)| found == kind);
    found.map(|(_, content)| content)
}

/// The content of a box inside boxes, by the kinds on the way.
pub fn inside<'a>(bytes: &'a [u8], way: &[&[u8; 4]]) -> Option<&'a [u8]> {
    way.iter().try_fold(bytes, |bytes, kind| child(bytes, kind))
}

/// The entries of a table: a full box with a count and then rows of `N` numbers of four bytes. What the count claims
/// beyond the box's end is not there.
pub fn table<const N: usize>(content: &[u8]) -> Option<&[[[u8; 4]; N]]> {
    let mut fields = Fields(content);
    fields.version_and_flags()?;
    let count = fields.u32()? as usize;
    let rows = fields.rest().as_chunks::<4>().0.as_chunks::<N>().0;
    Some(&rows[..count.min(rows.len())])
}

/// A number in a [`table`].
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
