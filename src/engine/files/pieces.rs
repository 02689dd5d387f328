//! File names as a sequence of characters and of bytes that are not Unicode.

use std::ffi::{OsStr, OsString};

/// A character, or a byte (on Windows, half of a pair) that stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character.
    Char(char),
    /// Anything else, kept as it is.
    Raw(u16),
}

impl Piece {
    /// Bytes that it takes in a name.
    pub fn bytes(self) -> usize {
        match self {
            Self::Char(c) => c.len_utf8(),
            Self::Raw(_) => {
                if cfg!(windows) {
                    3
                } else {
                    1
                }
            }
        }
    }

    /// Whether it is this character, in either case.
    pub fn is(self, wanted: char) -> bool {
        matches!(self, Self::Char(c) if c.eq_ignore_ascii_case(&wanted))
    }

    /// Whether it is a digit.
    pub fn is_digit(self) -> bool {
        matches!(self, Self::Char(c) if c.is_ascii_digit())
    }
}

/// The pieces of a name.
#[cfg(unix)]
pub fn pieces(name: &OsStr) -> Vec<Piece> {
    use std::os::unix::ffi::OsStrExt;
    let mut pieces = Vec::with_capacity(name.len());
    for chunk in name.as_bytes().utf8_chunks() {
        pieces.extend(chunk.valid().chars().map(Piece::Char));
        pieces.extend(
            chunk
                .invalid()
                .iter()
                .map(|byte| Piece::Raw((*byte).into())),
        );
    }
    pieces
}

/// The name that pieces make.
#[cfg(unix)]
pub fn join(pieces: &[Piece]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Char(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            Piece::Raw(byte) => bytes.extend(u8::try_from(*byte)),
        }
    }
    OsString::from_vec(bytes)
}

/// The pieces of a name.
#[cfg(windows)]
pub fn pieces(name: &OsStr) -> Vec<Piece> {
    use std::os::windows::ffi::OsStrExt;
    let decoded = char::decode_utf16(name.encode_wide());
    decoded
        .map(|unit| match unit {
            Ok(c) => Piece::Char(c),
            Err(lone) => Piece::Raw(lone.unpaired_surrogate()),
        })
        .collect()
}

/// The name that pieces make.
#[cfg(windows)]
pub fn join(pieces: &[Piece]) -> OsString {
    use std::os::windows::ffi::OsStringExt;
    let mut units = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Char(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            Piece::Raw(unit) => units.push(*unit),
        }
    }
    OsString::from_wide(&units)
}

/// A name without an ending and the dot before it, in any letter case, if it has that ending.
pub fn strip_ending<'a>(name: &'a [Piece], ending: &str) -> Option<&'a [Piece]> {
    let at = name.len().checked_sub(ending.len() + 1)?;
    let (base, tail) = name.split_at(at);
    let fits = tail[0].is('.') && tail[1..].iter().zip(ending.chars()).all(|(p, c)| p.is(c));
    fits.then_some(base)
}

/// Where the last dot of a name is, if something is before it.
pub fn last_dot(name: &[Piece]) -> Option<usize> {
    name.iter()
        .rposition(|piece| piece.is('.'))
        .filter(|at| *at > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart_and_together_again() {
        let mut names: Vec<OsString> = vec!["".into(), "猫 é.JPG".into()];
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            names.push(OsString::from_vec(b"a\xe9\xff.jpg".to_vec()));
        }
        #[cfg(windows)]
        {
            use std::os::windows::ffi::OsStringExt;
            names.push(OsString::from_wide(&[0x61, 0xd800, 0x62]));
        }
        for name in names {
            assert_eq!(join(&pieces(&name)), name);
        }
        let name = pieces(OsStr::new("a.JPG.Xmp"));
        let base = strip_ending(&name, "xmp").expect("its ending");
        assert_eq!(join(base), "a.JPG");
        assert_eq!(last_dot(base), Some(1));
        assert!(strip_ending(&name, "mp").is_none());
        assert_eq!(last_dot(&pieces(OsStr::new(".jpg"))), None);
    }
}
