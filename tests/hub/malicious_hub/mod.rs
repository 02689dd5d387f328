//! A malicious hub: nothing that it sends is accepted, no forbidden address is contacted, and disk use and time are
//! bounded.

mod pictures;
mod tunnel;

use crate::common::lumisift;
use crate::fixtures;
use crate::hub::{FakeHub, ResponseFault};

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::hub::download::{DownloadError, DownloadRequest, download};
use lumisift::engine::hub::endpoint::RepoId;
use lumisift::engine::hub::http::Timeouts;

const REPO: &str = "me/clip-tiny";

const BASE: &str = "/me/clip-tiny/resolve/main";

const CONFIG: &str = "/me/clip-tiny/resolve/main/config.json";

const TOKENIZER: &str = "/me/clip-tiny/resolve/main/tokenizer.json";

const WEIGHTS: &str = "/me/clip-tiny/resolve/main/model.safetensors";

/// A hub with the small CLIP.
fn with_fixtures() -> FakeHub {
    FakeHub::with_fixtures(BASE)
}

fn altered_weights() -> Vec<u8> {
    let mut weights = fixtures::bytes("clip-tiny/model.safetensors");
    *weights.last_mut().expect("weights") ^= 1;
    weights
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn order(models: &Path, hub: &FakeHub) -> DownloadRequest {
    DownloadRequest {
        repo: RepoId::parse(REPO).expect("a name"),
        revisions: vec!["main".into()],
        sha256: None,
        max_weights_bytes: 8 << 20,
        endpoints: vec![hub.address.clone()],
        token: None,
        models: models.into(),
        backoff: Duration::from_millis(1),
        timeouts: Timeouts::default(),
    }
}

fn get(models: &Path, hub: &FakeHub) -> Result<PathBuf, DownloadError> {
    download(&order(models, hub), &Cancel::default(), &mut |_| {})
}

/// Bytes of all files below a folder.
fn bytes_in(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type().expect("a type").is_dir() {
            true => bytes_in(&entry.path()),
            false => entry.metadata().expect("there").len(),
        })
        .sum()
}

/// Checks that the download fails as it should: nothing is installed, and no part of the weights remains.
fn refused(hub: &FakeHub) -> String {
    refused_within(hub, Timeouts::default())
}

fn refused_within(hub: &FakeHub, timeouts: Timeouts) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let mut order = order(home.path(), hub);
    order.timeouts = timeouts;
    let error = download(&order, &Cancel::default(), &mut |_| {});
    let error = error.expect_err("refused").to_string();
    assert!(!home.path().join(REPO).exists(), "{error}");
    let part = home
        .path()
        .join(format!("{REPO}.part/model.safetensors.part"));
    assert!(!part.exists(), "{error}");
    assert!(bytes_in(home.path()) < 8 << 20, "{error}");
    error
}

#[test]
fn metadata_from_another_host_is_ignored() {
    let (hub, other) = (with_fixtures(), FakeHub::start());
    other.put("/blob", altered_weights());
    let truth = fixtures::bytes("clip-tiny/model.safetensors");
    let facts = format!(
        "X-Linked-Etag: \"{}\"\r\nX-Linked-Size: {}\r\n",
        sha256(&truth),
        truth.len()
    );
    let goal = format!("{}/blob", other.address);
    hub.always(WEIGHTS, ResponseFault::RedirectSaying(goal.clone(), facts));
    let error = refused(&hub);
    assert!(error.contains("checksum does not match"), "{error}");
    // From the same host the file is accepted, because it is what the hub announced.
    other.put("/blob", truth);
    let home = tempfile::tempdir().expect("a folder");
    get(home.path(), &hub).expect("arrived");

    // The catalogue's values take precedence over the hub's.
    let hub = with_fixtures();
    hub.put(WEIGHTS, altered_weights());
    let mut order = order(home.path(), &hub);
    order.models = home.path().join("other");
    order.sha256 = Some(sha256(&fixtures::bytes("clip-tiny/model.safetensors")));
    let error = download(&order, &Cancel::default(), &mut |_| {}).expect_err("altered");
    assert!(matches!(error, DownloadError::Damaged { .. }), "{error}");
    // Shards do not bypass this either.
    let hub = FakeHub::start();
    for file in ["config.json", "preprocessor_config.json"] {
        hub.put(
            &format!("{BASE}/{file}"),
            fixtures::bytes(&format!("clip-tiny/{file}")),
        );
    }
    hub.put(TOKENIZER, fixtures::bytes("clip-tokenizer.json"));
    hub.put(&format!("{BASE}/a.safetensors"), altered_weights());
    let index = r#"{"weight_map":{"logit_scale":"a.safetensors"}}"#;
    hub.put(&format!("{WEIGHTS}.index.json"), index);
    order.endpoints = vec![hub.address.clone()];
    let error = download(&order, &Cancel::default(), &mut |_| {}).expect_err("shards");
    assert!(matches!(error, DownloadError::Missing { .. }), "{error}");
}

