//! The engine inside other programs: `worker`, `rank` and `import`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use lumisift::engine::worker::{RowFilter, Shard};

use super::Words;
use super::values::{path, share};

/// Arguments of `worker`.
#[derive(Debug, ClapArgs)]
pub struct WorkerArgs {
    /// Read an Arrow IPC stream from standard input, and write its batches with results to standard output
    #[arg(long, conflicts_with_all = ["shard", "input", "out"])]
    pub stdio: bool,
    /// Shard to process: number I of N, counted from 0
    #[arg(long, value_name = "I/N", default_value = "0/1")]
    pub shard: Shard,
    /// List of paths (separated by newlines or NUL bytes), tar archive of pictures, or Parquet table
    #[arg(long, value_name = "LIST|TAR|PARQUET", required_unless_present = "stdio", requires = "out", value_parser = path())]
    pub input: Option<PathBuf>,
    /// Folder for the shard's output file, which is in --format arrow (the default) or parquet
    #[arg(long, value_name = "DIR", requires = "input", value_parser = path())]
    pub out: Option<PathBuf>,
    /// Label, such as "beach" or "dog -cat"; repeatable; omit to write vectors only
    #[arg(long = "label", short = 'l', value_name = "TEXT")]
    pub labels: Vec<String>,
    /// File with labels, thresholds and examples (see docs/labels.md)
    #[arg(long = "labels", value_name = "FILE.toml", value_parser = path())]
    pub label_file: Option<PathBuf>,
    #[command(flatten)]
    pub words: Words,
    /// Write only rows that satisfy CONDITION: "match>=0.2" (any label), "match.LABEL>=0.2" or "probability>=0.2"
    #[arg(long, value_name = "CONDITION")]
    pub keep: Option<RowFilter>,
}

/// Arguments of `rank`.
#[derive(Debug, ClapArgs)]
pub struct RankArgs {
    /// Files with an `embedding` column
    #[arg(required = true, value_name = "EMB", value_parser = path())]
    pub files: Vec<PathBuf>,
    /// Label to search for, such as "cat" or "dog -cat"
    #[arg(long, short = 'l', value_name = "TEXT")]
    pub label: String,
    #[command(flatten)]
    pub words: Words,
    /// Maximum number of matches to print
    #[arg(long, value_name = "K", default_value_t = 20)]
    pub top: usize,
    /// Speed up repeated queries with an approximate index, stored in the file INDEX
    ///
    /// The index is built if INDEX does not exist or the files have changed since it was built.
    #[arg(long, value_name = "INDEX", value_parser = path())]
    pub index: Option<PathBuf>,
    /// Percentage of vectors that a query of the index examines; more is slower but misses fewer matches
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0, requires = "index", value_parser = share())]
    pub probe: f64,
}

/// Arguments of `import`.
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// Files written by `lumisift worker`
    #[arg(required = true, value_name = "EMB", value_parser = path())]
    pub files: Vec<PathBuf>,
}
