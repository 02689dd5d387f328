//! `lumisift doctor`: a report on this machine and installation.

use std::path::Path;
#[cfg(feature = "gpu")]
use std::path::PathBuf;

use lumisift::engine::index::store::{Store, StoreError};
use lumisift::engine::inference::ModelChoice;
use lumisift::engine::inference::cpu::{IntegerIsa, SimdLevel};
use lumisift::engine::inference::device::{self, Device, DeviceChoice, nvidia_driver};
#[cfg(feature = "gpu")]
use lumisift::engine::inference::gpu;
use lumisift::engine::inference::place;
use lumisift::engine::media::memory_budget::{default_limit, size_text};
use lumisift::logging;
use lumisift::settings::{Dirs, Settings};
use lumisift::t;
use lumisift::text::{self, Digits, Surface, Ungrouped};
use serde_json::{Map, Value, json};

use super::args::{CommonArgs, DoctorArgs};
use super::library::{choose_model, load_settings, store_dir};
use super::output::{OutputTable, in_language_of, path_text, print, print_message, print_sentence};
use super::{RunOutcome, bundle};

/// Runs `lumisift doctor`.
pub fn run(common: &CommonArgs, args: &DoctorArgs) -> anyhow::Result<RunOutcome> {
    let dirs = Dirs::detect();
    let gather = || gather(common, &dirs, args.tidy);
    // A bundle is for the developers, so it is in English.
    let facts = match &args.bundle {
        Some(_) => text::in_english(gather),
        None => in_language_of(common.format, gather),
    };
    let json = || {
        let entry = |(name, value): &(&str, Value)| (name.replace(' ', "_"), value.clone());
        Value::Object(facts.iter().map(entry).collect::<Map<_, _>>())
    };
    if let Some(path) = &args.bundle {
        bundle::write(path, json(), &dirs, args.with_paths)?;
        print_message(match args.with_paths {
            true => t!("cli-bundle-with-paths", path = path.display()),
            false => t!("cli-bundle-written", path = path.display()),
        });
        return Ok(RunOutcome::Success);
    }
    let mut columns = OutputTable::new(&["what", "found"], &[]).with_words("what");
    for (name, value) in &facts {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned);
        columns.push(vec![(*name).into(), text]);
    }
    print(common.format, &columns, json)?;
    Ok(RunOutcome::Success)
}

/// Describes the size of the store, and what was removed if `tidy` is set. Does not create a missing store.
fn report_store(dir: &Path, settings: &Settings, tidy: bool) -> (String, Option<String>) {
    if !dir.is_dir() {
        return (t!("cli-store-empty").into(), None);
    }
    let look = || -> Result<_, StoreError> {
        let store = Store::open(dir)?;
        store.notices().iter().for_each(print_sentence);
        let tidied = match tidy {
            true => Some(store.tidy(settings.store_limits())?),
            false => None,
        };
        Ok((store.size()?, tidied))
    };
    match look() {
        Ok((size, tidied)) => {
            let stored = t!(
                "cli-stored",
                photos = t!("cli-photos", count = Ungrouped(size.photos)),
                vectors = t!("cli-vectors", count = Ungrouped(size.vectors)),
                size = text::bytes(size.bytes, Digits::Ungrouped)
            );
            let tidied = tidied.map(|tidied| {
                t!(
                    "cli-tidied",
                    count = Ungrouped(tidied.photos),
                    size = text::bytes(tidied.bytes, Digits::Ungrouped)
                )
            });
            (stored, tidied)
        }
        Err(error) => (t!("cli-not-determined", error = advised(&error)), None),
    }
}

/// An error in the user's language, and what to do about it.
fn advised(error: &impl ToString) -> String {
    text::advised(&error.to_string(), Surface::CommandLine).into_owned()
}

