//! `flywheel opportunities`: what to improve, ranked, and what was done about it.

use clap::{Args, Subcommand};
use flywheel_spec::feedback::opportunity::{OpportunitySpec, OpportunityView};
use flywheel_spec::feedback::opportunity_record::OpportunityChange;
use flywheel_workbench::RankRequest;

use super::paying::Paying;
use crate::session::{Outcome, Session};
use crate::show;

/// What to improve.
#[derive(Debug, Args)]
pub struct Opportunities {
    #[command(subcommand)]
    change: Option<Change>,
    #[arg(long, value_name = "VIEW", value_parser = ["list", "rice", "tree"], default_value = "list")]
    view: String,
    #[arg(long = "most", id = "ranked_most", value_name = "NUMBER", default_value_t = 10)]
    most: u32,
    #[arg(long = "effort", id = "ranked_effort", value_name = "THEME=WEEKS", value_parser = weeks)]
    efforts: Vec<(String, f64)>,
    #[command(flatten)]
    paying: Paying,
}

/// What is done about one.
#[derive(Debug, Subcommand)]
pub enum Change {
    /// It will be done.
    Accept(Which),
    /// It will not.
    Drop {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "WORDS")]
        why: String,
    },
    /// After all.
    Reopen(Which),
    /// It is out.
    Release {
        #[command(flatten)]
        which: Which,
        #[arg(long = "release", id = "released_version", value_name = "VERSION")]
        version: String,
        #[arg(long = "at", id = "released_at", value_name = "DATE")]
        at: String,
    },
    /// How long it takes.
    Effort {
        #[command(flatten)]
        which: Which,
        #[arg(value_name = "WEEKS")]
        weeks: f64,
    },
    /// Words beside it.
    Note {
        #[command(flatten)]
        which: Which,
        #[arg(value_name = "WORDS")]
        words: String,
    },
}

/// One opportunity.
#[derive(Debug, Args)]
pub struct Which {
    #[arg(id = "opportunity", value_name = "OPPORTUNITY")]
    which: String,
}

impl Opportunities {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        if let Some(change) = self.change {
            let (which, change) = change.read();
            let record = session.open().await?.change_opportunity(&which, change, "cli").await?;
            return Ok(screen.report(&record, || show::opportunity_record(&screen, &record))?);
        }
        let request = RankRequest {
            spec: OpportunitySpec {
                view: match self.view.as_str() {
                    "rice" => OpportunityView::Rice,
                    "tree" => OpportunityView::Tree,
                    _ => OpportunityView::List,
                },
                most: self.most,
                efforts: self.efforts.into_iter().collect(),
                ..OpportunitySpec::default()
            },
            behaviour: self.paying.choices()?,
        };
        let report = session.open().await?.opportunities(&request).await?;
        Ok(screen.report(&report, || show::opportunities(&screen, &report))?)
    }
}

impl Change {
    fn read(self) -> (String, OpportunityChange) {
        match self {
            Self::Accept(Which { which }) => (which, OpportunityChange::Accept),
            Self::Reopen(Which { which }) => (which, OpportunityChange::Reopen),
            Self::Drop { which, why } => (which.which, OpportunityChange::Drop { why }),
            Self::Release { which, version, at } => (which.which, OpportunityChange::Release { version, at }),
            Self::Effort { which, weeks } => (which.which, OpportunityChange::Effort { weeks }),
            Self::Note { which, words } => (which.which, OpportunityChange::Note { text: words }),
        }
    }
}

/// `3=2.5`: a theme's number and weeks.
fn weeks(text: &str) -> Result<(String, f64), String> {
    let wrong = || "cli.effort_wrong".to_owned();
    let (theme, weeks) = text.split_once('=').ok_or_else(wrong)?;
    Ok((theme.trim().to_owned(), weeks.trim().parse().map_err(|_| wrong())?))
}
