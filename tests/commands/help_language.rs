//! Help and errors about arguments, in English and in the user's language.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::path::Path;

use common::lumisift;

/// The commands, and those below them.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["classify"],
    &["sort"],
    &["search"],
    &["index"],
    &["duplicates"],
    &["bursts"],
    &["overview"],
    &["heaps"],
    &["explain"],
    &["estimate"],
    &["describe"],
    &["watch"],
    &["embed"],
    #[cfg(feature = "arrow")]
    &["worker"],
    #[cfg(feature = "arrow")]
    &["rank"],
    #[cfg(feature = "arrow")]
    &["import"],
    &["export"],
    &["keywords"],
    &["undo"],
    &["models"],
    &["models", "list"],
    &["models", "add"],
    &["models", "get"],
    &["models", "use"],
    &["models", "verify"],
    &["models", "path"],
    &["models", "rm"],
    &["store"],
    &["store", "check"],
    &["store", "compact"],
    &["doctor"],
    &["desktop"],
    &["desktop", "install"],
    &["desktop", "uninstall"],
    &["generate"],
];

/// Mistakes, and a text that the Chinese error about each contains.
const MISTAKES: &[(&[&str], &str)] = &[
    (&["sort", "a", "--lable", "b"], "相近的有：--label"),
    (&["sort", "a", "--label"], "“--label <TEXT>”需要一个值"),
    (
        &["sort", "a", "-l", "b", "--format", "jsn"],
        "[可选值：table, json, csv]",
    ),
    (
        &["sort", "a", "-l", "b", "--min-match", "2"],
        "必须是 0 到 1 之间的数",
    ),
    (
        &["sort", "a", "-l", "b", "--names", "{x}", "--export", "c"],
        "文件名可由",
    ),
    (&["index", "a", "--device", "b"], "不是有效的设备"),
    (&["index", "a", "--threads", "b"], "必须是整数"),
    (&["index", "a", "--threads=-5"], "数值过小"),
    (&["sort"], "  --labels <FILE.toml>\n  <PATH>..."),
    (
        &["duplicates", "a", "--exact", "--turned"],
        "不能与以下参数同时使用：--turned",
    ),
    (&["doctor", "--tidy", "--tidy"], "只能使用一次"),
    (&["models", "rmm"], "相近的有：rm"),
    (&["help", "rmm"], "未知的子命令“rmm”"),
    (&["store", "-v"], "[子命令：check, compact, help]"),
    (&["undo", "--list=3"], "不需要值“3”"),
    (&["index", "-z"], "请用：-- -z"),
];

