//! SQL over everything, read only, within limits: the events, the people that they tell of, and every table.
//!
//! | view | columns |
//! | --- | --- |
//! | `events` | `person`, `time`, `event`, `distinct_id`, `uuid`, `received`, `source`, `properties` (JSON) |
//! | `people` | `person`, `distinct_ids`, `first_seen`, `last_seen`, `events`, `properties` (JSON, as last set) |
//! | a table's name | the table |
//!
//! `properties->>'plan'` is a property as text, `number(properties, 'amount')` as a number,
//! `properties->'$set'` an object inside, as JSON.

mod functions;
mod output;
mod people;
mod store;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::common::config::Dialect;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use flywheel_people::{Event, Identity};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use futures::StreamExt;
use object_store::ObjectStore;

pub use output::{Form, Sheet, SheetColumn};

use crate::events::row;
use crate::storage::StorageError;

/// What a query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// Rows of the answer; more are cut off, and the answer says so.
    pub rows: usize,
    /// Bytes of the answer.
    pub bytes: usize,
    /// Bytes of memory that the work may take.
    pub memory: usize,
    /// How long it may take.
    pub time: Duration,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { rows: 10_000, bytes: 256 << 20, memory: 1 << 30, time: Duration::from_secs(60) }
    }
}

/// The events at one moment.
#[derive(Clone, Default)]
pub struct QueryEvents {
    /// The live files, as paths or URLs.
    pub files: Vec<String>,
    /// Where URLs lead, when the files are not on this disk.
    pub store: Option<(url::Url, Arc<dyn ObjectStore>)>,
    /// Events that are acknowledged and in no file yet.
    pub tail: Arc<Vec<Event>>,
    /// Who is whom.
    pub identity: Arc<Identity>,
}

/// What came of a query.
#[derive(Debug, Clone)]
pub struct QueryAnswer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// True when there were more rows than the limit.
    pub cut: bool,
}

/// Runs a query over tables (each with its live files) and events.
///
/// # Errors
/// A query that does not read, that writes, or that exceeds its limits.
pub async fn query(
    tables: Vec<(String, Vec<PathBuf>)>,
    events: QueryEvents,
    sql: &str,
    limits: QueryLimits,
) -> Result<QueryAnswer, Problems> {
    let run = run(tables, events, sql, limits);
    match tokio::time::timeout(limits.time, run).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(stopped)) => Err(stopped.problems(limits)),
        Err(_) => {
            let problem = Problem::error(phrase!("tables.sql_too_long", secs = limits.time.as_secs_f64()));
            Err(problem.advise(phrase!("tables.sql_too_long_advice")).into())
        }
    }
}

/// Why a query came to nothing.
enum Stopped {
    Failed(StorageError),
    TooLarge,
}

impl<E: Into<StorageError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Stopped {
    fn problems(self, limits: QueryLimits) -> Problems {
        let problem = match self {
            Self::TooLarge => Problem::error(phrase!("tables.sql_too_large", limit = limits.bytes >> 20))
                .advise(phrase!("tables.sql_too_large_advice")),
            Self::Failed(error) if exhausted(&error) => {
                let reason = said(&error);
                Problem::error(phrase!("tables.sql_too_much", limit = limits.memory >> 20, reason = reason))
                    .advise(phrase!("tables.sql_too_long_advice"))
            }
            Self::Failed(error) => Problem::error(phrase!("tables.sql_failed", reason = said(&error)))
                .advise(Phrase::new("tables.sql_advice")),
        };
        problem.into()
    }
}

/// The error's own words, without the names of the library's layers before them.
fn said(error: &StorageError) -> String {
    let mut text = error.to_string();
    for layer in ["Error during planning: ", "Execution error: ", "SQL error: ", "Schema error: "] {
        text = text.replace(layer, "");
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}

fn exhausted(error: &StorageError) -> bool {
    matches!(error, StorageError::Query(error)
        if matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)))
}