fn gather(common: &CommonArgs, dirs: &Dirs, tidy: bool) -> Vec<(&'static str, Value)> {
    let settings = load_settings(dirs);
    let store = store_dir(common, dirs, &settings);
    let choice = choose_model(common.model.as_deref(), &settings, dirs);
    let model = match &choice {
        Ok(ModelChoice::Starter) => t!("cli-starter").into(),
        Ok(ModelChoice::Folder(dir)) => path_text(dir),
        Err(error) => advised(error),
    };
    let cards = GraphicsCards::list(common, &settings, dirs);
    let wanted = common.device.unwrap_or(settings.device);
    let (device, reason) = device_in_use(wanted, choice.as_ref().ok(), &cards);
    let mut built_for = vec!["CPU"];
    built_for.extend(device::built_for());
    let built_for = built_for.join(", ");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = match common.memory.unwrap_or(settings.decode_memory_mb) {
        0 => default_limit(),
        mebibytes => u64::from(mebibytes) << 20,
    };
    let (stored, tidied) = report_store(&store, &settings, tidy);
    let limit = settings.store_limit_mb;
    let limit = limit.map_or_else(
        || t!("cli-none").into(),
        |limit| t!("megabytes", number = Ungrouped(limit)),
    );
    let mut facts = vec![
        ("version", json!(env!("LUMISIFT_VERSION"))),
        (
            "system",
            json!(format!(
                "{} {}",
                std::env::consts::OS,
                std::env::consts::ARCH
            )),
        ),
        ("processor", json!(SimdLevel::detect().name())),
        ("eight-bit unit", json!(IntegerIsa::detect().name())),
        ("threads", json!(threads)),
        ("memory for decoding", json!(size_text(memory))),
        ("device wanted", json!(wanted.to_string())),
        ("device", json!(device)),
    ];
    facts.extend(reason.map(|reason| ("device reason", json!(reason))));
    facts.extend([
        ("built for", json!(built_for)),
        ("graphics cards", json!(cards.text())),
        ("graphics cards tested", json!(tested_cards(&dirs.checks()))),
        (
            "NVIDIA driver",
            json!(if nvidia_driver() {
                t!("cli-found")
            } else {
                t!("cli-not-found")
            }),
        ),
        ("model", json!(model)),
        ("models", json!(path_text(&dirs.models()))),
        ("settings", json!(path_text(&dirs.settings_file()))),
        ("data", json!(path_text(&dirs.data))),
        ("log", json!(path_text(&dirs.state.join(logging::FILE)))),
        ("store", json!(path_text(&store))),
        ("stored", json!(stored)),
        ("store limit", json!(limit)),
    ]);
    facts.extend(tidied.map(|tidied| ("tidied", json!(tidied))));
    facts
}

/// The device in use, and the reason why it was chosen, unless it is the CPU on request.
fn device_in_use(
    wanted: DeviceChoice,
    model: Option<&ModelChoice>,
    cards: &GraphicsCards,
) -> (String, Option<String>) {
    let placed = match (wanted, model) {
        // Candle runs the starter on the CPU only, but a requested device must exist.
        (DeviceChoice::Auto, Some(ModelChoice::Starter)) => Ok(Device::cpu()),
        (_, Some(ModelChoice::Starter)) => place(wanted).map(|_| Device::cpu()),
        _ => place(wanted),
    };
    let device = match placed {
        Ok(device) => device,
        Err(error) => return (t!("cli-none").into(), Some(advised(&error))),
    };
    let name = device.facts().name.clone();
    if !device.is_cpu() {
        return (name, Some(t!("cli-as-the-cpu").into()));
    }
    if matches!(wanted, DeviceChoice::Auto | DeviceChoice::Gpu(_))
        && let Some(found) = cards.in_use(model)
    {
        return found;
    }
    let reason = device.facts().reason.as_deref();
    (name, reason.map(|why| text::sentence(why).into_owned()))
}

/// The graphics cards, which are listed once, and how the device is requested.
#[cfg(feature = "gpu")]
struct GraphicsCards {
    listed: Result<Vec<gpu::Adapter>, gpu::GpuError>,
    request: gpu::AdapterRequest,
    checks: PathBuf,
}

#[cfg(feature = "gpu")]
impl GraphicsCards {
    fn list(common: &CommonArgs, settings: &Settings, dirs: &Dirs) -> Self {
        let device = common.device.unwrap_or(settings.device);
        let (number, wanted) = match device {
            DeviceChoice::Gpu(number) => (number, true),
            _ => (None, false),
        };
        let checks = dirs.checks();
        // A report makes no folders. Without this one, no driver is known to crash.
        let folder = checks.is_dir().then_some(checks.as_path());
        Self {
            listed: gpu::listed(folder, wanted),
            request: gpu::AdapterRequest {
                number,
                wanted,
                on_battery: settings.gpu_on_battery,
                checks: Some(checks.clone()),
            },
            checks,
        }
    }

