//! A read-only door for SQL: DataFusion over the live files of every table.

use std::path::PathBuf;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use crate::storage::StorageError;

/// Rows that came of a query, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SqlAnswer {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows; a missing value is absent.
    pub rows: Vec<Vec<Option<String>>>,
    /// True when there were more rows than asked for.
    pub cut: bool,
}

/// Runs `query`, which may read and nothing else.
pub(super) async fn answer(
    tables: Vec<(String, Vec<PathBuf>)>,
    query: &str,
    limit: usize,
) -> Result<SqlAnswer, Problems> {
    run(tables, query, limit).await.map_err(|error| {
        let reason = error.to_string();
        Problem::error(phrase!("tables.sql_failed", reason = reason))
            .advise(Phrase::new("tables.sql_advice"))
            .into()
    })
}

async fn run(
    tables: Vec<(String, Vec<PathBuf>)>,
    query: &str,
    limit: usize,
) -> Result<SqlAnswer, StorageError> {
    let mut config = SessionConfig::new().with_information_schema(true);
    // As for questions over events: `min` beside `max` may come out too large.
    config.options_mut().optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    let context = SessionContext::new_with_config(config);
    for (name, files) in tables {
        let files: Vec<String> = files.into_iter().map(|file| file.display().to_string()).collect();
        let frame = context.read_parquet(files, ParquetReadOptions::default()).await?;
        context.register_table(datafusion::common::TableReference::bare(name), frame.into_view())?;
    }
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(query, read_only).await?;
    let batches = frame.limit(0, Some(limit.saturating_add(1)))?.collect().await?;

    let mut answer = SqlAnswer::default();
    if let Some(batch) = batches.first() {
        answer.columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    }
    let options = FormatOptions::default();
    for batch in &batches {
        let formatters = batch
            .columns()
            .iter()
            .map(|array| ArrayFormatter::try_new(array.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = formatters.iter().zip(batch.columns());
            let text = cells
                .map(|(formatter, array)| (!array.is_null(row)).then(|| formatter.value(row).to_string()));
            answer.rows.push(text.collect());
        }
    }
    answer.cut = answer.rows.len() > limit;
    answer.rows.truncate(limit);
    Ok(answer)
}
