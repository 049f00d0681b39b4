//! Messages sorted a project's own way: labelled ones become a table and a recipe, and what came of it sorts the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use flywheel_learn::predict::{Answer, Predictor};
use flywheel_spec::check::name_from;
use flywheel_spec::draft::{recipe_text, value_text};
use flywheel_spec::feedback::classifier::{
    ClassifiedLabel, ClassifiedReport, ClassifierDraft, ClassifierSpec, ClassifySpec, LabelCount,
};
use flywheel_spec::feedback::insights::Quote;
use flywheel_spec::recipe::{
    ColumnSpec, DataSpec, EarlyStoppingSpec, LayerSpec, LossSpec, MetricName, OptimizerSpec, PrepareSpec,
    ScheduleSpec, ServeSpec, SplitSpec, SureSpec, Task, TrainSpec, TrainingSpec,
};
use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Language, Problem, phrase};
use flywheel_tables::frame::{Column, Frame, Values};
use flywheel_tables::{Format, Imported};
use flywheel_text::Message;
use flywheel_text::personal::mask;

use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// The columns of the table that a classifier learns from, beside the label's.
const TEXT: &str = "text";
const PERSON: &str = "person";

/// Messages that a label must stand on to be learned: one for the test part and one for the validation part at least.
const FEWEST: u64 = 5;

/// Messages below which each batch is smaller and the passes are more.
const FEW: u64 = 3_000;

/// Messages from which on a tenth of them is enough to choose the best weights and the least certainty by.
const ENOUGH: u64 = 1_000;

/// Messages shown of a label.
const QUOTES: usize = 3;

/// Characters of a message that is shown.
const SHOWN: usize = 200;

impl Workbench {
    /// Writes the labelled messages as a table and, where there is none yet, a recipe that learns from it; nothing is
    /// trained.
    ///
    /// # Errors
    /// When no message carries the label's column, or fewer than two labels stand on enough messages.
    pub async fn draft_classifier(
        &self,
        spec: &ClassifierSpec,
        language: Language,
    ) -> Result<ClassifierDraft, Failure> {
        let (messages, _) = self.messages().await?;
        let labels: Vec<Option<String>> =
            messages.iter().map(|message| label_of(message, &spec.label)).collect();
        if labels.iter().all(Option::is_none) {
            return Err(no_label(&messages, &spec.label));
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for label in labels.iter().flatten() {
            *counts.entry(label).or_default() += 1;
        }
        let (learned, rare): (Vec<_>, Vec<_>) = counts.into_iter().partition(|&(_, count)| count >= FEWEST);
        if learned.len() < 2 {
            let problem = Problem::error(phrase!(
                "classifier.too_few",
                found = learned.len(),
                label = spec.label,
                least = FEWEST
            ));
            return Err(Failure::Wrong(problem.advise(phrase!("classifier.too_few_advice")).into()));
        }
        let name = match &spec.name {
            Some(name) => name.clone(),
            None => self.free_name(&name_from(&format!("feedback-{}", spec.label)))?,
        };
        let names: BTreeSet<&str> = learned.iter().map(|&(label, _)| label).collect();
        let rows: Vec<(&Message, &str)> = messages
            .iter()
            .zip(&labels)
            .filter_map(|(message, label)| Some((message, label.as_deref()?)))
            .filter(|(_, label)| names.contains(label))
            .collect();
        let labelled = rows.len() as u64;
        self.store(&name, imported(&rows, &spec.label), "feedback").await?;
        let path = self.folder().recipes().join(format!("{name}.toml"));
        let recipe = format!("recipes/{name}.toml");
        let unlabelled = labels.iter().filter(|label| label.is_none()).count() as u64;
        let mut findings = vec![
            phrase!("classifier.learned_from", labelled = labelled, unlabelled = unlabelled),
            phrase!("classifier.table_written", table = name),
        ];
        let left_out: u64 = rare.iter().map(|&(_, count)| count).sum();
        if left_out > 0 {
            let labels = rare.iter().take(10).map(|&(label, _)| label).collect::<Vec<_>>().join(", ");
            findings.push(phrase!("classifier.rare", rare = left_out, least = FEWEST, labels = labels));
        }
        findings.push(match file::read_text(&path)? {
            None => {
                let text = recipe_text(&drafted(&name, spec, labelled, language), &recipe, language);
                file::write(&path, text.as_bytes())?;
                phrase!("classifier.recipe_written", recipe = recipe)
            }
            Some(text) => match spec.sure {
                Some(sure) => {
                    file::write(&path, with_sure(&text, sure, &path)?.as_bytes())?;
                    phrase!("classifier.recipe_changed", recipe = recipe)
                }
                None => phrase!("classifier.recipe_kept", recipe = recipe),
            },
        });
        findings.push(phrase!("classifier.next", name = name));
        let mut labels: Vec<LabelCount> = learned
            .into_iter()
            .map(|(label, messages)| LabelCount { label: label.to_owned(), messages })
            .collect();
        labels.sort_by(|one, other| (other.messages, &one.label).cmp(&(one.messages, &other.label)));
        Ok(ClassifierDraft { name, recipe, labelled, unlabelled, rare: left_out, labels, findings })
    }

    /// A name whose recipe is not there yet or reads the table of that name: the one given, else the first numbered one.
    fn free_name(&self, name: &str) -> Result<String, Failure> {
        let mut free = name.to_owned();
        let mut number = 2;
        loop {
            let text = file::read_text(&self.folder().recipes().join(format!("{free}.toml")))?;
            if text.is_none_or(|text| table_of(&text).is_none_or(|table| table == free)) {
                return Ok(free);
            }
            free = format!("{name}-{number}");
            number += 1;
        }
    }

    /// The recipe that a draft names, TOML.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn recipe_of(&self, draft: &ClassifierDraft) -> Result<String, Failure> {
        Ok(file::read_text(&self.folder().root().join(&draft.recipe))?.unwrap_or_default())
    }

