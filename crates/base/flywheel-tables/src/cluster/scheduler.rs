//! The scheduler of a cluster: plans what clients send and hands the tasks to executors.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::extension::{
    SessionConfigExt, ballista_aggregate_functions, ballista_scalar_functions, ballista_window_functions,
};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use flywheel_spec::Problems;
use tokio::net::TcpListener;

use super::stores::Stores;
use super::{EXECUTOR_TIMEOUT_SECS, MESSAGE_BYTES, not_started};
use crate::fold::{FoldMaker, codec, node};

/// Where a scheduler listens.
#[derive(Debug, Clone)]
pub struct SchedulerOptions {
    /// The address it listens at, such as `127.0.0.1` or `0.0.0.0`.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
}

/// Runs a scheduler until its process ends; `ready` hears where it listens.
///
/// # Errors
/// When the port is taken, or the address is none of this machine's.
pub async fn run_scheduler(
    options: &SchedulerOptions,
    maker: FoldMaker,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Problems> {
    let address = format!("{}:{}", options.host, options.port);
    let failed = |reason: String| not_started("scheduler", &address, reason);
    let listener = TcpListener::bind(&address).await.map_err(|error| failed(error.to_string()))?;
    let bound = listener.local_addr().map_err(|error| failed(error.to_string()))?;
    let config = SchedulerConfig {
        external_host: options.host.clone(),
        bind_host: options.host.clone(),
        bind_port: bound.port(),
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: EXECUTOR_TIMEOUT_SECS,
        expire_dead_executor_interval_seconds: 2,
        no_executors_grace_period_seconds: EXECUTOR_TIMEOUT_SECS,
        finished_job_data_clean_up_interval_seconds: 60,
        finished_job_state_clean_up_interval_seconds: 600,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES,
        grpc_client_max_message_size: MESSAGE_BYTES,
        override_config_producer: Some(Arc::new(config)),
        override_logical_codec: Some(Arc::new(codec::LogicalCodec::default())),
        override_physical_codec: Some(Arc::new(codec::PhysicalCodec::new(maker.clone()))),
        override_session_builder: Some(Arc::new(move |config| session(config, maker.clone()))),
        ..SchedulerConfig::default()
    };
    let config = Arc::new(config);
    let builder = config.override_session_builder.clone().ok_or_else(|| failed("no session".to_owned()))?;
    let producer = config.override_config_producer.clone().ok_or_else(|| failed("no settings".to_owned()))?;
    let cluster = BallistaCluster::new_memory(config.scheduler_endpoint(), builder, producer);
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config)
        .await
        .map_err(|error| failed(error.to_string()))?;
    ready(bound);
    start_grpc_service_with_listener(listener, scheduler).await.map_err(|error| failed(error.to_string()))
}

/// A session's settings on every machine of the cluster.
///
/// Adaptive planning stays off: with it, a query whose executor died hung for good.
pub(super) fn config() -> SessionConfig {
    SessionConfig::new_with_ballista()
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES as usize)
}

fn session(config: SessionConfig, maker: FoldMaker) -> Result<SessionState> {
    let runtime =
        RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(Stores::default())).build_arc()?;
    let planners =
        DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(node::FoldPlanner { maker })]);
    Ok(SessionStateBuilder::new()
        .with_default_features()
        .with_config(config.with_ballista_adaptive_query_planner(false))
        .with_runtime_env(runtime)
        .with_optimizer_rules(ballista_core::optimizer::ballista_default_optimizer_rules())
        .with_scalar_functions(ballista_scalar_functions())
        .with_aggregate_functions(ballista_aggregate_functions())
        .with_window_functions(ballista_window_functions())
        .with_query_planner(Arc::new(Planner(planners)))
        .build())
}

struct Planner(DefaultPhysicalPlanner);

impl std::fmt::Debug for Planner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Planner")
    }
}

#[async_trait::async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.create_physical_plan(plan, session).await
    }
}
