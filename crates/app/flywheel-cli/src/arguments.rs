//! What may be typed; the words of `--help` stand in `words/cli.toml`, in both languages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::verbs::{
    check, cluster, completions, data, demo, deploy, evaluate, events, init, models, monitor, people, predict, resume, rollback, runs, serve, train, tune,
};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "flywheel", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// What every verb takes.
    #[command(flatten)]
    pub global: Global,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The report as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of reports.
    #[arg(long, global = true, value_name = "en|zh-CN")]
    pub lang: Option<flywheel_spec::Language>,
    /// The project's folder.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
}

/// The one list of verbs, in the order of the work.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// A project begins.
    Init(init::Init),
    /// Tables.
    #[command(subcommand)]
    Data(data::Data),
    /// What arrived.
    #[command(subcommand)]
    Events(events::Events),
    /// Who is whom.
    #[command(subcommand)]
    People(people::People),
    /// A recipe against its data.
    Check(check::Check),
    /// A model learns.
    Train(train::Train),
    /// An interrupted run goes on.
    Resume(resume::Resume),
    /// What was run.
    #[command(subcommand)]
    Runs(runs::Runs),
    /// How good a model is.
    Evaluate(evaluate::Evaluate),
    /// Better settings.
    Tune(tune::Tune),
    /// What came out.
    #[command(subcommand)]
    Models(models::Models),
    /// A version answers.
    Deploy(deploy::Deploy),
    /// The version before answers again.
    Rollback(rollback::Rollback),
    /// Answers for a file.
    Predict(predict::Predict),
    /// HTTP and the page.
    Serve(serve::Serve),
    /// How a deployed model fares.
    Monitor(monitor::Monitor),
    /// The whole loop once.
    Demo(demo::Demo),
    /// Machines that answer together.
    #[command(subcommand)]
    Cluster(cluster::Cluster),
    /// Shell completions.
    Completions(completions::Completions),
}
