//! `flywheel serve`: the page and the API, on this machine only.

use std::net::IpAddr;

use clap::Args;
use flywheel_server::{ServeOptions, serve};
use flywheel_spec::phrase;
use flywheel_workbench::Workbench;
use serde::Serialize;

use crate::screen::Screen;
use crate::session::{Outcome, Session};

/// HTTP and the page.
#[derive(Debug, Args)]
pub struct Serve {
    #[arg(long, default_value_t = 8808)]
    port: u16,
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    #[arg(long)]
    open: bool,
}

/// Where it serves, for whoever started it with `--json`.
#[derive(Debug, Serialize)]
struct Serving {
    url: String,
}

impl Serve {
    pub async fn run(self, session: &Session) -> Outcome {
        let options = ServeOptions { address: self.host, port: self.port };
        answer(session.open().await?, options, session.screen, self.open).await
    }
}

/// Serves until Ctrl-C.
pub async fn answer(workbench: Workbench, options: ServeOptions, screen: Screen, browse: bool) -> Outcome {
    let ready = move |address: std::net::SocketAddr| {
        let url = format!("http://{address}");
        // Where the output is gone nobody reads it; it serves all the same.
        let _ = screen.report(&Serving { url: url.clone() }, String::new);
        screen.aside(screen.text(&phrase!("cli.serving", url = url)));
        if browse && open::that_detached(&url).is_err() {
            screen.aside(screen.text(&phrase!("cli.no_browser", url = url)));
        }
    };
    let ended = async {
        // Without a handler the program ends at once, which is what Ctrl-C asks for anyway.
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(serve(workbench, options, ready, terminated_or(ended)).await?)
}

/// Ends with Ctrl-C, and with the signal that service managers send.
async fn terminated_or(interrupted: impl Future<Output = ()>) {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                () = interrupted => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupted.await;
}
