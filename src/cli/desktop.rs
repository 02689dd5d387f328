//! `lumisift desktop`: the menu entry and "Open with" entry of a freedesktop.org desktop, for one user.
//!
//! Files of the same name that belong to another installation or the user are never overwritten. The hash of every
//! written file is recorded, and only recorded, unchanged files are replaced or removed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use image::imageops::FilterType;
use lumisift::engine::files::atomic_write::atomic_write;
use lumisift::engine::files::regular::read_regular;
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::Ungrouped;
use serde::{Deserialize, Serialize};

use super::RunOutcome;
use super::args::{DesktopAction, DesktopInstallArgs};
use super::output::print_message;

static ENTRY: &str = include_str!("../../assets/lumisift.desktop");
static DESCRIPTION: &str = include_str!("../../packaging/org.lumisift.Lumisift.metainfo.xml");
static ICON: &[u8] = include_bytes!("../../assets/icon.png");
static DRAWING: &[u8] = include_bytes!("../../assets/icon.svg");
/// Icon sizes in pixels that menus, docks and file managers use.
const SIDES: [u32; 8] = [16, 22, 24, 32, 48, 64, 128, 256];
/// Maximum size in bytes of a file that this program may have installed.
const MAX_BYTES: u64 = 1 << 20;

/// A record of the installed files and of the folders created for them.
#[derive(Default, Serialize, Deserialize)]
struct InstallRecord {
    /// The data folder.
    root: PathBuf,
    /// The hash of each file, by its path relative to `root`.
    files: BTreeMap<PathBuf, String>,
    /// Folders that were created, parents before their subfolders.
    folders: Vec<PathBuf>,
}

/// Runs `lumisift desktop`.
pub fn run(action: &DesktopAction) -> anyhow::Result<RunOutcome> {
    anyhow::ensure!(
        cfg!(all(unix, not(target_os = "macos"))),
        t!("cli-menu-elsewhere")
    );
    let record = Dirs::detect().data.join("desktop-entry.json");
    match action {
        DesktopAction::Install(args) => install(args, &record),
        DesktopAction::Uninstall => uninstall(&record),
    }
}

fn install(args: &DesktopInstallArgs, record_file: &Path) -> anyhow::Result<RunOutcome> {
    let program = match &args.program {
        Some(program) => program.clone(),
        None => {
            let program = std::env::current_exe().context(t!("cli-where-program"))?;
            let text = program.to_str().map(ToOwned::to_owned);
            text.with_context(|| t!("cli-no-text", path = program.display()))?
        }
    };
    let files = files(&program)?;
    if let Some(root) = &args.into {
        for (path, bytes) in &files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            atomic_write(&path, bytes)?;
        }
        return Ok(RunOutcome::Success);
    }
    let root = data_home()?;
    let mut record = read_record(record_file)?;
    if record.root != root {
        anyhow::ensure!(
            record.files.is_empty(),
            t!("cli-menu-entry-there", folder = record.root.display())
        );
        record.root.clone_from(&root);
    }
    for path in files.keys() {
        let there = root.join(path);
        anyhow::ensure!(
            fs::symlink_metadata(&there).is_err() || record.is_own(path),
            t!("cli-not-from-here", path = there.display())
        );
    }
    for (path, bytes) in &files {
        let there = root.join(path);
        record.make_folders(there.parent().unwrap_or(&root))?;
        record.files.insert(path.clone(), hash(bytes));
        // The record is written first: an entry for a missing file is harmless, but an unrecorded file is never
        // removed.
        write_record(record_file, &record)?;
        atomic_write(&there, bytes)
            .with_context(|| t!("cli-cannot-write", path = there.display()))?;
    }
    refresh(&root);
    print_message(t!(
        "cli-menu-installed",
        files = t!("cli-files", count = Ungrouped(files.len())),
        folder = root.display()
    ));
    Ok(RunOutcome::Success)
}

fn uninstall(record_file: &Path) -> anyhow::Result<RunOutcome> {
    let record = read_record(record_file)?;
    if record.files.is_empty() {
        print_message(t!("cli-no-menu-entry"));
        return Ok(RunOutcome::Success);
    }
    let mut removed = 0_u64;
    for path in record.files.keys() {
        let there = record.root.join(path);
        if record.is_own(path) {
            fs::remove_file(&there)
                .with_context(|| t!("cli-cannot-remove", path = there.display()))?;
            removed += 1;
        } else if fs::symlink_metadata(&there).is_ok() {
            print_message(t!("cli-changed-kept", path = there.display()));
        }
    }
    refresh(&record.root);
    for folder in record.folders.iter().rev() {
        // Fails if the folder is not empty, which is intended.
        let _ = fs::remove_dir(folder);
    }
    fs::remove_file(record_file)?;
    if let Some(folder) = record_file.parent() {
        // Fails if the folder still has models or decisions, which is intended.
        let _ = fs::remove_dir(folder);
    }
    print_message(t!("cli-files-removed", count = Ungrouped(removed)));
    Ok(RunOutcome::Success)
}

impl InstallRecord {
    /// Whether a file is unchanged since it was written.
    fn is_own(&self, path: &Path) -> bool {
        let there = read_regular(&self.root.join(path), MAX_BYTES);
        let noted = self.files.get(path);
        noted.is_some_and(|noted| there.is_ok_and(|bytes| hash(&bytes) == *noted))
    }

