//! Published text encoders: fetched by name or copied from a folder, and opened once before they count as there.

use std::path::{Path, PathBuf};

use flywheel_learn::encoder::Encoder;
use flywheel_spec::encoder::EncoderReport;
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::fetch::{Errand, Progress, Wanted, fetch_files};

use crate::data::blocking;
use crate::{Failure, Workbench};

/// An encoder that `flywheel models get` knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownEncoder {
    /// Its name here.
    pub name: &'static str,
    /// Its name on a model hub.
    pub repository: &'static str,
    /// Sha256 of its weights, where it is known beforehand; else the one that the hub states counts.
    pub weights: Option<&'static str>,
    /// The only language that it reads; every language where there is none.
    pub only: Option<TextLanguage>,
}

/// Every known encoder.
pub const ENCODERS: [KnownEncoder; 3] = [
    KnownEncoder {
        name: "minilm",
        repository: "sentence-transformers/all-MiniLM-L6-v2",
        weights: Some("53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        only: Some(TextLanguage::En),
    },
    KnownEncoder {
        name: "minilm-multilingual",
        repository: "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        weights: None,
        only: None,
    },
    KnownEncoder {
        name: "bge-small-zh",
        repository: "BAAI/bge-small-zh-v1.5",
        weights: None,
        only: Some(TextLanguage::Zh),
    },
];

/// The hubs that hold them, the first one tried first; the second mirrors it where it can't be reached.
const HUBS: [&str; 2] = ["https://huggingface.co", "https://hf-mirror.com"];

/// The weights, the largest file and the last to come.
const WEIGHTS: &str = "model.safetensors";

/// What a hub holds for each of the known encoders.
const FILES: [&str; 7] = [
    "config.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "tokenizer_config.json",
    "tokenizer.json",
    WEIGHTS,
];

/// What a folder may hold besides, taken along where it is there.
const MORE: [&str; 5] =
    ["vocab.txt", "special_tokens_map.json", "config_sentence_transformers.json", "README.md", "LICENSE"];

impl Workbench {
    /// Where an encoder of that name lies, there or not.
    pub fn encoder_folder(&self, name: &str) -> PathBuf {
        self.folder().encoders().join(name)
    }

    /// The names of all encoders that are there, sorted.
    pub fn encoders(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder().encoders()).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().join("config.json").is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| is_name(name))
            .collect();
        names.sort();
        names
    }

    /// Gets an encoder: a known one from a hub (`hub` instead of the usual ones where given), or a copy of a folder.
    ///
    /// What broke off is continued; what is there already is opened and kept.
    ///
    /// # Errors
    /// When the source is unknown or can't be reached, or what came is not an encoder that is computed here.
    pub async fn get_encoder(
        &self,
        source: &str,
        name: Option<&str>,
        hub: Option<&str>,
        mut progress: impl FnMut(&str, u64, Option<u64>) + Send,
    ) -> Result<EncoderReport, Failure> {
        let known = ENCODERS.iter().find(|known| known.name == source);
        let path = Path::new(source);
        let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = match (name, known) {
            (Some(name), _) => name.to_owned(),
            (None, Some(known)) => known.name.to_owned(),
            (None, None) => own.unwrap_or_default(),
        };
        if known.is_none() && !path.is_dir() {
            return Err(unknown(source));
        }
        if !is_name(&name) {
            return Err(Failure::Wrong(Problem::error(phrase!("encoder.name_wrong", found = name)).into()));
        }
        let target = self.encoder_folder(&name);
        if known.is_some() && target.is_dir() {
            let there = vec![phrase!("tables.fetch_there", file = name)];
            return report(name, target, there).await;
        }
        let arriving = self.folder().downloads().join(format!("encoder-{name}"));
        let actions = match known {
            Some(known) => {
                let mut told = |now: &Progress| progress(&now.file, now.done, now.total);
                fetch_files(errand(known, hub), &arriving, &mut told).await?.actions
            }
            None => {
                let (from, to) = (path.to_owned(), arriving.clone());
                blocking(move || copy(&from, &to)).await??
            }
        };
        let mut report = report(name, arriving.clone(), actions).await?;
        self.put_in_place(&arriving, &target)?;
        let here = target.display().to_string();
        let last = report.findings.pop().map(|_| ready(&report, &here));
        report.findings.extend(last);
        report.folder = here;
        Ok(report)
    }

    /// A folder appears whole; one of the same name steps aside first.
    fn put_in_place(&self, arriving: &Path, target: &Path) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::io(target, &error);
        std::fs::create_dir_all(self.folder().encoders()).map_err(failed)?;
        let aside = self.folder().downloads().join("encoder.replaced");
        if target.is_dir() {
            std::fs::rename(target, &aside).map_err(failed)?;
        }
        std::fs::rename(arriving, target).map_err(failed)?;
        if aside.is_dir() {
            std::fs::remove_dir_all(&aside).map_err(failed)?;
        }
        Ok(())
    }
}

