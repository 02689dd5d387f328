//! Opens a library and indexes folders, with progress on a terminal.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lumisift::engine::index::pipeline::{
    Event, JobOptions, MAX_DECODERS, Phase, Progress, Summary,
};
use lumisift::engine::index::session::Session;
use lumisift::engine::inference::{LoadOptions, ModelChoice};
use lumisift::engine::library::{Indexed, Library};
use lumisift::engine::media::memory_budget::DecodeMemory;
use lumisift::engine::media::scan::{ScanOptions, Skipped};
use lumisift::settings::{self, Dirs, Settings};
use lumisift::t;
use lumisift::text::{self, Digits, Surface, Ungrouped};

use super::args::{CommonArgs, FolderArgs};
use super::output::{print_message, print_sentence};

/// The model selected by `--model`, or the one in the settings.
///
/// # Errors
/// Returns an error if `name` is neither a model nor an existing folder.
pub fn choose_model(
    name: Option<&str>,
    settings: &Settings,
    dirs: &Dirs,
) -> anyhow::Result<ModelChoice> {
    let Some(name) = name else {
        return Ok(settings.model_choice());
    };
    Ok(settings.named_model(name, dirs)?)
}

/// Loads the settings, and prints a message if they were damaged.
pub fn load_settings(dirs: &Dirs) -> Settings {
    let (settings, notice) = settings::load(&dirs.settings_file());
    if let Some(notice) = notice {
        print_message(notice);
    }
    settings
}

/// The store's folder, from the arguments or the settings.
pub fn store_dir(common: &CommonArgs, dirs: &Dirs, settings: &Settings) -> PathBuf {
    let chosen = common.store.as_ref();
    // A relative path must stay valid if the current folder changes.
    let chosen = chosen.map(|dir| std::path::absolute(dir).unwrap_or_else(|_| dir.clone()));
    chosen.unwrap_or_else(|| settings.store_dir(dirs))
}

/// How to load the model. Arguments override the settings.
pub fn load_options(
    common: &CommonArgs,
    settings: &Settings,
    dirs: &Dirs,
    choice: ModelChoice,
) -> LoadOptions {
    LoadOptions {
        choice,
        device: common.device.unwrap_or(settings.device),
        precision: common.precision.map_or(settings.precision, Into::into),
        ..settings.load_options(dirs)
    }
}

/// An open library and the settings in effect.
pub struct OpenedLibrary {
    pub library: Library,
    pub settings: Settings,
}

impl OpenedLibrary {
    /// The session of the library: the model and the store.
    pub fn session(&self) -> &Session {
        self.library.session()
    }
}

/// The model to load and how to run it. Also sets the memory limit for decoding.
///
/// # Errors
/// Returns an error if the model does not exist.
pub fn wanted_model(
    common: &CommonArgs,
    settings: &Settings,
    dirs: &Dirs,
) -> anyhow::Result<LoadOptions> {
    let memory = common.memory.unwrap_or(settings.decode_memory_mb);
    DecodeMemory::of_process().set_mebibytes(memory);
    let choice = choose_model(common.model.as_deref(), settings, dirs)?;
    Ok(load_options(common, settings, dirs, choice))
}

/// Loads the model and opens the store.
///
/// # Errors
/// Returns an error if either fails.
pub fn open_library(common: &CommonArgs) -> anyhow::Result<OpenedLibrary> {
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    let model = wanted_model(common, &settings, &dirs)?;
    let store = store_dir(common, &dirs, &settings);
    let library = Library::open(&model, &store, settings.store_limits())?;
    library.notices().iter().for_each(print_sentence);
    Ok(OpenedLibrary { library, settings })
}

