//! Errors about arguments, in the user's language.

use std::error::Error;
use std::num::{IntErrorKind, ParseIntError, TryFromIntError};

use clap::builder::styling::Style;
use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, ErrorFormatter, ErrorKind};
use lumisift::{t, text};

use super::help::quoted;

/// Writes errors as clap does in English, with translated sentences.
pub struct TranslatedErrors;

impl ErrorFormatter for TranslatedErrors {
    fn format_error(error: &UsageError) -> StyledStr {
        let styles = Styles::styled();
        let title = painted(styles.get_error(), t!("usage-error"));
        let mut text = format!("{title} {}", problem(error, &styles));
        let tips = tips(error, &styles);
        if !tips.is_empty() {
            text.push('\n');
        }
        let heading = painted(styles.get_valid(), t!("usage-tip"));
        for tip in tips {
            text.push_str(&format!("\n  {heading} {tip}"));
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            let usage = usage.ansi().to_string();
            let usage = usage.replacen("Usage:", t!("usage-heading"), 1);
            text.push_str(&format!("\n\n{usage}"));
        }
        let option = painted(styles.get_literal(), "--help");
        let more = t!("usage-more", option = option);
        text.push_str(&format!("\n\n{more}\n"));
        text.into()
    }
}

type UsageError = clap::error::Error<TranslatedErrors>;

fn painted(style: &Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// What is wrong. Errors that the program's arguments cannot cause are in English.
fn problem(error: &UsageError, styles: &Styles) -> String {
    let known = match error.kind() {
        ErrorKind::ArgumentConflict => conflict(error, styles),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error, styles),
        ErrorKind::InvalidSubcommand => {
            let command = string(error, ContextKind::InvalidSubcommand);
            command.map(|command| {
                let command = painted(styles.get_invalid(), command);
                t!("usage-unknown-command", command = command)
            })
        }
        ErrorKind::UnknownArgument => {
            let argument = string(error, ContextKind::InvalidArg);
            argument.map(|argument| {
                let argument = painted(styles.get_invalid(), argument);
                t!("usage-unknown-argument", argument = argument)
            })
        }
        ErrorKind::TooManyValues => {
            let argument = string(error, ContextKind::InvalidArg);
            let value = string(error, ContextKind::InvalidValue);
            argument.zip(value).map(|(argument, value)| {
                let argument = painted(styles.get_literal(), argument);
                let value = painted(styles.get_invalid(), value);
                t!("usage-unexpected-value", value = value, argument = argument)
            })
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = strings(error, ContextKind::InvalidArg);
            let lines = missing
                .iter()
                .map(|argument| format!("\n  {}", painted(styles.get_valid(), argument)));
            let lines: String = lines.collect();
            Some(format!("{}{lines}", t!("usage-missing-arguments")))
        }
        ErrorKind::MissingSubcommand => {
            let command = string(error, ContextKind::InvalidSubcommand);
            command.map(|command| {
                let command = painted(styles.get_invalid(), command);
                let commands = listed(error, ContextKind::ValidSubcommand, styles);
                let missing = t!("usage-missing-command", command = command);
                let commands = commands.map(|names| t!("usage-subcommands", commands = names));
                with_line(missing, commands)
            })
        }
        ErrorKind::InvalidUtf8 => Some(t!("usage-not-unicode").to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| match (error.kind().as_str(), error.source()) {
        (Some(kind), _) => kind.to_owned(),
        (None, Some(source)) => source.to_string(),
        (None, None) => String::new(),
    })
}

fn conflict(error: &UsageError, styles: &Styles) -> Option<String> {
    let argument = string(error, ContextKind::InvalidArg)?;
    let others = strings(error, ContextKind::PriorArg);
    let is_repeated = others.iter().any(|other| other == argument);
    let argument = painted(styles.get_invalid(), argument);
    Some(match listed(error, ContextKind::PriorArg, styles) {
        _ if is_repeated => t!("usage-repeated", argument = argument),
        Some(others) => t!("usage-conflict", argument = argument, others = others),
        None => t!("usage-conflict-unknown", argument = argument),
    })
}

fn invalid_value(error: &UsageError, styles: &Styles) -> Option<String> {
    let argument = string(error, ContextKind::InvalidArg)?;
    let value = string(error, ContextKind::InvalidValue)?;
    let values = listed(error, ContextKind::ValidValue, styles);
    let values = values.map(|values| t!("usage-values", values = values));
    if value.is_empty() && error.kind() == ErrorKind::InvalidValue {
        let argument = painted(styles.get_invalid(), argument);
        let missing = t!("usage-missing-value", argument = argument);
        return Some(with_line(missing, values));
    }
    let reason = error.source().map(|source| reason(source, value));
    let argument = painted(styles.get_literal(), argument);
    let value = painted(styles.get_invalid(), value);
    let invalid = match reason {
        Some(reason) => t!(
            "usage-invalid-value-because",
            value = value,
            argument = argument,
            reason = reason
        ),
        None => t!("usage-invalid-value", value = value, argument = argument),
    };
    Some(with_line(invalid, values))
}

/// Why a value was refused, by a parser of numbers or one of our own.
fn reason(source: &(dyn Error + 'static), value: &str) -> String {
    let is_number = source.is::<ParseIntError>() || source.is::<TryFromIntError>();
    if is_number && is_negative(value) {
        return t!("usage-number-too-small").to_owned();
    }
    if let Some(error) = source.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::PosOverflow => t!("usage-number-too-large").to_owned(),
            _ => t!("usage-no-number").to_owned(),
        };
    }
    if source.is::<TryFromIntError>() {
        return t!("usage-number-too-large").to_owned();
    }
    let english = source.to_string();
    match english.split_once(" is not in ") {
        Some((number, range)) if number.parse::<i64>().is_ok() => {
            t!("usage-number-out-of-range", range = range)
        }
        _ => text::sentence(&english).into_owned(),
    }
}

