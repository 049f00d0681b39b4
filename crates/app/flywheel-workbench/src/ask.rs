//! A question asked: planned with the project's calendar, folded over the events of this moment, and answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flywheel_people::{Fold, Identity, Partial, person_of};
use flywheel_product::groups::GroupsAsked;
use flywheel_product::{Calendar, Context, plan};
use flywheel_spec::check::{is_question, place_settings, read_question};
use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::answer::{Answered, KINDS, QuestionKind, SavedQuestion};
use flywheel_spec::product::sheet::{main_sheet, sheets};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::cluster::Cluster;
use flywheel_tables::fold::{self, Engine, FoldMaker, FoldRequest};
use flywheel_tables::query::{Form, Sheet, SheetColumn};
use jiff::Timestamp;
use serde_json::Value;

use crate::look_up::{LookedUp, settings_of};
use crate::{Failure, Workbench, file};

/// How long a question may take unless it says otherwise.
const PATIENCE: Duration = Duration::from_secs(300);

/// What may be said about the asking of a question.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskOptions {
    /// The moment that relative times count from; now when absent.
    pub now: Option<Timestamp>,
    /// How long it may take; five minutes when absent.
    pub patience: Option<Duration>,
}

impl AskOptions {
    /// The same at one moment, for a question and whatever is asked before it can be.
    pub(crate) fn at_one_moment(self) -> Self {
        Self { now: Some(self.now.unwrap_or_else(Timestamp::now)), ..self }
    }

    /// How long it may take.
    pub(crate) fn patience(&self) -> Duration {
        self.patience.unwrap_or(PATIENCE)
    }
}

impl Workbench {
    /// Answers a question about what people do.
    ///
    /// # Errors
    /// Every mistake of the question at once; or that it took too long, or that the events cannot be read.
    pub async fn ask(&self, question: &QuestionSpec, options: AskOptions) -> Result<Answered, Failure> {
        let begun = Instant::now();
        let options = options.at_one_moment();
        let looked_up = self.look_up(&settings_of(question), options).await?;
        let answered = self.answer(question, looked_up, options).await?;
        Ok(Answered { secs: begun.elapsed().as_secs_f64(), ..answered })
    }

    /// Answers a question of which everything that it names is looked up.
    pub(crate) async fn answer(
        &self,
        question: &QuestionSpec,
        looked_up: LookedUp,
        options: AskOptions,
    ) -> Result<Answered, Failure> {
        let begun = Instant::now();
        let settings = settings_of(question);
        let context = looked_up.within(self.context(options.now.unwrap_or_else(Timestamp::now)));
        let context = Context { merged: self.merged(&settings).await?, ..context };
        let planned = plan(question, &context)?;
        let encoded = serde_json::to_vec(&(question, &context));
        let request = FoldRequest {
            folds: planned.folds(),
            encoded: encoded.map_err(|error| Failure::broken("question", error))?,
        };
        let read = self.fold_within(&request, options.patience()).await?;
        let Read { states, identity, version, events, waiting, names, warnings } = read;
        let answer = crate::data::blocking(move || planned.finish(states, &identity)).await?;
        let mut answer = answer.map_err(|error| Failure::broken("answer", error))?;
        let forgotten = self.forgotten(&settings, &request.folds).await?;
        let unknown = self.unknown_events(&settings, names).await?;
        for warning in warnings.into_iter().chain(looked_up.doubts).chain(unknown).chain(forgotten) {
            answer.warn(warning);
        }
        Ok(Answered {
            question: question.clone(),
            answer,
            asked_at: context.calendar.now.to_string(),
            time_zone: context.calendar.time_zone,
            version,
            events,
            waiting,
            secs: begun.elapsed().as_secs_f64(),
        })
    }