struct Output {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn run(home: &Path, language: &str, args: &[&str]) -> Output {
    let mut command = lumisift(home);
    command.env("LUMISIFT_LANGUAGE", language).args(args);
    let output = command.output().expect("runs");
    Output {
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
        code: output.status.code(),
    }
}

/// The first three English words in a row, except in usage, which consists of commands and options.
fn english_prose(text: &str) -> Option<String> {
    let is_word = |word: &&str| {
        let end = word.trim_end_matches([',', '.', ':', ';', ')']);
        let start = end.trim_start_matches(['(', '[']);
        start.len() > 1 && start.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let lines = text.lines().filter(|line| !line.starts_with("用法:"));
    // Lists of values have their names in English.
    let clauses = lines.flat_map(|line| line.split(", "));
    for clause in clauses {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let prose = words.windows(3).find(|words| words.iter().all(is_word));
        if let Some(prose) = prose {
            return Some(prose.join(" "));
        }
    }
    let headings = [
        "Usage",
        "Commands",
        "Arguments",
        "Options",
        "values",
        "default:",
        "alias",
        "tip:",
    ];
    let heading = headings.into_iter().find(|heading| text.contains(heading));
    heading.map(ToOwned::to_owned)
}

#[test]
fn help_is_in_the_language_of_the_user() {
    let home = tempfile::tempdir().expect("a folder");
    for command in COMMANDS {
        for option in ["--help", "-h"] {
            let args = [*command, &[option]].concat();
            let help = run(home.path(), "zh-CN", &args);
            let stdout = &help.stdout;
            assert_eq!(help.code, Some(0), "{args:?}: {}", help.stderr);
            assert_eq!(english_prose(stdout), None, "{args:?}: {stdout}");
            let options = stdout.find("\n选项:\n").expect("options");
            let arguments = stdout.find("\n参数:\n").unwrap_or_default();
            let commands = stdout.find("\n命令:\n").unwrap_or_default();
            assert!(commands < options && arguments < options, "{stdout}");
            assert!(stdout.contains("用法: lumisift"), "{args:?}: {stdout}");
        }
    }
    // `help` and a missing subcommand print the same.
    let help = run(home.path(), "zh-CN", &["help", "sort"]).stdout;
    assert_eq!(help, run(home.path(), "zh-CN", &["sort", "--help"]).stdout);
    for command in [&["help", "help"][..], &["models", "help", "help"]] {
        let help = run(home.path(), "zh-CN", command).stdout;
        let english = run(home.path(), "en", command).stdout;
        assert_eq!(english_prose(&help), None, "{help}");
        assert_eq!(
            help.lines().count(),
            english.lines().count(),
            "{help}\n{english}"
        );
    }
    let missing = run(home.path(), "zh-CN", &["store"]);
    assert_eq!(
        missing.stderr,
        run(home.path(), "zh-CN", &["store", "-h"]).stdout
    );
    assert_eq!(missing.code, Some(2));
}

#[test]
fn errors_about_arguments_are_in_the_language_of_the_user() {
    let home = tempfile::tempdir().expect("a folder");
    for (args, part) in MISTAKES {
        let error = run(home.path(), "zh-CN", args);
        let stderr = &error.stderr;
        assert_eq!((error.code, error.stdout.as_str()), (Some(2), ""));
        assert!(stderr.starts_with("错误: "), "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
        assert_eq!(english_prose(stderr), None, "{args:?}: {stderr}");
        // The English error has the same lines.
        let english = run(home.path(), "en", args);
        assert!(english.stderr.starts_with("error: "));
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&english.stderr), lines(stderr), "{args:?}: {stderr}");
        assert_eq!(english.code, error.code);
    }
}

#[test]
fn english_help_and_errors_are_those_of_the_argument_parser() {
    let home = tempfile::tempdir().expect("a folder");
    let help = run(home.path(), "en", &["store", "check", "--help"]).stdout;
    let start = "Verify all data in the store and report damage\n\n\
                 Damaged data is repaired or computed again the next time photos are read.\n\n\
                 Usage: lumisift store check [OPTIONS]\n\nOptions:\n";
    assert!(help.starts_with(start), "{help}");
    let end = "  -h, --help\n          Print help (see a summary with '-h')\n";
    assert!(help.ends_with(end), "{help}");
    assert!(help.contains("\n          [default: table]\n"), "{help}");
    let error = run(home.path(), "en", &["models", "rmm"]);
    assert_eq!(
        error.stderr,
        "error: unrecognized subcommand 'rmm'\n\n  \
         tip: a similar subcommand exists: 'rm'\n\n\
         Usage: lumisift models [OPTIONS] [COMMAND]\n\n\
         For more information, try '--help'.\n"
    );
}

#[test]
fn layouts_are_the_same_in_every_language() {
    let home = tempfile::tempdir().expect("a folder");
    let options = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| line.trim_start().starts_with('-'));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        names.map(ToOwned::to_owned).collect()
    };
    for args in [&["--help"][..], &["sort", "--help"], &["search", "--help"]] {
        let english = options(&run(home.path(), "en", args).stdout);
        assert!(english.len() > 10);
        for language in ["zh-CN", "de", "fr", "es", "ja", "qps"] {
            let other = run(home.path(), language, args);
            assert_eq!(options(&other.stdout), english, "{language} {args:?}");
        }
    }
}

#[test]
fn manual_pages_stay_in_english() {
    let home = tempfile::tempdir().expect("a folder");
    let pages = home.path().join("pages");
    let folder = pages.to_str().expect("a path");
    let made = run(home.path(), "zh-CN", &["generate", folder]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let page = std::fs::read_to_string(pages.join("lumisift-sort.1")).expect("a page");
    assert!(page.contains("Skip videos"), "{page}");
}

#[test]
fn control_characters_in_arguments_are_escaped() {
    let home = tempfile::tempdir().expect("a folder");
    let error = run(home.path(), "zh-CN", &["index", "--\u{1b}[31mred"]);
    assert_eq!(error.code, Some(2));
    assert!(!error.stderr.contains('\u{1b}'), "{}", error.stderr);
    assert!(error.stderr.contains("未知的参数"), "{}", error.stderr);
}

#[test]
fn prose_is_recognised() {
    let prose = english_prose("  --x  显示 the end of it");
    assert_eq!(prose.as_deref(), Some("the end of"));
    assert_eq!(english_prose("用法: lumisift models rm <NAME>"), None);
    assert_eq!(english_prose("[可选值：auto, cpu, gpu]"), None);
    assert_eq!(english_prose("[default: x]").as_deref(), Some("default:"));
}
