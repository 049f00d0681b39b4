//! Feedback brought in from files and databases, and what it holds said at once: voices, repetitions, noise, personal data.

use flywheel_people::Event;
use flywheel_spec::feedback::import::{FeedbackImportReport, LanguageCount, ReasonCount};
use flywheel_spec::feedback::insights::AsideReason;
use flywheel_spec::{Phrase, phrase};
use flywheel_text::Message;
use flywheel_text::duplicates::duplicates;
use flywheel_text::personal::tally;
use flywheel_text::pile::Pile;

use super::messages::message;
use crate::data::blocking;
use crate::import_events::{EventImportRequest, FeedbackChoices};
use crate::{Failure, Workbench};

impl Workbench {
    /// Imports feedback from a file or a table; what is there already is known again.
    ///
    /// # Errors
    /// A source that cannot be read, or in which no column holds what was said.
    pub async fn import_feedback(
        &self,
        mut request: EventImportRequest,
        progress: impl FnMut(u64) + Send,
    ) -> Result<FeedbackImportReport, Failure> {
        request.choices.feedback.get_or_insert_with(FeedbackChoices::default);
        let mut messages: Vec<Message> = Vec::new();
        let see = |event: &Event| messages.extend(message(event.clone()));
        let import = self.import_events_seen(request, progress, see).await?;
        let columns = import.mapping.feedback.clone().unwrap_or_default();
        let read = blocking(move || read(&messages)).await?;
        let mut findings = vec![if import.preview {
            phrase!("feedback_import.preview", rows = import.rows)
        } else {
            phrase!(
                "feedback_import.imported",
                imported = import.imported,
                people = import.people,
                known = import.known
            )
        }];
        if read.repeated > 0 {
            findings.push(phrase!(
                "feedback_import.repeated",
                repeated = read.repeated,
                voices = read.voices
            ));
        }
        let left: u64 = read.set_aside.iter().map(|reason| reason.count).sum();
        if left > 0 {
            findings.push(phrase!("feedback_import.set_aside", count = left));
        }
        let found: u64 = read.personal.iter().map(|kind| kind.count).sum();
        if found > 0 {
            let (mut en, mut zh) = (Vec::new(), Vec::new());
            for kind in &read.personal {
                en.push(format!("{} {}", kind.count, kind.reason.en));
                zh.push(format!("{} {}", kind.reason.zh, kind.count));
            }
            let kinds = Phrase { en: en.join(", "), zh: zh.join("、"), ..Phrase::verbatim("kinds") };
            findings.push(phrase!("feedback_import.personal", count = found).with_phrase("kinds", &kinds));
        }
        if read.nameless > 0 {
            findings.push(phrase!("feedback_import.nameless", count = read.nameless));
        }
        let warnings = import.warnings.clone();
        Ok(FeedbackImportReport {
            findings,
            columns,
            nameless: read.nameless,
            languages: read.languages,
            voices: read.voices,
            repeated: read.repeated,
            set_aside: read.set_aside,
            personal: read.personal,
            warnings,
            import,
        })
    }
}

struct Seen {
    nameless: u64,
    languages: Vec<LanguageCount>,
    voices: u64,
    repeated: u64,
    set_aside: Vec<ReasonCount>,
    personal: Vec<ReasonCount>,
}

fn read(messages: &[Message]) -> Seen {
    let pile = Pile::of(messages.iter().map(|message| (message.text.as_str(), message.person.as_deref())));
    let same = duplicates(&pile);
    let mut languages = std::collections::BTreeMap::new();
    let mut reasons: std::collections::BTreeMap<AsideReason, u64> = std::collections::BTreeMap::new();
    for message in messages {
        *languages.entry(flywheel_language::language(&message.text)).or_insert(0_u64) += 1;
    }
    for reason in pile.aside_of().into_iter().flatten() {
        *reasons.entry(reason).or_default() += 1;
    }
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    Seen {
        nameless: messages.iter().filter(|message| message.person.is_none()).count() as u64,
        languages: languages
            .into_iter()
            .map(|(language, messages)| LanguageCount { language, messages })
            .collect(),
        voices: same.voices,
        repeated: same.exact + same.near,
        set_aside: reasons
            .into_iter()
            .map(|(reason, count)| ReasonCount { reason: reason_name(reason), count })
            .collect(),
        personal: tally(&texts)
            .report()
            .kinds
            .into_iter()
            .map(|kind| ReasonCount { reason: kind.name, count: kind.found })
            .collect(),
    }
}

fn reason_name(reason: AsideReason) -> Phrase {
    Phrase::new(match reason {
        AsideReason::Empty => "feedback.aside_empty",
        AsideReason::Punctuation => "feedback.aside_punctuation",
        AsideReason::Advert => "feedback.aside_advert",
        AsideReason::Repeated => "feedback.aside_repeated",
        AsideReason::Mash => "feedback.aside_mash",
    })
}
