//! A recipe against its data: read, planned, and all of its mistakes placed in its text.

use std::sync::OnceLock;
use std::time::Instant;

use flywheel_learn::plan::{Base, Machine, TrainPlan, plan};
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
        let (mut spec, mut warnings) = read_recipe(text, file_name)?;
        spec.seed = choices.seed.unwrap_or(spec.seed);
        spec.train.threads = choices.threads.or(spec.train.threads);
        if let (Some(tune), Some(trials)) = (&mut spec.tune, choices.trials) {
            tune.trials = trials;
        }
        let place = |mut problems: Problems| {
            place_settings(&mut problems.problems, text, file_name);
            Failure::Wrong(problems)
        };
        let in_recipe = |failure: Failure, setting: &str| match failure {
            Failure::NotFound(problem) => place(problem.at_setting(setting).into()),
            failure => failure,
        };
        let table = self.table(&spec.data.table, spec.data.version, None).await;
        let table = table.map_err(|failure| in_recipe(failure, "data.table"))?;
        let base = match &spec.start_from {
            None => None,
            Some(name) => Some(self.base(name).await.map_err(|failure| in_recipe(failure, "start_from"))?),
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
            network: bundle.network,
            weights: bundle.weights,
        })
    }
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
