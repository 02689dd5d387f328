//! Arguments of commands that organise photos: exports, keywords and undo.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::values::{match_value, path};
use super::{FolderArgs, Words};

/// How `sort --export` and `export` go about it.
#[derive(Debug, ClapArgs)]
pub struct TransferArgs {
    /// Copy (the default)
    #[arg(long, group = "transfer")]
    pub copy: bool,
    /// Move instead of copying
    #[arg(long = "move", group = "transfer")]
    pub moves: bool,
    /// Make symbolic links instead of copying
    #[arg(long, group = "transfer")]
    pub link: bool,
    /// Make hard links instead of copying, on the same disk
    #[arg(long, group = "transfer")]
    pub hardlink: bool,
    /// Replace files of the same name, keeping the old ones beside them, instead of numbering
    #[arg(long)]
    pub overwrite: bool,
    /// Do not take sidecars, paired RAW files and Live Photo movies along
    #[arg(long, alias = "no-companions")]
    pub no_paired_files: bool,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also write a manifest of the export to FILE (.json, which can be applied again, or .csv)
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub manifest_out: Option<PathBuf>,
}

impl TransferArgs {
    /// Whether any option differs from its default.
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

/// Folders below the target of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutArg {
    /// None
    Flat,
    /// One for each label
    Label,
    /// One for each label, and in it one for each month
    Month,
    /// Those that the photos come from
    Mirror,
}

/// Arguments of `export`.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Manifest written by an earlier export
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub manifest: PathBuf,
    /// Target folder, if it differs from the manifest's
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub how: TransferArgs,
}

/// Arguments of `keywords`.
#[derive(Debug, ClapArgs)]
pub struct KeywordsArgs {
    /// Folders or photos
    #[arg(required_unless_present = "undo", value_name = "PATH", value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Label to write as a keyword where it fits; repeatable
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    #[command(flatten)]
    pub words: Words,
    /// Minimum match, 0 to 1, for a photo to fit a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Parent keyword of all labels, as in "AI|cat"
    #[arg(long, value_name = "WORD")]
    pub parent: Option<String>,
    /// Also write stars to photos without a rating
    #[arg(long)]
    pub stars: bool,
    /// Also write colours to photos without a colour label
    #[arg(long)]
    pub colours: bool,
    /// Also write rejects, as a rating of -1
    #[arg(long)]
    pub rejects: bool,
    /// Also write descriptions such as "cat, perhaps sofa; taken 4 May 2024; sharp" to photos without one
    #[arg(long)]
    pub descriptions: bool,
    /// Also replace descriptions that photos have; implies --descriptions
    #[arg(long)]
    pub replace_descriptions: bool,
    /// Names of new sidecars (default: as in the settings)
    #[arg(long, value_enum)]
    pub names: Option<SidecarNames>,
    /// Write into the photos themselves where their format allows it; pixels do not change
    #[arg(long)]
    pub inside: bool,
    /// Only print what would be written
    #[arg(long)]
    pub dry_run: bool,
    /// Undo the last write
    #[arg(long)]
    pub undo: bool,
}

impl KeywordsArgs {
    /// Whether descriptions are written.
    pub fn describes(&self) -> bool {
        self.descriptions || self.replace_descriptions
    }

    /// The folders that it reads.
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
    /// IMG.jpg.xmp: digiKam, darktable, Immich
    Full,
    /// IMG.xmp: Adobe's programs
    Stem,
}

/// Arguments of `undo`.
#[derive(Debug, ClapArgs)]
pub struct UndoArgs {
    /// Export to undo, by its ID in --list (default: the last one)
    pub id: Option<String>,
    /// List the exports that can be undone
    #[arg(long)]
    pub list: bool,
    /// Resume an interrupted export instead of undoing it
    #[arg(long)]
    pub finish: bool,
}