    /// Checks a question without asking it.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn check_question(&self, question: &QuestionSpec) -> Result<(), Problems> {
        plan(question, &self.context(Timestamp::now())).map(|_| ())
    }

    /// Answers a question's text, TOML; its mistakes know their lines.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn ask_text(
        &self,
        text: &str,
        file_name: &str,
        options: AskOptions,
    ) -> Result<Answered, Failure> {
        let (question, warnings) = read_question(text, file_name)?;
        let mut answered = self.ask(&question, options).await.map_err(|failure| match failure {
            Failure::Wrong(mut problems) => {
                place_settings(&mut problems.problems, text, file_name);
                Failure::Wrong(problems)
            }
            failure => failure,
        })?;
        warnings.into_iter().for_each(|warning| answered.answer.warn(warning));
        Ok(answered)
    }

    /// The questions in the project's recipes, by name; those with mistakes too.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn questions(&self) -> Result<Vec<SavedQuestion>, Failure> {
        let recipes = self.recipe_files()?;
        let saved = recipes.into_iter().filter(|recipe| is_question(&recipe.recipe)).map(|recipe| {
            let (question, problems) = match read_question(&recipe.recipe, &recipe.path) {
                Ok((question, warnings)) => (Some(question), warnings),
                Err(problems) => (None, problems.problems),
            };
            SavedQuestion { name: recipe.name, path: recipe.path, text: recipe.recipe, question, problems }
        });
        Ok(saved.collect())
    }

    /// Keeps a question in the project's recipes under a name; one of that name is replaced.
    ///
    /// # Errors
    /// A name that cannot be a file's, or that a training recipe has; a segment that would ask about itself.
    pub fn save_question(&self, name: &str, question: &QuestionSpec) -> Result<SavedQuestion, Failure> {
        if name != flywheel_spec::check::name_from(name) {
            let example = flywheel_spec::check::name_from(name);
            let problem = Problem::error(phrase!("check.name", found = name));
            let problem = problem.advise(phrase!("check.name_advice", example = example)).at_setting("name");
            return Err(Failure::Wrong(problem.into()));
        }
        let path = self.folder().recipes().join(format!("{name}.toml"));
        if file::read_text(&path)?.is_some_and(|text| !is_question(&text)) {
            let problem = Problem::error(phrase!("ask.name_taken", name = name));
            return Err(Failure::Conflict(problem.at_setting("name")));
        }
        self.check_circle(name, question)?;
        let text = flywheel_spec::draft::question_text(question);
        file::write(&path, text.as_bytes())?;
        Ok(SavedQuestion {
            name: name.to_owned(),
            path: format!("recipes/{name}.toml"),
            text,
            question: Some(question.clone()),
            problems: Vec::new(),
        })
    }

    /// Time zone, first day of the week and moment that questions are asked with.
    pub(crate) fn context(&self, now: Timestamp) -> Context {
        let project = self.project();
        Context::at(Calendar {
            time_zone: project.time_zone.clone(),
            first_day_of_week: project.first_day_of_week,
            now,
        })
    }

    /// The ids that a question names of people who go by another one now.
    async fn merged(&self, settings: &Value) -> Result<BTreeMap<String, i64>, Failure> {
        let mut ids = BTreeSet::new();
        // A group is what it is called.
        if settings.get("group").is_none_or(Value::is_null) {
            collect_ids(settings, &mut ids);
        }
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let identity = self.events().await?.identity;
        let now = ids.into_iter().map(|id| (identity.of_id(&id), id));
        Ok(now.filter(|(person, id)| *person != person_of(id)).map(|(person, id)| (id, person)).collect())
    }

    /// As [`Self::fold`], unless it takes too long.
    pub(crate) async fn fold_within(
        &self,
        request: &FoldRequest,
        patience: Duration,
    ) -> Result<Read, Failure> {
        let read = tokio::time::timeout(patience, self.fold(request));
        let Ok(read) = read.await else {
            let problem = Problem::error(phrase!("ask.too_long", secs = patience.as_secs()));
            return Err(Failure::Wrong(problem.advise(Phrase::new("ask.too_long_advice")).into()));
        };
        read
    }

    /// Shows everybody to a question's folds, here or on the project's cluster.
    async fn fold(&self, request: &FoldRequest) -> Result<Read, Failure> {
        let engine = match self.project().cluster() {
            None => Engine::default(),
            Some(address) => Engine::Cluster(Cluster::at(address)?),
        };
        let now = self.events().await?;
        let states = fold::run(&engine, &now.view, &now.tail, &now.identity, request).await?;
        Ok(Read {
            states,
            identity: now.identity,
            version: now.snapshot.version,
            events: now.snapshot.rows(),
            waiting: now.tail.len() as u64,
            names: now.tail.iter().map(|event| event.event.clone()).collect(),
            warnings: now.warnings,
        })
    }

    /// Shows everybody to a fold on this machine, and gives its merged state.
    pub(crate) async fn fold_here(&self, fold: Arc<dyn Fold>) -> Result<Box<dyn Partial>, Failure> {
        let now = self.events().await?;
        let request = FoldRequest { folds: vec![fold], encoded: Vec::new() };
        let states = fold::run(&Engine::default(), &now.view, &now.tail, &now.identity, &request).await?;
        states.into_iter().next().ok_or_else(|| Failure::broken("fold", "no state"))
    }
}

