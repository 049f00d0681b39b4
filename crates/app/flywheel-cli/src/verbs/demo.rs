//! `flywheel demo`: the whole loop once, from raw digits to a served, watched model; each step is said, and done once only.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::PathBuf;

use clap::Args;
use flywheel_server::ServeOptions;
use flywheel_spec::project::ProjectSpec;
use flywheel_spec::run::{RunState, RunSummary};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_workbench::{DEMO_MODEL, DEMO_TABLE, RunChoices, RunRequest, Workbench};

use super::serve::answer;
use super::train::follow;
use crate::screen::{Screen, Style};
use crate::session::{Failed, Outcome, Session};
use crate::show;

/// How many steps are said.
const STEPS: usize = 6;

/// The whole loop once.
#[derive(Debug, Args)]
pub struct Demo {
    #[arg(default_value = "flywheel-demo")]
    folder: PathBuf,
    #[arg(long, default_value_t = 8808)]
    port: u16,
    #[arg(long)]
    no_browser: bool,
}

impl Demo {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let options = ServeOptions { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: self.port };
        check_port(self.port)?;
        let workbench = self.project(screen).await?;
        digits(&workbench, screen).await?;
        let Some(version) = trained(&workbench, session).await? else {
            return Ok(screen.say(&screen.word("demo_stopped"))?);
        };
        evaluated(&workbench, screen, version).await?;
        deployed(&workbench, screen, version).await?;
        step(screen, 6, phrase!("cli.demo_serve", folder = workbench.folder().root().display()))?;
        screen.say(&format!("  {}", screen.word("demo_look")))?;
        answer(workbench, options, screen, !self.no_browser).await
    }

    async fn project(&self, screen: Screen) -> Result<Workbench, Failed> {
        step(screen, 1, phrase!("cli.demo_project", folder = self.folder.display()))?;
        let spec = ProjectSpec {
            time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
            ..ProjectSpec::named("flywheel-demo")
        };
        let workbench = Workbench::init(&self.folder, &spec).await?;
        workbench.write_demo_recipe()?;
        workbench.write_recipes()?;
        Ok(workbench)
    }
}

/// A taken port is said before the work begins, not after.
fn check_port(port: u16) -> Result<(), Problem> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let other = port.checked_add(1).unwrap_or(8808);
            Err(Problem::error(phrase!("cli.demo_port", port = port, reason = error)).advise(phrase!(
                "cli.demo_port_advice",
                port = port,
                other = other
            )))
        }
    }
}

async fn digits(workbench: &Workbench, screen: Screen) -> Outcome {
    let tables = workbench.list_tables().await?;
    if let Some(table) = tables.iter().find(|table| table.name == DEMO_TABLE) {
        return step(screen, 2, phrase!("cli.demo_digits_there", count = show::count(table.rows)));
    }
    let given = std::env::var_os("FLYWHEEL_DATA").map(|folder| PathBuf::from(folder).join("vision_mnist"));
    let report = match given.filter(|folder| folder.is_dir()) {
        Some(folder) => {
            step(screen, 2, phrase!("cli.demo_digits_real", folder = folder.display()))?;
            workbench.demo_digits_from(&folder).await?
        }
        None => {
            step(screen, 2, Phrase::new("cli.demo_digits_generated"))?;
            workbench.demo_digits_generated().await?
        }
    };
    let said = phrase!("cli.demo_digits_done", count = show::count(report.table.rows), table = DEMO_TABLE);
    Ok(screen.say(&format!("  {}", screen.text(&said)))?)
}

/// The version that came out; `None` when a person stopped the training before there was one.
async fn trained(workbench: &Workbench, session: &Session) -> Result<Option<u64>, Failed> {
    let screen = session.screen;
    let newest = async || -> Result<Option<u64>, Failed> {
        let models = workbench.models().await?;
        let model = models.into_iter().find(|model| model.name == DEMO_MODEL);
        Ok(model.and_then(|model| model.versions.first().map(|version| version.version)))
    };
    if let Some(version) = newest().await? {
        step(screen, 3, phrase!("cli.demo_trained_there", model = DEMO_MODEL, version = version))?;
        return Ok(Some(version));
    }
    step(screen, 3, Phrase::new("cli.demo_train"))?;
    let begun = workbench.runs().await?.into_iter().find(|run| run.recipe == DEMO_MODEL && unfinished(run));
    let (id, after) = match begun {
        Some(run) if run.state == RunState::Running => (run.id, 0),
        Some(run) => (run.id.clone(), workbench.resume(&run.id).await?),
        None => {
            let request = RunRequest {
                text: workbench.demo_recipe()?,
                file_name: "recipes/demo.toml".to_owned(),
                kind: flywheel_spec::run::RunKind::Train,
                choices: RunChoices::default(),
            };
            (workbench.start_run(request).await?, 0)
        }
    };
    let detail = follow(workbench, session, &id, after).await?;
    match detail.summary.state {
        RunState::Finished => newest().await,
        RunState::Failed => {
            let problem = Problem::error(phrase!("cli.run_failed", run = id));
            Err(problem.advise(phrase!("cli.run_failed_advice", run = id)).into())
        }
        _ => Ok(None),
    }
}

fn unfinished(run: &RunSummary) -> bool {
    matches!(run.state, RunState::Running | RunState::Interrupted | RunState::Stopped)
}

async fn evaluated(workbench: &Workbench, screen: Screen, version: u64) -> Outcome {
    step(screen, 4, Phrase::new("cli.demo_evaluate"))?;
    let run = workbench.model_run(DEMO_MODEL, version).await?;
    let report = run.report.as_ref().and_then(|report| report.validation.as_ref());
    if let Some(report) = report {
        for line in show::verdict(&screen, &report.verdict).lines() {
            screen.say(&format!("  {line}"))?;
        }
    }
    let said = phrase!("cli.demo_evaluate_more", run = run.summary.id);
    Ok(screen.say(&format!("  {}", screen.text(&said)))?)
}

async fn deployed(workbench: &Workbench, screen: Screen, version: u64) -> Outcome {
    let models = workbench.models().await?;
    let answering = models.iter().find(|model| model.name == DEMO_MODEL).and_then(|model| model.deployed);
    match answering {
        Some(answering) => {
            step(screen, 5, phrase!("cli.demo_deployed_there", model = DEMO_MODEL, version = answering))
        }
        None => {
            workbench.deploy(DEMO_MODEL, Some(version)).await?;
            step(screen, 5, phrase!("cli.demo_deployed", model = DEMO_MODEL, version = version))
        }
    }
}

fn step(screen: Screen, number: usize, what: Phrase) -> Outcome {
    let number = screen.paint(Style::Dim, &format!("{number}/{STEPS}"));
    Ok(screen.say(&format!("{number} {}", screen.paint(Style::Bold, screen.text(&what))))?)
}
