//! JSON output. Control characters are escaped, and paths that are not valid Unicode can be recovered.

use std::io::{self, Write};

use lumisift::engine::sanitize::is_unprintable;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::path_text::{TextPart, parts};

/// Streams a value as indented JSON.
///
/// # Errors
/// Returns an error if writing fails.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let formatter = Escaped(PrettyFormatter::new());
    value.serialize(&mut Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

/// Serialises a value to JSON without line breaks.
///
/// # Errors
/// Returns an error if serialisation fails.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    let formatter = Escaped(CompactFormatter);
    value.serialize(&mut Serializer::with_formatter(&mut out, formatter))?;
    String::from_utf8(out).map_err(io::Error::other)
}

fn write_text<W: ?Sized + Write>(out: &mut W, text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(is_unprintable) {
        out.write_all(&rest.as_bytes()[..at])?;
        let c = rest[at..].chars().next().unwrap_or_default();
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.write_all(rest.as_bytes())
}

/// A formatter that escapes terminal control characters and writes the marks of [`super::path_text`] as surrogates.
struct Escaped<F>(F);

impl<F: Formatter> Formatter for Escaped<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for part in parts(fragment) {
            match part {
                TextPart::Text(text) => write_text(out, text)?,
                TextPart::Lone(digits) => write!(out, "\\u{digits}")?,
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::*;
    use crate::cli::path_text::path_text;

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write_json(&mut out, value).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn text_stays_text() {
        for text in [
            "a.jpg",
            "猫 \"é\"\n.jpg",
            "\u{fdd0}dce9",
            "\u{fdd0}",
            "\u{9b}\u{e0041}",
        ] {
            let value = json!({ "path": path_text(Path::new(text)), "list": [1, {}] });
            let printed = written(&value);
            assert!(!printed.chars().any(|c| is_unprintable(c) && c != '\n'));
            let read: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(read, json!({ "path": text, "list": [1, {}] }));
        }
        let plain = json!({ "a": [1, { "b": [] }], "c": {} });
        let usual = serde_json::to_string_pretty(&plain).expect("written") + "\n";
        assert_eq!(written(&plain), usual);
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_become_lone_surrogates() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xe9\xff.jpg"));
        assert_eq!(
            written(&json!(path_text(path))),
            "\"a\\udce9\\udcff.jpg\"\n"
        );
    }
}
