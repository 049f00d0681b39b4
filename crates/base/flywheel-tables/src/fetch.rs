//! Known data sets from the network: checked by sha256, resumed where a download broke off, from one mirror or the next.

mod download;

use std::path::{Path, PathBuf};

use flywheel_spec::{Phrase, Problem, Problems, phrase};

pub use download::fetch_files;
pub(crate) use download::{is_loopback, reason};

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

/// Files to be brought from the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// What they are together, as a person calls it.
    pub name: String,
    /// The folders on the web that hold them, the first one tried first; without a slash at the end.
    pub mirrors: Vec<String>,
    /// The files.
    pub files: Vec<Wanted>,
    /// Whether the first mirror's own list of sums ([`SUMS`]) counts where it has one.
    pub own_sums: bool,
    /// What to do where no mirror can be reached.
    pub offline_advice: Phrase,
}

/// A file with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its path below the mirror and below the folder.
    pub name: String,
    /// Its bytes, where known.
    pub bytes: Option<u64>,
    /// The sha256 of its content; where none is known, the one that the server states counts, where it states one.
    pub sha256: Option<String>,
}

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
    let mirrors: Vec<String> = match mirror {
        Some(mirror) => vec![mirror.trim_end_matches('/').to_owned()],
        None => set.mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
    };
    let names: Vec<&str> = set.files.iter().map(|file| file.name).collect();
    let offline_advice = phrase!(
        "tables.offline_advice",
        files = names.join(", "),
        mirror = mirrors.first().map_or("", String::as_str)
    );
    let files = set.files.iter().map(|file| Wanted {
        name: file.name.to_owned(),
        bytes: Some(file.bytes),
        sha256: Some(file.sha256.to_owned()),
    });
    let errand = Errand {
        name: set.name.to_owned(),
        files: files.collect(),
        own_sums: mirror.is_some(),
        mirrors,
        offline_advice,
    };
    fetch_files(errand, folder, progress).await
}