fn errand(known: &KnownEncoder, hub: Option<&str>) -> Errand {
    let hubs = hub.map_or(HUBS.to_vec(), |hub| vec![hub.trim_end_matches('/')]);
    let mirrors: Vec<String> =
        hubs.iter().map(|hub| format!("{hub}/{}/resolve/main", known.repository)).collect();
    let files = FILES.iter().map(|file| Wanted {
        name: (*file).to_owned(),
        bytes: None,
        sha256: known.weights.filter(|_| *file == WEIGHTS).map(str::to_owned),
    });
    Errand {
        name: known.repository.to_owned(),
        files: files.collect(),
        own_sums: false,
        offline_advice: phrase!("encoder.offline_advice", url = format!("{}/{}", hubs[0], known.repository)),
        mirrors,
    }
}

/// Copies what belongs to an encoder, into a folder that is emptied before.
fn copy(from: &Path, to: &Path) -> Result<Vec<Phrase>, Failure> {
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(|error| Failure::io(to, &error))?;
    }
    let mut actions = Vec::new();
    for file in FILES.iter().chain(&MORE) {
        let (source, target) = (from.join(file), to.join(file));
        if !source.is_file() {
            continue;
        }
        let parent = target.parent().unwrap_or(to);
        std::fs::create_dir_all(parent).map_err(|error| Failure::io(parent, &error))?;
        let bytes = std::fs::copy(&source, &target).map_err(|error| Failure::io(&source, &error))?;
        actions.push(phrase!("encoder.copied", file = file, bytes = bytes));
    }
    Ok(actions)
}

/// Opens the encoder, which is the proof that it is whole.
async fn report(name: String, folder: PathBuf, mut actions: Vec<Phrase>) -> Result<EncoderReport, Failure> {
    let opened = folder.clone();
    let encoder = blocking(move || Encoder::open(&opened)).await??;
    let size = |file: &&str| std::fs::metadata(folder.join(file)).map_or(0, |metadata| metadata.len());
    let here = folder.display().to_string();
    let mut report = EncoderReport {
        findings: Vec::new(),
        name,
        folder: here.clone(),
        dimension: encoder.dimension(),
        max_tokens: encoder.max_tokens(),
        normalised: encoder.normalised(),
        identity: encoder.identity().to_owned(),
        bytes: FILES.iter().chain(&MORE).map(size).sum(),
    };
    actions.push(ready(&report, &here));
    report.findings = actions;
    Ok(report)
}

fn ready(report: &EncoderReport, folder: &str) -> Phrase {
    phrase!(
        "encoder.ready",
        name = report.name,
        dimension = report.dimension,
        tokens = report.max_tokens,
        megabytes = report.bytes.div_ceil(1_000_000),
        folder = folder
    )
}

fn unknown(source: &str) -> Failure {
    let likeness = |known: &&str| (strsim::jaro_winkler(known, source) * 1e6) as u64;
    let known = ENCODERS.map(|known| known.name);
    let nearest = known.iter().copied().max_by_key(likeness).unwrap_or_default();
    let advice = phrase!("encoder.unknown_advice", nearest = nearest, known = known.join(", "));
    Failure::NotFound(Problem::error(phrase!("encoder.unknown", found = source)).advise(advice))
}

/// A name that is a folder's name everywhere and leads nowhere else.
fn is_name(name: &str) -> bool {
    let fits = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        let cases = [
            ("minilm", true),
            ("bge-small-zh_v1.5", true),
            ("", false),
            ("..", false),
            (".hidden", false),
            ("a/b", false),
            ("编码器", false),
        ];
        for (name, fits) in cases {
            assert_eq!(is_name(name), fits, "{name}");
        }
    }

    #[test]
    fn an_unknown_encoder_is_answered_with_the_nearest() {
        let Failure::NotFound(problem) = unknown("minilm-multi") else { panic!("it is not there") };
        assert!(problem.advice.is_some_and(|advice| advice.en.contains("nearest is `minilm-multilingual`")));
    }
}