/// What was read for a question.
pub(crate) struct Read {
    /// One merged state for each fold.
    pub states: Vec<Box<dyn Partial>>,
    /// Who is whom.
    identity: Arc<Identity>,
    version: Option<u64>,
    events: u64,
    waiting: u64,
    /// The names of the events that wait.
    names: BTreeSet<String>,
    warnings: Vec<Problem>,
}

/// The kinds of questions that can be asked, each with an example.
pub fn question_kinds() -> Vec<QuestionKind> {
    KINDS
        .iter()
        .map(|kind| QuestionKind {
            kind: (*kind).to_owned(),
            asks: Phrase::new(&format!("ask.asks_{kind}")),
            example: EXAMPLES
                .iter()
                .find(|(known, _)| known == kind)
                .map(|(_, example)| (*example).to_owned())
                .unwrap_or_default(),
        })
        .collect()
}

/// A question of each kind, which a test reads and plans.
const EXAMPLES: &[(&str, &str)] = &[
    ("trend", include_str!("../questions/trend.toml")),
    ("funnel", include_str!("../questions/funnel.toml")),
    ("retention", include_str!("../questions/retention.toml")),
    ("lifecycle", include_str!("../questions/lifecycle.toml")),
    ("stickiness", include_str!("../questions/stickiness.toml")),
    ("paths", include_str!("../questions/paths.toml")),
    ("segment", include_str!("../questions/segment.toml")),
    ("growth", include_str!("../questions/growth.toml")),
    ("activation", include_str!("../questions/activation.toml")),
    ("north_star", include_str!("../questions/north_star.toml")),
    ("revenue", include_str!("../questions/revenue.toml")),
    ("lifetime_value", include_str!("../questions/lifetime_value.toml")),
    ("satisfaction", include_str!("../questions/satisfaction.toml")),
    ("word_of_mouth", include_str!("../questions/word_of_mouth.toml")),
    ("experience", include_str!("../questions/experience.toml")),
    ("release", include_str!("../questions/release.toml")),
    ("digest", include_str!("../questions/digest.toml")),
];

/// Makes a question's folds on a machine of a cluster, of the bytes that [`Workbench::ask`] sends there.
///
/// A question comes with its context, as a list of two; what is asked of groups before it comes as an object.
pub fn fold_maker() -> FoldMaker {
    Arc::new(|bytes: &[u8]| {
        if bytes.starts_with(b"{") {
            let asked: GroupsAsked = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
            return Ok::<Vec<Arc<dyn Fold>>, String>(vec![asked.fold()]);
        }
        let (question, context): (QuestionSpec, Context) =
            serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let planned = plan(&question, &context).map_err(|problems| problems.to_string())?;
        Ok(planned.folds())
    })
}

/// An answer as a file: JSON holds all of it, CSV and Parquet one of its tables.
///
/// # Errors
/// A table that the answer has not, with those that it has.
pub fn answer_file(answered: &Answered, form: Form, table: Option<&str>) -> Result<Vec<u8>, Failure> {
    let broken = |error: &dyn std::fmt::Display| Failure::broken("answer", error);
    if form == Form::Json {
        let mut bytes = serde_json::to_vec_pretty(answered).map_err(|error| broken(&error))?;
        bytes.push(b'\n');
        return Ok(bytes);
    }
    let Some(sheet) = main_sheet(&answered.answer, table) else {
        let known: Vec<String> = sheets(&answered.answer).into_iter().map(|sheet| sheet.name).collect();
        let wanted = table.unwrap_or_default();
        return Err(Failure::not_found(phrase!("ask.no_sheet", table = wanted), &known, wanted));
    };
    let column = |at: usize| {
        let cells = || sheet.rows.iter().map(move |row| &row[at]);
        if cells().all(|cell| cell.is_number() || cell.is_null()) && cells().any(Value::is_number) {
            return SheetColumn::Number(cells().map(Value::as_f64).collect());
        }
        SheetColumn::Text(cells().map(flywheel_people::event::text_of).collect())
    };
    let names = apart(&sheet.columns).into_iter().enumerate();
    let columns = names.map(|(at, name)| (name, column(at))).collect();
    let answer = Sheet { columns }.answer().map_err(|error| broken(&error))?;
    answer.write(form).map_err(|error| broken(&error))
}

/// Names of columns, each once: readers of Parquet refuse a file with two columns of one name.
fn apart(names: &[String]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let numbered = names.iter().map(|name| {
        let others = (2..).map(|number| format!("{name} ({number})"));
        let free = std::iter::once(name.clone()).chain(others).find(|name| !taken.contains(name));
        let free = free.unwrap_or_default();
        taken.insert(free.clone());
        free
    });
    numbered.collect()
}

