//! Cached results of testing a GPU with a model.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::adapter::Adapter;
use super::test_marks::AdapterMark;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::read_regular;
use crate::engine::inference::ModelInfo;

/// Lowest acceptable cosine similarity between the GPU's and the CPU's embedding of a photo.
const AGREEMENT: f32 = 0.999;
/// Size limit of a stored result in bytes.
const MAX_RECORD: u64 = 64 << 10;
/// Version of the kernels and of the test, incremented with each change to either.
const VERSION: u32 = 4;

/// Accuracy and speed of a GPU with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccuracyFinding {
    /// Name of the GPU.
    pub adapter: String,
    /// Name of the model.
    pub model: String,
    /// Lowest cosine similarity with the CPU's embedding of a photo.
    pub cosine: f32,
    /// Number of photos compared.
    pub photos: usize,
    /// Photos encoded per second by the GPU, at its best batch size.
    pub card: f64,
    /// Photos encoded per second by the GPU, for each batch size.
    pub batches: Vec<(usize, f64)>,
    /// Photos encoded per second by the otherwise idle CPU.
    pub cpu: f64,
    /// Photos of 12 megapixels decoded per second by the otherwise idle CPU.
    pub decoding: f64,
}

impl AccuracyFinding {
    /// Whether the GPU agrees with the CPU. NaN does not.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.cosine >= AGREEMENT
    }

    /// Throughput with the GPU, in photos per second: encoding overlaps decoding on the CPU.
    #[must_use]
    pub fn with_card(&self) -> f64 {
        self.card.min(self.decoding)
    }

    /// Throughput without the GPU, in photos per second: the CPU does both.
    #[must_use]
    pub fn without_card(&self) -> f64 {
        1.0 / (1.0 / self.cpu + 1.0 / self.decoding)
    }

    /// Why the GPU is not used, if it is not.
    #[must_use]
    pub fn against(&self) -> Option<String> {
        let Self {
            adapter, cosine, ..
        } = self;
        if !self.agrees() {
            return Some(format!(
                "{adapter} gives results that differ from the CPU's (cosine {cosine:.4}); a newer driver may help"
            ));
        }
        (self.with_card() <= self.without_card()).then(|| {
            let [with, without] = [self.with_card(), self.without_card()].map(rate_text);
            format!("{adapter} would read {with} photos/s with this model, the CPU reads {without}")
        })
    }
}

/// A rate for display, with at least two significant digits.
#[must_use]
pub fn rate_text(rate: f64) -> String {
    let decimals = if rate > 0.0 && rate < 1.0 {
        (1.0 - rate.log10().floor()) as usize
    } else {
        1
    };
    format!("{rate:.decimals$}")
}

/// The version that a result is valid for: that of the program, and [`VERSION`].
fn version() -> String {
    format!("{}-{VERSION}", env!("CARGO_PKG_VERSION"))
}

/// A result as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredFinding {
    /// Identity of the adapter with its driver.
    identity: String,
    version: String,
    /// Time of the test in seconds since 1970.
    measured: u64,
    #[serde(flatten)]
    pub finding: AccuracyFinding,
}

impl StoredFinding {
    /// The result in a file; `None` if it is damaged or of another version.
    fn read(file: &Path) -> Option<Self> {
        let bytes = read_regular(file, MAX_RECORD).ok()?;
        let stored: Self = serde_json::from_slice(&bytes).ok()?;
        (stored.version == version()).then_some(stored)
    }

    /// Time since the test.
    pub fn age(&self) -> Duration {
        Duration::from_secs(seconds_now().saturating_sub(self.measured))
    }
}

fn seconds_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// Storage of test results, if a folder is available.
#[derive(Clone, Debug)]
pub struct FindingStore {
    folder: Option<PathBuf>,
    /// Identity of the adapter with its driver.
    adapter: String,
    /// The adapter's crash marker.
    pub mark: AdapterMark,
}

fn short_hash(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex().as_str()[..16].to_owned()
}

impl FindingStore {
    /// The store for an adapter, whose identity includes its driver.
    pub fn new(folder: Option<&Path>, adapter: String) -> Self {
        Self {
            mark: AdapterMark::new(folder, &adapter, &short_hash(&[&adapter])),
            folder: folder.map(Path::to_path_buf),
            adapter,
        }
    }

    /// Each driver, model and program version has its own file.
    fn file(&self, model: &ModelInfo) -> Option<PathBuf> {
        let parts = [
            self.adapter.as_str(),
            &model.fingerprint.to_string(),
            &model.runs_on(),
            &version(),
        ];
        Some(
            self.folder
                .as_ref()?
                .join(format!("gpu-{}.json", short_hash(&parts))),
        )
    }

    /// The stored result for a model.
    pub fn known(&self, model: &ModelInfo) -> Option<StoredFinding> {
        StoredFinding::read(&self.file(model)?)
    }

    /// The latest stored result for a model of this name.
    pub fn latest(&self, model: &str) -> Option<AccuracyFinding> {
        let own = stored(self.folder.as_ref()?)
            .into_iter()
            .filter(|stored| stored.identity == self.adapter && stored.finding.model == model);
        own.max_by_key(|stored| stored.measured)
            .map(|stored| stored.finding)
    }

