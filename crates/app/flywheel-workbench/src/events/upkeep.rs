//! The table kept in order beside everything else: small files merged, old versions removed, old events forgotten.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use flywheel_tables::events::{Compaction, Erase, KEEP, Snapshot};
use flywheel_tables::spool;
use futures::FutureExt;
use tokio::sync::watch;

use super::commit::Every;
use super::log::EventLog;
use super::moment::now;
use super::tally::{BEYOND, DAY, Tally};
use crate::data::blocking;
use crate::{Failure, SPEAKING};

/// How often the table is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// How often what was replaced is removed.
const TIDY: Duration = Duration::from_secs(60);

/// How often old events are looked for.
const FORGET: Duration = Duration::from_secs(3600);

impl EventLog {
    /// Keeps the table in order until the server stops.
    pub(super) async fn keep_up(self, mut stopping: watch::Receiver<bool>) {
        let (mut tidy, mut forget) = (Every::new(TIDY), Every::new(FORGET));
        let _ = self.workbench().finish_imports().boxed().await;
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            // What fails now is tried again soon; nothing that was acknowledged depends on it.
            if self.merge_files(&stopping).boxed().await.is_err() {
                continue;
            }
            if forget.is_due() {
                let _ = self.forget_old().boxed().await;
            }
            if tidy.is_due()
                && let Ok(store) = self.workbench().event_store()
            {
                let _ = store.tidy(KEEP, jiff::Timestamp::now()).boxed().await;
            }
        }
    }

    async fn merge_files(&self, stopping: &watch::Receiver<bool>) -> Result<(), Failure> {
        let workbench = self.workbench();
        let store = workbench.event_store()?;
        while !*stopping.borrow() {
            let snapshot = store.snapshot().await?;
            let identity = workbench.identity_now(snapshot.settled_steps(), &[]).await?;
            let merged = store.compact(&Compaction::default(), &identity, jiff::Timestamp::now()).await?;
            if merged.is_none() {
                break;
            }
        }
        while !*stopping.borrow() && store.merge_seen().await? {}
        Ok(())
    }

    /// Forgets events, and what was kept aside, that are older than the project keeps them, and what was counted and made
    /// of them.
    pub(crate) async fn forget_old(&self) -> Result<u64, Failure> {
        let workbench = self.workbench();
        let Some(retention) = workbench.project().retention else { return Ok(0) };
        let before = now().saturating_sub(i64::from(retention.days).saturating_mul(DAY));
        workbench.ledger().forget_asides(before).await?;
        workbench.ledger().forget_examples_before(before).await?;
        let damaged = workbench.folder().damaged();
        blocking(move || forget_damaged(&damaged, before)).await??;
        let store = workbench.event_store()?;
        let _turn = self.turn().await;
        let snapshot = store.snapshot().await?;
        let old: Vec<_> = snapshot.files.iter().filter(|file| file.min_time < before).cloned().collect();
        if old.is_empty() {
            return Ok(0);
        }
        let (mut tally, plan) = (Tally::default(), workbench.plan_now());
        let part = Snapshot { files: old, ..(*snapshot).clone() };
        let count = store.every_event(&part, |events| {
            events.iter().filter(|event| event.time < before).for_each(|event| tally.add(event, &plan));
        });
        count.await?;
        let identity = workbench.identity_now(snapshot.settled_steps(), &[]).await?;
        let what = Erase { before: Some(before), ..Erase::default() };
        let erased = store.erase(&what, &identity, jiff::Timestamp::now()).await?.events;
        workbench.ledger().uncount(&tally).await?;
        if tally.events.keys().any(|name| name == BEYOND || SPEAKING.contains(&name.as_str())) {
            workbench.forget_feedback()?;
        }
        Ok(erased)
    }
}

/// Removes damaged segments that were kept aside before a moment.
fn forget_damaged(folder: &Path, before: i64) -> Result<(), Failure> {
    for (_, path) in spool::segments(folder).map_err(|error| Failure::io(folder, &error))? {
        let kept = path.metadata().and_then(|data| data.modified());
        let kept = kept.ok().and_then(|kept| kept.duration_since(UNIX_EPOCH).ok());
        if kept.is_some_and(|kept| i64::try_from(kept.as_micros()).is_ok_and(|kept| kept < before)) {
            std::fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
        }
    }
    Ok(())
}
