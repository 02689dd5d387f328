//! Tells whether pasted, typed or dropped text consists of paths, a web address or words. Pure functions.

use std::path::{Path, PathBuf};

/// The kind of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// Paths of files and folders, one per line.
    Paths(Vec<PathBuf>),
    /// A web address, from which nothing is downloaded.
    Web(String),
    /// Anything else.
    Words,
}

/// Determines the kind of a text.
#[must_use]
pub fn parse_pasted(text: &str) -> Pasted {
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if let Some(address) = lines.iter().find(|line| is_web(line)) {
        return Pasted::Web((*address).to_owned());
    }
    let paths: Option<Vec<PathBuf>> = lines.iter().map(|line| path_of(line, None)).collect();
    match paths {
        Some(paths) if !paths.is_empty() => Pasted::Paths(paths),
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
    if let Some(rest) = line.strip_prefix("file://") {
        // There may be a host before the path, as in `file://localhost/photos`.
        let path = &rest[rest.find('/')?..];
        let path = percent_decoded(path)?;
        return Some(match path.get(2..3) {
            Some(":") => path.trim_start_matches('/').into(),
            _ => path.into(),
        });
    }
    if let (Some(rest), Some(home)) = (line.strip_prefix('~'), home)
        && (rest.is_empty() || rest.starts_with(['/', '\\']))
    {
        return Some(home.join(rest.trim_start_matches(['/', '\\'])));
    }
    let bytes = line.as_bytes();
    let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let from_the_top = line.starts_with('/') || line.starts_with("\\\\") || drive;
    from_the_top.then(|| PathBuf::from(line))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let digits = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
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
    String::from_utf8(bytes).ok()
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
            ("file:///C:/photos", "C:/photos"),
            ("C:\\photos", "C:\\photos"),
            ("~/photos", "/home/me/photos"),
            ("~", "/home/me"),
        ] {
            assert_eq!(path_of(text, Some(home)), Some(path.into()), "{text}");
        }
        for text in ["beach", "a/b", "~me/photos", "", "dog: brown", "file://"] {
            assert_eq!(path_of(text, Some(home)), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_paths_an_address_or_words() {
        let paths = Pasted::Paths(vec!["/a".into(), "/b c".into()]);
        assert_eq!(parse_pasted("file:///a\r\nfile:///b%20c\r\n"), paths);
        let web = "https://example.org/cat.jpg";
        assert_eq!(parse_pasted(web), Pasted::Web(web.into()));
        assert_eq!(parse_pasted("/a\nbeach"), Pasted::Words);
        assert_eq!(parse_pasted(" \n"), Pasted::Words);
    }
}
