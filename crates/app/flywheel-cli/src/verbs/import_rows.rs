//! What every import of rows takes: a file or a database's table, and which column says who and when.

use std::path::PathBuf;

use clap::Args;
use flywheel_spec::event_import::EventImportReport;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::Format;
use flywheel_tables::source::database::DatabaseTable;
use flywheel_tables::source::rows::{RowOptions, RowSource};
use flywheel_workbench::{EventImportRequest, MappingChoices};

use super::data::format;
use crate::session::{Failed, Outcome};

/// Rows from a file or a database.
#[derive(Debug, Args)]
pub struct ImportRows {
    #[arg(
        id = "import_file",
        required_unless_present = "import_database",
        conflicts_with = "import_database"
    )]
    file: Option<PathBuf>,
    #[arg(long = "from", id = "import_database", value_name = "URL", requires = "import_table")]
    database: Option<String>,
    #[arg(long = "table", id = "import_table", value_name = "TABLE")]
    table: Option<String>,
    #[arg(long = "person", id = "column_person", value_name = "COLUMN")]
    person: Vec<String>,
    #[arg(long = "time", id = "column_time", value_name = "COLUMN")]
    time: Option<String>,
    #[arg(long = "dates", id = "column_dates", value_name = "ORDER", value_parser = ["day-first", "month-first"])]
    dates: Option<String>,
    #[arg(long = "key", id = "column_key", value_name = "COLUMN")]
    key: Option<String>,
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[arg(long = "name", id = "import_name", value_name = "NAME")]
    name: Option<String>,
    #[arg(long = "preview", id = "import_preview")]
    preview: bool,
    #[arg(long, value_parser = format())]
    format: Option<Format>,
    #[arg(long)]
    encoding: Option<String>,
    #[arg(long)]
    delimiter: Option<char>,
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
}

impl ImportRows {
    /// The import that was asked for, but for what its own verb adds to the choices.
    pub fn request(self) -> Result<EventImportRequest, Failed> {
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
        let mut people = self.person.into_iter();
        Ok(EventImportRequest {
            source,
            name: self.name,
            choices: MappingChoices {
                person: people.next(),
                person_else: people.collect(),
                time: self.time,
                event: None,
                zone: self.zone,
                day_first: self.dates.map(|order| order == "day-first"),
                key: self.key,
                feedback: None,
            },
            preview: self.preview,
        })
    }
}

/// What an import comes to whose report was shown: where every row was kept aside, nothing was imported.
pub fn outcome(report: &EventImportReport) -> Outcome {
    if report.preview || report.rows == 0 || report.imported + report.known > 0 {
        return Ok(());
    }
    let problem = Problem::error(phrase!("ask.all_aside", rows = report.rows));
    Err(Failed::from(problem.advise(Phrase::new("ask.many_aside_advice"))).quiet_in_json())
}
