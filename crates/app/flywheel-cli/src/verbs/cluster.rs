//! `flywheel cluster`: a scheduler and executors for when one machine is not enough.

use clap::{Args, Subcommand};
use flywheel_spec::phrase;
use flywheel_tables::cluster::{
    ExecutorOptions, SCHEDULER_PORT, SchedulerOptions, run_executor, run_scheduler,
};
use flywheel_workbench::fold_maker;

use crate::session::{Outcome, Session};

/// Machines that answer together.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Plans questions and hands out the work.
    Scheduler(Scheduler),
    /// Reads its share of the people.
    Executor(Executor),
}

/// Plans questions and hands out the work.
#[derive(Debug, Args)]
pub struct Scheduler {
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[arg(long, default_value_t = SCHEDULER_PORT)]
    port: u16,
}

/// Reads its share of the people.
#[derive(Debug, Args)]
pub struct Executor {
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: String,
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[arg(long)]
    external_host: Option<String>,
    #[arg(long, default_value_t = 50051)]
    port: u16,
    #[arg(long, default_value_t = 0)]
    cores: usize,
}

impl Cluster {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        match self {
            Self::Scheduler(scheduler) => {
                let options = SchedulerOptions { host: scheduler.host, port: scheduler.port };
                let ready = move |address: std::net::SocketAddr| {
                    screen
                        .aside(screen.text(&phrase!("cli.scheduling", address = format!("df://{address}"))));
                };
                Ok(run_scheduler(&options, fold_maker(), ready).await?)
            }
            Self::Executor(executor) => {
                let options = ExecutorOptions {
                    scheduler: executor.scheduler,
                    host: executor.host,
                    external_host: executor.external_host,
                    port: executor.port,
                    cores: executor.cores,
                };
                screen.aside(screen.text(&phrase!(
                    "cli.executing",
                    port = options.port,
                    scheduler = options.scheduler
                )));
                Ok(run_executor(&options, fold_maker()).await?)
            }
        }
    }
}
