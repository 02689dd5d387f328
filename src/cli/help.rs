//! Help in the user's language.
//!
//! The English help is in the doc comments of the arguments. For other languages, the commands get translated texts
//! before the arguments are parsed. Clap writes some words in English only, such as "[default: …]": these are hidden,
//! and translated ones are added to the help of the argument.
//!
//! Clap does not wrap lines, so Chinese and Japanese are wrapped by the terminal.

use clap::builder::{PossibleValue, StyledStr, Styles};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches, Parser};
use lumisift::text::Locale;
use lumisift::{t, text};

use super::args::Args;

/// Parses the arguments of the process.
pub fn parse() -> Result<Args, clap::Error> {
    if text::current() == Locale::English {
        return Args::try_parse();
    }
    let mut matches = command().try_get_matches()?;
    Args::from_arg_matches_mut(&mut matches)
}

/// The commands with help in the user's language.
fn command() -> Command {
    translated(built())
}

/// The commands with --help, --version and `help`, and with the shared options in each of them.
fn built() -> Command {
    let mut command = Args::command();
    command.build();
    with_plain_help(command)
}

/// Gives each `help` the one argument that clap gives it while it parses. `build` puts a copy of all commands below it
/// instead, for completions.
fn with_plain_help(command: Command) -> Command {
    command.mut_subcommands(|below| match below.get_name() {
        "help" => plain_help(&below),
        _ => with_plain_help(below),
    })
}

fn plain_help(built: &Command) -> Command {
    let names = Arg::new("subcommand")
        .index(1)
        .action(ArgAction::Append)
        .num_args(..)
        .value_name("COMMAND")
        .help("Print help for the subcommand(s)");
    let about = built.get_about().cloned().unwrap_or_default();
    Command::new("help")
        .about(about)
        .arg(names)
        .disable_help_flag(true)
        .disable_version_flag(true)
}

fn translated(mut command: Command) -> Command {
    let styles = command.get_styles().clone();
    if let Some(about) = command.get_about().map(in_language) {
        let aliases: Vec<&str> = command.get_visible_aliases().collect();
        let aliases = aliases.join(", ");
        command = match aliases.is_empty() {
            true => command.about(about),
            false => {
                let note = t!("usage-aliases", names = aliases);
                with_hidden_aliases(command).about(format!("{about} {note}"))
            }
        };
    }
    if let Some(about) = command.get_long_about().map(in_language) {
        command = command.long_about(about);
    }
    command
        .help_template(template(&styles))
        .subcommand_help_heading(t!("usage-commands"))
        .mut_args(|argument| translated_argument(argument, &styles))
        .mut_subcommands(translated)
}

/// Clap's own template with a translated heading.
fn template(styles: &Styles) -> String {
    let usage = styles.get_usage();
    let heading = t!("usage-heading");
    format!(
        "{{before-help}}{{about-with-newline}}\n{usage}{heading}{usage:#} {{usage}}\n\n{{all-args}}{{after-help}}"
    )
}

/// Hides aliases, which clap would list in English.
fn with_hidden_aliases(command: Command) -> Command {
    // Clap needs names that live as long as the program. There are few.
    let names: Vec<&'static str> = command
        .get_all_aliases()
        .map(|name| &*name.to_owned().leak())
        .collect();
    command.visible_alias(None::<&'static str>).aliases(names)
}

fn translated_argument(argument: Arg, styles: &Styles) -> Arg {
    let short = argument.get_help().map(in_language);
    let long = argument.get_long_help().map(in_language);
    let default = default_value(&argument).map(|value| t!("usage-default", value = value));
    let values = visible_values(&argument);
    let names = values.iter().map(|value| quoted(value.get_name()));
    let names: Vec<String> = names.collect();
    let names = match names.is_empty() {
        true => None,
        false => Some(t!("usage-values", values = names.join(", "))),
    };
    let descriptions = descriptions(&values, styles).or_else(|| names.clone());
    let parts = [long, descriptions, default.clone()];
    // Clap prints a command on fewer lines if none of its arguments has a long help.
    let argument = match parts.iter().all(Option::is_none) {
        true => argument,
        false => {
            let [long, descriptions, default] = parts;
            let long = long.or_else(|| short.clone());
            argument.long_help(joined([long, descriptions, default], "\n\n"))
        }
    };
    let argument = match argument.get_index() {
        // Under a heading of its own, clap would sort positional arguments by name.
        Some(index) => argument
            .display_order(index)
            .help_heading(t!("usage-arguments")),
        None => argument.help_heading(t!("usage-options")),
    };
    argument
        .help(joined([short, default, names], " "))
        .hide_default_value(true)
        .hide_possible_values(true)
}

fn in_language(english: &StyledStr) -> String {
    text::help(&english.to_string()).into_owned()
}

fn joined(parts: [Option<String>; 3], separator: &str) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(separator)
}

