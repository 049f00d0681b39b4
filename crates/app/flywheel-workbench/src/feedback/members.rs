//! Whose messages are asked for: the people of kept segments.

use std::sync::Arc;

use flywheel_people::Identity;
use flywheel_spec::Problem;

use crate::{Failure, Workbench};

/// The people of some kept segments.
#[derive(Debug)]
pub(super) struct Members {
    /// Segment by segment, in order.
    pub people: Vec<Vec<i64>>,
    /// Doubts about what the segments name themselves.
    pub doubts: Vec<Problem>,
    identity: Arc<Identity>,
}

impl Members {
    /// Whether whoever spoke belongs to at least one of the segments; a message without a person belongs to none.
    pub fn hold(&self, person: Option<&str>) -> bool {
        let Some(person) = person.map(|person| self.identity.of_id(person)) else { return false };
        self.people.iter().any(|people| people.binary_search(&person).is_ok())
    }
}

impl Workbench {
    /// The people of these segments; none where no segment is named, so that everybody is meant.
    pub(super) async fn members_of(&self, segments: &[String]) -> Result<Option<Members>, Failure> {
        if segments.is_empty() {
            return Ok(None);
        }
        let (people, doubts) = self.segment_people(segments).await?;
        Ok(Some(Members { people, doubts, identity: self.events().await?.identity }))
    }
}
