//! How good a version is, on a part of its own table or on another table.

use flywheel_learn::bundle::Bundle;
use flywheel_learn::evaluate::{Answers, Judgement, judge};
use flywheel_learn::predict::Predictor;
use flywheel_learn::prepare::Selection;
use flywheel_learn::split::{Seal, split};
use flywheel_spec::check::read_recipe;
use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::recipe::Task;
use flywheel_spec::{Problem, TrainSpec, phrase};
use flywheel_tables::StoredTable;

use crate::data::blocking;
use crate::{Failure, Workbench};

/// What to judge, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluateRequest {
    /// The model.
    pub model: String,
    /// The version; the one that answers, else the newest, when absent.
    pub version: Option<u64>,
    /// On what.
    pub part: Part,
}

/// Rows to judge on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What the model learned from.
    Train,
    /// What chose its weights.
    Validation,
    /// What was sealed; the opening is counted.
    Test,
    /// Another table, every row with a known target.
    Table(String),
}

impl Part {
    /// As reports name it.
    fn name(&self) -> &str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::Table(name) => name,
        }
    }
}

impl Workbench {
    /// Judges a version.
    ///
    /// # Errors
    /// When there is no such model or table, or the table does not hold what the model reads.
    pub async fn evaluate(&self, request: &EvaluateRequest) -> Result<EvaluationReport, Failure> {
        let (_, found) = self.version(&request.model, request.version).await?;
        let bundle = self.bundle(&request.model, found.version).await?;
        let (spec, _) = read_recipe(&bundle.recipe, "recipe.toml")?;
        let table = match &request.part {
            Part::Table(name) => self.table(name, None, None).await?,
            _ => self.table(&spec.data.table, version_of(&bundle.origin.data_fingerprint), None).await?,
        };
        let (part, task) = (request.part.clone(), bundle.preparation.task);
        let (rows, spec, table) =
            blocking(move || (rows_of(&spec, task, &table, &part), spec, table)).await?;
        let rows = rows?;
        let mut warnings = Vec::new();
        // Counted only now: a part without rows was never opened.
        if request.part == Part::Test {
            let count = self.ledger().open_test(&spec.data.table, &found.run).await?;
            let said = phrase!("workbench.test_opened", count = count, table = spec.data.table);
            warnings.push(Problem::warning(said));
        }
        if spec.train.refit && request.part == Part::Validation {
            let said = phrase!("workbench.learned_from", part = request.part.name());
            warnings.push(Problem::warning(said));
        }
        let part = request.part.clone();
        blocking(move || judged(bundle, &table, &rows, &part, warnings)).await?
    }
}

/// `7` of `customers@7:ab12…`.
pub(crate) fn version_of(fingerprint: &str) -> Option<u64> {
    fingerprint.split_once('@')?.1.split_once(':')?.0.parse().ok()
}

/// The rows of a part; of another table those that a model of this task can be judged on.
fn rows_of(spec: &TrainSpec, task: Task, table: &StoredTable, part: &Part) -> Result<Vec<usize>, Failure> {
    let rows = match part {
        Part::Table(_) => Selection::to_judge(table, spec, task)?.rows,
        _ => {
            let selection = Selection::of(table, spec)?;
            let (parts, _) = split(table, &selection, spec)?;
            match part {
                Part::Train => parts.train.rows().to_vec(),
                Part::Validation => parts.validation.rows().to_vec(),
                _ => parts.test.open(&mut Seal::default()).rows().to_vec(),
            }
        }
    };
    if rows.is_empty() { Err(empty(part.name())) } else { Ok(rows) }
}

fn empty(part: &str) -> Failure {
    Failure::Wrong(Problem::error(phrase!("workbench.empty_part", part = part)).into())
}

fn judged(
    bundle: Bundle,
    table: &StoredTable,
    rows: &[usize],
    part: &Part,
    warnings: Vec<Problem>,
) -> Result<EvaluationReport, Failure> {
    // What it could not read in its own table counted as missing when it learned, and is judged so.
    if let Part::Table(_) = part {
        let (_, _) = bundle.preparation.check(&table.frame).settle(())?;
    }
    let examples = bundle.preparation.apply(&table.frame, rows)?;
    let (head, threshold) = (bundle.network.head, bundle.signature.threshold);
    let (seed, sure) = (bundle.origin.seed, bundle.signature.sure);
    let metric = bundle.judged.validation.as_ref().map(|report| report.verdict.metric);
    let predictor = Predictor::new(bundle)?;
    let outputs = predictor.outputs_of(&examples);
    let answers = Answers::read(predictor.preparation(), head, threshold, &outputs, &examples.targets);
    let Some(answers) = answers else { return Err(empty(part.name())) };
    let answers = answers.chosen(threshold, sure);
    Ok(judge(&Judgement {
        part: part.name(),
        answers: &answers,
        rows,
        frame: &table.frame,
        preparation: predictor.preparation(),
        metric,
        train_value: None,
        seed,
        sure,
        warnings,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_names_the_tables_version() {
        assert_eq!(version_of("customers@7:ab12"), Some(7));
        assert_eq!(version_of("customers"), None);
    }
}