/// Indexes folders and waits for completion.
///
/// # Errors
/// Returns an error if the job cannot start or is aborted, or if there are no photos.
pub fn index(
    common: &CommonArgs,
    opened: &OpenedLibrary,
    folders: &FolderArgs,
) -> anyhow::Result<Indexed> {
    let bar = progress_bar("{bar:30} {pos}/{len} {msg}");
    let watch = |event: &Event| match event {
        Event::Progress(progress) => show(&bar, progress),
        Event::Waiting(Some(reason)) => {
            bar.suspend(|| {
                let reason = text::advised(reason, Surface::CommandLine);
                print_message(t!("cli-waiting-for-space", reason = reason));
            });
        }
        Event::Fallback(what) => bar.suspend(|| print_sentence(what)),
        Event::Waiting(None) => bar.suspend(|| print_message(t!("cli-space-again"))),
        _ => {}
    };
    let options = job_options(common, &opened.settings, folders);
    let indexed = opened.library.index(options, watch);
    bar.finish_and_clear();
    let indexed = indexed?;
    for (photo, _) in &indexed.photos {
        if let Some(warning) = &photo.facts.warning {
            let warning = text::sentence(warning);
            print_message(format_args!("{}: {warning}", photo.file.path.display()));
        }
    }
    if indexed.photos.is_empty() && indexed.failures.is_empty() {
        anyhow::bail!(t!(
            "cli-no-photos",
            folders = list(&folders.paths),
            skipped = skipped_text(&indexed.summary)
        ));
    }
    Ok(indexed)
}

/// How to read folders. Arguments override the settings.
pub fn job_options(common: &CommonArgs, settings: &Settings, folders: &FolderArgs) -> JobOptions {
    let decoders = match common.threads {
        0 => settings.threads,
        threads => threads,
    };
    if decoders > MAX_DECODERS {
        print_message(t!(
            "cli-too-many-threads",
            threads = Ungrouped(decoders),
            most = Ungrouped(MAX_DECODERS)
        ));
    }
    JobOptions {
        scan: ScanOptions {
            subfolders: !folders.no_subfolders,
            videos: settings.videos && !folders.no_video,
            hidden: folders.hidden,
            excluded: settings.excluded_folders.clone(),
            journals: Some(Dirs::detect().journals()),
        },
        decoders,
        thumbnail_quality: settings.thumbnail_quality,
        ..JobOptions::new(folders.paths.clone())
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|p| p.display().to_string())
        .collect::<Vec<_>>()
        .join(t!("list-separator"))
}

/// The skipped files as the end of a sentence; empty if there are none.
pub fn skipped_text(summary: &Summary) -> String {
    let words = skipped_parts(&summary.skipped);
    if words.is_empty() {
        String::new()
    } else {
        t!("cli-skipped", list = words.join(t!("list-separator")))
    }
}

/// The skipped files by kind, the least expected kind first.
fn skipped_parts(skipped: &Skipped) -> Vec<String> {
    let counts = [
        (skipped.hidden, "cli-skipped-hidden"),
        (skipped.system_folders, "cli-skipped-system-folders"),
        (skipped.excluded, "cli-skipped-excluded"),
        (skipped.other, "cli-skipped-other"),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = some
        .map(|(count, key)| t!(key, count = Ungrouped(count)))
        .collect();
    parts.extend(text::skipped_photos(skipped, Digits::Ungrouped));
    parts
}

/// A progress bar on standard error, hidden if that is not a terminal.
pub fn progress_bar(template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A progress bar followed by `words`, which contain `{pos}` and `{len}`.
pub fn counting_bar(words: &str) -> ProgressBar {
    progress_bar(&format!("{{bar:30}} {words}"))
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done());
    let rate = format!("{:.1}", progress.images_per_second);
    let mut words = vec![t!("cli-photos-per-second", rate = rate)];
    words.extend(progress.time_left().map(time_left_text));
    if progress.phase == Phase::Listing {
        words.push(t!("cli-still-listing").into());
    }
    bar.set_message(words.join(t!("cli-separator")));
}

/// The remaining time as text.
pub fn time_left_text(left: Duration) -> String {
    t!("cli-time-left", seconds = Ungrouped(left.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_is_said_as_the_engine_says_it() {
        for count in [1, 2, 1_234] {
            let skipped = Skipped {
                hidden: count,
                system_folders: count,
                excluded: count,
                other: count,
                unsupported: count,
                paired: count,
                live_movies: count,
                videos: count,
                needs_ffmpeg: count,
                exported: count,
                repeated: count,
            };
            assert_eq!(skipped_parts(&skipped), skipped.in_words());
        }
    }
}
