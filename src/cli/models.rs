//! `lumisift models`: lists, downloads and removes models.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::hub::catalog::{self, STARTER_GFLOP};
use lumisift::engine::hub::download::{DownloadProgress, DownloadRequest, DownloadStage, download};
use lumisift::engine::hub::endpoint::{self, RepoId};
use lumisift::engine::hub::installed::{InstalledModel, ModelOrigin};
use lumisift::engine::index::store::{Store, StoredModel};
use lumisift::engine::inference::device::DeviceChoice;
use lumisift::engine::inference::speed::{measure, relative_word, seconds_for};
use lumisift::engine::inference::{self, Accuracy, Fingerprint, LoadOptions, ModelChoice};
use lumisift::engine::sanitize::printable;
use lumisift::settings::{self, Dirs, Settings};
use lumisift::t;
use lumisift::text::{self, Ungrouped};
use serde_json::{Value, json};

use super::RunOutcome;
use super::args::{CommonArgs, ModelAction};
use super::library::{
    choose_model, load_options, load_settings, progress_bar, store_dir, time_left_text,
};
use super::output::{OutputTable, in_language_of, path_text, print, print_message};

/// The state that the subcommands share.
struct ModelCommand<'a> {
    common: &'a CommonArgs,
    dirs: Dirs,
    settings: Settings,
}

/// Runs `lumisift models`.
pub fn run(common: &CommonArgs, action: Option<&ModelAction>) -> anyhow::Result<RunOutcome> {
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    let mut here = ModelCommand {
        common,
        dirs,
        settings,
    };
    match action {
        None | Some(ModelAction::List) => here.list()?,
        Some(ModelAction::Add { dir }) => here.add(dir)?,
        Some(ModelAction::Get { name }) => here.get(name)?,
        Some(ModelAction::Use { name }) => here.use_from_now_on(name)?,
        Some(ModelAction::Verify { name }) => here.verify(name)?,
        Some(ModelAction::Path { name }) => here.path(name)?,
        Some(ModelAction::Rm { name, yes }) => here.remove(name, *yes)?,
    }
    Ok(RunOutcome::Success)
}

