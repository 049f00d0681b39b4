//! What a question cannot know any more: events, and what they said of people, that the project removes with age.

use std::sync::Arc;

use flywheel_people::Fold;
use flywheel_spec::{Problem, phrase};
use serde_json::Value;

use crate::events::moment::now;
use crate::events::tally::DAY;
use crate::look_up::named;
use crate::{Failure, Workbench};

impl Workbench {
    /// The doubts about a question, by its settings, whose answer rests on events older than the project keeps.
    pub(crate) async fn forgotten(
        &self,
        settings: &Value,
        folds: &[Arc<dyn Fold>],
    ) -> Result<Vec<Problem>, Failure> {
        let Some(retention) = self.project().retention else { return Ok(Vec::new()) };
        let days = retention.days;
        let kept_from = now().saturating_sub(i64::from(days).saturating_mul(DAY));
        if self.ledger().first_seen().await?.is_none_or(|first| first >= kept_from) {
            return Ok(Vec::new());
        }
        let mut doubts = Vec::new();
        if folds.iter().any(|fold| fold.reading().from.is_none()) {
            let doubt = Problem::warning(phrase!("ask.forgotten_first", days = days));
            doubts.push(doubt.advise(phrase!("ask.forgotten_first_advice")));
        }
        let names = named(settings, "person");
        if !names.is_empty() {
            let names: Vec<String> = names.keys().map(|name| format!("`person.{name}`")).collect();
            let doubt = phrase!("ask.forgotten_properties", days = days, names = names.join(", "));
            doubts.push(Problem::warning(doubt).advise(phrase!("ask.forgotten_properties_advice")));
        }
        Ok(doubts)
    }
}
