//! `flywheel sql`: SQL over events, people and tables, read only.

use clap::Args;
use flywheel_spec::phrase;
use flywheel_spec::sql::SqlSpec;

use super::ask::Output;
use crate::session::{Outcome, Session};
use crate::show;

/// SQL over everything.
#[derive(Debug, Args)]
pub struct Sql {
    query: String,
    #[arg(long, default_value_t = 1000)]
    rows: usize,
    #[arg(long, default_value_t = 60.0)]
    secs: f64,
    #[arg(long, default_value_t = 1024)]
    megabytes: usize,
    #[command(flatten)]
    output: Output,
}

impl Sql {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let query = if self.query == "-" { std::io::read_to_string(std::io::stdin())? } else { self.query };
        let spec = SqlSpec { query, rows: self.rows, secs: self.secs, megabytes: self.megabytes };
        if let Some(form) = self.output.form() {
            let (bytes, cut) = workbench.sql_file(&spec, form).await?;
            if cut {
                screen.aside(screen.text(&phrase!("ask.sql_cut", rows = show::count(spec.rows as u64))));
            }
            return self.output.write(session, &workbench, form, &bytes);
        }
        let report = workbench.sql(&spec).await?;
        Ok(screen.report(&report, || show::sql(&screen, &report))?)
    }
}
