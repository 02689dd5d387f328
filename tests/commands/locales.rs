//! The command line on systems in several languages: what people read follows them, what programs read does not.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{json, lumisift, photos, samples};
use lumisift::engine::media::metadata::PhotoMetadata;

/// A home with three photos, and one of them again under another name.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("photos");
    photos(&folder, 3);
    fs::copy(folder.join("photo-00000.png"), folder.join("again.png")).expect("copied");
    home
}

/// `lumisift duplicates` on a system that speaks a language.
fn duplicates(home: &Path, locale: &str) -> Command {
    let mut command = lumisift(home);
    // Windows and macOS do not keep their language in these variables.
    match cfg!(any(windows, target_os = "macos")) {
        true => command.env("LUMISIFT_LANGUAGE", locale),
        false => command.env_remove("LUMISIFT_LANGUAGE"),
    };
    command.env("LC_ALL", locale).env("LANG", locale);
    command.args(["duplicates", "--exact", "--model", "starter"]);
    command.args(["--device", "cpu"]).arg(home.join("photos"));
    command
}

/// What it printed, and what it said beside that.
fn run(command: &mut Command) -> (String, String) {
    let output = command.output().expect("runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{stderr}");
    (printed, stderr)
}

/// What is said about the copy of the photo, in English and in Chinese.
fn said_of_copy(home: &Path) -> [String; 2] {
    let copy = fs::metadata(home.join("photos/again.png")).expect("a copy");
    let size = copy.len();
    assert!((2..1_000).contains(&size), "{size}");
    [
        format!("1 copy in 1 group; removing them would free {size} bytes\n"),
        format!("1 组共 1 张重复照片；移除后可释放 {size} 字节\n"),
    ]
}

#[test]
fn people_read_the_language_of_the_system_and_programs_english() {
    let home = home();
    let [english, chinese] = said_of_copy(home.path());
    let (table, stderr) = run(&mut duplicates(home.path(), "zh_CN.UTF-8"));
    assert!(stderr.ends_with(&chinese), "{stderr}");
    for word in ["照片", "最佳照片的优点", "保留", "完全相同"] {
        assert!(table.contains(word), "{word} in {table}");
    }
    let (table, stderr) = run(&mut duplicates(home.path(), "C"));
    assert!(stderr.ends_with(&english), "{stderr}");
    for word in ["photo", "the best one is", "keep", "exact"] {
        assert!(table.contains(word), "{word} in {table}");
    }
    for format in ["json", "csv"] {
        let run_in = |locale: &str| {
            let mut command = duplicates(home.path(), locale);
            run(command.args(["--format", format]))
        };
        let (in_english, _) = run_in("C");
        let (printed, stderr) = run_in("zh_CN.UTF-8");
        assert_eq!(printed, in_english);
        assert!(stderr.ends_with(&chinese), "{stderr}");
    }
}

#[test]
fn descriptions_are_written_in_the_language_of_messages() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("photos");
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(samples().join("cat.jpg"), folder.join("cat.jpg")).expect("copied");
    let run_in = |language: &str, args: &[&str]| {
        let mut command = lumisift(home.path());
        command.env("LUMISIFT_LANGUAGE", language);
        command.args(args).arg(&folder);
        command.args(["--model", "starter", "--device", "cpu"]);
        command
    };
    let describe = &["describe"][..];
    let (english, ..) = json(&mut run_in("en", describe));
    let (chinese, ..) = json(&mut run_in("zh-CN", describe));
    assert_eq!(chinese, english);
    let (table, _) = run(&mut run_in("zh-CN", describe));
    assert!(table.contains("猫"), "{table}");
    let keywords = &["keywords", "--descriptions"][..];
    let planned_in = |language: &str| {
        let (planned, ..) = json(run_in(language, keywords).arg("--dry-run"));
        let description = planned["changes"][0]["description"].as_str();
        description.expect("a description").to_owned()
    };
    assert_eq!(planned_in("en"), english["photos"][0]["description"]);
    let description = planned_in("zh-CN");
    assert!(description.contains("猫"), "{description}");
    let (_, code, stderr) = json(&mut run_in("zh-CN", keywords));
    assert_eq!(code, 0, "{stderr}");
    let written = PhotoMetadata::of(&folder.join("cat.jpg")).facts.description;
    assert_eq!(written, Some(description));
}

#[test]
fn contact_sheets_have_a_title_in_the_language_of_messages() {
    let home = home();
    for (language, title) in [("en", "Photos by label"), ("zh-CN", "按标签分组的照片")] {
        let page = home.path().join(language).with_extension("html");
        let mut command = lumisift(home.path());
        command.env("LUMISIFT_LANGUAGE", language);
        command.args(["sort", "-l", "red", "--model", "starter", "--device", "cpu"]);
        command.arg(home.path().join("photos"));
        run(command.arg("--contact-sheet").arg(&page));
        let page = fs::read_to_string(page).expect("a page");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
    }
}

#[test]
fn the_report_of_doctor_is_in_the_language_of_messages() {
    let home = tempfile::tempdir().expect("a folder");
    let (english, _) = run(lumisift(home.path()).arg("doctor"));
    let titles = |table: &str| -> Vec<String> {
        let cells = table.lines().filter_map(|line| line.split('|').nth(1));
        let titles = cells.map(|cell| cell.trim().to_owned());
        titles
            .filter(|title| title.contains(char::is_alphabetic))
            .collect()
    };
    let english = titles(&english);
    assert!(english.len() > 15, "{english:?}");
    for language in ["zh-CN", "de", "fr", "es", "ja"] {
        let mut command = lumisift(home.path());
        let (report, _) = run(command.env("LUMISIFT_LANGUAGE", language).arg("doctor"));
        let translated = titles(&report);
        assert_eq!(translated.len(), english.len(), "{report}");
        let pairs = translated.iter().zip(&english);
        let same = pairs.filter(|(translated, english)| translated == english);
        // French has "version" too.
        assert!(same.count() < 2, "{language}: {translated:?}");
    }
}

#[test]
fn errors_of_the_command_line_are_translated() {
    let home = home();
    let mut command = duplicates(home.path(), "zh_CN.UTF-8");
    let output = command.args(["--to", "copies"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(
        stderr,
        "lumisift: --to DIR 需要与 --export-plan FILE.json 一起使用\n"
    );
}

#[test]
fn a_chosen_language_comes_first_and_the_locale_c_is_english() {
    let home = home();
    let [english, chinese] = said_of_copy(home.path());
    let mut command = duplicates(home.path(), "C");
    let (_, stderr) = run(command.env("LANGUAGE", "zh_CN"));
    assert!(stderr.ends_with(&english), "{stderr}");
    let config = home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("settings.json"), r#"{ "language": "zh-CN" }"#).expect("written");
    let (_, stderr) = run(&mut duplicates(home.path(), "C"));
    assert!(stderr.ends_with(&chinese), "{stderr}");
    let mut command = duplicates(home.path(), "C");
    let (_, stderr) = run(command.env("LUMISIFT_LANGUAGE", "en"));
    assert!(stderr.ends_with(&english), "{stderr}");
}
