//! What can be typed after `lumisift`.

use std::path::{Path, PathBuf};

use lumisift::engine::files::paths::absolute;
use lumisift::engine::inference::Precision;
use lumisift::engine::inference::device::DeviceChoice;
use lumisift::engine::organize::export::names::Pattern;
use lumisift::engine::organize::marks::Colour;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Sift a heap of photos by typed labels, on your own machine
#[derive(Debug, Parser)]
#[command(name = "lumisift", version = env!("LUMISIFT_VERSION"), subcommand_precedence_over_arg = true)]
pub struct Args {
    /// What to do without a window
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Folders or photos to open in the window
    #[arg(value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Open another window, even if one is open
    #[arg(long)]
    pub new_window: bool,
    /// Options of every command
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command.
#[derive(Debug, ClapArgs)]
pub struct Common {
    /// "starter", the name of an added model, or a folder with a CLIP model
    #[arg(long, global = true, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Where the model runs: auto, cpu, gpu, gpu:N, cuda, cuda:N or metal
    #[arg(long, global = true, value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
    /// In which numbers the model runs on the CPU (default: as the settings say)
    #[arg(long, global = true, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Where vectors and thumbnails are kept
    #[arg(long, global = true, value_name = "DIR", value_parser = path())]
    pub store: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Threads that decode photos (default: one a core)
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub threads: usize,
    /// Megabytes that photos may take together while they are decoded (default: a quarter of the memory)
    #[arg(long, global = true, value_name = "MB", value_parser = clap::value_parser!(u32).range(16..))]
    pub memory: Option<u32>,
    /// Also print to standard error what is logged; RUST_LOG=lumisift=debug says more
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// Numbers that a model computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// Eight bits, where they are faster and near enough
    Auto,
    /// Full precision
    F32,
    /// Eight bits
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

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[value(alias = "text")]
    Table,
    /// For programs
    Json,
    /// For spreadsheets; a text that they would take for a formula (=, +, -, @) begins with an apostrophe
    Csv,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score single photos against labels
    Classify(Classify),
    /// Find the best label for every photo in folders, and export by label
    Sort(Sort),
    /// Find the photos that fit a query best
    Search(Search),
    /// Read folders ahead, so that later questions are answered at once
    Index(Index),
    /// Find copies of photos: the same bytes, and the same picture resized, cropped or edited
    Duplicates(Duplicates),
    /// Find photos of one scene within seconds to minutes, and which of them came out best
    Bursts(Bursts),
    /// Count what may be cleared away: copies, bursts, screenshots, blurred, dark and undated photos
    Overview(Overview),
    /// Propose an order: heaps of photos that are alike, named by what sets them apart
    Heaps(Heaps),
    /// Show where in a photo a label is to be seen
    Explain(Explain),
    /// Tell how many photos fit a label, from a few answers, and which photo to look at next
    Estimate(Estimate),
    /// Say in a few words what each photo shows, when it was taken and how it came out
    Describe(Describe),
    /// Sort what arrives in folders by rules, until it is stopped
    Watch(Watch),
    /// Write the vectors of photos to a safetensors file
    Embed(Embed),
    /// Export photos again as a manifest says
    Export(Export),
    /// Write labels, stars and rejects into XMP sidecars or photos, for other programs
    Keywords(Keywords),
    /// Undo an export, or finish one that was interrupted
    Undo(Undo),
    /// List, fetch, choose and remove models
    Models {
        /// What to do; lists the models if left out
        #[command(subcommand)]
        action: Option<ModelAction>,
    },
    /// Tell versions, processor, paths and the size of the store, or bundle them with the log
    Doctor(Doctor),
    /// Put this program into the desktop's menu and "Open with", for this person, or take it out
    Desktop {
        /// What to do
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
    /// Write menu entry, icons and description into the folder for this person's data (XDG_DATA_HOME)
    Install(DesktopInstall),
    /// Remove what `install` wrote; files that were changed since stay
    Uninstall,
}

/// `desktop install`.
#[derive(Debug, ClapArgs)]
pub struct DesktopInstall {
    /// Write into DIR instead, as a package is built; no record is kept
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
    /// Write what helps to find a fault into a new file: log, versions, settings. Paths are left out
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
    /// Leave paths of photos and folders in the bundle
    #[arg(long, requires = "bundle")]
    pub with_paths: bool,
    /// Forget photos that no file had for 90 days, and what is beyond the size that the settings allow
    #[arg(long)]
    pub tidy: bool,
}

/// Labels of `classify` and `sort`.
#[derive(Debug, ClapArgs)]
pub struct Labels {
    /// A label, such as "beach", "dog -cat" or "like:photo.jpg"; give several
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub texts: Vec<String>,
    /// A file with labels, thresholds and examples; docs/labels.md shows one
    #[arg(
        long = "labels",
        value_name = "FILE.toml",
        value_parser = path(),
        required_unless_present = "texts"
    )]
    pub file: Option<PathBuf>,
    /// Take general words alone: "people" does not stand for man, woman and child as well
    #[arg(long)]
    pub no_expand: bool,
}

