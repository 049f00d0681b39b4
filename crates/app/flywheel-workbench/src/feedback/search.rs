//! Messages found by word: the index in `.flywheel/feedback/index`, brought up to date when something arrived.

use std::time::Instant;

use flywheel_language::concepts;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::{SearchReport, SearchSpec};
use flywheel_text::personal::mask;
use flywheel_text::search::{Document, Index, SearchError, Writer, search};

use super::insights::kind_name;
use super::messages::ReadAt;
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Words of the other language that a word of the query is looked up with, at most.
const EXPANDED: usize = 6;

impl Workbench {
    /// Finds messages.
    ///
    /// # Errors
    /// Every mistake of the search at once, or an index that cannot be read or made.
    pub async fn search_feedback(&self, spec: &SearchSpec) -> Result<SearchReport, Failure> {
        self.refresh_index().await?;
        let folder = self.folder().feedback().join("index");
        let spec = spec.clone();
        let report = blocking(move || {
            let index = Index::open(&folder).map_err(|error| unread(&error))?;
            let begun = Instant::now();
            let mut report = search(&index, &spec, None, Some(&in_both_languages)).map_err(Failure::Wrong)?;
            for hit in &mut report.hits {
                let (masked, counts) = mask(&hit.text);
                if !counts.is_empty() {
                    // What is masked has other places.
                    hit.highlights.clear();
                    hit.text = masked;
                }
            }
            report.took_millis = begun.elapsed().as_secs_f64() * 1000.0;
            report.warnings.extend(index.problems());
            Ok::<_, Failure>(report)
        });
        report.await?
    }

    /// Adds what arrived since the index was last brought up to date, with its mood, kind and theme.
    async fn refresh_index(&self) -> Result<(), Failure> {
        let folder = self.folder().feedback();
        let (state, index) = (folder.join("indexed.json"), folder.join("index"));
        let at = self.read_at().await?;
        if index.is_dir() && file::read_json::<ReadAt>(&state).unwrap_or_default().as_ref() == Some(&at) {
            return Ok(());
        }
        let read = self.read_feedback(&InsightsSpec::default()).await?;
        let at = read.at.clone();
        let written = blocking(move || {
            let known = Index::open(&index).ok();
            let mut writer = match Writer::open(&index, 0) {
                Ok(writer) => writer,
                // What is damaged is made anew: every message is in the events.
                Err(_) => Writer::anew(&index, 0)?,
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
                let same = known
                    .as_ref()
                    .and_then(|known| known.get(&message.id))
                    .is_some_and(|known| known.fields == document.fields && known.text == document.text);
                if !same {
                    writer.add(document)?;
                }
            }
            writer.commit().map(|_| ())
        });
        written.await?.map_err(|error: SearchError| unread(&error))?;
        file::write_json(&state, &at)
    }

    /// Forgets the index and what it was made at, so that nothing of an erased person stays in it.
    pub(crate) fn forget_feedback(&self) -> Result<(), Failure> {
        let folder = self.folder().feedback();
        for name in ["index", "indexed.json", "themes.json"] {
            let path = folder.join(name);
            let gone =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            match gone {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::io(&path, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn unread(error: &SearchError) -> Failure {
    Failure::broken("index of messages", error)
}

/// The words of the other language that mean what a word does.
fn in_both_languages(word: &str) -> Vec<String> {
    let han = word.chars().any(flywheel_language::is_han);
    let mut words: Vec<String> = concepts(word)
        .iter()
        .flat_map(|concept| flywheel_language::words_of(concept))
        .filter(|other| other.chars().any(flywheel_language::is_han) != han)
        .map(str::to_owned)
        .collect();
    words.truncate(EXPANDED);
    words
}
