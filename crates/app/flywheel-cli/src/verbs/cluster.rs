//! `flywheel cluster`: a scheduler and executors for when one machine is not enough.

use std::sync::Arc;

use clap::{Args, Subcommand};
use flywheel_product::{Context, plan};
use flywheel_spec::phrase;
use flywheel_spec::product::QuestionSpec;
use flywheel_tables::cluster::{
    ExecutorOptions, SCHEDULER_PORT, SchedulerOptions, run_executor, run_scheduler,
};
use flywheel_tables::fold::FoldMaker;

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
                Ok(run_scheduler(&options, maker(), ready).await?)
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
                Ok(run_executor(&options, maker()).await?)
            }
        }
    }
}

/// Plans a question anew from what the client sent: the question and its context, as JSON.
fn maker() -> FoldMaker {
    Arc::new(|encoded| {
        let (question, context): (QuestionSpec, Context) =
            serde_json::from_slice(encoded).map_err(|error| error.to_string())?;
        let planned = plan(&question, &context).map_err(|problems| problems.to_string())?;
        Ok(planned.folds())
    })
}
