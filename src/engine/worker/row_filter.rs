//! Conditions that select the rows to write: `match>=0.2`, `match.cat>0.5`, `probability>=0.3`.

use std::fmt;
use std::str::FromStr;

use arrow_array::BooleanArray;

use super::columns::RowMatches;
use super::flow::RowOutcome;

/// A condition on the results of a row. Rows whose picture could not be read never satisfy it.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    subject: Subject,
    comparison: Comparison,
    threshold: f32,
}

#[derive(Clone, Debug, PartialEq)]
enum Subject {
    /// The highest match score of any non-excluding label.
    Highest,
    /// The match score of one label.
    Label(String),
    /// The probability of the best label.
    Probability,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    AtLeast,
    Above,
    AtMost,
    Below,
}

/// In order of parsing: longer operators first.
const COMPARISONS: [(&str, Comparison); 4] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    ("<", Comparison::Below),
];

/// Why a condition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFilterError {
    /// It cannot be parsed.
    #[error(
        "{0:?} is not a condition: write it as \"match>=0.2\", \"match.LABEL>=0.2\" or \"probability>=0.2\""
    )]
    Syntax(String),
    /// There are no labels to match.
    #[error("--keep needs labels: give them with --label or --labels")]
    NoLabels,
    /// It names an unknown label.
    #[error("--keep names the label {0:?}, which is not given")]
    UnknownLabel(String),
}

impl FromStr for RowFilter {
    type Err = RowFilterError;

    fn from_str(text: &str) -> Result<Self, RowFilterError> {
        let syntax = || RowFilterError::Syntax(text.into());
        // The last occurrence, because a label may contain such a character.
        let (name, comparison, threshold) = (COMPARISONS.iter())
            .filter_map(|(sign, comparison)| {
                let (name, threshold) = text.rsplit_once(sign)?;
                Some((name, *comparison, threshold.trim().parse::<f32>().ok()?))
            })
            .next()
            .ok_or_else(syntax)?;
        let subject = match name.trim() {
            "match" => Subject::Highest,
            "probability" => Subject::Probability,
            name => match name.strip_prefix("match.") {
                Some(label) if !label.is_empty() => Subject::Label(label.into()),
                _ => return Err(syntax()),
            },
        };
        if !threshold.is_finite() {
            return Err(syntax());
        }
        Ok(Self {
            subject,
            comparison,
            threshold,
        })
    }
}

impl fmt::Display for RowFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = COMPARISONS.iter().find(|(_, c)| *c == self.comparison);
        let sign = sign.map_or("", |(sign, _)| sign);
        match &self.subject {
            Subject::Highest => write!(f, "match{sign}{}", self.threshold),
            Subject::Label(label) => write!(f, "match.{label}{sign}{}", self.threshold),
            Subject::Probability => write!(f, "probability{sign}{}", self.threshold),
        }
    }
}

impl RowFilter {
    /// Whether it can be evaluated with these labels.
    pub(super) fn check(&self, labels: &[String]) -> Result<(), RowFilterError> {
        match &self.subject {
            _ if labels.is_empty() => Err(RowFilterError::NoLabels),
            Subject::Label(label) if !labels.contains(label) => {
                Err(RowFilterError::UnknownLabel(label.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Marks the rows that satisfy it.
    pub(super) fn mask(&self, row_matches: &RowMatches<'_>, rows: &[RowOutcome]) -> BooleanArray {
        let mut scored = 0..;
        let meets = |row: &RowOutcome| {
            let value = match row {
                Ok(_) => self.value(row_matches, scored.next().unwrap_or_default()),
                Err(_) => None,
            };
            Some(value.is_some_and(|value| self.holds(value)))
        };
        rows.iter().map(meets).collect()
    }

    fn value(&self, row_matches: &RowMatches<'_>, scored: usize) -> Option<f32> {
        match &self.subject {
            Subject::Highest => row_matches.highest(scored),
            Subject::Label(label) => {
                let at = row_matches.names.iter().position(|name| name == label)?;
                row_matches.scores.matches_of(scored).get(at).copied()
            }
            Subject::Probability => row_matches.best(scored).map(|(_, probability)| probability),
        }
    }

    fn holds(&self, value: f32) -> bool {
        match self.comparison {
            Comparison::AtLeast => value >= self.threshold,
            Comparison::Above => value > self.threshold,
            Comparison::AtMost => value <= self.threshold,
            Comparison::Below => value < self.threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_and_written() {
        for text in [
            "match>=0.2",
            "match.a > b<0.5",
            "probability<=1",
            "match.cat>0.25",
        ] {
            let keep: RowFilter = text.parse().expect("a condition");
            assert_eq!(keep.to_string(), text);
        }
        let spaced: RowFilter = " match >= 0.20 ".parse().expect("a condition");
        assert_eq!(spaced.to_string(), "match>=0.2");
        for text in [
            "",
            "match",
            "match>=",
            "match>=x",
            "match.>=1",
            "cat>=0.2",
            "match>=inf",
        ] {
            assert!(text.parse::<RowFilter>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_labels_are_reported() {
        let keep: RowFilter = "match.cat>=0.2".parse().expect("a condition");
        assert_eq!(keep.check(&[]), Err(RowFilterError::NoLabels));
        let other = ["dog".to_owned()];
        assert!(matches!(
            keep.check(&other),
            Err(RowFilterError::UnknownLabel(_))
        ));
        assert_eq!(keep.check(&["cat".to_owned()]), Ok(()));
    }
}
