//! A recipe against its data: read, planned, and all of its mistakes placed in its text.

use std::sync::OnceLock;
use std::time::Instant;

use flywheel_learn::plan::{Base, Machine, TrainPlan, check_settings, plan};
use flywheel_spec::check::{place_settings, read_recipe};
use flywheel_spec::plan::CheckReport;
use flywheel_spec::{Problem, Problems, TrainSpec, phrase};
use flywheel_tables::StoredTable;

use crate::data::blocking;
use crate::run::RunChoices;
use crate::{Failure, Workbench};

/// A recipe that can run, with everything that it runs on.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// As typed.
    pub text: String,
    /// What it says, the choices beside it taken in.
    pub spec: TrainSpec,
    /// What will run.
    pub plan: TrainPlan,
    /// What it is planned on.
    pub table: StoredTable,
    /// The model that `start_from` names.
    pub base: Option<Base>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// What a run began with and goes on with, whatever is newer by now.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pins {
    /// The table's version.
    pub version: Option<u64>,
    /// The model that `start_from` named, as `name@version`.
    pub base: Option<String>,
}

impl Workbench {
    /// Checks a recipe against its data; nothing is trained.
    ///
    /// # Errors
    /// When the project cannot be read; a recipe's mistakes are in the report.
    pub async fn check(&self, text: &str, file_name: &str) -> Result<CheckReport, Failure> {
        match self.planned(text, file_name, &RunChoices::default()).await {
            Ok(planned) => {
                let summary = planned.plan.summary();
                Ok(CheckReport { runnable: true, problems: planned.warnings, plan: Some(summary) })
            }
            Err(Failure::Wrong(Problems { problems })) => {
                Ok(CheckReport { runnable: false, problems, plan: None })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Reads and plans a recipe, or says everything that is wrong with it.
    pub(crate) async fn planned(
        &self,
        text: &str,
        file_name: &str,
        choices: &RunChoices,
    ) -> Result<Planned, Failure> {
        self.planned_on(text, file_name, choices, &Pins::default()).await
    }

    /// As [`Self::planned`], on what a run began with.
    pub(crate) async fn planned_on(
        &self,
        text: &str,
        file_name: &str,
        choices: &RunChoices,
        pins: &Pins,
    ) -> Result<Planned, Failure> {
        let (mut spec, mut warnings) = read_recipe(text, file_name)?;
        choices.apply(&mut spec);
        let place = |mut problems: Problems| {
            place_settings(&mut problems.problems, text, file_name);
            problems
        };
        let table = self.table(&spec.data.table, pins.version.or(spec.data.version), None).await;
        let table = or_mistakes(table, "data.table")?;
        let base = match pins.base.as_ref().or(spec.start_from.as_ref()) {
            None => Ok(None),
            Some(name) => or_mistakes(self.base(name).await, "start_from")?.map(Some),
        };
        let (table, base) = match (table, base) {
            (Ok(table), Ok(base)) => (table, base),
            (table, base) => {
                let mut found = place(blocking(move || mistakes(&spec, table, base)).await?);
                found.problems.sort_by_key(|problem| (problem.place.line, problem.place.character));
                return Err(Failure::Wrong(found));
            }
        };
        let (planned, table, base, spec) = blocking(move || {
            let planned = plan(&spec, &table, base.as_ref(), &machine());
            (planned, table, base, spec)
        })
        .await?;
        let (plan, mut doubts) = planned.map_err(place)?;
        place_settings(&mut doubts, text, file_name);
        warnings.append(&mut doubts);
        Ok(Planned { text: text.to_owned(), spec, plan, table, base, warnings })
    }

    /// The model that `start_from` names, as `name@version` or `name` for its newest version.
    async fn base(&self, name: &str) -> Result<Base, Failure> {
        let (model, version) = match name.split_once('@') {
            None => (name, None),
            Some((model, version)) => {
                let wrong = || Failure::NotFound(Problem::error(phrase!("workbench.no_model", name = name)));
                (model, Some(version.parse().map_err(|_| wrong())?))
            }
        };
        let models = self.models().await?;
        let newest = models.iter().find(|known| known.name == model).and_then(|known| known.versions.first());
        let version = version.or(newest.map(|newest| newest.version));
        let (_, found) = self.version(model, version).await?;
        let bundle = self.bundle(model, found.version).await?;
        let (spec, _) = read_recipe(&bundle.recipe, "recipe.toml")?;
        Ok(Base {
            name: format!("{model}@{}", found.version),
            layers: spec.network,
            preparation: bundle.preparation,
            network: bundle.network,
            weights: bundle.weights,
        })
    }
}

/// What is not there, as a mistake of the setting that names it.
fn or_mistakes<T>(found: Result<T, Failure>, setting: &str) -> Result<Result<T, Problems>, Failure> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(Failure::NotFound(problem)) => Ok(Err(problem.at_setting(setting).into())),
        Err(Failure::Wrong(problems)) => Ok(Err(problems)),
        Err(failure) => Err(failure),
    }
}

/// Everything that is wrong with a recipe whose table or base cannot be had.
fn mistakes(
    spec: &TrainSpec,
    table: Result<StoredTable, Problems>,
    base: Result<Option<Base>, Problems>,
) -> Problems {
    let mut problems = match &table {
        Ok(table) => plan(spec, table, None, &machine()).err().unwrap_or_default(),
        Err(_) => check_settings(spec),
    };
    // Whoever looked for the base has said it better.
    problems.problems.retain(|problem| problem.code != "train.no_such_base");
    [table.err(), base.err()].into_iter().flatten().for_each(|found| problems.extend(found));
    problems
}

/// This machine, measured once in a process.
pub(crate) fn machine() -> Machine {
    static MACHINE: OnceLock<Machine> = OnceLock::new();
    *MACHINE.get_or_init(|| {
        let begun = Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Machine::measure(threads, &|| begun.elapsed())
    })
}

#[cfg(test)]
mod tests {
    use flywheel_spec::Severity;

