//! Files on their way: resumed where they broke off, from one mirror or the next, and kept only when their sum is right.

use std::path::Path;
use std::time::Duration;

use flywheel_spec::{Phrase, Problem, Problems, phrase};
use reqwest::header::{ETAG, RANGE};
use reqwest::{StatusCode, redirect};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Errand, Fetched, Progress, SUMS, Wanted};
use crate::storage::StorageError;
use crate::warehouse::fingerprint::hex;

/// Times that a mirror is asked for a file before the next one is.
const ATTEMPTS: u32 = 4;

/// What a model hub calls a large file's sum; its `ETag` is that of a small one, which is another kind of sum.
const STATED_SUM: &str = "x-linked-etag";

/// Brings every file of the errand into `folder`.
///
/// A file that is there and whole is kept; one that broke off (`<name>.part`) is continued. One whose sum nobody knows is
/// kept where it is there.
///
/// # Errors
/// When no mirror can be reached, a content is not the known one (it is refused and removed), or the disk fails.
pub async fn fetch_files(
    mut errand: Errand,
    folder: &Path,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<Fetched, Problems> {
    let client = client(&errand.mirrors).map_err(|error| offline(&errand, &error.to_string()))?;
    if errand.own_sums
        && let Some(mirror) = errand.mirrors.first()
    {
        own_sums(&client, mirror, &mut errand.files).await;
    }
    std::fs::create_dir_all(folder).map_err(|error| StorageError::from(error).at(folder))?;

    let mut fetched =
        Fetched { folder: folder.to_owned(), files: Vec::new(), downloaded_bytes: 0, actions: Vec::new() };
    for file in &errand.files {
        let path = folder.join(&file.name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| StorageError::from(error).at(parent))?;
        }
        let here = sha256(&path).await;
        let mut file = file.clone();
        if file.sha256.is_none() {
            file.sha256 = stated_sum(&errand.mirrors, &file.name).await;
        }
        if here.is_ok_and(|sum| file.sha256.as_ref().is_none_or(|wanted| *wanted == sum)) {
            fetched.actions.push(phrase!("tables.fetch_there", file = file.name));
        } else {
            let mut download =
                Download { client: &client, file: &file, folder, bytes: 0, resumed: 0, progress };
            let outcome = download.from_any(&errand.mirrors).await;
            fetched.downloaded_bytes += download.bytes;
            match outcome {
                Ok(()) => fetched.actions.push(done(&file, download.bytes, download.resumed)),
                Err(Failure::Unreachable(reason)) => return Err(offline(&errand, &reason)),
                Err(Failure::Wrong(found)) => return Err(refused(&file, &found)),
                Err(Failure::Disk(error)) => return Err(StorageError::from(error).at(&path)),
            }
        }
        fetched.files.push(path);
    }
    Ok(fetched)
}

fn done(file: &Wanted, bytes: u64, resumed: u64) -> Phrase {
    match (&file.sha256, resumed) {
        (None, _) => phrase!("tables.fetch_unchecked", file = file.name, bytes = bytes),
        (Some(_), 0) => phrase!("tables.fetch_done", file = file.name, bytes = bytes),
        (Some(_), resumed) => phrase!("tables.fetch_resumed", file = file.name, bytes = resumed),
    }
}

/// One file on its way.
struct Download<'a> {
    client: &'a reqwest::Client,
    file: &'a Wanted,
    folder: &'a Path,
    bytes: u64,
    resumed: u64,
    progress: &'a mut (dyn FnMut(&Progress) + Send),
}

/// Why a file did not come.
enum Failure {
    /// No mirror gave it, with the last one's reason.
    Unreachable(String),
    /// Its content is another, with its sha256.
    Wrong(String),
    /// It could not be kept.
    Disk(std::io::Error),
}

