//! A first recipe for a table: readable, complete enough to train at once, and open to change.

use std::path::{Path, PathBuf};

use flywheel_learn::network::choose;
use flywheel_learn::prepare::{Selection, prepare};
use flywheel_spec::Language;
use flywheel_spec::check::{name_from, read_recipe};
use flywheel_spec::draft::recipe_text;
use flywheel_spec::recipe::{
    AugmentSpec, DataSpec, EarlyStoppingSpec, MetricName, OptimizerSpec, PrepareSpec, ServeSpec, SplitSpec,
    SureSpec, Task, TrainSpec, TrainingSpec,
};
use flywheel_spec::table::{ColumnKind, Finding, FindingKind};
use flywheel_tables::StoredTable;

use crate::data::{blocking, known_column};
use crate::{Failure, Workbench, file};

/// Rows above which training data is plenty: fewer epochs, no changed images.
const PLENTY: usize = 20_000;

/// Steps that the weights of a table's network need to get where they are going, however few its rows are.
const STEPS_OF_ROWS: usize = 10_000;

/// Steps that the weights of a network for images need; each of them takes longer.
const STEPS_OF_IMAGES: usize = 1_500;

/// More passes over the same rows hardly ever help.
const MOST_EPOCHS: usize = 400;

/// Decays that keep the network of a table from learning noise by heart. On a dozen real tables they closed much of the gap to
/// logistic regression where the target is noisy, and cost nothing where it is not; they would weigh down the terms of texts.
const DECAY_OF_CLASSES: f64 = 0.3;
const DECAY_OF_NUMBERS: f64 = 0.1;

impl Workbench {
    /// A recipe for a table and a target, as commented TOML.
    ///
    /// # Errors
    /// When there is no such table or column, or nothing can be learned from it.
    pub async fn draft(&self, table: &str, target: &str, language: Language) -> Result<String, Failure> {
        self.draft_named(&name_from(table), table, target, language).await
    }

    /// Writes a draft into the project's recipes; one for this table and target that is there already stays.
    ///
    /// It is named after the table; where that name is another recipe's, after the target too, or numbered.
    ///
    /// # Errors
    /// As [`Self::draft`], and when the folder cannot be written.
    pub async fn write_draft(
        &self,
        table: &str,
        target: &str,
        language: Language,
    ) -> Result<PathBuf, Failure> {
        let mut name = name_from(table);
        let mut number = 1;
        loop {
            let path = self.folder().recipes().join(format!("{name}.toml"));
            let Some(text) = file::read_text(&path)? else {
                let text = self.draft_named(&name, table, target, language).await?;
                file::write(&path, text.as_bytes())?;
                return Ok(shown(&path));
            };
            if learns(&text, table, target) {
                return Ok(shown(&path));
            }
            name = match number {
                1 => name_from(&format!("{table}-{target}")),
                _ => format!("{}-{number}", name_from(table)),
            };
            number += 1;
        }
    }

    async fn draft_named(
        &self,
        name: &str,
        table: &str,
        target: &str,
        language: Language,
    ) -> Result<String, Failure> {
        let stored = self.table(table, None, None).await?;
        known_column(&stored, target)?;
        let target = target.to_owned();
        let spec = blocking(move || drafted(&stored, &target)).await??;
        let spec = TrainSpec { name: name.to_owned(), ..spec };
        Ok(recipe_text(&spec, &format!("recipes/{name}.toml"), language))
    }
}

/// True when a recipe learns this target from this table.
fn learns(text: &str, table: &str, target: &str) -> bool {
    read_recipe(text, "recipe.toml")
        .is_ok_and(|(spec, _)| spec.data.table == table && spec.data.target == target)
}

/// The path as a person would type it, where that is shorter.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or_else(|| path.to_owned())
}

fn drafted(table: &StoredTable, target: &str) -> Result<TrainSpec, Failure> {
    let findings = flywheel_tables::profile::findings(table, Some(target));
    let mut spec = TrainSpec {
        name: name_from(&table.name),
        description: None,
        seed: 0,
        start_from: None,
        frozen_layers: None,
        data: DataSpec {
            table: table.name.clone(),
            version: None,
            target: target.to_owned(),
            task: None,
            columns: Vec::new(),
            leave_out: left_out(&findings, target),
            classes: Vec::new(),
            limit: None,
        },
        split: SplitSpec::default(),
        prepare: PrepareSpec::default(),
        network: Vec::new(),
        train: TrainingSpec::default(),
        augment: None,
        accept: None,
        tune: None,
        serve: ServeSpec::default(),
    };
    spec.data.classes = repeated_classes(&Selection::of(table, &spec)?);
    let prepared = prepare(table, &spec)?;
    let rows = prepared.parts.train.rows().len();
    let classes = prepared.preparation.labels().len();
    spec.network = choose(&prepared.preparation.input_plan(), rows, classes);
    let images = table.kinds.contains(&ColumnKind::Image);
    spec.train.batch_size = if rows > PLENTY { 128 } else { 32 };
    spec.train.epochs = epochs(rows, spec.train.batch_size, images);
    let patience = (spec.train.epochs / 5).max(8);
    spec.train.early_stopping = Some(EarlyStoppingSpec { patience, min_delta: 0.0 });
    if images && rows <= PLENTY {
        spec.augment = Some(AugmentSpec { shift: 1.0, rotate: 8.0, ..AugmentSpec::default() });
    }
    let texts = prepared.preparation.columns.iter().any(|column| column.text().is_some());
    if !images {
        spec.train.optimizer = OptimizerSpec::AdamW {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: match prepared.preparation.task {
                _ if texts => 0.01,
                Task::Classification => DECAY_OF_CLASSES,
                Task::Regression => DECAY_OF_NUMBERS,
            },
        };
    }
    if texts && prepared.preparation.task == Task::Classification {
        // Who reads an answer about a message should know when it is a guess.
        spec.serve.sure = Some(SureSpec::Errors { most: 0.1 });
    }
    // Where one class is rare, accuracy flatters whoever never names it.
    let imbalanced = findings.iter().any(|finding| finding.kind == FindingKind::Imbalance);
    if prepared.preparation.task == Task::Classification && imbalanced {
        spec.train.keep_best = Some(MetricName::Auc);
    }
    Ok(spec)
}

