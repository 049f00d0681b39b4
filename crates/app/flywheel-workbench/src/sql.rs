//! SQL over everything in the project, read only.

use std::time::{Duration, Instant};

use flywheel_spec::sql::{SqlColumn, SqlReport, SqlSpec};
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::query::{self, Form, QueryAnswer, QueryEvents, QueryLimits};
use url::Url;

use crate::{Failure, Workbench};

/// What the files of the table of events are called for a query.
const EVENTS: &str = "events://table/";

impl Workbench {
    /// Answers a question in SQL over events, people and tables.
    ///
    /// # Errors
    /// A query that does not read, that writes, or that exceeds its limits.
    pub async fn sql(&self, spec: &SqlSpec) -> Result<SqlReport, Failure> {
        let begun = Instant::now();
        let answer = self.query(spec).await?;
        let rows = answer.rows().map_err(|error| Failure::broken("answer", error))?;
        let columns = answer.columns().into_iter().map(|(name, kind)| SqlColumn { name, kind }).collect();
        Ok(SqlReport { columns, rows, cut: answer.cut, secs: begun.elapsed().as_secs_f64() })
    }

    /// Answers a question in SQL as a file; says whether rows were cut off.
    ///
    /// # Errors
    /// As [`Self::sql`].
    pub async fn sql_file(&self, spec: &SqlSpec, form: Form) -> Result<(Vec<u8>, bool), Failure> {
        let answer = self.query(spec).await?;
        let bytes = answer.write(form).map_err(|error| Failure::broken("answer", error))?;
        Ok((bytes, answer.cut))
    }

    async fn query(&self, spec: &SqlSpec) -> Result<QueryAnswer, Failure> {
        let limits = limits(spec)?;
        let tables = self.warehouse().live_files().await?;
        let now = self.events().await?;
        // The address stands for the table's store, wherever that is.
        let url = Url::parse(EVENTS).map_err(|error| Failure::broken("events", error))?;
        let events = QueryEvents {
            files: now.view.files.iter().map(|file| format!("{EVENTS}{}", file.path)).collect(),
            store: Some((url, now.view.store.clone())),
            tail: now.tail,
            identity: now.identity,
        };
        Ok(query::query(tables, events, &spec.query, limits).await?)
    }
}

fn limits(spec: &SqlSpec) -> Result<QueryLimits, Problems> {
    let mut problems = Problems::default();
    if spec.query.trim().is_empty() {
        problems.push(Problem::error(phrase!("ask.sql_empty")).at_setting("query"));
    }
    if !(0.001..=3600.0).contains(&spec.secs) {
        problems.push(Problem::error(phrase!("ask.sql_secs", found = spec.secs)).at_setting("secs"));
    }
    if !(1..=10_000_000).contains(&spec.rows) {
        problems.push(Problem::error(phrase!("ask.sql_rows", found = spec.rows)).at_setting("rows"));
    }
    if spec.megabytes < 16 {
        problems.push(
            Problem::error(phrase!("ask.sql_megabytes", found = spec.megabytes)).at_setting("megabytes"),
        );
    }
    let limits = QueryLimits {
        rows: spec.rows,
        memory: spec.megabytes.saturating_mul(1 << 20),
        time: Duration::try_from_secs_f64(spec.secs).unwrap_or(Duration::ZERO),
        ..QueryLimits::default()
    };
    problems.settle(limits).map(|(limits, _)| limits)
}
