//! What can be typed after `lumisift`.

use std::path::{Path, PathBuf};

use lumisift::engine::files::paths::absolute;
use lumisift::engine::inference::Precision;
use lumisift::engine::inference::device::DeviceChoice;
use lumisift::engine::library::Flaw;
use lumisift::engine::organize::export::names::Pattern;
use lumisift::engine::organize::marks::Colour;
#[cfg(feature = "arrow")]
use lumisift::engine::worker::{Keep, Shard};

use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Sift a heap of photos by typed labels, on your own machine
#[derive(Debug, Parser)]
#[command(name = "lumisift", version = env!("LUMISIFT_VERSION"), subcommand_precedence_over_arg = true)]
pub struct Args {
    /// Command to run without opening the window
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Folders or photos to open in the window
    #[arg(value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Open another window, even if one is open
    #[arg(long)]
    pub new_window: bool,
    /// Options shared by all commands
    #[command(flatten)]
    pub common: Common,
}

/// Options shared by all commands.
#[derive(Debug, ClapArgs)]
pub struct Common {
    /// Model to use: "starter", the name of an installed model, or a folder with a CLIP model
    #[arg(long, global = true, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Device to run the model on: auto, cpu, gpu, gpu:N, cuda, cuda:N or metal
    #[arg(long, global = true, value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
    /// Precision of the model on the CPU (default: the one in the settings)
    #[arg(long, global = true, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Folder that holds vectors and thumbnails
    #[arg(long, global = true, value_name = "DIR", value_parser = path())]
    pub store: Option<PathBuf>,
    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Number of decoding threads (default: one per core)
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub threads: usize,
    /// Memory limit for decoding photos, in megabytes (default: a quarter of the memory)
    #[arg(long, global = true, value_name = "MB", value_parser = clap::value_parser!(u32).range(16..))]
    pub memory: Option<u32>,
    /// Print the log to standard error; RUST_LOG=lumisift=debug adds detail
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
pub enum Format {
    /// For people
    #[value(alias = "text")]
    Table,
    /// For programs
    Json,
    /// For spreadsheets; text that would be taken for a formula (=, +, -, @) is prefixed with an apostrophe
    Csv,
    /// Files of `worker`, in Arrow's format
    #[value(hide = true)]
    Arrow,
    /// Files of `worker`, in Parquet
    #[value(hide = true)]
    Parquet,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score single photos against labels
    Classify(Classify),
    /// Find the best label for every photo, and export by label
    Sort(Sort),
    /// Find the photos that match a query best
    Search(Search),
    /// Read folders ahead of time, so that later commands answer at once
    Index(Index),
    /// Find duplicates: identical files, and the same picture re-encoded, resized, cropped or edited
    Duplicates(Duplicates),
    /// Find bursts of the same scene, and suggest the best photo of each
    Bursts(Bursts),
    /// Count photos you may want to clear away: duplicates, bursts, screenshots, blurred, dark, undated
    Overview(Overview),
    /// Group similar photos and suggest a name for each group
    Heaps(Heaps),
    /// Show where in a photo the model sees a label
    Explain(Explain),
    /// Estimate from a few answers how many photos fit a label, and suggest which photo to check next
    Estimate(Estimate),
    /// Describe each photo in a few words: subject, date and quality
    Describe(Describe),
    /// Watch folders and sort new files by rules, until stopped
    Watch(Watch),
    /// Write the vectors of photos to a safetensors file
    Embed(Embed),
    /// Encode tables of pictures for Spark, Ray and job arrays (see docs/scale.md)
    #[cfg(feature = "arrow")]
    Worker(Worker),
    /// Find the best matches among vectors in Arrow and Parquet files, as written by `worker`
    #[cfg(feature = "arrow")]
    Rank(Rank),
    /// Repeat an export from its manifest
    Export(Export),
    /// Write labels, stars and rejects as XMP metadata, for other programs
    Keywords(Keywords),
    /// Undo an export, or finish an interrupted one
    Undo(Undo),
    /// List, download, choose and remove models
    Models {
        /// Action (default: list the models)
        #[command(subcommand)]
        action: Option<ModelAction>,
    },
    /// Show versions, processor, paths and the size of the store, or bundle them with the log
    Doctor(Doctor),
    /// Add or remove the menu entry and "Open with" for the current user
    Desktop {
        /// Action
        #[command(subcommand)]
        action: DesktopAction,
    },
    /// Write manual pages and shell completions into a folder, for packages
    #[command(hide = true)]
    Generate(Generate),
}

impl Command {
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
            Self::Export(_) => "export",
            Self::Keywords(_) => "keywords",
            Self::Undo(_) => "undo",
            Self::Models { .. } => "models",
            Self::Doctor(_) => "doctor",
            Self::Desktop { .. } => "desktop",
            Self::Generate(_) => "generate",
        }
    }
}

