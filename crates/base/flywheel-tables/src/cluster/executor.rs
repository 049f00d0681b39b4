//! An executor of a cluster: reads its share of the people and keeps what it found until the client fetches it.

use std::sync::Arc;

use ballista_core::extension::{
    ballista_aggregate_functions, ballista_scalar_functions, ballista_window_functions,
};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use flywheel_spec::Problems;

use super::stores::Stores;
use super::{HEARTBEAT_SECS, MESSAGE_BYTES, SCHEDULER_PORT, not_started, scheduler};
use crate::fold::{FoldMaker, codec};

/// Where an executor listens, and whom it works for.
#[derive(Debug, Clone)]
pub struct ExecutorOptions {
    /// Its scheduler, `host:port` or `host`.
    pub scheduler: String,
    /// The address it listens at.
    pub host: String,
    /// What others reach it by, when that is another name.
    pub external_host: Option<String>,
    /// The port for answers; the next one is for tasks.
    pub port: u16,
    /// Tasks at the same time; 0 for one a core.
    pub cores: usize,
}

/// Runs an executor until its process ends.
///
/// # Errors
/// When a port is taken, or the scheduler does not answer.
pub async fn run_executor(options: &ExecutorOptions, maker: FoldMaker) -> Result<(), Problems> {
    let address = format!("{}:{}", options.host, options.port);
    let failed = |reason: String| not_started("executor", &address, reason);
    let (scheduler_host, scheduler_port) = match options.scheduler.rsplit_once(':') {
        Some((host, port)) => {
            (host.to_owned(), port.parse().map_err(|_| failed(format!("`{port}` is no port")))?)
        }
        None => (options.scheduler.clone(), SCHEDULER_PORT),
    };
    let work = tempfile::Builder::new().prefix("flywheel-executor-").tempdir();
    let work = work.map_err(|error| failed(error.to_string()))?;
    let temporary = work.path().to_path_buf();
    let config = ExecutorProcessConfig {
        bind_host: options.host.clone(),
        external_host: Some(options.external_host.clone().unwrap_or_else(|| options.host.clone())),
        port: options.port,
        grpc_port: options.port.checked_add(1).ok_or_else(|| failed("no port follows it".to_owned()))?,
        scheduler_host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 30,
        vcores: options.cores,
        work_dir: Some(work.path().display().to_string()),
        grpc_max_decoding_message_size: MESSAGE_BYTES,
        grpc_max_encoding_message_size: MESSAGE_BYTES,
        executor_heartbeat_interval_seconds: HEARTBEAT_SECS,
        override_function_registry: Some(Arc::new(functions())),
        override_runtime_producer: Some(Arc::new(move |_| {
            let stores = Arc::new(Stores::default());
            RuntimeEnvBuilder::new()
                .with_object_store_registry(stores)
                .with_temp_file_path(&temporary)
                .build_arc()
        })),
        override_config_producer: Some(Arc::new(scheduler::config)),
        override_logical_codec: Some(Arc::new(codec::LogicalCodec::default())),
        override_physical_codec: Some(Arc::new(codec::PhysicalCodec::new(maker))),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await.map_err(|error| failed(error.to_string()))
}

/// The functions that tasks may name; Ballista's own list lacks those on lists and structures.
fn functions() -> BallistaFunctionRegistry {
    BallistaFunctionRegistry {
        scalar_functions: by_name(ballista_scalar_functions(), |function| function.name()),
        aggregate_functions: by_name(ballista_aggregate_functions(), |function| function.name()),
        window_functions: by_name(ballista_window_functions(), |function| function.name()),
        ..BallistaFunctionRegistry::default()
    }
}

fn by_name<F>(
    functions: Vec<Arc<F>>,
    name: impl Fn(&F) -> &str,
) -> std::collections::HashMap<String, Arc<F>> {
    functions.into_iter().map(|function| (name(&function).to_owned(), function)).collect()
}
