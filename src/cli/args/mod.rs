//! The command line's arguments.

mod admin;
mod analysis;
mod export;
mod values;
#[cfg(feature = "arrow")]
mod worker;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use lumisift::engine::inference::Precision;
use lumisift::engine::inference::device::DeviceChoice;
use lumisift::engine::organize::export::names::Pattern;
use lumisift::engine::organize::marks::Colour;
use lumisift::engine::search::label_set::Wording;

pub use admin::{
    DesktopAction, DesktopInstallArgs, DoctorArgs, GenerateArgs, ModelAction, StoreAction,
};
pub use analysis::{
    BURSTS, BurstsArgs, COPIES, DescribeArgs, DuplicatesArgs, EstimateArgs, ExplainArgs, HeapsArgs,
    OverviewArgs, UNDATED, WatchArgs,
};
pub use export::{ExportArgs, KeywordsArgs, LayoutArg, SidecarNames, TransferArgs, UndoArgs};
pub use values::is_url;
use values::{colour, match_value, path, path_or_url, sheet_file};
#[cfg(feature = "arrow")]
pub use worker::{ImportArgs, RankArgs, WorkerArgs};

/// Sift a heap of photos by typed labels, on your own machine
#[derive(Debug, Parser)]
#[command(name = "lumisift", version = env!("LUMISIFT_VERSION"), subcommand_precedence_over_arg = true)]
pub struct Args {
    /// Command to run without opening the window
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    /// Folders or photos to open in the window
    #[arg(value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Open a new window even if one is already open
    #[arg(long)]
    pub new_window: bool,
    /// Options shared by all commands
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Options shared by all commands.
#[derive(Debug, ClapArgs)]
pub struct CommonArgs {
    /// Model to use: "starter", the name of an installed model, or a folder with a CLIP model (default: from the
    /// settings)
    #[arg(long, global = true, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Device to run the model on: auto, cpu, gpu, gpu:N, cuda, cuda:N or metal (default: from the settings)
    #[arg(long, global = true, value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
    /// Precision of the model on the CPU (default: from the settings)
    #[arg(long, global = true, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Folder of the store, which holds vectors and thumbnails (default: from the settings)
    #[arg(long, global = true, value_name = "DIR", value_parser = path())]
    pub store: Option<PathBuf>,
    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Table)]
    pub format: OutputFormat,
    /// Number of decoding threads (default: one per core)
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub threads: usize,
    /// Memory limit for decoding photos, in MiB (default: from the settings, or a quarter of the memory)
    #[arg(long, global = true, value_name = "MIB", value_parser = clap::value_parser!(u32).range(16..))]
    pub memory: Option<u32>,
    /// Print the log to standard error; set RUST_LOG=lumisift=debug for more detail
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// Precision of a model's arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// 8-bit integers where they are faster and accurate enough
    Auto,
    /// 32-bit floating point
    F32,
    /// 8-bit integers
    Int8,
}

impl From<PrecisionArg> for Precision {
    fn from(arg: PrecisionArg) -> Self {
        match arg {
            PrecisionArg::Auto => Self::Auto,
            PrecisionArg::F32 => Self::F32,
            PrecisionArg::Int8 => Self::Int8,
        }
    }
}

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Human-readable table
    #[value(alias = "text")]
    Table,
    /// JSON
    Json,
    /// CSV for spreadsheets; text that looks like a formula (=, +, -, @) is prefixed with an apostrophe
    Csv,
    /// Arrow, for `worker` only
    #[value(hide = true)]
    Arrow,
    /// Parquet, for `worker` only
    #[value(hide = true)]
    Parquet,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Score individual photos against labels
    Classify(ClassifyArgs),
    /// Find the best label for each photo and optionally export photos by label
    Sort(SortArgs),
    /// Find the photos that best match a query
    Search(SearchArgs),
    /// Index photos in advance so that later commands start at once
    Index(IndexArgs),
    /// Find duplicates: identical files and re-encoded, resized, cropped or edited copies
    Duplicates(DuplicatesArgs),
    /// Find bursts of the same scene and suggest the best photo of each
    Bursts(BurstsArgs),
    /// Count photos you may want to clean up: duplicates, bursts, screenshots, blurred, dark or undated photos
    Overview(OverviewArgs),
    /// Group similar photos and suggest a name for each group
    Heaps(HeapsArgs),
    /// Show where in a photo the model sees a label
    Explain(ExplainArgs),
    /// Estimate from a few checked photos how many a label gets wrong or misses, and suggest the next to check
    Estimate(EstimateArgs),
    /// Describe each photo in a few words: subject, date and quality
    Describe(DescribeArgs),
    /// Watch folders and sort new files by rules until stopped
    Watch(WatchArgs),
    /// Write the embedding vectors of photos to a safetensors file
    Embed(EmbedArgs),
    /// Compute vectors and scores in bulk, for Spark, Ray and job arrays (see docs/scale.md)
    #[cfg(feature = "arrow")]
    Worker(WorkerArgs),
    /// Find the best matches for a label in Arrow or Parquet files written by `worker`
    #[cfg(feature = "arrow")]
    Rank(RankArgs),
    /// Import results of `worker` into the store so that those photos need not be read again
    #[cfg(feature = "arrow")]
    Import(ImportArgs),
    /// Repeat an export from its manifest
    Export(ExportArgs),
    /// Write labels, stars and rejects as XMP metadata for other programs
    Keywords(KeywordsArgs),
    /// Undo an export or finish an interrupted one
    Undo(UndoArgs),
    /// List, download, choose and remove models
    Models {
        /// Action (default: list the models)
        #[command(subcommand)]
        action: Option<ModelAction>,
    },
    /// Check the store for damage or compact it
    Store {
        /// Action
        #[command(subcommand)]
        action: StoreAction,
    },
    /// Show versions, processor, paths and store size, or write a bug report
    Doctor(DoctorArgs),
    /// Install or remove the menu entry and "Open with" for the current user
    Desktop {
        /// Action
        #[command(subcommand)]
        action: DesktopAction,
    },
    /// Write manual pages and shell completions to a folder, for packaging
    #[command(hide = true)]
    Generate(GenerateArgs),
}

