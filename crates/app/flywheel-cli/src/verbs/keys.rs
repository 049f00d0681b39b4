//! `flywheel keys`: what clients show to be heard.

use clap::{Args, Subcommand};

use crate::session::{Outcome, Session};
use crate::show;

/// Keys of clients.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Every key.
    List,
    /// A new key.
    Create(Create),
    /// A key is heard no more.
    Revoke(Revoke),
}

/// A new key.
#[derive(Debug, Args)]
pub struct Create {
    #[arg(long, default_value = "default")]
    name: String,
}

/// A key is heard no more.
#[derive(Debug, Args)]
pub struct Revoke {
    key: String,
}

impl Keys {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::List => {
                let keys = workbench.keys().await?;
                screen.report(&keys, || show::keys(&screen, &keys))?;
            }
            Self::Create(create) => {
                let key = workbench.create_key(&create.name).await?;
                screen.report(&key, || show::keys(&screen, std::slice::from_ref(&key)))?;
            }
            Self::Revoke(revoke) => {
                let key = workbench.revoke_key(&revoke.key).await?;
                screen.report(&key, || show::keys(&screen, std::slice::from_ref(&key)))?;
            }
        }
        Ok(())
    }
}
