//! What may be typed; the words of `--help` stand in `words/cli.toml`, in both languages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::verbs::{
    ask, case, check, cluster, completions, data, demo, deploy, evaluate, events, feedback, init, keys,
    models, monitor, opportunities, people, predict, question, resume, rollback, runs, sample, serve, sql,
    support, surveys, train, tune,
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
    /// Keys of clients.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// What people are asked.
    #[command(subcommand)]
    Surveys(surveys::Surveys),
    /// What users say.
    #[command(subcommand)]
    Feedback(feedback::Feedback),
    /// What to improve.
    Opportunities(opportunities::Opportunities),
    /// How improvements went.
    #[command(subcommand)]
    Case(case::Case),
    /// Customers answered.
    #[command(subcommand)]
    Support(support::Support),
    /// A make-believe startup.
    Sample(sample::Sample),
    /// In one's own words.
    Ask(ask::Ask),
    /// Counts over time.
    Trend(ask::Trend),
    /// Steps on the way to a goal.
    Funnel(ask::Funnel),
    /// Who comes back.
    Retention(ask::Retention),
    /// New, returning, resurrecting, dormant.
    Lifecycle(ask::Lifecycle),
    /// On how many days.
    Stickiness(ask::Stickiness),
    /// From step to step.
    Paths(ask::Paths),
    /// Who people are.
    Segment(ask::Segment),
    /// Growth accounting.
    Growth(ask::Growth),
    /// Early behaviour and staying.
    Activation(ask::Activation),
    /// The metric that matters most.
    NorthStar(ask::NorthStar),
    /// Recurring revenue.
    Revenue(ask::Revenue),
    /// What a customer is worth.
    #[command(alias = "lifetime-value")]
    Ltv(ask::LifetimeValue),
    /// NPS, CSAT, CES.
    Satisfaction(ask::Satisfaction),
    /// Who brings whom.
    WordOfMouth(ask::WordOfMouth),
    /// Tasks and friction.
    Experience(ask::Experience),
    /// Before and after.
    Release(ask::Release),
    /// What changed this week.
    Digest(ask::Digest),
    /// Kept questions.
    #[command(subcommand)]
    Question(question::Question),
    /// SQL over everything.
    Sql(sql::Sql),
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