impl Download<'_> {
    async fn from_any(&mut self, mirrors: &[String]) -> Result<(), Failure> {
        let mut last = Failure::Unreachable(String::new());
        for mirror in mirrors {
            for attempt in 0..ATTEMPTS {
                if attempt > 0 {
                    tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
                }
                match self.once(&format!("{mirror}/{}", self.file.name)).await {
                    Ok(()) => return Ok(()),
                    Err(failure @ Failure::Disk(_)) => return Err(failure),
                    Err(failure @ Failure::Wrong(_)) => {
                        // The same bytes would come again: ask the next mirror.
                        last = failure;
                        break;
                    }
                    Err(failure) => {
                        // A wrong content is worse news than a mirror that is down.
                        if !matches!(last, Failure::Wrong(_)) {
                            last = failure;
                        }
                    }
                }
            }
        }
        Err(last)
    }

    /// Continues the partial file, or begins it, and puts it in its place when its sum is right.
    async fn once(&mut self, url: &str) -> Result<(), Failure> {
        let part = self.folder.join(format!("{}.part", self.file.name));
        let have = tokio::fs::metadata(&part).await.map_or(0, |metadata| metadata.len());
        // Nothing would tell whether what is continued is the same file.
        let have = if self.file.sha256.is_some() { have } else { 0 };
        let whole = self.file.bytes.is_some_and(|bytes| have == bytes);
        if !whole {
            self.transfer(url, &part, have).await?;
        }
        let found = sha256(&part).await.map_err(Failure::Disk)?;
        if self.file.sha256.as_ref().is_some_and(|wanted| *wanted != found) {
            tokio::fs::remove_file(&part).await.map_err(Failure::Disk)?;
            // What was continued may have come from another file: only a fresh one is proof.
            return Err(if have > 0 { Failure::Unreachable(found) } else { Failure::Wrong(found) });
        }
        tokio::fs::rename(&part, self.folder.join(&self.file.name)).await.map_err(Failure::Disk)
    }

    async fn transfer(&mut self, url: &str, part: &Path, have: u64) -> Result<(), Failure> {
        let broken = |error: reqwest::Error| Failure::Unreachable(reason(&error));
        let mut request = self.client.get(url);
        if have > 0 {
            request = request.header(RANGE, format!("bytes={have}-"));
        }
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status();
        if status == StatusCode::RANGE_NOT_SATISFIABLE {
            // Nothing is left to send: either the file is whole, which its sum will tell, or it was another.
            return Ok(());
        }
        if !status.is_success() {
            return Err(Failure::Unreachable(format!("{url}: {status}")));
        }
        let continues = status == StatusCode::PARTIAL_CONTENT;
        let mut done = if continues { have } else { 0 };
        self.resumed += done;
        let total = response.content_length().map(|length| length + done).or(self.file.bytes);
        let mut file = match continues {
            true => tokio::fs::OpenOptions::new().append(true).open(part).await,
            false => File::create(part).await,
        }
        .map_err(Failure::Disk)?;
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) => {
                    // What came so far is kept for the next attempt.
                    file.flush().await.map_err(Failure::Disk)?;
                    return Err(broken(error));
                }
            };
            file.write_all(&chunk).await.map_err(Failure::Disk)?;
            done += chunk.len() as u64;
            self.bytes += chunk.len() as u64;
            (self.progress)(&Progress { file: self.file.name.clone(), done, total });
        }
        file.flush().await.map_err(Failure::Disk)?;
        file.sync_all().await.map_err(Failure::Disk)
    }
}

fn client(mirrors: &[String]) -> Result<reqwest::Client, reqwest::Error> {
    builder(mirrors).build()
}

fn builder(mirrors: &[String]) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(30));
    // A proxy on the way out cannot reach this machine.
    if mirrors.iter().all(|mirror| is_loopback(mirror)) { builder.no_proxy() } else { builder }
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(address: &str) -> bool {
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]")
}

/// The sum that a mirror states for a large file; a hub tells it before it sends one on to where the content lies.
async fn stated_sum(mirrors: &[String], name: &str) -> Option<String> {
    let client = builder(mirrors).redirect(redirect::Policy::none()).build().ok()?;
    for mirror in mirrors {
        let Ok(response) = client.head(format!("{mirror}/{name}")).send().await else { continue };
        let headers = response.headers();
        let stated =
            headers.get(STATED_SUM).or_else(|| headers.get(ETAG)).and_then(|value| value.to_str().ok());
        let sum = stated.map(|sum| sum.trim_start_matches("W/").trim_matches('"').to_lowercase());
        if let Some(sum) = sum.filter(|sum| is_sum(sum)) {
            return Some(sum);
        }
    }
    None
}

fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Takes the sums of a mirror that lists its own.
async fn own_sums(client: &reqwest::Client, mirror: &str, files: &mut [Wanted]) {
    let Ok(response) = client.get(format!("{mirror}/{SUMS}")).send().await else { return };
    if !response.status().is_success() {
        return;
    }
    let Ok(text) = response.text().await else { return };
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(sum), Some(name)) = (words.next(), words.next()) else { continue };
        let name = name.trim_start_matches('*');
        if let Some(file) = files.iter_mut().find(|file| is_sum(sum) && file.name == name) {
            file.sha256 = Some(sum.to_lowercase());
            file.bytes = None;
        }
    }
}

async fn sha256(path: &Path) -> Result<String, std::io::Error> {
    let mut file = File::open(path).await?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).await? {
            0 => return Ok(hex(&digest.finalize())),
            count => digest.update(&buffer[..count]),
        }
    }
}

/// The innermost cause says what happened; the outer ones only that something did.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.url() {
        Some(url) => format!("{url}: {cause}"),
        None => cause.to_string(),
    }
}

fn offline(errand: &Errand, reason: &str) -> Problems {
    Problem::error(phrase!("tables.offline", name = errand.name, reason = reason))
        .advise(errand.offline_advice.clone())
        .into()
}

fn refused(file: &Wanted, found: &str) -> Problems {
    let wanted = file.sha256.as_deref().unwrap_or_default();
    Problem::error(phrase!("tables.wrong_sum", found = found, wanted = wanted))
        .advise(Phrase::new("tables.wrong_sum_advice"))
        .in_file(&file.name)
        .into()
}
