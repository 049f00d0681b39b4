//! Texts read by meaning: the project's encoder, opened once, and the vectors of the messages, each made once.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use flywheel_language::language;
use flywheel_learn::encoder::Encoder;
use flywheel_spec::encoder::{EncodedReport, NO_ENCODER};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::{Problem, phrase};
use flywheel_text::personal::mask;
use flywheel_text::search::{quantise, restored};
use flywheel_text::support::Encode;
use sha2::{Digest, Sha256};

use crate::data::blocking;
use crate::encoders::ENCODERS;
use crate::{Failure, Workbench};

/// Characters of a text that are read by meaning; no encoder reads more tokens than these have.
const CHARACTERS: usize = 2_000;

/// Texts that are encoded before their vectors reach the disk.
const BATCH: usize = 128;

/// Bytes of a text's key in the file of vectors.
const KEY: usize = 16;

/// The encoder that reads the project's texts.
pub(crate) struct Reader {
    name: String,
    only: Option<TextLanguage>,
    encoder: Encoder,
}

impl fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Reader {
    /// Numbers in a vector.
    pub fn dimension(&self) -> usize {
        self.encoder.dimension()
    }

    /// What the vectors were made with.
    pub fn identity(&self) -> &str {
        self.encoder.identity()
    }

    /// Whether it reads the text's language; emoji and digits alone have none and no meaning to read.
    pub fn reads(&self, text: &str) -> bool {
        match language(text) {
            TextLanguage::Other => false,
            language => self.only.is_none_or(|only| only == language),
        }
    }

    /// A text's vector; none in a language that it does not read.
    pub fn read(&self, text: &str) -> Option<Vec<f32>> {
        let text = beginning(text);
        self.reads(text).then(|| self.encoder.encode(&[text]).into_iter().next())?
    }
}

impl Encode for Reader {
    /// As the encoder gives them; all zero for a text whose language it does not read.
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let read: Vec<&str> =
            texts.iter().map(|text| beginning(text)).filter(|text| self.reads(text)).collect();
        let mut vectors = self.encoder.encode(&read).into_iter();
        let nothing = || vec![0.0; self.dimension()];
        texts
            .iter()
            .map(
                |text| {
                    if self.reads(beginning(text)) {
                        vectors.next().unwrap_or_else(nothing)
                    } else {
                        nothing()
                    }
                },
            )
            .collect()
    }
}

/// The vectors of some texts, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// For each text its vector, of length one; empty where it has none.
    pub vectors: Vec<Vec<f32>>,
    /// Texts that have one.
    pub known: usize,
    /// Texts that have none yet and will have one.
    pub waiting: usize,
}

impl Workbench {
    /// The encoder that reads the project's texts, if there is one.
    pub(crate) async fn reader(&self) -> Result<Option<Arc<Reader>>, Failure> {
        let Some(name) = self.reader_name()? else { return Ok(None) };
        let opened = self.inner.reader.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(opened) = opened.filter(|opened| opened.name == name) {
            return Ok(Some(opened));
        }
        let folder = self.encoder_folder(&name);
        let encoder = blocking(move || Encoder::open(&folder)).await??;
        let known = ENCODERS.iter().find(|known| known.name == name);
        let reader = Arc::new(Reader { name, only: known.and_then(|known| known.only), encoder });
        *self.inner.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader.clone());
        Ok(Some(reader))
    }

    /// The name of the encoder that reads: the one that `flywheel.toml` names, else one of those that are there.
    fn reader_name(&self) -> Result<Option<String>, Failure> {
        let there = self.encoders();
        match self.project().encoder.as_deref() {
            Some(NO_ENCODER) => Ok(None),
            Some(named) if there.iter().any(|name| name == named) => Ok(Some(named.to_owned())),
            Some(named) => {
                let problem =
                    Problem::error(phrase!("encoder.named_absent", name = named)).at_setting("encoder");
                Err(Failure::NotFound(problem.advise(phrase!("encoder.named_absent_advice", name = named))))
            }
            None => {
                let one_language = |name: &&String| {
                    ENCODERS.iter().any(|known| known.name == **name && known.only.is_some())
                };
                let of_many = there.iter().find(|name| !one_language(name));
                Ok(of_many.or(there.first()).cloned())
            }
        }
    }

    /// The vectors of texts, of which at most `most` are made now; `told` hears how many of them are.
    pub(crate) async fn meanings(
        &self,
        reader: &Arc<Reader>,
        texts: Vec<String>,
        most: usize,
        mut told: impl FnMut(usize, usize) + Send + 'static,
    ) -> Result<Meanings, Failure> {
        let path = self.meanings_path(reader.identity());
        let reader = reader.clone();
        let read = blocking(move || {
            let mut store = Store::open(&path, reader.dimension())?;
            let texts: Vec<&str> = texts.iter().map(|text| beginning(text)).collect();
            let mut new: Vec<&str> = texts
                .iter()
                .copied()
                .filter(|text| !store.places.contains_key(&key(text)) && reader.reads(text))
                .collect();
            new.sort_unstable();
            new.dedup();
            let now = new.len().min(most);
            for (batch, chunk) in new[..now].chunks(BATCH).enumerate() {
                told(batch * BATCH, now);
                store.add(chunk, &reader.encoder.encode(chunk))?;
            }
            told(now, now);
            let vectors: Vec<Vec<f32>> = texts.iter().map(|text| store.vector(text)).collect();
            let known = vectors.iter().filter(|vector| !vector.is_empty()).count();
            Ok(Meanings { vectors, known, waiting: new.len() - now })
        });
        read.await?.map_err(|error: std::io::Error| Failure::io(&self.folder().feedback(), &error))
    }

    /// Reads every message by meaning, once; what was read before is kept. It can be stopped and goes on where it was.
    ///
    /// # Errors
    /// When there is no encoder, or nobody said anything.
    pub async fn encode_feedback(
        &self,
        told: impl FnMut(usize, usize) + Send + 'static,
    ) -> Result<EncodedReport, Failure> {
        let Some(reader) = self.reader().await? else {
            let problem = Problem::error(phrase!("encoder.none_there"));
            return Err(Failure::NotFound(problem.advise(phrase!("encoder.none_there_advice"))));
        };
        let (messages, _) = self.messages().await?;
        let texts: Vec<String> = messages.iter().map(|message| mask(&message.text).0).collect();
        let all = texts.len();
        let before = self.meanings(&reader, texts.clone(), 0, |_, _| ()).await?;
        let after = self.meanings(&reader, texts, usize::MAX, told).await?;
        let mut findings = vec![phrase!(
            "encoder.read",
            name = reader.name,
            known = after.known,
            all = all,
            new = after.known - before.known
        )];
        if after.known < all {
            findings.push(phrase!("encoder.unread", count = all - after.known));
        }
        Ok(EncodedReport {
            findings,
            encoder: reader.name.clone(),
            messages: all as u64,
            read: after.known as u64,
            new: (after.known - before.known) as u64,
        })
    }

    fn meanings_path(&self, identity: &str) -> PathBuf {
        let short = identity.get(..16).unwrap_or(identity);
        self.folder().feedback().join("meanings").join(format!("{short}.bin"))
    }
}