/// `desktop`.
#[derive(Debug, Subcommand)]
pub enum DesktopAction {
    /// Install the menu entry, icons and description into the user's data folder (XDG_DATA_HOME)
    Install(DesktopInstall),
    /// Remove what `install` wrote; files changed since then are kept
    Uninstall,
}

/// `desktop install`.
#[derive(Debug, ClapArgs)]
pub struct DesktopInstall {
    /// Write into DIR instead, for building packages; no record is kept
    #[arg(long, value_name = "DIR", hide = true, value_parser = path())]
    pub into: Option<PathBuf>,
    /// The program that the menu entry starts (default: this one)
    #[arg(long, value_name = "PROGRAM", hide = true)]
    pub program: Option<String>,
}

/// `generate`.
#[derive(Debug, ClapArgs)]
pub struct Generate {
    /// The folder
    #[arg(value_parser = path())]
    pub dir: PathBuf,
}

/// `doctor`.
#[derive(Debug, ClapArgs)]
pub struct Doctor {
    /// Write a bug report to a new file: log, versions and settings, without paths
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
    /// Include paths of photos and folders in the bundle
    #[arg(long, requires = "bundle")]
    pub with_paths: bool,
    /// Remove data of photos not seen for 90 days, and whatever exceeds the size limit in the settings
    #[arg(long)]
    pub tidy: bool,
}

/// Labels of `classify` and `sort`.
#[derive(Debug, ClapArgs)]
pub struct Labels {
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
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
}

/// Folders of `sort`, `search`, `index` and `embed`.
#[derive(Debug, ClapArgs)]
pub struct Folders {
    /// Folders or photos
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

/// Which photos `sort` and `search` are about, by what was decided in the window or stands in metadata.
#[derive(Debug, ClapArgs)]
pub struct Only {
    /// Only photos with at least N stars
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u8).range(0..=5))]
    pub min_stars: u8,
    /// Only photos with a colour label: red, yellow, green, blue or purple
    #[arg(long, value_name = "COLOUR", value_parser = colour)]
    pub colour: Option<Colour>,
    /// Only photos with a keyword containing WORD, embedded or in a sidecar; repeat to require several
    #[arg(long, value_name = "WORD")]
    pub keyword: Vec<String>,
    /// Only photos taken in a town, region or country, such as "Munich", "Munich, Germany" or "DE"; repeat to allow several
    #[arg(long, value_name = "PLACE")]
    pub place: Vec<String>,
    /// Only picks
    #[arg(long)]
    pub picked: bool,
    /// Leave out rejects
    #[arg(long)]
    pub no_rejects: bool,
}

impl Only {
    /// Whether it asks for what a person decided.
    pub fn needs_decisions(&self) -> bool {
        self.min_stars > 0 || self.colour.is_some() || self.picked || self.no_rejects
    }
}

/// `classify`.
#[derive(Debug, ClapArgs)]
pub struct Classify {
    /// Photos, or their URLs
    #[arg(required = true, value_name = "IMAGE|URL", value_parser = path_or_url())]
    pub images: Vec<PathBuf>,
    #[command(flatten)]
    pub labels: Labels,
    /// Softmax over these labels alone, as in CLIP's own example; there is always a winner
    #[arg(long)]
    pub exact: bool,
}

/// `sort`.
#[derive(Debug, ClapArgs)]
pub struct Sort {
    #[command(flatten)]
    pub folders: Folders,
    #[command(flatten)]
    pub only: Only,
    #[command(flatten)]
    pub labels: Labels,
    /// Minimum match, 0 to 1, for a photo to fit a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Copy photos that fit into one folder per label below DIR
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub export: Option<PathBuf>,
    /// How to arrange folders below DIR
    #[arg(long, requires = "export", value_enum, default_value_t = LayoutArg::Label, hide_default_value = true)]
    pub layout: LayoutArg,
    /// Pattern for file names, from {name}, {label}, {date}, {match} and, for a number, n in braces
    #[arg(
        long,
        requires = "export",
        value_name = "PATTERN",
        default_value = "{name}"
    )]
    pub names: Pattern,
    /// Export a photo that fits several labels to each of them, not only to the best one
    #[arg(long, requires = "export")]
    pub every_label: bool,
    #[command(flatten)]
    pub how: How,
    /// Write a contact sheet of the photos that fit, by label
    #[arg(long, value_name = "FILE.html|FILE.jpg", value_parser = sheet_file)]
    pub contact_sheet: Option<PathBuf>,
}

/// How `sort --export` and `export` go about it.
#[derive(Debug, ClapArgs)]
pub struct How {
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
    #[arg(long)]
    pub no_companions: bool,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also write a manifest of the export to FILE (.json, which can be applied again, or .csv)
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub manifest_out: Option<PathBuf>,
}