    /// Sorts every message by a model of the project that reads its text.
    ///
    /// # Errors
    /// When nobody said anything, or there is no such model, or it reads no text.
    pub async fn classify_feedback(&self, spec: &ClassifySpec) -> Result<ClassifiedReport, Failure> {
        let model = spec.model.as_str();
        let (_, found) = self.version(model, spec.version).await?;
        let (mut messages, _) = self.messages().await?;
        messages.retain(|message| message.text.chars().any(char::is_alphanumeric));
        let bundle = self.bundle(model, found.version).await?;
        if !bundle.signature.inputs.iter().any(|input| input.name == TEXT)
            || bundle.signature.task != Task::Classification
        {
            let problem = Problem::error(phrase!("classifier.reads_no_text", model = model));
            return Err(Failure::Wrong(problem.advise(phrase!("classifier.reads_no_text_advice")).into()));
        }
        let (name, version) = (model.to_owned(), found.version);
        let sorted = blocking(move || {
            let texts: Vec<String> = messages.iter().map(|message| mask(&message.text).0).collect();
            let predictor = Predictor::new(bundle)?;
            let answers = predictor.answer_frame(&Frame { columns: vec![text_column(TEXT, &texts)] })?;
            Ok(sorted(&messages, &texts, &answers, &predictor.signature().target))
        });
        let report = sorted.await?.map_err(Failure::Wrong)?;
        Ok(ClassifiedReport { model: name, version, ..report })
    }
}

/// What a person labelled a message with.
fn label_of(message: &Message, column: &str) -> Option<String> {
    let label = match column {
        "source" => message.source.clone(),
        "version" => message.version.clone(),
        "rating" => message.rating.map(|rating| rating.to_string()),
        column => message.more.get(column).cloned(),
    };
    let spoken = message.text.chars().any(char::is_alphanumeric);
    label.map(|label| label.trim().to_owned()).filter(|label| spoken && !label.is_empty())
}

fn no_label(messages: &[Message], column: &str) -> Failure {
    let known: BTreeSet<&String> = messages.iter().flat_map(|message| message.more.keys()).collect();
    let problem = phrase!("classifier.no_label", label = column);
    if known.is_empty() {
        return Failure::NotFound(Problem::error(problem).advise(phrase!("classifier.no_column_at_all")));
    }
    let known: Vec<String> = known.into_iter().cloned().collect();
    Failure::not_found(problem, &known, column)
}