/// A file of vectors: one record after the other, a text's key, a factor and a byte for each number.
///
/// A record that a crash cut off is cut away; one that is written twice is the same twice.
struct Store {
    path: PathBuf,
    dimension: usize,
    bytes: Vec<u8>,
    places: HashMap<[u8; KEY], usize>,
}

impl Store {
    fn open(path: &Path, dimension: usize) -> std::io::Result<Self> {
        let mut bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let record = KEY + 4 + dimension;
        let whole = bytes.len() / record * record;
        if whole < bytes.len() {
            bytes.truncate(whole);
            std::fs::OpenOptions::new().write(true).open(path)?.set_len(whole as u64)?;
        }
        let key_at = |place: usize| bytes[place..].first_chunk::<KEY>().copied();
        let places = (0..whole).step_by(record).filter_map(|place| Some((key_at(place)?, place))).collect();
        Ok(Self { path: path.to_owned(), dimension, bytes, places })
    }

    fn add(&mut self, texts: &[&str], vectors: &[Vec<f32>]) -> std::io::Result<()> {
        let mut new = Vec::new();
        for (text, vector) in texts.iter().zip(vectors) {
            let (factor, numbers) = quantise(vector);
            let key = key(text);
            self.places.insert(key, self.bytes.len() + new.len());
            new.extend(key);
            new.extend(factor.to_le_bytes());
            new.extend(numbers.iter().map(|number| number.cast_unsigned()));
        }
        std::fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path)?;
        file.write_all(&new)?;
        self.bytes.extend(new);
        Ok(())
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let Some(&place) = self.places.get(&key(text)) else { return Vec::new() };
        let record = &self.bytes[place + KEY..place + KEY + 4 + self.dimension];
        let Some((factor, numbers)) = record.split_first_chunk::<4>() else { return Vec::new() };
        let numbers: Vec<i8> = numbers.iter().map(|number| number.cast_signed()).collect();
        restored(f32::from_le_bytes(*factor), &numbers)
    }
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

fn key(text: &str) -> [u8; KEY] {
    let digest = Sha256::digest(text.as_bytes());
    let mut key = [0; KEY];
    key.copy_from_slice(&digest[..KEY]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back_as_they_were_kept_also_after_a_torn_write() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("meanings/a.bin");
        let mut store = Store::open(&path, 3).expect("new");
        store.add(&["slow", "慢"], &[vec![0.6, 0.8, 0.0], vec![0.0, 0.0, 1.0]]).expect("kept");
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("there");
        file.write_all(&[1, 2, 3]).expect("torn");
        let mut store = Store::open(&path, 3).expect("read");
        store.add(&["fast"], &[vec![1.0, 0.0, 0.0]]).expect("kept");
        let store = Store::open(&path, 3).expect("read again");
        for (text, vector) in [("slow", [0.6, 0.8, 0.0]), ("慢", [0.0, 0.0, 1.0]), ("fast", [1.0, 0.0, 0.0])]
        {
            let near = store.vector(text);
            assert!(
                near.iter().zip(vector).all(|(near, exact)| (near - exact).abs() < 0.01),
                "{text}: {near:?}"
            );
        }
        assert!(store.vector("nothing").is_empty());
    }

    #[test]
    fn a_long_text_is_read_from_its_beginning() {
        assert_eq!(beginning(&"慢".repeat(3_000)).chars().count(), CHARACTERS);
        assert_eq!(beginning("short"), "short");
    }
}
