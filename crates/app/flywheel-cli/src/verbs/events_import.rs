//! `flywheel events import`: events from a file or from a database's table.

use std::path::PathBuf;

use clap::Args;
use flywheel_spec::event_import::EventNaming;
use flywheel_spec::{Problem, phrase};
use flywheel_tables::Format;
use flywheel_tables::source::database::DatabaseTable;
use flywheel_tables::source::rows::{RowOptions, RowSource};
use flywheel_workbench::{EventImportRequest, MappingChoices};

use super::data::format;
use crate::session::{Outcome, Session};
use crate::show;

/// Events from a file or a database.
#[derive(Debug, Args)]
pub struct Import {
    #[arg(id = "events_file", required_unless_present = "database", conflicts_with = "database")]
    file: Option<PathBuf>,
    #[arg(long = "from", id = "database", value_name = "URL", requires = "database_table")]
    database: Option<String>,
    #[arg(long = "table", id = "database_table", value_name = "TABLE")]
    table: Option<String>,
    #[arg(long = "person", id = "column_person", value_name = "COLUMN")]
    person: Option<String>,
    #[arg(long = "time", id = "column_time", value_name = "COLUMN")]
    time: Option<String>,
    #[arg(long = "event", id = "column_event", value_name = "COLUMN|=NAME", value_parser = naming)]
    event: Option<EventNaming>,
    #[arg(long = "key", id = "column_key", value_name = "COLUMN")]
    key: Option<String>,
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[arg(long = "name", id = "import_name", value_name = "NAME")]
    name: Option<String>,
    #[arg(long = "preview", id = "import_preview")]
    preview: bool,
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    #[arg(long)]
    encoding: Option<String>,
    #[arg(long)]
    delimiter: Option<char>,
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
}

impl Import {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let source = match (self.file, self.database, self.table) {
            (_, Some(url), Some(table)) => RowSource::Table(DatabaseTable::new(&url, &table)?),
            (Some(file), ..) => RowSource::File(
                file,
                RowOptions {
                    format: self.format,
                    encoding: self.encoding,
                    delimiter: self.delimiter,
                    sheet: self.sheet,
                },
            ),
            _ => return Err(Problem::error(phrase!("cli.nothing_to_import")).into()),
        };
        let request = EventImportRequest {
            source,
            name: self.name,
            choices: MappingChoices {
                person: self.person,
                time: self.time,
                event: self.event,
                zone: self.zone,
                key: self.key,
                feedback: None,
            },
            preview: self.preview,
        };
        let rows = show::progress::Rows::new(screen);
        let report = workbench.import_events(request, |done| rows.take(done)).await?;
        rows.done();
        Ok(screen.report(&report, || show::events_imported(&screen, &report))?)
    }
}

/// A column's name, or `=name` for all.
fn naming(text: &str) -> Result<EventNaming, String> {
    match text.strip_prefix('=') {
        Some("") => Err("write `=name`, such as `=order`".to_owned()),
        Some(name) => Ok(EventNaming::Constant { name: name.to_owned() }),
        None => Ok(EventNaming::Column { column: text.to_owned() }),
    }
}
