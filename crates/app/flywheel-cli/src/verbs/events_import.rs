//! `flywheel events import`: events from a file or from a database's table.

use clap::Args;
use flywheel_spec::event_import::EventNaming;

use super::import_rows::{self, ImportRows};
use crate::session::{Outcome, Session};
use crate::show;

/// Events from a file or a database.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    rows: ImportRows,
    #[arg(long = "event", id = "column_event", value_name = "COLUMN|=NAME", value_parser = naming)]
    event: Option<EventNaming>,
}

impl Import {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let mut request = self.rows.request()?;
        request.choices.event = self.event;
        let rows = show::progress::Rows::new(screen);
        let report = workbench.import_events(request, |done| rows.take(done)).await?;
        rows.done();
        screen.report(&report, || show::events_imported(&screen, &report))?;
        import_rows::outcome(&report)
    }
}

/// A column's name, or `=name` for all.
fn naming(text: &str) -> Result<EventNaming, String> {
    match text.strip_prefix('=') {
        Some("") => Err("cli.event_name_wrong".to_owned()),
        Some(name) => Ok(EventNaming::Constant { name: name.to_owned() }),
        None => Ok(EventNaming::Column { column: text.to_owned() }),
    }
}
