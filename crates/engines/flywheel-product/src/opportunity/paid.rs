//! What each person paid, of which a theme's share of the revenue is made.

use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, LookUp, Partial, PersonEvents, Question, Reading, erase};
use flywheel_spec::Problems;
use flywheel_spec::product::{EventFilter, Property};

use crate::plan::Context;
use crate::settings::Settings;

/// The question, ready to be run and told.
pub struct PlannedPaid {
    question: Arc<Paid>,
    look_up: Arc<LookUp>,
}

/// Checks what counts as paying, and which property holds how much; without one each payment counts as 1.
///
/// # Errors
/// Every mistake at once, each at its setting.
pub fn paid(
    paying: &EventFilter,
    value: Option<&Property>,
    context: &Context,
) -> Result<PlannedPaid, Problems> {
    let mut settings = Settings::default();
    settings.filter("paying", paying);
    settings.amount("value", value);
    let columns = value.cloned().map(|property| Column::Number { property }).into_iter().collect();
    let reading = Reading { filters: vec![paying.clone()], columns, ..Reading::default() };
    let question = Paid { reading, valued: value.is_some() };
    settings.settle(PlannedPaid { question: Arc::new(question), look_up: context.look_up() })
}

impl PlannedPaid {
    /// The one fold over all people.
    pub fn fold(&self) -> Arc<dyn Fold> {
        self.look_up.around(erase(self.question.clone()))
    }

    /// Who paid more than nothing, rising, and how much.
    ///
    /// # Errors
    /// When the state is another fold's.
    pub fn finish(&self, state: Box<dyn Partial>) -> Result<Vec<(i64, f64)>, FoldError> {
        let mut paid = *state.into_any().downcast::<Payers>().map_err(|_| FoldError::Foreign)?;
        paid.sort_unstable();
        let told = paid.into_iter().filter(|(_, amount)| *amount > 0);
        Ok(told.map(|(person, amount)| (person, amount as f64 / WHOLE)).collect())
    }
}

/// Parts of one that amounts are counted in: whole ones, so that sums are the same in any order.
const WHOLE: f64 = 1e4;

/// Each person, and how much in ten-thousandths.
type Payers = Vec<(i64, i64)>;

struct Paid {
    reading: Reading,
    valued: bool,
}

impl Question for Paid {
    type State = Payers;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut Payers, events: &PersonEvents<'_>) {
        let amount = |event| if self.valued { events.number(0, event).unwrap_or(0.0) } else { 1.0 };
        let parts = |event| (amount(event) * WHOLE).round().clamp(-1e16, 1e16) as i64;
        state.push((events.person, (0..events.len()).map(parts).fold(0, i64::saturating_add)));
    }

    fn merge(&self, state: &mut Payers, other: Payers) {
        state.extend(other);
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::{GroupValues, Groups, Segments};
    use serde_json::{Value, json};

    use super::*;
    use crate::make_believe::{DAY, context, event, micros, states, who};

    #[test]
    fn what_people_paid_is_counted_by_conditions_of_every_kind() {
        let begin = micros("2026-03-01T00:00:00Z");
        let pay = |person: &str, amount: f64, company: &str| {
            let properties = json!({"amount": amount, "$groups": {"company": company}});
            event(person, "pay", begin + DAY, properties)
        };
        let events = [
            pay("ann", 10.25, "acme"),
            pay("annb", 5.0, "acme"),
            pay("bob", 7.5, "globex"),
            pay("cem", -3.0, "acme"),
            event("dan", "visit", begin, json!({"amount": 100})),
        ];
        let of = |values: [i64; 2]| {
            let named = ["acme", "globex"].map(str::to_owned).into_iter();
            named.zip(values.map(|value| json!(value))).collect::<GroupValues>()
        };
        let now = Context {
            segments: Segments::from([("vips".to_owned(), vec![who("ann")])]),
            groups: Groups::from([("company.seats".to_owned(), of([3, 50]))]),
            ..context("UTC", "2026-03-31")
        };
        let paying = |conditions: Value| {
            let filter = json!({"event": "pay", "where": conditions});
            serde_json::from_value::<EventFilter>(filter).expect("a filter")
        };
        let amount = Property::of_event("amount");
        let seats = Property::of_group("company.seats");
        let large = json!([{"property": "company.seats", "of": "group", "operator": "gt", "value": 9}]);
        let others = json!([{"property": "vips", "of": "segment", "value": "out"}]);
        for (conditions, value, expected) in [
            (json!([]), Some(&amount), vec![("ann", 15.25), ("bob", 7.5)]),
            (json!([]), None, vec![("ann", 2.0), ("bob", 1.0), ("cem", 1.0)]),
            (json!([]), Some(&seats), vec![("ann", 6.0), ("bob", 50.0), ("cem", 3.0)]),
            (large, Some(&amount), vec![("bob", 7.5)]),
            (others, None, vec![("bob", 1.0), ("cem", 1.0)]),
        ] {
            let planned = paid(&paying(conditions.clone()), value, &now).expect("a plan");
            for readers in [1, 3] {
                let fold = planned.fold();
                let state = states(std::iter::once(fold.as_ref()), &events, readers).remove(0);
                let mut expected: Vec<(i64, f64)> =
                    expected.iter().map(|(person, amount)| (who(person), *amount)).collect();
                expected.sort_by_key(|(person, _)| *person);
                assert_eq!(planned.finish(state).expect("amounts"), expected, "{conditions} {value:?}");
            }
        }
        let belonging = Property::of_segment("vips");
        let wrong = paid(&paying(json!([])), Some(&belonging), &now).err().expect("a mistake");
        assert_eq!(wrong.problems[0].place.setting.as_deref(), Some("value"));
    }
}