/// A value as it is typed in a shell: in quotation marks if it has spaces.
pub fn quoted(value: &str) -> String {
    match value.contains(char::is_whitespace) {
        true => format!("\"{value}\""),
        false => value.to_owned(),
    }
}

/// The default value that clap would show.
fn default_value(argument: &Arg) -> Option<String> {
    if !argument.get_action().takes_values() || argument.is_hide_default_value_set() {
        return None;
    }
    let values = argument.get_default_values().iter();
    let values: Vec<String> = values
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    match values.is_empty() {
        true => None,
        false => Some(values.join(" ")),
    }
}

fn visible_values(argument: &Arg) -> Vec<PossibleValue> {
    let mut values = argument.get_possible_values();
    values.retain(|value| !value.is_hide_set());
    values
}

/// A list of values with what each means; `None` unless all have a description.
fn descriptions(values: &[PossibleValue], styles: &Styles) -> Option<String> {
    let literal = styles.get_literal();
    let width = values.iter().map(|value| value.get_name().len()).max()?;
    let mut lines = vec![t!("usage-values-heading").to_owned()];
    for value in values {
        let name = value.get_name();
        let help = in_language(value.get_help()?);
        let padding = width - name.len();
        lines.push(format!(
            "- {literal}{name}{literal:#}: {:padding$}{help}",
            ""
        ));
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The paragraphs of all help texts of a command and those below it.
    fn paragraphs(command: &Command, found: &mut BTreeSet<String>) {
        let mut add = |text: Option<&StyledStr>| {
            let text = text.map(ToString::to_string).unwrap_or_default();
            let all = text.split("\n\n").filter(|paragraph| !paragraph.is_empty());
            found.extend(all.map(ToOwned::to_owned));
        };
        add(command.get_about());
        add(command.get_long_about());
        for argument in command.get_arguments() {
            add(argument.get_help());
            add(argument.get_long_help());
            visible_values(argument)
                .iter()
                .for_each(|value| add(value.get_help()));
        }
        for below in command.get_subcommands() {
            paragraphs(below, found);
        }
    }

    /// The English help texts in the catalogue.
    fn messages() -> BTreeSet<String> {
        text::keep_to_thread(Locale::English);
        let files = text::files(Locale::English).iter();
        let lines = files.flat_map(|(_, text)| text.lines());
        let keys = lines.filter_map(|line| Some(line.split_once(" = ")?.0));
        keys.filter(|key| key.starts_with("help-"))
            .map(|key| text::message(key).to_owned())
            .collect()
    }

    #[test]
    fn help_and_its_messages_have_the_same_english() {
        let mut texts = BTreeSet::new();
        paragraphs(&built(), &mut texts);
        let messages = messages();
        let missing: Vec<&String> = texts.difference(&messages).collect();
        assert!(
            missing.is_empty(),
            "give these a key in help.ftl: {missing:#?}"
        );
        // Some commands are missing in smaller builds.
        if cfg!(feature = "arrow") {
            let unused: Vec<&String> = messages.difference(&texts).collect();
            assert!(unused.is_empty(), "no help says this: {unused:#?}");
        }
    }

    #[test]
    fn translated_commands_are_parsed_as_the_english_ones() {
        text::keep_to_thread(Locale::SimplifiedChinese);
        let line = "lumisift models remove mine --yes --format json";
        let matches = command().try_get_matches_from(line.split(' '));
        let translated = Args::from_arg_matches(&matches.expect("arguments")).expect("arguments");
        let english = Args::try_parse_from(line.split(' ')).expect("arguments");
        assert_eq!(format!("{translated:?}"), format!("{english:?}"));
        text::keep_to_thread(Locale::English);
    }

    #[test]
    fn defaults_and_values_are_listed_in_the_language() {
        text::keep_to_thread(Locale::SimplifiedChinese);
        let command = command();
        let format = command
            .get_arguments()
            .find(|argument| argument.get_id() == "format")
            .expect("an option");
        let short = format.get_help().expect("help").to_string();
        assert_eq!(short, "输出格式 [默认值：table] [可选值：table, json, csv]");
        let long = format.get_long_help().expect("help").to_string();
        assert!(
            long.starts_with("输出格式\n\n可选值：\n- table: ")
                && long.contains("\n- csv:   ")
                && long.ends_with("\n\n[默认值：table]"),
            "{long}"
        );
        let overview = command.find_subcommand("overview").expect("a command");
        let list = overview
            .get_arguments()
            .find(|argument| argument.get_id() == "list")
            .expect("an option");
        let short = list.get_help().expect("help").to_string();
        assert!(short.contains(", \"blown out\", "), "{short}");
        let flag = command
            .get_arguments()
            .find(|argument| argument.get_id() == "new_window")
            .expect("an option");
        assert!(!flag.get_help().expect("help").to_string().contains('['));
        text::keep_to_thread(Locale::English);
    }
}
