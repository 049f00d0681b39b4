//! Listens, on this machine only, until told to stop.

use std::future::Future;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::serve::ListenerExt;
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_workbench::Workbench;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::endpoints;

/// How long requests under way may take to end once the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeOptions {
    /// A loopback address; others are refused until logins exist.
    pub address: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { address: Ipv4Addr::LOCALHOST.into(), port: 8808 }
    }
}

/// Serves a project until `shutdown` ends; `ready` hears the address as soon as requests are answered.
///
/// Requests under way are answered before it returns, and streams are ended.
///
/// # Errors
/// An address that is not loopback, a port that cannot be taken, or a project that cannot be read, with what to do.
pub async fn serve(
    workbench: Workbench,
    options: ServeOptions,
    ready: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Problems> {
    let listener = listen(options).await?;
    let address = listener.local_addr().map_err(|error| refused(options, &error))?;
    // One small write an answer: waiting to fill a packet would only cost time.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let (stop, stopping) = watch::channel(false);
    let (router, state) =
        endpoints::router(workbench, address, stopping.clone()).await.map_err(|error| error.problems())?;
    let commits = tokio::spawn(state.events.clone().run_commits(stopping.clone()));
    let signal = async move {
        shutdown.await;
        stop.send_replace(true);
    };
    let server = tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(signal).into_future());
    ready(address);
    let mut asked_to_stop = stopping;
    let patience = async {
        if asked_to_stop.wait_for(|stopping| *stopping).await.is_ok() {
            tokio::time::sleep(FAREWELL).await;
        }
    };
    let abort = server.abort_handle();
    tokio::select! {
        _ = server => {}
        () = patience => abort.abort(),
    }
    // A commit under way ends; what it leaves waits in the spool for the next start.
    let _ = commits.await;
    // The last answers and events are on the disk before this process ends.
    let written = tokio::task::spawn_blocking(move || state.log.flush().and(state.events.flush())).await;
    written.map_err(|error| unwritten(&error))?.map_err(|error| unwritten(&error))?;
    Ok(())
}

/// Takes the port, or says what is in the way.
async fn listen(options: ServeOptions) -> Result<TcpListener, Problem> {
    let address = SocketAddr::new(options.address, options.port);
    if !options.address.is_loopback() {
        let problem = Problem::error(phrase!("server.not_loopback", address = options.address));
        return Err(problem.advise(phrase!("server.not_loopback_advice", port = options.port)));
    }
    TcpListener::bind(address).await.map_err(|error| refused(options, &error))
}

fn unwritten(error: &dyn std::fmt::Display) -> Problem {
    Problem::error(phrase!("server.log_unwritten", reason = error))
        .advise(phrase!("server.log_unwritten_advice"))
}

fn refused(options: ServeOptions, error: &std::io::Error) -> Problem {
    let port = options.port;
    if error.kind() == ErrorKind::AddrInUse {
        let other = port.checked_add(1).unwrap_or(8808);
        return Problem::error(phrase!("server.port_taken", port = port)).advise(phrase!(
            "server.port_taken_advice",
            port = port,
            other = other
        ));
    }
    let address = SocketAddr::new(options.address, port);
    Problem::error(phrase!("server.port_refused", address = address, reason = error))
        .advise(phrase!("server.port_refused_advice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_loopback_is_listened_at() {
        for address in ["0.0.0.0", "192.168.1.7", "::"] {
            let options = ServeOptions { address: address.parse().expect("an address"), port: 0 };
            let problem = listen(options).await.expect_err(address);
            assert_eq!(problem.code, "server.not_loopback");
            assert!(problem.advice.is_some_and(|advice| advice.en.contains("ssh -L")));
        }
        for address in ["127.0.0.1", "127.0.0.9"] {
            let options = ServeOptions { address: address.parse().expect("an address"), port: 0 };
            assert!(listen(options).await.is_ok(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_said_with_another() {
        let first = listen(ServeOptions { port: 0, ..ServeOptions::default() }).await.expect("a port");
        let port = first.local_addr().expect("an address").port();
        let problem = listen(ServeOptions { port, ..ServeOptions::default() }).await.expect_err("taken");
        assert_eq!(problem.code, "server.port_taken");
        let advice = problem.advice.expect("advice").en;
        assert!(
            advice.contains(&format!("http://127.0.0.1:{port}")) && advice.contains("--port"),
            "{advice}"
        );
    }
}
