//! Removes private paths from logs and settings, so that they can be shared.
//!
//! If the end of a path is unclear, the rest of the line is removed too: removing too much is better than revealing a
//! photo's name. A path always gets the same placeholder.

use std::path::Path;

use serde_json::Value;

/// Maximum length of an extension that is kept to show the file type.
const ENDING: usize = 5;
/// Markers of source paths of the program and its dependencies, which backtraces contain.
const SOURCES: [&str; 2] = ["/rustc/", "/registry/src/"];

/// Replaces private paths by placeholders, the same for each occurrence.
#[derive(Default)]
pub struct Redactor {
    /// The program's own folders and their placeholders, longest path first.
    own: Vec<(String, String)>,
    /// Private paths. The index plus one is the number in the placeholder.
    private: Vec<String>,
}

impl Redactor {
    /// Registers one of the program's own folders. It gets the placeholder `<name>`, and names in it are kept.
    pub fn own(&mut self, folder: &Path, name: &str) {
        let entry = (folder.display().to_string(), format!("<{name}>"));
        self.own.push(entry);
        // Subfolders come before their parents, so that the longest prefix matches.
        self.own
            .sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
    }

    /// The placeholder of a path.
    pub fn path(&mut self, path: &str) -> String {
        if let Some((folder, name)) = self.own_prefix(path) {
            return format!("{name}{}", &path[folder..]);
        }
        let known = self.private.iter().position(|known| known == path);
        let number = known.unwrap_or_else(|| {
            self.private.push(path.into());
            self.private.len() - 1
        });
        let ending = Path::new(path).extension().and_then(|e| e.to_str());
        let ending = ending.filter(|e| e.len() <= ENDING && e.chars().all(char::is_alphanumeric));
        let ending = ending.map_or_else(String::new, |ending| format!(".{ending}"));
        format!("<path {}>{ending}", number + 1)
    }

    /// The length and placeholder of the own folder that contains a path.
    fn own_prefix(&self, path: &str) -> Option<(usize, String)> {
        let within = |folder: &str| {
            let rest = path.strip_prefix(folder);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
        };
        let (folder, name) = self.own.iter().find(|(folder, _)| within(folder))?;
        Some((folder.len(), name.clone()))
    }