impl CliCommand {
    /// The name of the command, for the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classify(_) => "classify",
            Self::Sort(_) => "sort",
            Self::Search(_) => "search",
            Self::Index(_) => "index",
            Self::Duplicates(_) => "duplicates",
            Self::Bursts(_) => "bursts",
            Self::Overview(_) => "overview",
            Self::Heaps(_) => "heaps",
            Self::Explain(_) => "explain",
            Self::Estimate(_) => "estimate",
            Self::Describe(_) => "describe",
            Self::Watch(_) => "watch",
            Self::Embed(_) => "embed",
            #[cfg(feature = "arrow")]
            Self::Worker(_) => "worker",
            #[cfg(feature = "arrow")]
            Self::Rank(_) => "rank",
            #[cfg(feature = "arrow")]
            Self::Import(_) => "import",
            Self::Export(_) => "export",
            Self::Keywords(_) => "keywords",
            Self::Undo(_) => "undo",
            Self::Models { .. } => "models",
            Self::Store { .. } => "store",
            Self::Doctor(_) => "doctor",
            Self::Desktop { .. } => "desktop",
            Self::Generate(_) => "generate",
        }
    }
}

/// How labels and queries are interpreted.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct Words {
    /// Do not expand general words, such as "people" to man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Do not translate labels for English-only models, such as "Hund" to "dog"
    #[arg(long)]
    pub no_translate: bool,
}

impl Words {
    /// The engine's form of these options.
    pub fn wording(self) -> Wording<'static> {
        Wording {
            exactly: self.no_expand,
            as_typed: self.no_translate,
            ..Wording::default()
        }
    }
}

/// Labels of `classify` and `sort`.
#[derive(Debug, ClapArgs)]
pub struct LabelArgs {
    /// Label, such as "beach", "dog -cat" or "like:photo.jpg"; repeatable
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub texts: Vec<String>,
    /// File with labels, thresholds and examples (see docs/labels.md)
    #[arg(
        long = "labels",
        value_name = "FILE.toml",
        value_parser = path(),
        required_unless_present = "texts"
    )]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub words: Words,
}

/// Folders to read, and which files in them.
#[derive(Debug, ClapArgs)]
pub struct FolderArgs {
    /// Folders or photos to read
    #[arg(required = true, value_name = "PATH", value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Also read hidden files and folders
    #[arg(long)]
    pub hidden: bool,
    /// Skip videos
    #[arg(long)]
    pub no_video: bool,
}

/// Filters of `sort` and `search` by the user's decisions and by metadata.
#[derive(Debug, ClapArgs)]
pub struct PhotoFilterArgs {
    /// Only photos with at least N stars
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u8).range(0..=5))]
    pub min_stars: u8,
    /// Only photos with this colour label: red, yellow, green, blue or purple
    #[arg(long, value_name = "COLOUR", value_parser = colour)]
    pub colour: Option<Colour>,
    /// Only photos with a keyword containing WORD, embedded or in a sidecar; if repeated, all must match
    #[arg(long, value_name = "WORD")]
    pub keyword: Vec<String>,
    /// Only photos taken in a town, region or country, such as "Munich", "Munich, Germany" or "DE"; if repeated, any
    /// may match
    #[arg(long, value_name = "PLACE")]
    pub place: Vec<String>,
    /// Only photos marked as picks
    #[arg(long)]
    pub picked: bool,
    /// Exclude photos marked as rejects
    #[arg(long)]
    pub no_rejects: bool,
}