impl How {
    /// Whether anything but the defaults was asked for.
    pub fn is_asked_for(&self) -> bool {
        self.copy
            || self.moves
            || self.link
            || self.hardlink
            || self.overwrite
            || self.no_companions
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

/// `export`.
#[derive(Debug, ClapArgs)]
pub struct Export {
    /// Manifest written by an earlier export
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub manifest: PathBuf,
    /// Target folder, if it differs from the manifest's
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub how: How,
}

/// `keywords`.
#[derive(Debug, ClapArgs)]
pub struct Keywords {
    /// Folders or photos
    #[arg(required_unless_present = "undo", value_name = "PATH", value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Label to write as a keyword where it fits; repeatable
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
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

impl Keywords {
    /// The folders that it reads.
    pub fn folders(&self) -> Folders {
        Folders {
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

/// `undo`.
#[derive(Debug, ClapArgs)]
pub struct Undo {
    /// Export to undo, by its ID in --list (default: the last one)
    pub id: Option<String>,
    /// List the exports that can be undone
    #[arg(long)]
    pub list: bool,
    /// Resume an interrupted export instead of undoing it
    #[arg(long)]
    pub finish: bool,
}

/// `search`.
#[derive(Debug, ClapArgs)]
pub struct Search {
    #[command(flatten)]
    pub folders: Folders,
    #[command(flatten)]
    pub only: Only,
    /// What to look for, such as "sunset over water -people"
    #[arg(required = true, value_name = "QUERY")]
    pub query: String,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Maximum number of photos to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Minimum match, 0 to 1, for a photo to be listed
    #[arg(long, value_name = "M", default_value_t = 0.0, hide_default_value = true, value_parser = match_value)]
    pub min_match: f32,
}

/// `index`.
#[derive(Debug, ClapArgs)]
pub struct Index {
    #[command(flatten)]
    pub folders: Folders,
}

/// `duplicates`.
#[derive(Debug, ClapArgs)]
pub struct Duplicates {
    #[command(flatten)]
    pub folders: Folders,
    /// Only identical files
    #[arg(long, conflicts_with = "turned")]
    pub exact: bool,
    /// Also find mirrored and rotated copies
    #[arg(long)]
    pub turned: bool,
    /// Write a plan that moves all copies but the best one aside, for `lumisift export --manifest FILE.json --move`
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub export_plan: Option<PathBuf>,
    /// Where the plan moves copies (default: "copies" beside the plan)
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
}

/// `bursts`.
#[derive(Debug, ClapArgs)]
pub struct Bursts {
    #[command(flatten)]
    pub folders: Folders,
}

/// Rows of the overview beside those of flaws.
pub const COPIES: &str = "copies";
pub const BURSTS: &str = "bursts";
pub const UNDATED: &str = "undated";

/// The names of all rows of the overview, in their order.
fn overview_rows() -> Vec<&'static str> {
    let flaws = Flaw::ALL.into_iter().map(Flaw::name);
    let all = [COPIES, BURSTS].into_iter().chain(flaws);
    all.chain([UNDATED]).collect()
}

/// `overview`.
#[derive(Debug, ClapArgs)]
pub struct Overview {
    #[command(flatten)]
    pub folders: Folders,
    /// List the photos of one category instead
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(overview_rows()))]
    pub list: Option<String>,
}

/// `heaps`.
#[derive(Debug, ClapArgs)]
pub struct Heaps {
    #[command(flatten)]
    pub folders: Folders,
}

/// `explain`.
#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// The photo
    #[arg(value_name = "IMAGE", value_parser = path())]
    pub image: PathBuf,
    /// The label, such as "cat" or "dog -cat"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Write a heat map over the photo as a PNG
    #[arg(long, value_name = "FILE.png", value_parser = path())]
    pub out: Option<PathBuf>,
}

/// `estimate`.
#[derive(Debug, ClapArgs)]
pub struct Estimate {
    #[command(flatten)]
    pub folders: Folders,
    /// The label, such as "receipt"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Match, 0 to 1, from which a photo fits the label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Photo that fits; repeatable
    #[arg(long, value_name = "PHOTO", value_parser = path())]
    pub yes: Vec<PathBuf>,
    /// Photo that does not fit; repeatable
    #[arg(long, value_name = "PHOTO", value_parser = path())]
    pub no: Vec<PathBuf>,
}

/// `describe`.
#[derive(Debug, ClapArgs)]
pub struct Describe {
    #[command(flatten)]
    pub folders: Folders,
}

/// `watch`.
#[derive(Debug, ClapArgs)]
pub struct Watch {
    /// File with rules (see docs/heap.md)
    #[arg(value_name = "RULES.toml", value_parser = path())]
    pub rules: PathBuf,
    /// Check the folders once, then exit
    #[arg(long)]
    pub once: bool,
    /// Only print what would be done, then exit
    #[arg(long)]
    pub dry_run: bool,
    /// Do not descend into subfolders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Seconds to wait after a file's last change before touching it
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub settle: u64,
}

/// `embed`.
#[derive(Debug, ClapArgs)]
pub struct Embed {
    #[command(flatten)]
    pub folders: Folders,
    /// The file to write
    #[arg(long, value_name = "FILE.safetensors", value_parser = path())]
    pub out: PathBuf,
}

/// `worker`.
#[cfg(feature = "arrow")]
#[derive(Debug, ClapArgs)]
pub struct Worker {
    /// Read batches from standard input in Arrow's stream format, and write them with their results to standard output
    #[arg(long, conflicts_with_all = ["shard", "input", "out"])]
    pub stdio: bool,
    /// Part of the input to process: part I of N, where I counts from 0
    #[arg(long, value_name = "I/N", default_value = "0/1")]
    pub shard: Shard,
    /// List of paths (one per line, or each ended by a zero byte), tar of pictures, or Parquet table
    #[arg(long, value_name = "LIST|TAR|PARQUET", required_unless_present = "stdio", requires = "out", value_parser = path())]
    pub input: Option<PathBuf>,
    /// Folder to write the file of the shard to, with --format arrow (the default) or parquet
    #[arg(long, value_name = "DIR", requires = "input", value_parser = path())]
    pub out: Option<PathBuf>,
    /// Label, such as "beach" or "dog -cat"; repeatable; omit for vectors alone
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    /// File with labels, thresholds and examples (see docs/labels.md)
    #[arg(long = "labels", value_name = "FILE.toml", value_parser = path())]
    pub label_file: Option<PathBuf>,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Write only rows that meet a condition: "match>=0.2" (any label), "match.LABEL>=0.2" or "probability>=0.2"
    #[arg(long, value_name = "CONDITION")]
    pub keep: Option<Keep>,
}

/// `rank`.
#[cfg(feature = "arrow")]
#[derive(Debug, ClapArgs)]
pub struct Rank {
    /// Files with a column `embedding`
    #[arg(required = true, value_name = "EMB", value_parser = path())]
    pub files: Vec<PathBuf>,
    /// The label, such as "cat" or "dog -cat"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    /// Do not expand general words: "people" no longer also stands for man, woman and child
    #[arg(long)]
    pub no_expand: bool,
    /// Maximum number of matches to print
    #[arg(long, value_name = "K", default_value_t = 20)]
    pub top: usize,
}

/// `models`.
#[derive(Debug, Subcommand)]
pub enum ModelAction {
    /// List the models
    List,
    /// Add a folder with a CLIP model, under the folder's name
    Add {
        /// The folder
        #[arg(value_parser = path())]
        dir: PathBuf,
    },
    /// Download a model from the catalogue, or any CLIP or SigLIP repository on Hugging Face
    Get {
        /// Name from `lumisift models`, or OWNER/NAME
        name: String,
    },
    /// Use a model from now on, in the window and here
    Use {
        /// The model's name or folder
        name: String,
    },
    /// Check that a model loads and produces valid vectors
    Verify {
        /// The model's name or folder
        name: String,
    },
    /// Print the folder of a model
    Path {
        /// The model's name
        name: String,
    },
    /// Delete a model's weights and vectors; folders that you added are only removed from the list
    #[command(visible_alias = "remove")]
    Rm {
        /// The model's name or folder
        name: String,
        /// Do not ask for confirmation
        #[arg(long, short)]
        yes: bool,
    },
}

/// Paths become absolute where they are read: what is kept of them (journals, records, the store) means the same
/// from any folder. Links in them keep their names.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| absolute(&path))
}

/// The same, but addresses stay as they are.
fn path_or_url() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| match is_url(&path) {
        true => path,
        false => absolute(&path),
    })
}

/// Whether an argument is an address rather than a path.
pub fn is_url(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    let starts = |scheme: &str| {
        let head = text.get(..scheme.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    starts("https://") || starts("http://")
}

fn sheet_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("html" | "htm" | "jpg" | "jpeg") => Ok(path),
        _ => Err("a contact sheet is a page or a picture: name it FILE.html or FILE.jpg".into()),
    }
}

fn colour(text: &str) -> Result<Colour, String> {
    Colour::named(text).ok_or_else(|| "red, yellow, green, blue or purple".into())
}

fn match_value(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a match is a number from 0 to 1".into()),
    }
}

#[cfg(test)]
mod tests {
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
        let Some(Command::Sort(sort)) = args.command else {
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
        let Some(Command::Classify(classify)) =
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
