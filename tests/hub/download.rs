//! Models are installed completely or not at all, whatever the hub does.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::fixtures::{self, CLIP_TINY};
use crate::hub;

use std::path::{Path, PathBuf};
use std::time::Duration;

use hub::{FakeHub, ResponseFault};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::hub::download::{
    DownloadError, DownloadProgress, DownloadRequest, DownloadStage, download, origin,
};
use lumisift::engine::hub::endpoint::{RepoId, Token};
use lumisift::engine::hub::http::Timeouts;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::{Model, load_folder};
use tempfile::TempDir;

const REPO: &str = "me/clip-tiny";
const BASE: &str = "/me/clip-tiny/resolve/main";
const WEIGHTS: &str = "/me/clip-tiny/resolve/main/model.safetensors";

fn with_fixtures() -> FakeHub {
    FakeHub::with_fixtures(BASE)
}

struct Home {
    dir: TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a folder"),
        }
    }

    fn order(&self, endpoints: &[&str]) -> DownloadRequest {
        DownloadRequest {
            repo: RepoId::parse(REPO).expect("a name"),
            revisions: vec!["main".into()],
            sha256: None,
            max_weights_bytes: 8 << 20,
            endpoints: endpoints.iter().map(|e| (*e).to_owned()).collect(),
            token: None,
            models: self.dir.path().to_path_buf(),
            backoff: Duration::from_millis(1),
            timeouts: Timeouts::default(),
        }
    }

    fn get(&self, endpoints: &[&str]) -> Result<PathBuf, DownloadError> {
        download(&self.order(endpoints), &Cancel::default(), &mut |_| {})
    }

    fn model(&self) -> PathBuf {
        self.dir.path().join(REPO)
    }
}

fn assert_loads(dir: &Path) {
    let model = load_folder(dir, &Device::cpu()).expect("loads");
    assert_eq!(model.info().name, "clip-tiny");
    assert!(origin(dir).is_some());
}

#[test]
fn a_model_arrives_and_is_not_fetched_twice() {
    let (home, hub) = (Home::new(), with_fixtures());
    let mut steps: Vec<DownloadProgress> = Vec::new();
    let order = home.order(&[&hub.address]);
    let dir = download(&order, &Cancel::default(), &mut |download_progress| {
        steps.push(download_progress.clone());
    });
    assert_loads(&dir.expect("arrived"));
    let last = steps.last().expect("a report");
    assert_eq!(
        (last.step, last.done),
        (DownloadStage::Checking, last.total)
    );
    assert!(last.total > 300_000);
    let requests = hub.seen().len();
    assert_eq!(home.get(&[&hub.address]).expect("there"), home.model());
    assert_eq!(hub.seen().len(), requests);
    assert!(!home.dir.path().join("me/clip-tiny.part").exists());
}

#[test]
fn a_broken_connection_goes_on_where_it_broke() {
    let (home, hub) = (Home::new(), with_fixtures());
    let breaks = [90_000, 70_000, 1].map(ResponseFault::BreakAfter);
    hub.queue_faults(WEIGHTS, breaks);
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));
    assert_eq!(hub.ranges(WEIGHTS), [0, 90_000, 160_000, 160_001]);
}

#[test]
fn a_later_attempt_uses_what_an_earlier_one_brought() {
    let (home, hub) = (Home::new(), with_fixtures());
    // The connection breaks at once, repeatedly: the download stops, but keeps the bytes received.
    let mut breaks = vec![ResponseFault::BreakAfter(90_000)];
    breaks.extend([0; 8].map(ResponseFault::BreakAfter));
    hub.queue_faults(WEIGHTS, breaks);
    let error = home.get(&[&hub.address]).expect_err("given up");
    let text = error.to_string();
    assert!(
        text.contains("127.0.0.1") && text.contains("by hand"),
        "{text}"
    );
    assert!(!home.model().exists());
    let before = hub.ranges(WEIGHTS).len();
    hub.queue_faults(WEIGHTS, []);
    while hub.ranges(WEIGHTS).len() < 9 {
        let _ = home.get(&[&hub.address]);
    }
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));
    assert!(
        hub.ranges(WEIGHTS)[before..]
            .iter()
            .all(|from| *from == 90_000)
    );
}

#[test]
fn another_version_of_a_file_is_not_appended_to_the_first() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.queue_faults(WEIGHTS, std::iter::once(ResponseFault::BreakAfter(90_000)));
    hub.queue_faults(WEIGHTS, [0; 5].map(ResponseFault::BreakAfter));
    home.get(&[&hub.address]).expect_err("given up");
    let mut weights = fixtures::bytes("clip-tiny/model.safetensors");
    *weights.last_mut().expect("weights") ^= 1;
    hub.put(WEIGHTS, weights);
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));
    assert_eq!(hub.ranges(WEIGHTS).last(), Some(&0));
}