async fn run(
    tables: Vec<(String, Vec<PathBuf>)>,
    events: QueryEvents,
    sql: &str,
    limits: QueryLimits,
) -> Result<QueryAnswer, Stopped> {
    let context = context(limits)?;
    for (name, files) in tables.into_iter().filter(|(name, _)| name != "events" && name != "people") {
        let files: Vec<String> = files.into_iter().map(|file| file.display().to_string()).collect();
        let frame = context.read_parquet(files, ParquetReadOptions::default()).await?;
        context.register_table(TableReference::bare(name), frame.into_view())?;
    }
    register_events(&context, events).await?;
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(sql, read_only).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    // A plan that is shown is no table, and has no more rows than it has.
    let shows_plan = matches!(frame.logical_plan(), LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
    let frame = if shows_plan { frame } else { frame.limit(0, Some(limits.rows.saturating_add(1)))? };
    let task = Arc::new(frame.task_ctx());
    let plan = interruptible(frame.create_physical_plan().await?)?;
    let mut stream = execute_stream(plan, task)?;
    let mut answer = QueryAnswer { schema, batches: Vec::new(), cut: false };
    let (mut rows, mut bytes) = (0, 0);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let left = limits.rows - rows;
        answer.cut |= batch.num_rows() > left;
        let batch = batch.slice(0, batch.num_rows().min(left));
        rows += batch.num_rows();
        bytes += batch.get_array_memory_size();
        if bytes > limits.bytes {
            return Err(Stopped::TooLarge);
        }
        answer.batches.push(batch);
    }
    Ok(answer)
}

/// Lets joins pause between batches: one that multiplies what it holds asks nobody for more, and would not stop in time.
fn interruptible(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let pausing = plan.transform_up(|node| {
        Ok(if node.name().contains("Join") {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)
        } else {
            Transformed::no(node)
        })
    })?;
    Ok(pausing.data)
}

fn context(limits: QueryLimits) -> Result<SessionContext, DataFusionError> {
    let mut config = SessionConfig::new().with_information_schema(true);
    config.options_mut().execution.parquet.schema_force_view_types = false;
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    // Where one partition has no row, the bound shared by the others loses the smallest value, and `min` beside `max` comes
    // out too large, now and then (apache/datafusion #25147).
    config.options_mut().optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    // In which `->>` binds tighter than `=`.
    config.options_mut().sql_parser.dialect = Dialect::PostgreSQL;
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(limits.memory, 1.0).build_arc()?;
    let mut context = SessionContext::new_with_config_rt(config, runtime);
    context.register_udf(functions::property());
    context.register_udf(functions::number());
    context.register_udf(functions::json_get());
    context.register_udaf(people::properties());
    context.register_expr_planner(Arc::new(functions::Arrows))?;
    Ok(context)
}