    /// The cards, numbered as in `--device gpu:N`.
    fn text(&self) -> String {
        let describe = |(number, card): (usize, &gpu::Adapter)| {
            let (kind, interface) = (text::words(card.kind.name()), text::words(card.interface));
            let against = gpu::against(&self.checks, card);
            let against = against.map_or_else(String::new, |reason| {
                let reason = text::advised(&reason, Surface::CommandLine);
                t!("cli-left-alone", reason = reason)
            });
            format!(
                "{number}: {} ({kind}, {interface}, {}){against}",
                card.name, card.driver
            )
        };
        let cards = match &self.listed {
            Ok(cards) => cards,
            Err(error) => {
                return t!("cli-cards-not-listed", error = advised(error));
            }
        };
        let cards: Vec<String> = cards.iter().enumerate().map(describe).collect();
        if cards.is_empty() {
            t!("cli-none-found").into()
        } else {
            cards.join(t!("cli-clause-separator"))
        }
    }

    /// The device that the request selects for a model, and why.
    fn in_use(&self, model: Option<&ModelChoice>) -> Option<(String, Option<String>)> {
        let name = model.map(ModelChoice::name).unwrap_or_default();
        let expected = match &self.listed {
            Ok(cards) => gpu::expected_adapter(cards, &self.request, &name),
            Err(error) => Err(error.clone().into()),
        };
        let (device, reason) = match expected {
            Ok(card) => match card.finding {
                Some(found) => {
                    let rates = t!(
                        "cli-card-rates",
                        model = name,
                        with = gpu::rate_text(found.with_card()),
                        without = gpu::rate_text(found.without_card())
                    );
                    (card.name, rates)
                }
                None => {
                    let untested = t!("cli-untested-card", card = card.name);
                    let device = match self.request.wanted {
                        true => card.name,
                        false => t!("cli-undecided").into(),
                    };
                    (device, untested)
                }
            },
            Err(error) if self.request.wanted => (t!("cli-none").into(), advised(&error)),
            Err(error) => {
                let cpu = Device::cpu().facts().name.clone();
                (cpu, advised(&error))
            }
        };
        Some((device, Some(reason)))
    }
}

#[cfg(not(feature = "gpu"))]
struct GraphicsCards;

#[cfg(not(feature = "gpu"))]
impl GraphicsCards {
    fn list(_: &CommonArgs, _: &Settings, _: &Dirs) -> Self {
        Self
    }

    fn text(&self) -> String {
        t!("cli-not-built").into()
    }

    fn in_use(&self, _: Option<&ModelChoice>) -> Option<(String, Option<String>)> {
        None
    }
}

/// The results of testing graphics cards with models.
#[cfg(feature = "gpu")]
fn tested_cards(checks: &Path) -> String {
    let describe = |found: gpu::AccuracyFinding| {
        let verdict = match found.against() {
            None => t!("cli-gpu-faster").into(),
            Some(reason) => t!("cli-gpu-slower", reason = text::sentence(&reason)),
        };
        let batches = found.batches.iter();
        let batches: Vec<String> = batches
            .map(|(count, rate)| {
                t!(
                    "cli-batches",
                    rate = gpu::rate_text(*rate),
                    count = Ungrouped(*count)
                )
            })
            .collect();
        t!(
            "cli-tested-card",
            card = found.adapter,
            model = found.model,
            rate = gpu::rate_text(found.card),
            batches = batches.join(t!("cli-separator")),
            cpu = gpu::rate_text(found.cpu),
            decoding = gpu::rate_text(found.decoding),
            cosine = format!("{:.4}", found.cosine),
            photos = t!("cli-photos", count = Ungrouped(found.photos)),
            verdict = verdict
        )
    };
    let tested: Vec<String> = gpu::findings(checks).into_iter().map(describe).collect();
    if tested.is_empty() {
        t!("cli-none-yet").into()
    } else {
        tested.join(t!("cli-clause-separator"))
    }
}

#[cfg(not(feature = "gpu"))]
fn tested_cards(_: &Path) -> String {
    t!("cli-none").into()
}