impl ModelCommand<'_> {
    fn save(&self) -> anyhow::Result<()> {
        let file = self.dirs.settings_file();
        settings::save(&self.settings, &file)
            .with_context(|| t!("cli-cannot-write", path = file.display()))
    }

    /// The store, or `None` if it does not exist. Does not create it.
    fn store(&self) -> anyhow::Result<Option<Store>> {
        let dir = store_dir(self.common, &self.dirs, &self.settings);
        Ok(if dir.is_dir() {
            Some(Store::open(&dir)?)
        } else {
            None
        })
    }

    fn list(&self) -> anyhow::Result<()> {
        let read = self
            .store()?
            .map_or_else(|| Ok(Vec::new()), |s| s.models())?;
        let photos = read.iter().map(|stored| stored.photos).max().unwrap_or(0) as usize;
        let rate = self.rate(photos);
        let time = |gflop: f32| rate.map(|rate| seconds_for(photos, rate, gflop).round());
        let time_cell = |gflop: f32| {
            let Some(rate) = rate else {
                return "-".to_owned();
            };
            let seconds = seconds_for(photos, rate, gflop);
            in_language_of(self.common.format, || text::time_for(photos, seconds))
        };
        let text = ["name", "state", "languages", "licence"];
        let numbers = ["MB", "ImageNet", "speed", "time here", "photos read"];
        let numbers = numbers.map(ToOwned::to_owned);
        let mut columns = OutputTable::new(&text, &numbers)
            .with_words("state")
            .with_words("languages")
            .with_words("speed");
        let mut values: Vec<Value> = Vec::new();
        if cfg!(feature = "starter") {
            let photos = photos_read(&read, "starter");
            let used = self.settings.model.is_none();
            let state = if used { "in use" } else { "ready" };
            columns.push(
                [
                    "starter",
                    state,
                    "English",
                    "-",
                    "36",
                    "-",
                    relative_word(STARTER_GFLOP),
                    &time_cell(STARTER_GFLOP),
                    &photos.to_string(),
                ]
                .map(ToOwned::to_owned)
                .to_vec(),
            );
            values.push(json!({
                "name": "starter",
                "state": state,
                "speed": relative_word(STARTER_GFLOP),
                "seconds_here": time(STARTER_GFLOP),
                "photos_read": photos,
            }));
        }
        for shelved in self.settings.installed_models(&self.dirs).list() {
            let photos = photos_read(&read, &shelved.name);
            let state = self.state(&shelved);
            let entry = shelved.entry;
            let number = |value: Option<f32>| {
                value.map_or_else(|| "-".to_owned(), |value| value.to_string())
            };
            columns.push(vec![
                shelved.name.clone(),
                state.into(),
                entry.map_or("-", |e| e.languages).into(),
                entry.map_or("-", |e| e.licence).into(),
                entry.map_or_else(|| "-".into(), |e| (e.bytes / 1_000_000).to_string()),
                number(entry.and_then(|e| e.imagenet)),
                entry.map_or("-", |e| relative_word(e.gflop)).into(),
                entry.map_or_else(|| "-".into(), |e| time_cell(e.gflop)),
                photos.to_string(),
            ]);
            values.push(json!({
                "name": shelved.name,
                "repo": entry.map(|e| e.repo),
                "state": state,
                "folder": shelved.place.as_ref().map(|(dir, _)| path_text(dir)),
                "bytes": entry.map(|e| e.bytes),
                "licence": entry.map(|e| e.licence),
                "languages": entry.map(|e| e.languages),
                "imagenet": entry.and_then(|e| e.imagenet),
                "coco": entry.and_then(|e| e.coco),
                "speed": entry.map(|e| relative_word(e.gflop)),
                "seconds_here": entry.and_then(|e| time(e.gflop)),
                "photos_read": photos,
            }));
        }
        print(self.common.format, &columns, || Value::Array(values))?;
        Ok(())
    }

    /// The speed of this machine in GFLOP/s, measured with the current model; `None` if there are no photos to
    /// re-encode with another model.
    fn rate(&self, photos: usize) -> Option<f32> {
        if photos == 0 {
            return None;
        }
        let choice = choose_model(None, &self.settings, &self.dirs).ok()?;
        let options = load_options(self.common, &self.settings, &self.dirs, choice);
        let model = inference::load(&options).ok()?;
        measure(model.as_ref(), &Cancel::default())
    }

    fn state(&self, shelved: &InstalledModel) -> &'static str {
        match &shelved.place {
            None => "not here: get",
            Some((dir, _)) if self.settings.model.as_ref() == Some(dir) => "in use",
            Some((dir, _)) if !dir.join("config.json").is_file() => "gone",
            Some((_, ModelOrigin::Cache)) => "ready (Hugging Face cache)",
            Some((_, ModelOrigin::UserFolder)) => "ready (added)",
            Some((_, ModelOrigin::Program)) => "ready",
        }
    }

    fn add(&mut self, dir: &Path) -> anyhow::Result<()> {
        let dir =
            fs::canonicalize(dir).with_context(|| t!("cli-cannot-find", path = dir.display()))?;
        // Loading the model also validates it.
        let model = inference::load(&LoadOptions {
            device: DeviceChoice::Cpu,
            checks: Some(self.dirs.checks()),
            ..LoadOptions::new(ModelChoice::Folder(dir.clone()))
        })?;
        let name = &model.info().name;
        if let Some(taken) = self.settings.installed_models(&self.dirs).find(name)
            && let Some((known, _)) = taken.place.filter(|(known, _)| *known != dir)
        {
            anyhow::bail!(t!("cli-name-taken", path = known.display()));
        }
        if !self.settings.models.contains(&dir) {
            self.settings.models.push(dir);
        }
        self.save()?;
        print_message(t!("cli-model-added", name = name));
        Ok(())
    }

    fn get(&self, name: &str) -> anyhow::Result<()> {
        let repo = catalog::find(name).map_or(name, |entry| entry.repo);
        let repo = RepoId::parse(repo)
            .with_context(|| t!("cli-no-such-model", name = format!("{name:?}")))?;
        let installed = self.settings.installed_models(&self.dirs);
        let short = repo.name().to_owned();
        let order = DownloadRequest::new(
            repo,
            endpoint::endpoints(&self.settings.mirrors),
            installed.models.clone(),
        );
        let cached = order
            .revisions
            .iter()
            .find_map(|r| installed.cached(&order.repo, r));
        let dir = if let Some(dir) = cached {
            dir
        } else {
            let bar = progress_bar("{bar:30} {decimal_bytes}/{decimal_total_bytes} {msg}");
            let fetched = download(&order, &Cancel::default(), &mut |download_progress| {
                bar.set_length(download_progress.total);
                bar.set_position(download_progress.done);
                bar.set_message(download_status(download_progress));
            });
            bar.finish_and_clear();
            fetched?
        };
        print_message(t!("cli-model-ready", path = dir.display(), name = short));
        Ok(())
    }

    fn use_from_now_on(&mut self, name: &str) -> anyhow::Result<()> {
        self.settings.model = match choose_model(Some(name), &self.settings, &self.dirs)? {
            ModelChoice::Starter => None,
            ModelChoice::Folder(dir) => {
                Some(fs::canonicalize(&dir).with_context(|| dir.display().to_string())?)
            }
        };
        self.save()?;
        print_message(t!("cli-model-used", name = name));
        Ok(())
    }

    fn verify(&self, name: &str) -> anyhow::Result<()> {
        let choice = choose_model(Some(name), &self.settings, &self.dirs)?;
        let options = load_options(self.common, &self.settings, &self.dirs, choice);
        let model = inference::load(&options)?;
        let vectors = model.embed_texts(&["a photo of a cat", "a photo of a receipt"])?;
        let (a, b) = vectors.values.split_at(vectors.dim);
        let cosine: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        anyhow::ensure!(cosine < 0.9999, t!("cli-model-broken", name = name));
        let info = model.info();
        let gflop = info.gflop_per_image as f32;
        let rate = measure(model.as_ref(), &Cancel::default());
        let mut columns = OutputTable::new(&["what", "found"], &[]).with_words("what");
        let facts = || {
            [
                ("name", info.name.clone()),
                ("fingerprint", info.fingerprint.to_string()),
                ("width", info.dim.to_string()),
                ("logit scale", format!("{:.2}", info.logit_scale)),
                ("input", format!("{} px", info.preprocess.side)),
                ("speed", speed_text(rate, gflop)),
                ("device", text::sentence(&info.runs_on()).into_owned()),
                ("in eight bits", accuracy_text(info.int8)),
            ]
        };
        let facts = in_language_of(self.common.format, facts);
        for (what, found) in &facts {
            columns.push(vec![(*what).into(), found.clone()]);
        }
        print(self.common.format, &columns, || {
            let pairs = facts.iter().map(|(k, v)| ((*k).to_owned(), json!(v)));
            Value::Object(pairs.collect())
        })?;
        Ok(())
    }

    fn path(&self, name: &str) -> anyhow::Result<()> {
        match choose_model(Some(name), &self.settings, &self.dirs)? {
            ModelChoice::Folder(dir) => {
                // Scripts get the path unescaped.
                let mut out = io::stdout();
                let path = dir.display().to_string();
                match out.is_terminal() {
                    true => writeln!(out, "{}", printable(&path))?,
                    false => writeln!(out, "{path}")?,
                }
            }
            ModelChoice::Starter => anyhow::bail!(t!("cli-starter-built-in")),
        }
        Ok(())
    }

    fn remove(&mut self, name: &str, yes: bool) -> anyhow::Result<()> {
        let installed = self.settings.installed_models(&self.dirs);
        let named = |shelved: &InstalledModel| {
            let place = shelved.place.as_ref();
            place.is_some_and(|(dir, _)| dir == Path::new(name))
        };
        let found = installed
            .find(name)
            .or_else(|| installed.list().into_iter().find(|shelved| named(shelved)));
        let Some((dir, owner)) = found.and_then(|shelved| shelved.place) else {
            anyhow::bail!(t!("cli-not-installed", name = format!("{name:?}")));
        };
        let vectors = self.stored_vectors(&dir)?;
        let photos = vectors.as_ref().map_or(0, |(_, _, photos)| *photos);
        let weights = match owner {
            ModelOrigin::Program => t!("cli-files-of-model", folder = dir.display()),
            ModelOrigin::Cache | ModelOrigin::UserFolder => t!("cli-no-files-of-model").into(),
        };
        let question = t!(
            "cli-delete-model",
            weights = weights,
            count = Ungrouped(photos)
        );
        if !yes && !confirmed(&question)? {
            print_message(t!("cli-nothing-deleted"));
            return Ok(());
        }
        if let Some((store, fingerprint, _)) = vectors {
            store.remove_model(&fingerprint)?;
        }
        installed.delete(&dir)?;
        self.settings.models.retain(|known| *known != dir);
        if self.settings.model.as_ref() == Some(&dir) {
            self.settings.model = None;
            print_message(t!("cli-starter-used"));
        }
        self.save()?;
        print_message(t!("cli-model-gone", name = name));
        Ok(())
    }

    /// The store, and the fingerprint of the model in `dir` with its number of stored photos. `None` if there is no
    /// store or the model cannot be read.
    fn stored_vectors(&self, dir: &Path) -> anyhow::Result<Option<(Store, Fingerprint, u64)>> {
        let (Some(store), Ok(fingerprint)) = (self.store()?, inference::folder_fingerprint(dir))
        else {
            return Ok(None);
        };
        let models = store.models()?;
        let stored = models
            .iter()
            .find(|stored| stored.fingerprint == fingerprint);
        let photos = stored.map_or(0, |stored| stored.photos);
        Ok(Some((store, fingerprint, photos)))
    }
}