    /// Replaces private paths in settings.
    pub fn settings(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.quoted(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.settings(value)),
            Value::Object(entries) => entries.values_mut().for_each(|value| self.settings(value)),
            _ => {}
        }
    }

    /// Replaces private paths in facts, an object of texts.
    pub fn facts(&mut self, facts: &mut Value) {
        for fact in facts
            .as_object_mut()
            .into_iter()
            .flat_map(|facts| facts.values_mut())
        {
            if let Value::String(text) = fact {
                *text = self.line(text, true);
            }
        }
    }

    /// Replaces private paths in a text. Quoted paths are collected first, because they end unambiguously and then help
    /// to delimit unquoted ones.
    pub fn text(&mut self, text: &str) -> String {
        text.lines().for_each(|line| {
            self.line(line, false);
        });
        text.lines()
            .map(|line| self.line(line, true) + "\n")
            .collect()
    }

    /// Replaces private paths in a line; only those in quotes if `unquoted` is false.
    fn line(&mut self, line: &str, unquoted: bool) -> String {
        let mut out = String::with_capacity(line.len());
        let mut at = 0;
        while let Some(letter) = line[at..].chars().next() {
            let rest = &line[at..];
            if letter == '"'
                && let Some(end) = closing_quote(rest)
            {
                let inner = unescape(&rest[1..end]);
                out += &format!("\"{}\"", self.quoted(&inner));
                at += end + 1;
            } else if rest.starts_with("://") && ends_in_file_scheme(&out) {
                out += "://";
                at += 3;
                let path = &line[at..];
                if unquoted && path.starts_with(|c: char| !c.is_whitespace() && c != '"') {
                    let (length, instead) = self.unquoted(path);
                    out += &instead;
                    at += length;
                }
            } else if rest.starts_with("://") {
                let word = rest.split(|c: char| c.is_whitespace() || c == '"').next();
                out += "://";
                at += word
                    .and_then(|word| word.rfind('@'))
                    .map_or(3, |end| end + 1);
            } else if unquoted && begins_path(rest, out.chars().next_back()) {
                let (length, instead) = self.unquoted(rest);
                out += &instead;
                at += length;
            } else {
                out.push(letter);
                at += letter.len_utf8();
            }
        }
        out
    }

    /// The replacement for quoted text, which is an address, a sentence with one, a path as a whole, or neither.
    fn quoted(&mut self, text: &str) -> String {
        if let Some((scheme, path)) = text.split_once("://")
            && ends_in_file_scheme(scheme)
            && !scheme.contains(|c: char| c.is_whitespace() || "/\\".contains(c))
        {
            return format!("{scheme}://{}", self.path(path));
        }
        match text.split_once("://") {
            Some(_) if !text.contains(char::is_whitespace) => return without_password(text),
            // An `@` after white space may end a password that contains the white space.
            Some((_, rest)) if !has_late_at_sign(rest) => return self.line(text, true),
            _ => {}
        }
        let picture = Path::new(text).extension().is_some_and(|ending| {
            let ending = ending.to_string_lossy().to_lowercase();
            image::ImageFormat::from_extension(ending).is_some()
        });
        match picture || text.contains(['/', '\\']) {
            true => self.path(text),
            false => text.into(),
        }
    }

    /// For text that begins with a path, the number of bytes to replace, and their replacement.
    fn unquoted(&mut self, rest: &str) -> (usize, String) {
        let word = rest.split_whitespace().next().unwrap_or_default();
        if let Some(at) = SOURCES.iter().find_map(|marker| word.find(marker)) {
            return (word.len(), word[at..].into());
        }
        if let Some((folder, name)) = self.own_prefix(rest) {
            let within = rest[folder..].split(char::is_whitespace).next();
            let within = within.unwrap_or_default();
            return (folder + within.len(), format!("{name}{within}"));
        }
        let ends = |path: &str| {
            let after = rest[path.len()..].chars().next();
            after.is_none_or(|after| ":,;)\"".contains(after))
        };
        let known = self.private.iter();
        let known = known.filter(|path| rest.starts_with(path.as_str()) && ends(path));
        let longest = known.max_by_key(|path| path.len()).cloned();
        let path = longest.as_deref().unwrap_or(rest);
        (path.len(), self.path(path))
    }
}

/// Whether an absolute path begins here. `before` is the preceding character.
fn begins_path(rest: &str, before: Option<char>) -> bool {
    // Messages in Chinese have their own brackets and quotes before paths.
    let is_mark = |c: char| "=('[<,;:".contains(c) || !c.is_ascii() && !c.is_alphanumeric();
    let free = before.is_none_or(|c| c.is_whitespace() || is_mark(c));
    let mut letters = rest.chars();
    let first = [letters.next(), letters.next(), letters.next()];
    free && match first {
        [Some('/'), Some(next), _] => !next.is_whitespace() && next != '/',
        [Some('~'), Some('/'), _] | [Some('\\'), Some('\\'), _] => true,
        [Some(drive), Some(':'), Some('\\' | '/')] => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether a text has an `@` after its first white space.
fn has_late_at_sign(text: &str) -> bool {
    text.split_once(char::is_whitespace)
        .is_some_and(|(_, rest)| rest.contains('@'))
}

/// Whether the text ends with the scheme of `file://` URLs, which contain a path.
fn ends_in_file_scheme(text: &str) -> bool {
    let scheme = text.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file"))
}

/// The byte index of the quote that ends the quoted text at the start of `text`.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, letter)| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends.then_some(at)
    })
}

fn unescape(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}

