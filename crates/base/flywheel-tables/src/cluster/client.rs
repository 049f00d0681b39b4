//! Asking a cluster: the plan goes to its scheduler, what the executors found comes back and is settled here.

use std::sync::Arc;
use std::time::Duration;

use ballista::extension::SessionContextExt;
use ballista_core::extension::SessionConfigExt;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result as FusionResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use flywheel_events::read::{Wanted, people_aside, ranges, settle};
use flywheel_people::{Event, Identity, Partial};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::job::Job;
use super::{Cluster, scheduler, stores};
use crate::fold::carried::{ScanSpec, Share, found_of};
use crate::fold::exec::FoldSpec;
use crate::fold::node::{Work, plan};
use crate::fold::{EventsView, FoldRequest, PersonRange, codec};

/// Rows that one task should read at least.
const ROWS_A_TASK: u64 = 500_000;

/// Tasks of one question at most, and where there are rows enough at least.
const TASKS: std::ops::RangeInclusive<usize> = 4..=1024;

/// Bytes that rows set aside may take in one task.
const ASIDE_BYTES: u64 = 1 << 30;

/// What a scheduler says when nobody is left; asking again would only wait.
const ALL_LOST: &str = "all executors were lost";

/// Shows everybody to the folds, on the cluster.
pub async fn fold(
    cluster: &Cluster,
    events: &EventsView,
    tail: &[Event],
    identity: &Identity,
    request: &FoldRequest,
) -> Result<Vec<Box<dyn Partial>>, Problems> {
    // A wrong condition is better said here than by every executor.
    let wanted = Wanted::of(request.folds.iter().map(AsRef::as_ref))?;
    if stores::open(&events.root).is_err() {
        return Err(Problem::error(phrase!("cluster.not_shared", root = events.root))
            .advise(Phrase::new("cluster.not_shared_advice"))
            .into());
    }
    let rows: u64 = events.files.iter().map(|file| file.rows).sum();
    let tasks = usize::try_from(rows / ROWS_A_TASK).unwrap_or(usize::MAX).clamp(*TASKS.start(), *TASKS.end());
    let ranges = ranges::cut(events, tasks).await?;
    let aside = people_aside(tail, identity);
    let shares = ranges.iter().map(|range| Share { range: *range, aside: inside(&aside, *range) }).collect();
    let scan = ScanSpec { root: absolute(&events.root), files: events.files.clone(), by_id: identity.split };
    let spec = FoldSpec { encoded: request.encoded.clone(), aside_bytes: ASIDE_BYTES };
    let plan = plan(Work { scan, shares }, spec).map_err(|error| failed(cluster, &error))?;
    let found = match tokio::time::timeout(cluster.time_limit, ask_twice(cluster, &plan)).await {
        Ok(found) => found.map_err(|error| failed(cluster, &error))?,
        Err(_) => {
            let seconds = cluster.time_limit.as_secs();
            return Err(Problem::error(phrase!(
                "cluster.too_late",
                address = cluster.address,
                seconds = seconds
            ))
            .advise(Phrase::new("cluster.too_late_advice"))
            .into());
        }
    };
    let gathered = found_of(&found, &ranges, &request.folds)?;
    Ok(settle(&request.folds, &wanted, identity, tail, gathered)?)
}

/// Asks, and asks once more when that fails: what an executor found is gone when it dies before it was fetched.
async fn ask_twice(cluster: &Cluster, plan: &LogicalPlan) -> FusionResult<Vec<RecordBatch>> {
    match ask(cluster, plan).await {
        Ok(found) => Ok(found),
        Err(error) if error.to_string().contains(ALL_LOST) => Err(error),
        Err(_) => {
            tokio::time::sleep(Duration::from_millis(500)).await;
            ask(cluster, plan).await
        }
    }
}

async fn ask(cluster: &Cluster, plan: &LogicalPlan) -> FusionResult<Vec<RecordBatch>> {
    let config = scheduler::config()
        .with_ballista_logical_extension_codec(Arc::new(codec::LogicalCodec::default()))
        .with_ballista_job_name("flywheel question")
        // The scan is cut already; a planner that wants more partitions would shuffle every row.
        .with_target_partitions(1);
    let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    let context = SessionContext::remote_with_state(&cluster.address, state).await?;
    let plan = context.execute_logical_plan(plan.clone()).await?.create_physical_plan().await?;
    Job::new(cluster, plan).answer(context.task_ctx()).await
}

/// The table's address as other processes open it, whatever folder they were started in.
fn absolute(root: &str) -> String {
    std::fs::canonicalize(root).map_or_else(|_| root.to_owned(), |path| path.display().to_string())
}

fn inside(people: &[i64], range: PersonRange) -> Vec<i64> {
    let start = people.partition_point(|person| *person < range.from);
    let end = range.to.map_or(people.len(), |to| people.partition_point(|person| *person < to));
    people[start..end.max(start)].to_vec()
}

fn failed(cluster: &Cluster, error: &datafusion::error::DataFusionError) -> Problems {
    let reason = error.to_string();
    let is_away =
        ["transport error", "Connection refused", "ConnectError", "GrpcConnectionError", "dns error"]
            .iter()
            .any(|sign| reason.contains(sign));
    let (what, advice) = if is_away {
        (
            phrase!("cluster.unreachable", address = cluster.address, reason = reason),
            "cluster.unreachable_advice",
        )
    } else {
        (phrase!("cluster.failed", address = cluster.address, reason = reason), "cluster.failed_advice")
    };
    Problem::error(what).advise(Phrase::new(advice)).into()
}
