//! `flywheel events`: what arrived, what it carries, what was kept aside.

use clap::{Args, Subcommand};
use flywheel_spec::events::ResendRequest;
use serde_json::{Map, Value};

use crate::session::{Outcome, Session};
use crate::show;

/// Collected events.
#[derive(Debug, Subcommand)]
pub enum Events {
    /// Events from a file or a database.
    Import(super::events_import::Import),
    /// Every event that was seen.
    List,
    /// One event in full.
    Show(Show),
    /// Every property.
    Properties,
    /// What was kept aside.
    #[command(subcommand)]
    Aside(Aside),
}

/// One event in full.
#[derive(Debug, Args)]
pub struct Show {
    event: String,
}

/// What was kept aside.
#[derive(Debug, Subcommand)]
pub enum Aside {
    /// All that waits to be mended.
    List(List),
    /// One of them.
    Show(One),
    /// One of them is sent again, mended.
    Resend(Resend),
}

/// All that waits to be mended.
#[derive(Debug, Args)]
pub struct List {
    #[arg(long)]
    all: bool,
}

/// One of them.
#[derive(Debug, Args)]
pub struct One {
    id: String,
}

/// One of them is sent again, mended.
#[derive(Debug, Args)]
pub struct Resend {
    id: String,
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = change)]
    set: Vec<(String, Value)>,
}

impl Events {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::Import(import) => return import.run(session).await,
            Self::List => {
                let catalogue = workbench.catalogue().await?;
                screen.report(&catalogue, || show::catalogue(&screen, &catalogue))?;
            }
            Self::Show(show) => {
                let detail = workbench.event_detail(&show.event).await?;
                screen.report(&detail, || show::event_detail(&screen, &detail))?;
            }
            Self::Properties => {
                let properties = workbench.event_properties(None).await?;
                screen.report(&properties, || show::properties(&screen, &properties))?;
            }
            Self::Aside(Aside::List(list)) => {
                let asides = workbench.asides(list.all).await?;
                screen.report(&asides, || show::asides(&screen, &asides))?;
            }
            Self::Aside(Aside::Show(one)) => {
                let aside = workbench.aside(&one.id).await?;
                screen.report(&aside, || show::aside(&screen, &aside))?;
            }
            Self::Aside(Aside::Resend(resend)) => {
                let request = ResendRequest { set: resend.set.into_iter().collect::<Map<_, _>>() };
                let event = workbench.resend_aside(None, &resend.id, &request).await?;
                screen.report(&event, || show::resent(&screen, &event))?;
            }
        }
        Ok(())
    }
}

/// `properties.amount=12.5`; what is no JSON is a text.
fn change(text: &str) -> Result<(String, Value), String> {
    let (path, value) = text.split_once('=').ok_or("cli.change_wrong")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((path.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_read_as_json_or_as_text() {
        for (text, path, value) in [
            ("properties.amount=12.5", "properties.amount", json!(12.5)),
            ("event=bought", "event", json!("bought")),
            ("event=\"5\"", "event", json!("5")),
            ("properties.x=null", "properties.x", json!(null)),
            ("a=b=c", "a", json!("b=c")),
        ] {
            assert_eq!(change(text), Ok((path.to_owned(), value)), "{text}");
        }
        assert!(change("nothing").is_err());
    }
}