/// The views of events and people.
async fn register_events(context: &SessionContext, events: QueryEvents) -> Result<(), StorageError> {
    if let Some((url, store)) = &events.store {
        context.register_object_store(url, Arc::new(store::ReadOnly(store.clone())));
    }
    let schema = row::schema();
    let rows: Vec<(i64, &Event)> =
        events.tail.iter().map(|event| (events.identity.of_id(&event.distinct_id), event)).collect();
    let tail = RecordBatch::try_new(schema.clone(), row::base_columns(&rows)?)?;
    let mut frame: DataFrame = context.read_batch(tail)?;
    if !events.files.is_empty() {
        let options = ParquetReadOptions::default().schema(&schema);
        let mut files = context.read_parquet(events.files, options).await?;
        if !events.identity.is_settled() {
            let written = datafusion::prelude::col(row::PERSON);
            let id = datafusion::prelude::col(row::DISTINCT_ID);
            let person = functions::person_now(events.identity.clone()).call(vec![written, id]);
            let mut columns = vec![person.alias(row::PERSON)];
            columns
                .extend(schema.fields().iter().skip(1).map(|field| datafusion::prelude::ident(field.name())));
            files = files.select(columns)?;
        }
        frame = files.union(frame)?;
    }
    context.register_table(TableReference::bare("events"), frame.into_view())?;
    let people = context
        .sql(
            "SELECT person, array_agg(DISTINCT distinct_id ORDER BY distinct_id) AS distinct_ids, \
             min(time) AS first_seen, max(time) AS last_seen, count(*) AS events, \
             person_properties(properties, time) AS properties FROM events GROUP BY person",
        )
        .await?;
    context.register_table(TableReference::bare("people"), people.into_view())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use flywheel_people::Merge;
    use flywheel_people::person_of;
    use serde_json::{Value, json};

    use super::*;

    fn event(number: u128, who: &str, name: &str, secs: i64, properties: Value) -> Event {
        Event {
            uuid: uuid::Uuid::from_u128(number),
            id_kind: Default::default(),
            event: name.to_owned(),
            distinct_id: who.to_owned(),
            time: secs * 1_000_000,
            received: 0,
            source: "test".to_owned(),
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    fn events() -> Vec<Event> {
        vec![
            event(1, "anna", "signup", 10, json!({"plan": "pro", "$set_once": {"city": "Bern", "first": 1}})),
            event(2, "anna", "pay", 20, json!({"amount": 5.5, "$set": {"city": "Zürich"}})),
            event(3, "bert", "pay", 30, json!({"amount": "2.5", "$set": {"city": "北京"}})),
            event(4, "a2", "pay", 40, json!({"amount": 1, "$set": {"city": "Basel"}})),
        ]
    }

    /// The answer as JSON, with the first events in a file and the rest in the tail.
    async fn ask(sql: &str, in_file: usize, limits: QueryLimits) -> Result<Value, Problems> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut all = events();
        let tail = all.split_off(in_file);
        let mut files = Vec::new();
        if !all.is_empty() {
            let path = folder.path().join("part.parquet");
            crate::events::write_events(&path, &all, &Identity::default()).expect("written");
            files.push("events://table/part.parquet".to_owned());
        }
        let root = object_store::local::LocalFileSystem::new();
        let prefix = object_store::path::Path::from_absolute_path(folder.path()).expect("a path");
        let below: Arc<dyn ObjectStore> = Arc::new(object_store::prefix::PrefixStore::new(root, prefix));
        let store = Some((url::Url::parse("events://table/").expect("an address"), below));
        let identity = Identity::from_merges(&[Merge { from: person_of("a2"), into: person_of("anna") }]);
        let events = QueryEvents { files, store, tail: Arc::new(tail), identity: Arc::new(identity) };
        let answer = query(Vec::new(), events, sql, limits).await?;
        assert!(!answer.cut);
        Ok(Value::from(answer.rows().expect("rows").into_iter().map(Value::from).collect::<Vec<_>>()))
    }

    #[tokio::test]
    async fn events_are_read_from_files_and_tail_alike() {
        for in_file in 0..=4 {
            for (sql, expected) in [
                ("SELECT count(*), count(DISTINCT person) FROM events", json!([[4, 2]])),
                (
                    "SELECT event, sum(number(properties, 'amount')) FROM events GROUP BY event ORDER BY event",
                    json!([["pay", 9.0], ["signup", null]]),
                ),
                ("SELECT distinct_id FROM events WHERE properties->>'plan' = 'pro'", json!([["anna"]])),
                (
                    "SELECT properties->'$set'->>'city' FROM events WHERE distinct_id = 'bert'",
                    json!([["北京"]]),
                ),
            ] {
                let found = ask(sql, in_file, QueryLimits::default()).await;
                assert_eq!(found.expect(sql), expected, "{sql} with {in_file} in the file");
            }
        }
    }

    #[tokio::test]
    async fn the_least_beside_the_greatest_is_not_guessed_from_other_partitions() {
        // The wrong answers come and go with the order of threads; the plan tells them every time.
        let plan = ask("EXPLAIN SELECT min(time), max(time) FROM events", 4, QueryLimits::default()).await;
        let plan = plan.expect("a plan").to_string();
        assert!(plan.contains("AggregateExec") && !plan.contains("DynamicFilter"), "{plan}");
    }

    #[tokio::test]
    async fn people_have_what_was_set_last_and_all_their_ids() {
        for in_file in 0..=4 {
            let sql = "SELECT distinct_ids, events, properties->>'city', properties->>'first' FROM people ORDER BY events DESC";
            let found = ask(sql, in_file, QueryLimits::default()).await.expect("people");
            assert_eq!(found, json!([[["a2", "anna"], 3, "Basel", "1"], [["bert"], 1, "北京", null]]));
        }
    }

    #[tokio::test]
    async fn nothing_but_reading_is_done_and_limits_hold() {
        for sql in [
            "CREATE TABLE x AS SELECT 1",
            "INSERT INTO events SELECT * FROM events",
            "COPY events TO '/tmp/flywheel-copy.csv'",
            "SET datafusion.execution.batch_size = 1",
            "DROP TABLE events",
            "SELECT * FROM '/etc/passwd'",
        ] {
            let refused = ask(sql, 2, QueryLimits::default()).await.expect_err(sql);
            assert_eq!(refused.problems[0].code, "tables.sql_failed", "{sql}");
        }
        assert!(!std::path::Path::new("/tmp/flywheel-copy.csv").exists());
        let slow = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value * b.value % 7 = 3";
        let limits = QueryLimits { time: Duration::from_millis(300), ..QueryLimits::default() };
        let begun = std::time::Instant::now();
        assert_eq!(ask(slow, 2, limits).await.expect_err("slow").problems[0].code, "tables.sql_too_long");
        assert!(begun.elapsed() < Duration::from_secs(10), "the limit on time did not hold");
        let limits = QueryLimits { bytes: 1000, ..QueryLimits::default() };
        let large = "SELECT value FROM generate_series(1, 5000)";
        assert_eq!(ask(large, 2, limits).await.expect_err("large").problems[0].code, "tables.sql_too_large");
    }
}