    use super::*;

    /// A project with a table `people-left`.
    async fn shop(folder: &std::path::Path) -> Workbench {
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder, &project).await.expect("a project");
        let rows = (0..60).map(|row| format!("{},{}\n", row * 7 % 31, ["yes", "no"][row % 2]));
        let csv = format!("age,left\n{}", rows.collect::<String>()).into_bytes();
        let request = crate::ImportRequest { name: Some("people-left".to_owned()), ..Default::default() };
        workbench.import_bytes("rows.csv", csv, request).await.expect("imported");
        workbench
    }

    #[tokio::test]
    async fn what_tuning_may_change_and_improve_is_checked_before_a_run_begins() {
        let folder = tempfile::tempdir().expect("a folder");
        let workbench = shop(folder.path()).await;
        let text = "name = \"a\"\n[data]\ntable = \"people-left\"\ntarget = \"left\"\n\
                    [tune]\nmetric = \"rmse\"\n\
                    [[tune.search]]\npath = \"train.batch_sise\"\nlow = 1\nhigh = 9\n";
        let report = workbench.check(text, "recipes/a.toml").await.expect("checked");
        assert!(!report.runnable);
        for setting in ["tune.metric", "tune.search.0"] {
            let mut places = report.problems.iter().map(|problem| &problem.place);
            let place = places.find(|place| place.setting.as_deref() == Some(setting));
            assert!(place.is_some_and(|place| place.line.is_some()), "{setting}: {:?}", report.problems);
        }
        let request = crate::RunRequest {
            text: text.to_owned(),
            file_name: "recipes/a.toml".to_owned(),
            kind: flywheel_spec::run::RunKind::Tune,
            choices: RunChoices::default(),
        };
        assert!(matches!(workbench.start_run(request).await, Err(Failure::Wrong(_))));
        assert!(workbench.runs().await.expect("listed").is_empty());
    }

    #[tokio::test]
    async fn whatever_is_not_there_the_other_mistakes_are_told_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let workbench = shop(folder.path()).await;
        for (start_from, table, target, expected) in [
            ("none", "poeple-left", "left", vec!["start_from", "data.table", "train.warmup_epochs"]),
            ("none@x", "people-left", "left", vec!["start_from", "train.warmup_epochs"]),
            ("none", "people-left", "gone", vec!["start_from", "data.target", "train.warmup_epochs"]),
        ] {
            let text = format!(
                "name = \"a\"\nstart_from = \"{start_from}\"\n[data]\ntable = \"{table}\"\n\
                 target = \"{target}\"\n[train]\nepochs = 2\nwarmup_epochs = 9.0\n"
            );
            let report = workbench.check(&text, "recipes/a.toml").await.expect("checked");
            assert!(!report.runnable);
            let errors = report.problems.iter().filter(|problem| problem.severity == Severity::Error);
            let places = errors.map(|problem| &problem.place);
            let placed = places.map(|place| (place.setting.as_deref(), place.line.is_some()));
            let expected: Vec<_> = expected.into_iter().map(|setting| (Some(setting), true)).collect();
            assert_eq!(placed.collect::<Vec<_>>(), expected, "{:?}", report.problems);
        }
    }
}