    /// Creates a folder and its missing ancestors, and records those that it creates.
    fn make_folders(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|dir| !dir.exists()).collect();
        for dir in missing.into_iter().rev() {
            fs::create_dir(dir)?;
            self.folders.push(dir.into());
        }
        Ok(())
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn read_record(file: &Path) -> anyhow::Result<InstallRecord> {
    match read_regular(file, MAX_BYTES) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| t!("cli-record-damaged", path = file.display())),
        Err(_) if fs::symlink_metadata(file).is_err() => Ok(InstallRecord::default()),
        Err(error) => Err(error).with_context(|| t!("cli-cannot-read", path = file.display())),
    }
}

fn write_record(file: &Path, record: &InstallRecord) -> anyhow::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    atomic_write(file, &serde_json::to_vec_pretty(record)?)
        .with_context(|| t!("cli-cannot-write", path = file.display()))
}

/// The user's data folder according to the XDG Base Directory Specification, which ignores relative paths.
fn data_home() -> anyhow::Result<PathBuf> {
    let variable = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    if let Some(dir) = variable.filter(|dir| dir.is_absolute()) {
        return Ok(dir);
    }
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    Ok(home.context(t!("cli-no-home"))?.join(".local/share"))
}

/// All files to install, by their paths relative to the data folder.
fn files(program: &str) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut add = |path: String, bytes: Vec<u8>| files.insert(PathBuf::from(path), bytes);
    add(
        "applications/lumisift.desktop".into(),
        entry(program)?.into(),
    );
    let description = "metainfo/org.lumisift.Lumisift.metainfo.xml";
    add(description.into(), DESCRIPTION.into());
    let drawing = "icons/hicolor/scalable/apps/lumisift.svg";
    add(drawing.into(), DRAWING.into());
    let icon = image::load_from_memory(ICON)?;
    for side in SIDES {
        let mut png = Cursor::new(Vec::new());
        let small = icon.resize_exact(side, side, FilterType::Lanczos3);
        small.write_to(&mut png, image::ImageFormat::Png)?;
        let path = format!("icons/hicolor/{side}x{side}/apps/lumisift.png");
        add(path, png.into_inner());
    }
    Ok(files)
}

/// The menu entry, a desktop file that starts `program`.
fn entry(program: &str) -> anyhow::Result<String> {
    let command = quoted(program)?;
    let lines = ENTRY.lines().map(|line| match line {
        "Exec=lumisift %F" => format!("Exec={command} %F"),
        line => line.to_owned(),
    });
    Ok(lines.map(|line| line + "\n").collect())
}

/// A program's path as the value of `Exec`: quoted as an argument, then escaped as a string (Desktop Entry
/// Specification, "The Exec key").
fn quoted(program: &str) -> anyhow::Result<String> {
    anyhow::ensure!(
        !program.is_empty() && !program.contains(char::is_control) && !program.contains('='),
        t!("cli-not-from-menu", program = format!("{program:?}"))
    );
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@".contains(c);
    if program.chars().all(plain) {
        return Ok(program.to_owned());
    }
    let mut argument = String::from("\"");
    for c in program.chars() {
        match c {
            '"' | '`' | '$' | '\\' => argument.extend(['\\', c]),
            // A single `%` would start a field code.
            '%' => argument.push_str("%%"),
            _ => argument.push(c),
        }
    }
    argument.push('"');
    Ok(argument.replace('\\', "\\\\"))
}

/// Updates the desktop's caches. If these programs are missing, the desktop notices the changes later.
fn refresh(root: &Path) {
    let run = |program: &str, args: &[&str], folder: PathBuf| {
        let mut command = Command::new(program);
        command.args(args).arg(folder).stdin(Stdio::null());
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    };
    let applications = root.join("applications");
    // Only an existing cache is updated, because uninstalling would leave a new one behind.
    if applications.join("mimeinfo.cache").is_file() {
        run("update-desktop-database", &["-q"], applications);
    }
    let icons = root.join("icons/hicolor");
    if icons.join("icon-theme.cache").is_file() {
        run("gtk-update-icon-cache", &["-q", "-t"], icons);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_quoted_for_the_menu() {
        for (program, wanted) in [
            ("lumisift", "lumisift"),
            ("/opt/lumisift-0.1/lumisift", "/opt/lumisift-0.1/lumisift"),
            ("/home/a b/lumisift", "\"/home/a b/lumisift\""),
            ("/a\"b/x", r#""/a\\"b/x""#),
            ("/a$b`c/x", r#""/a\\$b\\`c/x""#),
            (r"/a\b/x", r#""/a\\\\b/x""#),
            ("/100%/x", "\"/100%%/x\""),
            ("/照片/x", "\"/照片/x\""),
        ] {
            assert_eq!(quoted(program).expect(program), wanted);
        }
        for program in ["", "/a\nb", "/a=b"] {
            assert!(quoted(program).is_err(), "{program:?}");
        }
    }

    #[test]
    fn the_entry_names_the_program_and_all_icons_are_there() {
        let files = files("/opt/x/lumisift").expect("files");
        let entry = &files[Path::new("applications/lumisift.desktop")];
        let entry = std::str::from_utf8(entry).expect("text");
        assert!(entry.contains("\nExec=/opt/x/lumisift %F\n"), "{entry}");
        assert!(entry.contains("inode/directory;"));
        for side in SIDES {
            let path = format!("icons/hicolor/{side}x{side}/apps/lumisift.png");
            let icon = image::load_from_memory(&files[Path::new(&path)]).expect("a picture");
            assert_eq!((icon.width(), icon.height()), (side, side));
        }
    }
}
