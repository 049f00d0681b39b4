//! Messages found by word, and by meaning where an encoder is there: the index in `.flywheel/feedback/index`, brought up to date when something arrived.

use std::sync::Arc;
use std::time::Instant;

use flywheel_language::{concepts, forms};
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::{SearchReport, SearchSpec};
use flywheel_spec::phrase;
use flywheel_text::personal::{mask, mask_value};
use flywheel_text::search::{Beside, Document, Index, SearchError, Writer, search};
use serde::{Deserialize, Serialize};

use super::insights::kind_name;
use super::kept;
use super::meaning::Reader;
use super::said::ReadAt;
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Words of the other language that a word of the query is looked up with, at most, each in its forms.
const EXPANDED: usize = 6;

/// Messages that a search reads by meaning before it answers, at most: about two seconds.
pub(super) const AT_ONCE: usize = 200;

/// What the index was made of.
#[derive(Debug, Serialize, Deserialize)]
struct Indexed {
    at: ReadAt,
    /// The encoder's identity, where one read.
    #[serde(default)]
    encoder: Option<String>,
    /// Messages that are still to be read by meaning.
    #[serde(default)]
    waiting: usize,
}

impl Workbench {
    /// Finds messages.
    ///
    /// # Errors
    /// Every mistake of the search at once, or an index that cannot be read or made.
    pub async fn search_feedback(&self, spec: &SearchSpec) -> Result<SearchReport, Failure> {
        let reader = self.reader().await?;
        let waiting = self.refresh_index(reader.as_ref()).await?;
        let (segments, identity) = match spec.segments.is_empty() {
            true => (Vec::new(), None),
            false => (self.segment_people(&spec.segments).await?, Some(self.events().await?.identity)),
        };
        let folder = self.folder().feedback().join("index");
        let spec = spec.clone();
        let report = blocking(move || {
            let index = Index::open(&folder).map_err(|error| unread(&error))?;
            let begun = Instant::now();
            let vector = reader.as_ref().filter(|_| index.dimension() > 0);
            let vector = vector.and_then(|reader| reader.read(&spec.query));
            let belongs = |person: Option<&str>| {
                let person = person.zip(identity.as_ref()).map(|(person, identity)| identity.of_id(person));
                person
                    .is_some_and(|person| segments.iter().any(|people| people.binary_search(&person).is_ok()))
            };
            let beside = Beside {
                vector: vector.as_deref(),
                expand: Some(&in_both_languages),
                person: (!spec.segments.is_empty()).then_some(&belongs),
            };
            let mut report = search(&index, &spec, beside).map_err(Failure::Wrong)?;
            if vector.is_some() && waiting > 0 {
                report.findings.push(phrase!("encoder.waiting", count = waiting));
            }
            for hit in &mut report.hits {
                let (masked, counts) = mask(&hit.text);
                if !counts.is_empty() {
                    // What is masked has other places.
                    hit.highlights.clear();
                    hit.text = masked;
                }
                hit.fields.iter_mut().for_each(|(name, value)| *value = mask_value(name, value));
            }
            report.took_millis = begun.elapsed().as_secs_f64() * 1000.0;
            report.warnings.extend(index.problems());
            Ok::<_, Failure>(report)
        });
        report.await?
    }

    /// Adds what arrived since the index was last brought up to date, with its mood, kind and theme, and its meaning as
    /// far as it is read; how many messages are still to be read by meaning.
    async fn refresh_index(&self, reader: Option<&Arc<Reader>>) -> Result<usize, Failure> {
        loop {
            // Where a person was erased in the meantime, it is made of what is left.
            if let Some(waiting) = self.index_now(reader).await? {
                return Ok(waiting);
            }
        }
    }

    /// As [`Self::refresh_index`]; none where a person was erased in the meantime, and the index is gone.
    async fn index_now(&self, reader: Option<&Arc<Reader>>) -> Result<Option<usize>, Failure> {
        let folder = self.folder().feedback();
        let (state, index) = (folder.join("indexed.json"), folder.join("index"));
        let encoder = reader.map(|reader| reader.identity().to_owned());
        let before: Option<Indexed> = file::read_json(&state).unwrap_or_default();
        let before = before.filter(|before| index.is_dir() && before.encoder == encoder);
        if let Some(before) = before.as_ref().filter(|before| before.waiting == 0)
            && self.is_as_read(&before.at).await?
        {
            return Ok(Some(0));
        }
        let read = self.read_feedback(&InsightsSpec::default()).await?;
        let (waiting, kept) = (read.meanings.waiting, read.folder.clone());
        let indexed = Indexed { at: read.at.clone(), encoder, waiting };
        let dimension = reader.map_or(0, |reader| reader.dimension());
        let keep = before.is_some();
        let written = blocking(move || {
            let known = Index::open(&index).ok().filter(|_| keep);
            // What is damaged, or of another encoder, is made anew: every message is in the events.
            let opened = if keep { Writer::open(&index, dimension).ok() } else { None };
            let mut writer = match opened {
                Some(writer) => writer,
                None => Writer::anew(&index, dimension)?,
            };
            for (place, message) in read.messages.iter().enumerate() {
                let heard = &read.listened.heard[place];
                let mut document = Document::of(message);
                let mood = format!("{:?}", heard.mood.label).to_lowercase();
                document.fields.insert("mood".to_owned(), mood);
                document.fields.insert("kind".to_owned(), kind_name(heard.kind).to_owned());
                if let Some(theme) = read.insights.theme_of[place] {
                    document.fields.insert("theme".to_owned(), theme.to_string());
                }
                document.vector =
                    read.meanings.vectors.get(place).filter(|vector| !vector.is_empty()).cloned();
                let same = known.as_ref().is_some_and(|known| {
                    let was = known.get(&document.id);
                    let is_it = |was: Document| {
                        (&was.fields, &was.text, &was.person)
                            == (&document.fields, &document.text, &document.person)
                    };
                    was.is_some_and(is_it) && (document.vector.is_none() || known.has_vector(&document.id))
                });
                if !same {
                    writer.add(document)?;
                }
            }
            writer.commit().map(|_| ())
        });
        written.await?.map_err(|error: SearchError| unread(&error))?;
        file::write_json(&state, &indexed)?;
        Ok((!kept.forget_erased()?).then_some(waiting))
    }

    /// Forgets what was made of the messages, so that nothing of an erased person stays in it.
    pub(crate) fn forget_feedback(&self) -> Result<(), Failure> {
        kept::forget(&self.folder().feedback())
    }
}

fn unread(error: &SearchError) -> Failure {
    Failure::broken("index of messages", error)
}

/// The words of the other language that mean what a word does.
fn in_both_languages(word: &str) -> Vec<String> {
    let han = word.chars().any(flywheel_language::is_han);
    let mut words: Vec<&str> = Vec::new();
    for other in concepts(word).iter().flat_map(|concept| flywheel_language::words_of(concept)) {
        if other.chars().any(flywheel_language::is_han) != han && !words.contains(&other) {
            words.push(other);
        }
    }
    words.truncate(EXPANDED);
    // The index holds words as they were written.
    words.into_iter().flat_map(forms).collect()
}
