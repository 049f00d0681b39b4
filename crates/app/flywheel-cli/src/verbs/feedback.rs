//! `flywheel feedback`: what users say, brought in, read and searched.

use clap::{Args, Subcommand};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::SearchSpec;
use flywheel_workbench::{FeedbackChoices, Moment};

use super::classifier;
use super::import_rows::{self, ImportRows};
use super::moment::{self, stretch};
use super::paying::Paying;
use crate::session::{Outcome, Session};
use crate::show;

/// What users say.
#[derive(Debug, Subcommand)]
pub enum Feedback {
    /// From a file or a database.
    Import(Import),
    /// Themes, moods, quotes.
    Insights(Insights),
    /// By word and by meaning.
    Search(Search),
    /// What the people of a theme did.
    Behaviour(Paying),
    /// By meaning, once.
    Encode,
    /// A classifier of its own labels.
    Train(classifier::Train),
    /// By a classifier.
    Classify(classifier::Classify),
}

/// Messages from a file or a database.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    rows: ImportRows,
    #[arg(long = "text", id = "column_text", value_name = "COLUMN")]
    texts: Vec<String>,
    #[arg(long = "rating", id = "column_rating", value_name = "COLUMN")]
    rating: Option<String>,
    #[arg(long = "source", id = "column_source", value_name = "COLUMN")]
    source: Option<String>,
    #[arg(long = "version", id = "column_version", value_name = "COLUMN")]
    version: Option<String>,
}

/// What the messages say.
#[derive(Debug, Args)]
pub struct Insights {
    #[arg(long = "themes", id = "told_themes", value_name = "NUMBER", default_value_t = 20)]
    themes: usize,
    #[arg(long = "quotes", id = "told_quotes", value_name = "NUMBER", default_value_t = 3)]
    quotes: usize,
    #[arg(long = "about", id = "told_about", value_name = "WORDS")]
    about: Option<String>,
    #[arg(long = "version", id = "told_version", value_name = "VERSION")]
    versions: Vec<String>,
    #[arg(long = "source", id = "told_source", value_name = "SOURCE")]
    sources: Vec<String>,
    #[arg(long = "segment", id = "told_segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    #[arg(long = "from", id = "told_from", value_name = "DATE", value_parser = moment::read)]
    from: Option<Moment>,
    #[arg(long = "to", id = "told_to", value_name = "DATE", value_parser = moment::read)]
    to: Option<Moment>,
    #[arg(long = "assistant", id = "ask_assistant")]
    assistant: bool,
}

/// Messages by word and by meaning.
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
    #[arg(long = "segment", id = "search_segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    #[arg(long = "where", id = "search_where", value_name = "FIELD=VALUE", value_parser = field)]
    fields: Vec<(String, String)>,
    #[arg(long = "from", id = "search_from", value_name = "DATE", value_parser = moment::read)]
    from: Option<Moment>,
    #[arg(long = "to", id = "search_to", value_name = "DATE", value_parser = moment::read)]
    to: Option<Moment>,
}

impl Feedback {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        match self {
            Self::Import(import) => import.run(session).await,
            Self::Insights(insights) => {
                let workbench = session.open().await?;
                let (from, to) = stretch(&workbench, insights.from, insights.to)?;
                let spec = InsightsSpec {
                    themes: insights.themes,
                    quotes: insights.quotes,
                    about: insights.about,
                    versions: insights.versions,
                    sources: insights.sources,
                    segments: insights.segments,
                    from,
                    to,
                    ..InsightsSpec::default()
                };
                let report = if insights.assistant {
                    let access = session.assistant_access(&workbench);
                    workbench.assisted_insights(&spec, &access).await?
                } else {
                    workbench.feedback_insights(&spec).await?
                };
                Ok(screen.report(&report, || show::insights(&screen, &report))?)
            }
            Self::Search(search) => search.run(session).await,
            Self::Encode => {
                let messages = show::progress::Messages::new(screen);
                let told = messages.clone();
                let report =
                    session.open().await?.encode_feedback(move |done, all| told.take(done, all)).await?;
                messages.done();
                Ok(screen.report(&report, || show::encoded(&screen, &report))?)
            }
            Self::Train(train) => train.run(session).await,
            Self::Classify(classify) => classify.run(session).await,
            Self::Behaviour(paying) => {
                let choices = paying.choices()?;
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
        let mut request = self.rows.request()?;
        request.choices.feedback = Some(FeedbackChoices {
            texts: self.texts,
            rating: self.rating,
            source: self.source,
            version: self.version,
        });
        let rows = show::progress::Rows::new(screen);
        let report = workbench.import_feedback(request, |done| rows.take(done)).await?;
        rows.done();
        screen.report(&report, || show::feedback_imported(&screen, &report))?;
        import_rows::outcome(&report.import)
    }
}

impl Search {
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let (from, to) = stretch(&workbench, self.from, self.to)?;
        let mut spec = SearchSpec {
            query: self.query,
            limit: self.limit,
            moods: self.moods,
            themes: self.themes,
            versions: self.versions,
            sources: self.sources,
            languages: self.languages,
            segments: self.segments,
            from,
            to,
            ..SearchSpec::default()
        };
        for (name, value) in self.fields {
            spec.fields.entry(name).or_default().push(value);
        }
        let report = workbench.search_feedback(&spec).await?;
        Ok(screen.report(&report, || show::found(&screen, &report))?)
    }
}

fn language(text: &str) -> Result<TextLanguage, String> {
    match text {
        "en" => Ok(TextLanguage::En),
        "zh" | "zh-CN" => Ok(TextLanguage::Zh),
        "other" => Ok(TextLanguage::Other),
        _ => Err("cli.text_language_wrong".to_owned()),
    }
}

fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("cli.field_wrong")?;
    Ok((name.to_owned(), value.to_owned()))
}
