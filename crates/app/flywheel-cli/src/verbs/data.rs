//! `flywheel data`: tables fetched, imported, listed and profiled.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use flywheel_spec::table::ColumnKind;
use flywheel_tables::{Format, ImportOptions};
use flywheel_workbench::ImportRequest;

use crate::session::{Outcome, Session};
use crate::show;

/// Tables.
#[derive(Debug, Subcommand)]
pub enum Data {
    /// A known data set.
    Get(Get),
    /// A file or a folder.
    Import(Import),
    /// Every table.
    List,
    /// What a table looks like.
    Profile(Profile),
}

/// A known data set.
#[derive(Debug, Args)]
pub struct Get {
    #[arg(value_parser = ["mnist", "digits"])]
    dataset: String,
    #[arg(long = "as", value_name = "NAME", id = "table_name")]
    name: Option<String>,
    #[arg(long, default_value_t = 12_000)]
    count: usize,
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// A file or a folder.
#[derive(Debug, Args)]
pub struct Import {
    source: PathBuf,
    #[arg(long = "name", value_name = "NAME", id = "table_name")]
    name: Option<String>,
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    #[arg(long, value_parser = format())]
    format: Option<Format>,
    #[arg(long = "kind", value_name = "COLUMN=KIND", value_parser = kind)]
    kinds: Vec<(String, ColumnKind)>,
    #[arg(long)]
    resize: bool,
    #[arg(long)]
    encoding: Option<String>,
    #[arg(long)]
    delimiter: Option<char>,
}

/// What a table looks like.
#[derive(Debug, Args)]
pub struct Profile {
    table: String,
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
}

impl Data {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Get(get) => get.run(session).await,
            Self::Import(import) => import.run(session).await,
            Self::List => list(session).await,
            Self::Profile(profile) => profile.run(session).await,
        }
    }
}

impl Get {
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let name = self.name.as_deref().unwrap_or(&self.dataset);
        let report = if self.dataset == "mnist" {
            let bars = show::progress::Downloads::new(screen);
            workbench
                .get_dataset("mnist", name, move |file, done, total| bars.take(file, done, total))
                .await?
        } else {
            workbench.generate_digits(name, self.seed, self.count, self.count / 6).await?
        };
        Ok(screen.report(&report, || show::imported(&screen, &report))?)
    }
}

impl Import {
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let options = ImportOptions {
            target: self.target,
            labels: self.labels,
            format: self.format,
            kinds: self.kinds.into_iter().collect(),
            resize: self.resize,
            encoding: self.encoding,
            delimiter: self.delimiter,
            ..ImportOptions::default()
        };
        let request = ImportRequest { name: self.name, options, ..ImportRequest::default() };
        let report = workbench.import_path(&self.source, request).await?;
        Ok(screen.report(&report, || show::imported(&screen, &report))?)
    }
}

impl Profile {
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let report = workbench.profile(&self.table, self.target.as_deref()).await?;
        Ok(screen.report(&report, || show::profile(&screen, &report))?)
    }
}

async fn list(session: &Session) -> Outcome {
    let screen = session.screen;
    let tables = session.open().await?.list_tables().await?;
    Ok(screen.report(&tables, || show::tables(&screen, &tables))?)
}

/// Reads a file's format by its name.
pub fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .try_map(|name| Format::named(&name).ok_or("cli.kind_wrong"))
}

fn kind(text: &str) -> Result<(String, ColumnKind), String> {
    let wrong = || "cli.kind_wrong".to_owned();
    let (column, kind) = text.rsplit_once('=').ok_or_else(wrong)?;
    let kind = serde_json::from_value(serde_json::Value::from(kind)).map_err(|_| wrong())?;
    Ok((column.to_owned(), kind))
}
