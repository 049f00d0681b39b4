//! Who is whom as this process knows it: the ledger's log, read once and then only what was added.

use std::sync::Arc;

use flywheel_collect::identity::{Claim, Line, People};
use flywheel_people::identity::{Identity, Merge, Step};
use flywheel_people::{Event, person_of};
use tokio::sync::Mutex;

use crate::{Failure, Workbench};

/// What was read of the log so far.
#[derive(Debug, Default)]
pub(crate) struct Known {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: Vec<Step>,
    /// Who was identified, and what follows for merges; read only where an event speaks of it.
    people: Option<(u64, People)>,
    /// The identity that was made last: of so many steps, so many of them settled, and these behind.
    made: Option<(u64, u64, Vec<Step>, Arc<Identity>)>,
}

/// The people at a length of the log.
#[derive(Debug, Clone)]
pub(crate) struct PeopleAt {
    /// The length.
    pub lines: u64,
    /// The people.
    pub people: People,
}

impl Workbench {
    /// Who is whom: by the log, and by what waits, of which the log may have heard a part already: it hears nothing twice.
    ///
    /// `settled` lines are known to every row on disk; absent when there is none.
    pub(crate) async fn identity_now(
        &self,
        settled: Option<u64>,
        waiting: &[Event],
    ) -> Result<Arc<Identity>, Failure> {
        let mut state = self.known().state.lock().await;
        let new = self.ledger().steps_from(state.steps.len() as u64).await?;
        state.steps.extend(new);
        let claims: Vec<&Event> = waiting.iter().filter(|event| Claim::of(event).is_some()).collect();
        let mut behind = Vec::new();
        if !claims.is_empty() {
            let mut people = people_at(self, &mut state).await?.people;
            behind = claims.into_iter().flat_map(|event| steps_of(&people.hear(event))).collect();
        }
        // Without a file every step is settled, for there is no row that knows less.
        let length = state.steps.len() as u64;
        let settled = settled.unwrap_or(length);
        if let Some((made, then, after, identity)) = &state.made
            && (*made, *then) == (length, settled)
            && *after == behind
        {
            return Ok(identity.clone());
        }
        let steps: Vec<Step> = state.steps.iter().chain(&behind).copied().collect();
        let identity = Arc::new(Identity::from_steps(&steps, settled));
        state.made = Some((length, settled, behind, identity.clone()));
        Ok(identity)
    }

    /// The people at the log's end.
    pub(crate) async fn people_now(&self) -> Result<PeopleAt, Failure> {
        let mut state = self.known().state.lock().await;
        people_at(self, &mut state).await
    }

    /// Keeps what became of the people when lines of this process were added to the log.
    pub(crate) async fn people_became(&self, at: PeopleAt) {
        self.known().state.lock().await.people = Some((at.lines, at.people));
    }

    /// Reads the log anew when it is needed next, after lines that stood there were changed.
    pub(crate) async fn forget_known(&self) {
        *self.known().state.lock().await = State::default();
    }
}

async fn people_at(workbench: &Workbench, state: &mut State) -> Result<PeopleAt, Failure> {
    let length = workbench.ledger().line_count().await?;
    if let Some((lines, people)) = &state.people
        && *lines == length
    {
        return Ok(PeopleAt { lines: length, people: people.clone() });
    }
    // Another process added to the log: an undo, most likely, after which nothing but the whole log tells.
    let lines = workbench.ledger().lines_from(0).await?;
    let people = People::replay(&lines);
    let length = lines.len() as u64;
    state.people = Some((length, people.clone()));
    Ok(PeopleAt { lines: length, people })
}

/// The merges among lines that events added.
fn steps_of(lines: &[Line]) -> Vec<Step> {
    let step = |line: &Line| match line {
        Line::Merged { from, into, .. } => {
            Some(Step::Merge(Merge { from: person_of(from), into: person_of(into) }))
        }
        _ => None,
    };
    lines.iter().filter_map(step).collect()
}
