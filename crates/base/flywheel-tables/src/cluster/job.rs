//! What a cluster does for one question; it is taken back when nobody waits for the answer any more.

use std::sync::Arc;

use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::serde::protobuf::CancelJobParams;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result as FusionResult;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion_proto::protobuf::LogicalPlanNode;

use super::{Cluster, SCHEDULER_PORT};

/// A question's work on a cluster. When this goes before the answer came, the scheduler hears that it is to stop.
pub(super) struct Job {
    plan: Arc<dyn ExecutionPlan>,
    /// Where the scheduler is, as HTTP has it.
    scheduler: String,
    ended: bool,
}

impl Job {
    /// A plan that the cluster will work on.
    pub fn new(cluster: &Cluster, plan: Arc<dyn ExecutionPlan>) -> Self {
        let url = url::Url::parse(&cluster.address).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default();
        let port = url.as_ref().and_then(url::Url::port).unwrap_or(SCHEDULER_PORT);
        Self { plan, scheduler: format!("http://{host}:{port}"), ended: false }
    }

    /// The answer.
    pub async fn answer(mut self, context: Arc<TaskContext>) -> FusionResult<Vec<RecordBatch>> {
        let found = collect(Arc::clone(&self.plan), context).await;
        self.ended = true;
        found
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let plan = self.plan.downcast_ref::<DistributedQueryExec<LogicalPlanNode>>();
        let job = plan.and_then(|plan| plan.job_id());
        let (Some(job), Ok(runtime)) = (job, tokio::runtime::Handle::try_current()) else { return };
        let scheduler = self.scheduler.clone();
        runtime.spawn(async move {
            // A scheduler that cannot be reached has nothing done for anybody.
            if let Ok(mut scheduler) = SchedulerGrpcClient::connect(scheduler).await {
                let _ = scheduler.cancel_job(CancelJobParams { job_id: job.into_inner() }).await;
            }
        });
    }
}