/// Whether a value is a whole number below zero. Parsers of unsigned numbers report only an
/// invalid digit.
fn is_negative(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the user may have meant.
fn tips(error: &UsageError, styles: &Styles) -> Vec<String> {
    let similar = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    let similar = similar
        .into_iter()
        .filter_map(|kind| listed(error, kind, styles));
    let mut tips: Vec<String> = similar
        .map(|names| t!("usage-similar", names = names))
        .collect();
    if let Some(ContextValue::StyledStrs(others)) = error.get(ContextKind::Suggested) {
        tips.extend(others.iter().map(|tip| other_tip(&tip.to_string(), styles)));
    }
    tips
}

/// Translates a tip that clap gives only as an English sentence; unknown ones are returned unchanged.
fn other_tip(english: &str, styles: &Styles) -> String {
    let valid = |name: &str| painted(styles.get_valid(), name);
    let as_value = || {
        let (value, rest) = english
            .strip_prefix("to pass '")?
            .split_once("' as a value, use '")?;
        let arguments = valid(rest.strip_suffix('\'')?);
        let value = painted(styles.get_invalid(), value);
        Some(t!("usage-tip-value", value = value, arguments = arguments))
    };
    let elsewhere = || {
        let arguments = english.strip_prefix('\'')?.strip_suffix("' exists")?;
        Some(t!("usage-tip-elsewhere", arguments = valid(arguments)))
    };
    let after_dashes = || {
        let command = english
            .strip_prefix("subcommand '")?
            .strip_suffix("' exists; to use it, remove the '--' before it")?;
        Some(t!("usage-tip-dashes", command = valid(command)))
    };
    as_value()
        .or_else(elsewhere)
        .or_else(after_dashes)
        .unwrap_or_else(|| english.to_owned())
}

fn string(error: &UsageError, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

fn strings(error: &UsageError, kind: ContextKind) -> &[String] {
    match error.get(kind) {
        Some(ContextValue::String(text)) => std::slice::from_ref(text),
        Some(ContextValue::Strings(texts)) => texts,
        _ => &[],
    }
}

/// The names in a piece of context; `None` if there are none.
fn listed(error: &UsageError, kind: ContextKind, styles: &Styles) -> Option<String> {
    let style = match kind {
        ContextKind::PriorArg => styles.get_invalid(),
        _ => styles.get_valid(),
    };
    let is_value = matches!(kind, ContextKind::ValidValue | ContextKind::SuggestedValue);
    let names = strings(error, kind).iter().map(|name| match is_value {
        true => painted(style, &quoted(name)),
        false => painted(style, name),
    });
    let names: Vec<String> = names.collect();
    match names.is_empty() {
        true => None,
        false => Some(names.join(", ")),
    }
}

fn with_line(text: String, line: Option<String>) -> String {
    match line {
        Some(line) => format!("{text}\n  {line}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use lumisift::text::Locale;

    use super::super::args::Args;
    use super::*;

    /// The error about a command line in Chinese.
    fn chinese(line: &[&str]) -> String {
        text::keep_to_thread(Locale::SimplifiedChinese);
        let line = std::iter::once("lumisift").chain(line.iter().copied());
        let error = Args::try_parse_from(line).expect_err("an error");
        let text = error.apply::<TranslatedErrors>().render().to_string();
        text::keep_to_thread(Locale::English);
        text
    }

    #[test]
    fn errors_have_all_that_clap_tells() {
        assert_eq!(
            chinese(&["sort", "a", "--lable", "x"]),
            "错误: 未知的参数“--lable”\n\n  \
             提示: 相近的有：--label\n\n\
             用法: lumisift sort --label <TEXT> <PATH>...\n\n\
             详细信息请用“--help”查看。\n"
        );
        assert_eq!(
            chinese(&["sort", "a", "-l", "b", "--format", "jsn"]),
            "错误: “--format <FORMAT>”的值“jsn”无效\n  \
             [可选值：table, json, csv]\n\n  \
             提示: 相近的有：json\n\n\
             详细信息请用“--help”查看。\n"
        );
        let missing = chinese(&["sort"]);
        assert!(
            missing
                .starts_with("错误: 缺少以下必需的参数：\n  --labels <FILE.toml>\n  <PATH>...\n"),
            "{missing}"
        );
    }

    #[test]
    fn reasons_and_tips_are_translated() {
        let cases: [(&[&str], &str); 15] = [
            (
                &["sort", "a", "-l", "b", "--min-stars", "9"],
                "：数值超出范围 0..=5\n",
            ),
            (
                &["sort", "a", "-l", "b", "--threads", "q"],
                "：必须是整数\n",
            ),
            (&["index", "a", "--threads=-5"], "：数值过小\n"),
            (
                &["sort", "a", "-l", "b", "--min-stars=-99999999999999999999"],
                "：数值过小\n",
            ),
            (
                &["index", "a", "--threads", "99999999999999999999"],
                "：数值过大\n",
            ),
            (
                &["sort", "a", "-l", "b", "--min-match", "3"],
                "：必须是 0 到 1 之间的数\n",
            ),
            (&["index", "a", "--device", "x"], "：\"x\" 不是有效的设备："),
            (&["index", "-z"], "：-- -z\n"),
            (&["--min-match", "1", "sort"], "：sort --min-match\n"),
            (
                &["duplicates", "a", "--exact", "--turned"],
                "参数“--exact”不能与以下参数同时使用：--turned\n",
            ),
            (
                &["doctor", "--tidy", "--tidy"],
                "参数“--tidy”只能使用一次\n",
            ),
            (&["models", "rmm"], "未知的子命令“rmm”\n"),
            (&["overview", "a", "--list", "x"], ", \"blown out\", "),
            (&["store", "-v"], "[子命令：check, compact, help]\n"),
            (&["undo", "--list=3"], "“--list”不需要值“3”\n"),
        ];
        for (line, part) in cases {
            let error = chinese(line);
            assert!(error.contains(part), "{line:?}: {error}");
        }
    }

    #[test]
    fn tips_that_are_not_known_stay() {
        text::keep_to_thread(Locale::SimplifiedChinese);
        let styles = Styles::plain();
        assert_eq!(other_tip("buy more memory", &styles), "buy more memory");
        text::keep_to_thread(Locale::English);
    }
}