fn photos_read(read: &[StoredModel], name: &str) -> u64 {
    let of_name = read.iter().filter(|stored| stored.name == name);
    of_name.map(|stored| stored.photos).max().unwrap_or(0)
}

fn download_status(download_progress: &DownloadProgress) -> String {
    match download_progress.step {
        DownloadStage::Looking => t!("cli-download-connecting").into(),
        DownloadStage::Fetching => {
            let rate = format!("{:.1}", download_progress.rate / 1e6);
            let mut words = vec![t!("cli-download-rate", rate = rate)];
            words.extend(download_progress.time_left().map(time_left_text));
            words.join(t!("cli-separator"))
        }
        DownloadStage::Waiting => t!("cli-download-waiting").into(),
        DownloadStage::Checking => t!("cli-download-checking").into(),
    }
}

/// Asks for confirmation. Returns an error if standard input is not a terminal.
fn confirmed(question: &str) -> anyhow::Result<bool> {
    anyhow::ensure!(
        io::stdin().is_terminal(),
        t!("cli-confirm-with-yes", question = question)
    );
    let mut err = io::stderr();
    write!(err, "{} [y/N] ", printable(question))?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// The measured speed of a model, or its relative speed if there is no measurement.
fn speed_text(rate: Option<f32>, gflop: f32) -> String {
    match rate {
        Some(rate) => text::speed(rate, gflop),
        None => text::words(relative_word(gflop)).into_owned(),
    }
}

/// The accuracy of an 8-bit model compared to full precision.
fn accuracy_text(accuracy: Option<Accuracy>) -> String {
    accuracy.map_or_else(
        || t!("cli-no").into(),
        |a| {
            t!(
                "cli-accuracy",
                count = Ungrouped(a.photos),
                lowest = format!("{:.5}", a.lowest),
                mean = format!("{:.5}", a.mean)
            )
        },
    )
}
