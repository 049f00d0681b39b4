//! A first recipe for a table: readable, complete enough to train at once, and open to change.

use std::path::{Path, PathBuf};

use flywheel_learn::network::choose;
use flywheel_learn::prepare::prepare;
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
    let prepared = prepare(table, &spec)?;
    let rows = prepared.parts.train.rows().len();
    spec.network = choose(&prepared.preparation.input_plan(), rows);
    spec.train.epochs = if rows > PLENTY { 10 } else { 40 };
    spec.train.batch_size = if rows > PLENTY { 128 } else { 32 };
    spec.train.early_stopping = Some(EarlyStoppingSpec { patience: 8, min_delta: 0.0 });
    let images = table.kinds.contains(&ColumnKind::Image);
    if images && rows <= PLENTY {
        spec.augment = Some(AugmentSpec { shift: 1.0, rotate: 8.0, ..AugmentSpec::default() });
    }
    if !images {
        spec.train.optimizer = OptimizerSpec::AdamW {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
        };
    }
    let texts = prepared.preparation.columns.iter().any(|column| column.text().is_some());
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

    #[tokio::test]
    async fn all_that_gives_the_answer_away_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        let dummies: Vec<String> = (0..10).map(|class| format!("label_{class}")).collect();
        let rows = (0..200).map(|row| {
            let ones: Vec<&str> = (0..10).map(|class| if row % 10 == class { "1" } else { "0" }).collect();
            format!("{},{},c{}\n", row * 7 % 31, ones.join(","), row % 10)
        });
        let csv = format!("age,{},label\n{}", dummies.join(","), rows.collect::<String>()).into_bytes();
        let request = crate::ImportRequest { name: Some("rows".to_owned()), ..Default::default() };
        workbench.import_bytes("rows.csv", csv, request).await.expect("imported");
        let text = workbench.draft("rows", "label", Language::En).await.expect("drafted");
        let (spec, _) = read_recipe(&text, "recipe.toml").expect("a recipe");
        assert_eq!(spec.data.leave_out, dummies, "{text}");
    }
}