impl PhotoFilterArgs {
    /// Whether any filter depends on the user's decisions (stars, colours, picks or rejects).
    pub fn needs_decisions(&self) -> bool {
        self.min_stars > 0 || self.colour.is_some() || self.picked || self.no_rejects
    }
}

/// Arguments of `classify`.
#[derive(Debug, ClapArgs)]
pub struct ClassifyArgs {
    /// Photo files or URLs
    #[arg(required = true, value_name = "IMAGE|URL", value_parser = path_or_url())]
    pub images: Vec<PathBuf>,
    #[command(flatten)]
    pub labels: LabelArgs,
    /// Print the model's own probabilities instead of matches: softmax over the labels (CLIP) or sigmoid (SigLIP)
    ///
    /// With softmax, some label always wins, even if none fits.
    #[arg(long)]
    pub exact: bool,
}

/// Arguments of `sort`.
#[derive(Debug, ClapArgs)]
pub struct SortArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    #[command(flatten)]
    pub only: PhotoFilterArgs,
    #[command(flatten)]
    pub labels: LabelArgs,
    /// Minimum match (0 to 1) for a photo to fit a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Export photos that fit a label to DIR, by default as copies in one folder per label
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub export: Option<PathBuf>,
    /// Arrangement of folders below DIR (default: label)
    #[arg(long, requires = "export", value_enum, default_value_t = LayoutArg::Label, hide_default_value = true)]
    pub layout: LayoutArg,
    /// Pattern for file names, made of {name}, {label}, {date}, {match} and a number (n in braces)
    #[arg(
        long,
        requires = "export",
        value_name = "PATTERN",
        default_value = "{name}"
    )]
    pub names: Pattern,
    /// Export photos that fit several labels under each of them, not only under the best one
    #[arg(long, requires = "export")]
    pub every_label: bool,
    #[command(flatten)]
    pub how: TransferArgs,
    /// Write a contact sheet of the photos that fit a label, grouped by label
    #[arg(long, value_name = "FILE.html|FILE.jpg", value_parser = sheet_file)]
    pub contact_sheet: Option<PathBuf>,
}

/// Arguments of `search`.
#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    #[command(flatten)]
    pub only: PhotoFilterArgs,
    /// Query, such as "sunset over water -people"
    #[arg(required = true, value_name = "QUERY")]
    pub query: String,
    #[command(flatten)]
    pub words: Words,
    /// Maximum number of photos to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Minimum match (0 to 1) for a photo to be listed (default: 0)
    #[arg(long, value_name = "M", default_value_t = 0.0, hide_default_value = true, value_parser = match_value)]
    pub min_match: f32,
}

/// Arguments of `index`.
#[derive(Debug, ClapArgs)]
pub struct IndexArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// Arguments of `embed`.
#[derive(Debug, ClapArgs)]
pub struct EmbedArgs {
    #[command(flatten)]
    pub folders: FolderArgs,
    /// File to write
    #[arg(long, value_name = "FILE.safetensors", value_parser = path())]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    use lumisift::engine::files::paths::absolute;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn every_path_is_absolute_but_addresses_stay() {
        let here = std::env::current_dir().expect("a folder");
        let parsed = |line: &str| Args::try_parse_from(line.split(' ')).expect("arguments");
        let args = parsed(
            "lumisift sort a ../b --labels l.toml --export out --manifest-out m.json --store s",
        );
        assert_eq!(args.common.store, Some(here.join("s")));
        let Some(CliCommand::Sort(sort)) = args.command else {
            panic!("not sorted");
        };
        assert_eq!(
            sort.folders.paths,
            [here.join("a"), absolute(&here.join("../b"))]
        );
        assert!(sort.folders.paths.iter().all(|path| path.is_absolute()));
        assert_eq!(sort.labels.file, Some(here.join("l.toml")));
        assert_eq!(sort.export, Some(here.join("out")));
        assert_eq!(sort.how.manifest_out, Some(here.join("m.json")));
        let Some(CliCommand::Classify(classify)) =
            parsed("lumisift classify a.jpg HTTPS://example.org/b.jpg -l cat").command
        else {
            panic!("not classified");
        };
        assert_eq!(
            classify.images,
            [here.join("a.jpg"), "HTTPS://example.org/b.jpg".into()]
        );
        assert_eq!(parsed("lumisift photos").paths, [here.join("photos")]);
    }
}
