//! Arguments of commands that organise photos: exports, keywords and undo.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::values::{match_value, path};
use super::{FolderArgs, Words};

/// Transfer options of `sort --export` and `export`.
#[derive(Debug, ClapArgs)]
pub struct TransferArgs {
    /// Copy files (the default)
    #[arg(long, group = "transfer")]
    pub copy: bool,
    /// Move files instead of copying them
    #[arg(long = "move", group = "transfer")]
    pub moves: bool,
    /// Create symbolic links instead of copies
    #[arg(long, group = "transfer")]
    pub link: bool,
    /// Create hard links instead of copies (same disk only)
    #[arg(long, group = "transfer")]
    pub hardlink: bool,
    /// Replace existing files instead of adding a number to the new name
    ///
    /// Replaced files are renamed, kept in the same folder, and restored by `lumisift undo`.
    #[arg(long)]
    pub overwrite: bool,
    /// Leave out sidecars, paired RAW files and Live Photo movies
    #[arg(long, alias = "no-companions")]
    pub no_paired_files: bool,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also write a manifest of the export to FILE (.json, to repeat it with `lumisift export`, or .csv)
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub manifest_out: Option<PathBuf>,
}

impl TransferArgs {
    /// Whether any of these options is given.
    pub fn is_asked_for(&self) -> bool {
        self.copy
            || self.moves
            || self.link
            || self.hardlink
            || self.overwrite
            || self.no_paired_files
            || self.dry_run
            || self.manifest_out.is_some()
    }
}

/// Arrangement of folders below the target of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutArg {
    /// No subfolders
    Flat,
    /// One folder per label
    Label,
    /// One folder per label, with one subfolder per month
    Month,
    /// The same folders as at the source
    Mirror,
}

/// Arguments of `export`.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Manifest of an earlier export, or a plan from `lumisift duplicates --export-plan`
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub manifest: PathBuf,
    /// Target folder (default: the one in the manifest)
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub how: TransferArgs,
}

/// Arguments of `keywords`.
#[derive(Debug, ClapArgs)]
pub struct KeywordsArgs {
    /// Folders or photos to process
    #[arg(required_unless_present = "undo", value_name = "PATH", value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Label to write as a keyword to photos that fit it; repeatable
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    #[command(flatten)]
    pub words: Words,
    /// Minimum match (0 to 1) for a photo to fit a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Parent keyword for all labels, such as "AI" to write "AI|cat"
    #[arg(long, value_name = "WORD")]
    pub parent: Option<String>,
    /// Also write stars to photos that have no rating
    #[arg(long)]
    pub stars: bool,
    /// Also write colours to photos that have no colour label
    #[arg(long)]
    pub colours: bool,
    /// Also write rejects, as a rating of -1
    #[arg(long)]
    pub rejects: bool,
    /// Also write descriptions, such as "cat, perhaps sofa; taken 4 May 2024; sharp", to photos that have none
    #[arg(long)]
    pub descriptions: bool,
    /// Also replace existing descriptions; implies --descriptions
    #[arg(long)]
    pub replace_descriptions: bool,
    /// Naming of new sidecars (default: from the settings)
    #[arg(long, value_enum)]
    pub names: Option<SidecarNames>,
    /// Write into the photo files where their format allows it, without changing pixels
    #[arg(long)]
    pub inside: bool,
    /// Only print what would be written
    #[arg(long)]
    pub dry_run: bool,
    /// Undo the last write of keywords
    #[arg(long)]
    pub undo: bool,
}

impl KeywordsArgs {
    /// Whether descriptions are written.
    pub fn describes(&self) -> bool {
        self.descriptions || self.replace_descriptions
    }

    /// The folders that the command reads.
    pub fn folders(&self) -> FolderArgs {
        FolderArgs {
            paths: self.paths.clone(),
            no_subfolders: self.no_subfolders,
            hidden: false,
            no_video: false,
        }
    }
}

/// How sidecars are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SidecarNames {
    /// IMG.jpg.xmp, as in digiKam, darktable and Immich
    Full,
    /// IMG.xmp, as in Adobe programs
    Stem,
}

/// Arguments of `undo`.
#[derive(Debug, ClapArgs)]
pub struct UndoArgs {
    /// ID of the export to undo, as shown by --list (default: the last export)
    pub id: Option<String>,
    /// List exports that can be undone
    #[arg(long)]
    pub list: bool,
    /// Resume an interrupted export instead of undoing it
    #[arg(long)]
    pub finish: bool,
}
