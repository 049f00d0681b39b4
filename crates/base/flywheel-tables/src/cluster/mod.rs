//! A cluster for when one machine is not enough: a scheduler and executors from the same binary, over Apache DataFusion Ballista.
//!
//! [`Cluster`] is what a project's `engine = "df://host:50050"` becomes: `fold::run` sends the plan there, every partition of
//! people is read by one of the executors, and what they found is put together here, with the tail, which never travels.

mod client;
mod executor;
mod job;
mod scheduler;
pub mod stores;

use std::time::Duration;

use flywheel_spec::{Phrase, Problem, Problems, phrase};

pub use executor::{ExecutorOptions, run_executor};
pub use scheduler::{SchedulerOptions, run_scheduler};

pub(crate) use client::fold;

/// The port of a scheduler when none is named.
pub const SCHEDULER_PORT: u16 = 50050;

/// An executor that was silent for so long is dead.
const EXECUTOR_TIMEOUT_SECS: u64 = 20;

/// How often an executor says that it lives.
const HEARTBEAT_SECS: u64 = 5;

/// Bytes of a message between machines.
const MESSAGE_BYTES: u32 = 1 << 30;

/// A cluster to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Where its scheduler is, such as `df://host:50050`.
    pub address: String,
    /// How long an answer may take, both tries together.
    pub time_limit: Duration,
}

impl Cluster {
    /// How long an answer may take, unless it is said otherwise: a little less than whoever asks waits, so that it
    /// is the cluster that says so.
    pub const TIME_LIMIT: Duration = Duration::from_secs(295);

    /// A cluster by its address.
    ///
    /// # Errors
    /// When it is no address.
    pub fn at(address: &str) -> Result<Self, Problems> {
        let is_one =
            url::Url::parse(address).is_ok_and(|url| url.scheme() == "df" && url.host_str().is_some());
        if !is_one {
            return Err(Problem::error(phrase!("cluster.address", address = address))
                .advise(Phrase::new("cluster.address_advice"))
                .into());
        }
        Ok(Self { address: address.to_owned(), time_limit: Self::TIME_LIMIT })
    }
}

fn not_started(role: &str, address: &str, reason: impl std::fmt::Display) -> Problems {
    Problem::error(phrase!("cluster.not_started", role = role, address = address, reason = reason))
        .advise(Phrase::new("cluster.not_started_advice"))
        .into()
}
