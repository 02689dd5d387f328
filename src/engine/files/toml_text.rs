//! Reads TOML. Errors fit on one line, because messages are shown in a line.

use std::fmt;

use serde::de::DeserializeOwned;

/// Why a text is not the expected TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlError {
    /// The line with the mistake, counted from 1, if known.
    line: Option<usize>,
    message: String,
}

impl TomlError {
    fn new(text: &str, error: &toml::de::Error) -> Self {
        let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let message: Vec<&str> = error.message().split_whitespace().collect();
        Self {
            line: error.span().map(|span| line_of(span.start)),
            message: message.join(" "),
        }
    }
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TomlError {}

/// Parses a TOML document.
///
/// # Errors
/// Returns an error if the text is not valid TOML, or has other contents than `T`.
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    toml::from_str(text).map_err(|error| TomlError::new(text, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Known {
        #[allow(dead_code, reason = "only errors are tested")]
        name: Option<String>,
    }

    #[test]
    fn errors_are_one_line_with_its_number() {
        let refuse = |text: &str| {
            let error = from_toml::<Known>(text).expect_err(text);
            error.to_string()
        };
        let unknown = refuse("# names\nname = \"猫\"\nfoo = 1\n");
        assert!(
            unknown.starts_with("line 3: unknown field `foo`"),
            "{unknown}"
        );
        let two_values = refuse("\nname = 3 4 # 猫\n");
        assert!(two_values.starts_with("line 2: "), "{two_values}");
        for text in ["name = 3", "name = \"a\"\nname = \"b\"", "[", "=", "\u{0}"] {
            let error = refuse(text);
            assert!(!error.contains('\n') && !error.contains(" | "), "{error}");
        }
    }
}