#[test]
fn redirects_lead_neither_inward_nor_to_other_schemes_nor_round_in_circles() {
    let inward = [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/a",
        "http://192.168.1.1:81/a",
        "http://100.64.0.1/a",
        "http://0.0.0.0/a",
        "http://[fe80::1]/a",
        "http://[fd00::1]/a",
        "http://[::ffff:10.0.0.1]/a",
        "http://167772161/a",
        "http://224.0.0.1/a",
    ];
    let schemes = ["file:///etc/passwd", "ftp://a.org/a", "data:,x", "https://"];
    for path in [CONFIG, TOKENIZER, WEIGHTS] {
        for (goals, words) in [
            (&inward[..], "private network"),
            (&schemes, "not a web address"),
        ] {
            for goal in goals {
                let hub = with_fixtures();
                hub.always(path, ResponseFault::Redirect((*goal).into()));
                let error = refused(&hub);
                assert!(error.contains(words), "{path} {goal}: {error}");
                let requests = hub.seen().into_iter().filter(|seen| seen.path == path);
                assert_eq!(requests.count(), 1, "{path} {goal}");
            }
        }
        let hub = with_fixtures();
        hub.always(path, ResponseFault::Redirect(path.into()));
        let error = refused(&hub);
        assert!(error.contains("in a loop"), "{error}");
        let requests = hub.seen().into_iter().filter(|seen| seen.path == path);
        assert!(requests.count() < 10);
    }
}

#[test]
fn bodies_without_end_and_lengths_without_sense_are_bounded() {
    for (path, most) in [
        (CONFIG, 16 << 20),
        (TOKENIZER, 128 << 20),
        (WEIGHTS, 8 << 20),
    ] {
        let hub = with_fixtures();
        hub.always(path, ResponseFault::Endless);
        let error = refused(&hub);
        assert!(
            error.contains("longer than") || error.contains("more than"),
            "{error}"
        );
        // When a download is given up, only a few buffers are in transit.
        assert!(hub.sent() < most + (32 << 20), "{path}: {}", hub.sent());
    }
    // A length that is too small, one that is too large for the kind of file, and one that is too large for any disk.
    let hub = with_fixtures();
    hub.fake_length(WEIGHTS, 100);
    assert!(refused(&hub).contains("longer than announced"));
    let hub = with_fixtures();
    hub.fake_length(TOKENIZER, 1 << 40);
    assert!(refused(&hub).contains("more than this file may have"));
    let hub = with_fixtures();
    hub.fake_length(WEIGHTS, u64::MAX);
    assert!(refused(&hub).contains("make room"));
    // A checksum that matches no file.
    let hub = with_fixtures();
    hub.fake_hash(WEIGHTS, &"0".repeat(64));
    assert!(refused(&hub).contains("checksum does not match"));
}

#[test]
fn slow_and_silent_servers_are_abandoned() {
    let timeouts = Timeouts {
        stall: Duration::from_millis(100),
        span: Duration::from_millis(20),
        min_bytes: 4096,
    };
    let drip = || ResponseFault::Drip(Duration::from_millis(1));
    for path in [CONFIG, TOKENIZER, WEIGHTS] {
        for response_faults in [drip(), ResponseFault::Silence, ResponseFault::Stall] {
            let hub = with_fixtures();
            hub.always(path, response_faults.clone());
            let error = refused_within(&hub, timeouts);
            let words = ["too slow", "was lost", "cannot be reached", "answered"];
            let is_explained = words.iter().any(|words| error.contains(words));
            assert!(is_explained, "{path} {response_faults:?}: {error}");
        }
    }
}

#[test]
fn what_is_compressed_is_not_unpacked() {
    for path in [CONFIG, TOKENIZER, WEIGHTS] {
        let hub = with_fixtures();
        hub.always(path, ResponseFault::Bomb);
        refused(&hub);
    }
}