/// Every distinct id that a question names.
fn collect_ids(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                match (key.as_str(), inner) {
                    ("explain", Value::String(id)) => drop(ids.insert(id.clone())),
                    ("distinct_ids", Value::Array(listed)) => {
                        ids.extend(listed.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    // A condition's value may be called anything.
                    ("where", _) => {}
                    _ => collect_ids(inner, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, ids)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::{GroupValues, Groups};
    use flywheel_spec::product::Answer;
    use flywheel_spec::product::funnel::{FunnelReport, FunnelSpec, PersonAtStep};

    use super::*;

    fn context() -> Context {
        Context::at(Calendar {
            time_zone: "UTC".to_owned(),
            first_day_of_week: flywheel_spec::project::Weekday::Monday,
            now: "2026-03-31T12:00:00Z".parse().expect("a moment"),
        })
    }

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let names = ["step", "pay", "pay", "pay (2)", "pay"].map(str::to_owned);
        assert_eq!(apart(&names), ["step", "pay", "pay (2)", "pay (2) (2)", "pay (3)"]);
    }

    #[test]
    fn every_kind_has_an_example_that_can_be_asked_here_and_on_a_cluster() {
        for kind in question_kinds() {
            let (question, warnings) = read_question(&kind.example, "example.toml")
                .unwrap_or_else(|problems| panic!("{}: {problems}", kind.kind));
            assert!(warnings.is_empty(), "{}: {warnings:?}", kind.kind);
            assert_eq!(question.kind(), kind.kind);
            assert_ne!(kind.asks.en, kind.asks.key, "words/ask.toml lacks {}", kind.asks.key);
            let planned =
                plan(&question, &context()).unwrap_or_else(|problems| panic!("{}: {problems}", kind.kind));
            let encoded = serde_json::to_vec(&(&question, &context())).expect("JSON");
            let made = fold_maker()(&encoded).expect("folds");
            let readings = |folds: &[Arc<dyn Fold>]| -> Vec<_> {
                folds.iter().map(|fold| fold.reading().clone()).collect()
            };
            assert_eq!(readings(&made), readings(&planned.folds()), "{}", kind.kind);
            let text = flywheel_spec::draft::question_text(&question);
            let (again, _) =
                read_question(&text, "again.toml").unwrap_or_else(|problems| panic!("{problems}\n{text}"));
            assert_eq!(again, question, "{text}");
        }
    }

    #[test]
    fn what_is_asked_of_groups_is_made_on_a_cluster_too() {
        let asked = GroupsAsked { properties: ["company.plan".to_owned()].into() };
        let made = fold_maker()(&serde_json::to_vec(&asked).expect("JSON")).expect("folds");
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].reading(), asked.fold().reading());
        let values = GroupValues::from([("acme".to_owned(), serde_json::json!("pro"))]);
        let groups = Groups::from([("company.plan".to_owned(), values)]);
        let (question, _) = read_question(EXAMPLES[0].1, "example.toml").expect("a question");
        let encoded = serde_json::to_vec(&(&question, Context { groups, ..context() })).expect("JSON");
        let made = fold_maker()(&encoded).expect("folds");
        assert_eq!(made[0].group_values("company.plan").expect("travelled")["acme"], "pro");
    }

    #[test]
    fn ids_are_found_wherever_a_question_names_them() {
        let mut ids = BTreeSet::new();
        let question = serde_json::json!({
            "explain": "ann",
            "where": [{"explain": "nobody"}],
            "who": {"of": [{"kind": "listed", "distinct_ids": ["bob", "cy"]}]},
        });
        collect_ids(&question, &mut ids);
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["ann", "bob", "cy"]);
    }

    #[test]
    fn persons_keep_their_digits_in_files() {
        let person = i64::MAX - 1;
        let at = PersonAtStep { person: person.to_string(), ..PersonAtStep::default() };
        let report = FunnelReport { people: vec![at], ..FunnelReport::default() };
        let answered = Answered {
            question: QuestionSpec::Funnel(FunnelSpec::default()),
            answer: Answer::Funnel(report),
            asked_at: String::new(),
            time_zone: "UTC".to_owned(),
            version: None,
            events: 0,
            waiting: 0,
            secs: 0.0,
        };
        let csv = answer_file(&answered, Form::Csv, Some("people")).expect("a file");
        assert!(String::from_utf8_lossy(&csv).contains(&person.to_string()));
    }

    #[test]
    fn a_cluster_that_takes_too_long_says_so_itself() {
        assert!(Cluster::TIME_LIMIT < PATIENCE);
    }
}
