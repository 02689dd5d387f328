//! Boxes of ISO base media files (ISO/IEC 14496-12), and the big-endian fields in them.

/// Boxes one after another: kind and content. Ends at the first that is damaged.
pub fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let mut fields = Fields::new(rest);
        let short = fields.u32()?;
        let kind = fields.array()?;
        let length = match short {
            0 => rest.len(),
            1 => usize::try_from(fields.u64()?).ok()?,
            short => short as usize,
        };
        let content = rest.get(rest.len() - fields.left()..length)?;
        rest = &rest[length..];
        Some((kind, content))
    })
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

/// Fields one after another. Nothing is read beyond the end.
#[derive(Clone)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// From the start of a content.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// Everything that is left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (now, later) = self.0.split_at_checked(count)?;
        self.0 = later;
        Some(now)
    }

    /// Passes over bytes.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    /// The next bytes as they are.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A number of one byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    /// A number of two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A signed number of four bytes.
    pub fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// A number of eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// A number of eight bytes in boxes of version 1, and of four in those of version 0.
    pub fn sized(&mut self, version: u8) -> Option<u64> {
        match version {
            1 => self.u64(),
            _ => self.u32().map(u64::from),
        }
    }

    /// Version and flags, with which full boxes begin.
    pub fn version_and_flags(&mut self) -> Option<(u8, u32)> {
        let both = self.u32()?;
        Some(((both >> 24) as u8, both & 0x00ff_ffff))
    }
}

/// The entries of a table: a full box with a count and then rows of `N` numbers of four bytes. What the count claims
/// beyond the box's end is not there.
pub fn table<const N: usize>(content: &[u8]) -> Option<&[[[u8; 4]; N]]> {
    let mut fields = Fields::new(content);
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
