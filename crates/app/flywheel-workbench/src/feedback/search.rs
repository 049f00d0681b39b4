//! Messages found by word, and by meaning where an encoder is there: the index in `.flywheel/feedback/index`, brought up to date when something arrived.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use flywheel_language::{concepts, forms};
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::{SearchReport, SearchSpec};
use flywheel_spec::phrase;
use flywheel_text::personal::{mask, mask_value};
use flywheel_text::search::{Beside, Document, Index, SearchError, Writer, search};
use serde::{Deserialize, Serialize};

use super::meaning::Reader;
use super::said::ReadAt;
use super::{FeedbackRead, kept};
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Words of the other language that a word of the query is looked up with, at most, each in its forms.
const EXPANDED: usize = 6;

/// Messages that a search reads by meaning before it answers, at most: about two seconds.
pub(super) const AT_ONCE: usize = 200;

/// The index, and what it was made of, in the folder of what is made of the messages.
const INDEX: &str = "index";
const STATE: &str = "indexed.json";

/// What the index was made of.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
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
        let members = self.members_of(&spec.segments).await?;
        let reader = self.reader().await?;
        let (index, waiting) = self.fresh_index(reader.as_ref()).await?;
        let spec = spec.clone();
        let report = blocking(move || {
            let begun = Instant::now();
            let vector = reader.as_ref().filter(|_| index.dimension() > 0);
            let vector = vector.and_then(|reader| reader.read(&spec.query));
            let belongs = |person: Option<&str>| members.as_ref().is_none_or(|members| members.hold(person));
            let beside = Beside {
                vector: vector.as_deref(),
                expand: Some(&in_both_languages),
                person: members.is_some().then_some(&belongs),
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
            report.warnings.extend(members.into_iter().flat_map(|members| members.doubts));
            Ok::<_, Failure>(report)
        });
        report.await?
    }

    /// The index with what arrived since it was last brought up to date, with its mood, kind and theme, and its meaning as
    /// far as it is read; and how many messages are still to be read by meaning.
    async fn fresh_index(&self, reader: Option<&Arc<Reader>>) -> Result<(Index, usize), Failure> {
        loop {
            // Where a person was erased in the meantime, it is made of what is left.
            if let Some(fresh) = self.index_now(reader).await? {
                return Ok(fresh);
            }
        }
    }

    /// As [`Self::fresh_index`]; none where a person was erased in the meantime, and the index is gone.
    async fn index_now(&self, reader: Option<&Arc<Reader>>) -> Result<Option<(Index, usize)>, Failure> {
        let folder = self.folder().feedback();
        let shelf = kept::KeptFolder::now(folder.clone());
        let encoder = reader.map(|reader| reader.identity().to_owned());
        let before = Indexed::of(&folder, encoder.as_deref());
        if let Some(before) = before.filter(|before| before.waiting == 0)
            && self.is_as_read(&shelf, &before.at).await?
        {
            let folder = folder.clone();
            if let Some(index) = blocking(move || whole(&folder.join(INDEX))).await? {
                return Ok(Some((index, 0)));
            }
        }
        let read = self.read_feedback(&InsightsSpec::default()).await?;
        let (waiting, kept) = (read.meanings.waiting, read.folder.clone());
        let indexed = Indexed { at: read.at.clone(), encoder, waiting };
        let dimension = reader.map_or(0, |reader| reader.dimension());
        let written = blocking(move || {
            // In turn: of two that write at once the second would be refused.
            kept.keep(|folder| bring_up_to_date(folder, &read, &indexed, dimension))?;
            if kept.forget_erased()? {
                return Ok(None);
            }
            let index = Index::open(&folder.join(INDEX)).map_err(|error| unread(&error))?;
            Ok::<_, Failure>(Some((index, waiting)))
        });
        written.await?
    }

    /// Forgets what was made of the messages, so that nothing of an erased person stays in it.
    pub(crate) fn forget_feedback(&self) -> Result<(), Failure> {
        kept::forget(&self.folder().feedback())
    }
}

impl Indexed {
    /// What the index was made of, where the same encoder read.
    fn of(folder: &Path, encoder: Option<&str>) -> Option<Self> {
        let before: Option<Self> = file::read_json(&folder.join(STATE)).unwrap_or_default();
        before.filter(|before| before.encoder.as_deref() == encoder)
    }
}

/// The index, where there is one and nothing of it is damaged.
fn whole(index: &Path) -> Option<Index> {
    Index::open(index).ok().filter(|index| index.generation() > 0 && index.problems().is_empty())
}

/// Writes what the index does not hold as it is now; all of it where the index is damaged or of another encoder, since
/// every message is in the events.
fn bring_up_to_date(
    folder: &Path,
    read: &FeedbackRead,
    indexed: &Indexed,
    dimension: usize,
) -> Result<(), Failure> {
    let index = folder.join(INDEX);
    let before = Indexed::of(folder, indexed.encoder.as_deref());
    let known = whole(&index).filter(|known| before.is_some() && known.dimension() == dimension);
    if known.is_some() && before.as_ref() == Some(indexed) {
        // Somebody else wrote the same while this waited.
        return Ok(());
    }
    if known.is_none() {
        // What breaks off while it is made anew is begun again.
        let _ = std::fs::remove_file(folder.join(STATE));
    }
    add_messages(&index, read, known.as_ref(), dimension).map_err(|error| unread(&error))?;
    file::write_json(&folder.join(STATE), indexed)
}

/// Adds the messages that are not known as they are; without anything known the index begins anew.
fn add_messages(
    index: &Path,
    read: &FeedbackRead,
    known: Option<&Index>,
    dimension: usize,
) -> Result<(), SearchError> {
    let mut writer = match known {
        Some(_) => Writer::open(index, dimension)?,
        None => Writer::anew(index, dimension)?,
    };
    for (place, message) in read.messages.iter().enumerate() {
        let heard = &read.listened.heard[place];
        let mut document = Document::of(message);
        let mood = format!("{:?}", heard.mood.label).to_lowercase();
        document.fields.insert("mood".to_owned(), mood);
        document.fields.insert("kind".to_owned(), heard.kind.name().to_owned());
        if let Some(theme) = read.insights.theme_of[place] {
            document.fields.insert("theme".to_owned(), theme.to_string());
        }
        document.vector = read.meanings.vectors.get(place).filter(|vector| !vector.is_empty()).cloned();
        let same = known.is_some_and(|known| {
            let was = known.get(&document.id);
            let is_it = |was: Document| {
                (&was.fields, &was.text, &was.person) == (&document.fields, &document.text, &document.person)
            };
            was.is_some_and(is_it) && (document.vector.is_none() || known.has_vector(&document.id))
        });
        if !same {
            writer.add(document)?;
        }
    }
    writer.commit().map(|_| ())
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
