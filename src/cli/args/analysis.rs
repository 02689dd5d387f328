//! Arguments of commands that analyse photos without labels, and of the one that watches folders.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap::builder::PossibleValuesParser;
use lumisift::engine::library::Flaw;

use super::values::{match_value, path};
use super::{FolderArgs, Words};

/// Arguments of `duplicates`.
#[derive(Debug, ClapArgs)]
pub struct DuplicatesArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    /// Find only identical files
    #[arg(long, conflicts_with = "turned")]
    pub exact: bool,
    /// Also find mirrored and rotated copies
    #[arg(long)]
    pub turned: bool,
    /// Write a plan for `lumisift export --manifest FILE.json --move` that moves away all copies except the best
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub export_plan: Option<PathBuf>,
    /// Folder that the plan moves copies to (default: "copies" in the folder of the plan)
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
}

/// Arguments of `bursts`.
#[derive(Debug, ClapArgs)]
pub struct BurstsArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// Names of the overview's rows that do not list flaws.
pub const COPIES: &str = "copies";
pub const BURSTS: &str = "bursts";
pub const UNDATED: &str = "undated";

/// The names of all rows of the overview, in display order.
fn overview_rows() -> Vec<&'static str> {
    let flaws = Flaw::ALL.into_iter().map(Flaw::name);
    let all = [COPIES, BURSTS].into_iter().chain(flaws);
    all.chain([UNDATED]).collect()
}

/// Arguments of `overview`.
#[derive(Debug, ClapArgs)]
pub struct OverviewArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    /// List the photos in one category instead of counting all categories
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(overview_rows()))]
    pub list: Option<String>,
}

/// Arguments of `heaps`.
#[derive(Debug, ClapArgs)]
pub struct HeapsArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// Arguments of `explain`.
#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// Photo to analyse
    #[arg(value_name = "IMAGE", value_parser = path())]
    pub image: PathBuf,
    /// Label to look for, such as "cat" or "dog -cat"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    #[command(flatten)]
    pub words: Words,
    /// Write the photo overlaid with a heat map to a PNG file
    #[arg(long, value_name = "FILE.png", value_parser = path())]
    pub out: Option<PathBuf>,
}

/// Arguments of `estimate`.
#[derive(Debug, ClapArgs)]
pub struct EstimateArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    /// Label to check, such as "receipt"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    #[command(flatten)]
    pub words: Words,
    /// Minimum match (0 to 1) for a photo to fit the label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Photo that fits the label; repeatable
    #[arg(long, value_name = "PHOTO", value_parser = path())]
    pub yes: Vec<PathBuf>,
    /// Photo that does not fit the label; repeatable
    #[arg(long, value_name = "PHOTO", value_parser = path())]
    pub no: Vec<PathBuf>,
}

/// Arguments of `describe`.
#[derive(Debug, ClapArgs)]
pub struct DescribeArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// Arguments of `watch`.
#[derive(Debug, ClapArgs)]
pub struct WatchArgs {
    /// File with the rules (see docs/heap.md)
    #[arg(value_name = "RULES.toml", value_parser = path())]
    pub rules: PathBuf,
    /// Scan the folders once, then exit
    #[arg(long)]
    pub once: bool,
    /// Only print what would be done, then exit
    #[arg(long)]
    pub dry_run: bool,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Seconds that a file must remain unchanged before it is sorted
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub settle: u64,
}