/// The table that is learned from: masked texts, their labels, and who said them, so that erasing finds them.
fn imported(rows: &[(&Message, &str)], label: &str) -> Imported {
    let texts: Vec<String> = rows.iter().map(|(message, _)| mask(&message.text).0).collect();
    let people = rows.iter().map(|(message, _)| message.person.as_deref().map(Arc::from)).collect();
    let labels = rows.iter().map(|&(_, label)| Some(Arc::from(label))).collect();
    let column = |name: &str, values| Column { name: name.to_owned(), values: Values::Text(values) };
    Imported {
        frame: Frame {
            columns: vec![text_column(TEXT, &texts), column(label, labels), column(PERSON, people)],
        },
        kinds: vec![ColumnKind::Text, ColumnKind::Category, ColumnKind::Category],
        writing: BTreeMap::new(),
        files: Vec::new(),
        format: Format::JsonLines,
        actions: Vec::new(),
        warnings: Vec::new(),
    }
}

fn text_column(name: &str, texts: &[String]) -> Column {
    let values = texts.iter().map(|text| Some(Arc::from(text.as_str()))).collect();
    Column { name: name.to_owned(), values: Values::Text(values) }
}

/// One layer from the text's terms to the labels, with the habits that suit the number of messages.
fn drafted(name: &str, spec: &ClassifierSpec, messages: u64, language: Language) -> TrainSpec {
    let few = messages < FEW;
    TrainSpec {
        name: name.to_owned(),
        description: Some(phrase!("classifier.description", label = spec.label).text(language).to_owned()),
        seed: 0,
        start_from: None,
        frozen_layers: None,
        data: DataSpec {
            table: name.to_owned(),
            version: None,
            target: spec.label.clone(),
            task: Some(Task::Classification),
            columns: vec![TEXT.to_owned()],
            leave_out: Vec::new(),
            classes: Vec::new(),
            limit: None,
        },
        split: SplitSpec { validation: if messages < ENOUGH { 0.2 } else { 0.1 }, ..SplitSpec::default() },
        prepare: PrepareSpec {
            drop_duplicates: true,
            columns: vec![ColumnSpec {
                name: TEXT.to_owned(),
                kind: Some(ColumnKind::Text),
                normalise: None,
                missing: None,
                fill: None,
                categories: None,
                outliers: None,
            }],
            ..PrepareSpec::default()
        },
        network: vec![LayerSpec::Output { activation: None, initializer: None }],
        train: TrainingSpec {
            epochs: if few { 40 } else { 15 },
            batch_size: if few { 32 } else { 128 },
            loss: Some(LossSpec::CrossEntropy { label_smoothing: 0.0 }),
            optimizer: OptimizerSpec::AdamW {
                learning_rate: 2e-3,
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                weight_decay: 0.01,
            },
            schedule: ScheduleSpec::Cosine { floor: 0.0 },
            early_stopping: Some(EarlyStoppingSpec { patience: if few { 8 } else { 4 }, min_delta: 0.0 }),
            keep_best: Some(MetricName::LogLoss),
            refit: true,
            ..TrainingSpec::default()
        },
        augment: None,
        accept: None,
        tune: None,
        serve: ServeSpec {
            sure: Some(spec.sure.unwrap_or(SureSpec::Errors { most: 0.1 })),
            ..ServeSpec::default()
        },
    }
}

/// The table that a recipe reads; absent where it does not say so in a form that can be read.
fn table_of(recipe: &str) -> Option<String> {
    let document: toml_edit::DocumentMut = recipe.parse().ok()?;
    Some(document.get("data")?.get("table")?.as_str()?.to_owned())
}

/// A recipe with another `serve.sure`, everything else as it was written.
fn with_sure(text: &str, sure: SureSpec, path: &Path) -> Result<String, Failure> {
    let broken =
        |error: &dyn std::fmt::Display| Failure::broken("recipe", format!("{}: {error}", path.display()));
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|error| broken(&error))?;
    let value = serde_json::to_value(sure).map_err(|error| broken(&error))?;
    let value: toml_edit::Value = value_text(&value).parse().map_err(|error| broken(&error))?;
    if !document.contains_table("serve") {
        document.insert("serve", toml_edit::table());
    }
    document["serve"]["sure"] = toml_edit::value(value);
    Ok(document.to_string())
}

