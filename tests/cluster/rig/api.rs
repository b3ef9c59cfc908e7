//! The API server, asked over HTTPS.
//!
//! What an answer means is for the caller: a refusal is an answer too.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// How long an answer may take: an API server whose etcd has ended gives none.
const PATIENCE: Duration = Duration::from_secs(60);

const NOT_FOUND: u16 = 404;
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The API server, asked as one user.
#[derive(Clone)]
pub struct Api {
    agent: Agent,
    server: String,
    token: String,
    /// For whom it asks, as the headers for that.
    acting_for: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code of HTTP.
    pub code: u16,
    /// The object, or the `Status` that says why there is none.
    pub body: Value,
    /// The texts of the `Warning` headers.
    pub warnings: Vec<String>,
    /// The id of the request in the audit log.
    pub audit_id: String,
}

/// How a write is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Admission as ever, and then nothing is stored (`dryRun=All`).
    DryRun,
    /// It is stored.
    Stored,
}

impl Api {
    pub(super) fn new(server: &str, authority: &Path, token: &str) -> Result<Self, String> {
        let pem = fs::read(authority).map_err(|error| format!("`{}`: {error}", authority.display()))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| error.to_string())?;
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .proxy(None)
            .max_idle_connections_per_host(16)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        let acting_for = Vec::new();
        Ok(Self { agent, server: server.to_owned(), token: token.to_owned(), acting_for })
    }

    /// The same, for another user, who is in one group.
    pub fn acting_for(&self, user: &str, group: &str) -> Self {
        let headers = [("Impersonate-User", user), ("Impersonate-Group", group)];
        let acting_for = headers.map(|(name, value)| (name, value.to_owned())).into();
        Self { acting_for, ..self.clone() }
    }

    /// The address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Reads an object or a list of them.
    pub fn get(&self, path: &str) -> Result<Reply, String> {
        self.send("GET", path, None, JSON)
    }

    /// The metadata of each object of a collection, and nothing else of it; absent if the API server doesn't know the kind.
    pub fn metadata(&self, path: &str) -> Result<Option<Vec<Value>>, String> {
        const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        let reply = self.send("GET", path, None, ("Accept", METADATA))?;
        if reply.code == NOT_FOUND {
            return Ok(None);
        }
        let mut list = reply.object()?;
        let items = list["items"].as_array_mut().into_iter().flatten();
        Ok(Some(items.map(|item| item["metadata"].take()).collect()))
    }

    /// Makes an object in the collection at this path.
    pub fn create(&self, path: &str, object: &Value, mode: Mode) -> Result<Reply, String> {
        self.send("POST", &with(path, mode), Some(object), JSON)
    }

    /// Replaces the object at this path.
    pub fn replace(&self, path: &str, object: &Value, mode: Mode) -> Result<Reply, String> {
        self.send("PUT", &with(path, mode), Some(object), JSON)
    }

    /// Changes the object at this path, as a merge patch says.
    pub fn patch(&self, path: &str, patch: &Value) -> Result<Reply, String> {
        self.send("PATCH", path, Some(patch), ("Content-Type", "application/merge-patch+json"))
    }

    /// Removes the object at this path.
    pub fn delete(&self, path: &str, mode: Mode) -> Result<Reply, String> {
        self.send("DELETE", &with(path, mode), None, JSON)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        (header, types): (&str, &str),
    ) -> Result<Reply, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header("Authorization", format!("Bearer {}", self.token))
            .header(header, types);
        for (name, value) in &self.acting_for {
            request = request.header(*name, value);
        }
        let unable = |error: ureq::Error| format!("{method} {path}: {error}");
        let response = match body {
            Some(body) => {
                let request = request.body(body.to_string()).map_err(|error| error.to_string())?;
                self.agent.run(request).map_err(unable)?
            }
            None => {
                let request = request.body(()).map_err(|error| error.to_string())?;
                self.agent.run(request).map_err(unable)?
            }
        };
        read(response).map_err(|error| format!("{method} {path}: {error}"))
    }
}

impl Reply {
    /// The object; the error is the reason that the API server gave.
    pub fn object(self) -> Result<Value, String> {
        if self.is_success() { Ok(self.body) } else { Err(self.message()) }
    }

    /// Whether it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Why it wasn't done.
    pub fn message(&self) -> String {
        let text = self.body["message"].as_str().map(str::to_owned);
        text.unwrap_or_else(|| format!("status {}: {}", self.code, self.body))
    }
}

/// A path with the parameter of a dry run.
fn with(path: &str, mode: Mode) -> String {
    match mode {
        Mode::DryRun => format!("{path}?dryRun=All"),
        Mode::Stored => path.to_owned(),
    }
}

fn read(mut response: Response<Body>) -> Result<Reply, String> {
    let code = response.status().as_u16();
    let headers = response.headers().get_all("Warning").iter();
    let warnings = headers.filter_map(|value| warning(&String::from_utf8_lossy(value.as_bytes()))).collect();
    let audit_id = response.headers().get("Audit-Id").map(|id| String::from_utf8_lossy(id.as_bytes()));
    let audit_id = audit_id.unwrap_or_default().into_owned();
    let text = response
        .body_mut()
        .with_config()
        .limit(u64::MAX)
        .read_to_string()
        .map_err(|error| error.to_string())?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Reply { code, body, warnings, audit_id })
}

/// The text of a `Warning` header: `299 - "text"`, with `\` before a quote and a backslash (RFC 7234, section 5.5).
fn warning(header: &str) -> Option<String> {
    let quoted = header.split_once('"')?.1;
    let mut text = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(text),
            '\\' => text.extend(letters.next()),
            other => text.push(other),
        }
    }
    None
}