#[test]
fn what_is_damaged_on_the_way_comes_again_and_what_stays_damaged_is_refused() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.queue_faults(WEIGHTS, [ResponseFault::Corrupt]);
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));

    let (home, hub) = (Home::new(), with_fixtures());
    hub.queue_faults(WEIGHTS, [ResponseFault::Corrupt, ResponseFault::Corrupt]);
    let error = home.get(&[&hub.address]).expect_err("damaged");
    assert!(matches!(&error, DownloadError::Damaged { file, .. } if file == "model.safetensors"));
    assert!(!home.model().exists());

    let mut order = home.order(&[&hub.address]);
    order.sha256 = Some("0".repeat(64));
    let error = download(&order, &Cancel::default(), &mut |_| {}).expect_err("another");
    assert!(matches!(error, DownloadError::Damaged { .. }), "{error}");
}

#[test]
fn wrong_lengths_are_detected() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.queue_faults(WEIGHTS, [ResponseFault::Longer]);
    let error = home.get(&[&hub.address]).expect_err("longer");
    assert!(
        error.to_string().contains("longer than announced"),
        "{error}"
    );
    hub.fake_length(WEIGHTS, 10_000_000);
    let error = home.get(&[&hub.address]).expect_err("shorter");
    assert!(
        matches!(error, DownloadError::Unreachable { .. }),
        "{error}"
    );
    hub.fake_length(WEIGHTS, 1 << 60);
    let error = home.get(&[&hub.address]).expect_err("no room");
    assert!(matches!(error, DownloadError::Space { .. }), "{error}");
    let words = error.to_string();
    assert!(words.contains("needs 1152921504."), "{words}");
    assert!(words.contains(" GB more"), "{words}");
    assert!(!home.model().exists());
}

#[test]
fn refusals_say_who_refused_and_what_to_do() {
    for (status, words) in [
        (401, "HF_TOKEN"),
        (403, "HF_TOKEN"),
        (500, "later"),
        (429, "while"),
    ] {
        let (home, hub) = (Home::new(), with_fixtures());
        let config = format!("{BASE}/config.json");
        hub.queue_faults(&config, vec![ResponseFault::Status(status, ""); 8]);
        let error = home.get(&[&hub.address]).expect_err("refused");
        let text = error.to_string();
        assert!(text.contains(words) && text.contains("127.0.0.1"), "{text}");
        assert!(text.contains("by hand") && text.contains(REPO), "{text}");
    }
    let (home, hub) = (Home::new(), FakeHub::start());
    let text = home.get(&[&hub.address]).expect_err("nothing").to_string();
    assert!(
        text.contains("no config.json") && text.contains("name is wrong"),
        "{text}"
    );
    let unreachable_url = FakeHub::unreachable_url();
    let text = home
        .get(&[&unreachable_url])
        .expect_err("nobody")
        .to_string();
    assert!(
        text.contains("cannot be reached") && text.contains("127.0.0.1"),
        "{text}"
    );
}

#[test]
fn a_busy_hub_is_asked_again_and_a_dead_one_replaced() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.queue_faults(
        WEIGHTS,
        [
            ResponseFault::Status(429, "Retry-After: 0\r\n"),
            ResponseFault::Status(503, ""),
        ],
    );
    let unreachable_url = FakeHub::unreachable_url();
    assert_loads(
        &home
            .get(&[&unreachable_url, &hub.address])
            .expect("arrived"),
    );
    let note = origin(&home.model()).expect("a note");
    assert_eq!((note.repo.as_str(), note.endpoint), (REPO, hub.address));
}

#[test]
fn redirects_are_followed_and_no_token_goes_unencrypted() {
    let (home, hub, other) = (Home::new(), with_fixtures(), FakeHub::start());
    other.put("/blob", fixtures::bytes("clip-tiny/model.safetensors"));
    hub.queue_faults(
        WEIGHTS,
        [ResponseFault::Redirect(format!("{}/blob", other.address))],
    );
    let config = format!("{BASE}/config.json");
    hub.put(
        "/elsewhere/config.json",
        fixtures::bytes("clip-tiny/config.json"),
    );
    hub.queue_faults(
        &config,
        [ResponseFault::Redirect("/elsewhere/config.json".into())],
    );
    let mut order = home.order(&[&hub.address]);
    order.token = Some(Token::new("secret", hub.address.clone()));
    let dir = download(&order, &Cancel::default(), &mut |_| {});
    assert_loads(&dir.expect("arrived"));
    assert!(!other.seen().is_empty());
    for seen in [hub.seen(), other.seen()].concat() {
        let all = format!("{seen:?}");
        assert!(
            !all.contains("secret") && !all.contains("authorization"),
            "{all}"
        );
    }

    let (home, hub) = (Home::new(), with_fixtures());
    let round = (0..20).map(|_| ResponseFault::Redirect(WEIGHTS.into()));
    hub.queue_faults(WEIGHTS, round.collect::<Vec<_>>());
    let text = home
        .get(&[&hub.address])
        .map_or_else(|e| e.to_string(), |_| String::new());
    assert!(text.is_empty() || text.contains("loop"), "{text}");
}