/// What a pile holds of each label.
fn sorted(messages: &[Message], texts: &[String], answers: &[Answer], target: &str) -> ClassifiedReport {
    #[derive(Default)]
    struct Sum<'a> {
        messages: u64,
        people: BTreeSet<&'a str>,
        nameless: u64,
        best: Vec<(f64, usize)>,
    }
    let mut sums: BTreeMap<String, Sum<'_>> = BTreeMap::new();
    let (mut labelled, mut not_sure, mut always) = (0, 0, true);
    for (place, (message, answer)) in messages.iter().zip(answers).enumerate() {
        let prediction = &answer.prediction;
        always &= prediction.sure.is_none();
        let (label, certainty) = match label_of(message, target) {
            Some(label) => {
                labelled += 1;
                (label, 0.0)
            }
            None if prediction.sure == Some(false) => {
                not_sure += 1;
                continue;
            }
            None => {
                let certainty =
                    prediction.probabilities.iter().map(|class| class.probability).fold(0.0, f64::max);
                (prediction.label.clone().unwrap_or_default(), certainty)
            }
        };
        let sum = sums.entry(label).or_default();
        sum.messages += 1;
        match &message.person {
            Some(person) => _ = sum.people.insert(person),
            None => sum.nameless += 1,
        }
        sum.best.push((certainty, place));
    }
    let all = messages.len() as u64;
    let mut labels: Vec<ClassifiedLabel> = sums
        .into_iter()
        .map(|(label, mut sum)| {
            sum.best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
            let quotes = sum.best.iter().take(QUOTES).map(|&(_, place)| Quote {
                message: messages[place].id.clone(),
                text: texts[place].chars().take(SHOWN).collect(),
            });
            ClassifiedLabel {
                label,
                messages: sum.messages,
                people: sum.people.len() as u64 + sum.nameless,
                share: sum.messages as f64 / all.max(1) as f64,
                quotes: quotes.collect(),
            }
        })
        .collect();
    labels.sort_by(|one, other| {
        (other.people, other.messages, &one.label).cmp(&(one.people, one.messages, &other.label))
    });
    let mut findings = Vec::new();
    if let Some(first) = labels.first() {
        findings.push(phrase!(
            "classifier.sorted",
            label = first.label,
            people = first.people,
            messages = first.messages,
            all = all
        ));
    }
    if always {
        findings.push(phrase!("classifier.always_sure"));
    } else {
        let sorted = all - labelled;
        let share = format!("{:.0}%", 100.0 * not_sure as f64 / sorted.max(1) as f64);
        findings.push(phrase!("classifier.not_sure", count = not_sure, share = share));
    }
    if labelled > 0 {
        findings.push(phrase!("classifier.labels_stand", count = labelled));
    }
    ClassifiedReport { findings, messages: all, labelled, not_sure, labels, ..ClassifiedReport::default() }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::check::read_recipe;

    use super::*;
    use crate::recipes::RECIPES;

    #[test]
    fn a_draft_has_the_settings_of_the_recipe_that_comes_with_the_program() {
        let file = "feedback-kind.toml";
        let comes = RECIPES.iter().find(|recipe| recipe.file == file).expect("it comes with the program");
        let spec = ClassifierSpec { label: "kind".to_owned(), name: None, sure: None };
        let read = |text: &str| {
            let (read, _) = read_recipe(text, file).unwrap_or_else(|problems| panic!("{problems}: {text}"));
            // What they are called and read is their own.
            let DataSpec { table, target, task, .. } = drafted("any", &spec, FEW, Language::En).data;
            let data = DataSpec { table, target, task, ..read.data };
            TrainSpec { name: "any".to_owned(), description: None, data, ..read }
        };
        for language in [Language::En, Language::Zh] {
            let draft = recipe_text(&drafted("any", &spec, FEW, language), file, language);
            assert_eq!(read(&draft), read(comes.text), "{draft}");
        }
    }
}