/// Folders of `sort`, `search`, `index` and `embed`.
#[derive(Debug, ClapArgs)]
pub struct Folders {
    /// Folders or photos
    #[arg(required = true, value_name = "PATH", value_parser = path())]
    pub paths: Vec<PathBuf>,
    /// Leave out folders in folders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Also read hidden files and folders
    #[arg(long)]
    pub hidden: bool,
    /// Leave out videos
    #[arg(long)]
    pub no_video: bool,
}

/// Which photos `sort` and `search` are about, by what was decided in the window or stands in metadata.
#[derive(Debug, ClapArgs)]
pub struct Only {
    /// Only photos with so many stars or more
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u8).range(0..=5))]
    pub min_stars: u8,
    /// Only photos of a colour: red, yellow, green, blue or purple
    #[arg(long, value_name = "COLOUR", value_parser = colour)]
    pub colour: Option<Colour>,
    /// Only photos with a keyword, in them or their sidecar, that contains this; give several to ask for all
    #[arg(long, value_name = "WORD")]
    pub keyword: Vec<String>,
    /// Only photos taken in a town, region or country, as "Munich", "Bavaria", "Munich, Germany" or "DE"; give several for any of them
    #[arg(long, value_name = "PLACE")]
    pub place: Vec<String>,
    /// Only picks
    #[arg(long)]
    pub picked: bool,
    /// No rejects
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
    /// Photos, or their addresses (https://...)
    #[arg(required = true, value_name = "IMAGE|URL", value_parser = path_or_url())]
    pub images: Vec<PathBuf>,
    #[command(flatten)]
    pub labels: Labels,
    /// As CLIP's own example does it: softmax over these labels alone, as typed. Always has a winner
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
    /// Match, 0 to 1, from which a photo fits a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// Put photos that fit into a folder per label below DIR (copies, unless told otherwise)
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub export: Option<PathBuf>,
    /// Folders below DIR
    #[arg(long, requires = "export", value_enum, default_value_t = LayoutArg::Label, hide_default_value = true)]
    pub layout: LayoutArg,
    /// Names of exported files, from {name}, {label}, {date}, {match} and {n}
    #[arg(
        long,
        requires = "export",
        value_name = "PATTERN",
        default_value = "{name}"
    )]
    pub names: Pattern,
    /// Export a photo that fits several labels to each of them, not only to the best
    #[arg(long, requires = "export")]
    pub every_label: bool,
    #[command(flatten)]
    pub how: How,
    /// Write a page or a picture to show others: the photos that fit, by label
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
    /// Set files aside that have the names of exported ones, instead of numbering these
    #[arg(long)]
    pub overwrite: bool,
    /// Leave sidecars, RAW files of pairs and Live Photo movies behind
    #[arg(long)]
    pub no_companions: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Also write what went where to FILE (.json, to be applied again, or .csv)
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
    /// A manifest that an earlier export wrote
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub manifest: PathBuf,
    /// The folder, if it is to be another than then
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
    /// Leave out folders in folders
    #[arg(long)]
    pub no_subfolders: bool,
    /// A label that becomes a keyword where it fits; give several
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    /// Take general words alone: "people" does not stand for man, woman and child as well
    #[arg(long)]
    pub no_expand: bool,
    /// Match, 0 to 1, from which a photo fits a label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// A keyword above all of these, as in "AI|cat"
    #[arg(long, value_name = "WORD")]
    pub parent: Option<String>,
    /// Also write stars, where a photo has no rating yet
    #[arg(long)]
    pub stars: bool,
    /// Also write colours, where a photo has none yet
    #[arg(long)]
    pub colours: bool,
    /// Also write rejects, as a rating of -1
    #[arg(long)]
    pub rejects: bool,
    /// How new sidecars are named (default: as the settings say)
    #[arg(long, value_enum)]
    pub names: Option<SidecarNames>,
    /// Write into the photos themselves where their format allows it; only their metadata changes
    #[arg(long)]
    pub inside: bool,
    /// Only say what would be written
    #[arg(long)]
    pub dry_run: bool,
    /// Take back what was written last
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
    /// Which export, as --list names it (default: the last one)
    pub id: Option<String>,
    /// List the exports that can be undone
    #[arg(long)]
    pub list: bool,
    /// Go on with an export that was interrupted, instead of undoing it
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
    /// Take general words alone: "people" does not stand for man, woman and child as well
    #[arg(long)]
    pub no_expand: bool,
    /// Most photos to list
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Match, 0 to 1, that a photo needs to be listed
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
    /// Only files with the same bytes
    #[arg(long, conflicts_with = "turned")]
    pub exact: bool,
    /// Also pictures that are mirrored or rotated
    #[arg(long)]
    pub turned: bool,
    /// Write a plan that sets all copies but the best aside, for `lumisift export --manifest FILE.json --move`
    #[arg(long, value_name = "FILE.json", value_parser = path())]
    pub export_plan: Option<PathBuf>,
    /// Where the plan sets them aside (default: "copies" beside the plan)
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub to: Option<PathBuf>,
}

