//! Hugging Face's hub and its mirrors: URLs, file metadata, and the cache that other programs share.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::engine::cancel::Cancel;
use crate::engine::files::regular::read_regular_text;
use crate::engine::hub::http::{self, Client, HttpError, HttpRequest, ResponseHead, address};

/// The default hub.
pub const HUGGING_FACE: &str = "https://huggingface.co";
/// Longest that small answers may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Largest answer that is not a model's file.
const SMALL: u64 = 16 << 20;
/// Largest file that names a commit.
const MAX_REFERENCE: u64 = 4096;

/// A repository, `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoId(String);

impl RepoId {
    /// From text. Addresses of the hub's pages are understood too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        let text = text
            .strip_prefix("https://")
            .map_or(Some(text), |rest| Some(rest.split_once('/')?.1))?;
        let (owner, name) = text.split_once('/')?;
        let fine = |part: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            (1..=96).contains(&part.len()) && part.chars().all(allowed) && !part.starts_with('.')
        };
        (fine(owner) && fine(name)).then(|| Self(text.into()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the owner.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Its folder below a folder of models.
    #[must_use]
    pub fn folder(&self, models: &Path) -> PathBuf {
        models.join(&self.0)
    }
}

/// What a checksum is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256 of the bytes, as the hub keeps for large files.
    Sha256(String),
    /// SHA-1 of git's header and the bytes, as the hub keeps for small ones.
    GitBlob(String),
}

/// What a hub says of a file before it is fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its length in bytes.
    pub size: Option<u64>,
    /// Its checksum.
    pub checksum: Option<Checksum>,
    /// The name by which a mirror knows this version of it.
    pub etag: Option<String>,
}

impl RemoteFile {
    /// Only the hub's own server is believed: the host that it sends people to for large files may be anybody's, and
    /// gives only the number of bytes that it is about to send.
    fn from_head(head: &ResponseHead) -> Self {
        let number = |name| head.own(name).and_then(|text| text.parse().ok());
        let etag = head.own("x-linked-etag").or_else(|| head.first("etag"));
        let etag = etag.map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned());
        let hex = |etag: &String| etag.chars().all(|c| c.is_ascii_hexdigit());
        let checksum = etag.clone().filter(hex).and_then(|etag| match etag.len() {
            64 => Some(Checksum::Sha256(etag.to_lowercase())),
            40 => Some(Checksum::GitBlob(etag.to_lowercase())),
            _ => None,
        });
        let size = number("x-linked-size").or_else(|| {
            let length = head.last("content-length");
            length.and_then(|text| text.parse().ok())
        });
        Self {
            size,
            checksum,
            etag,
        }
    }
}

/// What lets a person read what not everybody may, and the one hub that it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    endpoint: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token for {}", http::host(&self.endpoint))
    }
}

impl Token {
    /// A token for the hub at an address.
    #[must_use]
    pub fn new(secret: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            secret: secret.into(),
            endpoint: endpoint.into(),
        }
    }

    /// `HF_TOKEN`, for the hub of `HF_ENDPOINT` if that is set with it, otherwise for Hugging Face.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        let set = |name| std::env::var(name).ok().map(|text| text.trim().to_owned());
        let secret = set("HF_TOKEN").filter(|token| !token.is_empty())?;
        let endpoint = set("HF_ENDPOINT").filter(|endpoint| !endpoint.is_empty());
        Some(Self::new(
            secret,
            endpoint.unwrap_or_else(|| HUGGING_FACE.into()),
        ))
    }

    /// The token, if the hub at `endpoint` is the one that it is for and the connection is encrypted.
    #[must_use]
    pub fn secret_for(&self, endpoint: &str) -> Option<&str> {
        let issuer = address::parse(&self.endpoint)?;
        let hub = address::parse(endpoint)?;
        address::may_carry_token(&issuer, &hub).then_some(&self.secret)
    }
}

/// One revision of one repository on one hub.
#[derive(Clone)]
pub struct Hub {
    /// The hub's address.
    pub endpoint: String,
    /// The repository.
    pub repo: RepoId,
    /// Branch, commit or reference.
    pub revision: String,
    /// What lets a person read what not everybody may.
    pub token: Option<String>,
    /// Makes the requests.
    pub client: Client,
}

impl Hub {
    /// The address of a file.
    #[must_use]
    pub fn url(&self, file: &str) -> String {
        let endpoint = self.endpoint.trim_end_matches('/');
        let revision = self.revision.replace('/', "%2F");
        format!(
            "{endpoint}/{}/resolve/{revision}/{file}",
            self.repo.as_str()
        )
    }

    /// A request for a file.
    #[must_use]
    pub fn request(&self, file: &str) -> HttpRequest {
        HttpRequest {
            token: self.token.clone(),
            ..HttpRequest::get(self.url(file))
        }
    }

    /// What the hub says of a file; `None` if it has none of that name.
    ///
    /// # Errors
    /// If the hub cannot be reached or refuses.
    pub fn look(&self, file: &str, cancel: &Cancel) -> Result<Option<RemoteFile>, HttpError> {
        let request = HttpRequest {
            head: true,
            ..self.request(file)
        };
        let answer = self.client.open(request, cancel)?;
        match answer.head.status {
            200 => Ok(Some(RemoteFile::from_head(&answer.head))),
            404 | 410 => Ok(None),
            // Some mirrors do not know this kind of question: then nothing is known beforehand.
            405 | 501 => Ok(Some(RemoteFile::default())),
            _ => Err(answer.refused()),
        }
    }

