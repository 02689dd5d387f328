//! The engine inside other programs: `worker`, `rank` and `import`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use lumisift::engine::worker::{RowFilter, Shard};

use super::Words;
use super::values::{path, share};

/// Arguments of `worker`.
#[derive(Debug, ClapArgs)]
pub struct WorkerArgs {
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
    #[command(flatten)]
    pub words: Words,
    /// Write only rows that meet a condition: "match>=0.2" (any label), "match.LABEL>=0.2" or "probability>=0.2"
    #[arg(long, value_name = "CONDITION")]
    pub keep: Option<RowFilter>,
}

/// Arguments of `rank`.
#[derive(Debug, ClapArgs)]
pub struct RankArgs {
    /// Files with a column `embedding`
    #[arg(required = true, value_name = "EMB", value_parser = path())]
    pub files: Vec<PathBuf>,
    /// The label, such as "cat" or "dog -cat"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    #[command(flatten)]
    pub words: Words,
    /// Maximum number of matches to print
    #[arg(long, value_name = "K", default_value_t = 20)]
    pub top: usize,
    /// Approximate index over the files, for many questions: built if INDEX is not there or the files were changed
    /// since
    #[arg(long, value_name = "INDEX", value_parser = path())]
    pub index: Option<PathBuf>,
    /// Part of all vectors that a question to the index looks at, in percent: more finds more and takes longer
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0, requires = "index", value_parser = share())]
    pub probe: f64,
}

/// Arguments of `import`.
#[derive(Debug, ClapArgs)]
pub struct Import {
    /// Files that `lumisift worker` wrote
    #[arg(required = true, value_name = "EMB", value_parser = path())]
    pub files: Vec<PathBuf>,
}
