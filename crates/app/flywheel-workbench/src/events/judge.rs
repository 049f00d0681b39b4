//! Events judged anew by a plan that was not there, or was another one, when they arrived.

use flywheel_tables::events::Snapshot;

use super::plan::Plan;
use super::tally::Tally;
use crate::data::blocking;
use crate::{Failure, Workbench};

impl Workbench {
    /// Counts broken rules over every event of the table, where they were last counted by another plan.
    ///
    /// It goes on when whoever asked for it goes away; whoever asks meanwhile does not wait, and sees the older counts.
    pub(super) async fn judge_anew(&self) -> Result<(), Failure> {
        let Ok((spec, _)) = self.tracking_plan() else { return Ok(()) };
        let plan = Plan::new(&spec);
        if self.ledger().judged_by().await? == plan.digest() {
            return Ok(());
        }
        let workbench = self.clone();
        let judged = tokio::spawn(async move { workbench.judge_all(plan).await });
        judged.await.map_err(|error| Failure::broken("plan", error))?
    }

    async fn judge_all(&self, plan: Plan) -> Result<(), Failure> {
        let Ok(_turn) = self.judging().try_lock() else { return Ok(()) };
        let taken = self.ledger().segment_taken().await?;
        let store = self.event_store()?;
        let snapshot = store.snapshot().await?;
        if snapshot.committed_segment < taken {
            // What is on its way from the ledger into the table is judged the next time.
            return Ok(());
        }
        let names = plan.names();
        let mut tally = Tally::default();
        // One file at a time: all events together may be more than fits.
        for file in &snapshot.files {
            if names.is_empty() {
                break;
            }
            let alone = Snapshot { files: vec![file.clone()], ..Snapshot::default() };
            let events = store.events_named(&alone, &names).await?;
            let plan = plan.clone();
            tally = blocking(move || {
                events.iter().for_each(|event| tally.add(event, &plan));
                tally
            })
            .await?;
        }
        self.ledger().judge_anew(&tally, plan.digest(), taken).await
    }
}
