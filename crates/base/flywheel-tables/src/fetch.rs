//! Known data sets from the network: checked by sha256, resumed where a download broke off, from one mirror or the next.

use std::path::{Path, PathBuf};
use std::time::Duration;

use flywheel_spec::{Phrase, Problem, Problems, phrase};
use reqwest::StatusCode;
use reqwest::header::RANGE;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::storage::StorageError;
use crate::warehouse::fingerprint::hex;

/// A data set that `flywheel data get` knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataSet {
    /// Its name.
    pub name: &'static str,
    /// The folders on the web that hold its files, the first one tried first.
    pub mirrors: &'static [&'static str],
    /// Its files.
    pub files: &'static [DataFile],
}

/// One file of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFile {
    /// Its name, the same on every mirror.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: u64,
    /// The sha256 of its content, hexadecimal.
    pub sha256: &'static str,
}

/// Every known data set.
pub const KNOWN: &[DataSet] = &[DataSet {
    name: "mnist",
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ],
    files: &[
        DataFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 9_912_422,
            sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        },
        DataFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 28_881,
            sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        },
        DataFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 1_648_877,
            sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        },
        DataFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 4_542,
            sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ],
}];

/// A mirror of one's own may carry this list (as `sha256sum` writes it), which then counts instead of the built-in sums.
pub const SUMS: &str = "SHA256SUMS";

/// Times that a mirror is asked for a file before the next one is.
const ATTEMPTS: u32 = 4;

/// How far a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The file under way.
    pub file: String,
    /// Its bytes so far.
    pub done: u64,
    /// Its bytes in all, where known.
    pub total: Option<u64>,
}

/// What came of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The folder that holds the files.
    pub folder: PathBuf,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Bytes that crossed the network.
    pub downloaded_bytes: u64,
    /// What was done to which file.
    pub actions: Vec<Phrase>,
}

/// Brings every file of a data set into `folder`, from `mirror` where one is given.
///
/// A file that is there and whole is kept; one that broke off (`<name>.part`) is continued.
/// A file whose content is not the known one is refused and removed.
pub async fn fetch(
    name: &str,
    folder: &Path,
    mirror: Option<&str>,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<Fetched, Problems> {
    let Some(set) = KNOWN.iter().find(|set| set.name == name) else {
        let known: Vec<&str> = KNOWN.iter().map(|set| set.name).collect();
        let nearest = known
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
        let advice =
            phrase!("tables.set_unknown_advice", nearest = nearest.unwrap_or(&""), known = known.join(", "));
        return Err(Problem::error(phrase!("tables.set_unknown", found = name)).advise(advice).into());
    };
    let mirrors: Vec<&str> = match mirror {
        Some(mirror) => vec![mirror.trim_end_matches('/')],
        None => set.mirrors.to_vec(),
    };
    let client = client(&mirrors).map_err(|error| offline(set, &mirrors, &error.to_string()))?;
    let mut files: Vec<Wanted> = set.files.iter().map(Wanted::of).collect();
    if mirror.is_some() {
        own_sums(&client, mirrors[0], &mut files).await;
    }
    std::fs::create_dir_all(folder).map_err(|error| StorageError::from(error).at(folder))?;

    let mut fetched =
        Fetched { folder: folder.to_owned(), files: Vec::new(), downloaded_bytes: 0, actions: Vec::new() };
    for file in &files {
        let path = folder.join(file.name);
        if sha256(&path).await.is_ok_and(|sum| sum == file.sha256) {
            fetched.actions.push(phrase!("tables.fetch_there", file = file.name));
        } else {
            let mut download = Download { client: &client, file, folder, bytes: 0, resumed: 0, progress };
            let outcome = download.from_any(&mirrors).await;
            fetched.downloaded_bytes += download.bytes;
            match outcome {
                Ok(()) if download.resumed > 0 => {
                    fetched.actions.push(phrase!(
                        "tables.fetch_resumed",
                        file = file.name,
                        bytes = download.resumed
                    ));
                }
                Ok(()) => fetched.actions.push(phrase!(
                    "tables.fetch_done",
                    file = file.name,
                    bytes = download.bytes
                )),
                Err(Failure::Unreachable(reason)) => return Err(offline(set, &mirrors, &reason)),
                Err(Failure::Wrong(found)) => return Err(refused(file, &found)),
                Err(Failure::Disk(error)) => return Err(StorageError::from(error).at(&path)),
            }
        }
        fetched.files.push(path);
    }
    Ok(fetched)
}

/// A file with the sum that counts.
struct Wanted {
    name: &'static str,
    bytes: Option<u64>,
    sha256: String,
}

impl Wanted {
    fn of(file: &DataFile) -> Self {
        Self { name: file.name, bytes: Some(file.bytes), sha256: file.sha256.to_owned() }
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
    async fn from_any(&mut self, mirrors: &[&str]) -> Result<(), Failure> {
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
        let whole = self.file.bytes.is_some_and(|bytes| have == bytes);
        if !whole {
            self.transfer(url, &part, have).await?;
        }
        let found = sha256(&part).await.map_err(Failure::Disk)?;
        if found != self.file.sha256 {
            tokio::fs::remove_file(&part).await.map_err(Failure::Disk)?;
            // What was continued may have come from another file: only a fresh one is proof.
            return Err(if have > 0 { Failure::Unreachable(found) } else { Failure::Wrong(found) });
        }
        tokio::fs::rename(&part, self.folder.join(self.file.name)).await.map_err(Failure::Disk)
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
            (self.progress)(&Progress { file: self.file.name.to_owned(), done, total });
        }
        file.flush().await.map_err(Failure::Disk)?;
        file.sync_all().await.map_err(Failure::Disk)
    }
}

fn client(mirrors: &[&str]) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(30));
    let is_loopback = |mirror: &&str| {
        let host = url::Url::parse(mirror).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]")
    };
    if mirrors.iter().all(is_loopback) {
        // A proxy on the way out cannot reach this machine.
        builder = builder.no_proxy();
    }
    builder.build()
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
        let is_sum = sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        let name = name.trim_start_matches('*');
        if let Some(file) = files.iter_mut().find(|file| is_sum && file.name == name) {
            file.sha256 = sum.to_lowercase();
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
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.url() {
        Some(url) => format!("{url}: {cause}"),
        None => cause.to_string(),
    }
}

fn offline(set: &DataSet, mirrors: &[&str], reason: &str) -> Problems {
    let files: Vec<&str> = set.files.iter().map(|file| file.name).collect();
    Problem::error(phrase!("tables.offline", name = set.name, reason = reason))
        .advise(phrase!(
            "tables.offline_advice",
            files = files.join(", "),
            mirror = mirrors.first().unwrap_or(&"")
        ))
        .into()
}

fn refused(file: &Wanted, found: &str) -> Problems {
    Problem::error(phrase!("tables.wrong_sum", found = found, wanted = file.sha256))
        .advise(Phrase::new("tables.wrong_sum_advice"))
        .in_file(file.name)
        .into()
}