/// `bursts`.
#[derive(Debug, ClapArgs)]
pub struct Bursts {
    #[command(flatten)]
    pub folders: Folders,
}

/// `overview`.
#[derive(Debug, ClapArgs)]
pub struct Overview {
    #[command(flatten)]
    pub folders: Folders,
    /// List the photos of one line instead, as in "--list blurred"
    #[arg(long, value_name = "WHAT")]
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
    /// Take general words alone: "people" does not stand for man, woman and child as well
    #[arg(long)]
    pub no_expand: bool,
    /// Write the photo with its hot parts lit and coloured
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
    /// Take general words alone: "people" does not stand for man, woman and child as well
    #[arg(long)]
    pub no_expand: bool,
    /// Match, 0 to 1, from which a photo fits the label
    #[arg(long, value_name = "M", default_value_t = lumisift::engine::search::score::DEFAULT_MIN_MATCH, value_parser = match_value)]
    pub min_match: f32,
    /// A photo that fits; give several
    #[arg(long, value_name = "PHOTO", value_parser = path())]
    pub yes: Vec<PathBuf>,
    /// A photo that does not fit; give several
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
    /// The rules; docs/heap.md shows how they are written
    #[arg(value_name = "RULES.toml", value_parser = path())]
    pub rules: PathBuf,
    /// Look at the folders once, and end
    #[arg(long)]
    pub once: bool,
    /// Only say what would be done, and end
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out folders in folders
    #[arg(long)]
    pub no_subfolders: bool,
    /// Seconds that a file is left alone after its last change
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

/// `models`.
#[derive(Debug, Subcommand)]
pub enum ModelAction {
    /// List the models
    List,
    /// Add a folder with a CLIP model, to be named by the folder's name
    Add {
        /// The folder
        #[arg(value_parser = path())]
        dir: PathBuf,
    },
    /// Fetch a model of the catalogue, or any CLIP or SigLIP repository on Hugging Face
    Get {
        /// A name that `lumisift models` lists, or OWNER/NAME
        name: String,
    },
    /// Use a model from now on, in the window and here
    Use {
        /// The model's name or folder
        name: String,
    },
    /// Check that a model loads and gives sound vectors
    Verify {
        /// The model's name or folder
        name: String,
    },
    /// Print the folder of a model
    Path {
        /// The model's name
        name: String,
    },
    /// Free a model's weights and vectors. Folders that you added are only forgotten
    #[command(visible_alias = "remove")]
    Rm {
        /// The model's name or folder
        name: String,
        /// Do not ask
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