    /// A small file, whole.
    ///
    /// # Errors
    /// If it cannot be had.
    pub fn read(&self, file: &str, cancel: &Cancel) -> Result<Vec<u8>, HttpError> {
        self.client
            .bytes(self.request(file), SMALL, PATIENCE, cancel)
    }

    /// The revision in which the hub itself has converted pickled weights to safetensors: a pull request of
    /// its bot, under whose name nobody else can write.
    ///
    /// # Errors
    /// If the hub cannot be reached or refuses.
    pub fn conversion(&self, cancel: &Cancel) -> Result<Option<String>, HttpError> {
        #[derive(Deserialize)]
        struct Discussions {
            discussions: Vec<Discussion>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Discussion {
            num: u64,
            title: String,
            author: Author,
            is_pull_request: bool,
        }
        #[derive(Deserialize)]
        struct Author {
            name: String,
        }
        let endpoint = self.endpoint.trim_end_matches('/');
        let request = HttpRequest {
            token: self.token.clone(),
            ..HttpRequest::get(format!(
                "{endpoint}/api/models/{}/discussions?author=SFconvertbot",
                self.repo.as_str()
            ))
        };
        let bytes = match self.client.bytes(request, SMALL, PATIENCE, cancel) {
            Ok(bytes) => bytes,
            // A mirror of files need not have this.
            Err(HttpError::Status { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Ok(found) = serde_json::from_slice::<Discussions>(&bytes) else {
            return Ok(None);
        };
        let converted = |d: &&Discussion| {
            d.is_pull_request && d.author.name == "SFconvertbot" && d.title.contains("safetensors")
        };
        let newest = found
            .discussions
            .iter()
            .filter(converted)
            .max_by_key(|d| d.num);
        Ok(newest.map(|d| format!("refs/pr/{}", d.num)))
    }
}

/// Hubs in the order in which they are asked: `HF_ENDPOINT`, a person's mirrors, Hugging Face.
#[must_use]
pub fn endpoints(mirrors: &[String]) -> Vec<String> {
    let set = std::env::var("HF_ENDPOINT").ok().into_iter();
    let mirrors = mirrors.iter().cloned();
    let mut all: Vec<String> = Vec::new();
    for endpoint in set.chain(mirrors).chain([HUGGING_FACE.to_owned()]) {
        let endpoint = endpoint.trim().trim_end_matches('/').to_owned();
        if address::parse(&endpoint).is_some() && !all.contains(&endpoint) {
            all.push(endpoint);
        }
    }
    all
}

/// The folder of a repository in the cache that Hugging Face's own programs keep, if it has a revision of it.
#[must_use]
pub fn cached(cache: &Path, repo: &RepoId, revision: &str) -> Option<PathBuf> {
    let folder = cache.join(format!("models--{}", repo.as_str().replace('/', "--")));
    let snapshots = folder.join("snapshots");
    let named = read_regular_text(&folder.join("refs").join(revision), MAX_REFERENCE);
    let commit = named.map_or_else(|_| revision.to_owned(), |text| text.trim().to_owned());
    let exact = snapshots.join(commit);
    exact.is_dir().then_some(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_repositories_are_taken_for_such() {
        let name = |text| RepoId::parse(text).map(|repo| repo.0);
        assert_eq!(name("openai/clip"), Some("openai/clip".into()));
        assert_eq!(
            name("https://huggingface.co/openai/clip/"),
            Some("openai/clip".into())
        );
        for wrong in [
            "clip",
            "../etc/passwd",
            "a/..",
            "a/b/c",
            "a/b c",
            "/b",
            "a/",
        ] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_person_s_mirrors_come_before_the_hub_itself() {
        let all = endpoints(&["https://mirror.org/".into(), "not an address".into()]);
        let tail = &all[all.len() - 2..];
        assert_eq!(tail, ["https://mirror.org", HUGGING_FACE]);
    }

    #[test]
    fn a_token_is_for_one_hub_and_never_for_an_unencrypted_one() {
        let own = Token::new("secret", HUGGING_FACE);
        assert_eq!(own.secret_for("https://huggingface.co/"), Some("secret"));
        let other = Token::new("secret", "https://hub.corp:8443/base");
        assert_eq!(other.secret_for("https://hub.corp:8443"), Some("secret"));
        for (token, endpoint) in [
            (&own, "http://huggingface.co"),
            (&own, "https://hf-mirror.com"),
            (&own, "https://huggingface.co.evil.org"),
            (&own, "https://huggingface.co@evil.org"),
            (&own, "no address"),
            (&other, HUGGING_FACE),
            (&other, "https://hub.corp"),
            (
                &Token::new("secret", "http://127.0.0.1:80"),
                "http://127.0.0.1:80",
            ),
        ] {
            assert_eq!(token.secret_for(endpoint), None, "{token:?} {endpoint}");
        }
        assert!(!format!("{own:?}").contains("secret"));
    }

    #[test]
    fn the_cache_of_other_programs_is_understood() {
        let dir = tempfile::tempdir().expect("a folder");
        let repo = RepoId::parse("openai/clip-x").expect("a name");
        let folder = dir.path().join("models--openai--clip-x");
        let snapshot = folder.join("snapshots/abc");
        std::fs::create_dir_all(&snapshot).expect("made");
        std::fs::create_dir_all(folder.join("refs")).expect("made");
        std::fs::write(folder.join("refs/main"), "abc\n").expect("written");
        assert_eq!(cached(dir.path(), &repo, "main"), Some(snapshot.clone()));
        assert_eq!(cached(dir.path(), &repo, "abc"), Some(snapshot));
        assert_eq!(cached(dir.path(), &repo, "other"), None);
    }
}