/// The classes to keep where others appear once only, which can't be both learned and judged; none are named where all can.
fn repeated_classes(selection: &Selection) -> Vec<String> {
    let counts = selection.class_counts(&selection.rows);
    let repeated = selection.classes.iter().zip(&counts).filter(|(_, count)| **count > 1);
    let repeated: Vec<String> = repeated.map(|(class, _)| class.clone()).collect();
    let some_once = (2..counts.len()).contains(&repeated.len());
    if some_once { repeated } else { Vec::new() }
}

/// Passes over the rows that make enough steps; few rows make few steps a pass. Early stopping ends what needs fewer.
fn epochs(rows: usize, batch_size: usize, images: bool) -> usize {
    if rows > PLENTY {
        return 10;
    }
    let steps = if images { STEPS_OF_IMAGES } else { STEPS_OF_ROWS };
    let steps_per_epoch = rows.div_ceil(batch_size).max(1);
    steps.div_ceil(steps_per_epoch).next_multiple_of(10).clamp(40, MOST_EPOCHS)
}

/// Columns that name a row, say nothing, or give the answer away.
fn left_out(findings: &[Finding], target: &str) -> Vec<String> {
    let useless = |kind: FindingKind| {
        matches!(kind, FindingKind::Identifier | FindingKind::Constant | FindingKind::Leak)
    };
    let named =
        findings.iter().filter(|finding| useless(finding.kind)).filter_map(|finding| finding.column.clone());
    let mut columns: Vec<String> = named.filter(|column| column != target).collect();
    columns.sort();
    columns.dedup();
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_passed_over_more_often() {
        let cases = [
            (20, false, 400),
            (700, false, 400),
            (2_000, false, 160),
            (6_800, false, 50),
            (20_000, false, 40),
            (50_000, false, 10),
            (200, true, 220),
            (2_000, true, 40),
            (50_000, true, 10),
        ];
        for (rows, images, wanted) in cases {
            let batch_size = if rows > PLENTY { 128 } else { 32 };
            assert_eq!(epochs(rows, batch_size, images), wanted, "{rows} rows, images: {images}");
        }
    }

    /// The recipe that is drafted for a table.
    async fn drafted_for(csv: String) -> TrainSpec {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        let request = crate::ImportRequest { name: Some("rows".to_owned()), ..Default::default() };
        workbench.import_bytes("rows.csv", csv.into_bytes(), request).await.expect("imported");
        let text = workbench.draft("rows", "label", Language::En).await.expect("drafted");
        read_recipe(&text, "recipe.toml").expect("a recipe").0
    }

    #[tokio::test]
    async fn classes_that_appear_once_are_not_among_those_of_a_draft() {
        let rows = |last: &str| {
            let rows = (0..60).map(|row| format!("{}.5,c{}\n", row * 7 % 31, row % 3));
            format!("age,label\n{}3.5,{last}\n", rows.collect::<String>())
        };
        assert_eq!(drafted_for(rows("c1")).await.data.classes, Vec::<String>::new());
        assert_eq!(drafted_for(rows("c9")).await.data.classes, ["c0", "c1", "c2"]);
    }

    #[tokio::test]
    async fn all_that_gives_the_answer_away_is_left_out() {
        let dummies: Vec<String> = (0..10).map(|class| format!("label_{class}")).collect();
        let rows = (0..200).map(|row| {
            let ones: Vec<&str> = (0..10).map(|class| if row % 10 == class { "1" } else { "0" }).collect();
            format!("{},{},c{}\n", row * 7 % 31, ones.join(","), row % 10)
        });
        let csv = format!("age,{},label\n{}", dummies.join(","), rows.collect::<String>());
        let spec = drafted_for(csv).await;
        assert_eq!(spec.data.leave_out, dummies);
    }
}