/// Removes the user name and password from a URL. Everything up to the last `@` is removed, since a password may
/// contain any character unencoded.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.into();
    };
    match rest.rsplit_once('@') {
        Some((_, after)) => format!("{scheme}://{after}"),
        None => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(text: &str) -> String {
        let mut redactor = Redactor::default();
        redactor.own(Path::new("/home/anna/.local/share/lumisift"), "data");
        redactor.text(text)
    }

    #[test]
    fn paths_go_and_the_rest_stays() {
        for (text, expected) in [
            ("decoded 3 photos in 1/2 s", "decoded 3 photos in 1/2 s"),
            (
                r#"failed path="/home/anna/my cats/a \"b\".jpg" damaged"#,
                r#"failed path="<path 1>.jpg" damaged"#,
            ),
            (r#"path="cats/a.jpg""#, r#"path="<path 1>.jpg""#),
            (r#"path="C:\\Users\\Anna\\a.PNG""#, r#"path="<path 1>.PNG""#),
            (
                "cannot open /mnt/my cats/a.jpg: gone",
                "cannot open <path 1>",
            ),
            (
                "opened /home/anna/.local/share/lumisift/marks.db here",
                "opened <data>/marks.db here",
            ),
            (
                "at /home/anna/.cargo/registry/src/index-1/png-0.18/src/a.rs:1:2",
                "at /registry/src/index-1/png-0.18/src/a.rs:1:2",
            ),
            (
                "at /rustc/abc/library/std/a.rs:1",
                "at /rustc/abc/library/std/a.rs:1",
            ),
            (r#"url="https://hub/x" here"#, r#"url="https://hub/x" here"#),
            (
                r#"error="no room for https://hub/x in /mnt/my cats""#,
                r#"error="no room for https://hub/x in <path 1>""#,
            ),
            (
                r#"error="cannot fetch https://a:b@hub/x: timed out" here"#,
                r#"error="cannot fetch https://hub/x: timed out" here"#,
            ),
            (
                r#"error="/mnt/my cats/a.jpg is not at https://hub/x""#,
                r#"error="<path 1>""#,
            ),
            (r#"mirror="https://a:b c@hub/x""#, r#"mirror="<path 1>""#),
            (r"on \\nas\anna\a.jpg: gone", "on <path 1>"),
            (
                "cannot open file:///home/anna/my%20cats/a.jpg",
                "cannot open file://<path 1>.jpg",
            ),
            (
                "opened FILE:///C:/Users/Anna/a b.png: gone",
                "opened FILE://<path 1>",
            ),
            (
                "opened file:///home/anna/.local/share/lumisift/marks.db here",
                "opened file://<data>/marks.db here",
            ),
            (
                r#"url="file:///home/anna/my cats/a.jpg" here"#,
                r#"url="file://<path 1>.jpg" here"#,
            ),
            (r#"url="file://nas/anna""#, r#"url="file://<path 1>""#),
            ("file:// is a scheme", "file:// is a scheme"),
            ("回收站（/mnt/猫/a.jpg：无法移动）", "回收站（<path 1>"),
            ("无法读取 /mnt/猫/a.jpg: gone", "无法读取 <path 1>"),
        ] {
            assert_eq!(redact(text).trim_end(), expected, "{text}");
        }
    }

    #[test]
    fn a_path_in_quotes_is_known_elsewhere_too() {
        let text = "moved /a b/c.jpg: done\npath=\"/a b/c.jpg\"\nmoved /a b/c.jpg/secret";
        assert_eq!(
            redact(text),
            "moved <path 1>.jpg: done\npath=\"<path 1>.jpg\"\nmoved <path 2>\n"
        );
    }

    #[test]
    fn settings_lose_paths_and_passwords() {
        let mut value = serde_json::json!({
            "model": "/home/anna/clip", "theme": "dark", "mirrors": ["https://a:b@hub/x"],
        });
        Redactor::default().settings(&mut value);
        let expected = serde_json::json!({
            "model": "<path 1>", "theme": "dark", "mirrors": ["https://hub/x"],
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn passwords_may_contain_any_character() {
        for (address, expected) in [
            ("https://hub/x", "https://hub/x"),
            ("https://a:b@hub/x", "https://hub/x"),
            ("https://a:b/c@hub/x", "https://hub/x"),
            ("https://a:b@c/d e@hub", "https://hub"),
            ("a@b", "a@b"),
        ] {
            assert_eq!(without_password(address), expected);
        }
        let line = redact(r#"mirror="https://a:b/c@hub/x" or https://a:b/c@hub/x failed"#);
        let expected = r#"mirror="https://hub/x" or https://hub/x failed"#;
        assert_eq!(line.trim_end(), expected);
    }
}
