//! `lumisift doctor`: what the program found on this machine.

use lumisift::core::device::{self, nvidia_driver};
use lumisift::core::kernels::{Level, Unit};
use lumisift::core::model::place;
use lumisift::core::store::Store;
use lumisift::settings::Dirs;
use serde_json::{Map, Value, json};

use super::Outcome;
use super::args::Common;
use super::collect::{choose_model, load_settings, store_dir};
use super::output::{Columns, path_text, print};

pub fn run(common: &Common) -> anyhow::Result<Outcome> {
    let dirs = Dirs::detect();
    let settings = load_settings(&dirs);
    let store = store_dir(common, &dirs, &settings);
    // Looking must not make what is not there.
    let size = if store.is_dir() {
        Some(Store::open(&store)?.size()?)
    } else {
        None
    };
    let model = match choose_model(common.model.as_deref(), &settings, &dirs) {
        Ok(lumisift::core::model::ModelChoice::Starter) => "starter (built in)".into(),
        Ok(lumisift::core::model::ModelChoice::Folder(dir)) => path_text(&dir),
        Err(error) => error.to_string(),
    };
    let wanted = common.device.unwrap_or(settings.device);
    let (device, reason) = match place(wanted) {
        Ok(device) => {
            let facts = device.facts().clone();
            (
                facts.name,
                facts
                    .reason
                    .unwrap_or_else(|| "it computes as the CPU does".into()),
            )
        }
        Err(error) => ("none".into(), error.to_string()),
    };
    let mut built_for = vec!["CPU"];
    built_for.extend(device::built_for());
    let built_for = built_for.join(", ");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let stored = size.map_or_else(
        || "empty".into(),
        |s| {
            format!(
                "{} photos, {} vectors, {} MB",
                s.photos,
                s.vectors,
                s.bytes >> 20
            )
        },
    );
    let facts: Vec<(&str, Value)> = vec![
        ("version", json!(env!("LUMISIFT_VERSION"))),
        (
            "system",
            json!(format!(
                "{} {}",
                std::env::consts::OS,
                std::env::consts::ARCH
            )),
        ),
        ("processor", json!(Level::detect().name())),
        ("eight-bit unit", json!(Unit::detect().name())),
        ("threads", json!(threads)),
        ("device wanted", json!(wanted.to_string())),
        ("device", json!(device)),
        ("device reason", json!(reason)),
        ("built for", json!(built_for)),
        (
            "NVIDIA driver",
            json!(if nvidia_driver() {
                "found"
            } else {
                "not found"
            }),
        ),
        ("model", json!(model)),
        ("models", json!(path_text(&dirs.models()))),
        ("settings", json!(path_text(&dirs.settings_file()))),
        ("data", json!(path_text(&dirs.data))),
        ("store", json!(path_text(&store))),
        ("stored", json!(stored)),
    ];
    let mut columns = Columns::new(&["what", "found"], &[]);
    for (name, value) in &facts {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned);
        columns.push(vec![(*name).into(), text]);
    }
    print(common.format, &columns, || {
        let entry = |(name, value): &(&str, Value)| (name.replace(' ', "_"), value.clone());
        Value::Object(facts.iter().map(entry).collect::<Map<_, _>>())
    })?;
    Ok(Outcome::Fine)
}