#[test]
fn only_models_that_can_be_read_are_fetched_and_never_pickles() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.put(&format!("{BASE}/config.json"), r#"{"model_type":"blip"}"#);
    let text = home.get(&[&hub.address]).expect_err("refused").to_string();
    assert!(text.contains("blip"), "{text}");
    assert!(hub.ranges(WEIGHTS).is_empty());

    let hub = FakeHub::start();
    hub.put_fixtures(BASE, &CLIP_TINY[..3]);
    hub.put(&format!("{BASE}/pytorch_model.bin"), "a pickle");
    let text = home.get(&[&hub.address]).expect_err("refused").to_string();
    assert!(text.contains("pickled weights"), "{text}");
    assert!(hub.seen().iter().all(|seen| !seen.path.contains("pytorch")));
}

#[test]
fn the_hub_s_own_conversion_takes_the_place_of_pickled_weights() {
    let base = "/me/clip-tiny/resolve/refs%2Fpr%2F7";
    let (home, hub) = (Home::new(), FakeHub::with_fixtures(base));
    hub.put_fixtures(BASE, &CLIP_TINY[..3]);
    let by = |num: u32, author: &str| {
        format!(
            r#"{{"num":{num},"title":"Adding `safetensors` variant of this model","isPullRequest":true,"author":{{"name":"{author}"}}}}"#
        )
    };
    let list = format!(
        r#"{{"discussions":[{},{}]}}"#,
        by(7, "SFconvertbot"),
        by(9, "somebody")
    );
    hub.put(
        "/api/models/me/clip-tiny/discussions?author=SFconvertbot",
        list,
    );
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));
    let note = origin(&home.model()).expect("a note");
    assert_eq!(note.revision, "refs/pr/7");
}

#[test]
fn mirrors_without_metadata_are_accepted_and_corruption_is_detected() {
    let (home, hub) = (Home::new(), with_fixtures());
    hub.omit_metadata();
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));

    let (home, hub) = (Home::new(), with_fixtures());
    hub.omit_metadata();
    let mut weights = fixtures::bytes("clip-tiny/model.safetensors");
    weights.truncate(100_000);
    hub.put(WEIGHTS, weights);
    let error = home.get(&[&hub.address]).expect_err("damaged");
    assert!(matches!(error, DownloadError::Model(_)), "{error}");
    assert!(!home.model().exists());
}

#[test]
fn weights_may_come_in_shards() {
    let (home, hub) = (Home::new(), FakeHub::start());
    hub.put_fixtures(BASE, &CLIP_TINY[..3]);
    let bytes = fixtures::bytes("clip-tiny/model.safetensors");
    hub.put(&format!("{BASE}/model-00001-of-00001.safetensors"), bytes);
    let index = r#"{"weight_map":{"logit_scale":"model-00001-of-00001.safetensors"}}"#;
    hub.put(&format!("{BASE}/model.safetensors.index.json"), index);
    assert_loads(&home.get(&[&hub.address]).expect("arrived"));

    let home = Home::new();
    let index = r#"{"weight_map":{"logit_scale":"../../secret.safetensors"}}"#;
    hub.put(&format!("{BASE}/model.safetensors.index.json"), index);
    let text = home.get(&[&hub.address]).expect_err("refused").to_string();
    assert!(text.contains("secret"), "{text}");
    assert!(hub.seen().iter().all(|seen| !seen.path.contains("secret")));
}

#[test]
fn a_cancelled_download_stops_at_once_and_leaves_nothing_that_looks_whole() {
    let (home, hub) = (Home::new(), with_fixtures());
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let mut order = home.order(&[&hub.address]);
    // Cancelled during the wait before the next attempt, which would otherwise be long.
    order.backoff = Duration::from_secs(3600);
    hub.queue_faults(WEIGHTS, [ResponseFault::BreakAfter(1000)]);
    let error = download(&order, &cancel, &mut |download_progress| {
        if download_progress.step == DownloadStage::Waiting {
            stop.cancel();
        }
    });
    assert!(matches!(error, Err(DownloadError::Cancelled)));
    assert!(!home.model().exists());
}
