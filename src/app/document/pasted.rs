//! Tells whether pasted, typed or dropped text consists of paths, a web address or words. Pure functions.

use std::path::{Path, PathBuf};

/// The scheme of addresses of files.
const FILE: &str = "file:";

/// The kind of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// Paths of files and folders, one per line. There may be web addresses among them.
    Paths(Vec<PathBuf>),
    /// A web address, from which nothing is downloaded.
    Web(String),
    /// Anything else.
    Words,
}

/// Determines the kind of a text. `~` stands for `home`.
#[must_use]
pub fn parse_pasted(text: &str, home: Option<&Path>) -> Pasted {
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let web: Vec<&str> = lines.iter().copied().filter(|line| is_web(line)).collect();
    let path = |line: &&str| match is_web(line) {
        // Among paths, it is refused when these are opened.
        true => Some(PathBuf::from(*line)),
        false => path_of(line, home),
    };
    let paths: Option<Vec<PathBuf>> = lines.iter().map(path).collect();
    match (paths, web.first()) {
        (Some(paths), _) if web.len() < paths.len() => Pasted::Paths(paths),
        (_, Some(address)) => Pasted::Web((*address).to_owned()),
        _ => Pasted::Words,
    }
}

/// Whether a text is a web address.
#[must_use]
pub fn is_web(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    [
        "http://", "https://", "http:/", "https:/", "ftp://", "data:",
    ]
    .iter()
    .any(|scheme| text.starts_with(scheme))
}

/// The absolute path in a line, as written by a shell, a file manager or a browser. `~` stands for `home`.
#[must_use]
pub fn path_of(line: &str, home: Option<&Path>) -> Option<PathBuf> {
    let line = line.trim();
    let quoted = ['"', '\'']
        .iter()
        .find_map(|quote| line.strip_prefix(*quote)?.strip_suffix(*quote));
    let line = quoted.unwrap_or(line);
    let scheme = line.get(..FILE.len());
    if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(FILE)) {
        let rest = &line[FILE.len()..];
        // There may be a host before the path, as in `file://localhost/photos`. Some programs write `file:/photos`.
        let path = match rest.strip_prefix("//") {
            Some(rest) => &rest[rest.find('/')?..],
            None => rest,
        };
        return match percent_decoded(path).as_slice() {
            [b'/', drive @ ..] if is_drive(drive) => path_of_bytes(drive),
            path @ [b'/', ..] => path_of_bytes(path),
            _ => None,
        };
    }
    if let (Some(rest), Some(home)) = (line.strip_prefix('~'), home)
        && (rest.is_empty() || rest.starts_with(['/', '\\']))
    {
        return Some(home.join(rest.trim_start_matches(['/', '\\'])));
    }
    let drive = is_drive(line.as_bytes());
    let from_the_top = line.starts_with('/') || line.starts_with("\\\\") || drive;
    from_the_top.then(|| PathBuf::from(line))
}

/// Whether a path begins with a drive, as in `C:/photos`.
fn is_drive(path: &[u8]) -> bool {
    matches!(path, [letter, b':', _, ..] if letter.is_ascii_alphabetic())
}

/// The path of decoded bytes. On Unix, names need not be valid text.
#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// The path of decoded bytes.
#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        // Numbers may also have a sign, which is no digit.
        let digits = escaped.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_programs_write_them() {
        let home = Path::new("/home/me");
        for (text, path) in [
            ("/photos/2024", "/photos/2024"),
            (" \"/photos/my trip\" ", "/photos/my trip"),
            ("'/photos/it'", "/photos/it"),
            (
                "file:///photos/my%20trip/%E7%8C%AB.jpg",
                "/photos/my trip/猫.jpg",
            ),
            ("file://localhost/photos/100%", "/photos/100%"),
            ("file:///photos/1%+2%2B3", "/photos/1%+2+3"),
            ("FILE:///photos", "/photos"),
            ("file:/photos/a%20b", "/photos/a b"),
            ("file:///C:/photos", "C:/photos"),
            ("file:///1:/photos", "/1:/photos"),
            ("C:\\photos", "C:\\photos"),
            ("~/photos", "/home/me/photos"),
            ("~", "/home/me"),
        ] {
            assert_eq!(path_of(text, Some(home)), Some(path.into()), "{text}");
        }
        for text in [
            "beach",
            "a/b",
            "~me/photos",
            "",
            "dog: brown",
            "file://",
            "file:photos",
            "\"",
        ] {
            assert_eq!(path_of(text, Some(home)), None, "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn names_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"/photos/\xe9t\xe9.jpg");
        let path = path_of("file:///photos/%E9t%E9.jpg", None);
        assert_eq!(path, Some(name.into()));
    }

    #[test]
    fn a_text_is_paths_an_address_or_words() {
        let paths = Pasted::Paths(vec!["/a".into(), "/b c".into()]);
        let parse = |text: &str| parse_pasted(text, Some(Path::new("/home/me")));
        assert_eq!(parse("file:///a\r\nfile:///b%20c\r\n"), paths);
        let in_home = Pasted::Paths(vec!["/home/me/photos".into()]);
        assert_eq!(parse("~/photos"), in_home);
        let web = "https://example.org/cat.jpg";
        assert_eq!(parse(web), Pasted::Web(web.into()));
        let mixed = Pasted::Paths(vec!["/a".into(), web.into()]);
        assert_eq!(parse(&format!("/a\n{web}")), mixed);
        assert_eq!(parse(&format!("{web}\nbeach")), Pasted::Web(web.into()));
        assert_eq!(parse("/a\nbeach"), Pasted::Words);
        assert_eq!(parse(" \n"), Pasted::Words);
    }
}