    /// Stores a result. If that fails, the test is repeated next time.
    pub fn keep(&self, model: &ModelInfo, finding: &AccuracyFinding) {
        let stored = StoredFinding {
            identity: self.adapter.clone(),
            version: version(),
            measured: seconds_now(),
            finding: finding.clone(),
        };
        if let (Some(file), Ok(bytes)) = (self.file(model), serde_json::to_vec(&stored)) {
            let _ = atomic_write(&file, &bytes);
        }
    }
}

/// Why an adapter is blocked, if it is: its driver hung, or programs died while testing it.
#[must_use]
pub fn against(folder: &Path, adapter: &Adapter) -> Option<String> {
    FindingStore::new(Some(folder), adapter.identity())
        .mark
        .against()
}

/// All stored results of this version, for `doctor`.
#[must_use]
pub fn findings(folder: &Path) -> Vec<AccuracyFinding> {
    let stored = stored(folder).into_iter();
    stored.map(|stored| stored.finding).collect()
}

fn stored(folder: &Path) -> Vec<StoredFinding> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let ours = |path: &PathBuf| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        name.starts_with("gpu-") && name.ends_with(".json") && !name.ends_with(".mark.json")
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(ours)
        .collect();
    files.sort();
    let files = files.iter();
    files.filter_map(|file| StoredFinding::read(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::inference::{Fingerprint, ModelInfo};

    fn finding(cosine: f32, card: f64) -> AccuracyFinding {
        AccuracyFinding {
            adapter: "Radeon".into(),
            model: "clip".into(),
            cosine,
            photos: 14,
            card,
            batches: vec![(1, card / 2.0), (16, card)],
            cpu: 100.0,
            decoding: 100.0,
        }
    }

    fn info(number: u8) -> ModelInfo {
        ModelInfo {
            fingerprint: Fingerprint([number; 32]),
            ..ModelInfo::of_tests(4)
        }
    }

    #[test]
    fn a_card_wins_by_agreement_and_the_rate_from_file_to_vector() {
        assert_eq!(finding(0.9999, 500.0).against(), None);
        // Slower than the CPU, but leaves the CPU free for decoding.
        assert_eq!(finding(0.9999, 60.0).against(), None);
        let slow = finding(0.9999, 40.0).against().expect("refused");
        assert!(slow.contains("the CPU reads 50"), "{slow}");
        for wrong in [0.998, f32::NAN] {
            let why = finding(wrong, 500.0).against().expect("refused");
            assert!(why.contains("differ from the CPU"), "{why}");
        }
    }

    #[test]
    fn low_rates_have_two_significant_digits() {
        let rates = [410.04, 1.0, 0.5, 0.042, 0.0].map(rate_text);
        assert_eq!(rates, ["410.0", "1.0", "0.50", "0.042", "0.0"]);
        let slow = finding(1.0, 0.042).against().expect("refused");
        assert!(slow.contains("would read 0.042 photos/s"), "{slow}");
    }

    #[test]
    fn findings_are_kept_for_each_card_driver_and_model() {
        let dir = tempfile::tempdir().expect("a folder");
        let records =
            |driver: &str| FindingStore::new(Some(dir.path()), format!("Radeon {driver}"));
        records("1").keep(&info(1), &finding(1.0, 2.0));
        let known = |records: &FindingStore, number| {
            let stored = records.known(&info(number));
            stored.map(|stored| stored.finding)
        };
        assert_eq!(known(&records("1"), 1), Some(finding(1.0, 2.0)));
        assert_eq!(known(&records("2"), 1), None);
        assert_eq!(known(&records("1"), 2), None);
        assert_eq!(findings(dir.path()), [finding(1.0, 2.0)]);
        assert_eq!(records("1").latest("clip"), Some(finding(1.0, 2.0)));
        assert_eq!(records("1").latest("siglip"), None);
        assert_eq!(records("2").latest("clip"), None);
        let without = FindingStore::new(None, "Radeon".into());
        assert_eq!(known(&without, 1), None);
        assert_eq!(without.latest("clip"), None);
    }

    #[test]
    fn findings_of_an_earlier_version_are_not_used() {
        let dir = tempfile::tempdir().expect("a folder");
        let records = FindingStore::new(Some(dir.path()), "Radeon".into());
        records.keep(&info(1), &finding(1.0, 2.0));
        let file = records.file(&info(1)).expect("a file");
        let text = std::fs::read_to_string(&file).expect("a finding");
        let earlier = text.replace(&version(), "0.0.1-3");
        assert_ne!(earlier, text);
        // Findings had no version before version 4.
        let first = serde_json::to_string(&finding(1.0, 2.0)).expect("JSON");
        for old in [earlier, first] {
            std::fs::write(&file, old).expect("written");
            assert!(records.known(&info(1)).is_none());
            assert_eq!(records.latest("clip"), None);
            assert!(findings(dir.path()).is_empty());
        }
    }
}
