//! `flywheel feedback`: what users say, brought in, read and searched.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::SearchSpec;
use flywheel_spec::{Problem, phrase};
use flywheel_tables::Format;
use flywheel_tables::source::database::DatabaseTable;
use flywheel_tables::source::rows::{RowOptions, RowSource};
use flywheel_workbench::{BehaviourChoices, EventImportRequest, FeedbackChoices, MappingChoices};

use super::data::format;
use crate::session::{Outcome, Session};
use crate::show;

/// What users say.
#[derive(Debug, Subcommand)]
pub enum Feedback {
    /// From a file or a database.
    Import(Import),
    /// Themes, moods, quotes.
    Insights(Insights),
    /// By word.
    Search(Search),
    /// What the people of a theme did.
    Behaviour,
}

/// Messages from a file or a database.
#[derive(Debug, Args)]
pub struct Import {
    #[arg(
        id = "feedback_file",
        required_unless_present = "feedback_database",
        conflicts_with = "feedback_database"
    )]
    file: Option<PathBuf>,
    #[arg(long = "from", id = "feedback_database", value_name = "URL", requires = "feedback_table")]
    database: Option<String>,
    #[arg(long = "table", id = "feedback_table", value_name = "TABLE")]
    table: Option<String>,
    #[arg(long = "text", id = "column_text", value_name = "COLUMN")]
    text: Option<String>,
    #[arg(long = "rating", id = "column_rating", value_name = "COLUMN")]
    rating: Option<String>,
    #[arg(long = "source", id = "column_source", value_name = "COLUMN")]
    source: Option<String>,
    #[arg(long = "version", id = "column_version", value_name = "COLUMN")]
    version: Option<String>,
    #[arg(long = "person", id = "column_person", value_name = "COLUMN")]
    person: Option<String>,
    #[arg(long = "time", id = "column_time", value_name = "COLUMN")]
    time: Option<String>,
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

/// What the messages say.
#[derive(Debug, Args)]
pub struct Insights {
    #[arg(long = "themes", id = "told_themes", value_name = "NUMBER", default_value_t = 20)]
    themes: usize,
    #[arg(long = "quotes", id = "told_quotes", value_name = "NUMBER", default_value_t = 3)]
    quotes: usize,
    #[arg(long = "assistant", id = "ask_assistant")]
    assistant: bool,
}

/// Messages by word.
#[derive(Debug, Args)]
pub struct Search {
    #[arg(id = "query", default_value = "")]
    query: String,
    #[arg(long = "limit", id = "search_limit", value_name = "NUMBER", default_value_t = 20)]
    limit: usize,
    #[arg(long = "mood", id = "search_mood", value_name = "MOOD", value_parser = ["negative", "neutral", "positive"])]
    moods: Vec<String>,
    #[arg(long = "theme", id = "search_theme", value_name = "NUMBER")]
    themes: Vec<String>,
    #[arg(long = "version", id = "search_version", value_name = "VERSION")]
    versions: Vec<String>,
    #[arg(long = "source", id = "search_source", value_name = "SOURCE")]
    sources: Vec<String>,
    #[arg(long = "language", id = "search_language", value_name = "LANGUAGE", value_parser = language)]
    languages: Vec<TextLanguage>,
    #[arg(long = "where", id = "search_where", value_name = "FIELD=VALUE", value_parser = field)]
    fields: Vec<(String, String)>,
    #[arg(long = "from", id = "search_from", value_name = "DATE", value_parser = moment)]
    from: Option<i64>,
    #[arg(long = "to", id = "search_to", value_name = "DATE", value_parser = moment)]
    to: Option<i64>,
}

impl Feedback {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        match self {
            Self::Import(import) => import.run(session).await,
            Self::Insights(insights) => {
                let spec = InsightsSpec {
                    themes: insights.themes,
                    quotes: insights.quotes,
                    ..InsightsSpec::default()
                };
                let workbench = session.open().await?;
                let report = if insights.assistant {
                    let access = session.assistant_access(&workbench);
                    workbench.assisted_insights(&spec, &access).await?
                } else {
                    workbench.feedback_insights(&spec).await?
                };
                Ok(screen.report(&report, || show::insights(&screen, &report))?)
            }
            Self::Search(search) => search.run(session).await,
            Self::Behaviour => {
                let choices = BehaviourChoices::default();
                let report = session.open().await?.feedback_behaviour(&choices).await?;
                Ok(screen.report(&report, || show::behaviour(&screen, &report))?)
            }
        }
    }
}

impl Import {
    async fn run(self, session: &Session) -> Outcome {
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
                event: None,
                zone: self.zone,
                key: self.key,
                feedback: Some(FeedbackChoices {
                    text: self.text,
                    rating: self.rating,
                    source: self.source,
                    version: self.version,
                }),
            },
            preview: self.preview,
        };
        let rows = show::progress::Rows::new(screen);
        let report = workbench.import_feedback(request, |done| rows.take(done)).await?;
        rows.done();
        Ok(screen.report(&report, || show::feedback_imported(&screen, &report))?)
    }
}

impl Search {
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let mut spec = SearchSpec {
            query: self.query,
            limit: self.limit,
            moods: self.moods,
            themes: self.themes,
            versions: self.versions,
            sources: self.sources,
            languages: self.languages,
            from: self.from,
            to: self.to,
            ..SearchSpec::default()
        };
        for (name, value) in self.fields {
            spec.fields.entry(name).or_default().push(value);
        }
        let report = session.open().await?.search_feedback(&spec).await?;
        Ok(screen.report(&report, || show::found(&screen, &report))?)
    }
}

fn language(text: &str) -> Result<TextLanguage, String> {
    match text {
        "en" => Ok(TextLanguage::En),
        "zh" | "zh-CN" => Ok(TextLanguage::Zh),
        "other" => Ok(TextLanguage::Other),
        _ => Err(format!("`{text}` is none of en, zh, other")),
    }
}

fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write `field=value`, such as `plan=pro`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A date (its midnight, UTC) or a moment, microseconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(day()?.timestamp()));
    moment
        .map(jiff::Timestamp::as_microsecond)
        .ok_or_else(|| format!("`{text}` is no date; write `2026-03-01`"))
}