#[test]
fn names_in_an_index_never_leave_the_folder() {
    let names = [
        "../../secret.safetensors",
        "..\\\\secret.safetensors",
        "/etc/secret.safetensors",
        "C:secret.safetensors",
        "%2e%2e%2fsecret.safetensors",
        "secret?x=.safetensors",
        "secret#.safetensors",
        "..safetensors",
        ".secret.safetensors",
        "secret\\u0000.safetensors",
        "secret\\r\\nHost: a.safetensors",
        "secret.bin",
    ];
    let many: Vec<String> = (0..5000)
        .map(|n| format!("secret-{n}.safetensors"))
        .collect();
    let lists = names.iter().map(|name| vec![(*name).to_owned()]);
    for names in lists.chain([many]) {
        let hub = with_fixtures();
        hub.always(WEIGHTS, ResponseFault::Status(404, ""));
        let entries = names.iter().enumerate();
        let entries: Vec<String> = entries
            .map(|(n, name)| format!(r#""{n}":"{name}""#))
            .collect();
        let index = format!(r#"{{"weight_map":{{{}}}}}"#, entries.join(","));
        hub.put(&format!("{WEIGHTS}.index.json"), index);
        let error = refused(&hub);
        let words = error.contains("outside the folder") || error.contains("more than any model");
        assert!(words, "{error}");
        assert!(hub.seen().iter().all(|seen| !seen.path.contains("secret")));
    }
}

#[cfg(unix)]
#[test]
fn planted_links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let hub = with_fixtures();
    let home = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "mine").expect("written");
    let part = home.path().join(format!("{REPO}.part"));
    fs::create_dir_all(&part).expect("made");
    for name in ["model.safetensors", "config.json", "tokenizer.json"] {
        symlink(&victim, part.join(name)).expect("linked");
        symlink(&victim, part.join(format!("{name}.part"))).expect("linked");
        symlink(&victim, part.join(format!("{name}.version"))).expect("linked");
    }
    let dir = get(home.path(), &hub).expect("arrived");
    assert_eq!(fs::read(&victim).expect("there"), b"mine");
    for name in ["model.safetensors", "config.json", "tokenizer.json"] {
        assert!(
            fs::symlink_metadata(dir.join(name))
                .expect("there")
                .is_file()
        );
    }

    let home = tempfile::tempdir().expect("a folder");
    let part = home.path().join(format!("{REPO}.part"));
    fs::create_dir_all(part.parent().expect("one")).expect("made");
    symlink(elsewhere.path(), &part).expect("linked");
    get(home.path(), &hub).expect("arrived");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("listed").count(), 1);

    // A link in place of the lock file is not followed either.
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join(".locks")).expect("made");
    symlink(&victim, home.path().join(".locks/me--clip-tiny")).expect("linked");
    let error = get(home.path(), &hub).expect_err("refused");
    assert!(matches!(error, DownloadError::Io { .. }), "{error}");
    assert_eq!(fs::read(&victim).expect("there"), b"mine");
}

#[test]
fn two_at_once_bring_a_model_once() {
    let (hub, home) = (with_fixtures(), tempfile::tempdir().expect("a folder"));
    hub.queue_faults(WEIGHTS, [90_000, 80_000].map(ResponseFault::BreakAfter));
    let fetch = || {
        let mut command = lumisift(home.path());
        command.args(["models", "get", REPO]);
        command
            .env("HF_ENDPOINT", &hub.address)
            .env_remove("HF_HOME");
        command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs")
    };
    let both = [fetch(), fetch(), fetch()];
    for child in both {
        let output = child.wait_with_output().expect("ends");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
    }
    assert_eq!(hub.ranges(WEIGHTS), [0, 90_000, 170_000]);
}

#[test]
fn no_token_is_sent_unencrypted() {
    let (hub, home) = (with_fixtures(), tempfile::tempdir().expect("a folder"));
    let mut command = lumisift(home.path());
    command.args(["models", "get", REPO]);
    command
        .env("HF_ENDPOINT", &hub.address)
        .env("HF_TOKEN", "hf_secret");
    let output = command.output().expect("ends");
    assert!(output.status.success());
    let seen = format!("{:?}", hub.seen());
    assert!(
        !seen.contains("secret") && !seen.contains("authorization"),
        "{seen}"
    );
}
