//! `lumisift worker`: classifies tables of images for other programs. Only the stream is written to standard output.

use std::io;
use std::sync::Arc;

use anyhow::Context;
use lumisift::engine::inference::{self, Model};
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;
use lumisift::engine::worker::{
    FileFormat, ShardOutcome, Worker, WorkerCounts, WorkerLabels, WorkerOptions,
};
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::Ungrouped;

use super::RunOutcome;
use super::args::{self, CommonArgs, OutputFormat};
use super::labels::PreparedLabels;
use super::library::{load_settings, wanted_model};
use super::output::{print_message, print_sentence};

/// Runs `lumisift worker`.
pub fn run(common: &CommonArgs, args: &args::WorkerArgs) -> anyhow::Result<RunOutcome> {
    let format = file_format(common.format, args.stdio)?;
    let wanted = labels(args)?;
    let options = WorkerOptions {
        threads: common.threads,
        keep: args.keep.clone(),
    };
    let model = load_model(common)?;
    let device = model.info().device.name.clone();
    wanted.print_meanings(model.as_ref());
    let labels = WorkerLabels {
        names: wanted.names,
        rules: wanted.rules,
        training_sets: wanted.training_sets,
    };
    let worker = Worker::new(model.clone(), labels, options)?;
    match (&args.input, &args.out) {
        (Some(input), Some(dir)) => {
            let outcome = worker.run_shard(args.shard, input, dir, format)?;
            match outcome {
                ShardOutcome::Finished { path } => {
                    print_message(t!("cli-finished-before", path = path.display()));
                }
                ShardOutcome::Made { path, counts } => {
                    print_message(format_args!("{}: {}", path.display(), in_words(counts)));
                }
            }
        }
        _ => {
            let counts = worker.run_stream(io::stdin(), io::stdout().lock())?;
            print_message(in_words(counts));
        }
    }
    model
        .info()
        .fallback_from(&device)
        .iter()
        .for_each(print_sentence);
    Ok(RunOutcome::Success)
}

/// Loads the model. Limits the global thread pool to `--threads`, if given.
///
/// # Errors
/// Returns an error if the thread pool or the model cannot be set up.
pub fn load_model(common: &CommonArgs) -> anyhow::Result<Arc<dyn Model>> {
    if common.threads > 0 {
        rayon::ThreadPoolBuilder::new()
            .num_threads(common.threads)
            .build_global()
            .context(t!("cli-no-threads"))?;
    }
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    Ok(inference::load(&wanted_model(common, &settings, &dirs)?)?)
}

fn file_format(format: OutputFormat, stdio: bool) -> anyhow::Result<FileFormat> {
    match format {
        _ if stdio && format != OutputFormat::Table && format != OutputFormat::Arrow => {
            anyhow::bail!(t!("cli-stream-is-arrow"))
        }
        OutputFormat::Table | OutputFormat::Arrow => Ok(FileFormat::Arrow),
        OutputFormat::Parquet => Ok(FileFormat::Parquet),
        OutputFormat::Json | OutputFormat::Csv => {
            anyhow::bail!(t!("cli-shards-are-tables"))
        }
    }
}

fn labels(args: &args::WorkerArgs) -> anyhow::Result<PreparedLabels> {
    let typed = args::LabelArgs {
        texts: args.labels.clone(),
        file: args.label_file.clone(),
        words: args.words,
    };
    PreparedLabels::new(&typed, DEFAULT_MIN_MATCH)
}

fn in_words(counts: WorkerCounts) -> String {
    let WorkerCounts {
        rows,
        written,
        failed,
    } = counts;
    let mut words = vec![t!("cli-rows", count = Ungrouped(rows))];
    if written != rows {
        words.push(t!("cli-rows-kept", count = Ungrouped(written)));
    }
    if failed > 0 {
        words.push(t!("cli-rows-failed", count = Ungrouped(failed)));
    }
    words.join(t!("cli-separator"))
}
