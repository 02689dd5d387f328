//! Hugging Face's hub and its mirrors: URLs, file metadata, and the cache shared with other tools.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::engine::cancel::Cancel;
use crate::engine::files::regular::read_regular_text;
use crate::engine::hub::http::{self, Client, HttpError, HttpRequest, ResponseHead, address};

/// The default hub.
pub const HUGGING_FACE: &str = "https://huggingface.co";
/// Timeout of small requests.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Size limit of responses other than model files, in bytes.
const SMALL: u64 = 16 << 20;
/// Size limit of a file that contains a commit hash, in bytes.
const MAX_REFERENCE: u64 = 4096;

/// A repository, `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoId(String);

impl RepoId {
    /// Parses a repository name or the URL of its page on the hub.
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

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without the owner.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Its folder below the models folder.
    #[must_use]
    pub fn folder(&self, models: &Path) -> PathBuf {
        models.join(&self.0)
    }
}

/// A checksum of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256 of the contents, which the hub stores for large files.
    Sha256(String),
    /// SHA-1 of git's blob header and the contents, which the hub stores for small files.
    GitBlob(String),
}

/// Metadata of a file on a hub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteFile {
    /// Size in bytes.
    pub size: Option<u64>,
    /// Checksum of the contents.
    pub checksum: Option<Checksum>,
    /// ETag, which identifies this version of the file.
    pub etag: Option<String>,
}

impl RemoteFile {
    /// Only the hub's own server is trusted. The server that it redirects to for large files may belong to anybody, and
    /// contributes only the content length of its response.
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

/// An access token, and the only hub that it may be sent to.
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
    /// A token for the hub at `endpoint`.
    #[must_use]
    pub fn new(secret: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            secret: secret.into(),
            endpoint: endpoint.into(),
        }
    }

    /// `HF_TOKEN`, for the hub of `HF_ENDPOINT` if that is set, otherwise for Hugging Face.
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

    /// The token, if the hub at `endpoint` is the intended one and uses https.
    #[must_use]
    pub fn secret_for(&self, endpoint: &str) -> Option<&str> {
        let issuer = address::parse(&self.endpoint)?;
        let hub = address::parse(endpoint)?;
        address::may_carry_token(&issuer, &hub).then_some(&self.secret)
    }
}

/// A revision of a repository on a hub.
#[derive(Clone)]
pub struct Hub {
    /// URL of the hub.
    pub endpoint: String,
    /// The repository.
    pub repo: RepoId,
    /// Branch, commit or git reference.
    pub revision: String,
    /// Access token.
    pub token: Option<String>,
    /// The HTTP client.
    pub client: Client,
}

impl Hub {
    /// The URL of a file.
    #[must_use]
    pub fn url(&self, file: &str) -> String {
        let endpoint = self.endpoint.trim_end_matches('/');
        let revision = self.revision.replace('/', "%2F");
        format!(
            "{endpoint}/{}/resolve/{revision}/{file}",
            self.repo.as_str()
        )
    }

    /// A GET request for a file.
    #[must_use]
    pub fn request(&self, file: &str) -> HttpRequest {
        HttpRequest {
            token: self.token.clone(),
            ..HttpRequest::get(self.url(file))
        }
    }

    /// Metadata of a file; `None` if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the hub cannot be reached or rejects the request.
    pub fn file_info(&self, file: &str, cancel: &Cancel) -> Result<Option<RemoteFile>, HttpError> {
        let request = HttpRequest {
            head: true,
            ..self.request(file)
        };
        let response = self.client.open(request, cancel)?;
        match response.head.status {
            200 => Ok(Some(RemoteFile::from_head(&response.head))),
            404 | 410 => Ok(None),
            // Some mirrors do not support HEAD; the metadata is then unknown.
            405 | 501 => Ok(Some(RemoteFile::default())),
            _ => Err(response.refused()),
        }
    }

    /// Downloads a small file.
    ///
    /// # Errors
    /// Returns an error if the download fails or the file is too large.
    pub fn read(&self, file: &str, cancel: &Cancel) -> Result<Vec<u8>, HttpError> {
        self.client
            .bytes(self.request(file), SMALL, REQUEST_TIMEOUT, cancel)
    }

    /// The revision in which the hub's bot has converted pickled weights to safetensors: a pull request under the bot's
    /// reserved name.
    ///
    /// # Errors
    /// Returns an error if the hub cannot be reached.
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
        let bytes = match self.client.bytes(request, SMALL, REQUEST_TIMEOUT, cancel) {
            Ok(bytes) => bytes,
            // Mirrors need not implement this API.
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

/// Hubs in order of precedence: `HF_ENDPOINT`, the user's mirrors, Hugging Face.
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

/// The snapshot folder of a revision in the cache of Hugging Face's own tools, if present.
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
